"""Reads and writes the tables of the register, alike on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.db.base import RegisterBase, key_terms
from app.db.cursors import read_cursor, write_cursor
from app.db.errors import RowsRefusedError
from app.db.geometry import PortableGeometry
from app.db.models import REGISTER_MODELS, Load

GEOMETRY = "geometry"
_GEOM = "geom"
_FID = "fid"
_CRS = "EPSG:4326"


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
    All columns but the row number: text as ``str``, numbers as ``float64``, whole numbers as
    ``Int64``, flags as ``boolean``, dates as objects; missing is NaN, NA or None. A table with
    points or polygons is a GeoDataFrame in EPSG:4326 with the column ``geometry``.
    """
    table = table_of(model)
    return _frame(model, connection.execute(_select(model).order_by(*key_terms(table, model.KEY))))


def read_page(
    connection: sa.Connection, model: type[RegisterBase], *, after: str | None, limit: int
) -> pd.DataFrame:
    """Return up to ``limit`` rows in the order of their key, from behind the cursor ``after``.

    Raises
    ------
    BadCursorError
        If ``after`` is no cursor of this table.
    """
    terms = key_terms(table_of(model), model.KEY)
    query = _select(model).order_by(*terms).limit(limit)
    if after is not None:
        query = query.where(_behind(terms, read_cursor(after, len(terms))))
    return _frame(model, connection.execute(query))


def next_cursor(model: type[RegisterBase], rows: pd.DataFrame, limit: int) -> str | None:
    """Return the cursor behind the last of ``rows``; None if they did not fill the page."""
    if len(rows) < limit:
        return None
    last = rows.iloc[-1]
    key = ["" if pd.isna(last[name]) else str(last[name]) for name in model.KEY]
    return write_cursor(key)


def write_rows(connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame) -> Changes:
    """Insert the rows whose key is new, and update those that differ from what is stored.

    Parameters
    ----------
    rows
        A table with all columns that :func:`read_table` gives, in any order.

    Raises
    ------
    RowsRefusedError
        If a key stands twice or the database refuses a row; nothing is kept of the transaction.
    """
    columns = [name for name in _columns(model) if name != _FID]
    stored = read_table(connection, model)
    keys = _keys(model, rows)
    if keys.duplicated().any():
        twice = keys[keys.duplicated()].iloc[0]
        raise RowsRefusedError(model.__tablename__, f"the key {twice!r} stands in it twice.")
    before = _texts(stored, columns).set_axis(_keys(model, stored).to_numpy())
    after = _texts(rows, columns).set_axis(keys.to_numpy())
    known = keys.isin(before.index).to_numpy()
    same = np.zeros(len(rows), dtype=bool)
    if known.any():
        matched = before.loc[after.index[known]]
        same[known] = (matched.to_numpy() == after[known].to_numpy()).all(axis=1)
    order = np.argsort(keys.to_numpy(), kind="stable")
    new = [position for position in order if not known[position]]
    changed = [position for position in order if known[position] and not same[position]]
    try:
        _insert(connection, model, rows.iloc[new])
        _update(connection, model, rows.iloc[changed])
    except IntegrityError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise RowsRefusedError(model.__tablename__, f"{reason}.") from error
    return Changes(len(new), len(changed), int(same.sum()))


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


def _columns(model: type[RegisterBase]) -> list[str]:
    return [column.name for column in table_of(model).columns]


def _select(model: type[RegisterBase]) -> sa.Select[Any]:
    return sa.select(*(column for column in table_of(model).columns if column.name != _FID))


def _frame(model: type[RegisterBase], result: sa.CursorResult[Any]) -> pd.DataFrame:
    rows = result.fetchall()
    table = table_of(model)
    columns = [column for column in table.columns if column.name != _FID]
    series: dict[str, Any] = {}
    for position, column in enumerate(columns):
        values = [row[position] for row in rows]
        name = GEOMETRY if column.name == _GEOM else column.name
        series[name] = _series(column, values)
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(rows)))
    return gpd.GeoDataFrame(frame, geometry=GEOMETRY) if GEOMETRY in frame else frame


def _series(column: sa.Column[Any], values: Sequence[Any]) -> Any:  # noqa: ANN401 - of any dtype
    if isinstance(column.type, PortableGeometry):
        return gpd.GeoSeries(np.array(values, dtype=object), crs=_CRS)
    dtypes: list[tuple[type, Any]] = [
        (sa.Boolean, "boolean"),
        (sa.Date, object),
        (sa.Integer, "Int64"),
        (sa.Double, "float64"),
    ]
    for kind, dtype in dtypes:
        if isinstance(column.type, kind):
            return pd.Series(values, dtype=dtype)
    return pd.Series(values, dtype="str")


def _keys(model: type[RegisterBase], rows: pd.DataFrame) -> pd.Series:
    parts = [rows[name].astype(object).where(rows[name].notna(), "") for name in model.KEY]
    joined = parts[0].astype(str)
    for part in parts[1:]:
        joined = joined + "\x1f" + part.astype(str)
    keys: pd.Series = joined.astype(object)
    return keys


def _texts(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows as texts that are equal exactly where the values are."""
    texts: dict[str, Any] = {}
    for name in columns:
        if name == _GEOM:
            shapes = gpd.GeoSeries(rows[GEOMETRY])
            texts[name] = shapes.to_wkb(hex=True).astype(object).where(shapes.notna(), "")
        else:
            values = rows[name]
            if pd.api.types.is_numeric_dtype(values.dtype) and values.dtype != "boolean":
                values = values.astype("Float64")
            texts[name] = values.astype(object).map(repr).where(values.notna(), "")
    return pd.DataFrame(texts, index=rows.index)


def _records(model: type[RegisterBase], rows: pd.DataFrame) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {}
    for column in table_of(model).columns:
        if column.name == _FID:
            continue
        values = rows[GEOMETRY if column.name == _GEOM else column.name]
        objects = [
            None if missing else value
            for value, missing in zip(values.tolist(), values.isna().tolist(), strict=True)
        ]
        if isinstance(column.type, sa.Integer):
            objects = [None if value is None else int(value) for value in objects]
        columns[column.name] = objects
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _insert(connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame) -> None:
    if len(rows):
        connection.execute(sa.insert(table_of(model)), _records(model, rows))


def _update(connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame) -> None:
    if not len(rows):
        return
    table = table_of(model)
    conditions = [
        term == sa.bindparam(f"key_{name}")
        for name, term in zip(model.KEY, key_terms(table, model.KEY), strict=True)
    ]
    values: dict[str, Any] = {
        name: sa.bindparam(f"new_{name}") for name in _columns(model) if name != _FID
    }
    statement = sa.update(table).where(*conditions).values(values)
    connection.execute(
        statement,
        [
            {f"new_{name}": value for name, value in row.items()}
            | {f"key_{name}": row[name] or "" for name in model.KEY}
            for row in _records(model, rows)
        ],
    )


def _behind(terms: Sequence[Any], key: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition of rows whose key comes after ``key``, term by term."""
    later: list[sa.ColumnElement[bool]] = []
    for position, (term, value) in enumerate(zip(terms, key, strict=True)):
        equal = [t == v for t, v in zip(terms[:position], key[:position], strict=True)]
        later.append(sa.and_(*equal, term > value))
    return sa.or_(*later)
