"""Stores claims: what each source says of each field of each row, and until which load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.db import bulk
from app.db.frames import to_values
from app.db.models import Claim, Load, LoadRow

Ended = Literal["standing", "all"]

KEY = ["row_id", "source_row", "field"]
"""What tells the claims of one speaker of one table from one another."""

_ROWS = LoadRow.metadata.tables[LoadRow.__tablename__]
_TABLE = Claim.metadata.tables[Claim.__tablename__]
_COLUMNS = (
    Claim.claim_id,
    Claim.row_id,
    Claim.field,
    Claim.value,
    Claim.source,
    Claim.source_row,
    Claim.as_at,
    Claim.load_id,
    Claim.ended_by,
    Load.speaker,
    Load.title,
    Load.licence,
    Load.strength,
    Load.retrieved_on,
)
_DTYPES: dict[str, Any] = {
    "claim_id": "int64",
    "row_id": "str",
    "field": "str",
    "value": "str",
    "source": "str",
    "source_row": "str",
    "as_at": object,
    "load_id": "int64",
    "ended_by": "Int64",
    "speaker": "str",
    "title": "str",
    "licence": "str",
    "strength": "Int64",
    "retrieved_on": object,
}
_AT_ONCE = 500


def read_claims(
    connection: sa.Connection,
    table_name: str,
    *,
    row_ids: Iterable[str] | None = None,
    speaker: str | None = None,
    load_id: int | None = None,
    ended: Ended = "standing",
) -> pd.DataFrame:
    """Return claims of one register table, in the order in which they were made.

    Parameters
    ----------
    row_ids
        Only those of these rows; None is all.
    speaker
        Only those of this source.
    load_id
        Only those that this load made.
    ended
        ``standing`` leaves out what a later load has ended; ``all`` keeps it.

    Returns
    -------
    One row per claim, with what is known of its load: ``claim_id``, ``row_id``, ``field``,
    ``value``, ``source``, ``source_row``, ``as_at``, ``load_id``, ``ended_by``, ``speaker``,
    ``title``, ``licence``, ``strength``, ``retrieved_on``.
    """
    query = sa.select(*_COLUMNS).join(Load, Load.load_id == Claim.load_id)
    query = query.where(Claim.table_name == table_name).order_by(Claim.claim_id)
    if ended == "standing":
        query = query.where(Claim.ended_by.is_(None))
    if speaker is not None:
        query = query.where(Load.speaker == speaker)
    if load_id is not None:
        query = query.where(Claim.load_id == load_id)
    if row_ids is None:
        return _frame(connection.execute(query).fetchall())
    wanted = sorted(set(row_ids))
    found: list[Any] = []
    for start in range(0, len(wanted), _AT_ONCE):
        part = query.where(Claim.row_id.in_(wanted[start : start + _AT_ONCE]))
        found += connection.execute(part).fetchall()
    return _frame(found).sort_values("claim_id", ignore_index=True)


def add_claims(
    connection: sa.Connection, table_name: str, claims: pd.DataFrame, *, load_id: int
) -> None:
    """Store claims: ``row_id``, ``field``, ``value``, ``source``, ``source_row`` and ``as_at``.

    A column ``ended_by`` says by which load a claim is ended that never stood.
    """
    names = ["row_id", "field", "value", "source", "source_row", "as_at"]
    names += ["ended_by"] if "ended_by" in claims else []
    given: dict[str, list[Any]] = {name: to_values(claims[name]) for name in names}
    ours: dict[str, list[Any]] = {
        "table_name": [table_name] * len(claims),
        "load_id": [load_id] * len(claims),
    }
    bulk.insert_values(connection, _TABLE, {**ours, **given})


def end_claims(connection: sa.Connection, claim_ids: Sequence[int], *, load_id: int) -> None:
    """Note that the load has ended these claims."""
    set_ended_by(connection, dict.fromkeys(claim_ids, load_id))


def set_ended_by(connection: sa.Connection, ended_by: dict[int, int | None]) -> None:
    """Set which load ended each claim, by its id; None lets it stand again."""
    statement = (
        sa.update(_TABLE)
        .where(Claim.claim_id == sa.bindparam("claim"))
        .values(ended_by=sa.bindparam("load"))
    )
    records = [
        {"claim": int(claim), "load": None if load is None else int(load)}
        for claim, load in ended_by.items()
    ]
    if records:
        connection.execute(statement, records)


def note_rows(
    connection: sa.Connection, table_name: str, source_rows: Sequence[str], *, load_id: int
) -> None:
    """Note that a load spoke of these rows."""
    count = len(source_rows)
    values: dict[str, list[Any]] = {
        "load_id": [load_id] * count,
        "table_name": [table_name] * count,
        "source_row": list(source_rows),
    }
    bulk.insert_values(connection, _ROWS, values)


def repeat_rows(connection: sa.Connection, load_id: int, again: int) -> None:
    """Note that a load spoke of the very rows of an earlier one, ``load_id``."""
    rows = sa.select(sa.literal(again), _ROWS.c.table_name, _ROWS.c.source_row).where(
        _ROWS.c.load_id == load_id
    )
    names = ["load_id", "table_name", "source_row"]
    connection.execute(sa.insert(_ROWS).from_select(names, rows))


def speakers_after(connection: sa.Connection, table_name: str, load_id: int) -> pd.DataFrame:
    """Return which later loads of the same source spoke of the rows of a load.

    Returns
    -------
    ``source_row``, ``later`` (the id of the load), ``spoken`` (its fields, JSON by table) and
    ``later_as_at`` (its day); loads that were undone are left out. Sorted by load.
    """
    own, later = aliased(LoadRow), aliased(LoadRow)
    first, second = aliased(Load), aliased(Load)
    query = (
        sa.select(later.source_row, later.load_id, second.spoken, second.as_at)
        .join(own, sa.and_(own.source_row == later.source_row, own.table_name == later.table_name))
        .join(first, first.load_id == own.load_id)
        .join(second, second.load_id == later.load_id)
        .where(
            own.load_id == load_id,
            own.table_name == table_name,
            later.load_id > load_id,
            first.speaker == second.speaker,
            second.undone_at.is_(None),
        )
        .order_by(later.load_id)
    )
    found = [tuple(row) for row in connection.execute(query)]
    columns = ["source_row", "later", "spoken", "later_as_at"]
    return pd.DataFrame(found, columns=columns).astype({"later": "int64", "later_as_at": object})


def hand_over(connection: sa.Connection, to: dict[int, int]) -> None:
    """Let claims be of other loads, which have said the same: ``to`` is the load by claim."""
    statement = (
        sa.update(_TABLE)
        .where(Claim.claim_id == sa.bindparam("claim"))
        .values(load_id=sa.bindparam("load"))
    )
    records = [{"claim": int(claim), "load": int(load)} for claim, load in to.items()]
    if records:
        connection.execute(statement, records)


def source_rows(connection: sa.Connection, table_name: str) -> pd.DataFrame:
    """Return which ``source_row`` is a row of which ``row_id`` by claims, also by ended ones."""
    query = sa.select(Claim.row_id, Claim.source_row).where(Claim.table_name == table_name)
    rows = connection.execute(query.distinct().order_by(Claim.row_id, Claim.source_row)).fetchall()
    found = [tuple(row) for row in rows]
    return pd.DataFrame(found, columns=["row_id", "source_row"], dtype="str")


def move_claims(connection: sa.Connection, table_name: str, moved: pd.DataFrame) -> None:
    """Let the claims of each ``source_row`` that are of ``row_id`` be of the row ``then``."""
    statement = (
        sa.update(_TABLE)
        .where(
            Claim.table_name == table_name,
            Claim.row_id == sa.bindparam("was"),
            Claim.source_row == sa.bindparam("told"),
        )
        .values(row_id=sa.bindparam("then"))
    )
    records = [
        {"was": row.row_id, "told": row.source_row, "then": row.then}
        for row in moved.itertuples(index=False)
    ]
    if records:
        connection.execute(statement, records)


def remove_claims(connection: sa.Connection, *, load_id: int) -> None:
    """Remove the claims that a load made, and the note of which rows it spoke."""
    connection.execute(sa.delete(Claim).where(Claim.load_id == load_id))
    connection.execute(sa.delete(LoadRow).where(LoadRow.load_id == load_id))


def tables_of_load(connection: sa.Connection, load_id: int) -> list[str]:
    """Return the register tables of which a load has made or ended claims, by name."""
    condition = sa.or_(Claim.load_id == load_id, Claim.ended_by == load_id)
    query = sa.select(Claim.table_name).where(condition).distinct().order_by(Claim.table_name)
    return list(connection.scalars(query))


def _frame(rows: Sequence[Any]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(_DTYPES))
    return frame.astype(_DTYPES)
