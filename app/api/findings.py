"""What a run found beside coverage: calls, quality, fragility, the best case, limits of travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Response

from app.api.pages import page_of
from app.api.provenance import chosen_run, rests_on
from app.api.records import (
    MINUTES_DECIMALS,
    PLACES_DECIMALS,
    SCORE_DECIMALS,
    records,
    rounded,
    rounded_values,
)
from app.api.responses import json_answer
from app.dependencies import ConnectionDependency
from app.schemas.findings import BestCase, Calls, Fragility, Quality, Tolerances
from app.schemas.problems import problems
from app.schemas.queries import FindingsQuery, RunPageQuery, RunQuery
from app.services.calls import calls_to_make
from app.services.provision import best_case_of, fragility_of, quality_of
from app.services.scenarios import scenario_of
from app.services.tolerances import limits_by_mode

router = APIRouter(tags=["findings"], responses=problems(404, 422, 503))

_SHARES = (
    "share",
    "areas_settled",
    "score",
    "score_low",
    "score_high",
    "known_weight",
    "achievement",
    "gap",
)
_DECIMALS = {
    **dict.fromkeys(_SHARES, SCORE_DECIMALS),
    **dict.fromkeys(("demand", "served", "unmet", "places", "gain"), PLACES_DECIMALS),
    **dict.fromkeys(("places_lost", "served_lost", "covered_lost"), PLACES_DECIMALS),
    **dict.fromkeys(("demand_affected", "served_swing"), PLACES_DECIMALS),
}


@router.get("/calls", response_model=Calls)
def read_calls(
    query: Annotated[FindingsQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Unknown claims, ordered by how much settling each could move the totals and the gap classes.

    With a programme: the calls about it and those about no programme in particular. Calls that
    tell of sensitive sites are withheld.
    """
    run = chosen_run(connection, query.run)
    calls = calls_to_make(connection, run, programme=query.programme)
    rows, following = page_of(calls.rows, query)
    return json_answer(
        rests_on(connection, run, query.programme)
        | {"items": _sent(rows), "next": following, "withheld": calls.withheld}
    )


@router.get("/quality", response_model=Quality)
def read_quality(
    query: Annotated[FindingsQuery, Query()], connection: ConnectionDependency
) -> Response:
    """How good each provider's delivery of a programme is, with the evidence that it rests on.

    Evidence of one nation is not compared with another's: `different_evidence` marks it.
    """
    run = chosen_run(connection, query.run)
    rows, following = page_of(quality_of(connection, run, programme=query.programme), query)
    items = [
        item | {"components": rounded_values(item["components"] or {}, SCORE_DECIMALS)}
        for item in _sent(rows)
    ]
    return json_answer(
        rests_on(connection, run, query.programme) | {"items": items, "next": following}
    )


@router.get("/fragility", response_model=Fragility)
def read_fragility(
    query: Annotated[FindingsQuery, Query()], connection: ConnectionDependency
) -> Response:
    """List what is lost if a provider stops, the worst pairs, and whether too few hold it all."""
    run = chosen_run(connection, query.run)
    found = fragility_of(connection, run, programme=query.programme)
    rows, following = page_of(found.losses, query)
    few = found.concentration
    if few is not None:
        few = {**few, "share": rounded(few["share"], SCORE_DECIMALS)}
    return json_answer(
        rests_on(connection, run, query.programme)
        | {
            "items": _sent(rows),
            "next": following,
            "pairs": _sent(found.pairs),
            "concentration": few,
        }
    )


@router.get("/best-case", response_model=BestCase)
def read_best_case(
    query: Annotated[RunPageQuery, Query()], connection: ConnectionDependency
) -> Response:
    """How much could be served if sharing were perfect, by connected component, with bottlenecks.

    Totals of whole components are exact; which site gets which place is not unique, and so is not
    told.
    """
    run = chosen_run(connection, query.run)
    components, pools = best_case_of(connection, run)
    rows, following = page_of(components, query)
    items = [item | {"bottlenecks": _bottlenecks(pools, item["component"])} for item in _sent(rows)]
    return json_answer(rests_on(connection, run) | {"items": items, "next": following})


@router.get("/tolerances", response_model=Tolerances)
def read_tolerances(
    query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """How far a learner is expected to travel by mode, at several annual travel budgets."""
    run = chosen_run(connection, query.run)
    limits = limits_by_mode(scenario_of(run).tolerance)
    return json_answer(
        rests_on(connection, run)
        | {
            "budgets_hours": list(limits.budgets_hours),
            "own_budget_hours": limits.own_budget_hours,
            "modes": [
                {
                    "mode": one.mode,
                    "limited": one.limited,
                    "minutes": [rounded(value, MINUTES_DECIMALS) for value in one.minutes],
                    "own_minutes": rounded(one.own_minutes, MINUTES_DECIMALS),
                }
                for one in limits.modes
            ],
        }
    )


def _bottlenecks(pools: pd.DataFrame, component: int) -> list[dict[str, Any]]:
    mine = pools[pools["component"] == component].drop(columns="component")
    return _sent(mine.sort_values(["gain", "pool"], ascending=[False, True]))


def _sent(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as they are sent, each number rounded by what it is."""
    return [_rounded(row) for row in records(rows)]


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: rounded(value, _DECIMALS[name]) if name in _DECIMALS else value
        for name, value in row.items()
    }
