"""From tables to what is sent."""

from __future__ import annotations

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import Point

from app.api.records import (
    plain,
    point_features,
    records,
    register_items,
    rounded,
    rounded_values,
    without_sensitive,
)
from app.db.models import Programme, Venue


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (pd.NA, None),
        (pd.NaT, None),
        (math.nan, None),
        (np.float64("nan"), None),
        (math.inf, None),
        (np.int64(3), 3),
        (np.array([True])[0], True),
        (0.0, 0.0),
        ("", ""),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 1)),
    ],
)
def test_values_are_as_json_knows_them(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


@given(st.floats() | st.none(), st.integers(0, 6))
def test_a_number_is_sent_near_itself_or_as_null(number, decimals):
    sent = rounded(number, decimals)
    if number is None or not math.isfinite(number):
        assert sent is None
    else:
        assert abs(sent - number) <= 0.5001 * 10**-decimals or sent == pytest.approx(number)
        assert str(sent) != "-0.0"


def test_numbers_of_a_dictionary_are_rounded_by_name():
    assert rounded_values({"a": 0.12345, "b": math.nan, "c": -0.00001}, 4) == {
        "a": 0.1235,
        "b": None,
        "c": 0.0,
    }


def test_an_empty_table_has_no_records():
    assert records(pd.DataFrame({"a": pd.Series([], dtype="str")})) == []


def test_lists_and_points_are_made_and_the_table_is_left_alone():
    programmes = pd.DataFrame(
        {
            "programme_code": ["P1", "P2"],
            "recognised_by": ["a; b;", None],
            "progresses_to": [None, "P1"],
        }
    )
    before = programmes.copy(deep=True)
    first, second = register_items(programmes, Programme)
    assert first["recognised_by"] == ["a", "b"]
    assert second["recognised_by"] is None
    assert_frame_equal(programmes, before)


def test_a_venue_without_a_point_is_a_feature_without_geometry():
    venues = gpd.GeoDataFrame(
        {
            "venue_id": ["V1", "V2"],
            "facilities": [None, None],
            "delivery_area": [None, None],
            "latitude": [None, 9.0],
            "longitude": [None, 9.0],
        },
        geometry=[Point(-1.23456789, 52), None],
        crs="EPSG:4326",
    )
    placed, unplaced = point_features(venues, Venue, key="venue_id")
    assert placed["geometry"]["coordinates"] == [-1.234568, 52.0]
    assert unplaced["geometry"] is None
    assert orjson.dumps([placed, unplaced])


def test_only_a_site_that_says_so_is_sensitive():
    sites = pd.DataFrame(
        {
            "site_id": ["S1", "S2", "S3"],
            "sensitive": pd.array([True, False, None], dtype="boolean"),
        }
    )
    assert list(without_sensitive(sites)["site_id"]) == ["S2", "S3"]
