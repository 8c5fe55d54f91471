"""Set cover: the fewest candidates that together cover every element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from geo.errors import InputError
from geo.skills import Known, StateArray

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

EXACT_CANDIDATES = 12
"""Up to so many candidates that a best cover may need, all their subsets are compared."""
DECIMALS = 9
"""Costs that agree to so many decimals are equal, so that no tie is decided by rounding."""


@dataclass(frozen=True, slots=True)
class SetCover:
    """The candidates that were chosen to cover every element.

    Attributes
    ----------
    chosen
        Positions of the candidates, ascending; None where none was found that the limit allows.
    cost
        Their total cost, NaN where there are none.
    exact
        Whether every cover was compared. If not, the one given is a greedy one: without a limit
        it has at most ``H(d) = 1 + 1/2 + ... + 1/d`` times the fewest candidates, with ``d`` the
        most elements that one candidate covers; with a limit it may have more, and where
        ``chosen`` is None, there may be a cover all the same.
    lower_bound
        No cover has fewer candidates than this; 0 where some element cannot be covered.
    uncovered
        Positions of the elements that no candidate covers, ascending.
    """

    chosen: tuple[int, ...] | None
    cost: float
    exact: bool
    lower_bound: int
    uncovered: tuple[int, ...]


def set_cover(
    states: StateArray, *, costs: FloatArray | None = None, cost_limit: float = np.inf
) -> SetCover:
    """Find the fewest candidates that cover every element; of those the cheapest.

    Of covers alike in number and cost, the one with the lowest positions. Candidates that
    another replaces at no loss are set aside first, and the search is exact if at most
    ``EXACT_CANDIDATES`` remain.

    Parameters
    ----------
    states
        Candidates × elements: :class:`geo.skills.Known`; what is unknown does not cover.
    costs
        One a candidate, 0 or more; None is 0 for all.
    cost_limit
        The most that a cover may cost in total, inclusive.

    Raises
    ------
    InputError
        If a cost is below 0 or no number, or the states are yes or no without "unknown".

    References
    ----------
    Chvátal, V. (1979). A greedy heuristic for the set-covering problem. Mathematics of
    Operations Research 4(3), 233-235.
    """
    if states.dtype == np.bool_:
        raise InputError("The states are booleans; give Known.YES, Known.NO or Known.UNKNOWN.")
    costs = np.zeros(len(states)) if costs is None else costs
    if len(costs) != len(states):
        raise InputError(f"There are {len(costs)} costs for {len(states)} candidates; give one a.")
    if not (costs >= 0).all():
        raise InputError(f"A cost is {costs[~(costs >= 0)][0]:g}; give 0 or more.")
    covers = states == Known.YES
    uncovered = tuple(np.flatnonzero(~covers.any(axis=0)).tolist())
    if uncovered:
        return SetCover(None, np.nan, exact=True, lower_bound=0, uncovered=uncovered)
    if not covers.shape[1]:
        return SetCover((), 0.0, exact=True, lower_bound=0, uncovered=())

    rounded = np.round(costs, DECIMALS)
    limit = round_up(cost_limit)
    useful = _not_replaceable(covers, rounded)
    exact = len(useful) <= EXACT_CANDIDATES
    search = _exact if exact else _greedy
    found, bound = search(covers[useful], rounded[useful], limit)
    if found is None:
        return SetCover(None, np.nan, exact=exact, lower_bound=bound, uncovered=())
    chosen = useful[found]
    return SetCover(tuple(chosen.tolist()), float(costs[chosen].sum()), exact, bound, ())


def round_up(limit: float) -> float:
    """Return a limit that a sum of rounded costs equal to it does not exceed."""
    return limit + 0.5 * 10.0**-DECIMALS + 1e-12 * abs(limit)


def _not_replaceable(covers: BoolArray, costs: FloatArray) -> IntArray:
    """Return the candidates that no other replaces: covering as much, and cheaper or earlier.

    None that is set aside stands in the cover that is looked for: to replace it would make that
    cover cheaper, or its positions lower.
    """
    useful = np.flatnonzero(covers.any(axis=1))
    order = useful[np.lexsort((useful, costs[useful]))]
    kept: list[int] = []
    for candidate in order:
        # Only what is cheaper, or as cheap and earlier, stands before it.
        if not (covers[kept] >= covers[candidate]).all(axis=1).any():
            kept.append(int(candidate))
    return np.sort(np.array(kept, dtype=np.int64))


def _exact(covers: BoolArray, costs: FloatArray, limit: float) -> tuple[IntArray | None, int]:
    """Compare every subset; return the best within the limit, and the fewest without it."""
    count = len(covers)
    # The first candidate is the highest bit: of equal sizes, the larger number comes first.
    number = np.arange(2**count)
    picked = (number[:, None] >> np.arange(count)[::-1] & 1).astype(np.int64)
    whole = ((picked @ covers.astype(np.int64)) > 0).all(axis=1)
    size = picked.sum(axis=1)
    cost = np.round(picked @ costs, DECIMALS)
    within = np.flatnonzero(whole & (cost <= limit))
    fewest = int(size[whole].min())
    if not len(within):
        return None, fewest
    best = within[np.lexsort((-number[within], cost[within], size[within]))[0]]
    return np.flatnonzero(picked[best]), int(size[best])


def _greedy(covers: BoolArray, costs: FloatArray, limit: float) -> tuple[IntArray | None, int]:
    """Cover greedily, by number and then by cost; the bound is the linear relaxation's."""
    relaxed = linprog(
        np.ones(len(covers)),
        A_ub=-covers.T.astype(float),
        b_ub=-np.ones(covers.shape[1]),
        bounds=(0, 1),
    )
    bound = int(np.ceil(relaxed.fun - 1e-6))
    for price in (np.ones(len(covers)), costs):
        chosen = _greedily(covers, price, costs)
        if np.round(costs[chosen].sum(), DECIMALS) <= limit:
            return chosen, bound
    return None, bound


def _greedily(covers: BoolArray, price: FloatArray, costs: FloatArray) -> IntArray:
    """Take the candidate with the lowest price per element that is new, until all are covered."""
    chosen: list[int] = []
    open_elements = np.ones(covers.shape[1], dtype=np.bool_)
    while open_elements.any():
        gain = (covers & open_elements).sum(axis=1)
        per_element = np.divide(price, gain, out=np.full(len(price), np.inf), where=gain > 0)
        best = int(np.lexsort((costs, -gain, per_element))[0])
        chosen.append(best)
        open_elements &= ~covers[best]
    # The last taken may make an earlier one needless.
    for candidate in list(chosen):
        others = [other for other in chosen if other != candidate]
        if covers[others].any(axis=0).all():
            chosen = others
    return np.sort(np.array(chosen, dtype=np.int64))
