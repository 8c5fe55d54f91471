"""Which run an answer is read from, and what it rests on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.api.records import PLACES_DECIMALS, SCORE_DECIMALS, rounded
from app.db.runs import RunRecord, current_run, read_run
from app.services.analysis import provenance
from app.services.findings import has_findings, read_bounds
from app.services.scenarios import scenario_of


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


def assumptions(run: RunRecord) -> list[dict[str, Any]]:
    """Return the values of a run's scenario that are policy and no fact, as they are sent."""
    return [
        {"name": one.name, "value": one.value, "unit": one.unit, "source": one.source}
        for one in scenario_of(run).assumptions
    ]


def bounds(connection: sa.Connection, run: RunRecord, programme: str | None) -> dict[str, Any]:
    """Return the bounds of a run's totals as they are sent."""
    found = read_bounds(connection, run, programme)
    places = ("served_low", "served_high", "unmet_best_case")
    return {
        **{name: rounded(found[name], PLACES_DECIMALS) for name in places},
        "unknown_share": rounded(found["unknown_share"], SCORE_DECIMALS),
        "evidence": found["evidence"],
    }


def rests_on(
    connection: sa.Connection, run: RunRecord, programme: str | None = None
) -> dict[str, Any]:
    """Return what every answer about what was found says first.

    The run, the programme if it is one, the assumptions, and the bounds if the run keeps any.
    """
    said = provenance(run)
    if programme is not None:
        said["programme"] = programme
    said["assumptions"] = assumptions(run)
    if has_findings(connection, run):
        said["bounds"] = bounds(connection, run, programme)
    return said
