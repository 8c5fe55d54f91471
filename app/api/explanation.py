"""One site explained: why it has, or has not, a place, and what would change it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.api.provenance import chosen_run, rests_on
from app.api.records import (
    MINUTES_DECIMALS,
    PLACES_DECIMALS,
    SCORE_DECIMALS,
    plain,
    rounded,
)
from app.api.responses import json_answer
from app.dependencies import ConnectionDependency, ReferenceDependency
from app.schemas.findings import Explanation
from app.schemas.problems import problems
from app.schemas.queries import LayerQuery
from app.services import explanation as service
from geo.counterfactual import Counterfactual

router = APIRouter(prefix="/sites", tags=["findings"])

_DECIMALS = {
    "demand": PLACES_DECIMALS,
    "demand_low": PLACES_DECIMALS,
    "demand_high": PLACES_DECIMALS,
    "demand_basis": None,
    "demand_new_starters": PLACES_DECIMALS,
    "demand_existing_workforce": PLACES_DECIMALS,
    "reachable_venues": None,
    "nearest_venue_id": None,
    "nearest_minutes": MINUTES_DECIMALS,
    "nearest_public_minutes": MINUTES_DECIMALS,
    "places_available": PLACES_DECIMALS,
    "places_low": PLACES_DECIMALS,
    "places_high": PLACES_DECIMALS,
    "shortfall_certain": PLACES_DECIMALS,
    "cohort_probability": SCORE_DECIMALS,
}


@router.get("/{site_id}/explanation", response_model=Explanation, responses=problems(404, 422, 503))
def read_explanation(
    site_id: str,
    query: Annotated[LayerQuery, Query()],
    connection: ConnectionDependency,
    reference: ReferenceDependency,
) -> Response:
    """Why a site has, or has not, a place in a programme, in a sentence and in numbers.

    With what would close the gap, one step after another, each found by recomputing the whole
    register: a fraction of a second on a small register, some seconds a step on a national one.
    Where the register or the release has changed since the run there is none, and `note` says
    what to do.
    """
    run = chosen_run(connection, query.run)
    found = service.explain_site(connection, run, site_id=site_id, programme=query.programme)
    remedy = service.find_remedy(
        connection, run, reference, site_id=site_id, programme=query.programme
    )
    return json_answer(
        rests_on(connection, run, query.programme)
        | {
            "site_id": found.site_id,
            "employer": found.employer,
            "gap_class": found.coverage["gap_class"],
            "sentence": found.coverage["reason"],
            "fix": found.coverage["fix"],
            "numbers": _numbers(found),
            "counterfactual": _counterfactual(remedy.counterfactual),
            "note": remedy.note,
        }
    )


def _numbers(found: service.Explanation) -> dict[str, Any]:
    stored = {
        name: plain(found.coverage[name])
        if decimals is None
        else rounded(found.coverage[name], decimals)
        for name, decimals in _DECIMALS.items()
    }
    return stored | {"unmet": rounded(found.unmet, PLACES_DECIMALS)}


def _counterfactual(found: Counterfactual | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "steps": [
            {
                "words": step.fix.words,
                "changes": [change.entry() for change in step.fix.changes],
                "settings": dict(step.fix.settings),
                "gap_class_after": str(step.gap_class_after),
                "places_after": rounded(step.places_after, PLACES_DECIMALS),
            }
            for step in found.steps
        ],
        "closed": found.closed,
    }
