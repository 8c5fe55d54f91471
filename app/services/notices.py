"""What every page, map and file made from the register must say."""

from __future__ import annotations

from geo.scenario import Scenario

ILLUSTRATIVE_PREFIX = "Illustrative"
"""A row whose source begins so was invented, and so is all that is computed from it."""

ILLUSTRATIVE = "Illustrative data"

ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2025. "
    "Contains National Statistics data © Crown copyright and database right 2025. "
    "Basemap: Natural Earth. Drawn with Leaflet."
)


def chief_assumptions(scenario: Scenario) -> tuple[str, ...]:
    """Return the assumptions that the headline numbers hang on most, in words."""
    travel, limits, demand = scenario.travel, scenario.tolerance, scenario.demand
    return (
        (
            f"Travel is estimated by car from the straight line: {travel.speed_kmh_dense:g} to "
            f"{travel.speed_kmh_sparse:g} km/h, roads {travel.detour_factor:g} times as long."
        ),
        (
            f"A learner travels at most {limits.budget_hours:g} hours a year; that sets how far "
            "each way of delivery reaches."
        ),
        (
            "Where a site states no demand it is estimated: "
            f"{demand.technician_share:.0%} of employees are technicians, of whom "
            f"{demand.recruitment_rate:.1%} are recruited and "
            f"{demand.existing_workforce_rate:.1%} retrained a year."
        ),
        f"Places are enough from {scenario.gaps.enough_places_ratio:.0%} of the demand.",
        (
            f"A cohort of {scenario.cohort.default_minimum:g}, unless the programme states another "
            f"number, is viable from a chance of {scenario.cohort.viable_probability:.0%}."
        ),
        f"Provision is good from a score of {scenario.quality.good_score:g} of 1.",
    )
