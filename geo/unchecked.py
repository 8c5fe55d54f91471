"""Unchecked facts: what is not known for certain and could change the leader of a ranking."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.ranking import Ranking

MOST_FACTS = 10
"""Facts that are listed; those that change the leader most come first."""

_STEPS = 101

FloatArray = npt.NDArray[np.float64]


def unchecked_facts(ranking: Ranking, worlds: FloatArray, cluster_ids: pd.Index) -> pd.DataFrame:
    """Vary one criterion of one cluster at a time, and see who leads.

    A missing value may be anything on its scale, evenly; any other is what the worlds make of it.
    All else stays as the ranking has it. Only pilot-ready clusters are looked at, since no other
    can lead.

    Parameters
    ----------
    worlds, cluster_ids
        As :func:`geo.robustness.put_to_the_test` takes them.

    Returns
    -------
    The facts that change the leader most, at most ``MOST_FACTS``: ``cluster_id``, ``criterion``,
    ``known`` (whether there is a value, though an uncertain one), ``changes_leader`` (the share of
    what the fact may be in which another cluster leads), ``moves_score`` (by how much the score of
    the cluster may move, from least to most). Facts that move nothing are left out; ties by id.
    """
    leader = ranking.leader
    ready = sorted(ranking.score.index[ranking.pilot_ready])
    if leader is None or len(ready) < 2:
        return _table([])
    rows = []
    at = cluster_ids.get_indexer(pd.Index(ready))
    score, weights = ranking.score, ranking.weights
    for row, cluster in enumerate(ready):
        others = score[[name for name in ready if name != cluster]]
        mine = cluster == leader
        bar = float(others.max() if mine else score[leader])
        now = ranking.filled.loc[cluster].to_numpy(dtype=float)
        is_known = ranking.scaled.loc[cluster].notna().to_numpy()
        for position, criterion in enumerate(ranking.criteria):
            known = bool(is_known[position])
            values = worlds[:, at[row], position] if known else np.linspace(0.0, 1.0, _STEPS)
            values = values[~np.isnan(values)]
            moved = weights[position] * (values - now[position])
            if not len(moved) or np.ptp(moved) <= 0:
                continue
            ends = float(score[cluster]) + moved
            other = float(np.mean(ends < bar if mine else ends > bar))
            rows.append((cluster, criterion.name, known, other, float(np.ptp(moved))))
    return _table(rows)


def _table(rows: list[tuple[str, str, bool, float, float]]) -> pd.DataFrame:
    columns = ["cluster_id", "criterion", "known", "changes_leader", "moves_score"]
    table = pd.DataFrame(rows, columns=columns).astype(
        {
            "cluster_id": "str",
            "criterion": "str",
            "known": bool,
            "changes_leader": float,
            "moves_score": float,
        }
    )
    ordered = table.sort_values(
        ["changes_leader", "moves_score", "cluster_id", "criterion"],
        ascending=[False, False, True, True],
    )
    return ordered.head(MOST_FACTS).reset_index(drop=True)
