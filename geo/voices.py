"""Voices: which audiences have been heard of a cluster, and whether its employers speak as one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geo.campuses import point_metres
from geo.clusters import Clusters
from geo.contracts import require_choices, require_columns, require_known_ids
from geo.employment import employees_of
from geo.types import Audience

AUDIENCES = tuple(audience.value for audience in Audience)
"""The seven audiences, of which the criterion counts how many were heard."""

NOT_HEARD = "not heard yet"
"""A stance that says that the organisation was not heard; so does a blank one."""

SCHOOL_METRES = 25_000.0
"""How far from a site of a cluster a school may be to speak of it, inclusive. Assumption."""

_COLUMNS = ("organisation", "audience", "stance")


def audiences_heard(stakeholders: pd.DataFrame) -> pd.DataFrame:
    """Count by audience who was heard, and with what stance.

    Parameters
    ----------
    stakeholders
        ``organisation``, ``audience``, ``stance`` (missing or ``NOT_HEARD``: not heard).

    Returns
    -------
    Indexed by ``audience``, every one of ``AUDIENCES`` in their order: ``organisations`` listed,
    ``heard``, ``share_heard`` (0 to 1; NaN where nobody is listed) and ``stances``, a mapping from
    stance to organisations.

    Raises
    ------
    InputError
        If a column is missing or an audience is none of ``AUDIENCES``.
    """
    listed = _listed(stakeholders)
    by_audience = listed.groupby("audience")
    table = pd.DataFrame(
        {"organisations": by_audience.size(), "heard": by_audience["heard"].sum()}
    ).reindex(pd.Index(AUDIENCES, name="audience"), fill_value=0)
    table["share_heard"] = table["heard"] / table["organisations"].where(table["organisations"] > 0)
    stances: dict[str, dict[str, int]] = {audience: {} for audience in AUDIENCES}
    for audience, stance in sorted(
        zip(listed["audience"][listed["heard"]], listed["stance"][listed["heard"]], strict=True)
    ):
        stances[audience][stance] = stances[audience].get(stance, 0) + 1
    table["stances"] = pd.Series(stances, dtype=object)
    return table.astype({"organisations": "int64", "heard": "int64"})


def audiences_engaged(
    clusters: Clusters,
    sites: gpd.GeoDataFrame,
    stakeholders: pd.DataFrame,
    *,
    providers_near: pd.DataFrame,
    schools: gpd.GeoDataFrame,
) -> pd.Series:
    """Count of the seven audiences those of which somebody who concerns the cluster was heard.

    An employer concerns the clusters where it has a site, a provider those in ``providers_near``,
    a school those with a site within ``SCHOOL_METRES``. An organisation of another audience has
    no place in the register and concerns every cluster. Organisations are known by their names,
    without regard to case.

    Parameters
    ----------
    sites
        Indexed by ``site_id``, with ``employer``.
    providers_near
        ``cluster_id`` and ``provider``, a name: whose offers are within travel time of a site.
    schools
        Points with ``name``, in the CRS of ``sites``.

    Returns
    -------
    Indexed like ``clusters.table``; NaN everywhere if no stakeholder is recorded at all.
    """
    require_known_ids(clusters.members["site_id"], sites.index, table="clusters")
    ids = clusters.table.index
    if not len(stakeholders):
        return pd.Series(np.nan, index=ids, name="audiences_engaged")
    heard = _listed(stakeholders)
    heard = heard[heard["heard"]]
    members = clusters.members
    at_site = pd.DataFrame(
        {
            "cluster_id": members["cluster_id"].to_numpy(),
            "name": _folded(members["site_id"].map(sites["employer"])).to_numpy(),
        }
    )
    at_venue = pd.DataFrame(
        {
            "cluster_id": providers_near["cluster_id"].to_numpy(),
            "name": _folded(providers_near["provider"]).to_numpy(),
        }
    )
    placed = {
        Audience.EMPLOYERS.value: at_site,
        Audience.PROVIDERS.value: at_venue,
        Audience.SCHOOLS.value: _schools(clusters, sites, schools),
    }
    engaged = pd.Series(0.0, index=ids, name="audiences_engaged")
    for audience, mine in heard.groupby("audience"):
        if audience not in placed:
            engaged += 1.0
            continue
        concerned = placed[str(audience)]
        spoken = concerned["cluster_id"][concerned["name"].isin(mine["name"])]
        engaged += ids.isin(spoken).astype(float)
    return engaged


def one_voice_share(
    clusters: Clusters, sites: pd.DataFrame, memberships: pd.DataFrame
) -> pd.DataFrame:
    """Find the body that speaks for most of a cluster's employment.

    Parameters
    ----------
    sites
        Indexed by ``site_id``, with ``employer`` and employees.
    memberships
        ``organisation`` and ``body``; organisations are known by their names.

    Returns
    -------
    Indexed like ``clusters.table``: ``one_voice_share`` of the known employment whose employers
    belong to one body, 0 to 1, NaN if no membership is recorded at all or no employment is known;
    ``one_voice_body``, ties to the first name, missing where no employer belongs to any.
    """
    require_columns(memberships, ("organisation", "body"), table="memberships")
    require_columns(sites, ("employer",), table="sites")
    require_known_ids(clusters.members["site_id"], sites.index, table="clusters")
    ids = clusters.table.index
    members = clusters.members.sort_values("site_id")
    employed = pd.DataFrame(
        {
            "cluster_id": members["cluster_id"].to_numpy(),
            "name": _folded(members["site_id"].map(sites["employer"])).to_numpy(),
            "employees": members["site_id"].map(employees_of(sites)["employees"]).to_numpy(),
        }
    ).dropna(subset=["employees"])
    total = employed.groupby("cluster_id")["employees"].sum().reindex(ids)
    bodies = memberships.assign(name=_folded(memberships["organisation"]))[["name", "body"]]
    inside = employed.merge(bodies.drop_duplicates(), on="name")
    by_body = inside.groupby(["cluster_id", "body"])["employees"].sum().reset_index()
    best = (
        by_body.sort_values(["cluster_id", "employees", "body"], ascending=[True, False, True])
        .drop_duplicates("cluster_id")
        .set_index("cluster_id")
        .reindex(ids)
    )
    known = total.where((total > 0) & bool(len(memberships)))
    return pd.DataFrame(
        {
            "one_voice_share": best["employees"].fillna(0.0) / known,
            "one_voice_body": best["body"].astype("str"),
        },
        index=ids,
    )


def _listed(stakeholders: pd.DataFrame) -> pd.DataFrame:
    require_columns(stakeholders, _COLUMNS, table="stakeholders")
    require_choices(stakeholders["audience"], AUDIENCES, table="stakeholders")
    stance = stakeholders["stance"].astype("str").str.strip()
    said = stance.notna() & ~stance.str.casefold().isin([NOT_HEARD, ""])
    return pd.DataFrame(
        {
            "name": _folded(stakeholders["organisation"]),
            "audience": stakeholders["audience"],
            "stance": stance,
            "heard": said.astype(bool),
        }
    )


def _folded(names: pd.Series) -> pd.Series:
    return names.astype("str").str.strip().str.casefold()


def _schools(
    clusters: Clusters, sites: gpd.GeoDataFrame, schools: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return ``cluster_id`` and ``name`` of the schools that lie near a cluster's sites."""
    at_school, at_site = point_metres(schools), point_metres(sites.loc[clusters.members["site_id"]])
    placed = np.flatnonzero(~np.isnan(at_school).any(axis=1))
    near: npt.NDArray[np.intp] = np.zeros((0, 2), dtype=np.intp)
    if len(placed) and len(at_site):
        pairs = cKDTree(at_school[placed]).sparse_distance_matrix(
            cKDTree(at_site), SCHOOL_METRES, output_type="ndarray"
        )
        near = np.column_stack([placed[pairs["i"]], pairs["j"]])
    return pd.DataFrame(
        {
            "cluster_id": clusters.members["cluster_id"].to_numpy()[near[:, 1]],
            "name": _folded(schools["name"]).to_numpy()[near[:, 0]],
        }
    ).drop_duplicates()
