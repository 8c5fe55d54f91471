"""Reads and writes the tables of the register, alike on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.db import bulk
from app.db.base import RegisterBase, key_terms
from app.db.cursors import read_cursor, write_cursor
from app.db.errors import RowsRefusedError
from app.db.frames import GEOMETRY, columns_of, prepare, to_frame
from app.db.models import REGISTER_MODELS, Load


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows a write inserted, updated and left as they were."""

    inserted: int
    updated: int
    unchanged: int


def table_of(model: type[RegisterBase]) -> sa.Table:
    """Return the table of a register model."""
    return model.metadata.tables[model.__tablename__]


def read_table(connection: sa.Connection, model: type[RegisterBase]) -> pd.DataFrame:
    """Return every row of a register table, sorted by its key.

    Returns
    -------
    All columns but the row number, with the dtypes that :mod:`app.db.frames` gives. A table with
    points or polygons is a GeoDataFrame in EPSG:4326 with the column ``geometry``.
    """
    table = table_of(model)
    query = sa.select(*columns_of(table)).order_by(*key_terms(table, model.KEY))
    return to_frame(columns_of(table), connection.execute(query).fetchall())


def read_page(
    connection: sa.Connection, model: type[RegisterBase], *, after: str | None, limit: int
) -> pd.DataFrame:
    """Return up to ``limit`` rows in the order of their key, from behind the cursor ``after``.

    Raises
    ------
    BadCursorError
        If ``after`` is no cursor of this table.
    """
    table = table_of(model)
    terms = key_terms(table, model.KEY)
    query = sa.select(*columns_of(table)).order_by(*terms).limit(limit)
    if after is not None:
        key = map(sa.literal, read_cursor(after, len(terms)))
        query = query.where(sa.tuple_(*terms) > sa.tuple_(*key))
    return to_frame(columns_of(table), connection.execute(query).fetchall())


def next_cursor(model: type[RegisterBase], rows: pd.DataFrame, limit: int) -> str | None:
    """Return the cursor behind the last of ``rows``; None if they did not fill the page."""
    if len(rows) < limit:
        return None
    last = rows.iloc[-1]
    key = ["" if pd.isna(last[name]) else str(last[name]) for name in model.KEY]
    return write_cursor(key)


def write_rows(connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame) -> Changes:
    """Insert the rows whose key is new, and update those that differ from what is stored.

    Numbers are compared exactly and geometries bit by bit; missing is the same as missing. The
    order of the rows does not matter.

    Parameters
    ----------
    rows
        A table with all columns that :func:`read_table` gives, in any order.

    Raises
    ------
    RowsRefusedError
        If a row cannot be stored; nothing of ``rows`` is, and the transaction can go on.
    """
    table = table_of(model)
    fresh = _sorted_by_key(model, prepare(table, rows))
    key = _keys(model, fresh)
    if key.has_duplicates:
        twice = " / ".join(map(str, key[key.duplicated()][0]))
        raise RowsRefusedError(table.name, f"the key {twice!r} stands in it twice.")
    fids, stored = _stored(connection, table)
    position = _keys(model, stored).get_indexer(key)
    known = position >= 0
    differs = np.zeros(len(fresh), dtype=bool)
    differs[known] = ~_same(fresh[known], stored.iloc[position[known]])
    _require_references(connection, table, fresh[~known | differs])
    try:
        # A savepoint: whoever catches the refusal must not keep the rows before the bad one.
        with connection.begin_nested():
            bulk.insert(connection, table, fresh[~known])
            bulk.update(connection, table, fresh[differs], fids=fids[position[differs]].tolist())
    except IntegrityError as error:
        raise RowsRefusedError(table.name, _broken_rule(table, error)) from error
    updated = int(differs.sum())
    return Changes(int((~known).sum()), updated, int(known.sum()) - updated)


def known_keys(connection: sa.Connection, column: str) -> set[str]:
    """Return every value of a ``table.column`` that other tables refer to."""
    table, name = column.split(".")
    values = RegisterBase.metadata.tables[table].c[name]
    found = connection.execute(sa.select(values).distinct())
    return {str(value) for value in found.scalars() if value is not None}


def record_load(
    connection: sa.Connection,
    *,
    table: str,
    file_name: str,
    file_sha256: str,
    changes: Changes,
    rejected: int,
) -> None:
    """Note that a file was loaded, when, and what became of its rows."""
    loaded = changes.inserted + changes.updated + changes.unchanged
    connection.execute(
        sa.insert(Load),
        {
            "table_name": table,
            "file_name": file_name,
            "file_sha256": file_sha256,
            "loaded_at": datetime.now(UTC),
            "rows_read": loaded + rejected,
            "rows_inserted": changes.inserted,
            "rows_updated": changes.updated,
            "rows_unchanged": changes.unchanged,
            "rows_rejected": rejected,
        },
    )


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Return the number of rows of every register table."""
    return {
        model.__tablename__: connection.execute(
            sa.select(sa.func.count()).select_from(table_of(model))
        ).scalar_one()
        for model in REGISTER_MODELS
    }


def _sorted_by_key(model: type[RegisterBase], rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` in the order of their keys, so that row numbers do not depend on theirs."""
    keys = list(zip(*(rows[name].fillna("").tolist() for name in model.KEY), strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return rows.take(order).reset_index(drop=True)


def _keys(model: type[RegisterBase], rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([rows[name].fillna("") for name in model.KEY])


def _stored(
    connection: sa.Connection, table: sa.Table
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], pd.DataFrame]:
    """Return the row numbers of what is stored, and the rows."""
    columns = columns_of(table)
    rows = connection.execute(sa.select(table.c.fid, *columns)).fetchall()
    fids = np.array([row[0] for row in rows], dtype=np.int64)
    return fids, pd.DataFrame(to_frame(columns, [row[1:] for row in rows]))


def _same(fresh: pd.DataFrame, stored: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each row whether it is what is stored at the same position."""
    same = np.ones(len(fresh), dtype=bool)
    for name in fresh.columns:
        new, old = (table[name].to_numpy(dtype=object) for table in (fresh, stored))
        if name == GEOMETRY:
            # As bytes: shapely calls a point equal to one that differs in the sign of a zero.
            new, old = (shapely.to_wkb(shapes, byte_order=1) for shapes in (new, old))
        blank = pd.isna(new) & pd.isna(old)
        filled = ~pd.isna(new) & ~pd.isna(old)
        same &= blank | filled
        same[filled] &= new[filled] == old[filled]
    return same


def _require_references(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    """Raise if a row refers to something that is not there; SQLite does not say which does."""
    for column in columns_of(table):
        for key in column.foreign_keys if len(rows) else ():
            unknown = set(rows[column.name].dropna()) - known_keys(connection, key.target_fullname)
            if unknown:
                raise RowsRefusedError(
                    table.name,
                    f"{column.name!r} is {min(unknown)!r}, which {key.column.table.name!r} does "
                    "not hold: load that first.",
                )


def _broken_rule(table: sa.Table, error: IntegrityError) -> str:
    """Return the rule that the database says a row breaks, without the row itself."""
    reason = str(error.orig).splitlines()[0]
    rules = {
        str(check.name): str(check.sqltext)
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    }
    broken = max((name for name in rules if name in reason), key=len, default=None)
    return f"a row breaks the rule {rules[broken]}." if broken else f"{reason}."
