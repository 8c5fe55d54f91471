"""Achievement rates: small cohorts drawn towards the national rate, and what is then certain."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincc

from geo.contracts import require_columns, require_complete, require_not_negative
from geo.errors import InputError, ScenarioError
from geo.policies import QualityPolicy

FloatArray = npt.NDArray[np.float64]

POOLED_YEARS = 2
"""Academic years that are pooled: the programme's latest and the one before.

One year of a science standard is often below 20 leavers, where a provider's rate changes by 15
points from year to year (r = 0.34, DfE 2023/24 to 2024/25); older years say little of today.
"""

_COLUMNS = ("ukprn", "programme_code", "year", "rate", "leavers", "suppressed")
_PAIR = ["ukprn", "programme_code"]


class RateBasis(StrEnum):
    """What is known of a provider's own rate."""

    PUBLISHED = "published"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


def achievement_evidence(
    achievements: pd.DataFrame, pairs: pd.DataFrame, *, policy: QualityPolicy, as_of: date
) -> pd.DataFrame:
    """Say what the achievement rates tell of providers and programmes.

    The national rate ``mu`` of a programme is that of the latest year that has one. With ``n``
    leavers of rate ``p``, pooled over :data:`POOLED_YEARS`, the rate is
    ``(n p + n0 mu) / (n + n0)``, and its distribution Beta(``n p + n0 mu``,
    ``n (1 - p) + n0 (1 - mu)``). Without a national rate it is unknown, and not guessed.

    A cell is suppressed if it lacks the rate or the leavers: a rate of unknown leavers may rest
    on two, and cannot be weighed. Where every cell is suppressed the national rate is scored, so
    that hiding a rate does not pay. Where only some are, their leavers are scored at the national
    rate wherever that is lower; a suppressed cell that states no leavers is taken to have as many
    as the published ones, since publishers withhold the small. A cell of no leavers says nothing.

    Parameters
    ----------
    achievements
        ``ukprn`` (missing: the national rate), ``programme_code``, ``year`` such as 2024/25,
        ``rate`` (0 to 1), ``leavers``, ``suppressed``.
    pairs
        ``ukprn``, ``programme_code``, each pair once.
    as_of
        Years that end after this day, on 31 July, are not known yet.

    Returns
    -------
    On the index of ``pairs``: ``basis`` (:class:`RateBasis`), ``national_rate``, ``leavers``
    behind the published rates, ``achievement`` (the shrunk rate, NaN unless published),
    ``score`` (0 to 1, that of the national rate where suppressed, NaN unknown),
    ``good_probability`` and ``poor_probability`` (that the rate is at least good, and that it is
    below poor; NaN unless published).

    Raises
    ------
    InputError
        If a rate is no number or outside 0 to 1, leavers are negative, a row is there twice, a
        suppressed row has a rate, or a year is not written as an academic year.

    References
    ----------
    Gelman et al. (2013). Bayesian Data Analysis, 3rd ed., section 2.4: the conjugate Beta prior.
    """
    rows = _usable_rows(achievements, as_of)
    national = rows[rows["ukprn"].isna() & rows["rate"].notna()]
    latest_rate = national.groupby("programme_code")["rate"].last()
    mu = pairs["programme_code"].map(latest_rate).to_numpy(dtype=float)
    pooled = _pooled(rows).reindex(pd.MultiIndex.from_frame(pairs[_PAIR]), fill_value=0.0)
    n, achieved = (pooled[name].to_numpy(dtype=float) for name in ("leavers", "achieved"))
    hidden = pooled["hidden"].to_numpy(dtype=float)

    n0 = policy.prior_leavers
    is_published = (n > 0) & ~np.isnan(mu)
    is_suppressed = (n == 0) & (hidden > 0) & ~np.isnan(mu)
    shrunk = np.where(is_published, (achieved + n0 * mu) / np.where(n > 0, n + n0, 1.0), np.nan)
    weight = n0 + pooled["hidden_leavers"].to_numpy(dtype=float)
    weight = weight + pooled["hidden_blank"].to_numpy(dtype=float) * n
    cautious = np.minimum(shrunk, (achieved + weight * mu) / np.where(n > 0, n + weight, 1.0))
    scored = np.where(is_suppressed, mu, cautious)

    a = np.where(is_published, achieved + n0 * mu, np.nan)
    b = np.where(is_published, n - achieved + n0 * (1.0 - mu), np.nan)
    basis = np.select(
        [is_published, is_suppressed],
        [RateBasis.PUBLISHED.value, RateBasis.SUPPRESSED.value],
        default=RateBasis.UNKNOWN.value,
    )
    return pd.DataFrame(
        {
            "basis": basis.astype(object),
            "national_rate": mu,
            "leavers": np.where(n > 0, n, np.nan),
            "achievement": shrunk,
            "score": rate_score(scored, policy),
            "good_probability": probability_at_least(policy.good_achievement, a, b),
            "poor_probability": probability_below(policy.poor_achievement, a, b),
        },
        index=pairs.index,
    )


