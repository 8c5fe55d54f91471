"""The values by which clusters are ranked, as far as they can be computed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from geo.cluster_provision import PROVISION_CRITERIA
from geo.clusters import Clusters
from geo.contracts import require_columns, require_known_ids, require_not_negative, require_unique
from geo.scenario import RankingPolicy

SURROUNDINGS = ("location_quotient", "boundary_stability", "audiences_engaged", "one_voice_share")
"""Criteria that :mod:`geo.surroundings` measures; missing where it did not."""

CHAMPION_COLUMNS = ("champion_site_id", "champion_level", "support_needed")


def criterion_values(
    clusters: Clusters,
    coverage: pd.DataFrame,
    champions: pd.DataFrame,
    *,
    provision: pd.DataFrame,
    policy: RankingPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Value of every criterion of ``policy`` for every cluster, in the criterion's own unit.

    Computed are:

    - ``employment`` in persons; missing if no site of the cluster has known employees.
    - ``employers``, counted.
    - ``small_firm_share`` of the employers whose size is known, 0 to 1.
    - ``gap_places_per_year``: over the cluster's rows of ``coverage`` with known demand and known
      places, the sum of demand above the places available; missing if there is no such row.
    - ``gap_depth``: the mean shortfall as a share of demand, weighted by demand, over the same
      rows (FGT of order 1; 0 to 1); missing if those rows need no place at all.
    - ``could_be_places_per_gap``: ``could_be_places`` over ``gap_places_per_year``; 1 where the
      gap is 0.
    - those of :func:`geo.cluster_provision.provision_values` and ``SURROUNDINGS``, as
      ``provision`` gives them.
    - ``champion_level``: the highest at a member site on ``as_of``; 0 if there is none.

    A criterion of another name has no value and is missing.

    Parameters
    ----------
    clusters
        As ``find_clusters`` gives them.
    coverage
        ``site_id``, ``demand`` and ``places_available`` in places a year: the rows in scope.
    champions
        ``site_id``, ``level`` (0 to 4) and ``expires``, the last day on which the level counts.
    provision
        By unique ``cluster_id`` the criteria of :mod:`geo.cluster_provision`, and
        ``could_be_places``: places a year of offers that could be delivered or are planned within
        the travel tolerance of the cluster's sites. Any of ``SURROUNDINGS`` may stand beside them.
        A cluster that it lacks is unknown.
    policy
        Names the criteria.
    as_of
        The day on which the values hold.

    Returns
    -------
    One row a cluster, indexed like ``clusters.table``, one column a criterion in the order of
    ``policy``; NaN is missing.

    Raises
    ------
    InputError
        If a column is missing, a number is negative, or ``provision`` names a cluster twice or
        one that is not there.

    References
    ----------
    Foster, J., Greer, J. and Thorbecke, E. (1984). A class of decomposable poverty measures.
    Econometrica, 52(3), 761-766.
    """
    require_columns(provision, (*PROVISION_CRITERIA, "could_be_places"), table="provision")
    require_unique(provision.index, table="provision")
    require_known_ids(
        provision.index.to_series(name="cluster_id"), clusters.table.index, table="provision"
    )
    require_not_negative(provision["could_be_places"], table="provision")
    table = clusters.table
    gap, depth = _gaps(clusters, coverage)
    could_be = provision["could_be_places"].reindex(table.index).astype(float)
    levels = _standing(clusters, champions, as_of).groupby("cluster_id")["level"].max()
    computed = {
        "employment": table["employment"].where(table["employment_unknown_sites"] < table["sites"]),
        "employers": table["employers"],
        "small_firm_share": table["small_firm_share"],
        "gap_places_per_year": gap,
        "gap_depth": depth,
        "could_be_places_per_gap": (could_be / gap.where(gap > 0)).mask(gap == 0, 1.0),
        **{name: provision[name].reindex(table.index) for name in PROVISION_CRITERIA},
        **{
            name: provision[name].reindex(table.index) for name in SURROUNDINGS if name in provision
        },
        "champion_level": levels.reindex(table.index, fill_value=0),
    }
    return pd.DataFrame(
        {
            criterion.name: computed.get(criterion.name, pd.Series(np.nan, index=table.index))
            for criterion in policy.criteria
        },
        index=table.index,
        dtype=float,
    )


