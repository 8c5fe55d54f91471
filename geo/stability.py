"""Stability: whether a cluster's boundary holds when the data are shaken a little."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.campuses import Density, is_well_placed, point_metres
from geo.clusters import Clusters
from geo.contracts import require_columns, require_known_ids, require_metres, require_unique
from geo.delineation import delineate
from geo.employment import employees_of
from geo.policies import ClusterPolicy, StabilityPolicy

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


class StabilityLabel(StrEnum):
    """How firm a boundary is, by its mean Jaccard similarity."""

    STABLE = "stable"
    INDICATIVE = "indicative"
    FRAGILE = "fragile"


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How firm the boundaries of clusters are.

    Attributes
    ----------
    table
        Indexed by ``cluster_id``: ``boundary_stability``, the mean Jaccard similarity (0 to 1)
        over the resamples that drew any of its sites, NaN if none did; ``stability_label``,
        missing then.
    variants
        Resamples × sites: for each site the position in ``table`` of the cluster that it belongs
        to in that resample, -1 in none.
    """

    table: pd.DataFrame
    variants: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What is resampled: the sites that have a point, in the order of their ids."""

    site: IntArray
    points: FloatArray
    radius_metres: FloatArray
    precise: FloatArray
    employees: FloatArray
    cluster: IntArray


def resample_clusters(
    sites: gpd.GeoDataFrame,
    clusters: Clusters,
    *,
    policy: ClusterPolicy,
    stability: StabilityPolicy,
    rng: np.random.Generator,
) -> Stability:
    """Delineate clusters again from resampled sites, and compare them with those found.

    Each resample draws as many sites as there are, with replacement; moves each within the circle
    of its own ``radius_metres`` (a site without one stays); and takes the distance of the density
    search evenly from ``eps_low_metres`` to ``eps_high_metres``. A site drawn twice counts twice.
    The similarity of a cluster in one resample is the largest Jaccard similarity, over the groups
    found, of its own drawn sites and those of the group. Whole groups are compared, whatever
    class they would have.

    A variant assigns sites for :mod:`geo.worlds`: a group goes to the cluster that it resembles
    most, ties to the lowest id. Sites that were not drawn, and sites of a cluster that gets no
    group, stay where the run has them.

    Parameters
    ----------
    sites
        As :func:`geo.clusters.find_clusters` had them, with ``radius_metres``.
    rng
        Seeded from the scenario.

    Raises
    ------
    InputError
        If a column is missing, or a member of ``clusters`` is not in ``sites``.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics and
    Data Analysis 52(1), 258-271: the scheme, and 0.75 and 0.6 as guides, which are rules of thumb.
    """
    require_columns(sites, ("radius_metres",), table="sites")
    require_unique(sites.index, table="sites")
    require_metres(sites=sites)
    require_known_ids(clusters.members["site_id"], sites.index, table="clusters")
    ids = clusters.table.index
    ground = _ground(sites, clusters)
    kept = _cluster_of(sites, clusters)
    count = int(stability.resamples)
    similarity = np.full((count, len(ids)), np.nan)
    variants = np.tile(kept.astype(np.int32), (count, 1))
    for b in range(count if len(ids) and len(ground.site) else 0):
        drawn, group = _resample(ground, policy, stability, rng)
        here, similar, best = _compare(ground.cluster[drawn], group, len(ids))
        similarity[b, here] = similar
        moved = _assigned(ground.cluster[drawn], group, (here, similar, best))
        variants[b, ground.site[drawn]] = moved
    return Stability(_table(similarity, ids, stability), variants)


def _ground(sites: gpd.GeoDataFrame, clusters: Clusters) -> _Ground:
    metres = point_metres(sites)
    order = np.argsort(sites.index.to_numpy(dtype=object), kind="stable")
    placed = order[~np.isnan(metres[order]).any(axis=1)]
    precise = is_well_placed(sites).to_numpy(dtype=bool)
    employees = employees_of(sites)["employees"].fillna(0.0).to_numpy()
    radius = sites["radius_metres"].to_numpy(dtype=float, na_value=np.nan)
    return _Ground(
        site=placed,
        points=metres[placed],
        radius_metres=np.nan_to_num(radius[placed], nan=0.0),
        precise=precise[placed].astype(float),
        employees=np.where(precise, employees, 0.0)[placed],
        cluster=_cluster_of(sites, clusters)[placed],
    )


def _cluster_of(sites: gpd.GeoDataFrame, clusters: Clusters) -> IntArray:
    """Return the position of each site's cluster, -1 in none."""
    found = np.full(len(sites), -1)
    at = sites.index.get_indexer(pd.Index(clusters.members["site_id"]))
    found[at] = clusters.table.index.get_indexer(pd.Index(clusters.members["cluster_id"]))
    return found


