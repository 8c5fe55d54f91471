"""How strong a cluster is beside others, and whether it has grown between two snapshots."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from geo.specialisation import HIGHLY_SPECIALISED, SPECIALISED

TOP_SHARE = 0.1
"""Clusters in the top tenth by employment are labelled large, as cluster observatories do."""
FEWEST_CLUSTERS = 10
"""With fewer clusters of known employment there is no top tenth."""
FEWEST_SITES = 3
"""Growth of fewer sites would tell of single employers. Assumption."""


class Specialisation(StrEnum):
    """How over-represented the sector is where a cluster is."""

    HIGHLY_SPECIALISED = "highly_specialised"
    SPECIALISED = "specialised"
    NOT_SPECIALISED = "not_specialised"


def strength_labels(clusters: pd.DataFrame) -> pd.DataFrame:
    """Label clusters by specialisation and size.

    Parameters
    ----------
    clusters
        ``location_quotient`` and ``employment``; NaN is not known.

    Returns
    -------
    Indexed like ``clusters``: ``specialisation``, a :class:`Specialisation` by the thresholds of
    :mod:`geo.specialisation`, and ``large``, whether its employment is in the top ``TOP_SHARE`` of
    these clusters. None is not known.
    """
    quotient = clusters["location_quotient"].to_numpy(dtype=float, na_value=np.nan)
    employment = clusters["employment"].to_numpy(dtype=float, na_value=np.nan)
    known = employment[~np.isnan(employment)]
    label = np.full(len(clusters), None, dtype=object)
    label[quotient >= 0] = Specialisation.NOT_SPECIALISED.value
    label[quotient >= SPECIALISED] = Specialisation.SPECIALISED.value
    label[quotient >= HIGHLY_SPECIALISED] = Specialisation.HIGHLY_SPECIALISED.value
    large = np.full(len(clusters), None, dtype=object)
    if len(known) >= FEWEST_CLUSTERS:
        least = np.quantile(known, 1.0 - TOP_SHARE, method="higher")
        large[~np.isnan(employment)] = known >= least
    # As objects, so that None stays None.
    return pd.DataFrame(
        {"specialisation": label, "large": large}, index=clusters.index, dtype=object
    )


def employment_growth(members: pd.DataFrame, now: pd.Series, before: pd.Series) -> pd.DataFrame:
    """Return by how much the sites of each cluster have grown since an earlier snapshot.

    Only sites whose employees are known in both count: that a site was not yet listed, or not
    counted, is no growth. What closed or moved away in between is not among them, and so growth
    is that of who stayed.

    Parameters
    ----------
    members
        ``site_id`` and ``cluster_id`` as they are now.
    now, before
        Employees by site id, persons; NaN is unknown.

    Returns
    -------
    Indexed by ``cluster_id``, sorted: ``sites``; ``sites_compared``; ``employment_now`` and
    ``employment_before`` of those compared; ``growth_share``, their ratio less 1. The last three
    are NaN where fewer than ``FEWEST_SITES`` can be compared, the last also where none worked
    there before.
    """
    rows = pd.DataFrame(
        {
            "cluster_id": members["cluster_id"].to_numpy(dtype=object),
            "now": now.reindex(members["site_id"]).to_numpy(dtype=float),
            "before": before.reindex(members["site_id"]).to_numpy(dtype=float),
        }
    )
    both = rows["now"].notna() & rows["before"].notna()
    grouped = rows.assign(compared=both).groupby("cluster_id", sort=True)["compared"]
    table = pd.DataFrame({"sites": grouped.size(), "sites_compared": grouped.sum()})
    sums = rows[both].groupby("cluster_id")[["now", "before"]].sum().reindex(table.index)
    sums = sums.where(table["sites_compared"] >= FEWEST_SITES)
    return table.assign(
        employment_now=sums["now"],
        employment_before=sums["before"],
        growth_share=sums["now"] / sums["before"].where(sums["before"] > 0) - 1.0,
    )
