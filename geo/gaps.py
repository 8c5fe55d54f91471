"""Gap classes: one for every demand unit, by the furthest stage that its delivered offers reach.

The stages are nested. A1: a delivered offer lies within travel time. A2: and every unit of the
programme can be learnt there or at the site. A3: and the cohort is viable. A4: and the places
available are enough. A5: and they are good. A3 and A5 are not tested yet, so the classes that
only they can tell apart do not appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from geo.errors import InputError

BoolArray = npt.NDArray[np.bool_]

ROUNDING = 1e-9
"""Relative slack of "enough": places are shared by division, which may round a hair below."""

STAGES_TESTED = ("A1", "A2", "A4")
STAGES_NOT_TESTED = ("A3", "A5")


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


TESTED_CLASSES = (
    GapClass.COVERED,
    GapClass.DELIVERED_TOO_FEW_PLACES,
    GapClass.DELIVERED_SKILL_MISSING,
    GapClass.COULD_BE_DELIVERED,
    GapClass.WRONG_PROGRAMME,
    GapClass.NO_REACH,
    GapClass.UNKNOWN,
)
"""The classes that the tested stages can give."""


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What each demand unit reaches; arrays of one length, one entry a unit.

    Attributes
    ----------
    in_time
        A1: a delivered offer of the programme lies within its travel time.
    skills_covered
        A2: one of those covers every unit of the programme, with what the site hosts.
    enough_places
        A4: the places available there are enough; equal to A2 where capacity is not tested.
    could_be
        An offer that could be delivered or is planned lies within its travel time.
    other_programme
        A delivered offer of another programme lies within its travel time.
    favourably_covered
        It would be covered if everything unknown about it turned out well.
    """

    in_time: BoolArray
    skills_covered: BoolArray
    enough_places: BoolArray
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
    if np.any(stages.enough_places & ~stages.skills_covered) or np.any(
        stages.skills_covered & ~stages.in_time
    ):
        raise InputError("The stages of coverage are not nested: A4 lies within A2, A2 within A1.")
    return np.select(
        [
            stages.enough_places,
            stages.favourably_covered,
            stages.skills_covered,
            stages.in_time,
            stages.could_be,
            stages.other_programme,
        ],
        [
            GapClass.COVERED.value,
            GapClass.UNKNOWN.value,
            GapClass.DELIVERED_TOO_FEW_PLACES.value,
            GapClass.DELIVERED_SKILL_MISSING.value,
            GapClass.COULD_BE_DELIVERED.value,
            GapClass.WRONG_PROGRAMME.value,
        ],
        default=GapClass.NO_REACH.value,
    )
