"""Gap classes: one for every demand unit, by the furthest stage that its delivered offers reach.

The stages are nested. A1: a delivered offer lies within travel time and takes no more release than
the site can spare. A2: and every unit of the programme can be learnt there or at the site. A3: and
the cohort is viable. A4: and the places available are enough. A5: and enough of them are with
providers that are not labelled not good; too little evidence for a label passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.errors import InputError

BoolArray = npt.NDArray[np.bool_]

ROUNDING = 1e-9
"""Relative slack of "enough": places are shared by division, which may round a hair below."""

STAGES_TESTED = ("A1", "A2", "A3", "A4", "A5")


class GapClass(StrEnum):
    """Why a site has, or has not, a place for its technicians."""

    COVERED = "covered"
    DELIVERED_NOT_GOOD = "delivered_not_good"
    DELIVERED_TOO_FEW_PLACES = "delivered_too_few_places"
    DELIVERED_NO_VIABLE_COHORT = "delivered_no_viable_cohort"
    DELIVERED_SKILL_MISSING = "delivered_skill_missing"
    COULD_BE_DELIVERED = "could_be_delivered"
    WRONG_PROGRAMME = "wrong_programme"
    NO_REACH = "no_reach"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What each demand unit reaches; arrays of one length, one entry a unit.

    Attributes
    ----------
    in_time
        A1: a delivered offer of the programme lies within its travel time and release.
    skills_covered
        A2: one of those covers every unit of the programme, with what the site hosts.
    viable_cohort
        A3: one of those has a viable cohort.
    enough_places
        A4: the places available there are enough; equal to A3 where capacity is not tested.
    good_enough
        A5: they are enough without the providers that are labelled not good.
    could_be
        An offer that could be delivered or is planned lies within its travel time.
    other_programme
        A delivered offer of another programme lies within its travel time.
    favourably_covered
        It would be covered if everything unknown about it turned out well.
    """

    in_time: BoolArray
    skills_covered: BoolArray
    viable_cohort: BoolArray
    enough_places: BoolArray
    good_enough: BoolArray
    could_be: BoolArray
    other_programme: BoolArray
    favourably_covered: BoolArray


def classify(stages: Stages) -> npt.NDArray[np.str_]:
    """Return the gap class of every demand unit.

    A unit is ``unknown`` when it is not covered by what is known, yet would be covered if its own
    unknowns (a claim, a journey, a skill, a number of places, its demand) turned out well.

    Raises
    ------
    InputError
        If the stages are not nested.
    """
    nested = (
        stages.in_time,
        stages.skills_covered,
        stages.viable_cohort,
        stages.enough_places,
        stages.good_enough,
    )
    if any(np.any(inner & ~outer) for outer, inner in pairwise(nested)):
        raise InputError(
            "The stages of coverage are not nested: A5 lies within A4, A4 within A3, A3 within A2, "
            "A2 within A1."
        )
    return np.select(
        [
            stages.good_enough,
            stages.favourably_covered,
            stages.enough_places,
            stages.viable_cohort,
            stages.skills_covered,
            stages.in_time,
            stages.could_be,
            stages.other_programme,
        ],
        [
            GapClass.COVERED.value,
            GapClass.UNKNOWN.value,
            GapClass.DELIVERED_NOT_GOOD.value,
            GapClass.DELIVERED_TOO_FEW_PLACES.value,
            GapClass.DELIVERED_NO_VIABLE_COHORT.value,
            GapClass.DELIVERED_SKILL_MISSING.value,
            GapClass.COULD_BE_DELIVERED.value,
            GapClass.WRONG_PROGRAMME.value,
        ],
        default=GapClass.NO_REACH.value,
    )
