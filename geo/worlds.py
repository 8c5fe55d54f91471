"""Worlds: what sites and units would find if what is uncertain had turned out another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array, csr_array

from geo.assessment import Assessment
from geo.cluster_provision import practical_parts, scores_of_offers
from geo.demand import ESTIMATED
from geo.employment import employees_of
from geo.model import Model, travel_table
from geo.quality import QualityLabel
from geo.quality_draws import draw_quality
from geo.reach import reach
from geo.skills import Known
from geo.stages import unit_pairs, units_of_unlimited
from geo.tolerance import tolerance_minutes, travel_weight

MARGIN_SIGMAS = 3.0
"""How many standard deviations beyond its limit a journey may still turn out to be in time."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One way in which what is uncertain may have turned out.

    Attributes
    ----------
    employees
        People at each site, NaN unknown.
    demand, places_available
        Places a year of each demand unit, NaN unknown.
    good_in_reach, best_score, practical_cover
        What each unit finds, see :func:`geo.cluster_provision.unit_provision`.
    could_unit, could_pool
        Pairs of unit and pool that could be delivered within reach.
    """

    employees: FloatArray
    demand: FloatArray
    places_available: FloatArray
    good_in_reach: BoolArray
    best_score: FloatArray
    practical_cover: FloatArray
    could_unit: IntArray
    could_pool: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of unit and offer that may be in time, sorted by unit, then pool."""

    unit: IntArray
    offer: IntArray
    pool: IntArray
    minutes: FloatArray
    limit: FloatArray
    sigma: FloatArray
    journey: IntArray
    region: IntArray
    covered: BoolArray
    may_cover: BoolArray
    counted: BoolArray
    first_of_pool: IntArray
    first_of_unit: IntArray


