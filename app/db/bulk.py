"""Many rows at once: COPY on PostgreSQL, one prepared statement and a filled R*Tree on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

import pandas as pd
import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.db import geopackage
from app.db.frames import columns_of, name_in_frame, to_values
from app.db.geometry import PortableGeometry, encode, geometry_column
from app.db.portable import Moment

_COPY_TYPES: dict[type[Any], str] = {
    PortableGeometry: "bytea",
    sa.Text: "text",
    sa.Boolean: "bool",
    sa.Date: "date",
    sa.Integer: "int4",
    sa.Double: "float8",
    Moment: "timestamptz",
}


def insert(
    connection: sa.Connection,
    table: sa.Table,
    rows: pd.DataFrame,
    *,
    valid_from: datetime | None = None,
) -> None:
    """Insert rows that :func:`app.db.frames.prepare` made, which stand from ``valid_from`` on."""
    if rows.empty:
        return
    columns, values = columns_of(table), _encoded(connection, table, rows)
    if valid_from is not None:
        columns = [*columns, table.c.valid_from]
        values = [*values, [_moment(connection, table, valid_from)] * len(rows)]
    if connection.dialect.name == "postgresql":
        _copy(connection, table, columns, values)
    else:
        _insert_embedded(connection, table, columns, values, shapes=rows)


def insert_values(
    connection: sa.Connection, table: sa.Table, values: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows given as lists by column name, of a table without a geometry."""
    columns = [table.c[name] for name in values]
    embedded = connection.dialect.name == "sqlite"
    ready = [
        _as_iso(found) if embedded and isinstance(column.type, sa.Date) else list(found)
        for column, found in zip(columns, values.values(), strict=True)
    ]
    if not ready or not ready[0]:
        return
    if embedded:
        _execute_many(connection, table, list(values), ready)
    else:
        _copy(connection, table, columns, ready)


def delete(connection: sa.Connection, table: sa.Table, fids: Sequence[int]) -> None:
    """Delete the rows with the numbers ``fids``."""
    statement = sa.delete(table).where(table.c.fid == sa.bindparam("row"))
    connection.execute(statement, [{"row": fid} for fid in fids])
    _note_change(connection, table)


def update(
    connection: sa.Connection,
    table: sa.Table,
    rows: pd.DataFrame,
    *,
    fids: Sequence[int],
    valid_from: datetime | None = None,
) -> None:
    """Give the rows with the numbers ``fids`` the values of prepared ``rows``.

    They stand from ``valid_from`` on, if it is given.
    """
    if rows.empty:
        return
    columns = columns_of(table)
    statement = (
        sa.update(table)
        .where(table.c.fid == sa.bindparam("row"))
        .values({column: sa.bindparam(f"new_{column.name}") for column in columns})
    )
    if valid_from is not None:
        statement = statement.values(valid_from=valid_from)
    values = [to_values(rows[name_in_frame(column)]) for column in columns]
    names = ["row", *(f"new_{column.name}" for column in columns)]
    records = [dict(zip(names, row, strict=True)) for row in zip(fids, *values, strict=True)]
    connection.execute(statement, records)
    _note_change(connection, table)


def _insert_embedded(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[sa.Column[Any]],
    values: Sequence[list[Any]],
    *,
    shapes: pd.DataFrame,
) -> None:
    names = [column.name for column in columns]
    shape = geometry_column(table)
    if shape is None:
        _execute_many(connection, table, names, values)
        return
    last = connection.execute(sa.select(sa.func.max(table.c.fid))).scalar_one()
    first = (last or 0) + 1
    fids = list(range(first, first + len(shapes)))
    geopackage.suspend_index(connection, shape)
    _execute_many(connection, table, ["fid", *names], [fids, *values])
    geometries = shapes[name_in_frame(shape)].to_numpy(dtype=object)
    geopackage.fill_index(connection, shape, fids=fids, geometries=geometries)
    _note_change(connection, table)


def _execute_many(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], values: Sequence[list[Any]]
) -> None:
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({_quoted(connection, names)}) VALUES ({marks})",  # noqa: S608
        list(zip(*values, strict=True)),
    )


def _copy(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[sa.Column[Any]],
    values: Sequence[list[Any]],
) -> None:
    names = _quoted(connection, [column.name for column in columns])
    statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
    types = [
        next(name for kind, name in _COPY_TYPES.items() if isinstance(column.type, kind))
        for column in columns
    ]
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in zip(*values, strict=True):
                copy.write_row(row)
    except psycopg.Error as error:
        # As SQLAlchemy raises it where the statement goes through SQLAlchemy.
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, dialect=connection.dialect
        ) from error


def _encoded(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> list[list[Any]]:
    dialect = connection.dialect.name
    return [
        _column_values(column, rows[name_in_frame(column)], dialect) for column in columns_of(table)
    ]


def _column_values(column: sa.Column[Any], series: pd.Series, dialect: str) -> list[Any]:
    if isinstance(column.type, PortableGeometry):
        kind = column.type
        shapes = series.to_numpy(dtype=object)
        return list(encode(shapes, kind=kind.kind, srid=kind.srid, dialect=dialect))
    values = to_values(series)
    if isinstance(column.type, sa.Date) and dialect == "sqlite":
        return _as_iso(values)
    return values


def _as_iso(days: Sequence[date | None]) -> list[Any]:
    """Return days as SQLAlchemy stores them on SQLite; Python's own way is on its way out."""
    return [None if day is None else day.isoformat() for day in days]


def _moment(connection: sa.Connection, table: sa.Table, moment: datetime) -> Any:  # noqa: ANN401
    """Return a moment as the driver takes it: SQLAlchemy stores text on SQLite."""
    if connection.dialect.name == "postgresql":
        return moment
    process = table.c.valid_from.type.dialect_impl(connection.dialect).bind_processor(
        connection.dialect
    )
    return process(moment) if process else moment


def _quoted(connection: sa.Connection, names: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(name) for name in names)


def _note_change(connection: sa.Connection, table: sa.Table) -> None:
    if connection.dialect.name == "sqlite":
        geopackage.note_change(connection, table)
