"""Weight changes: how much the weights would have to change for another cluster to lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import kendalltau

from geo.errors import InputError

FloatArray = npt.NDArray[np.float64]
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class WeightChange:
    """The smallest change of weights with which a rival draws level with the leader.

    Attributes
    ----------
    amount
        Share of all weight that moves, 0 to 1: half the sum of the absolute changes. Any more and
        the rival leads.
    weights
        The weights after the change, summing to 1.
    """

    amount: float
    weights: FloatArray


def smallest_change(
    weights: FloatArray, leader: FloatArray, rival: FloatArray
) -> WeightChange | None:
    """Return the smallest change of weights that lifts a rival to the leader's score.

    Weight moves to the criterion on which the rival does best against the leader, and comes first
    from where the leader does best against the rival: each unit moved changes the difference of
    scores by the difference of the two criteria, so no other move gains more, and the greedy order
    is exact.

    Parameters
    ----------
    weights
        0 or more; they are shared out to sum to 1.
    leader, rival
        Scaled values by criterion, 0 to 1, none missing. The leader scores at least as much.

    Returns
    -------
    None if no weights do it: the leader is better on every criterion. A rival that is as good on
    one and never better only draws level, with all weight there.

    Raises
    ------
    InputError
        If the rival scores more than the leader, or the weights cannot be shared out.
    """
    if not (weights >= 0).all() or not weights.sum() > 0:
        raise InputError("Weights are 0 or more, and one at least is above 0.")
    now = weights / weights.sum()
    margin = leader - rival
    ahead = float(now @ margin)
    if ahead < -_ROUNDING:
        raise InputError("The rival scores more than the leader: there is nothing to dethrone.")
    best = int(np.argmin(margin))
    if margin[best] > 0:
        return None
    changed = now.copy()
    for criterion in np.argsort(-margin, kind="stable"):
        gain = margin[criterion] - margin[best]
        if ahead <= 0 or gain <= 0:
            break
        moved = min(now[criterion], ahead / gain)
        changed[criterion] -= moved
        changed[best] += moved
        ahead -= moved * gain
    return WeightChange(0.5 * float(np.abs(changed - now).sum()), changed)


def dethroning(scaled: pd.DataFrame, weights: FloatArray, leader: str) -> pd.DataFrame:
    """Return how much weight would have to move for each rival of the leader.

    Parameters
    ----------
    scaled
        Clusters × criteria, 0 to 1, none missing; the leader scores at least as much as any.

    Returns
    -------
    Indexed by rival, the smallest change first, ties by id: ``weight_change`` (0 to 1; NaN if no
    weights do it) and ``to_criterion``, which gains the weight.
    """
    rows = {}
    for rival in sorted(scaled.index.drop(leader)):
        found = smallest_change(
            weights, scaled.loc[leader].to_numpy(), scaled.loc[rival].to_numpy()
        )
        gained = None if found is None else found.weights - weights / weights.sum()
        rows[rival] = {
            "weight_change": np.nan if found is None else found.amount,
            "to_criterion": None if gained is None else str(scaled.columns[int(gained.argmax())]),
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["weight_change", "to_criterion"])
    table.index.name = scaled.index.name
    table = table.astype({"weight_change": float, "to_criterion": "str"})
    return table.sort_values("weight_change", kind="stable", na_position="last")


def leave_one_out(scaled: pd.DataFrame, weights: FloatArray, contenders: pd.Index) -> pd.DataFrame:
    """Rank without each criterion in turn: what the ranking depends on.

    Parameters
    ----------
    scaled
        Clusters × criteria, 0 to 1, none missing.
    contenders
        The clusters that may lead.

    Returns
    -------
    Indexed by criterion: ``leader`` without it, of equals the lowest id; ``leader_changes``;
    ``rank_correlation`` (Kendall's tau-b with the whole ranking); ``largest_shift`` of a rank. A
    criterion of weight 0 changes nothing; without one that has all the weight there is nothing
    left to rank by, and the leader is missing.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33(3), 239-251.
    """
    ordered = scaled.sort_index()
    values = ordered.to_numpy()
    whole = values @ weights / weights.sum()
    rank = pd.Series(whole.round(12)).rank(ascending=False, method="min").to_numpy()
    may_lead = ordered.index.isin(contenders)
    first = _leader(whole, may_lead, ordered.index)
    rows: list[tuple[str | None, bool, float, float]] = []
    for position in range(len(weights)):
        rest = np.where(np.arange(len(weights)) == position, 0.0, weights)
        if not rest.sum() > 0:
            rows.append((None, False, np.nan, np.nan))
            continue
        score = values @ rest / rest.sum()
        other = pd.Series(score.round(12)).rank(ascending=False, method="min").to_numpy()
        leader = _leader(score, may_lead, ordered.index)
        rows.append(
            (
                leader,
                leader != first,
                float(kendalltau(rank, other).statistic) if len(rank) > 1 else np.nan,
                float(np.abs(rank - other).max(initial=0.0)),
            )
        )
    table = pd.DataFrame(
        rows,
        index=pd.Index(scaled.columns, name="criterion"),
        columns=["leader", "leader_changes", "rank_correlation", "largest_shift"],
    )
    return table.astype({"leader": "str", "leader_changes": bool, "rank_correlation": float})


def _leader(score: FloatArray, may_lead: npt.NDArray[np.bool_], ids: pd.Index) -> str | None:
    if not may_lead.any():
        return None
    return str(ids[int(np.argmax(np.where(may_lead, score.round(12), -np.inf)))])
