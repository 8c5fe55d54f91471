"""Plans of pilots as they are sent."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.results import Provenance

_STRICT = ConfigDict(extra="forbid", frozen=True)

_STANDING = "`done`, `on_track`, `late` or `not_measurable`, on the day for which the run holds."


class PlanItem(BaseModel):
    """A plan on the list."""

    model_config = _STRICT

    plan_id: str
    name: str
    cluster_id: str
    starts_on: date


class Plans(BaseModel):
    """Every plan, by id."""

    model_config = _STRICT

    items: list[PlanItem]
    next: str | None = Field(None, description="Always null: there are few.")


class Milestone(BaseModel):
    """Something that is to be done by a day."""

    model_config = _STRICT

    name: str
    due: date
    done_on: date | None
    standing: str = Field(description=_STANDING)


class PlanTarget(BaseModel):
    """A number that is to be reached by a day, and where it stands."""

    model_config = _STRICT

    measure: str
    programme_code: str | None = Field(description="Null for all programmes together.")
    baseline: float | None = Field(description="Null where it was not known.")
    baseline_on: date = Field(description="The day of the baseline.")
    target: float
    due: date
    value: float | None = Field(description="By the run; null where it is not known.")
    expected: float | None = Field(
        description="On the straight line from baseline to target, an assumption."
    )
    standing: str = Field(description=_STANDING)


class PlanStanding(Provenance):
    """A plan as it stands by a run."""

    plan_id: str
    name: str
    cluster_id: str
    starts_on: date
    baseline_run_id: str = Field(description="The run that baselines were taken from.")
    milestones: list[Milestone]
    outputs: list[PlanTarget] = Field(description="Places a year to be delivered, by programme.")
    kpis: list[PlanTarget]
