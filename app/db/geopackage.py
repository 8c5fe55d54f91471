"""The GeoPackage standard around the embedded register: metadata tables, R*Tree, triggers.

Creating a table with a geometry column on SQLite, be it by SQLAlchemy or by Alembic, also
registers the table as a layer and gives it an R*Tree that triggers keep right. So GDAL, QGIS and
geopandas open the register as it stands.

References
----------
OGC 12-128r18, GeoPackage Encoding Standard 1.3, clauses 1.1 and 2.1, annexes C and F.3.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pyproj
import shapely
import sqlalchemy as sa
from sqlalchemy import event

from app.db.geometry import (
    GeometryArray,
    PortableGeometry,
    blob_bounds,
    blob_is_empty,
    geometry_column,
)

APPLICATION_ID = 0x47504B47
"""``GPKG``: how the header of a SQLite file says that it is a GeoPackage."""
VERSION = 10300

_NOW = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
_METADATA = (
    """CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL PRIMARY KEY,
        organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL,
        definition TEXT NOT NULL,
        description TEXT
    )""",
    f"""CREATE TABLE IF NOT EXISTS gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY,
        data_type TEXT NOT NULL,
        identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT {_NOW},
        min_x DOUBLE,
        min_y DOUBLE,
        max_x DOUBLE,
        max_y DOUBLE,
        srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
    )""",
    """CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
        table_name TEXT NOT NULL,
        column_name TEXT NOT NULL,
        geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL,
        z TINYINT NOT NULL,
        m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
    )""",
    """CREATE TABLE IF NOT EXISTS gpkg_extensions (
        table_name TEXT,
        column_name TEXT,
        extension_name TEXT NOT NULL,
        definition TEXT NOT NULL,
        scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
    )""",
)
_PATIENCE_SECONDS = 10.0
_UNDEFINED_SYSTEMS = {-1: "Undefined Cartesian", 0: "Undefined geographic"}
_RTREE_DEFINITION = "http://www.geopackage.org/spec120/#extension_rtree"


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the SQL functions that the triggers of the R*Trees call."""
    names = ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")
    for position, name in enumerate(names):
        connection.create_function(name, 1, _bound(position), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)


def stamp(connection: sqlite3.Connection) -> None:
    """Write into the header of a file that it is a GeoPackage, and let readers not block."""
    connection.execute("PRAGMA query_only = OFF")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    _log_ahead(connection)


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite itself does not wait for others to do the same."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def index_name(column: sa.Column[Any]) -> str:
    """Return the name of the R*Tree of a geometry column."""
    return f"rtree_{column.table.name}_{column.name}"


def register_attributes(connection: sa.Connection, table_name: str) -> None:
    """Register a table without geometry, so that other programs list it; nothing elsewhere."""
    if connection.dialect.name == "sqlite":
        _create_metadata(connection)
        _add_contents(connection, table_name, data_type="attributes", srs_id=None)


def suspend_index(connection: sa.Connection, column: sa.Column[Any]) -> None:
    """Stop indexing new rows one by one; :func:`fill_index` takes it up again."""
    connection.exec_driver_sql(f"DROP TRIGGER {index_name(column)}_insert")


def fill_index(
    connection: sa.Connection,
    column: sa.Column[Any],
    *,
    fids: Sequence[int],
    geometries: GeometryArray,
) -> None:
    """Index rows that were added since :func:`suspend_index`, and go on one by one."""
    bounds = shapely.bounds(geometries)
    filled = ~np.isnan(bounds[:, 0])
    ids = np.asarray(fids, dtype=np.int64)[filled].tolist()
    edges = bounds[filled][:, [0, 2, 1, 3]].T.tolist()
    if ids:
        connection.exec_driver_sql(
            f"INSERT INTO {index_name(column)} VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - our name
            list(zip(ids, *edges, strict=True)),
        )
    connection.exec_driver_sql(_triggers(column)[f"{index_name(column)}_insert"])


def note_change(connection: sa.Connection, table: sa.Table) -> None:
    """Write down when the table last changed and how far its geometries now reach."""
    column = geometry_column(table)
    extent: tuple[object, ...] = (None, None, None, None)
    if column is not None:
        extent = tuple(
            connection.exec_driver_sql(
                "SELECT min(minx), min(miny), max(maxx), max(maxy) "  # noqa: S608 - our name
                f"FROM {index_name(column)}"
            ).one()
        )
    connection.exec_driver_sql(
        f"UPDATE gpkg_contents SET last_change = {_NOW}, min_x = ?, min_y = ?, "  # noqa: S608
        "max_x = ?, max_y = ? WHERE table_name = ?",
        (*extent, table.name),
    )


