"""What the register was: rows that were replaced or removed, each with when it stood.

A row stands from its ``valid_from``, inclusive, to its ``valid_to``, exclusive. A row without a
``valid_from`` was there before its release kept history: it stands since ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa

from app.db.base import HISTORY, RegisterBase
from app.db.cursors import read_cursor
from app.db.frames import columns_of, to_frame
from app.db.models import REGISTER_MODELS, UNCOUNTED_MODELS

_AT_ONCE = 500
"""So many row numbers go into one statement; SQLite takes some 30,000 values at most."""


def history_of(table: sa.Table) -> sa.Table:
    """Return the table of the replaced rows of a register table."""
    return table.metadata.tables[f"{table.name}{HISTORY}"]


def keep_versions(
    connection: sa.Connection, table: sa.Table, fids: Sequence[int], *, valid_to: datetime | None
) -> None:
    """Copy the rows with the numbers ``fids`` into the history, before they are changed."""
    kept = history_of(table)
    names = [*(column.name for column in columns_of(table)), "valid_from"]
    for start in range(0, len(fids), _AT_ONCE):
        part = list(fids[start : start + _AT_ONCE])
        rows = sa.select(
            *(table.c[name] for name in names), sa.literal(valid_to, kept.c.valid_to.type)
        ).where(table.c.fid.in_(part))
        connection.execute(sa.insert(kept).from_select([*names, "valid_to"], rows))


def latest_change(
    connection: sa.Connection, models: Sequence[type[RegisterBase]] = REGISTER_MODELS
) -> datetime | None:
    """Return the moment of the last change of any of the tables; None if there was none."""
    tables = [model.metadata.tables[model.__tablename__] for model in models]
    columns = [*(t.c.valid_from for t in tables), *(history_of(t).c.valid_to for t in tables)]
    moments = [connection.execute(sa.select(sa.func.max(c))).scalar_one() for c in columns]
    return max((moment for moment in moments if moment is not None), default=None)


def next_moment(connection: sa.Connection, now: datetime) -> datetime:
    """Return ``now``, or just after the last change where the clock was behind it."""
    last = latest_change(connection, (*REGISTER_MODELS, *UNCOUNTED_MODELS))
    return now if last is None or last < now else last + timedelta(microseconds=1)


def read_as_of(
    connection: sa.Connection, model: type[RegisterBase], moment: datetime
) -> pd.DataFrame:
    """Return the rows of a register table as they stood at ``moment``, sorted by their key.

    Returns
    -------
    As :func:`app.db.register.read_table`.
    """
    table = model.metadata.tables[model.__tablename__]
    return to_frame(columns_of(table), connection.execute(standing(model, moment)).fetchall())


def read_page_as_of(
    connection: sa.Connection,
    model: type[RegisterBase],
    moment: datetime,
    *,
    after: str | None,
    limit: int,
) -> pd.DataFrame:
    """Return a page of the rows as they stood at ``moment``; as :func:`app.db.register.read_page`.

    Raises
    ------
    BadCursorError
        If ``after`` is no cursor of this table.
    """
    key = None if after is None else read_cursor(after, len(model.KEY))
    query = standing(model, moment, after=key).limit(limit)
    columns = columns_of(model.metadata.tables[model.__tablename__])
    return to_frame(columns, connection.execute(query).fetchall())


def read_begun(
    connection: sa.Connection, model: type[RegisterBase], moment: datetime
) -> pd.DataFrame:
    """Return the rows as they began to stand at exactly ``moment``: what one load has written."""
    table = model.metadata.tables[model.__tablename__]
    kept = history_of(table)
    names = [column.name for column in columns_of(table)]
    both = sa.union_all(
        *(
            sa.select(*(t.c[n] for n in names)).where(t.c.valid_from == moment)
            for t in (table, kept)
        )
    ).subquery(table.name)
    query = sa.select(*(both.c[name] for name in names)).order_by(*_terms(both, model))
    return to_frame(columns_of(table), connection.execute(query).fetchall())


def ended_at(
    connection: sa.Connection, model: type[RegisterBase], moment: datetime
) -> set[datetime]:
    """Return when rows that began to stand at ``moment`` were replaced or removed."""
    kept = history_of(model.metadata.tables[model.__tablename__])
    query = sa.select(kept.c.valid_to).where(kept.c.valid_from == moment).distinct()
    return set(connection.scalars(query))


def read_ended(
    connection: sa.Connection, model: type[RegisterBase], moment: datetime
) -> pd.DataFrame:
    """Return the rows that were replaced or removed at exactly ``moment``, as they were."""
    kept = history_of(model.metadata.tables[model.__tablename__])
    columns = columns_of(model.metadata.tables[model.__tablename__])
    query = sa.select(*(kept.c[column.name] for column in columns))
    query = query.where(kept.c.valid_to == moment).order_by(kept.c.fid)
    return to_frame(columns, connection.execute(query).fetchall())


def standing(
    model: type[RegisterBase], moment: datetime, *, after: Sequence[str] | None = None
) -> sa.Select[tuple[object, ...]]:
    """Return the query of the rows that stood at ``moment``, in the order of their key.

    With a key ``after`` only those that come behind it.
    """
    table = model.metadata.tables[model.__tablename__]
    kept = history_of(table)
    names = [column.name for column in columns_of(table)]
    now = sa.select(*(table.c[name] for name in names)).where(_began(table, moment))
    then = sa.select(*(kept.c[name] for name in names)).where(
        _began(kept, moment), kept.c.valid_to > moment
    )
    both = now.union_all(then).subquery(table.name)
    terms = _terms(both, model)
    query = sa.select(*(both.c[name] for name in names)).order_by(*terms)
    if after is None:
        return query
    return query.where(sa.tuple_(*terms) > sa.tuple_(*map(sa.literal, after)))


def _began(table: sa.Table, moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.valid_from.is_(None), table.c.valid_from <= moment)


def _terms(rows: sa.Subquery, model: type[RegisterBase]) -> list[sa.ColumnElement[str]]:
    nullable = {term.name for term in model.metadata.tables[model.__tablename__].c if term.nullable}
    return [
        sa.func.coalesce(rows.c[name], sa.literal_column("''"))
        if name in nullable
        else rows.c[name]
        for name in model.KEY
    ]
