"""From domain errors to HTTP. The only place that knows both.

Every error is answered as a problem document (RFC 9457), or to a browser that asks for a page as
a page that says the same. Whatever is not in the table is a 500: logged, and told without detail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.errors import (
    BadCursorError,
    DatabaseUnavailableError,
    NoRunError,
    NotADatabaseError,
    NotFoundError,
    RegisterMissingError,
    RegisterTooNewError,
    RegisterTooOldError,
    RunTooOldError,
)
from app.schemas.problems import PROBLEM_TYPE, ParameterProblem, Problem

logger = logging.getLogger(__name__)

RenderPage = Callable[[Problem], str]
"""Makes the page that tells a person of a problem."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its name for programs, its title for people."""

    status: HTTPStatus
    name: str
    title: str


KIND_BY_ERROR: dict[type[Exception], Kind] = {
    NotFoundError: Kind(HTTPStatus.NOT_FOUND, "not-found", "Not found"),
    RequestValidationError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "bad-parameters", "Parameters cannot be used as given"
    ),
    BadCursorError: Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "bad-cursor", "The cursor cannot be used as given"
    ),
    NoRunError: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "no-run", "Nothing has been computed yet"),
    RunTooOldError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "run-too-old", "The run is of an earlier release"
    ),
    DatabaseUnavailableError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", "The database does not answer"
    ),
    NotADatabaseError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "no-database", "What is named as database is none"
    ),
    RegisterMissingError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "register-missing", "There is no register yet"
    ),
    RegisterTooOldError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "register-too-old", "The register is of an older version"
    ),
    RegisterTooNewError: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "register-too-new", "The register is of a newer version"
    ),
}

_DETAIL_BY_STATUS = {
    404: "There is nothing at this path; /docs lists the paths that there are.",
    405: "This path is only read: use GET or HEAD.",
}


def add_error_handlers(app: FastAPI, *, render_page: RenderPage) -> None:
    """Answer the errors of the table, and those of routing, as problems."""

    def answer_known(request: Request, error: Exception) -> Response:
        kind = _kind_of(error)
        problem = Problem(
            type=f"urn:skillshed:problem:{kind.name}",
            title=kind.title,
            status=kind.status,
            detail=_detail(error),
            instance=request.url.path,
            errors=_parameter_problems(error),
        )
        if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.warning("%s %s: %s", request.method, problem.instance, problem.detail)
        return _answer(request, problem, render_page)

    def answer_routing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if "GET" in headers.get("Allow", ""):
            headers["Allow"] = "GET, HEAD"
        problem = _plain_problem(request, status, _DETAIL_BY_STATUS.get(status))
        return _answer(request, problem, render_page, headers=headers)

    for error in KIND_BY_ERROR:
        app.add_exception_handler(error, answer_known)
    app.add_exception_handler(HTTPException, answer_routing)


class LastResort:
    """Answers what no handler expected: logged in full, told without detail.

    Starlette's own handler for this stands outside every middleware, so that its answer would
    lack the headers that every answer has.
    """

    def __init__(self, app: ASGIApp, render_page: RenderPage) -> None:
        self._app = app
        self._render_page = render_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and answer what is raised."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            request = Request(scope)
            logger.exception("%s %s failed", request.method, request.url.path)
            if started:
                raise
            problem = _plain_problem(request, 500, "This is our fault; the service's log says why.")
            await _answer(request, problem, self._render_page)(scope, receive, send)


def _kind_of(error: Exception) -> Kind:
    return next(KIND_BY_ERROR[kind] for kind in type(error).__mro__ if kind in KIND_BY_ERROR)


def _plain_problem(request: Request, status: int, detail: str | None) -> Problem:
    return Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
    )


def _answer(
    request: Request,
    problem: Problem,
    render_page: RenderPage,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if "text/html" in request.headers.get("accept", "") and not problem.instance.startswith(
        ("/api/", "/health/")
    ):
        return HTMLResponse(render_page(problem), problem.status, headers)
    return Response(
        problem.model_dump_json(exclude_none=True), problem.status, headers, PROBLEM_TYPE
    )


def _detail(error: Exception) -> str:
    found = _parameter_problems(error)
    if found is None:
        return str(error)
    return " ".join(f"{one.parameter}: {one.detail}." for one in found)


def _parameter_problems(error: Exception) -> list[ParameterProblem] | None:
    if not isinstance(error, RequestValidationError):
        return None
    return [_parameter_problem(one) for one in error.errors()]


def _parameter_problem(error: Mapping[str, Any]) -> ParameterProblem:
    named = error.get("ctx", {}).get("parameter")
    where = [str(part) for part in error["loc"][1:]]
    return ParameterProblem(
        parameter=str(named or ".".join(where) or "query"), detail=str(error["msg"]).rstrip(".")
    )
