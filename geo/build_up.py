"""Start small and build: from each possible pilot, which clusters to add, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.assessment import Assessment
from geo.covered_demand import covered_demand
from geo.growth import Growth, grow

NO_PILOT = ""
"""The key of the path that begins with any cluster, where none is pilot-ready."""


@dataclass(frozen=True, slots=True)
class BuildUp:
    """How a programme could grow over the clusters.

    Attributes
    ----------
    cluster_ids
        By rank: what positions in the paths mean.
    paths
        By id of the pilot, of every pilot-ready cluster; ``NO_PILOT`` alone where there is none.
        Empty if no delivered offer states its places: then nothing is known of what is served.
    unstated_pools
        By cluster: pools that could be delivered within its reach and state no places, and so add
        nothing here. Clusters without any are left out.
    """

    cluster_ids: tuple[str, ...]
    paths: Mapping[str, Growth]
    unstated_pools: Mapping[str, int]


def build_up(assessment: Assessment, could: pd.DataFrame, ranking: pd.DataFrame) -> BuildUp:
    """Return the growth from each possible pilot, over all programmes together.

    Parameters
    ----------
    could
        Pools that could be delivered, see :func:`geo.pilot.could_be_places`.
    ranking
        ``cluster_id`` and ``pilot_ready``, the best first: it decides between clusters that add
        alike.
    """
    ids = tuple(str(one) for one in ranking["cluster_id"])
    silent = could[could["places"].isna()].drop_duplicates(["cluster_id", "pool"])
    unstated = {str(name): len(rows) for name, rows in silent.groupby("cluster_id")}
    if not assessment.capacity_tested:
        return BuildUp(ids, {}, unstated)
    ready = [at for at, is_ready in enumerate(ranking["pilot_ready"]) if is_ready]
    demand = covered_demand(assessment, could, ids)
    candidates = range(len(ids))
    paths = {ids[at]: grow(demand.served, candidates, pilot=at) for at in ready}
    if not paths:
        paths = {NO_PILOT: grow(demand.served, candidates, pilot=None)}
    return BuildUp(ids, paths, unstated)
