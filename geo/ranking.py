"""Ranking of clusters: a weighted sum of criteria on fixed goalposts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns, require_complete, require_unique
from geo.errors import InputError
from geo.scenario import Criterion

MISSING_SCORE = 0.5
"""What a missing value counts as, on the scale from 0 (worst) to 1 (best). Assumption: the middle
of what it may be, so that not knowing neither helps nor harms as much as knowing would."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """A ranking, with the steps that explain it.

    Every table is indexed by ``cluster_id``, in the order of rank, then id.

    Attributes
    ----------
    criteria
        What was weighed.
    scaled
        One column a criterion, 0 (worst) to 1 (best); NaN where the value is missing.
    contributions
        One column a criterion: its share of the weights times the scaled value, a missing one
        counting ``MISSING_SCORE``. They add up to the score.
    missing
        Names of the missing criteria, in the order of ``criteria``.
    score
        0 to 1, the best.
    rank
        1 is best; ties share the better rank.
    pilot_ready
        Whether the champion's level is high enough to start a pilot.
    """

    criteria: tuple[Criterion, ...]
    scaled: pd.DataFrame
    contributions: pd.DataFrame
    missing: pd.Series
    score: pd.Series
    rank: pd.Series
    pilot_ready: pd.Series

    @property
    def filled(self) -> pd.DataFrame:
        """The scaled values as the score takes them: a missing one at ``MISSING_SCORE``."""
        return self.scaled.fillna(MISSING_SCORE)

    @property
    def weights(self) -> FloatArray:
        """The weights of the criteria, shared out to sum to 1."""
        weights = np.array([criterion.weight for criterion in self.criteria], dtype=float)
        return np.asarray(weights / weights.sum())

    @property
    def leader(self) -> str | None:
        """The best score among the pilot-ready, ties to the lowest id; None if none is ready."""
        ready = self.score.index[self.pilot_ready]
        return str(ready[0]) if len(ready) else None


def rank(
    values: pd.DataFrame,
    criteria: Sequence[Criterion],
    *,
    champion_level: pd.Series,
    pilot_ready_level: float,
) -> Ranking:
    """Rank the rows of ``values`` by their weighted sum of scaled criteria.

    A value is scaled between its criterion's goalposts, which do not depend on what is ranked:
    ``(x - worst) / (best - worst)``, or ``ln(x / worst) / ln(best / worst)`` for ``log``, cut to 0
    to 1. If ``worst`` is above ``best``, less is better. So no cluster's score depends on another,
    and taking one out never reorders the rest.

    Parameters
    ----------
    values
        One row a cluster, by unique ``cluster_id``; a column for every criterion, in its own
        unit, NaN where missing. Other columns are ignored.
    criteria
        Their weights need not sum to 1; they are shared out here. One at least is above 0.
    champion_level
        Level 0 to 4 of the best champion, by ``cluster_id``; none missing.
    pilot_ready_level
        Lowest level with which a cluster is pilot-ready, inclusive.

    Raises
    ------
    InputError
        If a criterion has no column, an id stands twice, a cluster has no champion level or all
        weights are 0.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators. OECD Publishing: linear
    aggregation, and scaling by fixed goalposts in place of the extremes of the data.
    """
    names = [criterion.name for criterion in criteria]
    require_columns(values, names, table="criterion values")
    require_unique(values.index, table="criterion values")
    level = champion_level.reindex(values.index)
    require_complete(level.to_frame("champion_level"), table="champion levels")
    weights = np.array([criterion.weight for criterion in criteria], dtype=float)
    if not weights.sum() > 0:
        raise InputError("The weights of the criteria sum to 0; give one above 0.")

    # By id first, so that the order of rows decides nothing, not even the last bit of a sum.
    ordered = values[names].sort_index().astype(float)
    scaled = pd.DataFrame(
        {c.name: scale(ordered[c.name].to_numpy(), c) for c in criteria},
        index=ordered.index,
        columns=names,
        dtype=float,
    )
    contributions = scaled.fillna(MISSING_SCORE) * (weights / weights.sum())
    # Column by column: a sum over rows may be made in another order when there are fewer of them.
    score = pd.Series(0.0, index=ordered.index, name="score")
    for name in names:
        score = score + contributions[name]
    score = score.clip(0.0, 1.0).rename("score")
    by_rank = score.sort_values(ascending=False, kind="stable").index
    return Ranking(
        criteria=tuple(criteria),
        scaled=scaled.loc[by_rank],
        contributions=contributions.loc[by_rank],
        missing=_missing(scaled).loc[by_rank],
        score=score.loc[by_rank],
        rank=score.rank(ascending=False, method="min").astype("int64").rename("rank").loc[by_rank],
        pilot_ready=(level.astype(float) >= pilot_ready_level).rename("pilot_ready").loc[by_rank],
    )


def scale(values: FloatArray, criterion: Criterion) -> FloatArray:
    """Return values on the scale from 0 (worst) to 1 (best); NaN stays NaN."""
    worst, best = criterion.worst, criterion.best
    if criterion.scaling == "log":
        # What is 0 or less has no logarithm, but lies beyond the lower of the goalposts.
        values = np.log(np.maximum(values, min(worst, best)))
        worst, best = float(np.log(worst)), float(np.log(best))
    scaled: FloatArray = np.clip((values - worst) / (best - worst), 0.0, 1.0)
    return scaled


def unscale(scaled: float, criterion: Criterion) -> float:
    """Return the value that stands at a place of the scale, 0 to 1."""
    worst, best = criterion.worst, criterion.best
    if criterion.scaling == "log":
        return float(worst * (best / worst) ** scaled)
    return float(worst + (best - worst) * scaled)


def _missing(scaled: pd.DataFrame) -> pd.Series:
    gone = scaled.isna().to_numpy()
    names = scaled.columns.to_numpy()
    return pd.Series(
        [[str(name) for name in names[row]] for row in gone],
        index=scaled.index,
        name="missing",
        dtype=object,
    )
