"""Start small and build: in which order clusters could join after the pilot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.provenance import chosen_run, rests_on
from app.api.responses import json_answer
from app.dependencies import ConnectionDependency
from app.schemas.growth import GrowthPath
from app.schemas.problems import problems
from app.schemas.queries import GrowthQuery
from app.services.growth import growth_answer

router = APIRouter(prefix="/growth", tags=["rankings"])


@router.get("", response_model=GrowthPath, responses=problems(404, 422, 503))
def read_growth(
    query: Annotated[GrowthQuery, Query()], connection: ConnectionDependency
) -> Response:
    """In which order clusters join so that covered demand, summed over the steps, is the most.

    A cluster that joins brings all into delivery that could be or is planned within its reach.
    What is served is the best case over all programmes together: known demand, stated places.
    """
    run = chosen_run(connection, query.run)
    answer = growth_answer(connection, run, pilot=query.pilot)
    return json_answer(rests_on(connection, run, None) | answer)
