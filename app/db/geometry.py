"""One type of geometry column for both databases, with shapely geometries in Python.

On PostgreSQL it is a PostGIS geometry, sent and read as (E)WKB. On SQLite it is the blob of the
GeoPackage standard. Both carry the doubles as they are, so coordinates come back bit for bit.

References
----------
OGC 12-128r18, GeoPackage Encoding Standard 1.3, section 2.1.3 (GeoPackageBinary).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects.sqlite.base import ischema_names as sqlite_types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import LargeBinary, TypeDecorator, TypeEngine

GeometryArray = npt.NDArray[np.object_]

_HEADER = struct.Struct("<2sBBi")
_MAGIC = b"GP"
_LITTLE_ENDIAN = 0b00001
_WITH_ENVELOPE = 0b00010
_EMPTY = 0b10000
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_ENVELOPE = struct.Struct("<4d")
_WKB_POINT = struct.Struct("<BI2d")
_WKB_POINT_TYPE = 1

_KINDS = (
    "POINT",
    "LINESTRING",
    "LINEARRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
)
"""Kinds in the order of shapely's type numbers."""

_PARTS = {"MULTIPOINT": "POINT", "MULTILINESTRING": "LINESTRING", "MULTIPOLYGON": "POLYGON"}
_GATHER = {
    "MULTIPOINT": shapely.multipoints,
    "MULTILINESTRING": shapely.multilinestrings,
    "MULTIPOLYGON": shapely.multipolygons,
}


class _Wkb(Geometry):
    """PostGIS geometry that goes in and out as bytes.

    GeoAlchemy2 itself binds text, which costs the last digits of some coordinates.
    """

    cache_ok = True
    as_binary = "ST_AsBinary"

    def bind_expression(self, bindvalue: sa.BindParameter[Any]) -> sa.Function[Any]:
        """Parse the bytes on the server.

        Not through ``sa.func``: GeoAlchemy2 has its own function of that name, which adds an SRID
        that PostGIS does not take there.
        """
        return sa.Function("ST_GeomFromEWKB", bindvalue, type_=self)

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """Bind bytes as they are."""

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> None:
        """Return bytes as they are."""


class _Blob(LargeBinary):
    """A GeoPackage blob, in a column whose type is the kind of geometry, as the standard asks."""

    __visit_name__ = "geopackage_blob"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()


# GeoAlchemy2 takes a column of such a type on SQLite for one of SpatiaLite, and fails for want of
# its tables. Read back, ours is what it is: a blob.
sqlite_types.update(dict.fromkeys(_KINDS, LargeBinary))


@compiles(_Blob)
def _declare(blob: _Blob, _compiler: object, **_: object) -> str:
    return blob.kind


class PortableGeometry(TypeDecorator[BaseGeometry]):
    """A column of plane geometries of one kind in one CRS; values are shapely geometries.

    Parameters
    ----------
    kind
        ``POINT``, ``POLYGON``, ``MULTIPOLYGON`` and so on, in capitals.
    srid
        EPSG code of the CRS.
    """

    impl = _Wkb
    cache_ok = True

    def __init__(self, kind: str, srid: int) -> None:
        self.kind = kind
        self.srid = srid
        # The index is declared by itself: GeoAlchemy2's own makes a useless B-tree on SQLite.
        super().__init__(kind, srid=srid, spatial_index=False)

    def __repr__(self) -> str:
        return f"PortableGeometry({self.kind!r}, {self.srid})"

    def load_dialect_impl(self, dialect: sa.Dialect | None) -> TypeEngine[Any]:
        """Return the type for ``dialect``; GeoAlchemy2 also asks without one."""
        if dialect is not None and dialect.name == "sqlite":
            return _Blob(self.kind)
        return self.impl_instance

    def process_bind_param(self, value: BaseGeometry | None, dialect: sa.Dialect) -> bytes | None:
        """Turn a geometry into what ``dialect`` stores."""
        return encode([value], kind=self.kind, srid=self.srid, dialect=dialect.name)[0]

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> BaseGeometry | None:
        """Turn what ``dialect`` stores into a geometry."""
        geometry: BaseGeometry | None = decode([value], dialect=dialect.name)[0]
        return geometry


def geometry_column(table: sa.Table) -> sa.Column[Any] | None:
    """Return the geometry column of ``table``, None if it has none."""
    columns = [column for column in table.columns if isinstance(column.type, PortableGeometry)]
    return columns[0] if columns else None


