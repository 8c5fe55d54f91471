"""Average linkage with a limit on width: which places are near enough to be one group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_ROUNDING = 1e-9


def average_linkage(
    middles: FloatArray,
    outlines: Sequence[FloatArray],
    weights: FloatArray,
    *,
    cut_metres: float,
    max_width_metres: float,
) -> IntArray:
    """Merge places, nearest first, while they are near on average and not too wide together.

    Two groups are as far apart as their places are on average, each place counted by its weight
    (UPGMA of what stands at the places, as if all of it stood at their middles). The nearest pair
    of groups is merged, again and again, while that distance is at most ``cut_metres``. A merge
    that would put two points more than ``max_width_metres`` apart is skipped and the next pair
    tried. Of equal pairs the one that comes first in the order of places is merged first. Both
    bounds are inclusive. With equal weights and without the limit on width the groups are those of
    any UPGMA tree cut at ``cut_metres``.

    Parameters
    ----------
    middles
        Place by place its x and y in metres (n by 2).
    outlines
        For each place the points that take up its width (k by 2, at least one).
    weights
        How much each place counts, above 0.
    cut_metres, max_width_metres
        The two limits.

    Returns
    -------
    For each place the position of the first place of its group.

    References
    ----------
    Sokal, R. R. and Michener, C. D. (1958). A statistical method for evaluating systematic
    relationships. University of Kansas Science Bulletin 38, 1409-1438.
    """
    first_of_group = np.arange(len(middles))
    # Groups that are near on average hold a pair that is near, so each connected part of the
    # graph of near pairs can be merged on its own: small dense tables in place of a large one.
    for part in _parts(middles, cut_metres):
        apart = cdist(middles[part], middles[part])
        width = _widths([outlines[place] for place in part], max_width_metres)
        first_of_group[part] = part[
            _merge(apart, width, weights[part], (cut_metres, max_width_metres))
        ]
    return first_of_group


def _parts(middles: FloatArray, cut_metres: float) -> list[IntArray]:
    if not len(middles):
        return []
    # A little wider than the cut: a part too large does no harm, one torn by rounding would.
    pairs = cKDTree(middles).query_pairs(cut_metres * (1 + _ROUNDING), output_type="ndarray")
    joined = coo_array(
        (np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])),
        shape=(len(middles), len(middles)),
    )
    part_of_place = connected_components(joined, directed=False)[1]
    order = np.argsort(part_of_place, kind="stable")
    starts = np.flatnonzero(np.diff(part_of_place[order])) + 1
    return [part for part in np.split(order, starts) if len(part) > 1]


def _widths(outlines: list[FloatArray], limit_metres: float) -> FloatArray:
    """Distance of the two points farthest apart, for each pair of places (n by n).

    Where all stand in a box that is not too wide, no pair is: zeros say as much, for less work.
    """
    corners = np.concatenate(outlines)
    if np.hypot(*np.ptp(corners, axis=0)) * (1 + _ROUNDING) <= limit_metres:
        return np.zeros((len(outlines), len(outlines)))
    starts = np.cumsum([0, *(len(outline) for outline in outlines[:-1])])
    return np.array(
        [np.maximum.reduceat(cdist(outline, corners).max(axis=0), starts) for outline in outlines]
    )


def _merge(
    apart: FloatArray, width: FloatArray, weights: FloatArray, limits_metres: tuple[float, float]
) -> IntArray:
    """Position of the first member of each row's group; ``width`` is used up."""
    cut_metres, max_width_metres = limits_metres
    # Sums of distances are kept, not means of means, so that rounding does not pile up.
    total, size = apart * np.outer(weights, weights), weights.astype(float)
    first = np.arange(len(apart))
    mean = np.where(np.triu(width <= max_width_metres, k=1), apart, np.inf)
    # The least of each row is kept, for to search the whole table at each merge takes n times n.
    least, where = mean.min(axis=1), mean.argmin(axis=1)
    while True:
        # argmin takes the first of equals, and a group stands at the row of its first member.
        one = int(np.argmin(least))
        other = int(where[one])
        if not least[one] <= cut_metres:
            return first
        first[first == other] = one
        size[one] += size[other]
        size[other] = np.inf  # no group stands there any more
        total[one] += total[other]
        total[:, one] = total[one]
        width[one] = np.maximum(width[one], width[other])
        width[:, one] = width[one]
        allowed = np.isfinite(size) & (width[one] <= max_width_metres)
        renewed = np.where(allowed, total[one] / (size[one] * size), np.inf)
        mean[other], mean[:, other] = np.inf, np.inf
        mean[:one, one] = renewed[:one]
        mean[one, one + 1 :] = renewed[one + 1 :]
        _renew_least(mean, least, where, one=one, other=other)


def _renew_least(
    mean: FloatArray, least: FloatArray, where: IntArray, *, one: int, other: int
) -> None:
    """Find the least of each row again, and its first position, after two columns changed."""
    stale = np.isfinite(least) & ((where == one) | (where == other))
    stale[[one, other]] = True
    rows = np.flatnonzero(stale)
    least[rows], where[rows] = mean[rows].min(axis=1), mean[rows].argmin(axis=1)
    column = mean[:one, one]
    nearer = (column < least[:one]) | ((column == least[:one]) & (one < where[:one]))
    least[:one][nearer], where[:one][nearer] = column[nearer], one
