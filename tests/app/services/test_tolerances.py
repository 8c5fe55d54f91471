"""Limits of travel at several budgets, as they are shown."""

from __future__ import annotations

import math
from dataclasses import replace

from app.services.tolerances import limits_by_mode

# At 60 hours a year: the published table of the method, caps included.
AT_60 = {
    "day_release": 45.0,
    "evening": 22.5,
    "block_daily": 60.0,
    "block_residential": 240.0,
    "blended": 90.0,
    "summer_school": 240.0,
    "workplace": 90.0,
    "mentoring": math.inf,
    "e_learning": math.inf,
}


def test_the_limits_at_sixty_hours_are_those_of_the_method(scenario):
    limits = limits_by_mode(scenario.tolerance)
    assert limits.budgets_hours == (30, 60, 90)
    assert {one.mode: one.minutes[1] for one in limits.modes} == AT_60
    assert {one.mode for one in limits.modes if not one.limited} == {"mentoring", "e_learning"}


def test_no_limit_rises_as_the_budget_falls(scenario):
    for one in limits_by_mode(scenario.tolerance).modes:
        assert list(one.minutes) == sorted(one.minutes)


def test_the_own_budget_stands_beside_them(scenario):
    limits = limits_by_mode(replace(scenario.tolerance, budget_hours=0.0))
    own = {one.mode: one.own_minutes for one in limits.modes}
    assert limits.own_budget_hours == 0.0
    assert own["day_release"] == 0.0
    assert own["workplace"] == 90.0
