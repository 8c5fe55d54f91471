"""Clusters: campuses that share one labour market, what they are made of, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from geo.campuses import (
    density_weights,
    find_campuses,
    hull_corners,
    is_well_placed,
    point_metres,
    width_metres,
)
from geo.contracts import require_columns, require_complete, require_metres, require_not_negative
from geo.employment import employees_of
from geo.errors import InputError
from geo.footprints import footprints
from geo.linkage import average_linkage
from geo.policies import ClusterPolicy

NAMING_METRES = 25_000.0
"""How far a well-known place may lie to lend a cluster its name, inclusive. Assumption."""

UNNAMED = "Unnamed"

MEMBER_COLUMNS = ("site_id", "cluster_id", "campus_id")

_DTYPES = {
    "name": "str",
    "cluster_class": "str",
    "sites": "int64",
    "campuses": "int64",
    "employers": "int64",
    "small_firm_share": "float64",
    "employment": "float64",
    "employment_unknown_sites": "int64",
    "largest_employer_share": "float64",
    "diversity": "float64",
    "width_metres": "float64",
}


class ClusterClass(StrEnum):
    """What kind of cluster it is: of those found, the first that applies, in this order.

    ``MANUAL`` is a user's own, listed or drawn, whatever it is made of.
    """

    ANCHOR_SITE = "anchor_site"
    ANCHOR_LED = "anchor_led"
    CLUSTER = "cluster"
    EMERGING = "emerging"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Clusters and their members.

    Attributes
    ----------
    table
        Indexed and sorted by ``cluster_id``: ``name``; ``cluster_class``; ``sites``,
        ``campuses`` and ``employers``, counted; ``small_firm_share`` among the employers whose
        size is known (0 to 1, NaN if none is); ``employment``, known persons at its sites;
        ``employment_unknown_sites``, sites left out of it; ``largest_employer_share`` of known
        employment (0 to 1) and ``diversity``, 1 minus the Herfindahl-Hirschman index of those
        shares (0 is one employer), both NaN if no employment is known; ``width_metres`` of the
        widest pair of sites; ``geometry``, the footprint, for drawing only.
    members
        ``site_id``, ``cluster_id`` and ``campus_id``, sorted by site; only sites in a cluster.
    """

    table: gpd.GeoDataFrame
    members: pd.DataFrame


def find_clusters(
    sites: gpd.GeoDataFrame, places: gpd.GeoDataFrame, policy: ClusterPolicy
) -> Clusters:
    """Delineate clusters, measure them and name them.

    Campuses (``find_campuses``) are merged by average linkage of their medoids, each counted by its
    sites and employees (:func:`geo.campuses.density_weights`), cut at
    ``policy.cluster_cut_metres``, no cluster wider than ``max_width_metres``. So it is how far the
    bulk of two groups lies apart that decides: if all campuses counted the same, single sites in
    the country between two towns would join them. The class is the
    first that applies: ``anchor_site`` (fewer than ``min_employers`` employers and at least
    ``min_employees`` employees), ``anchor_led`` (one employer has more than
    ``dominant_employer_share`` of known employment), ``cluster`` (at least as many employers and
    employees), ``emerging`` (at least as many employers). A group to which none applies is no
    cluster, and its sites stand in none.

    An employer is known by its company number, else by its name. Whether it is a small firm goes
    by the whole employer (``employer_employees`` at any of its sites), not by the site.

    ``cluster_id`` is ``cl-`` and the id of its site with the most known employees, ties to the
    lowest id, among those that are not sensitive and, where there is one, well placed. It stays
    while that site stays: the medoid of the largest campus, tried first, moves whenever sites
    around it come or go. The cluster is named after the place nearest to its largest campus (by
    sites, then employment, then lowest id) among those with a site that is not sensitive, within
    25 km, else after its authority. A group of sensitive sites only is
    numbered ``withheld-1``, ``withheld-2`` ... and named after its authority, so that neither id
    nor name tells of a site. Equal names get the authority in brackets, and a number if they are
    then still equal.

    Parameters
    ----------
    sites
        As ``find_campuses`` wants them, with ``employer``, ``company_number``,
        ``employer_employees`` and ``authority``. Their order does not matter.
    places
        Well-known places: points with ``name``, in the CRS of ``sites``.
    policy
        The distances and thresholds.

    Raises
    ------
    InputError
        If a column or an employer's name is missing, a number is negative, an id stands twice or
        the tables are not in one CRS in metres.
    """
    columns = ("employer", "company_number", "employer_employees", "authority")
    require_columns(sites, columns, table="sites")
    require_complete(sites[["employer"]], table="sites")
    require_not_negative(sites["employer_employees"].astype(float), table="sites")
    require_columns(places, ("name",), table="places")
    require_complete(places[["name"]], table="places")
    require_metres(sites=sites, places=places)

    rows = _rows(sites, find_campuses(sites, policy))
    rows["group"] = _groups(rows, policy)
    measured = _measures(rows, policy)
    measured["cluster_class"] = _classes(measured, policy)
    measured = measured.dropna(subset=["cluster_class"])
    rows = rows[rows["group"].isin(measured.index)]
    heads = _heads(rows)
    rows = rows.assign(cluster_id=rows["group"].map(heads["cluster_id"]))

    table = measured.set_index(heads["cluster_id"].reindex(measured.index)).sort_index()
    table["name"] = _names(heads.set_index("cluster_id").sort_index(), places)
    outlines = footprints(sites, rows["cluster_id"])
    outlines.index = outlines.index.astype("str")
    members = rows.rename_axis("site_id").reset_index()[list(MEMBER_COLUMNS)]
    table.index = pd.Index(table.index, dtype="str", name="cluster_id")
    return Clusters(
        table=gpd.GeoDataFrame(
            table[list(_DTYPES)].astype(_DTYPES), geometry=outlines.reindex(table.index)
        ),
        members=members.astype("str"),
    )


