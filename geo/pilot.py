"""The pilot's ranking: clusters by the criteria that coverage, industry and champions give."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.cluster_provision import provision_values
from geo.clusters import Clusters
from geo.criteria import best_champions, criterion_values
from geo.model import Model
from geo.ranking import rank
from geo.skills import Known


def could_be_places(assessment: Assessment, clusters: Clusters) -> pd.DataFrame:
    """Return the pools that could be delivered within reach of each cluster.

    One row a cluster, programme and pool: ``cluster_id``, ``programme_code``, ``pool``,
    ``places`` a year, NaN where they are not stated. A pool counts once for a cluster, however
    many of its sites it reaches.
    """
    model = assessment.model
    units, provision, pairs = model.units, model.provision, model.pairs
    could = assessment.selection.could
    places = provision.pools.places(could)
    # A pool that delivers already would gain no place by one more offer.
    idle = np.isnan(assessment.places)[provision.pool[pairs.offer]]
    chosen = could[pairs.offer] & idle & (pairs.in_time == Known.YES) & (pairs.cover != Known.NO)
    site, offer = units.site[pairs.unit[chosen]], pairs.offer[chosen]
    cluster = clusters.members.set_index("site_id")["cluster_id"].reindex(
        model.register.sites.index
    )
    found = pd.DataFrame(
        {
            "cluster_id": cluster.to_numpy(dtype=object)[site],
            "programme_code": provision.offers["programme_code"].to_numpy(dtype=object)[offer],
            "pool": provision.pool[offer],
            "places": places[provision.pool[offer]],
        }
    )
    found = found[found["cluster_id"].notna()]
    return found.drop_duplicates(["cluster_id", "programme_code", "pool"])


def ranking_of(
    coverage: pd.DataFrame, could: pd.DataFrame, clusters: Clusters, model: Model
) -> pd.DataFrame:
    """Return the ranking of the clusters by the coverage of one scope, best first.

    Parameters
    ----------
    coverage
        Demand units of the scope, a programme or all, with the columns of
        :func:`geo.cluster_provision.unit_provision`.
    could
        Pools that could be delivered, see :func:`could_be_places`, of the same scope.

    Returns
    -------
    One row a cluster: ``cluster_id``, ``rank``, ``score``, ``pilot_ready``, ``values``,
    ``contributions``, ``missing`` and the champion's columns.
    """
    register, scenario, as_of = model.register, model.scenario, model.as_of
    once = could.drop_duplicates(["cluster_id", "pool"])
    values = criterion_values(
        clusters,
        coverage,
        register.champions,
        provision=provision_values(clusters, coverage, model).assign(
            could_be_places=_stated_places(once, clusters.table.index)
        ),
        policy=scenario.ranking,
        as_of=as_of,
    )
    champions = best_champions(clusters, register.sites, register.champions, as_of=as_of)
    ranking = rank(
        values,
        scenario.ranking.criteria,
        champion_level=champions["champion_level"],
        pilot_ready_level=scenario.ranking.pilot_ready_level,
    )
    order = ranking.rank.index
    table = pd.DataFrame(
        {
            "cluster_id": order,
            "rank": ranking.rank.to_numpy(),
            "score": ranking.score.to_numpy(),
            "pilot_ready": ranking.pilot_ready.to_numpy(),
            "values": _known_values(values.loc[order]),
            "contributions": ranking.contributions.to_dict("records"),
            "missing": ranking.missing.tolist(),
        }
    )
    return table.join(champions, on="cluster_id")


def _stated_places(pools: pd.DataFrame, cluster_ids: pd.Index) -> pd.Series:
    """Return the places that could be, by cluster: 0 without a pool, NaN if none states any."""
    stated = pools.groupby("cluster_id")["places"].sum(min_count=1)
    reached = cluster_ids.isin(pools["cluster_id"])
    return stated.reindex(cluster_ids).where(reached, 0.0)


def _known_values(values: pd.DataFrame) -> list[dict[str, float]]:
    """Return each row's values by criterion, without those that are missing."""
    return [
        {str(name): value for name, value in row.items() if not np.isnan(value)}
        for row in values.to_dict("records")
    ]
