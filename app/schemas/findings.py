"""What a run found beside coverage, as it is sent: calls, quality, fragility, the best case.

Every answer says which run it is read from, what it assumes and between what the totals lie.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.results import Assumption, Bounds, Provenance
from geo.gaps import GapClass
from geo.quality import QualityLabel

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Found(Provenance):
    """What every answer here says first."""

    programme: str | None = Field(None, description="Code; absent for all programmes together.")
    assumptions: list[Assumption]
    bounds: Bounds | None = Field(
        None, description="Of the programme's totals; absent where the run keeps none."
    )


class FoundPage(Found):
    """A page of a list of what was found."""

    next: str | None = Field(description="Cursor of the next page; null on the last.")


class Call(BaseModel):
    """An unknown claim, and what settling it could change."""

    model_config = _STRICT

    rank: int = Field(ge=1, description="1 is the call to make first, over all programmes.")
    table: str = Field(description="Table of the register that the claim stands in.")
    key: dict[str, str] = Field(description="The row, by the columns of its key.")
    field: str = Field(description="The column that is unknown.")
    question: str = Field(description="What to find out.")
    of_whom: str | None = Field(description="Who can tell; null if the register does not know.")
    demand_affected: float = Field(ge=0, description="Places a year of the sites in question.")
    served_swing: float = Field(
        ge=0, description="Places a year by which settling it could move the total served."
    )
    units_affected: int = Field(ge=0, description="Sites and programmes that it concerns.")
    units_could_change: int = Field(ge=0, description="Those whose gap class could change.")
    areas_settled: float | None = Field(
        description="By how many more authorities those with the largest gaps are named rightly "
        "once it is answered, on average: the calls are ordered by this, then by the score."
    )
    score: float = Field(description="Places a year by which it could move unmet demand.")


class Calls(FoundPage):
    """Unknown claims, the one to settle first on top."""

    items: list[Call]
    withheld: int = Field(ge=0, description="Calls left out because they tell of sensitive sites.")


class Provision(BaseModel):
    """How good a provider's delivery of a programme is, and on what evidence."""

    model_config = _STRICT

    ukprn: str
    provider: str | None = Field(description="Name; null if it has left the register.")
    programme_code: str
    nation: str | None
    label: QualityLabel
    score: float | None = Field(description="Weighted mean of what is known, 0 to 1.")
    score_low: float | None = Field(description="Lower end of the interval.")
    score_high: float | None = Field(description="Upper end of the interval.")
    known_weight: float | None = Field(description="Share of the weights that is known.")
    gates: list[str] = Field(description="Conditions that are not met, whatever the score.")
    achievement: float | None = Field(description="Achievement rate, shrunk to the national one.")
    leavers: float | None = Field(description="Leavers that the rate rests on.")
    components: dict[str, float | None] = Field(description="Score of each criterion, 0 to 1.")
    different_evidence: bool = Field(
        description="The nation inspects in another way: not to be compared across nations."
    )


class Quality(FoundPage):
    """Good provision: label, score and evidence by provider and programme."""

    items: list[Provision]


class Loss(BaseModel):
    """What is lost if one provider stops."""

    model_config = _STRICT

    ukprn: str
    provider: str | None
    places_lost: float | None = Field(description="Places a year that it holds within reach.")
    served_lost: float | None = Field(description="Places a year by which the served fall.")
    covered_lost: float | None = Field(description="Demand that leaves the class `covered`.")
    share: float | None = Field(description="Its share of the places within reach.")


class PairLoss(BaseModel):
    """What is lost if two providers stop."""

    model_config = _STRICT

    ukprn_a: str
    ukprn_b: str
    provider_a: str | None
    provider_b: str | None
    served_lost: float | None


class Concentration(BaseModel):
    """Whether provision rests on too few."""

    model_config = _STRICT

    share: float | None = Field(description="Share of the places within reach that they hold.")
    providers: list[str] = Field(description="The few that hold most, by reference number.")
    alarm: bool


