"""Plans of pilots: recorded with their baselines, and judged by the current run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.plans import PlanRecord, find_plan, store_plan
from app.db.runs import RunRecord
from app.services.analysis import provenance
from app.services.criterion_words import CRITERIA
from app.services.ranking_answer import ranked_clusters
from app.services.rankings import read_stored
from geo.errors import InputError
from geo.plan import (
    Target,
    expected_on,
    standing_of_milestone,
    standing_of_target,
)

OF_SHORTLIST = ("places_delivered", "places_could_be", "starters_expected", "starters_short")
MEASURES = (*OF_SHORTLIST, *CRITERIA)
"""What a target may be set for: what decides a meeting, and the criteria of the ranking."""

_DECIMALS = 4
Measured = dict[str | None, dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Now:
    """What a run says, and the day for which it holds."""

    as_of: date
    measured: Measured


def record_plan(
    connection: sa.Connection, run: RunRecord, plan: Mapping[str, Any], *, now: datetime
) -> PlanRecord:
    """Keep a plan; its baselines are those that it states, of its start, else what the run says.

    Recorded again under the same name and for the same cluster, a plan keeps the baselines of the
    targets that it had.

    Parameters
    ----------
    plan
        The fields of a plan file as a mapping.

    Raises
    ------
    NotFoundError
        If the run has no such cluster or programme.
    InputError
        If a measure is unknown, or a baseline would be of a day when the target is due already.
    """
    plan_id = _id_of(plan["name"])
    before = find_plan(connection, plan_id)
    former = {} if before is None else orjson.loads(before.document)
    # The baselines of another cluster say nothing of this one.
    same = former.get("cluster_id") == plan["cluster_id"]
    kept = _by_key(former) if same else {}
    targets = [*plan["outputs"], *plan["kpis"]]
    _require_measures(targets)
    measured = _measured(connection, run, plan["cluster_id"], targets)
    by_run = _Now(run.as_of, measured)
    document = dict(plan) | {
        part: [_with_baseline(one, plan, kept, by_run) for one in plan[part]]
        for part in ("outputs", "kpis")
    }
    record = PlanRecord(
        plan_id=plan_id,
        run_id=before.run_id if before is not None and same else run.run_id,
        recorded_at=now,
        document=orjson.dumps(document, option=orjson.OPT_SORT_KEYS),
    )
    store_plan(connection, record)
    return record


def plan_answer(connection: sa.Connection, run: RunRecord, record: PlanRecord) -> dict[str, Any]:
    """Return a plan as it stands by a run, on the day for which the run holds."""
    plan = orjson.loads(record.document)
    targets = [*plan["outputs"], *plan["kpis"]]
    try:
        measured = _measured(connection, run, plan["cluster_id"], targets)
    except NotFoundError:
        # The run has another shape: nothing of the plan can be measured by it.
        measured = {}
    return provenance(run) | {
        "plan_id": record.plan_id,
        "name": plan["name"],
        "cluster_id": plan["cluster_id"],
        "starts_on": plan["starts_on"],
        "baseline_run_id": record.run_id,
        "milestones": [_milestone(one, run.as_of) for one in plan["milestones"]],
        **{
            part: [_target(one, measured, run.as_of) for one in plan[part]]
            for part in ("outputs", "kpis")
        },
    }


def plan_item(record: PlanRecord) -> dict[str, Any]:
    """Return what a list says of a plan."""
    plan = orjson.loads(record.document)
    names = ("name", "cluster_id", "starts_on")
    return {"plan_id": record.plan_id} | {name: plan[name] for name in names}


def _id_of(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug:
        raise InputError(f"The plan's name {name!r} has no letter or digit; give it one.")
    return slug


def _require_measures(targets: list[Mapping[str, Any]]) -> None:
    for one in targets:
        if one["measure"] not in MEASURES:
            raise InputError(
                f"There is no measure {one['measure']!r}; there are {', '.join(MEASURES)}."
            )


def _measured(
    connection: sa.Connection, run: RunRecord, cluster_id: str, targets: list[Mapping[str, Any]]
) -> Measured:
    """Return what a run says of a cluster, by programme and measure; unknown is left out."""
    found: Measured = {}
    for scope in {None, *(one["programme_code"] for one in targets)}:
        rows = ranked_clusters(read_stored(connection, run, programme=scope, must=True))
        row = next((one for one in rows if one["cluster_id"] == cluster_id), None)
        if row is None:
            raise NotFoundError("cluster", cluster_id)
        shortlist = {name: row["shortlist"][name] for name in OF_SHORTLIST}
        known = {name: value for name, value in shortlist.items() if value is not None}
        found[scope] = known | row["values"]
    return found


def _with_baseline(
    target: Mapping[str, Any], plan: Mapping[str, Any], before: Mapping[Any, Any], now: _Now
) -> dict[str, Any]:
    """Return a target with its baseline and the day of that: stated, kept, or by the run."""
    key = (target["measure"], target["programme_code"])
    if target["baseline"] is not None:
        return dict(target) | {"baseline_on": plan["starts_on"]}
    if before.get(key, {}).get("baseline") is not None:
        day, value = date.fromisoformat(before[key]["baseline_on"]), before[key]["baseline"]
    else:
        day = max(now.as_of, plan["starts_on"])
        value = now.measured[target["programme_code"]].get(target["measure"])
    if day >= target["due"]:
        raise InputError(
            f"{target['measure']!r} is due on {target['due']}, and its baseline would be of {day}: "
            "state its 'baseline' in the plan."
        )
    return dict(target) | {"baseline": value, "baseline_on": day}


def _by_key(plan: Mapping[str, Any]) -> dict[tuple[str, str | None], Mapping[str, Any]]:
    targets = [*plan["outputs"], *plan["kpis"]]
    return {(one["measure"], one["programme_code"]): one for one in targets}


def _milestone(one: Mapping[str, Any], day: date) -> dict[str, Any]:
    done = None if one["done_on"] is None else date.fromisoformat(one["done_on"])
    due = date.fromisoformat(one["due"])
    return dict(one) | {"standing": standing_of_milestone(due, done, day).value}


def _target(one: Mapping[str, Any], measured: Measured, day: date) -> dict[str, Any]:
    value = measured.get(one["programme_code"], {}).get(one["measure"], math.nan)
    baseline = math.nan if one["baseline"] is None else float(one["baseline"])
    begins, due = (date.fromisoformat(one[name]) for name in ("baseline_on", "due"))
    target = Target(baseline, float(one["target"]), begins, due)
    return dict(one) | {
        "value": _known(value),
        "expected": _known(expected_on(target, day)),
        "standing": standing_of_target(target, float(value), day).value,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), _DECIMALS)
