"""Places available: what each demand unit gets when every place is handed out exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How strongly each pool reaches each demand unit.

    Attributes
    ----------
    within_limits
        Units × pools, sparse: the largest weight over the valid pairs, 0 to 1.
    everywhere
        By position of a pool: which units it reaches at any distance, with weight 1. A unit that
        stands there must have no weight for that pool in ``within_limits``.
    """

    within_limits: csr_array
    everywhere: Mapping[int, BoolArray]


def make_weights(
    unit: npt.NDArray[np.int64],
    pool: npt.NDArray[np.int64],
    weight: FloatArray,
    *,
    shape: tuple[int, int],
    everywhere: Mapping[int, BoolArray],
) -> Weights:
    """Gather weighted pairs: the largest weight of a unit and pool counts, never their sum."""
    keep = ~_in_everywhere(unit, pool, everywhere)
    unit, pool, weight = unit[keep], pool[keep], weight[keep]
    order = np.lexsort((-weight, pool, unit))
    unit, pool, weight = unit[order], pool[order], weight[order]
    first = np.ones(len(unit), dtype=bool)
    first[1:] = (unit[1:] != unit[:-1]) | (pool[1:] != pool[:-1])
    within = csr_array((weight[first], (unit[first], pool[first])), shape=shape)
    return Weights(within, dict(everywhere))


def demand_at_pools(weights: Weights, demand: FloatArray) -> FloatArray:
    """Return the weighted demand that competes for each pool; unknown demand competes for none."""
    known = np.nan_to_num(demand, nan=0.0)
    competing = weights.within_limits.T @ known
    for pool, reached in weights.everywhere.items():
        competing[pool] += known[reached].sum()
    return np.asarray(competing)


def places_available(weights: Weights, *, demand: FloatArray, places: FloatArray) -> FloatArray:
    """Share every pool's places over the demand that it reaches, by demand times weight.

    ``V_i = sum_q S_q * D_i * w_iq / sum_k D_k * w_kq``. Every place of a pool that any demand
    reaches is handed out exactly once, whatever the order.

    Parameters
    ----------
    demand
        Places needed a year, one a unit, 0 or more; NaN is unknown.
    places
        Places a year, one a pool, 0 or more; NaN is unknown, and an unknown pool gives nothing.

    Returns
    -------
    Places a year, one a unit; 0 where nothing is reached, NaN where the demand is unknown.

    References
    ----------
    Soukhov, A., Páez, A., Higgins, C. D. and Mohamed, M. (2023). Introducing spatial
    availability, a singly-constrained measure of competitive accessibility. PLOS ONE 18(1).
    """
    competing = demand_at_pools(weights, demand)
    per_demand = np.divide(
        np.nan_to_num(places, nan=0.0), competing, out=np.zeros_like(competing), where=competing > 0
    )
    share = np.asarray(weights.within_limits @ per_demand)
    for pool, reached in weights.everywhere.items():
        share[reached] += per_demand[pool]
    return np.asarray(demand * share)


def places_against(
    own: Weights,
    rivals: Weights,
    *,
    demand: FloatArray,
    rival_demand: FloatArray,
    places: FloatArray,
) -> FloatArray:
    """Return each unit's places if it had some pairs and everybody else had others.

    As :func:`places_available`, but for each unit by itself: a unit's rivals are everybody less
    itself. Places are not conserved over the units, since no two of them mean the same world.

    Parameters
    ----------
    own, rivals
        Weights of the pairs that a unit has itself, and that its rivals have.
    demand, rival_demand
        Places needed a year, one a unit, as it enters for the unit itself (NaN is unknown) and
        for its rivals (NaN competes for none).
    places
        Places a year, one a pool; infinite is allowed.

    Returns
    -------
    Places a year, one a unit; infinite where an infinite number reaches it, NaN where the demand
    is unknown.
    """
    competing = demand_at_pools(rivals, rival_demand)
    needed, of_rival = np.nan_to_num(demand, nan=0.0), np.nan_to_num(rival_demand, nan=0.0)
    total = np.zeros(len(demand))
    for unit, pool, weight in unit_pool_pairs(own):
        mine = of_rival[unit] * weight_of(rivals, unit, pool)
        gained = share_of(
            places[pool], own=needed[unit] * weight, rivals=np.maximum(competing[pool] - mine, 0.0)
        )
        total += np.bincount(unit, weights=gained, minlength=len(total))
    return np.where(np.isnan(demand), np.nan, total)


def unit_pool_pairs(weights: Weights) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield unit, pool and weight of all pairs, those of each pool without limit by themselves."""
    within = weights.within_limits.tocoo()
    yield within.row.astype(np.int64), within.col.astype(np.int64), within.data
    for pool, reached in weights.everywhere.items():
        units = np.flatnonzero(reached)
        yield units, np.full(len(units), pool, dtype=np.int64), np.ones(len(units))


def weight_of(weights: Weights, unit: IntArray, pool: IntArray) -> FloatArray:
    """Return the weight of each pair of unit and pool; 0 where the unit is not reached."""
    if not len(unit):
        return np.zeros(0)
    within = np.asarray(weights.within_limits[unit, pool], dtype=float)
    return np.where(_in_everywhere(unit, pool, weights.everywhere), 1.0, within)


def _in_everywhere(
    unit: IntArray, pool: IntArray, everywhere: Mapping[int, BoolArray]
) -> BoolArray:
    """Say which pairs of unit and pool stand in ``everywhere``."""
    found = np.zeros(len(unit), dtype=np.bool_)
    # Few pairs belong to such a pool; to look through all of them for each would be slow.
    candidates = np.flatnonzero(np.isin(pool, list(everywhere)))
    for position in np.unique(pool[candidates]):
        here = candidates[pool[candidates] == position]
        found[here] = everywhere[int(position)][unit[here]]
    return found


def share_of(places: FloatArray, *, own: FloatArray, rivals: FloatArray) -> FloatArray:
    """Return what one unit gets of one pool, by its own weighted demand and that of its rivals.

    Nothing where it has none itself, however many places there are.
    """
    total = own + rivals
    share = np.divide(own, total, out=np.zeros_like(total), where=total > 0)
    gained = np.zeros_like(share)
    reached = share > 0
    gained[reached] = places[reached] * share[reached]
    return gained
