"""Layers: what is sent of a run, rounded once, the same bytes every time."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
from shapely import Point

from app.services.layers import (
    COVERAGE_PROPERTIES,
    GEOJSON,
    clusters_layer,
    coverage_layer,
    groups_layer,
    pack,
    unpack,
)

SAID = {"run_id": "r1", "programme": "p1"}


def sites(**changes):
    row = {
        "site_id": "s1",
        "employer": "Example <b>Labs</b>",
        "name": None,
        "programme_code": "p1",
        "demand": 1.23456,
        "reachable_venues": 2,
        "nearest_minutes": 32.149,
        "places_available": np.nan,
        "places_low": 0.123,
        "places_high": np.nan,
        "shortfall_certain": np.nan,
        "unmet": np.nan,
        "gap_class": "unknown",
        "reason": "",
        "fix": "",
        "authority": None,
        "region": None,
        "nation": "England",
        "cluster_id": None,
        "geometry": Point(-0.12345678, 52.0000001),
    }
    return gpd.GeoDataFrame([row | changes], geometry="geometry", crs="EPSG:4326")


def test_numbers_are_rounded_and_unknown_is_null():
    [feature] = orjson.loads(coverage_layer(sites(), SAID))["features"]

    assert list(feature["properties"]) == list(COVERAGE_PROPERTIES)
    assert feature["properties"]["demand"] == 1.23
    assert feature["properties"]["nearest_minutes"] == 32.1
    assert feature["properties"]["places_available"] is None
    assert feature["properties"]["places_low"] == 0.12
    assert feature["properties"]["name"] is None
    assert feature["geometry"]["coordinates"] == [-0.123457, 52.0]


def test_a_site_without_a_place_has_no_geometry():
    [feature] = orjson.loads(coverage_layer(sites(geometry=None), SAID))["features"]

    assert feature["geometry"] is None


def test_the_collection_says_where_it_comes_from_and_whose_data_it_is():
    collection = orjson.loads(coverage_layer(sites(), SAID))

    assert collection["run_id"] == "r1"
    assert "Royal Mail" in collection["attribution"]


def test_no_sites_give_an_empty_collection():
    assert orjson.loads(coverage_layer(sites().iloc[:0], SAID))["features"] == []


def test_clusters_keep_every_column():
    table = gpd.GeoDataFrame(
        {"name": ["Somewhere"], "diversity": [0.123456], "width_metres": [1234.5]},
        index=pd.Index(["cl-1"], name="cluster_id"),
        geometry=[Point(0, 0).buffer(1)],
        crs="EPSG:4326",
    )

    [feature] = orjson.loads(clusters_layer(table, SAID))["features"]

    assert feature["id"] == "cl-1"
    assert feature["properties"] == {
        "cluster_id": "cl-1",
        "name": "Somewhere",
        "diversity": 0.1235,
        "width_metres": 1234.0,
    }


def test_packing_gives_the_same_bytes_every_time_and_loses_nothing():
    content = b"x" * 1000

    first, second = pack(content, GEOJSON), pack(content, GEOJSON)

    assert first.content == second.content
    assert unpack(first) == content


def test_groups_are_kept_by_site():
    groups = pd.DataFrame({"nation": ["England"]}, index=pd.Index(["s1"], name="site_id"))

    assert orjson.loads(groups_layer(groups)) == {"site_id": ["s1"], "nation": ["England"]}
