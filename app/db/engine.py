"""The engine, and the two ways to use it: one transaction that reads, or one that writes.

On the embedded register a writer takes the one lock at once (``BEGIN IMMEDIATE``), so two writers
wait for each other instead of failing half-way; readers are never in their way. Everything in a
transaction is seen at one moment, on both databases.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.db import geopackage
from app.db.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    NotADatabaseError,
    RegisterMissingError,
)

_WRITES = "skillshed_writes"
_POSTGRESQL = "postgresql+psycopg"
_UNDEFINED_TABLE = "42P01"
_NO_DATABASE = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})


def make_engine(url: str, *, pool_size: int = 5, timeout_seconds: float = 10) -> sa.Engine:
    """Return an engine for a register; nothing is opened or made yet.

    Parameters
    ----------
    url
        ``sqlite:///skillshed.gpkg`` or ``postgresql+psycopg://user:word@host/name``.
    pool_size
        Connections that are kept open.
    timeout_seconds
        How long to wait for a connection, or for another writer.

    Raises
    ------
    NotADatabaseError
        If the address is of another kind. It is not repeated: it may hold a password.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _embedded_engine(address, pool_size, timeout_seconds)
    return sa.create_engine(
        address,
        pool_size=pool_size,
        pool_timeout=timeout_seconds,
        pool_pre_ping=True,
        connect_args={"connect_timeout": max(1, math.ceil(timeout_seconds))},
        hide_parameters=True,
    )


def place_of(engine: sa.Engine) -> str:
    """Return where the register is, in words without a password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    host = engine.url.host or "localhost"
    port = f":{engine.url.port}" if engine.url.port else ""
    return f"{host}{port}/{engine.url.database}"


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in one transaction that sees one moment and cannot write.

    Raises
    ------
    RegisterMissingError, DatabaseUnavailableError, NotADatabaseError
        In place of what the driver raises.
    """
    with _translated(engine), engine.connect() as plain:
        connection = plain
        if engine.dialect.name == "postgresql":
            connection = plain.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in one transaction that is kept whole or, after an error, not at all.

    Raises
    ------
    RegisterMissingError, DatabaseUnavailableError, NotADatabaseError
        In place of what the driver raises.
    """
    with _translated(engine), engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


def _address(url: str) -> sa.URL:
    advice = (
        "The database's address is none that Skillshed can use: give "
        "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME."
    )
    try:
        address = sa.make_url(url)
    except ArgumentError:
        raise NotADatabaseError(advice) from None
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername=_POSTGRESQL)
    in_file = address.drivername in {"sqlite", "sqlite+pysqlite"} and address.database
    if not (in_file or address.drivername == _POSTGRESQL) or address.database == ":memory:":
        raise NotADatabaseError(advice)
    return address


def _embedded_engine(address: sa.URL, pool_size: int, timeout_seconds: float) -> sa.Engine:
    path = Path(str(address.database)).absolute()

    def connect() -> sqlite3.Connection:
        # Mode rw never makes a file: a misspelt name must not become an empty register.
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=timeout_seconds,
            # The driver's own transactions would commit around DDL; BEGIN is ours, below.
            isolation_level=None,
            check_same_thread=False,
        )

    engine = sa.create_engine(
        address, creator=connect, pool_size=pool_size, pool_timeout=timeout_seconds
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    geopackage.add_functions(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # With a write-ahead log this survives a killed process; it is the common setting for one.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError:
        # The driver's text ends in a link for programmers.
        raise DatabaseUnavailableError(place_of(engine), "all connections are busy") from None
    except DBAPIError as error:
        translated = _translation(engine, error)
        if translated is None:
            raise
        raise translated from error


def _translation(engine: sa.Engine, error: DBAPIError) -> DatabaseError | None:
    """Return our error for one of the driver's; None if it is a fault of the statement."""
    place, reason = place_of(engine), _reason(engine, error.orig)
    if _is_missing(engine, error.orig, reason):
        return RegisterMissingError(place)
    # The lowest byte is the kind of error, the rest says more about it.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _NO_DATABASE:
        return NotADatabaseError(
            f"The file {place} cannot be used ({reason}): name a register that Skillshed made, "
            "or a file that is not there yet."
        )
    if code == sqlite3.SQLITE_ERROR:
        return None
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return DatabaseUnavailableError(place, reason)
    return None


def _is_missing(engine: sa.Engine, cause: Any, reason: str) -> bool:  # noqa: ANN401 - a driver's
    if engine.dialect.name == "sqlite":
        return not Path(place_of(engine)).exists() or reason.startswith("no such table")
    return getattr(cause, "sqlstate", None) == _UNDEFINED_TABLE


def _reason(engine: sa.Engine, cause: BaseException | None) -> str:
    """Return what a driver says, in one line and without the password."""
    lines = str(cause).strip().splitlines() or ["no reason given"]
    password = engine.url.password
    return lines[0].replace(str(password), "***") if password else lines[0]
