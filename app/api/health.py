"""Health, for whoever runs the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.responses import json_answer
from app.db.engine import reading
from app.db.errors import NoRunError
from app.db.runs import current_run
from app.db.schema import require_current
from app.dependencies import EngineDependency
from app.schemas.problems import problems
from app.schemas.queries import NoQuery
from app.schemas.results import Health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", response_model=Health, responses=problems(422))
def read_live(_: Annotated[NoQuery, Query()]) -> Response:
    """Say that the service runs; the database is not asked."""
    return json_answer({"status": "live"})


@router.get("/ready", response_model=Health, responses=problems(422, 503))
def read_ready(_: Annotated[NoQuery, Query()], engine: EngineDependency) -> Response:
    """Say that the register can be read and is of this version, and which run is current."""
    require_current(engine)
    try:
        with reading(engine) as connection:
            run = current_run(connection)
    except NoRunError as error:
        return json_answer({"status": "ready", "detail": str(error)})
    return json_answer({"status": "ready", "run_id": run.run_id})