def user_cluster(
    sites: gpd.GeoDataFrame, chosen: pd.Index, head: tuple[str, str], policy: ClusterPolicy
) -> Clusters:
    """Measure the sites of a user's own cluster as those of one that was found.

    Parameters
    ----------
    sites
        As :func:`find_clusters` wants them.
    chosen
        Ids of its sites; those without a point count in every measure but the width.
    head
        Its id and its name.

    Raises
    ------
    InputError
        If none of its sites has a point.
    """
    cluster_id, name = head
    if not len(chosen) or np.isnan(point_metres(sites.loc[chosen])).all():
        raise InputError(f"No site of the cluster {name!r} has a point; list one that has.")
    rows = _rows(sites, pd.Series(name, index=chosen).reindex(sites.index)).assign(group=0)
    placed = rows.dropna(subset=["x", "y"])
    table = _measures(placed, policy)
    whole = _measures(rows.assign(x=0.0, y=0.0), policy)
    table = whole.assign(width_metres=table["width_metres"], cluster_class=ClusterClass.MANUAL)
    table.index = pd.Index([cluster_id], dtype="str", name="cluster_id")
    table["name"] = name
    outline = footprints(sites, pd.Series(cluster_id, index=placed.index))
    members = pd.DataFrame({"site_id": rows.index, "cluster_id": cluster_id, "campus_id": name})
    return Clusters(
        table=gpd.GeoDataFrame(
            table[list(_DTYPES)].astype(_DTYPES), geometry=outline.to_numpy(), crs=sites.crs
        ),
        members=members.astype("str"),
    )


def employer_keys(sites: pd.DataFrame) -> pd.Series:
    """Tell employers apart: by company number, else by name without regard to case or rim.

    Parameters
    ----------
    sites
        ``employer`` and ``company_number``, which may be missing or blank.

    Returns
    -------
    A key indexed like ``sites``; a number and a name never give the same key.
    """
    number = sites["company_number"].astype("str").str.strip().str.upper()
    name = sites["employer"].astype("str").str.strip().str.casefold()
    return ("number " + number).where(number.notna() & (number != ""), "name " + name)


def _rows(sites: gpd.GeoDataFrame, campus_of_site: pd.Series) -> pd.DataFrame:
    """Sites that are in a campus, by id: all that the measures need, one row a site."""
    metres = point_metres(sites)
    employer = employer_keys(sites)
    whole = sites["employer_employees"].astype(float)
    rows = pd.DataFrame(
        {
            "campus_id": campus_of_site,
            "x": metres[:, 0],
            "y": metres[:, 1],
            "employer": employer,
            "employer_employees": whole.groupby(employer).transform("max"),
            "employment": employees_of(sites)["employees"],
            "shown": ~sites["sensitive"].astype("boolean").fillna(value=False).astype(bool),
            "precise": is_well_placed(sites),
            "authority": sites["authority"].astype("str"),
        },
        index=sites.index,
    )
    return rows.dropna(subset=["campus_id"]).sort_index()


def _groups(rows: pd.DataFrame, policy: ClusterPolicy) -> pd.Series:
    campuses = rows.groupby("campus_id", sort=True)
    names = list(campuses.groups)
    counted = rows.assign(employment=rows["employment"].where(rows["precise"])).groupby("campus_id")
    first_of_group = average_linkage(
        rows.loc[names, ["x", "y"]].to_numpy(dtype=float),
        [hull_corners(campus.to_numpy()) for _, campus in campuses[["x", "y"]]],
        density_weights(counted["precise"].sum(), counted["employment"].sum(), policy),
        cut_metres=policy.cluster_cut_metres,
        max_width_metres=policy.max_width_metres,
    )
    return rows["campus_id"].map(pd.Series(first_of_group, index=names, dtype="int64"))


