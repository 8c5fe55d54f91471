"""The register's schema: making it, bringing it up to date, and saying what is wrong with it."""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

import app.db.models  # noqa: F401 - registers the tables with the metadata
from app.db import geopackage
from app.db.base import Base
from app.db.engine import place_of, reading, writing
from app.db.errors import (
    DatabaseError,
    NotADatabaseError,
    RegisterMissingError,
    RegisterTooNewError,
    RegisterTooOldError,
)
from app.db.geometry import PortableGeometry

_MIGRATIONS = Path(__file__).parent / "migrations"
_FOREIGN_TABLES = ("gpkg_", "rtree_", "sqlite_", "spatial_ref_sys")
_MIGRATION_LOCK = 5_347_164_822_517_336_948
"""Any fixed number: PostgreSQL lets one holder of it through at a time."""


def upgrade(engine: sa.Engine) -> None:
    """Make the register if there is none, and bring it to the newest migration.

    Either all migrations that were missing are done, or none. Two processes may call it at once.

    Raises
    ------
    RegisterTooNewError
        If a newer release made the register; it is left as it is.
    NotADatabaseError
        If the embedded file holds other tables, or the database has no PostGIS.
    """
    if engine.dialect.name == "sqlite":
        _prepare_file(engine)
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            _require_postgis(connection, place_of(engine))
        revision = _revision(connection)
        scripts = _scripts()
        if revision is not None:
            _require_known(revision, scripts, place_of(engine))
        if revision != scripts.get_current_head():
            command.upgrade(_config(connection), "head")


def require_current(engine: sa.Engine) -> None:
    """Do nothing if the register is there and up to date.

    Raises
    ------
    RegisterMissingError, RegisterTooOldError, RegisterTooNewError
        If it is not.
    """
    place = place_of(engine)
    with reading(engine) as connection:
        revision = _revision(connection)
    if revision is None:
        raise RegisterMissingError(place)
    scripts = _scripts()
    _require_known(revision, scripts, place)
    if revision != scripts.get_current_head():
        raise RegisterTooOldError(place)


def check(engine: sa.Engine) -> list[str]:
    """Return what is wrong with the register, one sentence each; nothing if it is fine."""
    try:
        require_current(engine)
        with reading(engine) as connection:
            if connection.dialect.name == "sqlite":
                return _damage(connection) + _differences(connection)
            return _differences(connection)
    except DatabaseError as error:
        return [str(error)]


def comparison(connection: sa.Connection) -> dict[str, Any]:
    """Return the options by which Alembic compares the tables with the models."""

    def include_object(item: object, _name: str | None, kind: str, *_: object) -> bool:
        # On SQLite the R*Tree stands in for these indexes.
        spatial = isinstance(item, sa.Index) and item.dialect_options["postgresql"]["using"]
        return not (kind == "index" and spatial and connection.dialect.name == "sqlite")

    return {
        "target_metadata": Base.metadata,
        "include_name": _belongs_to_us,
        "include_object": include_object,
        "compare_type": _types_differ,
    }


def _belongs_to_us(name: str | None, kind: str, _parents: object) -> bool:
    """Look away from the tables that PostGIS and the GeoPackage standard need."""
    return kind != "table" or not str(name).startswith(_FOREIGN_TABLES)


def _types_differ(
    _context: object,
    _inspected: object,
    _column: object,
    inspected: sa.types.TypeEngine[Any],
    wanted: sa.types.TypeEngine[Any],
) -> bool | None:
    """Compare what Alembic cannot, a blob of SQLite with a geometry; leave the rest to it."""
    if isinstance(wanted, PortableGeometry) and isinstance(inspected, sa.LargeBinary):
        return False
    return None


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _context(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts=comparison(connection))


def _revision(connection: sa.Connection) -> str | None:
    return _context(connection).get_current_revision()


def _require_known(revision: str, scripts: ScriptDirectory, place: str) -> None:
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise RegisterTooNewError(place, revision)


def _prepare_file(engine: sa.Engine) -> None:
    """Make the file if it is not there, and mark it as a GeoPackage."""
    path = Path(place_of(engine))
    try:
        path.touch()
    except OSError as error:
        raise NotADatabaseError(
            f"The file {path} cannot be written ({error.strerror}): name another one."
        ) from None
    with reading(engine) as connection:
        tables = sa.inspect(connection).get_table_names()
        header = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if tables and "alembic_version" not in tables:
        raise NotADatabaseError(
            f"The file {path} holds other tables and no register: name a file that is not there "
            "yet."
        )
    if header != geopackage.APPLICATION_ID:
        _stamp(engine)


def _stamp(engine: sa.Engine) -> None:
    # Not in a transaction: the header's journal mode cannot be changed within one.
    with closing(engine.raw_connection()) as connection:
        geopackage.stamp(cast("sqlite3.Connection", connection.driver_connection))


def _require_postgis(connection: sa.Connection, place: str) -> None:
    """Add PostGIS where it is not; most roles may do so only if it counts as trusted."""
    found = connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if found.first() is None:
        try:
            connection.exec_driver_sql("CREATE EXTENSION postgis")
        except DBAPIError:
            raise NotADatabaseError(
                f"The database at {place} has no PostGIS: let its administrator run "
                "CREATE EXTENSION postgis."
            ) from None


def _differences(connection: sa.Connection) -> list[str]:
    """Return how the tables differ from the models."""
    with warnings.catch_warnings():
        # SQLite cannot tell of indexes over expressions; the migration's test looks at them.
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection")
        warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified")
        found = compare_metadata(_context(connection), Base.metadata)
    return [f"The tables are not as they should be: {_in_words(change)}." for change in found]


def _in_words(change: object) -> str:
    """Return the kind of a change and what it is about, from what Alembic found."""
    first = change[0] if isinstance(change, list) else change
    kind, *subjects = cast("tuple[Any, ...]", first)
    named = [str(getattr(subject, "name", subject)) for subject in subjects if subject is not None]
    return " ".join([str(kind).replace("_", " "), *named[:3]])


def _damage(connection: sa.Connection) -> list[str]:
    """Return what is broken inside an embedded file."""
    found = [
        f"The file is damaged ({row[0]}): restore it from a copy."
        for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")
        if row[0] != "ok"
    ]
    orphans = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    found += [
        f"Rows of {table!r} refer to rows that are not there: load what they refer to."
        for table in sorted(orphans)
    ]
    for table in Base.metadata.sorted_tables:
        stray = geopackage.unindexed_rows(connection, table)
        if stray:
            found.append(
                f"{stray} row(s) of {table.name!r} and its spatial index do not agree: "
                "load the table again into a new register."
            )
    return found
