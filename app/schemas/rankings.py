"""The ranking as it is sent."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.results import Assumption, Bounds, Provenance

_STRICT = ConfigDict(extra="forbid", frozen=True)

WEIGHT_LIMIT = 1_000_000.0


class Flip(BaseModel):
    """The smallest change of weights that changes who leads."""

    model_config = _STRICT

    rival: str = Field(
        description="Of the leader its nearest rival; of another cluster the leader."
    )
    weight_change: float | None = Field(
        description="Share of all weight that would have to move; null if no weights do it."
    )


class ShortlistRow(BaseModel):
    """What decides a meeting about a cluster."""

    model_config = _STRICT

    programme_code: str = Field(description="Of the starters: the programme that lacks fewest.")
    starters_expected: float = Field(ge=0, description="Starters a year of its own sites.")
    minimum_cohort: float = Field(ge=0)
    starters_short: int = Field(ge=0, description="Starters that are lacking for a viable cohort.")
    pool_with: list[str] = Field(description="Neighbours whose starters make up what lacks.")
    pooling_suffices: bool
    places_delivered: float | None = Field(
        description="Places a year within reach; null where none states its places."
    )
    places_could_be: float | None = Field(description="Places that could be or are planned.")
    lacks: list[str] = Field(description="For a pilot: any of `champion`, `starters`, `places`.")


class RankedCluster(BaseModel):
    """A cluster's place in the ranking, and what it rests on."""

    model_config = _STRICT

    cluster_id: str
    name: str
    cluster_class: str
    rank: int = Field(ge=1)
    score: float = Field(description="Weighted sum of scaled criteria, 0 to 1.")
    pilot_ready: bool
    champion_level: int = Field(ge=0, le=4)
    support_needed: str | None = Field(description="Support that the champion needs to lead.")
    missing: list[str] = Field(description="Criteria that are not known: counted at 0.5.")
    values: dict[str, float] = Field(description="Criteria in their own units.")
    contributions: dict[str, float] = Field(description="What each criterion adds to the score.")
    p_rank_1: float | None = Field(
        None, description="Share of draws of weights and data in which it is first."
    )
    p_top_3: float | None = Field(None, description="The same for the first three.")
    rank_low: int | None = Field(None, description="Rank that it has or betters in 5 % of draws.")
    rank_high: int | None = Field(None, description="The same in 95 %.")
    starters_short: int | None = Field(None, description="As in `shortlist`.")
    flip: Flip | None = Field(None, description="Absent where it cannot lead for want of a gate.")
    shortlist: ShortlistRow | None = None
    next_if: str | None = Field(None, description="What would make it lead; absent of the leader.")


class WeightSet(BaseModel):
    """Whose weights they are."""

    model_config = _STRICT

    name: str
    owner: str
    dated: str
    version: str


class HeardAudience(BaseModel):
    """An audience, and how much of it has been heard."""

    model_config = _STRICT

    audience: str
    organisations: int = Field(ge=0, description="Organisations that are listed.")
    heard: int = Field(ge=0)
    share_heard: float | None = Field(description="Null where nobody is listed.")
    stances: dict[str, int]


class Ranking(Provenance):
    """The ranking of clusters for a pilot."""

    programme: str | None = Field(None, description="Code; absent for all programmes together.")
    assumptions: list[Assumption]
    bounds: Bounds | None = Field(
        None, description="Of the programme's totals; absent where the run keeps none."
    )
    weight_set: WeightSet
    weights: dict[str, float] = Field(description="By criterion, shared out to sum to 1.")
    verdict: str | None = Field(
        None, description="`leads` or `tied_set`; absent where nothing is pilot-ready."
    )
    leader: str | None = Field(description="The best of the pilot-ready clusters; null if none.")
    tied: list[str] | None = Field(None, description="The leader and those tied with it.")
    draws: int | None = None
    audiences: list[HeardAudience] | None = Field(None, description="Who has been heard.")
    clusters: list[RankedCluster]


class Influence(BaseModel):
    """The ranking without one criterion."""

    model_config = _STRICT

    criterion: str
    leader: str | None
    leader_changes: bool
    rank_correlation: float | None = Field(description="Kendall's tau-b with the whole ranking.")
    largest_shift: float | None


class UncheckedFact(BaseModel):
    """A fact that is not known for certain and could change the leader."""

    model_config = _STRICT

    cluster_id: str
    criterion: str
    known: bool
    changes_leader: float = Field(description="Share of what it may be in which another leads.")
    moves_score: float = Field(description="From the least to the most that it may be.")


class Opinion(BaseModel):
    """How a cluster fares by other ways to add up criteria; they never make the ranking."""

    model_config = _STRICT

    cluster_id: str
    wins: dict[str, float] = Field(description="Share of draws in which it beats each other.")
    central_weights: dict[str, float] | None = Field(
        description="Mean weights with which it is first; null if it never is."
    )
    open_p_rank_1: float = Field(description="If no weight were agreed.")
    open_p_top_3: float
    open_rank_low: int
    open_rank_high: int
    topsis: float
    topsis_rank: int
    geometric_mean: float
    geometric_mean_rank: int


class RankingDetail(Provenance):
    """What a ranking depends on."""

    programme: str | None = None
    draws: int
    standard_error: float = Field(description="The most that a share of draws is uncertain by.")
    influence: list[Influence]
    unchecked: list[UncheckedFact]
    rank_correlations: dict[str, float | None]
    clusters: list[Opinion]


class RankingRequest(BaseModel):
    """Weights of the caller's own."""

    model_config = _STRICT

    weights: dict[str, float] = Field(
        min_length=1,
        max_length=100,
        description="By criterion, 0 or more; one that is not named weighs nothing. They are "
        "shared out to sum to 1.",
        examples=[{"employment": 2, "champion_level": 1}],
    )
    programme: str | None = Field(None, min_length=1, max_length=200)
    run: str | None = Field(None, min_length=1, max_length=100)