class Worlds:
    """Draws worlds of one assessment.

    Uncertain are: every journey time, normal around its value with its own standard deviation, of
    whose variance the share ``robustness.shared_travel_share`` is one error for all journeys from
    a region's sites and the rest each journey's own; the employees of a site of which a band is
    given, evenly within it, and with them the demand that is estimated from them; and the
    achievement rate behind every quality score, from its Beta posterior. Offers, places, skills
    and stated demand are as recorded, and so is a journey that a partner's block completes or
    that the provider makes. Bounds and unknown claims are another matter, see :mod:`geo.bounds`.
    """

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._model = assessment.model
        self._pairs = _possible_pairs(assessment)
        sites = self._model.register.sites
        self._employees = employees_of(sites)
        self._elastic = _elastic_units(self._model)
        self._everywhere = units_of_unlimited(
            self._model.units, self._model.provision, assessment.selection.counted, Known.YES
        )
        self._anywhere = _pools_anywhere(self._model, self._everywhere)
        self._reached_anyway = _reached_anyway(self._anywhere, self._pairs)
        self._parts = practical_parts(self._model)
        self._taught = self._parts.at_site.copy()
        beside = units_of_unlimited(
            self._model.units, self._model.provision, assessment.selection.counted, Known.NO
        )
        for offer, units in beside.items():
            self._taught[units] |= self._parts.at_venue[offer]

    def as_recorded(self) -> World:
        """Return the world in which everything is as recorded: that of the run itself."""
        model = self._model
        quality = scores_of_offers(model), model.label == QualityLabel.GOOD
        pairs = self._pairs
        near = ~(pairs.minutes > pairs.limit)
        return self._world(self._employees["employees"].to_numpy(), (near, pairs.minutes), quality)

    def draw(self, rng: np.random.Generator) -> World:
        """Return one world, drawn."""
        people = self._employees
        low, high = people["low"].to_numpy(), people["high"].to_numpy()
        share = rng.random(len(people))
        is_band = (low < high) & ~np.isnan(low) & ~np.isnan(high)
        employees = np.where(
            is_band, np.nan_to_num(low) + share * np.nan_to_num(high - low), people["employees"]
        )
        score, good = draw_quality(self._model, rng)
        return self._world(employees, self._journeys(rng), (score, good))

    def draws(self, count: int, rng: np.random.Generator) -> Iterator[World]:
        """Yield ``count`` worlds."""
        for _ in range(count):
            yield self.draw(rng)

    def _journeys(self, rng: np.random.Generator) -> tuple[BoolArray, FloatArray]:
        """Return which pairs are in time, and their minutes."""
        pairs = self._pairs
        shared = self._model.scenario.robustness.shared_travel_share
        of_region = rng.standard_normal(int(pairs.region.max(initial=-1)) + 2)
        own = rng.standard_normal(int(pairs.journey.max(initial=-1)) + 2)
        error = (
            np.sqrt(shared) * of_region[pairs.region] + np.sqrt(1.0 - shared) * own[pairs.journey]
        )
        minutes = np.maximum(pairs.minutes + pairs.sigma * error, 0.0)
        return ~(minutes > pairs.limit), minutes

    def _world(
        self,
        employees: FloatArray,
        journeys: tuple[BoolArray, FloatArray],
        quality: tuple[FloatArray, BoolArray],
    ) -> World:
        assessment, pairs = self._assessment, self._pairs
        near, minutes = journeys
        units = self._model.units
        demand = np.where(
            self._elastic,
            units.demand * _ratio(employees, self._employees["employees"].to_numpy())[units.site],
            units.demand,
        )
        valid = near & pairs.counted & pairs.covered
        good, best = self._quality_in_reach(valid, quality)
        idle = np.isnan(assessment.places)[pairs.pool]
        could = near & ~pairs.counted & pairs.may_cover & idle
        return World(
            employees=employees,
            demand=demand,
            places_available=self._places(valid, minutes, demand),
            good_in_reach=good,
            best_score=best,
            practical_cover=self._practical_cover(near & pairs.counted),
            could_unit=pairs.unit[could],
            could_pool=pairs.pool[could],
        )

    def _places(self, valid: BoolArray, minutes: FloatArray, demand: FloatArray) -> FloatArray:
        """Return the places of each unit, as :func:`geo.places.places_available` shares them."""
        assessment, pairs = self._assessment, self._pairs
        if not assessment.capacity_tested:
            return np.full(len(demand), np.nan)
        policy = self._model.scenario.tolerance
        weight = np.where(
            valid,
            np.where(np.isnan(minutes), 1.0, travel_weight(minutes, pairs.limit, policy)),
            0.0,
        )
        strongest = _reduced(np.maximum, weight, pairs.first_of_pool)
        strongest[self._reached_anyway] = 0.0
        unit, pool = pairs.unit[pairs.first_of_pool], pairs.pool[pairs.first_of_pool]
        known = np.nan_to_num(demand, nan=0.0)
        count = len(assessment.places)
        competing = _summed(pool, strongest * known[unit], count) + self._anywhere @ known
        per_demand = np.divide(
            np.nan_to_num(assessment.places, nan=0.0),
            competing,
            out=np.zeros(count),
            where=competing > 0,
        )
        share = _summed(unit, strongest * per_demand[pool], len(demand))
        return np.asarray(demand * (share + self._anywhere.T @ per_demand))

    def _quality_in_reach(
        self, valid: BoolArray, quality: tuple[FloatArray, BoolArray]
    ) -> tuple[BoolArray, FloatArray]:
        """Say which units find a good offer, and return the best score that each finds."""
        pairs, count = self._pairs, len(self._model.units)
        score, is_good = quality
        best, good = np.full(count, -np.inf), np.zeros(count, dtype=np.bool_)
        at = pairs.unit[pairs.first_of_unit]
        known = np.where(valid & ~np.isnan(score[pairs.offer]), score[pairs.offer], -np.inf)
        best[at] = _reduced(np.maximum, known, pairs.first_of_unit)
        good[at] = _reduced(np.logical_or, valid & is_good[pairs.offer], pairs.first_of_unit)
        for offer, units in self._everywhere.items():
            good[units] |= is_good[offer]
            if not np.isnan(score[offer]):
                best[units] = np.maximum(best[units], score[offer])
        return good, np.where(np.isinf(best), np.nan, best)

    def _practical_cover(self, near: BoolArray) -> FloatArray:
        pairs, parts = self._pairs, self._parts
        taught = self._taught.copy()
        words = np.where(near[:, None], parts.at_venue[pairs.offer], np.uint64(0))
        at = pairs.unit[pairs.first_of_unit]
        taught[at] |= _reduced(np.bitwise_or, words, pairs.first_of_unit)
        return parts.share(taught)


def _pools_anywhere(model: Model, everywhere: Mapping[int, BoolArray]) -> csr_array:
    """Return pools × demand units: 1 where a pool without a travel limit reaches the unit."""
    offers = np.fromiter(everywhere, dtype=np.int64)
    units = [np.flatnonzero(everywhere[int(offer)]) for offer in offers]
    pools = np.repeat(model.provision.pool[offers], [len(here) for here in units])
    found = coo_array(
        (np.ones(len(pools)), (pools, np.concatenate([np.zeros(0, dtype=np.int64), *units]))),
        shape=(len(model.provision.pools.keys), len(model.units)),
    ).tocsr()
    found.data[:] = 1.0
    return found


