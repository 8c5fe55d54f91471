"""Provision and demand by position: the offers, the demand units, and the pairs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.partners import Completed
from geo.pools import Pools
from geo.reach import release_fits
from geo.skills import Known, SkillsCover

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Provision:
    """The offers, and how they reach the sites; offers and sites are meant by position.

    Attributes
    ----------
    offers
        The register's offers with ``ukprn`` and ``fresh``, whether the claim counts as verified.
    programme
        Position of each offer's programme.
    unlimited
        Whether the offer has no travel limit, and so reaches every site.
    pools
        The pools whose places the offers share.
    pairs
        A table of :func:`geo.reach.reach`.
    skills
        A result of :func:`geo.skills.skills_cover`.
    release_days
        Days of release a year that each offer takes, NaN where not stated.
    release_limit
        Days of release a year that each site can spare, NaN where not stated.
    completed
        The pairs that partners improve; none until a selection says who may be a partner.
    """

    offers: pd.DataFrame
    programme: IntArray
    unlimited: BoolArray
    pools: Pools
    pairs: pd.DataFrame
    skills: SkillsCover
    release_days: FloatArray
    release_limit: FloatArray
    completed: Completed

    @property
    def pool(self) -> IntArray:
        """Position of each offer's pool."""
        return self.pools.of_offer

    def cover_at(self, site: IntArray, offer: IntArray) -> npt.NDArray[np.int8]:
        """Return whether the units of each offer are covered at each site, partners included."""
        alone = self.skills.states[offer, self.skills.group_of_site[site]]
        return np.maximum(alone, self.completed.cover_at(site, offer))


@dataclass(frozen=True, slots=True, eq=False)
class UnitPairs:
    """Pairs of demand unit and offer within travel time, by position.

    ``minutes`` is NaN where unknown; ``in_time`` and ``cover`` are :class:`geo.skills.Known`.
    """

    unit: IntArray
    offer: IntArray
    minutes: FloatArray
    in_time: npt.NDArray[np.int8]
    cover: npt.NDArray[np.int8]
    weight: FloatArray

    def where(self, keep: BoolArray | IntArray) -> UnitPairs:
        """Return the pairs that ``keep`` marks, or names in order."""
        return UnitPairs(
            self.unit[keep],
            self.offer[keep],
            self.minutes[keep],
            self.in_time[keep],
            self.cover[keep],
            self.weight[keep],
        )


@dataclass(frozen=True, slots=True, eq=False)
class DemandUnits:
    """Demand units by position of their site and programme.

    ``demand`` is places a year, NaN where unknown; ``placed`` says whether the site has a point;
    ``silent_minutes`` is how near the nearest venue lies of which no offer is recorded, in minutes
    one way, infinite where none is near enough to matter; ``shape`` counts sites and programmes.
    """

    site: IntArray
    programme: IntArray
    demand: FloatArray
    placed: BoolArray
    silent_minutes: FloatArray
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.site)

    def at(self, site: IntArray, programme: IntArray) -> IntArray:
        """Return the unit of each site and programme; -1 where there is none."""
        lookup = np.full(self.shape, -1, dtype=np.int64)
        lookup[self.site, self.programme] = np.arange(len(self.site))
        return lookup[site, programme]


def unit_pairs(units: DemandUnits, provision: Provision) -> UnitPairs:
    """Return the pairs of reach as pairs of demand unit and offer.

    Sorted by unit, pool and falling weight, so that the first of a unit and pool is the strongest.
    """
    site = provision.pairs["site"].to_numpy()
    offer = provision.pairs["offer"].to_numpy()
    unit = units.at(site, provision.programme[offer])
    cover = provision.cover_at(site, offer)
    made = UnitPairs(
        unit,
        offer,
        provision.pairs["minutes"].to_numpy(),
        provision.pairs["in_time"].to_numpy(),
        cover,
        provision.pairs["weight"].to_numpy(),
    ).where(unit >= 0)
    return made.where(np.lexsort((made.offer, -made.weight, provision.pool[made.offer], made.unit)))


def units_of_unlimited(
    units: DemandUnits, provision: Provision, chosen: BoolArray, least: Known
) -> Mapping[int, BoolArray]:
    """Say, by unlimited offer, which units it reaches with skills covered at least so surely."""
    reached = {}
    of_programme = [np.flatnonzero(units.programme == p) for p in range(units.shape[1])]
    for offer in np.flatnonzero(chosen & provision.unlimited):
        mine = of_programme[provision.programme[offer]]
        sites = units.site[mine]
        fits = release_fits(
            np.full(len(mine), provision.release_days[offer]), provision.release_limit[sites]
        )
        cover = provision.cover_at(sites, np.full(len(mine), offer))
        reached[int(offer)] = np.zeros(len(units), dtype=np.bool_)
        reached[int(offer)][mine] = (cover >= least) & fits
    return reached
