"""The register's tables by name."""

from __future__ import annotations

import pytest

from app.db.models import Offer, Venue
from etl.errors import TableError
from etl.tables import is_located, meant, model_of, references, table_fields


def test_tables_are_found_by_name():
    assert model_of("venues") is Venue


def test_unknown_table_names_the_closest():
    with pytest.raises(TableError, match=r"no table 'venue' \(did you mean 'venues'\?\); there is"):
        model_of("venue")


def test_fields_leave_out_what_geocoding_makes():
    fields = list(table_fields(Venue))

    assert fields[:3] == ["venue_id", "ukprn", "name"]
    assert not {"fid", "geom", "precision_class", "authority"} & set(fields)


def test_references_name_table_and_column():
    assert references(Offer) == {
        "venue_id": "venues.venue_id",
        "programme_code": "programmes.programme_code",
    }


def test_located_tables():
    assert is_located(Venue)
    assert not is_located(Offer)


def test_nothing_close_is_no_hint():
    assert meant("zzzz", ["name"]) == ""
