"""Delineation alone: which of some weighted points form one cluster, with no table of it."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial.distance import cdist

from geo.campuses import (
    Density,
    FloatArray,
    IntArray,
    density_groups,
    density_weights,
    width_metres,
)
from geo.linkage import average_linkage
from geo.policies import ClusterPolicy

_POINTS_AT_ONCE = 512
_FEW = 12


def delineate(density: Density, eps_metres: float, policy: ClusterPolicy) -> IntArray:
    """Group points into clusters: campuses by density, merged by average linkage.

    The steps of :func:`geo.campuses.find_campuses` and :func:`geo.clusters.find_clusters` on bare
    points, many times faster: no ids, names, measures or classes are made. A group counts whatever
    its size, and the medoid of a campus may be any of its well-placed points.

    Parameters
    ----------
    density
        The points and what stands at each; a point at which two sites stand counts for both.
    eps_metres
        The distance of the density search; ``policy.campus_eps_metres`` is not used.

    Returns
    -------
    A number of the group for each point, -1 in none.
    """
    campus = _campuses(density, eps_metres, policy)
    if not (campus >= 0).any():
        return campus
    order, starts = _sorted_by_group(campus)
    group = average_linkage(
        density.points[_medoids(density, order, starts)],
        _outlines(density.points[order], starts),
        density_weights(
            np.add.reduceat(density.sites_at[order], starts),
            np.add.reduceat(density.employees_at[order], starts),
            policy,
        ),
        cut_metres=policy.cluster_cut_metres,
        max_width_metres=policy.max_width_metres,
    )
    found = np.full(len(campus), -1)
    found[order] = np.repeat(group, np.diff(starts, append=len(order)))
    return found


def _sorted_by_group(group: IntArray) -> tuple[IntArray, IntArray]:
    """Return the positions that are in a group, group by group, and where each group starts."""
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]
    return order, np.flatnonzero(np.diff(group[order], prepend=-1))


def _campuses(density: Density, eps_metres: float, policy: ClusterPolicy) -> IntArray:
    """Return the campus of each point; too wide a one is searched again with half the distance."""
    found = np.full(len(density.points), -1)
    pending = [(np.arange(len(density.points)), eps_metres)]
    while pending:
        at, eps = pending.pop()
        group = density_groups(_part(density, at), eps, policy)
        order, starts = _sorted_by_group(group)
        found[at] = np.where(group >= 0, group + found.max(initial=-1) + 1, -1)
        for one in _may_be_wide(density.points[at[order]], starts, policy.max_width_metres):
            members = at[group == group[order[starts[one]]]]
            if width_metres(density.points[members]) > policy.max_width_metres:
                found[members] = -1
                pending.append((members, eps / 2))
    return found


def _may_be_wide(points: FloatArray, starts: IntArray, limit_metres: float) -> IntArray:
    """Return the groups whose box is wider than the limit: few are, and only they need a hull."""
    if not len(starts):
        return starts
    sides = np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)
    return np.flatnonzero(np.hypot(sides[:, 0], sides[:, 1]) > limit_metres)


def _outlines(points: FloatArray, starts: IntArray) -> list[FloatArray]:
    """Return points of each campus among which its widest pair is: of few, all of them."""
    size = np.diff(starts, append=len(points))
    many = np.flatnonzero(size > _FEW)
    outlines = np.split(points, starts[1:])
    # A hull is that of a line through the points, which is many times faster made than points.
    lines = shapely.linestrings(
        points[np.repeat(size > _FEW, size)], indices=np.repeat(np.arange(len(many)), size[many])
    )
    for one, hull in zip(many, shapely.convex_hull(lines), strict=True):
        outlines[one] = shapely.get_coordinates(hull)
    return outlines


def _part(density: Density, at: IntArray) -> Density:
    return Density(
        density.points[at],
        sites_at=density.sites_at[at],
        employees_at=density.employees_at[at],
        first_site=density.first_site[at],
    )


def _medoids(density: Density, order: IntArray, starts: IntArray) -> IntArray:
    """Return of each campus the well-placed point with the least total distance to such sites.

    Parameters
    ----------
    order, starts
        Points campus by campus, and where each campus starts.
    """
    size = np.diff(starts, append=len(order))
    total = np.full(len(order), np.inf)
    for one in np.flatnonzero(size > _FEW):
        here = slice(starts[one], starts[one] + size[one])
        total[here] = _total_metres(density, order[here])
    # Campuses of the same few points at once: there are many of them.
    for few in np.unique(size[size <= _FEW]):
        at = starts[size == few][:, None] + np.arange(few)
        points = density.points[order[at]]
        apart = np.hypot(*np.moveaxis(points[:, :, None] - points[:, None], -1, 0))
        total[at] = (apart * density.sites_at[order[at]][:, None, :]).sum(axis=2)
    total[density.sites_at[order] == 0] = np.inf
    campus = np.repeat(np.arange(len(starts)), size)
    # Of equals the one that settles ties, as the order of the points means nothing.
    ranked = np.lexsort((density.first_site[order], total, campus))
    return np.asarray(order[ranked[starts]])


def _total_metres(density: Density, points: IntArray) -> FloatArray:
    places, weights = density.points[points], density.sites_at[points]
    return np.concatenate(
        [
            cdist(places[start : start + _POINTS_AT_ONCE], places) @ weights
            for start in range(0, len(places), _POINTS_AT_ONCE)
        ]
    )