class Fragility(FoundPage):
    """What is lost if a provider stops, the greatest loss first."""

    items: list[Loss]
    pairs: list[PairLoss] = Field(description="The worst pairs, over all programmes.")
    concentration: Concentration | None = Field(description="Null where nothing is in reach.")


class Bottleneck(BaseModel):
    """A pool whose next place would serve most, found by recomputing."""

    model_config = _STRICT

    pool: str
    ukprn: str
    provider: str | None
    venue_ids: list[str]
    programme_codes: list[str]
    places: float | None = Field(description="Places a year that it has.")
    gain: float = Field(description="Places a year more served by one more place.")


class Component(BaseModel):
    """Sites and pools between which places can pass, and the best that sharing can do there."""

    model_config = _STRICT

    component: int = Field(ge=1, description="1 is the one of the largest demand.")
    demand: float
    served: float = Field(description="Places a year if sharing were perfect.")
    unmet: float
    sites: int
    pools: int
    programme_codes: list[str]
    status: str = Field(description="What the solver says of its answer.")
    gap: float | None = Field(description="How far from the optimum it may be, relative.")
    bottlenecks: list[Bottleneck]


class BestCase(FoundPage):
    """The best-case allocation by connected component; who gets a place is not unique."""

    items: list[Component]


class Limit(BaseModel):
    """How far a learner is expected to travel in one delivery mode."""

    model_config = _STRICT

    mode: str
    limited: bool = Field(description="Whether the mode has a limit; without one all are null.")
    minutes: list[float | None] = Field(description="Minutes one way, one a budget, inclusive.")
    own_minutes: float | None = Field(description="The same at the run's own budget.")


class Tolerances(Found):
    """Limits of travel by mode, at several annual travel budgets and at the run's own."""

    budgets_hours: list[float] = Field(description="Hours of travel a learner and year.")
    own_budget_hours: float
    modes: list[Limit]


class SiteNumbers(BaseModel):
    """The numbers behind a site's explanation; null is unknown."""

    model_config = _STRICT

    demand: float | None = Field(description="Places needed a year.")
    demand_low: float | None
    demand_high: float | None
    demand_basis: str
    demand_new_starters: float | None
    demand_existing_workforce: float | None
    reachable_venues: int
    nearest_venue_id: str | None
    nearest_minutes: float | None = Field(description="Minutes one way by car.")
    nearest_public_minutes: float | None = Field(description="Minutes one way by public transport.")
    places_available: float | None = Field(description="Places a year after sharing.")
    places_low: float | None
    places_high: float | None
    unmet: float | None = Field(description="What is unmet if nobody passes a place on.")
    shortfall_certain: float | None = Field(description="What no sharing of places can avoid.")
    cohort_probability: float | None = Field(
        description="Chance of a viable cohort within reach; null where nothing valid is."
    )


class Step(BaseModel):
    """A fix, and what it was found to do by recomputing."""

    model_config = _STRICT

    words: str
    changes: list[dict[str, Any]] = Field(
        description="Changes of rows, as `[[changes]]` of a scenario takes them."
    )
    settings: dict[str, float] = Field(description="Values of the scenario to be changed, by name.")
    gap_class_after: GapClass = Field(description="With this and all steps before it done.")
    places_after: float | None = Field(description="Places available a year; null where unknown.")


class Counterfactual(BaseModel):
    """What would close the gap: the cheapest fix found of each class on the way, recomputed."""

    model_config = _STRICT

    steps: list[Step] = Field(description="In order; none for a site that is covered.")
    closed: bool = Field(description="Whether the site is covered after the last step.")


class Explanation(Found):
    """Why a site has, or has not, a place in a programme, and what would change it."""

    programme: str
    site_id: str
    employer: str
    gap_class: str
    sentence: str
    fix: str
    numbers: SiteNumbers
    counterfactual: Counterfactual | None = Field(
        description="Null where it cannot be recomputed: `note` says why."
    )
    note: str | None = Field(description="Why there is no counterfactual, and the remedy.")
