"""How far a learner is expected to travel: one annual budget sets the limit of every mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_choices, require_not_negative
from geo.errors import InputError
from geo.policies import TolerancePolicy
from geo.scenario import HALF_DAY_MODES, RESIDENTIAL_MODES, UNLIMITED_MODES
from geo.types import Mode

FloatArray = npt.NDArray[np.float64]

DAILY_MODES = (Mode.DAY_RELEASE, Mode.EVENING, Mode.BLOCK_DAILY, Mode.BLENDED)
"""Modes from which the learner goes home the same day, by a journey of the learner's own."""


def tolerance_minutes(
    modes: pd.Series, round_trips_per_year: pd.Series, policy: TolerancePolicy
) -> FloatArray:
    """Return the longest journey one way that each offer allows, in minutes.

    ``min(cap, h * 60 * B / (2 * n))`` with the annual budget ``B`` in hours, ``n`` round trips a
    year, and ``h`` the share of the budget for half days. Not rounded; inclusive: a journey of
    exactly the limit is within it.

    Parameters
    ----------
    modes
        Delivery modes, one an offer.
    round_trips_per_year
        The offer's own round trips, on the same index; missing takes the mode's. 0 is no limit.
    policy
        Budget, caps and the round trips of each mode.

    Returns
    -------
    Minutes, infinite where the mode has no limit. ``workplace`` is travelled by the provider, so
    that the learner's budget does not bound it.
    """
    trips = round_trips(modes, round_trips_per_year, policy)
    half_day = modes.isin(HALF_DAY_MODES).to_numpy()
    share = np.where(half_day, policy.half_day_share, 1.0)
    residential = modes.isin(RESIDENTIAL_MODES).to_numpy()
    cap = np.where(residential, policy.residential_cap_minutes, policy.daily_cap_minutes)
    spent = share * 60.0 * policy.budget_hours
    # Very few round trips make the quotient infinite, and the cap then holds.
    with np.errstate(over="ignore"):
        by_budget = np.divide(spent, 2.0 * trips, out=np.full_like(trips, np.inf), where=trips > 0)

    limit = np.where(trips > 0, np.minimum(cap, by_budget), np.inf)
    return np.where((modes == Mode.WORKPLACE).to_numpy(), policy.workplace_minutes, limit)


def round_trips(
    modes: pd.Series, round_trips_per_year: pd.Series, policy: TolerancePolicy
) -> FloatArray:
    """Return the round trips a year of each offer: its own, or where missing those of its mode."""
    require_choices(modes, tuple(Mode), table="offers")
    require_not_negative(round_trips_per_year, table="offers")
    by_mode = {mode: _round_trips(mode, policy) for mode in Mode}
    trips = round_trips_per_year.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(trips), modes.map(by_mode).to_numpy(dtype=float), trips)


def tolerance_table(policy: TolerancePolicy) -> pd.Series:
    """Return the limit of every mode in minutes one way, indexed by mode."""
    modes = pd.Series([mode.value for mode in Mode], name="mode")
    minutes = tolerance_minutes(modes, pd.Series(np.nan, index=modes.index, name="n"), policy)
    return pd.Series(minutes, index=pd.Index(modes, name="mode"), name="tolerance_minutes")


def tolerance_by_budget(
    policy: TolerancePolicy, budgets: Sequence[float] = (30.0, 60.0, 90.0)
) -> pd.DataFrame:
    """Return the limit of every mode at several annual travel budgets.

    Parameters
    ----------
    budgets
        Hours of travel a learner and year, 0 or more. At 0 nobody travels: every limit that the
        budget sets is 0.

    Returns
    -------
    Modes × budgets, in minutes one way, infinite where the mode has no limit; the columns are the
    budgets, in the order given.

    Raises
    ------
    InputError
        If a budget is below 0 or no finite number.
    """
    hours = [float(budget) for budget in budgets]
    for budget in hours:
        if not 0 <= budget < np.inf:
            raise InputError(f"The travel budget is {budget:g} hours; give 0 or more.")
    tables = [tolerance_table(replace(policy, budget_hours=budget)) for budget in hours]
    index = pd.Index([mode.value for mode in Mode], name="mode")
    values = np.array(tables, dtype=float).reshape(len(hours), len(index)).T
    return pd.DataFrame(values, index=index, columns=pd.Index(hours, name="budget_hours"))


def longest_daily_minutes(policy: TolerancePolicy) -> float:
    """Return the longest limit, in minutes, of the modes from which learners return daily."""
    return float(tolerance_table(policy)[list(DAILY_MODES)].max())


def travel_weight(minutes: FloatArray, limit: FloatArray, policy: TolerancePolicy) -> FloatArray:
    """Return how much a journey counts: 1 near, falling to the weight at the limit, 0 beyond.

    Full weight up to ``full_weight_share`` of the limit, then a straight line to
    ``weight_at_limit`` at the limit itself, which is inclusive. Where there is no limit: 1.
    """
    # No limit is infinite, and infinity less infinity or times 0 is no number.
    with np.errstate(invalid="ignore", over="ignore"):
        full = policy.full_weight_share * limit
        span = limit - full
        share = np.divide(
            minutes - full,
            span,
            out=np.zeros_like(minutes),
            where=np.isfinite(limit) & (span > 0),
        )
    falling = 1.0 - (1.0 - policy.weight_at_limit) * np.clip(share, 0.0, 1.0)
    return np.where(minutes <= limit, falling, 0.0)


def _round_trips(mode: Mode, policy: TolerancePolicy) -> float:
    if mode in UNLIMITED_MODES or mode is Mode.WORKPLACE:
        return 0.0
    return float(getattr(policy, f"round_trips_{mode.value}"))
