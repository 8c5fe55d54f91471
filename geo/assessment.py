"""The assessment: which stages each demand unit attains, for one selection of the offers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.cohort import (
    Intake,
    best_probability,
    cohort_probability,
    expected_starters,
    hoped_starters,
    last_cohorts,
    minimum_cohorts,
)
from geo.gaps import ROUNDING, Stages
from geo.imputation import Ranges, demand_ranges, pool_ranges
from geo.model import Model
from geo.places import Weights, make_weights, places_against, places_available
from geo.quality import QualityLabel
from geo.selection import Selection
from geo.skills import Known
from geo.stages import BoolArray, FloatArray, units_of_unlimited

_ANY_NUMBER = 1e9
"""Starters of a unit where no demand is known anywhere: enough for any cohort."""


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What was found for each demand unit.

    Attributes
    ----------
    model
        What was assessed, with the pairs that partners complete in this selection.
    selection
        Which offers counted.
    stages
        The stages attained.
    places_available
        Places a year over the valid pairs, NaN where the demand is unknown or capacity is not
        tested.
    running_places, good_places
        The same over viable cohorts only, and of those without providers labelled not good.
    cohort_probability
        The best chance of a cohort over the pools that the unit validly reaches, NaN for none.
    capacity_tested
        Whether any delivered offer of the register states its places, be it of this selection or
        not; if none does, A4 is not tested.
    valid, possible
        Weights of the pairs that are certainly valid, and of those that are or may be.
    place_ranges, possible_ranges
        Places a year by pool: of the offers that count, and of those that count or may.
    viable
        Whether each offer has a viable cohort.
    """

    model: Model
    selection: Selection
    stages: Stages
    places_available: FloatArray
    running_places: FloatArray
    good_places: FloatArray
    cohort_probability: FloatArray
    capacity_tested: bool
    valid: Weights
    possible: Weights
    place_ranges: Ranges
    possible_ranges: Ranges
    viable: BoolArray

    @property
    def places(self) -> FloatArray:
        """Places a year by pool, NaN where unknown."""
        return self.place_ranges.middle

    @property
    def places_possible(self) -> FloatArray:
        """Places a year by pool of what is or may be offered, infinite where unknown."""
        return np.nan_to_num(self.possible_ranges.middle, nan=np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class _Cohorts:
    """Which offers have a viable cohort, or might if unknown demand were there."""

    viable: BoolArray
    hoped: BoolArray
    probability: FloatArray


def assess(model: Model, selection: Selection) -> Assessment:
    """Say which stages each demand unit attains, and which it would if unknowns turned out well."""
    model = model.with_partners(selection)
    counted, possible = selection.counted, selection.possible
    not_good = model.label == QualityLabel.NOT_GOOD
    valid = weights_of(model, counted, Known.YES)
    hoped = weights_of(model, possible, Known.UNKNOWN)
    place_ranges, possible_ranges = _places(model, counted), _places(model, possible)
    places = place_ranges.middle
    cohorts = _cohorts(model, selection, (valid, hoped), places)
    running = weights_of(model, counted & cohorts.viable, Known.YES)
    good = weights_of(model, counted & cohorts.viable & ~not_good, Known.YES)
    hopeful = weights_of(model, possible & cohorts.hoped & ~not_good, Known.UNKNOWN)

    demand = model.units.demand
    share = {
        name: places_available(weights, demand=demand, places=places)
        for name, weights in (("valid", valid), ("running", running), ("good", good))
    }
    tested = _capacity_tested(model)
    unlimited = np.nan_to_num(possible_ranges.middle, nan=np.inf)
    best = places_against(hopeful, good, demand=demand, rival_demand=demand, places=unlimited)
    enough = _enough(model, running, share["running"]) if tested else reached(running)
    good_enough = enough & (_enough(model, good, share["good"]) if tested else reached(good))
    hope = _hope(model, hopeful, best) if tested else reached(hopeful)
    near_silent = model.units.silent_minutes <= selection.silent_minutes
    stages = Stages(
        in_time=_in_time(model, counted),
        skills_covered=reached(valid),
        viable_cohort=reached(running),
        enough_places=enough,
        good_enough=good_enough,
        could_be=_could_be(model, selection.could),
        other_programme=_other_programme(model, counted),
        favourably_covered=hope | near_silent | ~model.units.placed,
    )
    untested = np.full(len(model.units), np.nan)
    return Assessment(
        model=model,
        selection=selection,
        stages=stages,
        places_available=share["valid"] if tested else untested,
        running_places=share["running"] if tested else untested,
        good_places=share["good"] if tested else untested,
        cohort_probability=best_probability(
            valid, cohorts.probability, programme=model.units.programme
        ),
        capacity_tested=tested,
        valid=valid,
        possible=hoped,
        place_ranges=place_ranges,
        possible_ranges=possible_ranges,
        viable=cohorts.viable,
    )


def weights_of(model: Model, chosen: BoolArray, least: Known) -> Weights:
    """Return the weights of the chosen offers over the pairs that are at least so sure."""
    pairs, provision = model.pairs, model.provision
    sure = np.minimum(pairs.in_time, pairs.cover) >= least
    kept = pairs.where(sure & chosen[pairs.offer])
    everywhere: dict[int, BoolArray] = {}
    for offer, units in units_of_unlimited(model.units, provision, chosen, least).items():
        pool = int(provision.pool[offer])
        everywhere[pool] = everywhere.get(pool, np.zeros(len(model.units), np.bool_)) | units
    return make_weights(
        kept.unit,
        provision.pool[kept.offer],
        kept.weight,
        shape=(len(model.units), len(provision.pools.keys)),
        everywhere=everywhere,
    )


def reached(weights: Weights) -> BoolArray:
    """Say which units some pool reaches."""
    found = np.diff(weights.within_limits.indptr) > 0
    for units in weights.everywhere.values():
        found |= units
    return np.asarray(found, dtype=np.bool_)


def _capacity_tested(model: Model) -> bool:
    """Say whether any delivered offer states its places, be it counted in a selection or not.

    Where one does, a selection in which no offer counts has no places: 0, and nothing unknown.
    """
    return bool(np.isfinite(_places(model, model.select().counted).middle).any())


def _places(model: Model, counted: BoolArray) -> Ranges:
    return pool_ranges(
        model.provision.pools,
        model.provision.offers,
        model.register.achievements,
        counted,
        policy=model.scenario.supply,
    )


def _cohorts(
    model: Model, selection: Selection, weights: tuple[Weights, Weights], places: FloatArray
) -> _Cohorts:
    """Return the cohorts by what is known, and as they would be if unknowns turned out well.

    An offer that only may be delivered is hoped to find its cohort: what starts there is unknown
    with it.
    """
    units, provision, policy = model.units, model.provision, model.scenario.cohort
    stated = model.register.programmes["min_cohort"].to_numpy(dtype=float, na_value=np.nan)
    minimum = minimum_cohorts(stated, default=policy.default_minimum)
    valid, possible = weights
    known = Intake(units.demand, units.programme, len(minimum), policy.take_up)
    most = replace(known, demand=_with_most_demand(model))
    starters = expected_starters(valid, known, places=places)
    hoped = hoped_starters(valid, possible, most, places=places)
    ran = last_cohorts(
        provision.offers["last_starts"].to_numpy(dtype=float, na_value=np.nan),
        pool=provision.pool,
        programme=provision.programme,
        counted=selection.counted,
        shape=starters.shape,
    )
    proven = ran >= minimum[None, :]
    probability = np.where(proven, 1.0, cohort_probability(starters, minimum))
    at = (provision.pool, provision.programme)
    viable = probability[at] >= policy.viable_probability
    may_be = cohort_probability(hoped, minimum)[at] >= policy.viable_probability
    return _Cohorts(viable, viable | may_be | ~selection.counted, probability)


def _with_most_demand(model: Model) -> FloatArray:
    """Return demand with the most that it may be where it is unknown."""
    demand = model.units.demand
    most = demand_ranges(model.demand, policy=model.scenario.supply).high
    return np.where(np.isnan(demand), np.minimum(most, _ANY_NUMBER), demand)


def _needed(model: Model, missing: float) -> FloatArray:
    ratio = model.scenario.gaps.enough_places_ratio * (1.0 - ROUNDING)
    return ratio * np.nan_to_num(model.units.demand, nan=missing)


def _enough(model: Model, weights: Weights, available: FloatArray) -> BoolArray:
    """Say where the places known are enough; of unknown demand they never are."""
    short = np.nan_to_num(available, nan=-np.inf) < _needed(model, np.inf)
    return reached(weights) & ~short


def _hope(model: Model, hopeful: Weights, best: FloatArray) -> BoolArray:
    """Say where the places possible would be enough, or the demand is unknown."""
    unknown = np.isnan(model.units.demand)
    plenty = np.nan_to_num(best, nan=-np.inf, posinf=np.inf) >= _needed(model, np.inf)
    return reached(hopeful) & (unknown | plenty)


def _marked(model: Model, positions: npt.NDArray[np.int64]) -> BoolArray:
    found = np.zeros(len(model.units), dtype=np.bool_)
    found[positions] = True
    return found


def _everywhere(model: Model, chosen: BoolArray, least: Known) -> BoolArray:
    found = np.zeros(len(model.units), dtype=np.bool_)
    for units in units_of_unlimited(model.units, model.provision, chosen, least).values():
        found |= units
    return found


def _in_time(model: Model, counted: BoolArray) -> BoolArray:
    pairs = model.pairs
    near = counted[pairs.offer] & (pairs.in_time == Known.YES)
    return _marked(model, pairs.unit[near]) | _everywhere(model, counted, Known.NO)


def _could_be(model: Model, could: BoolArray) -> BoolArray:
    pairs = model.pairs
    near = could[pairs.offer] & (pairs.in_time == Known.YES) & (pairs.cover != Known.NO)
    return _marked(model, pairs.unit[near]) | _everywhere(model, could, Known.UNKNOWN)


def _other_programme(model: Model, counted: BoolArray) -> BoolArray:
    """Say whether a venue within travel time delivers another programme.

    Offers without a travel limit do not count: they reach everyone, and so tell nothing of what
    a venue nearby could add.
    """
    units, provision = model.units, model.provision
    offer = provision.pairs["offer"].to_numpy()
    near = counted[offer] & (provision.pairs["in_time"].to_numpy() == Known.YES)
    has = np.zeros(units.shape, dtype=np.bool_)
    has[provision.pairs["site"].to_numpy()[near], provision.programme[offer[near]]] = True
    others = has.sum(axis=1)[units.site] - has[units.site, units.programme]
    return np.asarray(others > 0)
