"""Coverage in totals: demand, served and unmet, by any grouping, and how deep the gaps are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns, require_complete
from geo.errors import InputError
from geo.gaps import ROUNDING, TESTED_CLASSES

FloatArray = npt.NDArray[np.float64]

GROUPINGS = ("nation", "region", "authority", "cluster", "size", "segment")
NO_GROUP = "none"
UNKNOWN_GROUP = "unknown"
SMALL, LARGE = "small firm", "large employer"
_NEEDED = ("site_id", "demand", "places_available", "gap_class")


def foster_greer_thorbecke(demand: FloatArray, available: FloatArray, *, alpha: int) -> float:
    """Return how many, how far or how severely units fall short, weighted by demand.

    ``sum D * max(0, 1 - V / D) ** alpha / sum D``; alpha 0 is the share of demand that falls
    short at all, 1 the mean shortfall, 2 its severity. 0 to 1. Units whose demand is 0 or
    unknown, or whose places are unknown, are left out; NaN where none is left.

    References
    ----------
    Foster, J., Greer, J. and Thorbecke, E. (1984). A class of decomposable poverty measures.
    Econometrica 52(3), 761-766.
    """
    counted = (np.nan_to_num(demand, nan=0.0) > 0) & ~np.isnan(available)
    needed, given = demand[counted], available[counted]
    if not len(needed):
        return float("nan")
    # Subtracted first: places far above a tiny demand would overflow their ratio.
    short = np.maximum(0.0, needed - given) / needed
    depth = (short > ROUNDING).astype(float) if alpha == 0 else short**alpha
    return float((needed * depth).sum() / needed.sum())


def groups_of_sites(
    sites: pd.DataFrame, cluster_of_site: pd.Series, *, small_firm_employees: float
) -> pd.DataFrame:
    """Return the group of every site in every grouping.

    Parameters
    ----------
    sites
        Indexed by ``site_id``: ``nation``, ``region``, ``authority``, ``segment``,
        ``employer_employees``.
    cluster_of_site
        ``cluster_id`` by ``site_id``, for the sites that belong to one.
    small_firm_employees
        A small firm's whole employer has fewer employees.

    Returns
    -------
    One row a site, indexed like ``sites``, a column a grouping. What is not known is the group
    ``unknown``; a site in no cluster is in the group ``none``.
    """
    whole = sites["employer_employees"].to_numpy(dtype=float, na_value=np.nan)
    size = np.select(
        [np.isnan(whole), whole < small_firm_employees], [UNKNOWN_GROUP, SMALL], default=LARGE
    )
    groups = {
        name: sites[name].astype(object).where(sites[name].notna(), UNKNOWN_GROUP)
        for name in ("nation", "region", "authority", "segment")
    }
    cluster = cluster_of_site.reindex(sites.index).astype(object)
    return pd.DataFrame(
        {**groups, "size": size, "cluster": cluster.where(cluster.notna(), NO_GROUP)},
        index=sites.index,
    )[list(GROUPINGS)]


def totals(coverage: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Add up coverage, whole or by groups; the totals agree across every grouping.

    Parameters
    ----------
    coverage
        One row a demand unit: ``site_id``, ``demand``, ``places_available``, ``gap_class`` and
        the columns of ``by``, none of them missing.
    by
        Any of the groupings, none for one row of everything.

    Returns
    -------
    One row a group, sorted: the columns of ``by``, ``sites``, ``demand_unknown_sites``,
    ``demand``, ``served``, ``unmet`` (places a year; NaN for the last two where capacity is not
    tested), ``fgt0``, ``fgt1``, ``fgt2`` (NaN where nothing can be said), and two dictionaries:
    ``gap_classes`` from class to demand and ``gap_class_sites`` from class to sites.
    """
    unknown = [name for name in by if name not in GROUPINGS]
    if unknown:
        raise InputError(
            f"Coverage cannot be grouped by {unknown[0]!r}; it can by {', '.join(GROUPINGS)}."
        )
    require_columns(coverage, (*_NEEDED, *by), table="coverage")
    require_complete(coverage[[*by, "site_id", "gap_class"]], table="coverage")
    if not by:
        return pd.DataFrame([_summary(coverage)])
    rows = [
        dict(zip(by, key, strict=True)) | _summary(group)
        for key, group in coverage.groupby(list(by), sort=True)
    ]
    columns = [*by, *_summary(coverage.iloc[:0])]
    return pd.DataFrame(rows, columns=columns)


def _summary(group: pd.DataFrame) -> dict[str, object]:
    demand = group["demand"].to_numpy(dtype=float)
    available = group["places_available"].to_numpy(dtype=float)
    known = ~np.isnan(demand)
    tested = not len(group) or not np.isnan(available[known]).any()
    served = float(np.minimum(demand, available)[known].sum()) if tested else float("nan")
    total = float(demand[known].sum())
    by_class = group.groupby("gap_class")
    asked = by_class["demand"].sum()
    sites = by_class["site_id"].nunique()
    present = [kind.value for kind in TESTED_CLASSES]
    return {
        "sites": int(group["site_id"].nunique()),
        "demand_unknown_sites": int(group.loc[~known, "site_id"].nunique()),
        "demand": total,
        "served": served,
        "unmet": total - served,
        "fgt0": foster_greer_thorbecke(demand, available, alpha=0),
        "fgt1": foster_greer_thorbecke(demand, available, alpha=1),
        "fgt2": foster_greer_thorbecke(demand, available, alpha=2),
        "gap_classes": {kind: float(asked.get(kind, 0.0)) for kind in present},
        "gap_class_sites": {kind: int(sites.get(kind, 0)) for kind in present},
    }
