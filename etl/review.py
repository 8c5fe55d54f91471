"""Decisions on matches: two rows become one, stay two, or are parted again, exactly as they were.

Which row a claim is of follows from the ids that its source gave and from the matches that are
accepted; see :mod:`app.db.matches`. So a decision changes the matches, lets the claims follow, and
works out anew every row that won or lost one, and every row that refers to one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import orjson
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.claims import read_claims
from app.db.engine import writing
from app.db.history import next_moment
from app.db.loads import LoadRecord, add_load, finish_load
from app.db.matches import (
    Identities,
    MatchRecord,
    Standing,
    read_identities,
    read_match,
    set_standing,
)
from app.db.register import fids_of
from etl.decision_file import ROLES
from etl.errors import ReviewError
from etl.prepare import Tools
from etl.rework import Reworked, follow
from etl.tables import model_of
from etl.undo import REVIEWED

FILE_NAME = "(review)"
"""Stands in the list of loads where a file's name would."""


class Verdict(StrEnum):
    """What is decided of a match."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"


_THEN: Mapping[tuple[Standing, Verdict], Standing] = {
    (Standing.PROPOSED, Verdict.ACCEPT): Standing.ACCEPTED,
    (Standing.REJECTED, Verdict.ACCEPT): Standing.ACCEPTED,
    (Standing.UNDONE, Verdict.ACCEPT): Standing.ACCEPTED,
    (Standing.PROPOSED, Verdict.REJECT): Standing.REJECTED,
    (Standing.UNDONE, Verdict.REJECT): Standing.REJECTED,
    (Standing.ACCEPTED, Verdict.UNDO): Standing.UNDONE,
    (Standing.REJECTED, Verdict.UNDO): Standing.PROPOSED,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of decisions.

    Attributes
    ----------
    load_id
        The load that stands for them; None if none was taken.
    taken
        How many were taken.
    refused
        Why each of the others was not, by its place among those that were given.
    tables
        What became of the register's rows.
    """

    load_id: int | None
    taken: int
    refused: Mapping[int, str]
    tables: tuple[Reworked, ...] = ()


def decide(
    engine: sa.Engine,
    decisions: Sequence[tuple[int, Verdict]],
    tools: Tools,
    *,
    by: str,
    now: datetime | None = None,
    all_or_none: bool = True,
) -> Decided:
    """Take decisions on matches, one after another, in one transaction.

    Parameters
    ----------
    decisions
        Ids of matches, and what is decided of each.
    tools
        What placing rows needs.
    by
        The role that decides, one of :data:`etl.decision_file.ROLES`; never a person.
    all_or_none
        Whether a decision that cannot be taken stops all; else it is told with its reason.

    Raises
    ------
    ReviewError
        If ``by`` is no role, or a decision cannot be taken and all were to be; nothing is changed.
    NotFoundError
        If there is no such match, likewise.
    """
    if by not in ROLES:
        raise ReviewError(f"{by!r} is no role; give one of {', '.join(ROLES)}, never a name.")
    with writing(engine) as connection:
        moment = next_moment(connection, now or datetime.now(UTC))
        before = read_identities(connection)
        record = _note(len(decisions), moment)
        taken: list[MatchRecord] = []
        refused: dict[int, str] = {}
        load_id: int | None = None
        for at, (match_id, verdict) in enumerate(decisions):
            try:
                match, then = _judged(connection, match_id, verdict)
            except (ReviewError, LookupError) as error:
                if all_or_none:
                    raise
                refused[at] = str(error)
                continue
            load_id = add_load(connection, record) if load_id is None else load_id
            set_standing(connection, match_id, then, by=by, at=moment, load_id=load_id)
            taken.append(match)
        if load_id is None:
            return Decided(None, 0, refused)
        parted = tuple(m.decided_at for m in taken if m.standing == Standing.ACCEPTED)
        after = read_identities(connection)
        done = follow(connection, before, after, tools, moment=moment, parted_at=parted)
        _finish(connection, load_id, taken, len(refused), done)
    return Decided(load_id, len(taken), refused, done)


def _judged(
    connection: sa.Connection, match_id: int, verdict: Verdict
) -> tuple[MatchRecord, Standing]:
    """Return a match and what it becomes, if that can be."""
    match = read_match(connection, match_id)
    then = _THEN.get((match.standing, verdict))
    if then is None:
        raise ReviewError(
            f"Match {match_id} is {match.standing}: it cannot be decided by {verdict!s}"
            + (", only undone." if match.standing == Standing.ACCEPTED else ".")
        )
    if then == Standing.ACCEPTED:
        _require_acceptable(connection, match, read_identities(connection))
    return match, then


def _require_acceptable(
    connection: sa.Connection, match: MatchRecord, identities: Identities
) -> None:
    table, model = match.table_name, model_of(match.table_name)
    own, aim = match.source_row, identities.meant(match.table_name, match.row_id)
    if own in identities.accepted.get(table, {}):
        raise ReviewError(
            f"Match {match.match_id}: {own} is {identities.meant(table, own)} already by another "
            "match: undo that first."
        )
    if aim == own:
        raise ReviewError(
            f"Match {match.match_id}: {match.row_id} is {own} by another match: undo that first."
        )
    there = fids_of(connection, model, [own, aim])
    if aim not in there:
        raise ReviewError(f"Match {match.match_id}: {table} holds no {aim}: load it first.")
    if own in there and not _is_told(connection, model, own):
        raise ReviewError(
            f"Match {match.match_id}: {own} was loaded by an earlier release, which kept no "
            "claims: load its file again first."
        )


def _is_told(connection: sa.Connection, model: type[RegisterBase], row: str) -> bool:
    return not read_claims(connection, model.__tablename__, row_ids=[row]).empty


def _note(count: int, moment: datetime) -> LoadRecord:
    return LoadRecord(
        load_id=0,
        table_name="",
        file_name=FILE_NAME,
        file_sha256="",
        loaded_at=moment,
        rows_read=count,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=0,
        rows_rejected=0,
        speaker=REVIEWED,
        title="Decisions of a review",
        retrieved_on=moment.date(),
    )


def _finish(
    connection: sa.Connection,
    load_id: int,
    taken: Sequence[MatchRecord],
    refused: int,
    done: Sequence[Reworked],
) -> None:
    """Fill in what became of the decisions: of each its match, what it was and what it is."""
    told = [
        {
            "match_id": match.match_id,
            "table": match.table_name,
            "source_row": match.source_row,
            "row_id": match.row_id,
            "before": match.standing,
            "after": read_match(connection, match.match_id).standing,
        }
        for match in taken
    ]
    report = {
        "layout": "",
        "loaded": len(taken),
        "tables": [],
        "rejected_by_rule": {},
        "set_aside": {},
        "notes": [part.line() for part in done],
        "decisions": told,
    }
    tables = sorted({match.table_name for match in taken} | {part.table for part in done})
    finish_load(
        connection,
        load_id,
        table_name=", ".join(tables),
        rows_inserted=sum(part.added for part in done),
        rows_updated=sum(part.changed for part in done),
        rows_rejected=refused,
        report=orjson.dumps(report).decode(),
    )