def _reached_anyway(anywhere: csr_array, pairs: _Pairs) -> BoolArray:
    """Say which units reach a pool without a limit, by first pair of unit and pool."""
    first = pairs.first_of_pool
    if not len(first):
        return np.zeros(0, dtype=np.bool_)
    return np.asarray(anywhere[pairs.pool[first], pairs.unit[first]] > 0, dtype=np.bool_)


def _possible_pairs(assessment: Assessment) -> _Pairs:
    """Return the pairs that are in time or might be, of offers that count or could."""
    model = assessment.model
    offers = model.provision.offers
    limits = tolerance_minutes(
        offers["mode"], offers["round_trips_per_year"], model.scenario.tolerance
    )
    wide_limits = limits + MARGIN_SIGMAS * model.scenario.travel.sigma_minutes
    travel = travel_table(model.register, model.scenario, offers, wide_limits)
    reached = reach(
        model.register.sites,
        model.register.venues,
        offers,
        travel,
        limit_minutes=wide_limits,
        policy=model.scenario.tolerance,
    )
    found = unit_pairs(model.units, replace(model.provision, pairs=reached))
    selection = assessment.selection
    found = found.where(
        (found.in_time == Known.YES) & (selection.counted | selection.could)[found.offer]
    )
    pool = model.provision.pool[found.offer]
    site = model.units.site[found.unit]
    journey, sigma = _journeys(model, travel, site, found.offer)
    return _Pairs(
        unit=found.unit,
        offer=found.offer,
        pool=pool,
        minutes=found.minutes,
        limit=limits[found.offer],
        sigma=sigma,
        journey=journey,
        region=_regions(model)[site],
        covered=found.cover == Known.YES,
        may_cover=found.cover != Known.NO,
        counted=selection.counted[found.offer],
        first_of_pool=np.flatnonzero(_changes(found.unit) | _changes(pool)),
        first_of_unit=np.flatnonzero(_changes(found.unit)),
    )


def _journeys(
    model: Model, travel: pd.DataFrame, site: IntArray, offer: IntArray
) -> tuple[IntArray, FloatArray]:
    """Return the journey of each pair, a row of ``travel``, and its standard deviation.

    Offers at one venue share their journeys. One that the provider makes has none (-1) and is as
    recorded, and so is a measured time of which no standard deviation is given.
    """
    sites, venues = model.register.sites.index, model.register.venues.index
    wide = len(venues)
    rows = sites.get_indexer(pd.Index(travel["site_id"])) * wide + venues.get_indexer(
        pd.Index(travel["venue_id"])
    )
    order = np.argsort(rows)
    venue = venues.get_indexer(pd.Index(model.provision.offers["venue_id"]))[offer]
    wanted = site * wide + venue
    if not len(rows):
        return np.full(len(wanted), -1), np.zeros(len(wanted))
    at = order[np.minimum(np.searchsorted(rows, wanted, sorter=order), len(rows) - 1)]
    there = rows[at] == wanted
    sigma = np.nan_to_num(travel["sigma_minutes"].to_numpy(dtype=float), nan=0.0)
    return np.where(there, at, -1), np.where(there, sigma[at], 0.0)


def _regions(model: Model) -> IntArray:
    """Return a number for the region of each site; sites of no known region share one."""
    names = model.register.sites["region"].astype("str").fillna("")
    return np.asarray(np.unique(names.to_numpy(dtype=str), return_inverse=True)[1], dtype=np.int64)


def _elastic_units(model: Model) -> BoolArray:
    """Say of which units the demand was estimated from the number of employees alone."""
    given = model.register.sites["technicians"].to_numpy(dtype=float, na_value=np.nan)
    estimated = (model.demand["demand_basis"] == ESTIMATED).to_numpy()
    return np.asarray(estimated & np.isnan(given)[model.units.site], dtype=np.bool_)


def _ratio(drawn: FloatArray, recorded: FloatArray) -> FloatArray:
    return np.divide(drawn, recorded, out=np.ones(len(drawn)), where=recorded > 0)


def _summed(at: IntArray, values: FloatArray, count: int) -> FloatArray:
    # Of nothing, NumPy makes whole numbers.
    return np.asarray(np.bincount(at, weights=values, minlength=count), dtype=np.float64)


def _changes(values: IntArray) -> BoolArray:
    return np.asarray(np.diff(values, prepend=-1) != 0)


def _reduced(combine: np.ufunc, values: npt.NDArray, starts: IntArray) -> npt.NDArray:  # type: ignore[type-arg]
    return combine.reduceat(values, starts) if len(starts) else values[:0]
