"""Travel tolerance: one budget, nine modes, inclusive limits."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InputError
from geo.tolerance import (
    longest_daily_minutes,
    round_trips,
    tolerance_by_budget,
    tolerance_minutes,
    tolerance_table,
    travel_weight,
)
from geo.types import Mode

# min(cap, h * 60 * B / (2 * n)) by hand, at B = 60 hours for example 3600 / 80 = 45; the caps are
# 90 and 240 minutes, the round trips 40, 40, 30, 6, 11 and 2.
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


def test_the_limits_at_thirty_sixty_and_ninety_hours(scenario):
    table = tolerance_by_budget(scenario.tolerance)

    assert table.columns.tolist() == [30, 60, 90]
    assert table[60].to_dict() == AT_60_HOURS
    # 1800 / 80 and 5400 / 80; 900 / 80 and 2700 / 80; 1800 / 60 and 5400 / 60; 1800 / 12;
    # 1800 / 22; all the rest are caps or have no limit.
    assert table[[30, 90]].round(9).to_dict("index") == {
        "day_release": {30: 22.5, 90: 67.5},
        "evening": {30: 11.25, 90: 33.75},
        "block_daily": {30: 30, 90: 90},
        "block_residential": {30: 150, 90: 240},
        "blended": {30: 81.818181818, 90: 90},
        "summer_school": {30: 240, 90: 240},
        "workplace": {30: 90, 90: 90},
        "mentoring": {30: math.inf, 90: math.inf},
        "e_learning": {30: math.inf, 90: math.inf},
    }


@given(budgets=st.lists(st.floats(0, 2000), max_size=6))
def test_no_limit_rises_as_the_budget_falls(scenario, budgets):
    falling = sorted(budgets, reverse=True)

    table = tolerance_by_budget(scenario.tolerance, falling)

    assert table.shape == (len(Mode), len(budgets))
    assert table.columns.tolist() == falling
    for (_, larger), (_, smaller) in pairwise(table.items()):
        assert (smaller <= larger).all()


def test_a_budget_of_nothing_leaves_what_needs_no_journey(scenario):
    table = tolerance_by_budget(scenario.tolerance, [0])

    anywhere = {"mentoring": math.inf, "e_learning": math.inf, "workplace": 90}
    assert table[0].to_dict() == {mode: anywhere.get(mode, 0) for mode in AT_60_HOURS}


@pytest.mark.parametrize(("budget", "shown"), [(-1.0, "-1"), (math.inf, "inf"), (math.nan, "nan")])
def test_a_budget_that_is_none_is_refused(scenario, budget, shown):
    with pytest.raises(InputError, match=f"The travel budget is {shown} hours; give 0 or more"):
        tolerance_by_budget(scenario.tolerance, [60, budget])


def test_a_journey_of_exactly_the_limit_is_within_it(scenario):
    limits = tolerance_table(scenario.tolerance)[["day_release", "block_daily", "evening"]]
    limit = limits.to_numpy()

    at_limit = travel_weight(limit, limit, scenario.tolerance)
    beyond = travel_weight(np.nextafter(limit, math.inf), limit, scenario.tolerance)

    assert limit.tolist() == [45, 60, 22.5]
    assert at_limit.tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert beyond.tolist() == [0, 0, 0]


def test_round_trips_are_the_offers_own_or_those_of_its_mode(scenario):
    modes = pd.Series(["day_release", "evening", "workplace", "e_learning", "blended"], name="mode")
    stated = pd.Series([None, 36, 12, None, 0], dtype="Int64", name="round_trips_per_year")

    assert round_trips(modes, stated, scenario.tolerance).tolist() == [40, 36, 12, 0, 0]


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
