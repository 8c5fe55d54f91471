"""Which run an answer is read from, and what it rests on."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa

from app.db.runs import RunRecord, current_run, read_run
from geo.scenario import Scenario, make_scenario


def chosen_run(connection: sa.Connection, run_id: str | None) -> RunRecord:
    """Return the run of the id, or the current one.

    Raises
    ------
    NotFoundError
        If no run has the id.
    NoRunError
        If none is stored.
    """
    return current_run(connection) if run_id is None else read_run(connection, run_id)


def scenario_of(run: RunRecord) -> Scenario:
    """Return the scenario that a run was computed by, as it was then."""
    return make_scenario(orjson.loads(run.scenario_content))


def assumptions(run: RunRecord) -> list[dict[str, Any]]:
    """Return the values of a run's scenario that are policy and no fact, as they are sent."""
    return [
        {"name": one.name, "value": one.value, "unit": one.unit, "source": one.source}
        for one in scenario_of(run).assumptions
    ]
