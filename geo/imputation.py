"""Ranges: what a number of places, or a demand, may be where it is stated badly or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.policies import SupplyPolicy
from geo.pools import Pools

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST_STATED = 5
"""Numbers stated in a programme below which those of every programme tell the range instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """A number, and the least and the most that it may be.

    Attributes
    ----------
    middle
        NaN is unknown: never a number.
    low, high
        Never NaN; ``high`` is infinite where nothing bounds it. Where ``middle`` is unknown they
        are the scenario's quantiles of what is stated elsewhere: an assumption.
    """

    middle: FloatArray
    low: FloatArray
    high: FloatArray


def pool_ranges(
    pools: Pools,
    offers: pd.DataFrame,
    achievements: pd.DataFrame,
    counted: BoolArray,
    *,
    policy: SupplyPolicy,
) -> Ranges:
    """Return the places a year of each pool by the offers that ``counted`` marks.

    What an offer states counts, with its own range, and of several offers of a pool the most. Where
    none states any, the leavers of the provider in the programme stand in: the mean of the years
    that have a number, within the least and the most of them; but only if the provider states
    places nowhere in the programme, since its leavers are those of all its pools. Of any other
    pool the number is unknown, and its range that of the pools that state one: of the same
    programme, or of all if fewer than :data:`FEWEST_STATED` state one there.

    Parameters
    ----------
    offers
        ``ukprn``, ``programme_code``, ``places_low``, ``places_high``, in the order of the pools'
        offers.
    achievements
        ``ukprn`` (missing is the national row), ``programme_code``, ``leavers``.

    Returns
    -------
    Places a year, one a pool.
    """
    middle = pools.places(counted)
    low = _most(pools, _or_else(offers["places_low"], pools.stated), counted)
    high = _most(pools, _or_else(offers["places_high"], pools.stated), counted)
    leavers = _leavers(pools, offers, achievements, counted & np.isnan(middle)[pools.of_offer])
    for ours, theirs in zip((middle, low, high), leavers, strict=True):
        np.copyto(ours, theirs, where=np.isnan(ours))
    programme, _ = pd.factorize(offers["programme_code"])
    least, greatest = _usual(middle, pools.first(programme.astype(np.int64)), policy)
    low = np.where(np.isnan(low), np.where(np.isnan(middle), least, middle), low)
    high = np.where(np.isnan(high), np.where(np.isnan(middle), greatest, middle), high)
    known = np.nan_to_num(middle, nan=0.0)
    return Ranges(
        middle,
        np.where(np.isnan(middle), low, np.minimum(low, known)),
        np.where(np.isnan(middle), high, np.maximum(high, known)),
    )


def demand_ranges(demand: pd.DataFrame, *, policy: SupplyPolicy) -> Ranges:
    """Return the places a year that each demand unit needs.

    Parameters
    ----------
    demand
        ``programme_code``, ``demand``, ``demand_low``, ``demand_high``.
    """
    middle = demand["demand"].to_numpy(dtype=float)
    programme, _ = pd.factorize(demand["programme_code"])
    least, greatest = _usual(middle, programme.astype(np.int64), policy)
    known = ~np.isnan(middle)
    low = np.fmin(demand["demand_low"].to_numpy(dtype=float), middle)
    high = np.fmax(demand["demand_high"].to_numpy(dtype=float), middle)
    return Ranges(middle, np.where(known, low, least), np.where(known, high, greatest))


def usual_places(
    places: FloatArray, programme: IntArray, *, programmes: int, policy: SupplyPolicy
) -> Ranges:
    """Return the range that a further pool of each programme may have; its number is unknown.

    Parameters
    ----------
    places, programme
        Places a year (NaN unknown) and position of the programme of each known pool.
    """
    middle = np.concatenate([places, np.full(programmes, np.nan)])
    low, high = _usual(middle, np.concatenate([programme, np.arange(programmes)]), policy)
    return Ranges(middle[len(places) :], low[len(places) :], high[len(places) :])


def _or_else(values: pd.Series, other: FloatArray) -> FloatArray:
    own = values.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(own), other, own)


def _most(pools: Pools, values: FloatArray, counted: BoolArray) -> FloatArray:
    """Return the most that any counted offer of each pool states; NaN where none does."""
    found = np.full(len(pools.keys), -np.inf)
    stated = counted & ~np.isnan(values)
    np.maximum.at(found, pools.of_offer[stated], values[stated])
    return np.where(np.isinf(found), np.nan, found)


def _leavers(
    pools: Pools, offers: pd.DataFrame, achievements: pd.DataFrame, wanted: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, least and most leavers a year of the pools of the wanted offers."""
    keys = ["ukprn", "programme_code"]
    states_none = offers.assign(stated=pools.stated).groupby(keys)["stated"].count() == 0
    own = achievements.dropna(subset=["ukprn", "leavers"])
    by_year = own.assign(leavers=own["leavers"].astype(float)).groupby(keys)["leavers"]
    years = by_year.agg(["mean", "min", "max"])
    asked = pd.MultiIndex.from_frame(offers[keys])
    usable = wanted & states_none.reindex(asked).to_numpy(dtype=bool)
    each = years.reindex(asked)
    found = []
    for column in ("mean", "min", "max"):
        values = np.where(usable, each[column].to_numpy(dtype=float), np.nan)
        found.append(_most(pools, values, usable))
    return found[0], found[1], found[2]


def _usual(
    middle: FloatArray, programme: IntArray, policy: SupplyPolicy
) -> tuple[FloatArray, FloatArray]:
    """Return the quantiles of what is stated in each one's programme, or anywhere.

    By Weibull's positions, ``p (n + 1)``: the chance that a further number lies below the quantile
    is then p whatever the size of the sample, and a small sample gives all of its range.
    """
    quantiles = (policy.imputed_low_quantile, policy.imputed_high_quantile)
    stated = middle[~np.isnan(middle)]
    anywhere = np.array([0.0, np.inf])
    if len(stated):
        anywhere = np.quantile(stated, quantiles, method="weibull")
    least, greatest = np.full(len(middle), anywhere[0]), np.full(len(middle), anywhere[1])
    for one in np.unique(programme):
        mine = programme == one
        known = middle[mine & ~np.isnan(middle)]
        if len(known) >= FEWEST_STATED:
            least[mine], greatest[mine] = np.quantile(known, quantiles, method="weibull")
    return least, greatest
