"""From pairs within reach to the stages that each demand unit attains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.gaps import ROUNDING, BoolArray, Stages
from geo.places import Weights, make_weights, places_available, places_if_favourable
from geo.skills import Known, SkillsCover
from geo.types import OfferStatus

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Provision:
    """The offers, and how they reach the sites; offers and sites are meant by position.

    Attributes
    ----------
    offers
        ``venue_id``, ``programme_code``, ``status``.
    programme
        Position of each offer's programme.
    unlimited
        Whether the offer has no travel limit, and so reaches every site.
    pool
        Position of each offer's pool.
    places_known, places_possible
        Places a year by pool: of delivered offers (NaN is unknown), and of delivered and unknown
        offers (infinite where unknown).
    pairs
        A table of :func:`geo.reach.reach`.
    skills
        A result of :func:`geo.skills.skills_cover`.
    """

    offers: pd.DataFrame
    programme: IntArray
    unlimited: BoolArray
    pool: IntArray
    places_known: FloatArray
    places_possible: FloatArray
    pairs: pd.DataFrame
    skills: SkillsCover


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

    def where(self, keep: BoolArray) -> UnitPairs:
        """Return the pairs that ``keep`` marks."""
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
    ``near_unknown_venue`` whether a venue of which nothing is known may lie within reach.
    """

    site: IntArray
    programme: IntArray
    demand: FloatArray
    placed: BoolArray
    near_unknown_venue: BoolArray
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.site)

    def at(self, site: IntArray, programme: IntArray) -> IntArray:
        """Return the unit of each site and programme; -1 where there is none."""
        lookup = np.full(self.shape, -1, dtype=np.int64)
        lookup[self.site, self.programme] = np.arange(len(self.site))
        return lookup[site, programme]


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What was found for each demand unit.

    Attributes
    ----------
    stages
        The stages attained.
    places_available
        Places a year, NaN where the demand is unknown or capacity is not tested.
    capacity_tested
        Whether any delivered offer states its places; if none does, A4 is not tested.
    pairs
        The pairs of demand unit and offer, for explaining.
    """

    stages: Stages
    places_available: FloatArray
    capacity_tested: bool
    pairs: UnitPairs


def assess(units: DemandUnits, provision: Provision, *, enough_ratio: float) -> Assessment:
    """Say which stages each demand unit attains, and which it would if unknowns turned out well.

    Parameters
    ----------
    enough_ratio
        Places available per place needed from which they are enough, inclusive.
    """
    pairs = unit_pairs(units, provision)
    delivered = has_status(provision, OfferStatus.DELIVERED)
    in_time = delivered[pairs.offer] & (pairs.in_time == Known.YES)
    covered = in_time & (pairs.cover == Known.YES)
    a1 = _any(units, pairs.unit[in_time]) | _everywhere(units, provision, delivered, Known.NO)
    a2 = _any(units, pairs.unit[covered]) | _everywhere(units, provision, delivered, Known.YES)

    capacity_tested = bool(np.isfinite(provision.places_known).any())
    known = _weights(units, provision, pairs.where(covered), delivered, Known.YES)
    possible = has_status(provision, OfferStatus.DELIVERED, OfferStatus.UNKNOWN)
    hoped = possible[pairs.offer] & (pairs.cover != Known.NO)
    favourable = _weights(units, provision, pairs.where(hoped), possible, Known.UNKNOWN)

    available = places_available(known, demand=units.demand, places=provision.places_known)
    best = places_if_favourable(
        known, favourable, demand=units.demand, places=provision.places_possible
    )
    enough, hopeful = _enough(units, a2, favourable, (available, best), enough_ratio)
    if not capacity_tested:
        enough, hopeful = a2, a2 | _reached(favourable)
        available = np.full(len(units), np.nan)
    could = has_status(provision, OfferStatus.COULD_DELIVER, OfferStatus.PLANNED)
    could_pair = could[pairs.offer] & (pairs.in_time == Known.YES) & (pairs.cover != Known.NO)
    stages = Stages(
        in_time=a1,
        skills_covered=a2,
        enough_places=enough,
        could_be=_any(units, pairs.unit[could_pair])
        | _everywhere(units, provision, could, Known.UNKNOWN),
        other_programme=_other_programme(units, provision, delivered),
        favourably_covered=hopeful | units.near_unknown_venue | ~units.placed,
    )
    return Assessment(stages, available, capacity_tested, pairs)


def unit_pairs(units: DemandUnits, provision: Provision) -> UnitPairs:
    """Return the pairs within reach as pairs of demand unit and offer."""
    site = provision.pairs["site"].to_numpy()
    offer = provision.pairs["offer"].to_numpy()
    unit = units.at(site, provision.programme[offer])
    cover = provision.skills.states[offer, provision.skills.group_of_site[site]]
    return UnitPairs(
        unit,
        offer,
        provision.pairs["minutes"].to_numpy(),
        provision.pairs["in_time"].to_numpy(),
        cover,
        provision.pairs["weight"].to_numpy(),
    ).where(unit >= 0)


def has_status(provision: Provision, *statuses: OfferStatus) -> BoolArray:
    """Say which offers have one of the statuses."""
    return np.asarray(provision.offers["status"].isin(statuses), dtype=np.bool_)


def units_of_unlimited(
    units: DemandUnits, provision: Provision, chosen: BoolArray, least: Known
) -> Mapping[int, BoolArray]:
    """Say, by unlimited offer, which units it reaches with skills covered at least so surely."""
    reached = {}
    of_programme = [np.flatnonzero(units.programme == p) for p in range(units.shape[1])]
    for offer in np.flatnonzero(chosen & provision.unlimited):
        mine = of_programme[provision.programme[offer]]
        group = provision.skills.group_of_site[units.site[mine]]
        reached[int(offer)] = np.zeros(len(units), dtype=np.bool_)
        reached[int(offer)][mine] = provision.skills.states[offer, group] >= least
    return reached


def _any(units: DemandUnits, positions: IntArray) -> BoolArray:
    found = np.zeros(len(units), dtype=np.bool_)
    found[positions] = True
    return found


def _everywhere(
    units: DemandUnits, provision: Provision, chosen: BoolArray, least: Known
) -> BoolArray:
    found = np.zeros(len(units), dtype=np.bool_)
    for reached in units_of_unlimited(units, provision, chosen, least).values():
        found |= reached
    return found


def _weights(
    units: DemandUnits, provision: Provision, pairs: UnitPairs, chosen: BoolArray, least: Known
) -> Weights:
    everywhere: dict[int, BoolArray] = {}
    for offer, reached in units_of_unlimited(units, provision, chosen, least).items():
        pool = int(provision.pool[offer])
        everywhere[pool] = everywhere.get(pool, np.zeros(len(units), np.bool_)) | reached
    return make_weights(
        pairs.unit,
        provision.pool[pairs.offer],
        pairs.weight,
        shape=(len(units), len(provision.places_known)),
        everywhere=everywhere,
    )


def _reached(weights: Weights) -> BoolArray:
    found = np.diff(weights.within_limits.indptr) > 0
    for reached in weights.everywhere.values():
        found |= reached
    return np.asarray(found, dtype=np.bool_)


def _enough(
    units: DemandUnits,
    skills_covered: BoolArray,
    favourable: Weights,
    places: tuple[FloatArray, FloatArray],
    ratio: float,
) -> tuple[BoolArray, BoolArray]:
    """Return whether the places known are enough, and whether the places possible would be."""
    available, best = places
    unknown_demand = np.isnan(units.demand)
    needed = ratio * (1.0 - ROUNDING) * np.nan_to_num(units.demand, nan=np.inf)
    enough = skills_covered & (np.nan_to_num(available, nan=-np.inf) >= needed)
    hopeful = _reached(favourable) & (
        unknown_demand | (np.nan_to_num(best, nan=-np.inf, posinf=np.inf) >= needed)
    )
    return enough, hopeful


def _other_programme(units: DemandUnits, provision: Provision, delivered: BoolArray) -> BoolArray:
    """Say whether a venue within travel time delivers another programme.

    Offers without a travel limit do not count: they reach everyone, and so tell nothing of what
    a venue nearby could add.
    """
    pairs = provision.pairs
    offer = pairs["offer"].to_numpy()
    counts = delivered[offer] & (pairs["in_time"].to_numpy() == Known.YES)
    has = np.zeros(units.shape, dtype=np.bool_)
    has[pairs["site"].to_numpy()[counts], provision.programme[offer[counts]]] = True
    others = has.sum(axis=1)[units.site] - has[units.site, units.programme]
    return np.asarray(others > 0)
