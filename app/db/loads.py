"""Loads: which file was loaded when, as whose word, and what became of its rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.db.cursors import read_cursor, write_cursor
from app.db.errors import BadCursorError, NotFoundError
from app.db.fields import LARGEST_WHOLE
from app.db.models import Load

CANDIDATES = "candidates"
"""The speaker of the loads that stand for what was decided of candidate sites."""


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """One load as it is stored; see :class:`app.db.models.runs.Load`.

    ``speaker`` and what follows it are None of a load of an earlier release.
    """

    load_id: int
    table_name: str
    file_name: str
    file_sha256: str
    loaded_at: datetime
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_rejected: int
    speaker: str | None = None
    title: str | None = None
    licence: str | None = None
    strength: int | None = None
    retrieved_on: date | None = None
    as_at: date | None = None
    fingerprint: str | None = None
    spoken: str | None = None
    report: str | None = None
    undone_at: datetime | None = None

    def spoken_of(self, table_name: str) -> frozenset[str]:
        """Return the fields of a register table of which the file speaks."""
        told = json.loads(self.spoken) if self.spoken else {}
        return frozenset(told.get(table_name, ()))


def add_load(connection: sa.Connection, record: LoadRecord) -> int:
    """Note a load, and return the id that the database gives it; that of ``record`` is ignored."""
    values = asdict(record)
    del values["load_id"]
    added = connection.execute(sa.insert(Load).values(values).returning(Load.load_id))
    return int(added.scalar_one())


def finish_load(connection: sa.Connection, load_id: int, **values: object) -> None:
    """Fill in what is known of a load only when its rows are written."""
    connection.execute(sa.update(Load).where(Load.load_id == load_id).values(**values))


def read_load(connection: sa.Connection, load_id: int) -> LoadRecord:
    """Return a load.

    Raises
    ------
    NotFoundError
        If there is none with the id.
    """
    row = connection.execute(sa.select(Load.__table__).where(Load.load_id == load_id)).one_or_none()
    if row is None:
        raise NotFoundError("load", str(load_id))
    return LoadRecord(**row._mapping)


def list_loads(connection: sa.Connection) -> list[LoadRecord]:
    """Return every load, the first one first."""
    rows = connection.execute(sa.select(Load.__table__).order_by(Load.load_id))
    return [LoadRecord(**row._mapping) for row in rows]


def read_loads(
    connection: sa.Connection, *, after: str | None, limit: int
) -> tuple[list[LoadRecord], str | None]:
    """Return up to ``limit`` loads, the newest first, and the cursor behind them.

    Raises
    ------
    BadCursorError
        If ``after`` is no cursor of this list.
    """
    query = sa.select(Load.__table__).order_by(Load.load_id.desc()).limit(limit)
    if after is not None:
        query = query.where(Load.load_id < _load_id(after))
    found = [LoadRecord(**row._mapping) for row in connection.execute(query)]
    return found, write_cursor([str(found[-1].load_id)]) if len(found) == limit else None


def _load_id(cursor: str) -> int:
    [number] = read_cursor(cursor, 1)
    if number.isascii() and number.isdecimal() and len(number) <= len(str(LARGEST_WHOLE)):
        found = int(number)
        if found <= LARGEST_WHOLE:
            return found
    raise BadCursorError(cursor)