def _resample(
    ground: _Ground,
    policy: ClusterPolicy,
    stability: StabilityPolicy,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """Return positions in ``ground`` of the sites drawn, each once, and their group, -1 none."""
    count = len(ground.site)
    times = np.bincount(rng.integers(count, size=count), minlength=count).astype(float)
    eps_metres = rng.uniform(stability.eps_low_metres, stability.eps_high_metres)
    drawn = np.flatnonzero(times)
    # Evenly over the circle: the root, since area grows with the square of the distance.
    away = ground.radius_metres[drawn] * np.sqrt(rng.random(len(drawn)))
    angle = rng.uniform(0.0, 2.0 * np.pi, len(drawn))
    moved = ground.points[drawn] + np.column_stack([away * np.cos(angle), away * np.sin(angle)])
    points, point_of_site = _distinct(moved, ground.radius_metres[drawn])
    first = np.full(len(points), count)
    np.minimum.at(first, point_of_site, drawn)
    weights = times[drawn] * ground.precise[drawn]
    density = Density(
        points,
        sites_at=_added(weights, point_of_site, len(points)),
        employees_at=_added(weights * ground.employees[drawn], point_of_site, len(points)),
        first_site=first,
    )
    return drawn, delineate(density, eps_metres, policy)[point_of_site]


def _added(values: FloatArray, at: IntArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(at, weights=values, minlength=count), dtype=np.float64)


def _distinct(points: FloatArray, radius_metres: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return points that differ, and which one each is; where all were moved, all differ."""
    if (radius_metres > 0).all():
        return points, np.arange(len(points))
    distinct, position = np.unique(points, axis=0, return_inverse=True)
    return distinct, position


def _compare(
    cluster: IntArray, group: IntArray, count: int
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return the clusters drawn, their largest similarity, and the group that has it (-1 none)."""
    drawn = np.bincount(cluster[cluster >= 0], minlength=count)
    here = np.flatnonzero(drawn)
    similar = np.zeros(count)
    best = np.full(count, -1)
    both = (cluster >= 0) & (group >= 0)
    if both.any():
        size = np.bincount(group[group >= 0])
        pairs, shared = np.unique(cluster[both] * len(size) + group[both], return_counts=True)
        of, found = np.divmod(pairs, len(size))
        jaccard = shared / (drawn[of] + size[found] - shared)
        order = np.lexsort((found, -jaccard, of))
        of, first = np.unique(of[order], return_index=True)
        similar[of] = jaccard[order][first]
        best[of] = found[order][first]
    return here, similar[here], best[here]


def _assigned(
    cluster: IntArray, group: IntArray, compared: tuple[IntArray, FloatArray, IntArray]
) -> IntArray:
    """Return the cluster of each drawn site in this resample."""
    here, similar, best = compared
    order = np.lexsort((here, -similar))
    order = order[best[order] >= 0]
    owned, first = np.unique(best[order], return_index=True)
    owner = np.full(int(group.max(initial=-1)) + 2, -1)
    owner[owned] = here[order][first]
    has_group = np.isin(cluster, owner[owned])
    # The last entry stands for the group -1, which nobody owns.
    return np.where((owner[group] < 0) & ~has_group, cluster, owner[group])


def _table(similarity: FloatArray, ids: pd.Index, policy: StabilityPolicy) -> pd.DataFrame:
    known = ~np.isnan(similarity)
    times = known.sum(axis=0)
    total = np.where(known, similarity, 0.0).sum(axis=0)
    mean = np.divide(total, times, out=np.full(len(ids), np.nan), where=times > 0)
    label = np.select(
        [mean >= policy.stable_jaccard, mean >= policy.indicative_jaccard],
        [StabilityLabel.STABLE.value, StabilityLabel.INDICATIVE.value],
        default=StabilityLabel.FRAGILE.value,
    )
    table = pd.DataFrame({"boundary_stability": mean, "stability_label": label}, index=ids)
    table["stability_label"] = table["stability_label"].astype("str").where(~np.isnan(mean))
    return table