def best_champions(
    clusters: Clusters, sites: pd.DataFrame, champions: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """Find the champion that could lead each cluster: the highest level that still counts.

    Of equals it is one whose site may be shown, then the lowest ``site_id``. A champion whose
    level is 0 or has expired is none.

    Parameters
    ----------
    clusters
        As ``find_clusters`` gives them.
    sites
        Indexed by ``site_id``, with ``sensitive``.
    champions
        ``site_id``, ``level`` (0 to 4), ``support_needed`` and ``expires``.
    as_of
        The day for which to look; a champion counts on the day on which it expires.

    Returns
    -------
    Indexed like ``clusters.table``: ``champion_site_id``, missing where there is no champion or
    its site is sensitive; ``champion_level``, 0 where there is none; ``support_needed``, missing
    where nothing was said.

    Raises
    ------
    InputError
        If a column is missing, a level is negative or a member site is not in ``sites``.
    """
    require_columns(sites, ("sensitive",), table="sites")
    require_columns(champions, ("support_needed",), table="champions")
    require_known_ids(clusters.members["site_id"], sites.index, table="clusters")
    standing = _standing(clusters, champions, as_of)
    sensitive = sites["sensitive"].astype("boolean").fillna(value=False).astype(bool)
    standing["hidden"] = standing["site_id"].map(sensitive).astype(bool)
    best = (
        standing[standing["level"] > 0]
        .sort_values(["level", "hidden", "site_id"], ascending=[False, True, True])
        .drop_duplicates("cluster_id")
        .set_index("cluster_id")
    )
    found = pd.DataFrame(
        {
            "champion_site_id": best["site_id"].mask(best["hidden"]),
            "champion_level": best["level"],
            "support_needed": best["support_needed"],
        }
    ).reindex(clusters.table.index)
    found["champion_level"] = found["champion_level"].fillna(0).astype("int64")
    return found.astype({"champion_site_id": "str", "support_needed": "str"})


def _gaps(clusters: Clusters, coverage: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Places a year that are lacking, and that as a share of demand, by cluster."""
    columns = ["site_id", "demand", "places_available"]
    require_columns(coverage, columns, table="coverage")
    for column in columns[1:]:
        require_not_negative(coverage[column].astype(float), table="coverage")
    cluster_of_site = clusters.members.set_index("site_id")["cluster_id"]
    known = pd.DataFrame(
        {
            "cluster_id": coverage["site_id"].map(cluster_of_site),
            "demand": coverage["demand"].astype(float),
            "places": coverage["places_available"].astype(float),
        }
    ).dropna()
    known["gap"] = (known["demand"] - known["places"]).clip(lower=0)
    # Sorted, so that no sum can differ by rounding with the order of rows.
    ordered = known.sort_values(["cluster_id", "demand", "gap"])
    sums = ordered.groupby("cluster_id")[["demand", "gap"]].sum().reindex(clusters.table.index)
    return sums["gap"], sums["gap"] / sums["demand"].where(sums["demand"] > 0)


def _standing(clusters: Clusters, champions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Champions at member sites, with their cluster; an expired level is 0."""
    require_columns(champions, ("site_id", "level", "expires"), table="champions")
    require_not_negative(champions["level"].astype(float), table="champions")
    standing = champions.merge(clusters.members, on="site_id", validate="many_to_one")
    expired = [not pd.isna(day) and day < as_of for day in standing["expires"]]
    standing["level"] = standing["level"].astype(float).mask(np.array(expired, dtype=bool), 0.0)
    return standing
