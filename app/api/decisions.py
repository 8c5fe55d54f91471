"""Decisions: the list, and one as it was recorded. Recording is done on the command line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.responses import JSON_TYPE, json_answer
from app.db.decisions import list_decisions, read_decision
from app.dependencies import ConnectionDependency
from app.schemas.decisions import DecisionDocument, Decisions
from app.schemas.problems import problems
from app.schemas.queries import NoQuery
from app.services.decisions import decision_item

router = APIRouter(prefix="/decisions", tags=["decisions"])


@router.get("", response_model=Decisions, responses=problems(422, 503))
def read_decisions(_: Annotated[NoQuery, Query()], connection: ConnectionDependency) -> Response:
    """Every decision that was recorded, withdrawn ones among them, the last first."""
    items = [decision_item(record) for record in list_decisions(connection)]
    return json_answer({"items": items, "next": None})


@router.get("/{decision_id}", response_model=DecisionDocument, responses=problems(404, 422, 503))
def read_one_decision(
    decision_id: str, _: Annotated[NoQuery, Query()], connection: ConnectionDependency
) -> Response:
    """One decision, byte for byte as it was recorded."""
    return Response(read_decision(connection, decision_id).document, media_type=JSON_TYPE)
