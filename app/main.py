"""The application factory: ``uvicorn app.main:create_app --factory``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic.json_schema import models_json_schema
from starlette.middleware import Middleware

from app.api import (
    clusters,
    coverage,
    decisions,
    evidence,
    explanation,
    findings,
    growth,
    health,
    plans,
    rankings,
    register,
    runs,
)
from app.db.engine import make_engine
from app.dependencies import check_parameters
from app.errors import LastResort, add_error_handlers
from app.middleware import HeadAsGet, SafeHeaders, Tagged
from app.schemas.problems import Problem
from app.schemas.register import PlacesCollection
from app.settings import Settings
from app.web import data_pages, decision_pages, finding_pages, pages
from app.web.render import STATIC_DIR, render_problem

_DESCRIPTION = """
Training provision and industry on one map: who can reach which training place, where the gaps
are and why, which clusters there are, and where a pilot should start.

Everything is read from a stored *run*, which was computed from a snapshot of the register by a
named scenario; every answer says which. Units are minutes one way, metres, places per year and
shares from 0 to 1. Null is unknown, never zero. Lists are paged by cursor, errors are problem
documents (RFC 9457), and every read has an ETag.
"""


class Service(FastAPI):
    """FastAPI with the schemas that answers refer to by name."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description."""
        described = super().openapi()
        _, named = models_json_schema(
            [(Problem, "serialization"), (PlacesCollection, "serialization")],
            ref_template="#/components/schemas/{model}",
        )
        described["components"]["schemas"] |= named["$defs"]
        return described


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the service. Importing this module builds nothing.

    Raises
    ------
    NotADatabaseError
        If the address of the database is none. The database itself is first asked by a request.
    """
    settings = settings or Settings()
    engine = make_engine(
        settings.url,
        pool_size=settings.database_pool_size,
        timeout_seconds=settings.database_timeout_seconds,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = Service(
        title="Skillshed",
        version=_version(),
        summary="Training places, employers and the gaps between them.",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=lifespan,
        # The first is the outermost.
        middleware=[
            Middleware(SafeHeaders),
            Middleware(HeadAsGet),
            Middleware(LastResort, render_page=render_problem),
            Middleware(Tagged),
        ],
    )
    app.state.engine = engine
    app.state.settings = settings
    app.state.register_is_current = False
    app.state.reference = None
    app.include_router(_api())
    app.include_router(health.router, dependencies=[Depends(check_parameters)])
    app.include_router(pages.router)
    app.include_router(finding_pages.router, dependencies=[Depends(check_parameters)])
    app.include_router(decision_pages.router, dependencies=[Depends(check_parameters)])
    app.include_router(data_pages.router, dependencies=[Depends(check_parameters)])
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    add_error_handlers(app, render_page=render_problem)
    return app


def _api() -> APIRouter:
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(check_parameters)])
    for module in (
        register,
        evidence,
        coverage,
        explanation,
        findings,
        clusters,
        rankings,
        growth,
        decisions,
        plans,
        runs,
    ):
        router.include_router(module.router)
    return router


def _operation_id(route: APIRoute) -> str:
    return route.name


def _version() -> str:
    try:
        return version("skillshed")
    except PackageNotFoundError:
        return "0"
