"""Fixes of places and cohorts: just enough, and not one less."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from small_world import delivered

from geo.assessment import assess
from geo.changes import read_changes
from geo.gaps import classify
from geo.model import build_model
from geo.overlay import apply_changes

TODAY = date(2026, 11, 24)


def test_too_few_places_are_made_just_enough(world, told):
    gap_class, words, after, found = told(world(offers=[delivered(places_per_year=10.0)]))

    # Two sites alike share 10 places; 80 % of the 10 that one needs are 8, half of 16.
    assert gap_class == "delivered_too_few_places"
    assert words[0].startswith("16 places a year in place of 10 at Venue v1 (day release)")
    assert after == ["covered"]
    assert found.steps[0].places_after == pytest.approx(8.0)


def test_a_place_less_than_the_fix_names_is_too_few(world, told, scenario):
    register = world(offers=[delivered(places_per_year=10.0)])
    *_, found = told(register)
    [change] = found.steps[0].fix.changes
    entry = change.entry() | {"values": {"places_per_year": 15.0}}
    model = build_model(apply_changes(register, read_changes([entry])), scenario, as_of=TODAY)

    assert classify(assess(model, model.select()).stages)[0] == "delivered_too_few_places"


def test_a_cohort_is_made_smaller_where_six_or_more_would_start(world, told):
    register = world(offers=[delivered()], demand=(6.0, 1.0), minimum=8)

    gap_class, words, after, _ = told(register)

    # P(Poisson(7) >= 8) = 0.40 and P(Poisson(7) >= 7) = 0.55, by tables of the distribution.
    assert gap_class == "delivered_no_viable_cohort"
    [sentence] = words
    assert sentence.startswith("Agree on 7 starters in place of 8 for a cohort of the programme;")
    assert sentence.endswith("7.0 a year are expected at Venue v1.")
    assert after == ["covered"]


def test_starters_that_are_missing_are_counted_to_the_hundredth(world, told):
    register = world(offers=[delivered()], demand=(2.0, 1.0), minimum=8)

    gap_class, words, after, _ = told(register)

    # The mean of a Poisson count of which the median is 8 is 7.6692; 3 start already.
    assert gap_class == "delivered_no_viable_cohort"
    assert words[0].startswith("4.67 more starters a year in reach of Venue v1")
    assert words[0].endswith("at Employer of b (b).")
    assert after == ["covered"]


def test_no_sensitive_site_is_named(world, told):
    register = world(offers=[delivered()], demand=(2.0, 1.0), minimum=8)
    hidden = register.sites.assign(sensitive=pd.array([False, True], dtype="boolean"))

    _, words, after, found = told(replace(register, sites=hidden))

    assert words[0].endswith("at the site itself.")
    assert after == ["covered"]
    assert all(dict(c.key).get("site_id") != "b" for s in found.steps for c in s.fix.changes)


def test_a_demand_that_is_unknown_is_stated(world, told):
    gap_class, words, after, _ = told(world(offers=[delivered()], demand=(math.nan, 10.0)))

    # Of one number alone, the quantiles are that number.
    assert gap_class == "unknown"
    assert words == ["If the site needs 10 places a year."]
    assert after == ["covered"]