def rate_score(rate: FloatArray, policy: QualityPolicy) -> FloatArray:
    """Scale achievement rates to 0 to 1: the worst and below 0, the best and above 1."""
    worst, best = policy.achievement_worst, policy.achievement_best
    if not worst < best:
        raise ScenarioError(
            f"'quality.achievement_worst' is {worst:g}, not below 'quality.achievement_best' at "
            f"{best:g}; set them apart."
        )
    return np.clip((rate - worst) / (best - worst), 0.0, 1.0)


def probability_at_least(rate: float, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the probability that a Beta(a, b) rate is ``rate`` or more.

    A parameter of 0 leaves one value only: 0 if it is ``a``, 1 if it is ``b``. NaN stays NaN.
    """
    inside = (a > 0) & (b > 0)
    spread = betaincc(np.where(inside, a, 1.0), np.where(inside, b, 1.0), rate)
    at_end = np.where(a > 0, 1.0, 1.0 * (rate <= 0))
    return np.where(np.isnan(a) | np.isnan(b), np.nan, np.where(inside, spread, at_end))


def probability_below(rate: float, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the probability that a Beta(a, b) rate is below ``rate``; see the one above."""
    inside = (a > 0) & (b > 0)
    spread = betainc(np.where(inside, a, 1.0), np.where(inside, b, 1.0), rate)
    return np.where(inside, spread, 1.0 - probability_at_least(rate, a, b))


def _usable_rows(achievements: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the checked rows of the years that have ended, sorted by ``began``."""
    require_columns(achievements, _COLUMNS, table="achievements")
    require_complete(achievements[["programme_code", "year"]], table="achievements")
    rows = achievements[list(_COLUMNS)].assign(
        rate=_numbers(achievements["rate"]), leavers=_numbers(achievements["leavers"])
    )
    require_not_negative(rows["leavers"], table="achievements")
    wrong = rows[~rows["rate"].between(0, 1) & rows["rate"].notna()]
    if len(wrong):
        row = wrong.iloc[0]
        raise InputError(
            f"'rate' in 'achievements' is {row['rate']:g} for {_name(row)}; give a share from 0 "
            "to 1, not per cent."
        )
    kept = rows[rows["suppressed"].astype("boolean").fillna(value=False) & rows["rate"].notna()]
    if len(kept):
        raise InputError(
            f"The row of {_name(kept.iloc[0])} in 'achievements' is suppressed and yet has a "
            "rate; clear one of them."
        )
    twice = rows[rows.duplicated([*_PAIR, "year"])]
    if len(twice):
        raise InputError(f"'achievements' has {_name(twice.iloc[0])} more than once; keep one row.")
    rows = rows.assign(began=_first_year(rows["year"]))
    last_ended = as_of.year - 1 if as_of >= date(as_of.year, 7, 31) else as_of.year - 2
    return rows[rows["began"] <= last_ended].sort_values("began")


def _numbers(values: pd.Series) -> pd.Series:
    """Return numbers, also of text that holds nothing else; never compared as text."""
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
    wrong = values[numbers.isna() & values.notna()]
    if len(wrong):
        raise InputError(
            f"{values.name!r} in 'achievements' holds {wrong.iloc[0]!r}; give a number, or leave "
            "it blank and set 'suppressed'."
        )
    return numbers


def _first_year(years: pd.Series) -> pd.Series:
    parts = years.astype("str").str.extract(r"^(\d{4})/(\d{2})$").astype("float")
    wrong = years[~((parts[0] + 1) % 100 == parts[1])]
    if len(wrong):
        raise InputError(
            f"'year' in 'achievements' holds {wrong.iloc[0]!r}; give an academic year such as "
            "'2024/25'."
        )
    return parts[0].astype(int)


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return leavers, achieved and what is hidden of each provider and programme."""
    latest = rows["programme_code"].map(rows.groupby("programme_code")["began"].max())
    own = rows[rows["ukprn"].notna() & (rows["began"] > latest - POOLED_YEARS)]
    is_open = own["rate"].notna() & own["leavers"].notna()
    is_hidden = ~is_open & ~(own["leavers"] == 0)
    table = pd.DataFrame(
        {
            "ukprn": own["ukprn"],
            "programme_code": own["programme_code"],
            "leavers": own["leavers"].where(is_open, 0.0),
            "achieved": (own["leavers"] * own["rate"]).where(is_open, 0.0),
            "hidden": is_hidden.astype(float),
            "hidden_leavers": own["leavers"].where(is_hidden, 0.0).fillna(0.0),
            "hidden_blank": (is_hidden & own["leavers"].isna()).astype(float),
        }
    )
    return table.groupby(_PAIR, sort=True).sum()


def _name(row: pd.Series) -> str:
    who = "the national rate" if pd.isna(row["ukprn"]) else f"provider {row['ukprn']}"
    return f"{who}, programme {row['programme_code']}, year {row['year']}"
