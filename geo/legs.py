"""Legs: the journeys of which a bundle of an offer and its partners' blocks is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns
from geo.policies import TolerancePolicy
from geo.set_cover import DECIMALS, round_up
from geo.skills import Known, SkillsCover
from geo.tolerance import round_trips, tolerance_minutes
from geo.types import Mode

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PARTNER_MODES = (Mode.BLOCK_DAILY, Mode.BLOCK_RESIDENTIAL, Mode.SUMMER_SCHOOL)
"""Modes in which a venue may teach some units of a programme that another leads."""


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """What bundles are made of; sites and offers are meant by position.

    Attributes
    ----------
    site, offer
        The pairs that are in time, for certain or perhaps, sorted by site, then offer.
    minutes, lowest_minutes
        Travel a learner and year: infinite where the pair is not known to be in time, and as short
        as it can be. 0 where the provider travels.
    unlimited
        Whether the offer has no travel limit: it reaches every site, takes no travel, and is in
        no pair.
    may_join
        Whether the offer's mode lets it join a bundle as a partner.
    budget_minutes
        The most travel of a bundle a learner and year, inclusive.
    skills
        A result of :func:`geo.skills.skills_cover`.
    """

    site: IntArray
    offer: IntArray
    minutes: FloatArray
    lowest_minutes: FloatArray
    unlimited: BoolArray
    may_join: BoolArray
    budget_minutes: float
    skills: SkillsCover


def make_legs(
    pairs: pd.DataFrame, offers: pd.DataFrame, skills: SkillsCover, policy: TolerancePolicy
) -> Legs:
    """Gather what bundles are made of.

    Parameters
    ----------
    pairs
        A table of :func:`geo.reach.reach`.
    offers
        ``mode`` and ``round_trips_per_year``, in the order of the positions.
    skills
        What the offers and the sites cover.
    policy
        The budget, and the round trips of each mode.
    """
    needed = ("site", "offer", "minutes", "lowest_minutes", "in_time")
    require_columns(pairs, needed, table="pairs")
    require_columns(offers, ("mode", "round_trips_per_year"), table="offers")
    modes, stated = offers["mode"], offers["round_trips_per_year"]
    trips = round_trips(modes, stated, policy)
    # The provider travels to the workplace, not the learner.
    trips = np.where((modes == Mode.WORKPLACE).to_numpy(), 0.0, trips)
    # What release from work forbids is a pair too, but no leg.
    pairs = pairs[pairs["in_time"] != Known.NO]
    offer = pairs["offer"].to_numpy(dtype=np.int64)
    both_ways = 2.0 * trips[offer]
    travelled = both_ways > 0
    known, shortest = (pairs[c].to_numpy(dtype=float) for c in ("minutes", "lowest_minutes"))
    certain = pairs["in_time"].to_numpy() == Known.YES
    minutes = np.where(travelled, known, 0.0) * both_ways
    minutes[~certain] = np.inf
    lowest = np.where(travelled, shortest, 0.0) * both_ways
    return Legs(
        site=pairs["site"].to_numpy(dtype=np.int64),
        offer=offer,
        minutes=np.round(minutes, DECIMALS),
        lowest_minutes=np.round(lowest, DECIMALS),
        unlimited=np.isinf(tolerance_minutes(modes, stated, policy)),
        may_join=modes.isin(PARTNER_MODES).to_numpy(),
        budget_minutes=round_up(60.0 * policy.budget_hours),
        skills=skills,
    )
