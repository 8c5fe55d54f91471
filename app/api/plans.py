"""Plans of pilots: the list, and one as it stands. Recording is done on the command line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.provenance import chosen_run
from app.api.responses import json_answer
from app.db.plans import list_plans, read_plan
from app.dependencies import ConnectionDependency
from app.schemas.plans import Plans, PlanStanding
from app.schemas.problems import problems
from app.schemas.queries import NoQuery, RunQuery
from app.services.plans import plan_answer, plan_item

router = APIRouter(prefix="/plans", tags=["decisions"])


@router.get("", response_model=Plans, responses=problems(422, 503))
def read_plans(_: Annotated[NoQuery, Query()], connection: ConnectionDependency) -> Response:
    """Every plan that was recorded."""
    items = [plan_item(record) for record in list_plans(connection)]
    return json_answer({"items": items, "next": None})


@router.get("/{plan_id}", response_model=PlanStanding, responses=problems(404, 422, 503))
def read_one_plan(
    plan_id: str, query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """One plan as it stands by a run: milestones, outputs and targets."""
    run = chosen_run(connection, query.run)
    return json_answer(plan_answer(connection, run, read_plan(connection, plan_id)))
