"""Reads and writes the tables of the register, alike on both databases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
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
from app.db.frames import GEOMETRY, columns_of, prepare, to_frame, to_texts
from app.db.history import keep_versions, next_moment
from app.db.models import REGISTER_MODELS

ID_SEPARATOR = "\x1f"
"""Stands between the parts of a row's id: a control character, which no value may hold."""

INSERTED, UPDATED, UNCHANGED = "inserted", "updated", "unchanged"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows a write inserted, updated and left as they were.

    ``cells`` has a row for each field that an update changed: ``row_id``, ``field``, ``old`` and
    ``new`` as text, missing where blank. ``outcome`` says of each given row, in its order, whether
    it was ``inserted``, ``updated`` or ``unchanged``.
    """

    inserted: int
    updated: int
    unchanged: int
    cells: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    outcome: tuple[str, ...] = field(default=(), compare=False, repr=False)


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


def read_since(
    connection: sa.Connection, model: type[RegisterBase], moment: datetime
) -> pd.DataFrame:
    """Return the rows that stand since exactly ``moment``: those that one load has written."""
    table = table_of(model)
    query = sa.select(*columns_of(table)).where(table.c.valid_from == moment)
    query = query.order_by(*key_terms(table, model.KEY))
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


def write_rows(
    connection: sa.Connection,
    model: type[RegisterBase],
    rows: pd.DataFrame,
    *,
    moment: datetime | None = None,
) -> Changes:
    """Insert the rows whose key is new, and update those that differ from what is stored.

    Numbers are compared exactly and geometries bit by bit; missing is the same as missing. The
    order of the rows does not matter. A row that is replaced goes into the table's history.

    Parameters
    ----------
    rows
        A table with all columns that :func:`read_table` gives, in any order.
    moment
        Since when the rows stand: later than every earlier change; None is now.

    Raises
    ------
    RowsRefusedError
        If a row cannot be stored; nothing of ``rows`` is, and the transaction can go on.
    """
    table = table_of(model)
    prepared = prepare(table, rows)
    order = _order_by_key(model, prepared)
    fresh = prepared.take(order).reset_index(drop=True)
    key = _keys(model, fresh)
    if key.has_duplicates:
        twice = " / ".join(map(str, key[key.duplicated()][0]))
        raise RowsRefusedError(table.name, f"the key {twice!r} stands in it twice.")
    fids, stored = _stored(connection, table)
    position = _keys(model, stored).get_indexer(key)
    known = position >= 0
    before = stored.iloc[position[known]]
    same = _same(fresh[known], before)
    differs = np.zeros(len(fresh), dtype=bool)
    differs[known] = ~same.all(axis=1)
    _require_references(connection, table, fresh[~known | differs])
    since = (
        moment or next_moment(connection, datetime.now(UTC)) if (differs | ~known).any() else None
    )
    replaced = fids[position[differs]].tolist()
    try:
        # A savepoint: whoever catches the refusal must not keep the rows before the bad one.
        with connection.begin_nested():
            bulk.insert(connection, table, fresh[~known], valid_from=since)
            keep_versions(connection, table, replaced, valid_to=since)
            bulk.update(connection, table, fresh[differs], fids=replaced, valid_from=since)
    except IntegrityError as error:
        raise RowsRefusedError(table.name, _broken_rule(table, error)) from error
    updated = int(differs.sum())
    return Changes(
        inserted=int((~known).sum()),
        updated=updated,
        unchanged=int(known.sum()) - updated,
        cells=_changed_cells(row_ids(model, fresh[known]), fresh[known], before, same),
        outcome=_outcome(order, known, differs),
    )


def remove_rows(
    connection: sa.Connection,
    model: type[RegisterBase],
    fids: Sequence[int],
    *,
    moment: datetime | None = None,
) -> int:
    """Remove rows by their numbers; they go into the table's history.

    Returns
    -------
    How many rows were removed.

    Raises
    ------
    RowsRefusedError
        If another row refers to one of them; none is removed then.
    """
    if not fids:
        return 0
    table = table_of(model)
    since = moment or next_moment(connection, datetime.now(UTC))
    try:
        with connection.begin_nested():
            keep_versions(connection, table, fids, valid_to=since)
            bulk.delete(connection, table, fids)
    except IntegrityError as error:
        raise RowsRefusedError(table.name, _broken_rule(table, error)) from error
    return len(fids)


def row_ids(model: type[RegisterBase], rows: pd.DataFrame) -> pd.Series:
    """Return the id of each row: its key, joined by ``ID_SEPARATOR`` where it has several parts."""
    parts = [rows[name].fillna("").astype("str") for name in model.KEY]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + ID_SEPARATOR + part
    return joined.rename("row_id")


def fids_of(
    connection: sa.Connection, model: type[RegisterBase], ids: Collection[str]
) -> dict[str, int]:
    """Return the row number of each row id that the register holds."""
    table = table_of(model)
    columns = [table.c[name] for name in model.KEY]
    wanted = set(ids)
    found = connection.execute(sa.select(table.c.fid, *columns)).fetchall()
    keyed = {ID_SEPARATOR.join(part or "" for part in row[1:]): int(row[0]) for row in found}
    return {key: fid for key, fid in keyed.items() if key in wanted}


def known_keys(connection: sa.Connection, column: str) -> set[str]:
    """Return every value of a ``table.column`` that other tables refer to."""
    table, name = column.split(".")
    values = RegisterBase.metadata.tables[table].c[name]
    found = connection.execute(sa.select(values).distinct())
    return {str(value) for value in found.scalars() if value is not None}


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Return the number of rows of every register table."""
    return {
        model.__tablename__: connection.execute(
            sa.select(sa.func.count()).select_from(table_of(model))
        ).scalar_one()
        for model in REGISTER_MODELS
    }


