"""Polygons from GeoJSON and GeoPackage."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from etl.errors import SourceError
from etl.sources.areas import read_areas

SQUARE = shapely.box(-0.3, 51.8, -0.1, 52.0)
BOW_TIE = shapely.Polygon([(0, 51), (1, 52), (1, 51), (0, 52)])


def write(path, shapes, crs="EPSG:4326", **columns):
    columns = columns or {"code": [f"a{at}" for at in range(len(shapes))]}
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    frame.to_file(path, driver="GPKG" if path.suffix == ".gpkg" else "GeoJSON")
    return path


@pytest.mark.parametrize("name", ["areas.geojson", "areas.gpkg"])
def test_attributes_become_text_and_shapes_multipolygons(tmp_path, name):
    path = write(tmp_path / name, [SQUARE], code=["007"], name=["Zoë"], size=[3])

    areas = read_areas(path)

    assert areas.table.cells.to_dict("index") == {1: {"code": "007", "name": "Zoë", "size": "3"}}
    assert areas.geometry.geom_type.tolist() == ["MultiPolygon"]
    assert areas.geometry.iloc[0].equals(SQUARE)
    assert areas.geometry.crs == "EPSG:4326"
    assert areas.table.read == 1


def test_other_reference_systems_are_turned_to_degrees(tmp_path):
    metres = gpd.GeoSeries([SQUARE], crs="EPSG:4326").to_crs("EPSG:27700").tolist()

    areas = read_areas(write(tmp_path / "areas.gpkg", metres, crs="EPSG:27700"))

    assert areas.geometry.iloc[0].hausdorff_distance(SQUARE) < 1e-6


def test_features_without_a_sound_polygon_are_rejects(tmp_path):
    shapes = [SQUARE, BOW_TIE, shapely.Point(0, 52), None]

    areas = read_areas(write(tmp_path / "areas.geojson", shapes))

    assert areas.table.cells.index.tolist() == areas.geometry.index.tolist() == [1]
    assert areas.table.rejects[["line", "rule"]].to_numpy().tolist() == [
        [2, "sound polygon"],
        [3, "polygon"],
        [4, "polygon"],
    ]
    assert "Self-intersection" in areas.table.rejects["value"].iloc[0]
    assert areas.table.read == 4


def test_unusable_files_say_what_to_do(tmp_path):
    empty = tmp_path / "empty.geojson"
    empty.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    with pytest.raises(SourceError, match=r"empty\.geojson (holds no polygon|is damaged)"):
        read_areas(empty)
    for name, content in [
        ("cut.geojson", '{"type": "FeatureCollection", "feat'),
        ("list.geojson", "{}"),
        ("cut.gpkg", "SQLite format 3\x00 and no more"),
    ]:
        (tmp_path / name).write_text(content)
        with pytest.raises(SourceError, match="damaged or has no layer"):
            read_areas(tmp_path / name)
    (tmp_path / "areas.csv").write_text("code,name\n1,2\n")
    with pytest.raises(SourceError, match="neither GeoJSON nor GeoPackage"):
        read_areas(tmp_path / "areas.csv")
    with pytest.raises(SourceError, match="There is no file"):
        read_areas(tmp_path / "none.geojson")


def test_a_layer_without_a_reference_system_is_refused(tmp_path):
    path = tmp_path / "areas.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        write(path, [SQUARE], crs=None)

    with pytest.raises(SourceError, match="does not say its coordinate reference system"):
        read_areas(path)
