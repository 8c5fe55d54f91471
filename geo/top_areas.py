"""Top areas: which areas have the largest gap, and what to find out to name them rightly.

While something is unknown, the areas with the most unmet demand are named by what is known. A call
is worth making if, once it is answered, more of the areas that are named belong there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, vstack

from geo.places import unit_pool_pairs
from geo.swing import FloatArray, IntArray, Moves, State

BoolArray = npt.NDArray[np.bool_]

SAMPLES = 1024
"""Ways in which all that is unknown may turn out that are drawn."""

_EVEN = 0.5
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """By how much each claim shifts the unmet demand of each area from what is known now.

    Claims × areas, sparse, places a year.

    Attributes
    ----------
    alone
        If the claim turns out well, and all else stays as it is known.
    together
        If it does, and what its pairs depend on besides turns out well too.
    badly
        If it turns out badly.
    """

    alone: csr_array
    together: csr_array
    badly: csr_array

    @classmethod
    def join(cls, parts: list[Shifts]) -> Shifts:
        """Return several lists of claims as one."""
        return cls(
            csr_array(vstack([part.alone for part in parts])),
            csr_array(vstack([part.together for part in parts])),
            csr_array(vstack([part.badly for part in parts])),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """The areas of the demand units, and their gaps by what is known.

    Attributes
    ----------
    of_unit
        Position of each demand unit's area.
    gap
        Unmet demand, places a year, one an area.
    taken
        Pools × areas, sparse: what the units of the area that are short of places get of the
        pool, as a share of what all such units get of it.
    """

    of_unit: IntArray
    gap: FloatArray
    taken: csr_array


def areas_of(names: pd.Series, state: State) -> Areas:
    """Gather the areas of the demand units.

    Parameters
    ----------
    names
        The area of each demand unit; those without one are an area of their own.
    """
    of_unit, found = pd.factorize(names.astype(object).where(names.notna(), ""), sort=True)
    of_unit = of_unit.astype(np.int64)
    count = len(found)
    unmet = np.maximum(state.demand - state.available, 0.0)
    short = state.demand * (unmet > 0)
    rows, columns, amounts = [], [], []
    for unit, pool, weight in unit_pool_pairs(state.weights):
        rows.append(pool)
        columns.append(of_unit[unit])
        amounts.append(short[unit] * weight)
    nothing = np.zeros(0)
    at = (np.concatenate([*rows, nothing]), np.concatenate([*columns, nothing]))
    shape = (len(state.places), count)
    taken = csr_array((np.concatenate([*amounts, nothing]), np.array(at, dtype=int)), shape=shape)
    whole = np.asarray(taken.sum(axis=1)).ravel()
    share = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)
    return Areas(of_unit, _sums(of_unit, unmet, count), csr_array(taken.multiply(share[:, None])))


def shifts_of(areas: Areas, alone: Moves, together: Moves, *, claims: int) -> Shifts:
    """Return the shifts of claims: gains of the units that they concern, and losses of others.

    What others lose to a claim goes to the areas of those who have it, by their share.
    """
    shape = (claims, len(areas.gap))
    badly = csr_array((alone.badly, (alone.claim, areas.of_unit[alone.unit])), shape=shape)
    return Shifts(_well(areas, alone, shape), _well(areas, together, shape), badly)


def naming_gains(areas: Areas, shifts: Shifts, *, top: int, seed: int) -> FloatArray:
    """Return how many more of the areas each call would help to name rightly, on average.

    The unknowns are drawn :data:`SAMPLES` times, each claim well or badly with even chances (an
    assumption), and the areas with the largest gaps are those of the truth so drawn. Shifts add
    up, to first order; there a claim counts as the mean of alone and together, since often two
    must turn out well. Who is asked about a claim is taken to tell what it depends on, too.
    A call's gain is by how many areas the naming after it agrees better with the truth, in or out,
    than the naming by what is known now.

    Parameters
    ----------
    top
        How many areas are named.
    seed
        Of the draws, so that the same state gives the same answer.

    Returns
    -------
    One number a claim; 0 where the answer changes no naming, below 0 where it would mislead.

    References
    ----------
    Raiffa, H. and Schlaifer, R. (1961). Applied Statistical Decision Theory. Harvard University:
    the expected value of sample information.
    """
    claims, count = shifts.badly.shape
    if count <= top or not claims:
        return np.zeros(claims)
    turned = np.random.default_rng(seed).random((SAMPLES, claims)) < _EVEN
    well = (shifts.alone + shifts.together) / 2.0
    least = areas.gap + np.asarray(shifts.badly.sum(axis=0)).ravel()
    truth = least + (csr_array(well - shifts.badly).T @ turned.T.astype(float)).T
    signed = np.where(_named(truth, top), 1.0, -1.0)
    now = _named(areas.gap[None, :], top)[0].astype(float)
    gains = np.zeros(claims)
    for shift, happened in ((shifts.together, turned), (shifts.badly, ~turned)):
        # By block, so that memory is bounded.
        for start in range(0, claims, _AT_ONCE):
            rows = slice(start, min(start + _AT_ONCE, claims))
            then = _named(areas.gap + shift[rows].toarray(), top) - now
            gains[rows] += ((then @ signed.T) * happened[:, rows].T).mean(axis=1)
    return gains


def _well(areas: Areas, moves: Moves, shape: tuple[int, int]) -> csr_array:
    own = csr_array((moves.well, (moves.claim, areas.of_unit[moves.unit])), shape=shape)
    pools = areas.taken.shape[0]
    old = moves.pool < pools
    lost = csr_array(
        (moves.lost[old], (moves.claim_of_pool[old], moves.pool[old])), shape=(shape[0], pools)
    )
    return csr_array(own + lost @ areas.taken)


def _named(gaps: FloatArray, top: int) -> BoolArray:
    """Say which areas have the largest gaps, by row; of equal gaps the first."""
    order = np.argsort(-gaps.round(6), axis=1, kind="stable")[:, :top]
    named = np.zeros(gaps.shape, dtype=np.bool_)
    np.put_along_axis(named, order, values=True, axis=1)
    return named


def _sums(group: IntArray, amount: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group, weights=amount, minlength=groups).astype(np.float64)
