"""Standing: what is known of a provider whatever the programme: inspection, register, reviews."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from geo.contracts import require_columns, require_not_negative, require_unique
from geo.errors import InputError
from geo.inspection import inspection_scores
from geo.policies import QualityPolicy

ON_REGISTER = ("active", "not currently starting new apprentices")
"""Words of ``register_status`` for a provider that stands on the official register."""
OFF_REGISTER = ("not on the register", "removed")
LAPSED = ("lapsed", "expired", "closed")
LEAST_STARS, MOST_STARS = 1.0, 4.0
VIEWS = ("employer", "learner")


def provider_standing(
    providers: pd.DataFrame, *, policy: QualityPolicy, as_of: date
) -> pd.DataFrame:
    """Return what is known of each provider, whatever the programme.

    A view scores ``(stars - 1) / 3``, the stars shrunk to the mean of the nation's providers
    by reviews, as many as the scenario says; of a provider without nation, to that of all. Stars
    without reviews rest on nobody knows how many, and are unknown.

    Parameters
    ----------
    providers
        Indexed by ``ukprn``: besides what :func:`geo.inspection.inspection_scores` takes,
        ``register_status`` (one of :data:`ON_REGISTER`, :data:`OFF_REGISTER`, :data:`LAPSED`
        whatever the case; blank is unknown), ``employer_stars``, ``employer_reviews``,
        ``learner_stars``, ``learner_reviews``; stars from 1 to 4.

    Returns
    -------
    On the same index, sorted: ``nation``, ``inspection``, ``employer_view`` and ``learner_view``
    (0 to 1, NaN unknown), ``employer_few`` and ``learner_few`` (whether a view rests on fewer
    reviews than the scenario asks), ``failing`` (the lowest grade of inspection, else empty),
    ``safeguarding_failed``, ``off_register``, ``lapsed``.

    Raises
    ------
    InputError
        If a status is no such word, stars are outside 1 to 4, or reviews are negative.
    """
    columns = [f"{who}_{what}" for who in VIEWS for what in ("stars", "reviews")]
    require_columns(providers, ["register_status", *columns], table="providers")
    require_unique(providers.index, table="providers")
    # Sums of floats depend on their order.
    providers = providers.sort_index()
    inspection = inspection_scores(providers, policy=policy, as_of=as_of)
    status = _statuses(providers)
    table = inspection.rename(columns={"score": "inspection"}).assign(
        nation=providers["nation"].astype(object),
        off_register=status.isin(OFF_REGISTER),
        lapsed=status.isin(LAPSED),
    )
    for who in VIEWS:
        stars, reviews = _view(providers, who)
        table[f"{who}_few"] = reviews < policy.few_reviews
        table[f"{who}_view"] = (_shrunk(stars, reviews, table["nation"], policy) - LEAST_STARS) / (
            MOST_STARS - LEAST_STARS
        )
    return table


def _statuses(providers: pd.DataFrame) -> pd.Series:
    """Return the status in small letters, empty where it is blank."""
    status = providers["register_status"].astype("str").str.strip().str.casefold().fillna("")
    words = (*ON_REGISTER, *OFF_REGISTER, *LAPSED)
    wrong = status[~status.isin(["", *words])]
    if len(wrong):
        raise InputError(
            f"Provider {wrong.index[0]} has the register status {wrong.iloc[0]!r}; give one of "
            f"{', '.join(map(repr, words))}, or leave it blank."
        )
    return status


def _view(providers: pd.DataFrame, who: str) -> tuple[pd.Series, pd.Series]:
    """Return stars and reviews, both NaN unless stars rest on at least one review."""
    stars = providers[f"{who}_stars"].astype("Float64").astype(float)
    reviews = providers[f"{who}_reviews"].astype("Float64").astype(float)
    require_not_negative(reviews, table="providers")
    wrong = stars[stars.notna() & ~stars.between(LEAST_STARS, MOST_STARS)]
    if len(wrong):
        raise InputError(
            f"Provider {wrong.index[0]} has {wrong.iloc[0]:g} in '{who}_stars'; give "
            f"{LEAST_STARS:g} to {MOST_STARS:g}."
        )
    is_known = stars.notna() & (reviews > 0)
    return stars.where(is_known), reviews.where(is_known)


def _shrunk(
    stars: pd.Series, reviews: pd.Series, nation: pd.Series, policy: QualityPolicy
) -> pd.Series:
    """Return stars drawn towards the nation's mean, each provider weighted by its reviews."""
    given = stars * reviews
    mean_of_nation = given.groupby(nation).sum() / reviews.groupby(nation).sum().replace(0, np.nan)
    overall = given.sum() / reviews.sum() if reviews.sum() > 0 else np.nan
    mean = nation.map(mean_of_nation).astype(float).where(nation.notna(), overall)
    n0 = policy.prior_reviews
    return (given + n0 * mean) / (reviews + n0)
