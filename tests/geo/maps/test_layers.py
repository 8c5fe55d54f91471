"""Regions, clusters and venues as GeoJSON: their data, not their HTML."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from geo.maps.layers import cluster_layer, features, region_layer, unplaced, venue_layer


def places(points, names):
    return gpd.GeoDataFrame({"name": names}, geometry=points, crs="EPSG:4326")


def test_features_are_geojson_with_longitude_first_and_six_decimals():
    table = places([shapely.Point(-0.20301234567, 51.8961)], ["Stevenage"])

    assert features(table, ("name",)) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Stevenage"},
                "geometry": {"type": "Point", "coordinates": (-0.203012, 51.8961)},
            }
        ],
    }


def test_unknown_values_are_null_and_numbers_whole():
    table = places([shapely.Point(0, 52)] * 2, [None, float("nan")]).assign(
        employment=[1234.6, float("nan")], employers=pd.array([3, None], dtype="Int64")
    )

    found = [
        row["properties"]
        for row in features(table, ("name", "employment", "employers"))["features"]
    ]

    assert found == [
        {"name": None, "employment": 1235, "employers": 3},
        {"name": None, "employment": None, "employers": None},
    ]


def test_rows_without_a_place_are_left_out_and_counted_by_id():
    table = places([shapely.Point(0, 52), None, shapely.Point(), None], ["a", "b", "c", "b"])

    assert [row["properties"]["name"] for row in features(table, ("name",))["features"]] == ["a"]
    assert unplaced(table, "name") == 2


@given(st.lists(st.tuples(st.floats(-8, 2), st.floats(49, 61)), max_size=5))
def test_every_placed_row_becomes_one_feature_within_a_millionth_of_a_degree(coordinates):
    table = places([shapely.Point(pair) for pair in coordinates], ["x"] * len(coordinates))

    made = features(table, ("name",))["features"]

    assert len(made) == len(coordinates)
    for feature, (longitude, latitude) in zip(made, coordinates, strict=True):
        assert feature["geometry"]["coordinates"] == pytest.approx(
            (longitude, latitude), abs=5.1e-7
        )


def test_an_empty_table_gives_no_feature():
    assert features(places([], []), ("name",))["features"] == []


def test_names_travel_as_data_and_unchanged(hostile):
    venues = venue_layer(hostile.venues).data["features"]
    clusters = cluster_layer(hostile.clusters).data["features"]

    assert [row["properties"]["provider"] for row in venues] == hostile.venues["provider"].tolist()
    assert [row["properties"]["name"] for row in clusters] == hostile.clusters["name"].tolist()


def test_venues_of_one_point_are_numbered_in_the_order_of_their_ids(drawable):
    found = venue_layer(drawable.venues.iloc[::-1]).data["features"]

    assert {row["properties"]["venue_id"]: row["properties"]["fan"] for row in found} == {
        "v0": 0,
        "v1": 0,
        "v2": 0,
        "v3": 1,
        "v4": 1,
    }


def test_the_basemap_is_under_everything_and_cannot_be_clicked(drawable):
    layer = region_layer(drawable.regions)

    assert layer.control is False
    assert layer.leaflet["pane"] == "basemap"
    assert layer.leaflet["interactive"] is False


def test_drawing_leaves_its_tables_unchanged(drawable):
    tables = (drawable.venues, drawable.clusters, drawable.regions)
    before = [table.copy(deep=True) for table in tables]

    venue_layer(drawable.venues)
    cluster_layer(drawable.clusters)
    region_layer(drawable.regions)

    for table, copy in zip(tables, before, strict=True):
        assert_geodataframe_equal(table, copy)
