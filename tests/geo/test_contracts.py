"""Input checks: each passes what is sound and names what is not."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from geo.contracts import (
    require_choices,
    require_columns,
    require_complete,
    require_known_ids,
    require_metres,
    require_not_negative,
    require_unique,
)
from geo.errors import CrsError, InputError, MissingColumnsError
from geo.types import Mode


def test_columns_must_be_there():
    table = pd.DataFrame({"a": [1], "b": [2]})

    require_columns(table, ("a",), table="offers")
    with pytest.raises(MissingColumnsError, match="'offers' lacks c, d; it has a, b"):
        require_columns(table, ("d", "a", "c"), table="offers")


def test_complete_tables_have_no_blanks():
    require_complete(pd.DataFrame({"a": [1]}), table="coverage")
    with pytest.raises(InputError, match="'coverage' has missing values in b"):
        require_complete(pd.DataFrame({"a": [1], "b": [None]}), table="coverage")


def test_ids_stand_once():
    require_unique(pd.Index(["a", "b"]), table="sites")
    with pytest.raises(InputError, match=r"'sites' has 1 id\(s\) more than once, such as a\."):
        require_unique(pd.Index(["a", "a", "b"]), table="sites")


def test_ids_must_be_known():
    ids = pd.Series(["a", "x", "z"], name="venue_id", dtype="str")

    require_known_ids(ids.iloc[:1], pd.Index(["a"]), table="offers")
    with pytest.raises(InputError, match=r"2 value\(s\) of 'venue_id' in 'offers' .* such as x, z"):
        require_known_ids(ids, pd.Index(["a"]), table="offers")


def test_choices_are_the_values_of_an_enumeration():
    modes = pd.Series(["evening", "weekend"], name="mode", dtype="str")

    require_choices(modes.iloc[:1], tuple(Mode), table="offers")
    with pytest.raises(InputError, match="'mode' in 'offers' holds weekend; it may hold day_rel"):
        require_choices(modes, tuple(Mode), table="offers")


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object"])
def test_numbers_from_zero_and_blanks_pass(dtype):
    require_not_negative(pd.Series([0, 1.5, None], dtype=dtype, name="n"), table="offers")
    require_not_negative(pd.Series([], dtype=dtype, name="n"), table="offers")


def test_blank_whole_numbers_pass():
    require_not_negative(pd.Series([0, None], dtype="Int64", name="n"), table="champions")


def test_numbers_below_zero_or_infinite_are_refused(bad_number):
    numbers = pd.Series([1.0, None, bad_number], name="places")

    with pytest.raises(InputError, match=f"'places' in 'demand' holds {bad_number:g}"):
        require_not_negative(numbers, table="demand")


def frame(crs):
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy([0.0], [50.0]), crs=crs)


def test_one_metric_crs_passes():
    require_metres(sites=frame("EPSG:27700"), venues=frame("EPSG:27700"))


@pytest.mark.parametrize(
    ("sites", "venues"),
    [("EPSG:4326", "EPSG:4326"), ("EPSG:27700", "EPSG:3035"), ("EPSG:27700", None), (None, None)],
)
def test_degrees_mixtures_and_nothing_are_refused(sites, venues):
    with pytest.raises(CrsError, match=r"one projected CRS in metres, but sites is in .* venues"):
        require_metres(sites=frame(sites), venues=frame(venues))
