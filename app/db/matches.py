"""Which ids of sources are rows that the register has under another id, and by whose decision.

A source names its rows by ids of its own. Where a match is accepted, the row that the source calls
``source_row`` is the register's row ``row_id``: every claim of it is a claim of that row, and what
refers to the one refers to the other. Claims keep the ids that the source gave
(``source_row``, and fields that refer to another table); which row is meant follows from the
accepted matches alone, so taking one back puts everything where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.errors import NotFoundError
from app.db.models import REGISTER_MODELS, Claim, Match, Provider, School, Site, Venue
from app.db.register import ID_SEPARATOR, table_of

MATCHED: tuple[type[RegisterBase], ...] = (Provider, Venue, Site, School)
"""Tables whose rows may have another id in another source; each key has one part."""

RULE = "rule"
"""Who decided what no human did."""

SPEAKS_OF = f"{ID_SEPARATOR}of{ID_SEPARATOR}"
"""Stands in a ``source_row`` between an id of the source's own and the id of the row that it speaks
of, where a source says something of several rows by one of its own."""

_NAMES = tuple(model.__tablename__ for model in MATCHED)
_NOTHING: Mapping[str, str] = {}


class Standing(StrEnum):
    """What is thought of a match."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDONE = "undone"
    """Accepted, and taken back; it is not accepted again by rule."""


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """One match as it is stored; see :class:`app.db.models.evidence.Match`."""

    match_id: int
    table_name: str
    speaker: str
    source_row: str
    row_id: str
    score: float
    evidence: str
    standing: Standing
    decided_by: str | None = None
    decided_at: datetime | None = None
    load_id: int | None = None


@dataclass(frozen=True, slots=True)
class Identities:
    """Which row each id means, by table; an id that is not named means the row of that id.

    Attributes
    ----------
    accepted
        By table, the row that an id is by an accepted match; that may be another's id in turn.
    """

    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, table: str) -> dict[str, str]:
        """Return the row that each matched id of a table means, followed to the end."""
        return {row: self.meant(table, row) for row in self.accepted.get(table, _NOTHING)}

    def meant(self, table: str, row: str) -> str:
        """Return the row that an id of a table means."""
        matches = self.accepted.get(table, _NOTHING)
        seen = {row}
        while matches.get(row, row) not in seen:
            row = matches[row]
            seen.add(row)
        return row

    def translate(self, model: type[RegisterBase], rows: pd.DataFrame) -> pd.DataFrame:
        """Return ``rows`` with the ids of the rows that are meant, in keys and references."""
        meant = {name: self.of(table) for name, table in columns_with_ids(model).items()}
        used = {name: ids for name, ids in meant.items() if ids and name in rows}
        changed = {name: rows[name].where(~rows[name].isin(list(ids)), rows[name].map(ids))
                   for name, ids in used.items()}  # fmt: skip
        return rows.assign(**changed) if changed else rows

    def row_id(self, model: type[RegisterBase], source_row: str) -> str:
        """Return the id of the register's row that a source's row is a row of."""
        with_ids = columns_with_ids(model)
        parts = zip(model.KEY, _key_of(source_row), strict=True)
        return ID_SEPARATOR.join(
            self.meant(with_ids[name], part) if name in with_ids else part for name, part in parts
        )


def columns_with_ids(model: type[RegisterBase]) -> dict[str, str]:
    """Return the columns that hold ids of rows that may be matched, and the table of each."""
    found = {
        column.name: key.column.table.name
        for column in table_of(model).columns
        for key in column.foreign_keys
        if key.column.table.name in _NAMES
    }
    own = {model.KEY[0]: model.__tablename__} if model in MATCHED else {}
    return {**found, **own}


def referring(tables: Collection[str]) -> list[type[RegisterBase]]:
    """Return the models with ids of any of the ``tables``, those that others refer to first."""
    wanted = set(tables)
    return [m for m in REGISTER_MODELS if wanted & set(columns_with_ids(m).values())]


def read_identities(connection: sa.Connection) -> Identities:
    """Return which row each id means by the matches that are accepted now."""
    query = sa.select(Match.table_name, Match.source_row, Match.row_id).where(
        Match.standing == Standing.ACCEPTED
    )
    accepted: dict[str, dict[str, str]] = {}
    for table, source_row, row_id in connection.execute(query):
        accepted.setdefault(table, {})[source_row] = row_id
    return Identities(accepted)


def list_matches(
    connection: sa.Connection,
    *,
    table: str | None = None,
    standing: Collection[Standing] = tuple(Standing),
) -> list[MatchRecord]:
    """Return the matches of a table, or of all, by their ids."""
    query = sa.select(Match.__table__).where(Match.standing.in_([str(one) for one in standing]))
    if table is not None:
        query = query.where(Match.table_name == table)
    return [_record(row) for row in connection.execute(query.order_by(Match.match_id))]