def unindexed_rows(connection: sa.Connection, table: sa.Table) -> int:
    """Return how many rows of ``table`` and entries of its R*Tree do not belong together."""
    column = geometry_column(table)
    if column is None:
        return 0
    rtree, name = index_name(column), table.name
    found: int = connection.exec_driver_sql(
        f"SELECT (SELECT count(*) FROM {name} WHERE {column.name} NOT NULL "  # noqa: S608 - ours
        f"AND NOT ST_IsEmpty({column.name}) AND fid NOT IN (SELECT id FROM {rtree})) "
        f"+ (SELECT count(*) FROM {rtree} WHERE id NOT IN (SELECT fid FROM {name} "
        f"WHERE {column.name} NOT NULL))"
    ).scalar_one()
    return found


def _bound(position: int) -> Callable[[bytes | None], float | None]:
    return lambda blob: None if blob is None else blob_bounds(blob)[position]


def _is_empty(blob: bytes | None) -> bool | None:
    return None if blob is None else blob_is_empty(blob)


def _triggers(column: sa.Column[Any]) -> dict[str, str]:
    """Return the triggers that keep an R*Tree right, by name (annex F.3).

    The standard's triggers for a changed primary key are left out: a ``fid`` never changes.
    """
    table, name, rtree = column.table.name, column.name, index_name(column)
    put = (
        f"INSERT OR REPLACE INTO {rtree} VALUES (NEW.fid, ST_MinX(NEW.{name}), "  # noqa: S608
        f"ST_MaxX(NEW.{name}), ST_MinY(NEW.{name}), ST_MaxY(NEW.{name}))"
    )
    take = f"DELETE FROM {rtree} WHERE id = OLD.fid"  # noqa: S608 - our own names
    there = f"NEW.{name} NOT NULL AND NOT ST_IsEmpty(NEW.{name})"
    gone = f"NEW.{name} ISNULL OR ST_IsEmpty(NEW.{name})"
    events = {
        "insert": f"AFTER INSERT ON {table} WHEN ({there}) BEGIN {put}; END",
        "update6": f"AFTER UPDATE OF {name} ON {table} WHEN ({there}) BEGIN {put}; END",
        "update2": f"AFTER UPDATE OF {name} ON {table} WHEN ({gone}) BEGIN {take}; END",
        "delete": f"AFTER DELETE ON {table} WHEN OLD.{name} NOT NULL BEGIN {take}; END",
    }
    return {
        f"{rtree}_{key}": f"CREATE TRIGGER {rtree}_{key} {rest}" for key, rest in events.items()
    }


@event.listens_for(sa.Table, "after_create")
def _add_layer(table: sa.Table, connection: sa.Connection, **_: object) -> None:
    column = geometry_column(table)
    if column is None or connection.dialect.name != "sqlite":
        return
    kind = cast("PortableGeometry", column.type)
    _create_metadata(connection)
    _add_system(connection, kind.srid)
    _add_contents(connection, table.name, data_type="features", srs_id=kind.srid)
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (table.name, column.name, kind.kind, kind.srid),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
        (table.name, column.name, _RTREE_DEFINITION),
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {index_name(column)} USING rtree(id, minx, maxx, miny, maxy)"
    )
    for statement in _triggers(column).values():
        connection.exec_driver_sql(statement)


@event.listens_for(sa.Table, "before_drop")
def _remove_layer(table: sa.Table, connection: sa.Connection, **_: object) -> None:
    column = geometry_column(table)
    if column is None or connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql(f"DROP TABLE {index_name(column)}")
    for metadata in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
        connection.exec_driver_sql(
            f"DELETE FROM {metadata} WHERE table_name = ?",  # noqa: S608 - our own names
            (table.name,),
        )


def _create_metadata(connection: sa.Connection) -> None:
    for statement in _METADATA:
        connection.exec_driver_sql(statement)
    for srs_id, name in _UNDEFINED_SYSTEMS.items():
        _insert_system(connection, (name, srs_id, "NONE", srs_id, "undefined"))
    _add_system(connection, 4326)


def _add_system(connection: sa.Connection, srid: int) -> None:
    system = pyproj.CRS.from_epsg(srid)
    definition = system.to_wkt("WKT1_GDAL")
    _insert_system(connection, (system.name, srid, "EPSG", srid, definition))


def _insert_system(connection: sa.Connection, row: tuple[object, ...]) -> None:
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", row
    )


def _add_contents(
    connection: sa.Connection, table_name: str, *, data_type: str, srs_id: int | None
) -> None:
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (table_name, data_type, table_name, srs_id),
    )
