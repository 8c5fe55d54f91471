"""Decisions as they are sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True)


class DecisionItem(BaseModel):
    """A decision on the list."""

    model_config = _STRICT

    decision_id: str
    run_id: str = Field(description="The run that it was made on.")
    title: str
    decided_on: date
    scope: str = Field(description="Code of the programme, or `all`.")
    cluster_id: str
    cluster_name: str
    agreed_by: list[str] = Field(description="Roles, never persons.")
    withdrawn: bool
    withdrawn_reason: str | None


class Decisions(BaseModel):
    """Every decision, the one recorded last first."""

    model_config = _STRICT

    items: list[DecisionItem]
    next: str | None = Field(None, description="Always null: there are few.")


class DecisionDocument(BaseModel):
    """A decision as it was recorded, byte for byte."""

    model_config = _STRICT

    decision: dict[str, Any] = Field(description="What was agreed, and by which roles.")
    run: dict[str, Any] = Field(description="The run, its snapshot, scenario and code.")
    criteria: dict[str, Any] = Field(description="Weights and goalposts.")
    ranking: dict[str, Any] = Field(description="The ranking, as /rankings sent it then.")
