"""Swing: how far settling one unknown claim could move the places that are served.

Every claim is settled by itself, in the state that is known: whatever else is unknown counts as
not there. Nothing is computed anew for a claim; only the pairs that it concerns are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.gaps import ROUNDING
from geo.places import Weights, demand_at_pools, places_available, unit_pool_pairs, weight_of

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is known now.

    Attributes
    ----------
    weights
        Weights of the pairs that are valid for certain.
    demand, available, served
        Places a year, one a unit; 0 where the demand is unknown.
    places, competing
        Places a year and weighted demand, one a pool; 0 places where they are unknown.
    taken
        What the units that are short of places get of each pool, places a year.
    enough_ratio
        Places available per place needed from which they are enough.
    """

    weights: Weights
    demand: FloatArray
    available: FloatArray
    served: FloatArray
    places: FloatArray
    competing: FloatArray
    taken: FloatArray
    enough_ratio: float

    def enough(self, available: FloatArray, unit: IntArray) -> BoolArray:
        """Say for which of the units so many places would be enough."""
        needed = self.enough_ratio * self.demand[unit] * (1.0 - ROUNDING)
        return np.asarray((available >= needed) & (self.demand[unit] > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of unit and pool that claims concern, with the weight that they would have."""

    claim: IntArray
    unit: IntArray
    pool: IntArray
    weight: FloatArray

    def where(self, keep: BoolArray) -> Pairs:
        """Return the pairs that ``keep`` marks."""
        return Pairs(self.claim[keep], self.unit[keep], self.pool[keep], self.weight[keep])


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Whose unmet demand claims move from what is known now, in places a year.

    Attributes
    ----------
    claim, unit, well, badly
        Claims and the units that they concern: the change of the unit's unmet demand if the claim
        turns out well, and if badly.
    claim_of_pool, pool, lost
        Claims and pools: how much other units that are short of places lose there if it turns out
        well.
    """

    claim: IntArray
    unit: IntArray
    well: FloatArray
    badly: FloatArray
    claim_of_pool: IntArray
    pool: IntArray
    lost: FloatArray

    @classmethod
    def of_units(
        cls, claim: IntArray, unit: IntArray, well: FloatArray, badly: FloatArray
    ) -> Moves:
        """Return moves of the units concerned alone."""
        none = np.empty(0, dtype=np.int64)
        return cls(claim, unit, well, badly, none, none, np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class Swing:
    """How far each claim could move things.

    Attributes
    ----------
    served
        Total served if it turns out well less that if it turns out badly, places a year; below 0
        where to know more demand would only show that others have less.
    moved
        Change of unmet demand between the two, added up over the units whichever way it goes.
    crossed
        How many units of the claim have enough places in one case and not in the other.
    moves
        Whose unmet demand it moves.
    """

    served: FloatArray
    moved: FloatArray
    crossed: IntArray
    moves: Moves


def known_state(
    weights: Weights, *, demand: FloatArray, places: FloatArray, enough_ratio: float
) -> State:
    """Return the state that is known; unknown demand and places (NaN) count as none."""
    needed, there = np.nan_to_num(demand, nan=0.0), np.nan_to_num(places, nan=0.0)
    competing = demand_at_pools(weights, needed)
    available = places_available(weights, demand=needed, places=there)
    short = available < needed * (1.0 - ROUNDING)
    per_demand = np.divide(there, competing, out=np.zeros_like(competing), where=competing > 0)
    return State(
        weights=weights,
        demand=needed,
        available=available,
        served=np.minimum(needed, available),
        places=there,
        competing=competing,
        taken=demand_at_pools(weights, needed * short) * per_demand,
        enough_ratio=enough_ratio,
    )


def swing_of_pairs(state: State, pairs: Pairs, places_well: FloatArray, *, claims: int) -> Swing:
    """Return the swing of claims that make pairs valid if they turn out well, and else nothing.

    What the units of a claim gain is exact. What others lose to them is so to first order: those
    that are short of places lose their share of the pool, those that have enough lose nothing.

    Parameters
    ----------
    pairs
        Of a claim, unit and pool the largest weight counts. Pools beyond those of the state exist
        only if the claim turns out well.
    places_well
        Places a year of every pool if a claim about it turns out well, finite.
    """
    pairs = _strongest(pairs)
    size = len(places_well)
    there, competing, taken = (
        np.concatenate([old, np.zeros(size - len(old))])
        for old in (state.places, state.competing, state.taken)
    )
    known = np.zeros(len(pairs.unit))
    old = pairs.pool < len(state.places)
    known[old] = weight_of(state.weights, pairs.unit[old], pairs.pool[old])
    weight = np.maximum(known, pairs.weight)
    demand = state.demand[pairs.unit]
    touch, group = np.unique(pairs.claim * size + pairs.pool, return_inverse=True)
    pool = touch % size
    added = _sums(group, demand * (weight - known), len(touch))
    total = competing[pool] + added
    per_new = _ratio(places_well[pool], total)[group]
    per_old = _ratio(there[pool], competing[pool])[group]
    had = per_old * demand * known
    short = state.available[pairs.unit] < demand * (1.0 - ROUNDING)
    of_others = taken[pool] - _sums(group, had * short, len(touch))
    lost = np.maximum(of_others, 0.0) * _ratio(added, total)

    key, at = np.unique(pairs.claim * len(state.demand) + pairs.unit, return_inverse=True)
    unit, claim = key % len(state.demand), key // len(state.demand)
    gained = _sums(at, per_new * demand * weight - had, len(key))
    after = state.available[unit] + gained
    change = np.minimum(state.demand[unit], after) - state.served[unit]
    crossed = state.enough(after, unit) != state.enough(state.available[unit], unit)
    losses = _sums(touch // size, lost, claims)
    return Swing(
        _sums(claim, change, claims) - losses,
        _sums(claim, np.abs(change), claims) + losses,
        _sums(claim, crossed, claims).astype(np.int64),
        Moves(claim, unit, -change, np.zeros(len(claim)), touch // size, pool, lost),
    )


def swing_of_places(
    state: State, pool: IntArray, *, low: FloatArray, high: FloatArray
) -> tuple[Swing, Pairs]:
    """Return the swing of pools' numbers of places, and the pairs whose units they concern.

    Parameters
    ----------
    pool
        The pool of each claim, none twice.
    low, high
        Places a year, one a claim: the fewest and the most that there may be, finite.
    """
    claim_of_pool = np.full(len(state.places), -1, dtype=np.int64)
    claim_of_pool[pool] = np.arange(len(pool))
    parts = [
        Pairs(claim_of_pool[at][keep], unit[keep], at[keep], weight[keep])
        for unit, at, weight in unit_pool_pairs(state.weights)
        if (keep := claim_of_pool[at] >= 0).any()
    ]
    pairs = join_pairs(parts)
    per_demand = _ratio(np.ones(len(pairs.unit)), state.competing[pairs.pool])
    share = state.demand[pairs.unit] * pairs.weight * per_demand
    now, demand = state.places[pairs.pool], state.demand[pairs.unit]
    worst, best = (
        state.available[pairs.unit] + (end[pairs.claim] - now) * share for end in (low, high)
    )
    served_now = state.served[pairs.unit]
    well, badly = (np.minimum(demand, end) - served_now for end in (best, worst))
    change = well - badly
    crossed = state.enough(best, pairs.unit) != state.enough(worst, pairs.unit)
    served = _sums(pairs.claim, change, len(pool))
    return (
        Swing(
            served,
            served,
            _sums(pairs.claim, crossed, len(pool)).astype(np.int64),
            Moves.of_units(pairs.claim, pairs.unit, -well, -badly),
        ),
        pairs,
    )


def swing_of_demand(
    state: State, unit: IntArray, *, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, for units of unknown demand, how far it could move the served and the unmet.

    The third array is the unit's own unmet demand at the least and the most, 2 × units.

    What others lose to them is to first order, as in :func:`swing_of_pairs`.

    Parameters
    ----------
    unit
        The units, none twice, whose demand is 0 in the state.
    low, high
        Places a year, one a unit: the least and the most that it may need, finite.
    """
    position = np.full(len(state.demand), -1, dtype=np.int64)
    position[unit] = np.arange(len(unit))
    served, lost = [np.zeros((2, len(unit))) for _ in range(2)]
    for units, pool, weight in unit_pool_pairs(state.weights):
        mine = np.flatnonzero(position[units] >= 0)
        at, there = position[units[mine]], pool[mine]
        for end, demand in enumerate((low, high)):
            own = demand[at] * weight[mine]
            share = _ratio(own, state.competing[there] + own)
            served[end] += _sums(at, share * state.places[there], len(unit))
            lost[end] += _sums(at, share * state.taken[there], len(unit))
    served = np.minimum(served, np.stack([low, high]))
    gain, loss = served[1] - served[0], lost[1] - lost[0]
    return gain - loss, np.abs(high - low - gain) + loss, np.stack([low, high]) - served


def join_pairs(parts: list[Pairs]) -> Pairs:
    """Return several lists of pairs as one."""
    nothing = np.empty(0, dtype=np.int64)
    parts = [*parts, Pairs(nothing, nothing, nothing, np.empty(0))]
    return Pairs(
        np.concatenate([part.claim for part in parts]),
        np.concatenate([part.unit for part in parts]),
        np.concatenate([part.pool for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def _strongest(pairs: Pairs) -> Pairs:
    order = np.lexsort((-pairs.weight, pairs.unit, pairs.pool, pairs.claim))
    keys = np.stack([pairs.claim, pairs.pool, pairs.unit])[:, order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    chosen = order[first]
    return Pairs(pairs.claim[chosen], pairs.unit[chosen], pairs.pool[chosen], pairs.weight[chosen])


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def _sums(group: IntArray, amount: FloatArray | BoolArray, groups: int) -> FloatArray:
    return np.bincount(group, weights=amount, minlength=groups).astype(np.float64)
