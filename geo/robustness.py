"""Robustness: whether the leader of a ranking leads, or only happens to stand first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.policies import RobustnessPolicy
from geo.ranking import Ranking
from geo.second_opinions import rank_correlation, second_opinions
from geo.smaa import Acceptability, acceptability, agreed_weights, open_weights
from geo.unchecked import unchecked_facts
from geo.weight_change import dethroning, leave_one_out

_DRAWS = 4

FloatArray = npt.NDArray[np.float64]


class Verdict(StrEnum):
    """What may be said of the leader."""

    LEADS = "leads"
    TIED_SET = "tied_set"


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """How firmly a ranking stands.

    Attributes
    ----------
    stream
        Number of the scope, from which the draws were seeded.
    verdict
        None where no cluster is pilot-ready.
    leader
        The best score among the pilot-ready; None if none is.
    tied
        The leader and every pilot-ready cluster that beats it in more than
        ``robustness.tied_win_share`` of draws, by id; the leader alone if it leads.
    draws
        How many draws there were of each kind.
    shares
        By ``cluster_id``, sorted: ``p_rank_1``, ``p_top_3``, ``rank_low``, ``rank_high`` with the
        weights drawn around those agreed; the same with ``open_`` before, as if no weight were
        agreed; ``flip_rival`` and ``flip_weight_change`` (see :func:`_flips`); ``topsis_rank`` and
        ``geometric_mean_rank`` with their values, second opinions that decide nothing.
    wins
        Clusters × clusters: the share of draws in which the row beats the column.
    central_weights
        Clusters × criteria: the mean weights with which a cluster is first; NaN if it never is.
    influence
        By criterion: the ranking without it, see :func:`geo.weight_change.leave_one_out`.
    unchecked
        Facts not known for certain that could change the leader, see :mod:`geo.unchecked`.
    rank_correlations
        Kendall's tau-b of the second opinions with the ranking, by name.
    """

    stream: int
    verdict: Verdict | None
    leader: str | None
    tied: tuple[str, ...]
    draws: int
    shares: pd.DataFrame
    wins: pd.DataFrame
    central_weights: pd.DataFrame
    influence: pd.DataFrame
    unchecked: pd.DataFrame
    rank_correlations: dict[str, float]


def put_to_the_test(
    ranking: Ranking,
    worlds: FloatArray,
    cluster_ids: pd.Index,
    *,
    policy: RobustnessPolicy,
    seed: int,
    stream: int,
) -> Robustness:
    """Put a ranking to the test over weights and over what is uncertain in the data.

    Parameters
    ----------
    worlds
        Worlds × clusters × criteria: scaled values, 0 to 1, NaN missing; clusters in the order of
        ``cluster_ids`` and criteria in that of the ranking.
    cluster_ids
        The clusters of the ranking, sorted.
    policy
        How many draws, and the shares from which a leader leads. The pilot-ready alone compete
        for the lead; the shares of ranks are over all clusters.
    seed, stream
        Of the draws: the scenario's seed, and a number of the scope's own, so that one ranking
        more or less changes no other.
    """
    rng = np.random.default_rng([seed, _DRAWS, stream])
    criteria = ranking.criteria
    weights = ranking.weights
    draws = int(policy.draws)
    agreed = acceptability(
        worlds,
        agreed_weights(weights, draws, rng, concentration=policy.weight_concentration),
        rng,
    )
    groups = [criterion.sub_index for criterion in criteria]
    opened = acceptability(worlds, open_weights(weights, groups, draws, rng), rng)
    wins = pd.DataFrame(agreed.wins, index=cluster_ids, columns=cluster_ids)
    verdict, tied = _verdict(ranking, wins, policy)
    opinions = second_opinions(ranking.filled, weights)
    shares = pd.concat(
        [
            _shares(agreed, cluster_ids, ""),
            _shares(opened, cluster_ids, "open_"),
            _flips(ranking).reindex(cluster_ids),
            opinions.reindex(cluster_ids),
        ],
        axis=1,
    )
    names = [criterion.name for criterion in criteria]
    return Robustness(
        stream=stream,
        verdict=verdict,
        leader=ranking.leader,
        tied=tied,
        draws=draws,
        shares=shares,
        wins=wins,
        central_weights=pd.DataFrame(agreed.central_weights, index=cluster_ids, columns=names),
        influence=leave_one_out(ranking.filled, weights, _ready(ranking)),
        unchecked=unchecked_facts(ranking, worlds, cluster_ids),
        rank_correlations={
            name: rank_correlation(ranking.rank, opinions[f"{name}_rank"])
            for name in ("topsis", "geometric_mean")
        },
    )


def _ready(ranking: Ranking) -> pd.Index:
    return ranking.score.index[ranking.pilot_ready]


def _verdict(
    ranking: Ranking, wins: pd.DataFrame, policy: RobustnessPolicy
) -> tuple[Verdict | None, tuple[str, ...]]:
    leader = ranking.leader
    if leader is None:
        return None, ()
    rivals = _ready(ranking).drop(leader)
    first, others = wins.index.get_loc(leader), wins.index.get_indexer(rivals)
    beaten = wins.to_numpy()[first, others]
    if (beaten >= policy.leads_win_share).all():
        return Verdict.LEADS, (leader,)
    tied = rivals[wins.to_numpy()[others, first] > policy.tied_win_share]
    return Verdict.TIED_SET, tuple(sorted([leader, *map(str, tied)]))


def _shares(found: Acceptability, ids: pd.Index, prefix: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            f"{prefix}p_rank_1": found.first,
            f"{prefix}p_top_3": found.top_three,
            f"{prefix}rank_low": found.rank_low,
            f"{prefix}rank_high": found.rank_high,
        },
        index=ids,
    )


def _flips(ranking: Ranking) -> pd.DataFrame:
    """Return for each pilot-ready cluster the weight that has to move for the lead to change.

    Of the leader: to its nearest rival. Of another: to itself, from the leader. Missing for a
    cluster that is not pilot-ready; the change alone is missing where no weights do it.
    """
    leader, ready = ranking.leader, _ready(ranking)
    empty: Sequence[str] = ()
    if leader is None or len(ready) < 2:
        return pd.DataFrame({"flip_rival": empty, "flip_weight_change": empty}).astype(
            {"flip_rival": "str", "flip_weight_change": float}
        )
    table = dethroning(ranking.filled.loc[ready], ranking.weights, leader)
    rivals = pd.DataFrame(
        {"flip_rival": leader, "flip_weight_change": table["weight_change"]}, index=table.index
    )
    nearest = pd.DataFrame(
        {
            "flip_rival": [str(table.index[0])],
            "flip_weight_change": [float(table["weight_change"].iloc[0])],
        },
        index=[leader],
    )
    return pd.concat([nearest, rivals]).astype({"flip_rival": "str"})
