"""The reference check: whether well-known clusters are found, and those apart kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.campuses import point_metres
from geo.clusters import Clusters
from geo.contracts import require_columns, require_known_ids, require_metres

FOUND_METRES = 5_000.0
"""How near a member of a cluster has to be for a place to count as found, inclusive. Assumption."""

APPLICABLE_METRES = 50_000.0
"""Where no member lies so near any place of the list, the list is not about this register."""

UNCOUNTED = ("Manchester",)
"""Places that are on the list only to be told apart from others: finding them counts nothing."""

SEPARATOR = ";"
_COLUMNS = ("name", "part_of", "apart_from", "classes")


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceCheck:
    """What became of the places of the reference list.

    Attributes
    ----------
    places
        Indexed by ``name``: ``counted`` (a place of its own, not a part of another), ``found``,
        ``metres`` to the nearest member of a cluster, and the ``cluster_id`` of that member,
        missing unless found.
    joined
        Pairs that should be apart and share a cluster.
    torn
        Parts that are found in another cluster than what they belong to.
    wrong_class
        Places whose cluster has another class than it should.
    widest_metres
        Width of the widest cluster, 0 if there is none.
    """

    places: pd.DataFrame
    joined: tuple[tuple[str, str], ...]
    torn: tuple[tuple[str, str], ...]
    wrong_class: tuple[str, ...]
    widest_metres: float

    @property
    def is_applicable(self) -> bool:
        """Whether the register has clusters where the list has places."""
        return bool((self.places["metres"] <= APPLICABLE_METRES).any())

    @property
    def recall(self) -> tuple[int, int]:
        """How many of the counted places are found, and of how many."""
        counted = self.places["counted"]
        return int((counted & self.places["found"]).sum()), int(counted.sum())

    @property
    def missed(self) -> tuple[str, ...]:
        """The counted places that are not found."""
        return tuple(self.places.index[self.places["counted"] & ~self.places["found"]])

    def sentence(self) -> str:
        """Return the outcome in one line."""
        if not self.is_applicable:
            return "Reference list: not about this register."
        found, total = self.recall
        parts = [f"{found} of {total} well-known clusters found"]
        parts += [f"missed: {', '.join(self.missed)}"] if self.missed else []
        joined = ", ".join(f"{one} with {other}" for one, other in self.joined)
        parts.append(f"wrongly joined: {joined or 'none'}")
        torn = ", ".join(f"{part} from {whole}" for part, whole in self.torn)
        parts += [f"torn: {torn}"] if torn else []
        parts += [f"of another class: {', '.join(self.wrong_class)}"] if self.wrong_class else []
        parts.append(f"widest {self.widest_metres / 1000:.0f} km")
        return f"Reference list: {'; '.join(parts)}."


def check_reference(
    sites: gpd.GeoDataFrame, clusters: Clusters, reference: gpd.GeoDataFrame
) -> ReferenceCheck:
    """Look for the places of a reference list among the members of clusters.

    A place is found if a member lies within ``FOUND_METRES``; the nearest member says in which
    cluster it is, ties to the lowest site id.

    Parameters
    ----------
    sites
        Indexed by ``site_id``, in metres.
    clusters
        As they were found; a user's own are not checked.
    reference
        Points with ``name``, unique; ``part_of``, the place that it belongs to; ``apart_from``,
        places that should be in another cluster; ``classes`` that its cluster may have. The last
        two are lists separated by ``;``; each may be missing or blank.

    Raises
    ------
    InputError
        If a column is missing, or a place names one that is not on the list.
    """
    require_columns(reference, _COLUMNS, table="reference_clusters")
    require_metres(sites=sites, reference_clusters=reference)
    names = pd.Index(reference["name"])
    for column in ("part_of", "apart_from"):
        named = [other for text in reference[column] for other in _listed(text)]
        require_known_ids(pd.Series(named, name=column), names, table="reference_clusters")
    metres, cluster = _nearest(sites, clusters, reference)
    found = metres <= FOUND_METRES
    places = pd.DataFrame(
        {
            "counted": reference["part_of"].map(_is_blank).to_numpy() & ~names.isin(UNCOUNTED),
            "found": found,
            "metres": metres,
            "cluster_id": pd.Series(cluster, index=names, dtype="str").where(found),
        },
        index=names,
    )
    width = clusters.table["width_metres"]
    return ReferenceCheck(
        places=places,
        joined=_joined(reference, places),
        torn=_torn(reference, places),
        wrong_class=_wrong_class(reference, places, clusters),
        widest_metres=float(width.max()) if len(width) else 0.0,
    )


def _nearest(
    sites: gpd.GeoDataFrame, clusters: Clusters, reference: gpd.GeoDataFrame
) -> tuple[np.ndarray, list[str | None]]:
    members = clusters.members.sort_values("site_id")
    points = point_metres(sites.loc[members["site_id"]])
    if not len(points) or not len(reference):
        return np.full(len(reference), np.inf), [None] * len(reference)
    # Of equal distances the tree may give any: the first few are looked at, and sorted by id.
    count = min(len(points), 8)
    metres, at = cKDTree(points).query(point_metres(reference), k=count)
    metres, at = metres.reshape(-1, count), at.reshape(-1, count)
    nearest = np.where(metres <= metres[:, :1], at, len(points)).min(axis=1)
    return metres[:, 0], list(members["cluster_id"].to_numpy()[nearest])


def _joined(reference: gpd.GeoDataFrame, places: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    cluster = places["cluster_id"].to_dict()
    pairs = {
        (min(name, other), max(name, other))
        for name, text in zip(reference["name"], reference["apart_from"], strict=True)
        for other in _listed(text)
        if not pd.isna(cluster[name]) and cluster[name] == cluster[other]
    }
    return tuple(sorted(pairs))


def _torn(reference: gpd.GeoDataFrame, places: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    cluster = places["cluster_id"].to_dict()
    pairs = [
        (str(name), whole)
        for name, text in zip(reference["name"], reference["part_of"], strict=True)
        for whole in _listed(text)
        if not pd.isna(cluster[name])
        and not pd.isna(cluster[whole])
        and cluster[name] != cluster[whole]
    ]
    return tuple(sorted(pairs))


def _wrong_class(
    reference: gpd.GeoDataFrame, places: pd.DataFrame, clusters: Clusters
) -> tuple[str, ...]:
    classes = clusters.table["cluster_class"].to_dict()
    cluster = places["cluster_id"].to_dict()
    return tuple(
        str(name)
        for name, text in zip(reference["name"], reference["classes"], strict=True)
        if _listed(text)
        and not pd.isna(cluster[name])
        and classes[cluster[name]] not in _listed(text)
    )


def _is_blank(text: object) -> bool:
    return not _listed(text)


def _listed(text: object) -> list[str]:
    if not isinstance(text, str):
        return []
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]
