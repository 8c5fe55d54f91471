"""Good provision: what the evidence says of each provider's delivery of each programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.achievement import RateBasis, achievement_evidence
from geo.contracts import require_choices, require_columns, require_complete
from geo.delivery import flexibility, practical_share
from geo.errors import ScenarioError
from geo.inspection import FAILING
from geo.policies import QualityPolicy
from geo.standing import VIEWS, provider_standing
from geo.types import Mode, Nation, OfferStatus

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ObjectArray = npt.NDArray[np.object_]

COMPONENTS = (
    "inspection",
    "achievement",
    "practical",
    "employer_view",
    "learner_view",
    "flexibility",
)

_PAIR = ["ukprn", "programme_code"]
_OFFER_COLUMNS = ("ukprn", "venue_id", "programme_code", "mode", "status", "units")
# More than a mean of six scores is out by rounding, so that a threshold that is met is met.
_ROUNDING = 1e-12


class QualityLabel(StrEnum):
    """What is said of a provider's delivery of a programme."""

    GOOD = "good"
    NOT_GOOD = "not_good"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"


def provision_quality(
    providers: pd.DataFrame,
    achievements: pd.DataFrame,
    offers: pd.DataFrame,
    units: pd.DataFrame,
    *,
    policy: QualityPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Return the quality of every provider and programme of which something is claimed.

    The score is the mean of the known components by their weights; a component that is unknown is
    left out, never taken as 0. The interval takes what is not known at 0 and at 1. A suppressed
    achievement rate enters the score at the national rate, so that hiding one does not pay, but
    is not known. The components are inspection and views (:mod:`geo.standing`), the achievement
    rate (:mod:`geo.achievement`), practical units and flexibility (:mod:`geo.delivery`).

    ``not_good``: a gate fires, or the upper bound is below the good score. ``good``: score,
    probability that the rate is good, and known weight reach their thresholds, the provider's own
    rate is published, and no gate fires. Else ``insufficient_evidence``. All thresholds are
    inclusive.

    Parameters
    ----------
    providers
        Indexed by ``ukprn``. A provider that is not there is one of which nothing is known.
    achievements
        See :func:`geo.achievement.achievement_evidence`.
    offers
        ``ukprn``, ``venue_id``, ``programme_code``, ``mode``, ``status``, ``units``. Every pair
        with an offer that is not lapsed has a row; what is scored are the delivered ones.
    units
        ``programme_code``, ``unit_code``, ``kind``, ``place``.
    as_of
        The day on which standings are judged; what became known later is not used.

    Returns
    -------
    Sorted by ``ukprn`` and ``programme_code``, with ``nation`` (None unknown), ``score`` (0 to 1,
    NaN if nothing is known), ``score_low``, ``score_high``, ``known_weight`` (0 to 1), ``label``,
    ``gates`` (names joined by ``;``), ``achievement`` (shrunk rate, NaN unless published),
    ``leavers`` behind it (NaN unknown), ``components`` (name to score, None unknown),
    ``different_evidence`` (not England's, so that scores do not compare), ``achievement_basis``,
    ``national_rate`` and ``few_reviews`` (views that rest on few, joined by ``;``).

    Raises
    ------
    InputError
        If a table cannot be used as it stands.
    ScenarioError
        If every weight is 0.
    """
    _check(offers, units)
    claimed = offers[offers["status"] != OfferStatus.LAPSED]
    pairs = claimed[_PAIR].drop_duplicates().sort_values(_PAIR, ignore_index=True)
    rates = achievement_evidence(achievements, pairs, policy=policy, as_of=as_of)
    standing = provider_standing(providers, policy=policy, as_of=as_of)
    standing = standing.reindex(pd.Index(pairs["ukprn"]))

    scored: dict[str, npt.ArrayLike] = {
        "inspection": standing["inspection"],
        "achievement": rates["score"],
        "practical": practical_share(pairs, offers, units),
        **{f"{who}_view": standing[f"{who}_view"] for who in VIEWS},
        "flexibility": flexibility(pairs, offers, units),
    }
    scores = np.array([scored[name] for name in COMPONENTS], dtype=float).T
    known = ~np.isnan(scores)
    known[:, COMPONENTS.index("achievement")] &= _is_published(rates)
    numbers = _weighted(scores, known, policy)
    gates = _gates(standing, rates, policy)
    nation = standing["nation"].to_numpy(dtype=object)
    return pairs.assign(
        nation=pd.Series(nation, dtype=object).where(pd.notna(nation), None),
        **numbers,
        label=_labels(numbers, rates, gates != "", policy),
        gates=gates,
        achievement=rates["achievement"],
        leavers=rates["leavers"],
        components=_components(scores, known),
        different_evidence=nation != Nation.ENGLAND.value,
        achievement_basis=rates["basis"],
        national_rate=rates["national_rate"],
        few_reviews=_joined({f"{who}_view": _is_true(standing[f"{who}_few"]) for who in VIEWS}),
    )


def _check(offers: pd.DataFrame, units: pd.DataFrame) -> None:
    require_columns(offers, _OFFER_COLUMNS, table="offers")
    require_complete(offers[_PAIR], table="offers")
    require_choices(offers["mode"], tuple(Mode), table="offers")
    require_choices(offers["status"], tuple(OfferStatus), table="offers")
    require_columns(units, ("programme_code", "unit_code", "kind", "place"), table="units")


def _weighted(scores: FloatArray, known: BoolArray, policy: QualityPolicy) -> dict[str, FloatArray]:
    """Return the score, its interval and the known weight of rows of components.

    What has a score and is not known enters the score alone.
    """
    weights = np.array([getattr(policy, f"weight_{name}") for name in COMPONENTS], dtype=float)
    total = weights.sum()
    if not total > 0:
        raise ScenarioError("Every weight of 'quality' is 0; give at least one above 0.")
    entering = ~np.isnan(scores)
    values = np.where(entering, scores, 0.0)
    divisor = (weights * entering).sum(axis=1)
    score = np.full(len(scores), np.nan)
    np.divide((weights * values).sum(axis=1), divisor, out=score, where=divisor > 0)
    low = (weights * values * known).sum(axis=1) / total
    high = (weights * np.where(known, values, 1.0)).sum(axis=1) / total
    return {
        "score": score,
        "score_low": low,
        "score_high": high,
        "known_weight": (weights * known).sum(axis=1) / total,
    }


def _gates(standing: pd.DataFrame, rates: pd.DataFrame, policy: QualityPolicy) -> ObjectArray:
    failing = standing["failing"].fillna("").to_numpy(dtype=object)
    poor = rates["poor_probability"].to_numpy(dtype=float)
    return _joined(
        {
            **{grade: failing == grade for grade in FAILING.values()},
            "safeguarding not met": _is_true(standing["safeguarding_failed"]),
            f"achievement rate probably below {policy.poor_achievement:.0%}": _reaches(
                poor, policy.poor_probability
            ),
            "not on the register": _is_true(standing["off_register"]),
            "lapsed": _is_true(standing["lapsed"]),
        }
    )


def _labels(
    numbers: Mapping[str, FloatArray], rates: pd.DataFrame, gated: BoolArray, policy: QualityPolicy
) -> ObjectArray:
    good_rate = rates["good_probability"].to_numpy(dtype=float)
    is_good = (
        _reaches(numbers["score"], policy.good_score)
        & _reaches(good_rate, policy.good_probability)
        & _reaches(numbers["known_weight"], policy.good_known_weight)
    )
    is_not_good = gated | ~_reaches(numbers["score_high"], policy.good_score)
    return np.select(
        [is_not_good, is_good],
        [QualityLabel.NOT_GOOD.value, QualityLabel.GOOD.value],
        default=QualityLabel.INSUFFICIENT_EVIDENCE.value,
    ).astype(object)


def _reaches(values: FloatArray, threshold: float) -> BoolArray:
    """Say which values are at or above the threshold; NaN is not."""
    return np.asarray(values >= threshold - _ROUNDING, dtype=np.bool_)


def _is_published(rates: pd.DataFrame) -> BoolArray:
    return np.asarray(rates["basis"] == RateBasis.PUBLISHED, dtype=np.bool_)


def _is_true(flags: pd.Series) -> BoolArray:
    """Return flags as numpy has them; missing is false."""
    return flags.astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def _joined(named: Mapping[str, BoolArray]) -> ObjectArray:
    """Return for each row the names that hold, joined by ``;``."""
    text: ObjectArray = np.array("", dtype=object)
    for name, holds in named.items():
        text = np.where(holds, text + np.where(text == "", name, ";" + name), text)
    return text


def _components(scores: FloatArray, known: BoolArray) -> pd.Series:
    """Return one mapping a row, from the component's name to its score or None."""
    values = scores.astype(object)
    values[~known] = None
    return pd.Series(
        [dict(zip(COMPONENTS, row, strict=True)) for row in values.tolist()], dtype=object
    )
