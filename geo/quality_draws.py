"""Draws of quality: scores and labels if achievement rates were what they may be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.achievement import RateBasis, rate_score
from geo.model import Model
from geo.policies import QualityPolicy
from geo.quality import COMPONENTS

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_ROUNDING = 1e-9
_PAIR = ["ukprn", "programme_code"]


def draw_quality(model: Model, rng: np.random.Generator) -> tuple[FloatArray, BoolArray]:
    """Draw the score of each offer's provider for its programme, and whether it is good.

    The achievement rate behind a score is drawn from its Beta posterior: that of the leavers
    pooled and the national rate, which counts as ``quality.prior_leavers``; of a suppressed rate
    the national rate alone. With the rate drawn nobody needs its probability any more: provision
    is good if score, rate and known weight reach their thresholds, the rate is published and no
    gate fires. Where no national rate is known, nothing is drawn.

    Returns
    -------
    Score 0 to 1 (NaN unknown) and label, by position of the offers of ``model.provision``.
    """
    quality, policy = model.quality, model.scenario.quality
    published = (quality["achievement_basis"] == RateBasis.PUBLISHED).to_numpy()
    suppressed = (quality["achievement_basis"] == RateBasis.SUPPRESSED).to_numpy()
    rate = _drawn_rates(quality, published, suppressed, policy, rng)
    weight = policy.weight_achievement
    total = sum(getattr(policy, f"weight_{name}") for name in COMPONENTS)
    # What entered the score: all that is known, and a suppressed rate as the national one.
    entered = quality["known_weight"].to_numpy(dtype=float) * total + weight * suppressed
    before = _scores_before(quality, policy)
    drawn = published | suppressed
    moved = np.where(drawn, rate_score(rate, policy) - before, 0.0)
    score = quality["score"].to_numpy(dtype=float) + np.divide(
        weight * moved, entered, out=np.zeros(len(entered)), where=entered > 0
    )
    good = (
        (score >= policy.good_score - _ROUNDING)
        & (rate >= policy.good_achievement - _ROUNDING)
        & (quality["known_weight"].to_numpy(dtype=float) >= policy.good_known_weight - _ROUNDING)
        & published
        & (quality["gates"] == "").to_numpy()
    )
    row = pd.MultiIndex.from_frame(quality[_PAIR]).get_indexer(
        pd.MultiIndex.from_frame(model.provision.offers[_PAIR])
    )
    # A lapsed offer has no row: the entry behind the last one stands for it.
    return np.append(score, np.nan)[row], np.append(good, False)[row]


def _drawn_rates(
    quality: pd.DataFrame,
    published: BoolArray,
    suppressed: BoolArray,
    policy: QualityPolicy,
    rng: np.random.Generator,
) -> FloatArray:
    national = quality["national_rate"].to_numpy(dtype=float)
    own = quality["achievement"].to_numpy(dtype=float)
    leavers = np.where(published, quality["leavers"].to_numpy(dtype=float), 0.0)
    mean = np.where(published, own, national)
    size = leavers + policy.prior_leavers
    a, b = mean * size, (1.0 - mean) * size
    spread = (published | suppressed) & (a > 0) & (b > 0)
    drawn = rng.beta(np.where(spread, a, 1.0), np.where(spread, b, 1.0))
    return np.where(spread, drawn, mean)


def _scores_before(quality: pd.DataFrame, policy: QualityPolicy) -> FloatArray:
    """Return what the achievement rate scored: that of the national rate where suppressed."""
    known = [components["achievement"] for components in quality["components"]]
    scored = np.array([np.nan if value is None else value for value in known], dtype=float)
    national = rate_score(quality["national_rate"].to_numpy(dtype=float), policy)
    return np.where(np.isnan(scored), national, scored)
