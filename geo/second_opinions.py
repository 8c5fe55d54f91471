"""Second opinions: other ways to add up criteria, to see how much hangs on the way chosen.

They are for analysts, beside the ranking and never in its place: TOPSIS measures against the best
and worst of what is compared, so that striking off a loser may reorder the rest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import kendalltau

FLOOR = 0.01
"""What a scaled value counts as least in the geometric mean, so that one 0 does not decide alone.
Assumption."""

FloatArray = npt.NDArray[np.float64]


def topsis(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the closeness of each alternative to the ideal one, 0 to 1.

    Columns are divided by their Euclidean length and weighted; the closeness is the distance to
    the worst of each column over that distance and the one to the best. An alternative that is
    both best and worst, as where all are alike, is halfway.

    Parameters
    ----------
    values
        Alternatives × criteria, more is better, none missing.
    weights
        0 or more, shared out to sum to 1.

    References
    ----------
    Hwang, C. L. and Yoon, K. (1981). Multiple Attribute Decision Making. Springer.
    Tzeng, G.-H. and Huang, J.-J. (2011). Multiple Attribute Decision Making. CRC Press.
    """
    if not len(values):
        return np.zeros(0)
    length = np.sqrt((values**2).sum(axis=0))
    weighted = np.divide(values, length, out=np.zeros(values.shape), where=length > 0)
    weighted = weighted * (weights / weights.sum())
    to_best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    whole = to_best + to_worst
    halfway = np.full(len(values), 0.5)
    return np.asarray(np.divide(to_worst, whole, out=halfway, where=whole > 0))


def geometric_mean(scaled: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted geometric mean of scaled values, each at least ``FLOOR``.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators. OECD Publishing.
    """
    shares = weights / weights.sum()
    return np.asarray(np.exp(np.log(np.maximum(scaled, FLOOR)) @ shares))


def second_opinions(scaled: pd.DataFrame, weights: FloatArray) -> pd.DataFrame:
    """Rank by TOPSIS and by the geometric mean beside the weighted sum.

    Parameters
    ----------
    scaled
        Clusters × criteria, 0 (worst) to 1 (best), none missing: what is missing stands at the
        value that the weighted sum gives it. TOPSIS is fed the same scaled values, since raw ones
        of a logarithmic criterion would weigh the largest cluster alone.

    Returns
    -------
    Indexed like ``scaled``: ``topsis``, ``topsis_rank``, ``geometric_mean``,
    ``geometric_mean_rank``; ties share the better rank.
    """
    values = scaled.to_numpy(dtype=float)
    scores = {"topsis": topsis(values, weights), "geometric_mean": geometric_mean(values, weights)}
    table = pd.DataFrame(index=scaled.index)
    for name, score in scores.items():
        table[name] = score
        ranks = pd.Series(score, index=scaled.index).round(12).rank(ascending=False, method="min")
        table[f"{name}_rank"] = ranks.astype("int64")
    return table


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Return Kendall's tau-b of two rankings of the same clusters; NaN for fewer than two."""
    if len(one) < 2:
        return float("nan")
    return float(kendalltau(one, other.reindex(one.index)).statistic)
