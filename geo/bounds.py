"""Bounds: how few and how many places each demand unit may have, given what is unknown.

The low bound takes a unit's own unknowns badly and its rivals' well, the high bound the other way
round. To take all unknowns badly and then all well would be wrong: a rival's unknown pair stands
in the denominator, so that what is left when all go badly may be more than when all go well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.assessment import Assessment, weights_of
from geo.best_case import best_case
from geo.imputation import Ranges, demand_ranges
from geo.places import Weights, places_against
from geo.skills import Known

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The least and the most places a year of each demand unit; NaN where its demand is."""

    low: FloatArray
    high: FloatArray


def places_bounds(
    known: Weights,
    possible: Weights,
    *,
    demand: Ranges,
    places_low: FloatArray,
    places_high: FloatArray,
    if_delivered: Weights | None = None,
) -> Bounds:
    """Return between what each unit's places lie, whatever the unknowns turn out to be.

    Low: the unit has its certain pairs only, pools hold their least, and every rival has all its
    possible pairs and needs the most that it may. High: the reverse. One pass over the pairs
    each: a unit's rivals are everybody less itself.

    Parameters
    ----------
    known, possible
        Weights of the pairs that are certain, and of those that are certain or unknown; none of
        the former above its like among the latter.
    demand
        Places a year, one a unit; its own demand enters as its middle, rivals' as their range.
    if_delivered
        Weights that are certain once what a unit hopes for is delivered; ``known`` if None.
    places_low, places_high
        Places a year, one a pool; of a pool that may not exist the least is 0.

    Returns
    -------
    Places a year. If demands and places lie in their ranges and pairs are what they are said to
    be, places available lie within: a guarantee. The ranges of what nobody states are assumed.
    """
    low = places_against(
        known, possible, demand=demand.middle, rival_demand=demand.high, places=places_low
    )
    high = places_against(
        possible,
        if_delivered or known,
        demand=demand.middle,
        rival_demand=demand.low,
        places=places_high,
    )
    return Bounds(low, high)


def bounds_of(assessment: Assessment) -> Bounds:
    """Return the bounds of an assessment's places available.

    A unit near a venue of which no offer is recorded, or whose own place is unknown, may have as
    many places as it needs. Where capacity is not tested nothing bounds what is unknown: NaN.
    """
    model, units = assessment.model, assessment.model.units
    if not assessment.capacity_tested:
        nothing = np.full(len(units), np.nan)
        return Bounds(nothing, nothing)
    bounds = places_bounds(
        assessment.valid,
        assessment.possible,
        demand=demand_ranges(model.demand, policy=model.scenario.supply),
        places_low=assessment.place_ranges.low,
        places_high=assessment.possible_ranges.high,
        if_delivered=_if_delivered(assessment),
    )
    high = np.where(_anything(assessment), np.fmax(bounds.high, units.demand), bounds.high)
    return Bounds(bounds.low, np.where(np.isnan(units.demand), np.nan, high))


@dataclass(frozen=True, slots=True)
class ServedBounds:
    """The least and the most places a year that are filled, over the units of known demand.

    Both are NaN where capacity is not tested.
    """

    low: float
    high: float


def served_by_programme(assessment: Assessment, bounds: Bounds) -> dict[str, ServedBounds]:
    """Return the bounds of what is served of each programme; the key ``""`` is all together."""
    units = assessment.model.units
    codes = assessment.model.register.programmes.index
    found = {"": served_bounds(assessment, bounds)}
    for position, code in enumerate(codes):
        found[str(code)] = served_bounds(assessment, bounds, units.programme == position)
    return found


def served_bounds(
    assessment: Assessment, bounds: Bounds, chosen: BoolArray | None = None
) -> ServedBounds:
    """Return the bounds of the total served of the chosen units, or of all.

    Low: ``sum min(D, V low)``. High: the lower of ``sum min(D, V high)``, which lets every unit
    have its own best at once and so counts a disputed place more than once, and of the best case
    with all that is unknown as delivered, which counts each place once but may share it as nobody
    would. Neither is always the lower. Units that may have any number of places stand outside the
    best case, as served in full.
    """
    if not assessment.capacity_tested:
        return ServedBounds(np.nan, np.nan)
    demand = assessment.model.units.demand
    if chosen is not None:
        demand = np.where(chosen, demand, 0.0)
    low = float(np.nansum(np.minimum(demand, bounds.low)))
    high = float(np.nansum(np.minimum(demand, bounds.high)))
    anything = _anything(assessment)
    rest = np.where(anything, 0.0, demand)
    # More places than all demand serve no more of it.
    places = np.minimum(assessment.possible_ranges.high, np.nansum(demand))
    shared = best_case(assessment.possible, demand=rest, places=places).served
    return ServedBounds(low, max(low, min(high, shared + float(np.nansum(demand[anything])))))


def _anything(assessment: Assessment) -> BoolArray:
    """Say which units may have any number of places: near silence, or of unknown place."""
    units = assessment.model.units
    near = units.silent_minutes <= assessment.selection.silent_minutes
    return np.asarray(near | ~units.placed, dtype=np.bool_)


def _if_delivered(assessment: Assessment) -> Weights:
    """Return the weights that are certain once any offer of the pool is delivered.

    What a unit may get of an offer of unknown status it gets only if that is delivered, and then
    the offer reaches the rivals whose journeys and skills are known as well. A pool of several
    offers that may be delivered is left as it is known: any one of them may be the one.
    """
    model, selection = assessment.model, assessment.selection
    pool = model.provision.pool
    possible = np.bincount(pool[selection.possible], minlength=len(assessment.places))
    single = selection.possible & (possible[pool] == 1)
    if not (single & ~selection.counted).any():
        return assessment.valid
    return weights_of(model, selection.counted | single, Known.YES)
