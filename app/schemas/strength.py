"""The strength of clusters as it is sent."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.results import Provenance

_STRICT = ConfigDict(extra="forbid", frozen=True)


class ClusterGrowth(BaseModel):
    """By how much the sites known in both snapshots have grown."""

    model_config = _STRICT

    sites: int = Field(ge=0)
    sites_compared: int = Field(ge=0, description="Sites whose employees are known in both.")
    employment_now: float | None = Field(description="Of those; null where they are too few.")
    employment_before: float | None
    growth_share: float | None = Field(description="Their ratio less 1; null is not known.")


class ClusterStrength(BaseModel):
    """Labels of a cluster; null is not known."""

    model_config = _STRICT

    cluster_id: str
    name: str
    specialisation: str | None = Field(
        description="`highly_specialised` from a location quotient of 2, `specialised` from 1.2, "
        "else `not_specialised`."
    )
    large: bool | None = Field(description="Whether its employment is in the top tenth.")
    growth: ClusterGrowth | None = Field(
        description="Null without an earlier run, or of a user's own cluster."
    )


class Strengths(Provenance):
    """Every cluster's labels, and growth since an earlier run."""

    since_run_id: str | None
    since: date | None
    items: list[ClusterStrength]
    next: str | None = Field(None, description="Always null: there are few.")
