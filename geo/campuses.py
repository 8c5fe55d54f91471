"""Campuses: sites so close to each other that they are one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from geo.contracts import require_columns, require_metres, require_unique
from geo.employment import employees_of
from geo.policies import ClusterPolicy
from geo.types import PrecisionClass

COARSE_CLASSES = (
    PrecisionClass.POSTCODE_SECTOR,
    PrecisionClass.TOWN,
    PrecisionClass.REGISTERED_OFFICE,
    PrecisionClass.UNKNOWN,
)
"""Points so coarse that several of them at one place say nothing of the sites' nearness."""

_COLUMNS = ("employees", "employees_low", "employees_high", "precision_class", "sensitive")
_POINTS_AT_ONCE = 512
_PAIRS_AT_ONCE = 4_000_000
_MEASURED_AT_ONCE = 8
_SAMPLED = 16
_ROUNDING = 1e-9

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]


def find_campuses(sites: gpd.GeoDataFrame, policy: ClusterPolicy) -> pd.Series:
    """Group sites into campuses by density (DBSCAN with two ways to be dense).

    A site is a core if within ``policy.campus_eps_metres``, itself included and the bound
    inclusive, lie ``campus_min_sites`` sites or ``campus_min_employees`` employees. Cores within
    that distance of each other share a campus; any other site joins the campus of its nearest
    core in that distance, ties to the core of the lowest id. A campus whose widest pair of sites
    is more than ``max_width_metres`` apart is searched again with half the distance, until no
    campus is too wide; a site that is then near no core belongs to none.

    A site whose place is only coarsely known (``COARSE_CLASSES``, or no class) may join a campus,
    but is no core and does not count towards another's: a stack of sites at a sector's middle or
    at a registered office is no cluster. Of the sites at one point of a shared postcode only the
    one with the most known employees counts, ties to the lowest id: hundreds of companies at a
    formation agent's postcode are one address and no campus. A site without known employees counts
    as a site and not towards the employees.

    Parameters
    ----------
    sites
        Points in one projected CRS in metres (a point may be missing), indexed by unique
        ``site_id``, with ``employees``, ``employees_low``, ``employees_high``,
        ``precision_class`` and ``sensitive``. Their order does not matter.
    policy
        The distances and thresholds.

    Returns
    -------
    ``campus_id`` indexed like ``sites``; missing for a site in no campus. It is the ``site_id``
    of the campus's medoid: the member with the least total distance to the well-placed members,
    ties to the lowest id, and one that is well placed and not sensitive where there is one, since
    the id of a campus is shown.

    Raises
    ------
    InputError
        If a column is missing, an id stands twice, a number is negative or the CRS is not metric.

    References
    ----------
    Ester, M., Kriegel, H.-P., Sander, J. and Xu, X. (1996). A density-based algorithm for
    discovering clusters in large spatial databases with noise. KDD-96, 226-231.

    Kelley, J. E. (1960). The cutting-plane method for solving convex programs. Journal of the
    Society for Industrial and Applied Mathematics 8(4), 703-712: how the medoid is found.
    """
    require_columns(sites, _COLUMNS, table="sites")
    require_unique(sites.index, table="sites")
    require_metres(sites=sites)
    found = [pd.Series(dtype="str")]
    pending = [(_located(sites), policy.campus_eps_metres)]
    while pending:
        located, eps_metres = pending.pop()
        for campus in _scan(located, eps_metres, policy):
            if width_metres(campus[["x", "y"]].to_numpy()) > policy.max_width_metres:
                pending.append((campus, eps_metres / 2))
            else:
                found.append(pd.Series(_medoid(campus), index=campus.index, dtype="str"))
    campus_of_site: pd.Series = pd.concat(found).reindex(sites.index).rename("campus_id")
    return campus_of_site


def width_metres(points: FloatArray) -> float:
    """Distance in metres of the widest pair of ``points`` (n by 2); 0 for fewer than two."""
    corners = hull_corners(points)
    return float(pdist(corners).max()) if len(corners) > 1 else 0.0


def hull_corners(points: FloatArray) -> FloatArray:
    """Corners of the convex hull of ``points`` (n by 2): among them is every widest pair."""
    hull = shapely.convex_hull(shapely.multipoints(points))
    return np.unique(shapely.get_coordinates(hull), axis=0)


def point_metres(sites: gpd.GeoDataFrame) -> FloatArray:
    """Return the x and y of each site's point (n by 2); NaN where it is missing or empty."""
    points = sites.geometry.to_numpy()
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    metres = np.full((len(points), 2), np.nan)
    metres[there] = shapely.get_coordinates(points[there])
    return metres


def is_coarse(sites: pd.DataFrame) -> pd.Series:
    """Whether the place of each site is only coarsely known (``COARSE_CLASSES``, or no class)."""
    return sites["precision_class"].isna() | sites["precision_class"].isin(COARSE_CLASSES)