def as_kind(geometries: Sequence[BaseGeometry | None] | GeometryArray, kind: str) -> GeometryArray:
    """Return plane geometries of one kind; single parts become multi-parts where that is asked.

    Raises
    ------
    ValueError
        If a geometry is of another kind, has heights, or has a coordinate that is no number.
    """
    given = np.array(geometries, dtype=object)
    kinds = shapely.get_type_id(given)
    if kind in _PARTS:
        single = kinds == _KINDS.index(_PARTS[kind])
        # The second index tells shapely which output each part belongs to.
        given[single] = _GATHER[kind](given[single], indices=np.arange(single.sum()))
        kinds = shapely.get_type_id(given)
    wrong = (kinds != -1) & (kinds != _KINDS.index(kind))
    if wrong.any():
        found = sorted({_KINDS[number] for number in kinds[wrong]})
        raise ValueError(f"A geometry is a {found[0]}; the column holds {kind} only.")
    if shapely.has_z(given).any():
        raise ValueError("A geometry has heights; give it without them.")
    if not np.isfinite(shapely.get_coordinates(given)).all():
        raise ValueError("A geometry has a coordinate that is no finite number.")
    return given


def encode(
    geometries: Sequence[BaseGeometry | None] | GeometryArray,
    *,
    kind: str,
    srid: int,
    dialect: str,
) -> list[bytes | None]:
    """Turn geometries into what the database stores: GeoPackage blobs or EWKB.

    Raises
    ------
    ValueError
        As :func:`as_kind`.
    """
    checked = as_kind(geometries, kind)
    if dialect == "sqlite":
        return _to_blobs(checked, srid)
    with_srid = shapely.set_srid(checked, srid)
    return list(shapely.to_wkb(with_srid, byte_order=1, include_srid=True))


def decode(stored: Sequence[bytes | None], *, dialect: str) -> GeometryArray:
    """Turn what the database returned, GeoPackage blobs or WKB, into geometries."""
    wkb = np.empty(len(stored), dtype=object)
    for i, value in enumerate(stored):
        if value is not None:
            wkb[i] = blob_wkb(bytes(value)) if dialect == "sqlite" else bytes(value)
    return np.asarray(shapely.from_wkb(wkb), dtype=object)


def blob_wkb(blob: bytes) -> bytes:
    """Return the WKB inside a GeoPackage blob."""
    return blob[_HEADER.size + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def blob_is_empty(blob: bytes) -> bool:
    """Return whether the geometry of a GeoPackage blob has no point."""
    return bool(blob[3] & _EMPTY)


def blob_bounds(blob: bytes) -> tuple[float, float, float, float]:
    """Return minx, maxx, miny, maxy of a GeoPackage blob, without parsing it where it can."""
    if (blob[3] >> 1) & 0b111 and blob[3] & _LITTLE_ENDIAN:
        return _ENVELOPE.unpack_from(blob, _HEADER.size)
    wkb = blob_wkb(blob)
    if wkb[0] == 1 and len(wkb) == _WKB_POINT.size and wkb[1] == _WKB_POINT_TYPE:
        _, _, x, y = _WKB_POINT.unpack(wkb)
        return x, x, y, y
    minx, miny, maxx, maxy = shapely.from_wkb(wkb).bounds
    return minx, maxx, miny, maxy


def _to_blobs(geometries: GeometryArray, srid: int) -> list[bytes | None]:
    """Write blobs; points go without an envelope, as the standard advises."""
    plain, enclosed, empty = (
        _HEADER.pack(_MAGIC, 0, _LITTLE_ENDIAN | flag, srid) for flag in (0, _WITH_ENVELOPE, _EMPTY)
    )
    wkbs = shapely.to_wkb(geometries, byte_order=1, include_srid=False)
    is_point = shapely.get_type_id(geometries) == 0
    is_empty = shapely.is_empty(geometries)
    envelopes = shapely.bounds(geometries)[:, [0, 2, 1, 3]].astype("<f8")
    blobs: list[bytes | None] = []
    for i, wkb in enumerate(wkbs):
        if wkb is None:
            blobs.append(None)
        elif is_empty[i]:
            blobs.append(empty + wkb)
        elif is_point[i]:
            blobs.append(plain + wkb)
        else:
            blobs.append(enclosed + envelopes[i].tobytes() + wkb)
    return blobs
