"""Specialisation: whether a sector is over-represented where a cluster is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.clusters import Clusters
from geo.contracts import (
    require_columns,
    require_complete,
    require_not_negative,
    require_unique,
)
from geo.employment import employees_of

RESAMPLES = 200
"""Bootstrap samples behind an interval: as many as for the boundaries. Assumption."""

INTERVAL = (0.05, 0.95)
SPECIALISED, HIGHLY_SPECIALISED = 1.2, 2.0
"""Quotients from which a cluster is labelled so, inclusive: 1.2 as practitioners use it
(statsamerica.org, industry clusters), 2 as the European Cluster Observatory did."""

_COLUMNS = ("location_quotient", "location_quotient_low", "location_quotient_high")
FloatArray = npt.NDArray[np.float64]


def location_quotients(
    clusters: Clusters,
    sites: pd.DataFrame,
    area_employment: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the location quotient of the areas in which each cluster lies.

    ``(e_c / E_c) / (e / E)``: the sector's share of all employment in the authorities of the
    cluster's sites, over that share in all authorities that are given. The benchmark is these
    authorities, so a quotient says as much as they cover. Sites of unknown employment count
    nothing, and are as unknown within a cluster as without.

    The interval takes 5 % to 95 % of the quotients of bootstrap samples of the sites.

    Parameters
    ----------
    sites
        Indexed by ``site_id``, with ``authority_code`` and employees.
    area_employment
        ``area_code`` (an authority), each once, and ``employees``: people employed there in all
        sectors together, above 0.
    rng
        Seeded from the scenario.

    Returns
    -------
    Indexed like ``clusters.table``: ``location_quotient`` with ``_low`` and ``_high``. NaN, not
    known, where all-sector employment is not given for every authority of the cluster, where
    these are all that are given, or where no employment of the sector is known: never 1.

    Raises
    ------
    InputError
        If a column or a number is missing, an area stands twice, or a number is negative.

    References
    ----------
    Isserman, A. M. (1977). The location quotient approach to estimating regional economic
    impacts. Journal of the American Institute of Planners 43(1), 33-41.
    """
    require_columns(sites, ("authority_code",), table="sites")
    require_columns(area_employment, ("area_code", "employees"), table="area_employment")
    require_complete(area_employment[["area_code", "employees"]], table="area_employment")
    require_not_negative(area_employment["employees"].astype(float), table="area_employment")
    require_unique(pd.Index(area_employment["area_code"]), table="area_employment")
    given = area_employment.set_index("area_code")["employees"].astype(float).sort_index()
    ordered = sites.sort_index()
    employees = employees_of(ordered)["employees"]
    area = pd.Series(
        given.index.get_indexer(pd.Index(ordered["authority_code"])), index=ordered.index
    )
    counted = (area >= 0) & employees.notna()
    within = _areas_of(clusters, area, len(given))
    known = np.flatnonzero(within.any(axis=1) & ~within.all(axis=1))
    found = pd.DataFrame(np.nan, index=clusters.table.index, columns=list(_COLUMNS))
    if not len(known) or not counted.any():
        return found
    at, people = area[counted].to_numpy(), employees[counted].to_numpy()
    times = rng.multinomial(len(at), np.full(len(at), 1 / len(at)), size=RESAMPLES)
    by_area = np.zeros((RESAMPLES + 1, len(given)))
    for row, count in enumerate([np.ones(len(at)), *times]):
        by_area[row] = np.bincount(at, weights=people * count, minlength=len(given))
    quotients = _quotients(by_area, np.asarray(given, dtype=float), within[known])
    low, high = np.quantile(quotients[1:], INTERVAL, axis=0)
    found.iloc[known] = np.column_stack([quotients[0], low, high])
    return found


def _areas_of(clusters: Clusters, area: pd.Series, count: int) -> npt.NDArray[np.bool_]:
    """Return clusters × given areas: where its sites are; nowhere if one's area is not given."""
    row = clusters.table.index.get_indexer(pd.Index(clusters.members["cluster_id"]))
    column = area.reindex(clusters.members["site_id"]).to_numpy()
    within = np.zeros((len(clusters.table), count), dtype=np.bool_)
    within[row[column >= 0], column[column >= 0]] = True
    within[row[column < 0]] = False
    return within


def _quotients(
    by_area: FloatArray, everyone: FloatArray, within: npt.NDArray[np.bool_]
) -> FloatArray:
    inside = within.astype(float).T
    share = (by_area @ inside) / (everyone @ inside)
    overall = by_area.sum(axis=1, keepdims=True) / everyone.sum()
    none = np.full(share.shape, np.nan)
    return np.asarray(np.divide(share, overall, out=none, where=overall > 0))
