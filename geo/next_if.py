"""Next, if: the one change with which a cluster that does not lead would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.ranking import MISSING_SCORE, Ranking, scale, unscale
from geo.scenario import Criterion

CHAMPION = "champion_level"
COUNTED = (CHAMPION, "audiences_engaged", "employers")
"""Criteria that have whole values only: what is needed is rounded up."""

WORKED_ON = ("readiness", "feasibility")
"""Sub-indices whose criteria can be worked on; a stronger industry or a larger need cannot be
ordered. Assumption."""

_ROUNDING = 1e-12

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NextIf:
    """What would make a cluster lead, all else as it is.

    Attributes
    ----------
    champion_level
        The champion's level that the pilot needs and the cluster lacks; None if it has it.
    criterion
        The one criterion that has to change; None if the champion alone suffices, or if no single
        change does.
    value, needed
        Its value now (None if missing) and the one with which the cluster draws level.
    short_of
        How much score lacks after the champion, 0 or less if nothing does.
    """

    cluster_id: str
    champion_level: float | None
    criterion: str | None
    value: float | None
    needed: float | None
    short_of: float


def next_if(ranking: Ranking, values: pd.DataFrame, *, pilot_ready_level: float) -> list[NextIf]:
    """Return for every cluster but the leader what would make it lead.

    First comes the champion, without whom there is no pilot. Then, if score still lacks, the one
    criterion that can be worked on (``WORKED_ON``), or that is missing and may turn out so, and
    that has to move least along its scale. Where there is no leader, the champion is all.

    Parameters
    ----------
    values
        Clusters × criteria in their own units, as the ranking was made from.
    """
    leader = ranking.leader
    bar = 0.0 if leader is None else float(ranking.score[leader])
    return [
        _for_cluster(ranking, str(cluster), values, (bar, pilot_ready_level))
        for cluster in ranking.score.index
        if cluster != leader
    ]


def _for_cluster(
    ranking: Ranking, cluster: str, values: pd.DataFrame, needs: tuple[float, float]
) -> NextIf:
    bar, level = needs
    lacks_champion = not bool(ranking.pilot_ready[cluster])
    scaled = ranking.scaled.loc[cluster].to_numpy(dtype=float)
    short = bar - float(ranking.score[cluster])
    if lacks_champion:
        short -= _gain_of_champion(ranking, scaled, level)
        # Whatever it still lacks has to come from elsewhere.
        scaled = np.where(_is_champion(ranking), 1.0, scaled)
    step = None if short <= _ROUNDING else _smallest_step(ranking, scaled, short)
    value = np.nan if step is None else float(values[step[0].name].loc[cluster])
    return NextIf(
        cluster_id=cluster,
        champion_level=level if lacks_champion else None,
        criterion=None if step is None else step[0].name,
        value=None if np.isnan(value) else value,
        needed=None if step is None else _needed(*step),
        short_of=short,
    )


def _needed(criterion: Criterion, place: float) -> float:
    value = unscale(place, criterion)
    return float(np.ceil(value - _ROUNDING)) if criterion.name in COUNTED else value


def _is_champion(ranking: Ranking) -> npt.NDArray[np.bool_]:
    return np.array([criterion.name == CHAMPION for criterion in ranking.criteria])


def _gain_of_champion(ranking: Ranking, scaled: FloatArray, level: float) -> float:
    gain = 0.0
    for at in np.flatnonzero(_is_champion(ranking)):
        needed = scale(np.array([level]), ranking.criteria[at])[0]
        now = MISSING_SCORE if np.isnan(scaled[at]) else scaled[at]
        gain += float(ranking.weights[at] * (needed - now))
    return gain


def _smallest_step(
    ranking: Ranking, scaled: FloatArray, short: float
) -> tuple[Criterion, float] | None:
    """Return the criterion that has to move least, and where to on its scale."""
    best: tuple[Criterion, float] | None = None
    least = float("inf")
    for criterion, weight, now in zip(ranking.criteria, ranking.weights, scaled, strict=True):
        missing = bool(np.isnan(now))
        if weight <= 0 or not (missing or criterion.sub_index in WORKED_ON):
            continue
        start = MISSING_SCORE if missing else float(now)
        step = short / float(weight)
        if start + step <= 1.0 + _ROUNDING and step < least:
            best, least = (criterion, min(1.0, start + step)), step
    return best
