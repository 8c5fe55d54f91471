"""Polygons of the register."""

from __future__ import annotations

from shapely import MultiPolygon, box

from app.db.engine import writing
from app.db.models import Area
from etl.polygons import polygons


def test_without_areas_there_are_none(engine):
    assert polygons(engine) is None


def test_areas_come_with_their_codes_in_degrees(engine):
    square = box(0, 52, 1, 53)
    with writing(engine) as connection:
        row = {"code": "A", "name": "Ours", "kind": "zone", "geom": MultiPolygon([square])}
        connection.execute(Area.__table__.insert().values(**row))

    found = polygons(engine)

    assert found["code"].tolist() == ["A"]
    assert found.crs == "EPSG:4326"
    assert found.geometry.tolist() == [MultiPolygon([square])]
