"""A user's own clusters: listed or drawn, and ranked beside those that are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import ScenarioError

PREFIX = "manual-"
"""What the id of a manual cluster begins with; its name follows."""

_POINT_CRS = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class ManualCluster:
    """A cluster as a user gives it: a list of sites, or a polygon that holds them.

    Attributes
    ----------
    name
        Unique; the id is made from it, so that a bookmark survives a reload.
    sites
        Ids of sites; empty where a polygon is given.
    polygon
        Corners as longitude and latitude (EPSG:4326), three at least; empty where sites are given.
    """

    name: str
    sites: tuple[str, ...] = ()
    polygon: tuple[tuple[float, float], ...] = ()

    @property
    def cluster_id(self) -> str:
        """``manual-`` and the name, with what is no letter or digit as hyphens."""
        plain = "".join(c if c.isalnum() else "-" for c in self.name.strip().casefold())
        return PREFIX + "-".join(part for part in plain.split("-") if part)


def read_manual_clusters(entries: Any) -> tuple[ManualCluster, ...]:  # noqa: ANN401
    """Read the entry ``manual_clusters`` of a scenario.

    Raises
    ------
    ScenarioError
        If an entry has no name, or not exactly one of sites and polygon, or two have one id.
    """
    if not isinstance(entries, list) or not all(isinstance(one, Mapping) for one in entries):
        raise ScenarioError("'manual_clusters' is a list of tables, [[manual_clusters]].")
    made = [_read(dict(entry)) for entry in entries]
    ids = [one.cluster_id for one in made]
    for one in made:
        if ids.count(one.cluster_id) > 1:
            raise ScenarioError(f"Two manual clusters are called {one.name!r}; name them apart.")
    return tuple(sorted(made, key=lambda one: one.cluster_id))


def sites_of_manual(cluster: ManualCluster, sites: gpd.GeoDataFrame) -> pd.Index:
    """Return the ids of the sites of a manual cluster, sorted.

    A site lies in a polygon if its point does, the rim included.

    Raises
    ------
    ScenarioError
        If a listed site is not in the register, or no site lies in the polygon.
    """
    if cluster.sites:
        unknown = sorted(set(cluster.sites) - set(sites.index))
        if unknown:
            raise ScenarioError(
                f"The manual cluster {cluster.name!r} names {unknown[0]!r}, which is no site of "
                "the register; give the ids of sites."
            )
        listed: pd.Index = pd.Index(sorted(set(cluster.sites)), dtype="str")
        return listed
    drawn = gpd.GeoSeries([shapely.Polygon(cluster.polygon)], crs=_POINT_CRS).to_crs(sites.crs)[0]
    inside = np.asarray(shapely.covers(drawn, sites.geometry.to_numpy()), dtype=bool)
    if not inside.any():
        raise ScenarioError(
            f"No site lies in the polygon of the manual cluster {cluster.name!r}; corners are "
            "longitude, then latitude."
        )
    found: pd.Index = pd.Index(sorted(sites.index[inside]), dtype="str")
    return found


def _read(entry: dict[str, Any]) -> ManualCluster:
    unknown = sorted(set(entry) - {"name", "sites", "polygon"})
    name = entry.get("name")
    if unknown or not isinstance(name, str) or not any(c.isalnum() for c in name):
        raise ScenarioError(
            f"A manual cluster has a 'name' and either 'sites' or 'polygon', not {unknown or name}."
        )
    sites, polygon = entry.get("sites", []), entry.get("polygon", [])
    if bool(sites) == bool(polygon):
        raise ScenarioError(f"Give the manual cluster {name!r} either 'sites' or a 'polygon'.")
    if not _is_list_of_text(sites):
        raise ScenarioError(f"The 'sites' of the manual cluster {name!r} are a list of ids.")
    return ManualCluster(name.strip(), tuple(sites), _corners(name, polygon))


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _corners(name: str, polygon: Sequence[Any]) -> tuple[tuple[float, float], ...]:
    if not polygon:
        return ()
    try:
        corners = tuple((float(longitude), float(latitude)) for longitude, latitude in polygon)
    except (TypeError, ValueError):
        corners = ()
    far = [c for c in corners if not (-15.0 <= c[0] <= 10.0 and 45.0 <= c[1] <= 65.0)]
    if len(corners) < 3 or far or not shapely.Polygon(corners).is_valid:
        raise ScenarioError(
            f"The polygon of the manual cluster {name!r} is none: give three or more corners as "
            "[longitude, latitude] in the United Kingdom, whose sides do not cross."
        )
    return corners
