"""Geometry columns: every bit comes back, on both databases."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from app.db.engine import make_engine, reading, writing
from app.db.geometry import as_kind, blob_bounds, blob_is_empty, blob_wkb, decode, encode
from app.db.models import Area, School

coordinates = st.floats(allow_nan=False, allow_infinity=False)
points = st.builds(shapely.Point, coordinates, coordinates)


def bits(geometry: BaseGeometry | None) -> bytes | None:
    return None if geometry is None else shapely.to_wkb(geometry, byte_order=1)


def store_and_read(engine, geometries):
    """Store points through the model's own type, and return them in the same order."""
    rows = [
        {"school_id": f"{number:05}", "name": "School", "geom": geometry}
        for number, geometry in enumerate(geometries)
    ]
    with writing(engine) as connection:
        connection.execute(sa.delete(School))
        connection.execute(sa.insert(School), rows)
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(School.geom).order_by(School.school_id)))


def test_a_point_is_the_blob_that_the_standard_shows():
    # OGC 12-128r18, 2.1.3.1.1: "GP", version 0, flags, SRID, then WKB; a point needs no envelope.
    [blob] = encode([shapely.Point(1.5, -2.25)], kind="POINT", srid=4326, dialect="sqlite")

    assert blob == struct.pack("<2sBBi", b"GP", 0, 1, 4326) + struct.pack("<BIdd", 1, 1, 1.5, -2.25)


def test_a_polygon_carries_its_envelope_as_minx_maxx_miny_maxy():
    [blob] = encode([shapely.box(1, 2, 3, 4)], kind="POLYGON", srid=4326, dialect="sqlite")

    assert blob is not None
    assert blob[3] == 0b00000011
    assert struct.unpack_from("<4d", blob, 8) == (1, 3, 2, 4)
    assert shapely.from_wkb(blob_wkb(blob)).equals_exact(shapely.box(1, 2, 3, 4), 0)


def test_postgis_gets_the_srid_inside():
    [ewkb] = encode([shapely.Point(1, 2)], kind="POINT", srid=4326, dialect="postgresql")

    assert shapely.get_srid(shapely.from_wkb(ewkb)) == 4326


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@given(geometries=st.lists(st.none() | points, max_size=5))
def test_what_is_encoded_is_decoded_bit_for_bit(dialect, geometries):
    stored = encode(geometries, kind="POINT", srid=4326, dialect=dialect)

    back = decode(stored, dialect=dialect)
    plain = [None if g is None else shapely.set_srid(g, 0) for g in back]
    assert list(map(bits, plain)) == list(map(bits, geometries))


@given(point=points)
def test_the_bounds_of_a_blob_are_those_of_its_point(point):
    [blob] = encode([point], kind="POINT", srid=4326, dialect="sqlite")

    assert blob is not None
    assert blob_bounds(blob) == (point.x, point.x, point.y, point.y)


def test_bounds_are_parsed_where_a_blob_of_another_program_has_no_envelope():
    wkb = shapely.to_wkb(shapely.LineString([(0, 5), (2, 1)]), byte_order=0)
    big_endian = struct.pack(">2sBBi", b"GP", 0, 0, 4326) + wkb

    assert blob_bounds(big_endian) == (0, 2, 1, 5)


def test_an_empty_geometry_says_that_it_is_empty():
    filled, empty = encode(
        [shapely.box(0, 0, 1, 1), shapely.Polygon()], kind="POLYGON", srid=4326, dialect="sqlite"
    )

    assert filled is not None
    assert empty is not None
    assert (blob_is_empty(filled), blob_is_empty(empty)) == (False, True)


def test_each_single_part_becomes_a_multi_part_of_its_own():
    boxes = np.array([shapely.box(0, 0, 1, 1), None, shapely.box(5, 5, 6, 6)], dtype=object)
    before = list(boxes)

    multi = as_kind(boxes, "MULTIPOLYGON")

    assert [None if g is None else g.geom_type for g in multi] == [
        "MultiPolygon",
        None,
        "MultiPolygon",
    ]
    assert [None if g is None else g.bounds for g in multi] == [(0, 0, 1, 1), None, (5, 5, 6, 6)]
    assert list(boxes) == before


def test_nothing_is_of_any_kind():
    assert len(as_kind([], "POINT")) == 0
    assert encode([], kind="MULTIPOLYGON", srid=4326, dialect="sqlite") == []


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (shapely.box(0, 0, 1, 1), "is a POLYGON; the column holds POINT only"),
        (shapely.Point(1, 2, 3), "has heights"),
        (shapely.Point(np.inf, 2), "no finite number"),
    ],
)
def test_what_a_column_cannot_hold_is_refused(geometry, message):
    with pytest.raises(ValueError, match=message):
        as_kind([geometry], "POINT")


# One call with many points: the database is fresh for each test, not for each example.
@pytest.mark.parametrize(
    "url", ["embedded_url", pytest.param("postgis_database_url", marks=pytest.mark.db)]
)
def test_coordinates_survive_the_database_bit_for_bit(request, url):
    engine = make_engine(request.getfixturevalue(url))

    @settings(max_examples=20)
    @given(geometries=st.lists(st.none() | points, min_size=1, max_size=20))
    def round_trip(geometries):
        assert list(map(bits, store_and_read(engine, geometries))) == list(map(bits, geometries))

    round_trip()
    engine.dispose()


def test_a_polygon_with_a_hole_survives_the_database(engine):
    shape = shapely.MultiPolygon(
        [
            shapely.box(0, 0, 9, 9).difference(shapely.box(0.1, 0.2, 0.3, 0.7)),
            shapely.box(20, 20, 21, 21),
        ]
    )
    with writing(engine) as connection:
        connection.execute(
            sa.insert(Area), [{"code": "a", "name": "A", "kind": "region", "geom": shape}]
        )
    with reading(engine) as connection:
        [back] = connection.scalars(sa.select(Area.geom))

    assert bits(back) == bits(shape)