def is_well_placed(sites: gpd.GeoDataFrame) -> pd.Series:
    """Say which sites count towards a campus, see :func:`find_campuses`."""
    shared = (sites["precision_class"] == PrecisionClass.POSTCODE_SHARED).to_numpy(dtype=bool)
    metres = point_metres(sites)
    stacked = pd.DataFrame(
        {
            "x": metres[:, 0],
            "y": metres[:, 1],
            "employees": employees_of(sites)["employees"].to_numpy(),
            "site_id": sites.index.to_numpy(),
            "row": np.arange(len(sites)),
        }
    )[shared].sort_values(["employees", "site_id"], ascending=[False, True], na_position="last")
    well = ~is_coarse(sites).to_numpy(dtype=bool)
    well[stacked.loc[stacked.duplicated(["x", "y"]), "row"].to_numpy()] = False
    return pd.Series(well, index=sites.index)


def _located(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sites that have a point, by id, so that no later step can depend on the order of rows."""
    precise = is_well_placed(sites)
    metres = point_metres(sites)
    located = pd.DataFrame(
        {
            "x": metres[:, 0],
            "y": metres[:, 1],
            "precise": precise,
            "employees": employees_of(sites)["employees"].fillna(0.0).where(precise, 0.0),
            "sensitive": sites["sensitive"].astype("boolean").fillna(value=False).astype(bool),
        },
        index=sites.index,
    )
    return located.dropna(subset=["x", "y"]).sort_index()


def _scan(located: pd.DataFrame, eps_metres: float, policy: ClusterPolicy) -> list[pd.DataFrame]:
    """Run the density search once over ``located``; the rows of each campus that it finds."""
    if located.empty:
        return []
    # Sites at one point are merged: a stack of n would otherwise make n * n pairs.
    points, point_of_site = np.unique(located[["x", "y"]].to_numpy(), axis=0, return_inverse=True)
    precise = located["precise"].to_numpy()
    # Where in the order of ids the first well-placed site of each point stands: for ties.
    first_site = np.full(len(points), len(located))
    np.minimum.at(first_site, point_of_site[precise], np.flatnonzero(precise))
    found = Density(
        points,
        sites_at=_added(precise.astype(float), point_of_site, len(points)),
        employees_at=_added(located["employees"].to_numpy(dtype=float), point_of_site, len(points)),
        first_site=first_site,
    )
    campus_of_site = density_groups(found, eps_metres, policy)[point_of_site]
    in_campus = campus_of_site >= 0
    return [
        campus for _, campus in located[in_campus].groupby(campus_of_site[in_campus], sort=True)
    ]


def _added(values: FloatArray, at: IntArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(at, weights=values, minlength=count), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """What stands at each of some points, for a density search.

    Attributes
    ----------
    points
        x and y in metres (n by 2), no point twice.
    sites_at, employees_at
        Well-placed sites, and their employees, at each point. A point with no such site is no
        core, whatever lies near it.
    first_site
        A number for each point that settles ties: the lowest wins.
    """

    points: FloatArray
    sites_at: FloatArray
    employees_at: FloatArray
    first_site: IntArray


def density_weights(
    sites: npt.ArrayLike, employees: npt.ArrayLike, policy: ClusterPolicy
) -> FloatArray:
    """Return how much campuses count: how often each is dense by sites, and by employees.

    Parameters
    ----------
    sites, employees
        Of each campus its well-placed sites, and the employees known there.

    Returns
    -------
    Sites by ``policy.campus_min_sites`` plus employees by ``policy.campus_min_employees``.
    """
    by_sites = np.asarray(sites, dtype=float) / policy.campus_min_sites
    return by_sites + np.asarray(employees, dtype=float) / policy.campus_min_employees


def density_groups(density: Density, eps_metres: float, policy: ClusterPolicy) -> IntArray:
    """Group points by density, see :func:`find_campuses`: a number for each point, -1 in none."""
    points = density.points
    near = _Near(points, eps_metres)
    sites_near, employees_near = density.sites_at.copy(), density.employees_at.copy()
    for one, other in near:
        for here, there in ((one, other), (other, one)):
            sites_near += _added(density.sites_at[there], here, len(points))
            employees_near += _added(density.employees_at[there], here, len(points))
    core = (density.sites_at > 0) & (
        (sites_near >= policy.campus_min_sites) | (employees_near >= policy.campus_min_employees)
    )
    group = np.where(core, _components(near, core), -1)
    border, nearest_core = _nearest_core(near, core, density.first_site)
    group[border] = group[nearest_core]
    return group


class _Near:
    """Every pair of different points within a distance, inclusive, once.

    Where they are few, they are kept for the next time; else they come block by block, and are
    searched anew each time, so that memory stays bounded however wide the distance is.
    """

    def __init__(self, points: FloatArray, eps_metres: float) -> None:
        self.points = points
        self._eps_metres = eps_metres
        self._tree = cKDTree(points)
        self._kept: tuple[IntArray, IntArray] | None = None

    def __iter__(self) -> Iterator[tuple[IntArray, IntArray]]:
        if self._kept is None and _most_pairs(self.points, self._eps_metres) <= _PAIRS_AT_ONCE:
            pairs = self._tree.query_pairs(self._eps_metres, output_type="ndarray")
            self._kept = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
        if self._kept is not None:
            yield self._kept
            return
        for start in range(0, len(self.points), _POINTS_AT_ONCE):
            block = cKDTree(self.points[start : start + _POINTS_AT_ONCE])
            pairs = block.sparse_distance_matrix(
                self._tree, self._eps_metres, output_type="ndarray"
            )
            one, other = pairs["i"] + start, pairs["j"]
            once = one < other
            yield one[once], other[once]


def _most_pairs(points: FloatArray, eps_metres: float) -> int:
    """Return a number that the pairs within a distance do not exceed, from counts on a grid.

    Whoever is that near stands in the same square of that side, or in one of the eight around it.
    """
    if not len(points):
        return 0
    square = np.floor((points - points.min(axis=0)) / eps_metres).astype(np.int64)
    columns = square[:, 1].max() + 3
    key, count = np.unique(square[:, 0] * columns + square[:, 1], return_counts=True)
    pairs = int((count * (count - 1) // 2).sum())
    # Each two squares once: those above, and to the right.
    for step in (1, columns - 1, columns, columns + 1):
        at = np.searchsorted(key, key + step).clip(max=len(key) - 1)
        pairs += int((count * count[at])[key[at] == key + step].sum())
    return pairs


def _components(near: _Near, core: BoolArray) -> IntArray:
    """Find which cores are linked by pairs of cores: a number for each point."""
    component = np.arange(len(core))
    for one, other in near:
        # A sample of the pairs links most of what is linked, and leaves few to look at.
        for step in (_SAMPLED, 1):
            left, right = one[::step], other[::step]
            linked = core[left] & core[right] & (component[left] != component[right])
            left, right = component[left[linked]], component[right[linked]]
            joined = coo_array(
                (np.ones(len(left), dtype=bool), (left, right)), shape=(len(core), len(core))
            )
            component = connected_components(joined, directed=False)[1][component]
    return component


def _nearest_core(near: _Near, core: BoolArray, first_site: IntArray) -> tuple[IntArray, IntArray]:
    """Points that are no core but have one near, and the nearest core of each."""
    nearest_metres = np.full(len(core), np.inf)
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for one, other in near:
        beside = core[one] != core[other]
        left, right = one[beside], other[beside]
        point, at = np.where(core[left], right, left), np.where(core[left], left, right)
        metres = np.hypot(*(near.points[point] - near.points[at]).T)
        np.minimum.at(nearest_metres, point, metres)
        least = metres == nearest_metres[point]
        found.append((point[least], at[least], metres[least]))
    point, at, metres = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((first_site[at], metres, point))
    border, first = np.unique(point[order], return_index=True)
    return border, at[order][first]


def _medoid(campus: pd.DataFrame) -> str:
    metres = campus[["x", "y"]].to_numpy()
    shown, precise = ~campus["sensitive"].to_numpy(), campus["precise"].to_numpy()
    for choice in (shown & precise, shown, precise):
        if choice.any():
            break
    points, point_of_candidate = np.unique(metres[choice], axis=0, return_inverse=True)
    placed, sites_at = np.unique(metres[precise], axis=0, return_counts=True)
    total = _least_totals(points, placed, sites_at.astype(float))
    # Candidates stand in the order of their ids, and argmin takes the first of equals.
    return str(campus.index[choice][int(np.argmin(total[point_of_candidate]))])


def _least_totals(points: FloatArray, placed: FloatArray, sites_at: FloatArray) -> FloatArray:
    """Return the total distance from points to sites where it may be the least, else infinity.

    The total is a convex function of the point, so its slope at one bounds it from below at all
    others (Kelley 1960), and few have to be measured: of 100,000 points about twenty.
    """
    total = np.full(len(points), np.inf)
    # The mean of distances is no less than the distance from the mean (Jensen's inequality).
    mean = np.average(placed, axis=0, weights=sites_at)
    bound = np.hypot(*(points - mean).T) * sites_at.sum()
    while True:
        # A little is allowed for rounding: to measure one too many does no harm.
        may_be_least = np.isinf(total) & (bound <= total.min() * (1 + _ROUNDING))
        if not may_be_least.any():
            return total
        chosen = np.flatnonzero(may_be_least)
        chosen = chosen[np.argsort(bound[chosen], kind="stable")[:_MEASURED_AT_ONCE]]
        away = points[chosen, None] - placed
        metres = np.hypot(away[..., 0], away[..., 1])
        total[chosen] = metres @ sites_at
        away /= np.where(metres > 0, metres, 1.0)[..., None]
        slope = np.einsum("ijk,j->ik", away, sites_at)
        for at, rise in zip(chosen, slope, strict=True):
            bound = np.maximum(bound, total[at] + (points - points[at]) @ rise)
