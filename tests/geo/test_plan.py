"""A plan's parts on a day: by hand, and what must always hold."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from geo.plan import (
    Standing,
    Target,
    expected_on,
    standing_of_milestone,
    standing_of_target,
)

START, DUE = date(2027, 1, 1), date(2027, 1, 11)
RISING, FALLING = Target(10, 20, START, DUE), Target(20, 10, START, DUE)
days = st.integers(-30, 60).map(lambda number: START + timedelta(days=number))
numbers = st.floats(-1000, 1000)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 1), 10),
        (START, 10),
        (date(2027, 1, 5), 14),
        (DUE, 20),
        (date(2028, 1, 1), 20),
    ],
)
def test_the_line_runs_from_baseline_to_target(day, expected):
    assert expected_on(RISING, day) == expected
    assert expected_on(FALLING, day) == 30 - expected


@pytest.mark.parametrize(
    ("target", "value", "standing"),
    [
        (RISING, 14.0, Standing.ON_TRACK),
        (RISING, 13.9, Standing.LATE),
        (RISING, 20.0, Standing.DONE),
        (FALLING, 16.0, Standing.ON_TRACK),
        (FALLING, 16.1, Standing.LATE),
        (FALLING, 9.0, Standing.DONE),
        (RISING, math.nan, Standing.NOT_MEASURABLE),
        (Target(math.nan, 20, START, DUE), 25.0, Standing.NOT_MEASURABLE),
    ],
)
def test_a_target_stands_by_the_line(target, value, standing):
    assert standing_of_target(target, value, date(2027, 1, 5)) == standing


@given(numbers, numbers, numbers, days)
def test_what_is_done_or_late_by_its_day_stays_a_matter_of_the_target(base, goal, value, day):
    target = Target(base, goal, START, DUE)
    found = standing_of_target(target, value, day)

    assert min(base, goal) - 1e-9 <= expected_on(target, day) <= max(base, goal) + 1e-9
    assert standing_of_target(target, goal, day) == Standing.DONE
    if day >= DUE:
        assert found != Standing.ON_TRACK
    if found == Standing.LATE:
        assert standing_of_target(target, value, max(day, DUE)) == Standing.LATE


def test_a_milestone_is_done_on_its_day_and_late_after_it_was_due():
    assert standing_of_milestone(DUE, None, DUE) == Standing.ON_TRACK
    assert standing_of_milestone(DUE, None, DUE + timedelta(days=1)) == Standing.LATE
    assert standing_of_milestone(DUE, DUE, DUE) == Standing.DONE
    assert standing_of_milestone(DUE, DUE + timedelta(days=5), DUE) == Standing.ON_TRACK


def test_what_is_no_target_is_refused():
    with pytest.raises(InputError, match="not after"):
        Target(1, 2, DUE, DUE)
    with pytest.raises(InputError, match="give a number"):
        Target(1, math.inf, START, DUE)
