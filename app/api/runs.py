"""Runs: what was computed, from what."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from app.api.provenance import assumptions
from app.api.responses import json_answer
from app.db.runs import RunRecord, list_runs, read_run
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import NoQuery, PageQuery
from app.schemas.results import RunDetail, RunPage
from app.services.analysis import provenance

router = APIRouter(prefix="/runs", tags=["runs"])


@router.get("", response_model=RunPage, responses=problems(422, 503))
def read_runs(query: Annotated[PageQuery, Query()], connection: ConnectionDependency) -> Response:
    """List the stored runs, the newest first; the first is the current one."""
    runs, following = list_runs(connection, after=query.cursor, limit=query.limit)
    return json_answer({"items": [_item(run) for run in runs], "next": following})


@router.get("/{run_id}", response_model=RunDetail, responses=problems(404, 422, 503))
def read_one_run(
    run_id: str, _: Annotated[NoQuery, Query()], connection: ConnectionDependency
) -> Response:
    """One run with the resolved scenario and the assumptions that it was computed from."""
    run = read_run(connection, run_id)
    return json_answer(
        _item(run)
        | {
            "assumptions": assumptions(run),
            "scenario_content": orjson.loads(run.scenario_content),
            "summary": orjson.loads(run.summary),
        }
    )


def _item(run: RunRecord) -> dict[str, Any]:
    return provenance(run) | {
        "scenario_name": run.scenario_name,
        "code_version": run.code_version,
        "finished_at": run.finished_at,
    }