def _order_by_key(model: type[RegisterBase], rows: pd.DataFrame) -> list[int]:
    """Return the order of the rows by their keys, so that row numbers do not depend on theirs."""
    keys = list(zip(*(rows[name].fillna("").tolist() for name in model.KEY), strict=True))
    return sorted(range(len(keys)), key=keys.__getitem__)


def _outcome(
    order: list[int],
    known: np.ndarray[Any, np.dtype[np.bool_]],
    differs: np.ndarray[Any, np.dtype[np.bool_]],
) -> tuple[str, ...]:
    """Return what became of each row, in the order in which the rows were given."""
    words = np.where(known, np.where(differs, UPDATED, UNCHANGED), INSERTED)
    given = np.empty(len(order), dtype=object)
    given[order] = words
    return tuple(map(str, given))


def _changed_cells(
    ids: pd.Series,
    fresh: pd.DataFrame,
    stored: pd.DataFrame,
    same: np.ndarray[Any, np.dtype[np.bool_]],
) -> pd.DataFrame:
    """Return the fields that differ, with their old and new values as text."""
    parts = [pd.DataFrame(columns=["row_id", "field", "old", "new"], dtype="str")]
    for at, name in enumerate(fresh.columns):
        changed = ~same[:, at]
        if changed.any():
            old, new = (to_texts(rows[name].iloc[changed]) for rows in (stored, fresh))
            columns = {"row_id": ids[changed].array, "field": name, "old": old.array}
            parts.append(pd.DataFrame({**columns, "new": new.array}))
    return pd.concat(parts, ignore_index=True)


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
    """Return for each row and column whether it is what is stored at the same position."""
    same = np.ones((len(fresh), len(fresh.columns)), dtype=bool)
    for at, name in enumerate(fresh.columns):
        new, old = (table[name].to_numpy(dtype=object) for table in (fresh, stored))
        if name == GEOMETRY:
            # As bytes: shapely calls a point equal to one that differs in the sign of a zero.
            new, old = (shapely.to_wkb(shapes, byte_order=1) for shapes in (new, old))
        filled = ~pd.isna(new) & ~pd.isna(old)
        same[:, at] = filled | (pd.isna(new) & pd.isna(old))
        same[filled, at] = new[filled] == old[filled]
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
