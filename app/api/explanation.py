"""One site explained: why it has, or has not, a place, and the fix."""

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
from app.dependencies import ConnectionDependency
from app.schemas.findings import Explanation
from app.schemas.problems import problems
from app.schemas.queries import LayerQuery
from app.services import explanation as service

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
) -> Response:
    """Why a site has, or has not, a place in a programme, in a sentence and in numbers."""
    run = chosen_run(connection, query.run)
    found = service.explain_site(connection, run, site_id=site_id, programme=query.programme)
    return json_answer(
        rests_on(connection, run, query.programme)
        | {
            "site_id": found.site_id,
            "employer": found.employer,
            "gap_class": found.coverage["gap_class"],
            "sentence": found.coverage["reason"],
            "fix": found.coverage["fix"],
            "numbers": _numbers(found),
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
