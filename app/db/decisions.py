"""Reads and writes decisions: what was recorded is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.models import Decision


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it is stored; ``document`` is canonical JSON."""

    decision_id: str
    run_id: str
    recorded_at: datetime
    document: bytes
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


def store_decision(connection: sa.Connection, record: DecisionRecord) -> None:
    """Store a decision; the same one again changes nothing."""
    known = sa.select(Decision.decision_id).where(Decision.decision_id == record.decision_id)
    if connection.execute(known).first() is None:
        values = {name: getattr(record, name) for name in DecisionRecord.__slots__}
        connection.execute(sa.insert(Decision), values)


def read_decision(connection: sa.Connection, decision_id: str) -> DecisionRecord:
    """Return a decision.

    Raises
    ------
    NotFoundError
        If none has the id.
    """
    query = sa.select(Decision.__table__).where(Decision.decision_id == decision_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("decision", decision_id)
    return DecisionRecord(**row._mapping)


def list_decisions(connection: sa.Connection) -> list[DecisionRecord]:
    """Return every decision, the one recorded last first."""
    query = sa.select(Decision.__table__).order_by(
        Decision.recorded_at.desc(), Decision.decision_id
    )
    return [DecisionRecord(**row._mapping) for row in connection.execute(query)]


def mark_withdrawn(
    connection: sa.Connection, decision_id: str, *, reason: str, at: datetime
) -> None:
    """Note that a decision no longer stands; its document stays as it is."""
    connection.execute(
        sa.update(Decision)
        .where(Decision.decision_id == decision_id)
        .values(withdrawn_at=at, withdrawn_reason=reason)
    )
