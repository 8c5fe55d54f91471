"""Sites and their coverage as the tables of the page."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from geo.gaps import GapClass
from geo.maps.sites import SiteLayer, site_tables

CODE = "ST0248"
NO_VENUES = gpd.GeoDataFrame({"venue_id": []}, geometry=[], crs="EPSG:4326")


def one_programme(kinds, **columns):
    count = len(kinds)
    table = pd.DataFrame(
        {
            "site_id": [f"s{number:03d}" for number in range(count)],
            "employer": "Alpha",
            "name": "Works",
            "programme_code": CODE,
            "demand": 3.0,
            "reachable_venues": pd.array([1] * count, dtype="Int64"),
            "nearest_minutes": 10.0,
            "places_available": 1.0,
            "unmet": 2.0,
            "gap_class": kinds,
            "reason": "Why",
            "fix": "Cure",
        }
    ).assign(**columns)
    return gpd.GeoDataFrame(
        table, geometry=[shapely.Point(0.1351, 52.1744)] * count, crs="EPSG:4326"
    )


def test_a_site_and_its_coverage_stand_once_each():
    sites = one_programme(["no_reach"], nearest_minutes=32.149, demand=3.204, unmet=-0.0001)

    tables = site_tables(sites, NO_VENUES, [CODE])

    assert tables.sites == [["s000", "Alpha", "Works", 52.1744, 0.1351, 0]]
    assert tables.texts == ["Cure", "Why", "no_reach"]
    assert tables.coverage == {CODE: [[0, 3.2, 1, 0, 1, 32.1, 2, 1, 0]]}


def test_unknown_numbers_are_none_and_a_missing_name_too():
    unknown = {"demand": np.nan, "places_available": np.nan, "unmet": np.nan, "name": None}
    sites = one_programme(["unknown"], nearest_minutes=np.nan, **unknown)

    tables = site_tables(sites, NO_VENUES, [CODE])

    assert tables.sites[0][2] is None
    assert tables.coverage[CODE][0][:6] == [0, None, None, None, 1, None]


def test_programmes_share_sites_and_texts(drawable):
    tables = site_tables(drawable.sites, drawable.venues, list(drawable.programmes))

    assert len(tables.sites) == drawable.sites["site_id"].nunique()
    assert len(set(tables.texts)) == len(tables.texts)
    assert {code: len(rows) for code, rows in tables.coverage.items()} == {
        code: len(tables.sites) for code in drawable.programmes
    }


def test_sites_of_one_point_are_numbered_in_the_order_of_their_ids():
    sites = one_programme(["covered"] * 3).iloc[[2, 0, 1]]

    assert [(row[0], row[5]) for row in site_tables(sites, NO_VENUES, [CODE]).sites] == [
        ("s000", 0),
        ("s001", 1),
        ("s002", 2),
    ]


def test_venues_take_the_first_numbers_of_their_point():
    here, elsewhere = shapely.Point(0.1351, 52.1744), shapely.Point(0, 52)
    venues = gpd.GeoDataFrame(geometry=[here, here, elsewhere], crs="EPSG:4326")

    tables = site_tables(one_programme(["covered"] * 2), venues, [CODE])

    assert [row[5] for row in tables.sites] == [2, 3]


@given(st.permutations(list(GapClass)))
def test_gaps_are_drawn_after_what_is_covered_in_any_order_of_rows(kinds):
    tables = site_tables(one_programme([kind.value for kind in kinds]), NO_VENUES, [CODE])

    drawn = [tables.texts[row[6]] for row in tables.coverage[CODE]]
    assert drawn == [kind.value for kind in GapClass]


def test_a_site_without_a_place_is_not_drawn():
    sites = one_programme(["covered", "no_reach"])
    sites.loc[0, "geometry"] = None

    tables = site_tables(sites, NO_VENUES, [CODE])

    assert [row[0] for row in tables.sites] == ["s001"]
    assert [row[0] for row in tables.coverage[CODE]] == [0]


def test_no_sites_give_empty_tables_and_a_programme_without_sites_an_empty_layer():
    tables = site_tables(one_programme([]), NO_VENUES, [CODE, "other"])

    assert (tables.sites, tables.texts) == ([], [])
    assert tables.coverage == {CODE: [], "other": []}


def test_the_table_is_left_unchanged(drawable):
    before = drawable.sites.copy(deep=True)

    site_tables(drawable.sites, drawable.venues, list(drawable.programmes))

    assert_geodataframe_equal(drawable.sites, before)


@pytest.mark.parametrize("show", [True, False])
def test_a_layer_is_a_base_layer_whose_name_is_escaped(show):
    layer = SiteLayer("<b>Level 3</b>", [], show=show)

    assert (layer.layer_name, layer.overlay, layer.show) == (
        "&lt;b&gt;Level 3&lt;/b&gt;",
        False,
        show,
    )
