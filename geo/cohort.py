"""Cohorts: whether enough start together for an offer to run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from geo.places import Weights, unit_pool_pairs, weight_of

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """Who may start.

    Attributes
    ----------
    demand
        Places needed a year, one a unit; NaN is unknown and starts nobody.
    programme
        Position of each unit's programme, of ``programmes`` in all.
    take_up
        Starters per place needed, 0 to 1.
    """

    demand: FloatArray
    programme: IntArray
    programmes: int
    take_up: float

    @property
    def starters(self) -> FloatArray:
        """Starters a year of each unit."""
        return self.take_up * np.nan_to_num(self.demand, nan=0.0)


def expected_starters(weights: Weights, intake: Intake, *, places: FloatArray) -> FloatArray:
    """Return how many would start a year, by pool and programme, each starter counted once.

    ``u * sum_i D_i * w_iq * S_q / sum_l w_il * S_l``: a unit's starters are shared over the pools
    that it reaches, by weight and places.

    Parameters
    ----------
    weights
        Valid pairs of unit and pool.
    places
        Places a year, one a pool; where unknown (NaN) a pool counts as one place.

    Returns
    -------
    Pools × programmes, starters a year; 0 where nobody reaches a pool.
    """
    size = np.where(np.isnan(places), 1.0, places)
    choice = _choice(weights, size)
    per_choice = np.divide(intake.starters, choice, out=np.zeros_like(choice), where=choice > 0)
    starters = np.zeros(len(places) * intake.programmes)
    for unit, pool, weight in unit_pool_pairs(weights):
        starters += np.bincount(
            pool * intake.programmes + intake.programme[unit],
            weights=per_choice[unit] * weight * size[pool],
            minlength=len(starters),
        )
    return starters.reshape(len(places), intake.programmes)


def starters_per_place(weights: Weights, pool: int, *, places: FloatArray) -> FloatArray:
    """Return how many of each unit's starters go to one pool, 0 to 1; see `expected_starters`."""
    size = np.where(np.isnan(places), 1.0, places)
    units = np.arange(weights.within_limits.shape[0])
    mine = weight_of(weights, units, np.full(len(units), pool)) * size[pool]
    choice = _choice(weights, size)
    return np.asarray(np.divide(mine, choice, out=np.zeros_like(mine), where=choice > 0))


def hoped_starters(
    known: Weights, possible: Weights, intake: Intake, *, places: FloatArray
) -> FloatArray:
    """Return how many would start a year if every pair that is unknown were valid by itself.

    As :func:`expected_starters`, but a pair that is only possible counts too, shared with the
    pools that its unit reaches for certain: what else is unknown takes nobody away.

    Parameters
    ----------
    known, possible
        Weights of the pairs that are certain, and of those that are certain or unknown.
    """
    size = np.where(np.isnan(places), 1.0, places)
    choice = _choice(known, size)
    needed = intake.starters
    starters = np.zeros(len(places) * intake.programmes)
    for unit, pool, weight in unit_pool_pairs(possible):
        mine = weight * size[pool]
        total = choice[unit] + mine - weight_of(known, unit, pool) * size[pool]
        share = np.divide(mine, total, out=np.zeros_like(mine), where=total > 0)
        starters += np.bincount(
            pool * intake.programmes + intake.programme[unit],
            weights=needed[unit] * share,
            minlength=len(starters),
        )
    return starters.reshape(len(places), intake.programmes)


def _choice(weights: Weights, size: FloatArray) -> FloatArray:
    """Return the places that each unit can choose from, by weight."""
    choice = np.asarray(weights.within_limits @ size, dtype=float)
    for pool, reached in weights.everywhere.items():
        choice[reached] += size[pool]
    return choice


def cohort_probability(starters: FloatArray, minimum: FloatArray) -> FloatArray:
    """Return the probability that at least ``minimum`` start, 0 to 1, if starters are Poisson.

    Parameters
    ----------
    starters
        Expected starters a year, pools × programmes.
    minimum
        Fewest starters with which each programme runs, 1 or more.

    References
    ----------
    NIST Digital Library of Mathematical Functions, section 8.17 and 8.2: the tail of a Poisson
    count is the regularised lower incomplete gamma function, P(X >= m) = P(m, lambda).
    """
    return np.asarray(special.gammainc(minimum[None, :], starters))


def best_probability(
    weights: Weights, probability: FloatArray, *, programme: IntArray
) -> FloatArray:
    """Return each unit's best chance of a cohort over the pools that it reaches; NaN for none."""
    best = np.full(len(programme), -np.inf)
    for unit, pool, _ in unit_pool_pairs(weights):
        np.maximum.at(best, unit, probability[pool, programme[unit]])
    return np.where(np.isinf(best), np.nan, best)


def minimum_cohorts(stated: npt.NDArray[np.float64], *, default: float) -> FloatArray:
    """Return each programme's minimum; ``default`` where none is stated (NaN)."""
    return np.where(np.isnan(stated), default, stated)


def last_cohorts(
    last_starts: FloatArray,
    *,
    pool: IntArray,
    programme: IntArray,
    counted: BoolArray,
    shape: tuple[int, int],
) -> FloatArray:
    """Return the most starters of last year by pool and programme; -1 where none is stated."""
    most = np.full(shape, -1.0)
    stated = counted & ~np.isnan(last_starts)
    np.maximum.at(most, (pool[stated], programme[stated]), last_starts[stated])
    return most