def open_proposals(connection: sa.Connection) -> list[MatchRecord]:
    """Return the matches that wait for a decision, the likeliest first.

    One whose source row has become another row meanwhile, or the very row, waits no longer.
    """
    identities = read_identities(connection)
    proposed = [
        one
        for one in list_matches(connection, standing=[Standing.PROPOSED])
        if one.source_row not in identities.accepted.get(one.table_name, _NOTHING)
        and identities.meant(one.table_name, one.row_id) != one.source_row
    ]
    return sorted(proposed, key=lambda one: (one.table_name, -one.score, one.match_id))


def read_match(connection: sa.Connection, match_id: int) -> MatchRecord:
    """Return a match.

    Raises
    ------
    NotFoundError
        If none has the id.
    """
    query = sa.select(Match.__table__).where(Match.match_id == match_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("match", str(match_id))
    return _record(row)


def add_matches(
    connection: sa.Connection,
    table: str,
    found: pd.DataFrame,
    *,
    speaker: str,
    load_id: int | None,
    at: datetime,
) -> int:
    """Store matches; one that is stored already stays as it is.

    Parameters
    ----------
    found
        ``source_row``, ``row_id``, ``score``, ``evidence`` and ``standing``; those that are
        accepted are so by rule.

    Returns
    -------
    How many were new.
    """
    query = sa.select(Match.source_row, Match.row_id).where(
        Match.table_name == table, Match.speaker == speaker
    )
    known = {tuple(row) for row in connection.execute(query)}
    records: list[dict[str, Any]] = []
    for row in found.to_dict("records"):
        ruled = row["standing"] == Standing.ACCEPTED
        records.append(
            {
                "table_name": table,
                "speaker": speaker,
                "source_row": row["source_row"],
                "row_id": row["row_id"],
                "score": float(row["score"]),
                "evidence": row["evidence"],
                "standing": str(row["standing"]),
                "decided_by": RULE if ruled else None,
                "decided_at": at if ruled else None,
                "load_id": load_id,
            }
        )
    new = [one for one in records if (one["source_row"], one["row_id"]) not in known]
    if new:
        connection.execute(sa.insert(Match), new)
    return len(new)


def set_standing(
    connection: sa.Connection,
    match_id: int,
    standing: Standing,
    *,
    by: str,
    at: datetime,
    load_id: int,
) -> None:
    """Note what was decided of a match: by which role, when, and as which load."""
    connection.execute(
        sa.update(Match)
        .where(Match.match_id == match_id)
        .values(standing=str(standing), decided_by=by, decided_at=at, load_id=load_id)
    )


def forget_unused(connection: sa.Connection) -> int:
    """Remove matches that no human decided on and of whose source row nothing is said any longer.

    Returns
    -------
    How many were removed.
    """
    automatic = [
        one
        for one in list_matches(connection, standing=[Standing.PROPOSED, Standing.ACCEPTED])
        if one.decided_by in (None, RULE)
    ]
    used = {table: _ids_in_use(connection, table) for table in {m.table_name for m in automatic}}
    idle = [one.match_id for one in automatic if one.source_row not in used[one.table_name]]
    for match_id in idle:
        connection.execute(sa.delete(Match).where(Match.match_id == match_id))
    return len(idle)


def _ids_in_use(connection: sa.Connection, table: str) -> set[str]:
    """Return the ids of a table that claims speak of, or refer to, as their sources gave them."""
    found: set[str] = set()
    for model in referring([table]):
        of_table = Claim.table_name == model.__tablename__
        names = [name for name, aim in columns_with_ids(model).items() if aim == table]
        keys = [model.KEY.index(name) for name in names if name in model.KEY]
        rows = connection.scalars(sa.select(Claim.source_row).where(of_table).distinct())
        parts = [_key_of(row) for row in rows]
        found |= {part[at] for part in parts for at in keys}
        fields = [name for name in names if name not in model.KEY]
        said = sa.select(Claim.value).where(of_table, Claim.field.in_(fields)).distinct()
        found |= set(connection.scalars(said)) if fields else set()
    return found


def _key_of(source_row: str) -> list[str]:
    """Return the parts of the key of the row that a source's row is, or speaks of."""
    return source_row.rpartition(SPEAKS_OF)[2].split(ID_SEPARATOR)


def _record(row: sa.Row[Any]) -> MatchRecord:
    values = dict(row._mapping)
    return MatchRecord(**values | {"standing": Standing(values["standing"])})
