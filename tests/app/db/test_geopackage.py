"""The embedded file as other programs see it, and its spatial index."""

from __future__ import annotations

import sqlite3

import numpy as np
import pyogrio
import pytest
import shapely
import sqlalchemy as sa

from app.db import geopackage
from app.db.base import Base
from app.db.engine import make_engine, reading, writing
from app.db.fields import Kind, fields_of
from app.db.models import REGISTER_MODELS, School, Site

LAYERS = {"venues": "Point", "sites": "Point", "schools": "Point", "areas": "MultiPolygon"}
OGR_TYPES = {
    Kind.TEXT: "OFTString",
    Kind.LIST: "OFTString",
    Kind.CHOICE: "OFTString",
    Kind.NUMBER: "OFTReal",
    Kind.WHOLE: "OFTInteger64",
    Kind.FLAG: "OFTInteger",
    Kind.DATE: "OFTDate",
}
SCHOOLS = School.metadata.tables["schools"]


@pytest.fixture
def embedded(embedded_url):
    engine = make_engine(embedded_url)
    yield engine
    engine.dispose()


def school(number, geometry):
    return {"school_id": f"s{number}", "name": "School", "geom": geometry}


def index_of(connection):
    """Return the R*Tree of the schools: row number and bounds."""
    rows = connection.exec_driver_sql("SELECT * FROM rtree_schools_geom ORDER BY id")
    return [tuple(row) for row in rows]


def test_the_header_says_geopackage(embedded):
    with reading(embedded) as connection:
        marks = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("application_id", "user_version", "journal_mode")
        ]

    # OGC 12-128r18, 1.1.1.1.1: "GPKG" in ASCII, and the version as 5 digits.
    assert marks == [int.from_bytes(b"GPKG"), 10300, "wal"]


def test_gdal_lists_the_layers_and_the_tables(embedded):
    listed = dict(pyogrio.list_layers(embedded.url.database))

    assert {name: kind for name, kind in listed.items() if name in LAYERS} == LAYERS
    assert {model.__tablename__ for model in REGISTER_MODELS} <= set(listed)


@pytest.mark.parametrize("model", REGISTER_MODELS, ids=lambda model: model.__tablename__)
def test_gdal_reads_every_column_with_its_type(embedded, model):
    table = Base.metadata.tables[model.__tablename__]

    info = pyogrio.read_info(embedded.url.database, layer=table.name)

    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    fields = fields_of(table)
    assert set(types) == {c.name for c in table.columns} - {"fid", "geom"}
    assert {name: types[name] for name in fields} == {
        name: OGR_TYPES[field.kind] for name, field in fields.items()
    }


def test_gdal_reads_the_rows_and_finds_them_by_the_index(embedded):
    with writing(embedded) as connection:
        connection.execute(sa.insert(School), [school(n, shapely.Point(n, 50)) for n in range(3)])

    found = pyogrio.read_dataframe(
        embedded.url.database, layer="schools", bbox=(0.5, 49, 1.5, 51), use_arrow=False
    )

    assert found["school_id"].tolist() == ["s1"]
    assert found.crs == "EPSG:4326"
    assert found.geometry.iloc[0].equals_exact(shapely.Point(1, 50), 0)


def test_triggers_keep_the_index_right(embedded):
    with writing(embedded) as connection:
        connection.execute(
            sa.insert(School), [school(0, shapely.Point(1, 2)), school(1, None), school(2, None)]
        )
        assert index_of(connection) == [(1, 1, 1, 2, 2)]
        for key, geometry in (("s0", None), ("s1", shapely.Point(3, 4))):
            change = sa.update(School).where(School.school_id == key).values(geom=geometry)
            connection.execute(change)
        assert index_of(connection) == [(2, 3, 3, 4, 4)]
        assert geopackage.unindexed_rows(connection, SCHOOLS) == 0
        connection.execute(sa.delete(School).where(School.school_id == "s1"))
        assert index_of(connection) == []


def test_filling_the_index_at_once_is_the_same_as_row_by_row(embedded):
    geometries = np.array([shapely.Point(0.1, 0.2), None, shapely.Point(-3, 4)], dtype=object)
    rows = [school(number, geometry) for number, geometry in enumerate(geometries)]
    with writing(embedded) as connection:
        connection.execute(sa.insert(School), rows)
        row_by_row = index_of(connection)
        connection.execute(sa.delete(School))
        geopackage.suspend_index(connection, SCHOOLS.c.geom)
        connection.execute(sa.insert(School), [row | {"fid": n} for n, row in enumerate(rows, 1)])
        assert geopackage.unindexed_rows(connection, SCHOOLS) == 2
        geopackage.fill_index(connection, SCHOOLS.c.geom, fids=[1, 2, 3], geometries=geometries)
        assert index_of(connection) == row_by_row
        connection.execute(sa.insert(School), [school(9, shapely.Point(7, 8))])
        assert index_of(connection)[-1] == (4, 7, 7, 8, 8)


def test_filling_with_nothing_restores_the_trigger(embedded):
    with writing(embedded) as connection:
        geopackage.suspend_index(connection, SCHOOLS.c.geom)
        geopackage.fill_index(
            connection, SCHOOLS.c.geom, fids=[], geometries=np.array([], dtype=object)
        )
        connection.execute(sa.insert(School), [school(0, shapely.Point(1, 2))])
        assert len(index_of(connection)) == 1


def test_a_rollback_brings_a_suspended_trigger_back(embedded):
    with embedded.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        geopackage.suspend_index(connection, SCHOOLS.c.geom)
        transaction.rollback()
    with writing(embedded) as connection:
        connection.execute(sa.insert(School), [school(0, shapely.Point(1, 2))])
        assert len(index_of(connection)) == 1


def test_a_change_is_noted_with_the_extent(embedded):
    with writing(embedded) as connection:
        connection.execute(
            sa.insert(School), [school(0, shapely.Point(-1, 50)), school(1, shapely.Point(2, 51))]
        )
        geopackage.note_change(connection, SCHOOLS)
        geopackage.note_change(connection, Base.metadata.tables["providers"])
        extents = {
            row[0]: tuple(row[1:])
            for row in connection.exec_driver_sql(
                "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents"
            )
        }

    assert extents["schools"] == (-1, 50, 2, 51)
    assert extents["providers"] == (None, None, None, None)


def test_a_dropped_table_leaves_no_layer(embedded):
    with writing(embedded) as connection:
        SCHOOLS.drop(connection)

    assert "schools" not in dict(pyogrio.list_layers(embedded.url.database))
    with reading(embedded) as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'rtree_schools_geom%'"
        ).scalar_one()
    assert left == 0


def test_another_program_that_knows_the_functions_may_write(embedded):
    with sqlite3.connect(embedded.url.database) as plain:
        geopackage.add_functions(plain)
        plain.execute("INSERT INTO schools (school_id, name) VALUES ('x', 'X')")
    plain.close()

    with reading(embedded) as connection:
        assert geopackage.unindexed_rows(connection, SCHOOLS) == 0


def test_tables_without_geometry_have_no_index(embedded):
    with reading(embedded) as connection:
        assert geopackage.unindexed_rows(connection, Base.metadata.tables["offers"]) == 0
    assert geopackage.index_name(Site.metadata.tables["sites"].c.geom) == "rtree_sites_geom"
