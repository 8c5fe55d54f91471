"""Which fix each gap class asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from geo.fix import Fix
from geo.fix_offers import added_programme, another_provider, brought_within_reach, started_offer
from geo.fix_places import cohort_with_others, more_places, places_with_others, viable_cohort
from geo.fix_skills import missing_skills
from geo.fix_unknown import settled
from geo.gaps import GapClass
from geo.view import View


def _better_places(view: View) -> Fix | None:
    return places_with_others(view) or cohort_with_others(view) or another_provider(view)


FIXES: Mapping[GapClass, Callable[[View], Fix | None]] = {
    GapClass.DELIVERED_NOT_GOOD: _better_places,
    GapClass.DELIVERED_TOO_FEW_PLACES: more_places,
    GapClass.DELIVERED_NO_VIABLE_COHORT: viable_cohort,
    GapClass.DELIVERED_SKILL_MISSING: missing_skills,
    GapClass.COULD_BE_DELIVERED: started_offer,
    GapClass.WRONG_PROGRAMME: added_programme,
    GapClass.NO_REACH: brought_within_reach,
    GapClass.UNKNOWN: settled,
}
"""The cheapest fix of each gap class; a covered unit needs none."""


def fix_of(view: View, gap_class: GapClass) -> Fix | None:
    """Return the fix that a gap class asks for; None where none is due or none was found."""
    return FIXES[gap_class](view) if gap_class in FIXES else None
