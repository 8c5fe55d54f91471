"""Travel tolerance: one budget, nine modes, inclusive limits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InputError
from geo.tolerance import longest_daily_minutes, tolerance_minutes, tolerance_table, travel_weight
from geo.types import Mode

# DOMAIN.md 3.2, last column: min(cap, h * 60 * 60 / (2 * n)), for example 3600 / 80 = 45.
AT_60_HOURS = {
    "day_release": 45,
    "evening": 22.5,
    "block_daily": 60,
    "block_residential": 240,
    "blended": 90,
    "summer_school": 240,
    "workplace": 90,
    "mentoring": math.inf,
    "e_learning": math.inf,
}
MODES = pd.Series([mode.value for mode in Mode], dtype="str", name="mode")
BLANK = pd.Series(np.nan, index=MODES.index, name="round_trips_per_year")


def test_the_limits_at_sixty_hours_are_those_of_the_table(scenario):
    assert tolerance_table(scenario.tolerance).to_dict() == AT_60_HOURS


def test_an_offers_own_round_trips_replace_those_of_its_mode(scenario):
    modes = pd.Series(["day_release", "evening", "day_release", "e_learning", "block_residential"])
    trips = pd.Series([30, 30, 0, 20, None], name="round_trips_per_year", dtype="Int64")

    limits = tolerance_minutes(modes, trips, scenario.tolerance)

    # 3600 / 60; half of it; none without journeys; 3600 / 40; the mode's own 6, capped.
    assert limits.tolist() == [60, 30, math.inf, 90, 240]


def test_the_budget_does_not_bound_what_the_provider_travels(scenario, with_changes):
    policy = with_changes("tolerance", {"budget_hours": 0}).tolerance
    trips = pd.Series([500.0, np.nan], name="n")

    limits = tolerance_minutes(pd.Series(["workplace", "day_release"]), trips, policy)

    assert limits.tolist() == [90, 0]


@given(
    hours=st.tuples(st.floats(0, 1000), st.floats(0, 1000)),
    trips=arrays(float, len(MODES), elements=st.just(np.nan) | st.floats(0, 400)),
)
def test_a_larger_budget_never_lowers_a_tolerance(with_changes, hours, trips):
    own = pd.Series(trips, name="round_trips_per_year", dtype=float)
    small, large = (with_changes("tolerance", {"budget_hours": h}).tolerance for h in sorted(hours))

    low, high = tolerance_minutes(MODES, own, small), tolerance_minutes(MODES, own, large)

    assert (low <= high).all()
    assert (np.isinf(high) | (high <= 240)).all()


def test_very_few_round_trips_leave_the_cap(scenario):
    limits = tolerance_minutes(MODES, BLANK.fillna(1e-308), scenario.tolerance)

    assert set(limits) == {90, 240}


def test_no_offers_have_no_limits(scenario):
    empty = pd.Series([], dtype=object, name="mode")

    assert tolerance_minutes(empty, empty.rename("n"), scenario.tolerance).tolist() == []


def test_unknown_modes_and_negative_trips_are_refused(scenario, bad_number):
    with pytest.raises(InputError, match="'mode' in 'offers' holds weekend"):
        tolerance_minutes(MODES.replace("evening", "weekend"), BLANK, scenario.tolerance)
    with pytest.raises(InputError, match="'round_trips_per_year' in 'offers' holds"):
        tolerance_minutes(MODES, BLANK.fillna(bad_number), scenario.tolerance)


def test_the_longest_daily_limit_leaves_residential_modes_out(scenario, with_changes):
    # Blended, 11 round trips: at 60 h capped at 90; at 30 h 1800 / 22.
    tighter = with_changes("tolerance", {"budget_hours": 30}).tolerance

    assert longest_daily_minutes(scenario.tolerance) == 90
    assert longest_daily_minutes(tighter) == pytest.approx(1800 / 22)


def test_the_weight_falls_from_two_thirds_of_the_limit_to_a_half_at_it(scenario):
    minutes = np.array([0, 40, 50, 60, 60.0001])
    limit = np.full(5, 60.0)
    before = minutes.copy()

    # f = 40; midway between 40 and 60 the weight is midway between 1 and 0.5.
    expected = [1, 1, 0.75, 0.5, 0]
    assert travel_weight(minutes, limit, scenario.tolerance).tolist() == pytest.approx(expected)
    assert (minutes == before).all()


@given(minutes=arrays(float, 20, elements=st.floats(0, 300)), limit=st.floats(0, 240))
def test_weights_stay_within_their_bounds_and_never_rise_with_minutes(scenario, minutes, limit):
    minutes = np.sort(minutes)

    weights = travel_weight(minutes, np.full(20, limit), scenario.tolerance)

    assert ((weights == 0) == (minutes > limit)).all()
    assert (weights[minutes <= limit] >= 0.5 - 1e-12).all()
    assert (np.diff(weights) <= 1e-12).all()


def test_without_a_limit_every_journey_counts_in_full(scenario, with_changes):
    nowhere_full = with_changes("tolerance", {"full_weight_share": 0}).tolerance
    minutes, limit = np.array([0.0, 1e6]), np.full(2, np.inf)

    assert travel_weight(minutes, limit, scenario.tolerance).tolist() == [1, 1]
    assert travel_weight(minutes, limit, nowhere_full).tolist() == [1, 1]
    assert travel_weight(np.array([]), np.array([]), scenario.tolerance).tolist() == []


def test_at_a_limit_of_nothing_only_no_journey_counts(scenario):
    weights = travel_weight(np.array([0.0, 0.1]), np.zeros(2), scenario.tolerance)

    assert weights.tolist() == [1, 0]
