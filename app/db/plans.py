"""Reads and writes plans of pilots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.models import Plan


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as it is stored; ``document`` is JSON, ``run_id`` the run of its baselines."""

    plan_id: str
    run_id: str
    recorded_at: datetime
    document: bytes


def store_plan(connection: sa.Connection, record: PlanRecord) -> None:
    """Store a plan in place of the one with its id, if there is one."""
    connection.execute(sa.delete(Plan).where(Plan.plan_id == record.plan_id))
    values = {name: getattr(record, name) for name in PlanRecord.__slots__}
    connection.execute(sa.insert(Plan), values)


def find_plan(connection: sa.Connection, plan_id: str) -> PlanRecord | None:
    """Return a plan, None if none has the id."""
    row = connection.execute(sa.select(Plan.__table__).where(Plan.plan_id == plan_id)).one_or_none()
    return None if row is None else PlanRecord(**row._mapping)


def read_plan(connection: sa.Connection, plan_id: str) -> PlanRecord:
    """Return a plan.

    Raises
    ------
    NotFoundError
        If none has the id.
    """
    found = find_plan(connection, plan_id)
    if found is None:
        raise NotFoundError("plan", plan_id)
    return found


def list_plans(connection: sa.Connection) -> list[PlanRecord]:
    """Return every plan, sorted by id."""
    query = sa.select(Plan.__table__).order_by(Plan.plan_id)
    return [PlanRecord(**row._mapping) for row in connection.execute(query)]


def remove_plan(connection: sa.Connection, plan_id: str) -> None:
    """Remove a plan.

    Raises
    ------
    NotFoundError
        If none has the id.
    """
    read_plan(connection, plan_id)
    connection.execute(sa.delete(Plan).where(Plan.plan_id == plan_id))