def _measures(rows: pd.DataFrame, policy: ClusterPolicy) -> pd.DataFrame:
    """Every measured column, by group."""
    groups = rows.groupby("group")
    measured = pd.DataFrame(
        {
            "sites": groups.size(),
            "campuses": groups["campus_id"].nunique(),
            "employers": groups["employer"].nunique(),
            "employment": groups["employment"].sum(),
            "employment_unknown_sites": groups["employment"].agg(lambda known: known.isna().sum()),
            "width_metres": pd.Series(
                {group: width_metres(points.to_numpy()) for group, points in groups[["x", "y"]]},
                dtype=float,
            ),
        }
    )
    by_employer = rows.groupby(["group", "employer"])
    total = measured["employment"].where(measured["employment"] > 0)
    share = by_employer["employment"].sum().div(total, level="group").groupby("group")
    measured["largest_employer_share"] = share.max()
    # Rounding may lift the sum of squares of one employer's share just above 1.
    squares = share.agg(lambda shares: (shares**2).sum(skipna=False))
    measured["diversity"] = (1 - squares).clip(lower=0)

    size = by_employer["employer_employees"].first().dropna()
    small = (size < policy.small_firm_employees).astype(float)
    measured["small_firm_share"] = small.groupby("group").mean()
    return measured


def _classes(measured: pd.DataFrame, policy: ClusterPolicy) -> pd.Series:
    many = measured["employers"] >= policy.min_employers
    large = measured["employment"] >= policy.min_employees
    led = measured["largest_employer_share"] > policy.dominant_employer_share
    classes = pd.Series(None, index=measured.index, dtype=object)
    # From the last to the first, so that the first that applies is what stays.
    for cluster_class, applies in (
        (ClusterClass.EMERGING, many),
        (ClusterClass.CLUSTER, many & large),
        (ClusterClass.ANCHOR_LED, led),
        (ClusterClass.ANCHOR_SITE, ~many & large),
    ):
        classes[applies] = cluster_class.value
    return classes


def _heads(rows: pd.DataFrame) -> pd.DataFrame:
    """By group: its id, and the point and authority of its largest campus that can be shown."""
    campuses = rows.groupby("campus_id")
    heads = (
        pd.DataFrame(
            {
                "group": campuses["group"].first(),
                "shown": campuses["shown"].any(),
                "sites": campuses.size(),
                "employment": campuses["employment"].sum(),
            }
        )
        .rename_axis("head")
        .reset_index()
        .sort_values(
            ["group", "shown", "sites", "employment", "head"],
            ascending=[True, False, False, False, True],
        )
        .drop_duplicates("group")
        .set_index("group")
    )
    heads[["x", "y", "authority"]] = rows.loc[heads["head"], ["x", "y", "authority"]].set_axis(
        heads.index
    )
    withheld = (~heads["shown"]).cumsum().astype("str")
    anchor = _anchors(rows).reindex(heads.index)
    heads["cluster_id"] = ("cl-" + anchor).where(heads["shown"], "withheld-" + withheld)
    return heads


def _anchors(rows: pd.DataFrame) -> pd.Series:
    """Return by group the site that it is known by; none where every site is sensitive."""
    ranked = rows[rows["shown"]].rename_axis("site_id").reset_index()
    ordered = ranked.sort_values(
        ["group", "precise", "employment", "site_id"],
        ascending=[True, False, False, True],
        na_position="last",
    )
    return ordered.drop_duplicates("group").set_index("group")["site_id"].astype("str")


def _names(heads: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Name of each cluster, indexed by ``cluster_id``; no two are the same."""
    authority = heads["authority"]
    names = authority.fillna(UNNAMED)
    known = places[~(places.geometry.is_empty | places.geometry.isna())].sort_values("name")
    if len(known) and len(heads):
        points = np.column_stack([known.geometry.x, known.geometry.y])
        metres = cdist(heads[["x", "y"]].to_numpy(dtype=float), points)
        near = (metres.min(axis=1) <= NAMING_METRES) & heads["shown"]
        names = names.mask(near, known["name"].to_numpy()[metres.argmin(axis=1)])
    bracketed = names + " (" + authority + ")"
    names = bracketed.where(
        names.duplicated(keep=False) & authority.notna() & (names != authority), names
    )
    number = names.groupby(names).cumcount().add(1).astype("str")
    return (names + " " + number).where(names.duplicated(keep=False), names)
