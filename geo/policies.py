"""The policies of a scenario: what each part of the analysis may be told, each value a number.

Units, bounds and sources stand in ``data/scenarios/default.toml``, beside the values.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class TravelPolicy:
    """How minutes are estimated from a straight line."""

    detour_factor: float
    fixed_minutes: float
    speed_kmh_dense: float
    speed_kmh_medium: float
    speed_kmh_sparse: float
    dense_postcodes: float
    medium_postcodes: float
    sigma_minutes: float

    def __post_init__(self) -> None:
        if self.dense_postcodes < self.medium_postcodes:
            raise ScenarioError(
                f"'travel.dense_postcodes' is {self.dense_postcodes:g}, below "
                f"'travel.medium_postcodes' at {self.medium_postcodes:g}; give as many or more."
            )


@dataclass(frozen=True, slots=True)
class TolerancePolicy:
    """How far a learner is expected to travel, by mode."""

    budget_hours: float
    daily_cap_minutes: float
    residential_cap_minutes: float
    half_day_share: float
    full_weight_share: float
    weight_at_limit: float
    round_trips_day_release: float
    round_trips_evening: float
    round_trips_block_daily: float
    round_trips_block_residential: float
    round_trips_blended: float
    round_trips_summer_school: float
    workplace_minutes: float


@dataclass(frozen=True, slots=True)
class DemandPolicy:
    """How demand is estimated where a site states none."""

    technician_share: float
    technician_share_low: float
    technician_share_high: float
    recruitment_rate: float
    recruitment_rate_low: float
    recruitment_rate_high: float
    existing_workforce_rate: float

    def __post_init__(self) -> None:
        for name in ("technician_share", "recruitment_rate"):
            low, middle, high = (getattr(self, name + end) for end in ("_low", "", "_high"))
            if not low <= middle <= high:
                raise ScenarioError(
                    f"'demand.{name}' is {middle:g}, outside its own range {low:g} to {high:g}; "
                    f"change '{name}_low' and '{name}_high' with it."
                )


@dataclass(frozen=True, slots=True)
class GapPolicy:
    """When places available are enough."""

    enough_places_ratio: float
    unknown_offer_minutes: float


@dataclass(frozen=True, slots=True)
class ClusterPolicy:
    """How campuses and clusters are delineated and classed."""

    campus_eps_metres: float
    campus_min_sites: float
    campus_min_employees: float
    cluster_cut_metres: float
    max_width_metres: float
    min_employers: float
    min_employees: float
    dominant_employer_share: float
    small_firm_employees: float


@dataclass(frozen=True, slots=True)
class SupplyPolicy:
    """What may be assumed of places or demand of which nothing is stated, when bounds are drawn."""

    imputed_low_quantile: float
    imputed_high_quantile: float

    def __post_init__(self) -> None:
        if self.imputed_low_quantile > self.imputed_high_quantile:
            raise ScenarioError(
                f"'supply.imputed_low_quantile' is {self.imputed_low_quantile:g}, above "
                f"'supply.imputed_high_quantile' at {self.imputed_high_quantile:g}; give as little "
                "or less."
            )


@dataclass(frozen=True, slots=True)
class SkillsPolicy:
    """Whether venues may share the units of a programme."""

    max_partners: float


@dataclass(frozen=True, slots=True)
class CohortPolicy:
    """When enough start together for an offer to run."""

    take_up: float
    default_minimum: float
    viable_probability: float


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """When a claim is fresh, when too much is unknown for a rate, and what calls are to settle."""

    verified_months: float
    insufficient_share: float
    top_areas: float


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """What good provision is: weights, scales, priors and thresholds."""

    weight_inspection: float
    weight_achievement: float
    weight_practical: float
    weight_employer_view: float
    weight_learner_view: float
    weight_flexibility: float
    grade_exceptional: float
    grade_strong: float
    grade_expected: float
    grade_needs_attention: float
    grade_urgent_improvement: float
    grade_outstanding: float
    grade_good: float
    grade_requires_improvement: float
    grade_inadequate: float
    achievement_worst: float
    achievement_best: float
    prior_leavers: float
    prior_reviews: float
    few_reviews: float
    good_score: float
    good_achievement: float
    good_probability: float
    good_known_weight: float
    poor_achievement: float
    poor_probability: float


@dataclass(frozen=True, slots=True)
class FragilityPolicy:
    """When provision rests on too few."""

    alarm_providers: float
    alarm_share: float


@dataclass(frozen=True, slots=True)
class StabilityPolicy:
    """How clusters are shaken, and when a boundary counts as firm."""

    resamples: float
    eps_low_metres: float
    eps_high_metres: float
    stable_jaccard: float
    indicative_jaccard: float

    def __post_init__(self) -> None:
        for low, high in (
            ("eps_low_metres", "eps_high_metres"),
            ("indicative_jaccard", "stable_jaccard"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise ScenarioError(
                    f"'stability.{low}' is {getattr(self, low):g}, above 'stability.{high}' at "
                    f"{getattr(self, high):g}; give as little or less."
                )


@dataclass(frozen=True, slots=True)
class RobustnessPolicy:
    """How the ranking is put to the test, and when a leader leads."""

    draws: float
    worlds: float
    weight_concentration: float
    shared_travel_share: float
    leads_win_share: float
    tied_win_share: float
