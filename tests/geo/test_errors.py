"""The errors: one tree, and messages that name what is wrong."""

from __future__ import annotations

import pytest

from geo.errors import CrsError, GeoError, InputError, MissingColumnsError, ScenarioError


@pytest.mark.parametrize("kind", [InputError, ScenarioError])
def test_every_error_is_a_geo_error_and_a_value_error(kind):
    assert issubclass(kind, GeoError)
    assert issubclass(kind, ValueError)


def test_missing_columns_are_named_in_order_beside_those_that_are_there():
    error = MissingColumnsError("offers", {"mode", "area"}, ["venue_id", 3])

    assert str(error) == "'offers' lacks area, mode; it has 3, venue_id."
    assert isinstance(error, InputError)
    assert (error.table, error.missing) == ("offers", ["area", "mode"])


def test_a_crs_error_says_what_each_table_is_in_and_what_to_do():
    error = CrsError({"sites": "EPSG:4326", "venues": None})

    assert "sites is in EPSG:4326, venues is in None" in str(error)
    assert ".to_crs()" in str(error)
    assert isinstance(error, InputError)
