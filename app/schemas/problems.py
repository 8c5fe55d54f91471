"""What every error looks like (RFC 9457)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_TYPE = "application/problem+json"


class ParameterProblem(BaseModel):
    """What is wrong with one parameter."""

    model_config = ConfigDict(frozen=True)

    parameter: str = Field(description="Name of the parameter.")
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """A problem document: what went wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(
        description="Name of the kind of problem, for programs: a URN, or about:blank where the "
        "status says it all."
    )
    title: str = Field(description="The kind of problem, for people.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str | None = Field(None, description="This very problem, and what to do.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[ParameterProblem] | None = Field(
        None, description="The parameters that were refused, where that is the problem."
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the errors that a path may answer."""
    words = {
        404: "There is nothing of that id",
        422: "A parameter is unknown or has a wrong value",
        503: "The database cannot answer, or nothing has been computed yet",
    }
    return {
        status: {
            "description": words[status],
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
