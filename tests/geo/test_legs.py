"""Legs: what each offer's journeys cost of the travel budget."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.errors import MissingColumnsError
from geo.legs import make_legs
from geo.skills import Known, skills_cover

PAIRS = ("site", "offer", "minutes", "lowest_minutes", "in_time")


def legs_of(tables, policy, offers, pairs):
    table = tables.offers(
        [{"venue_id": f"v{i}", "programme_code": "P", **offer} for i, offer in enumerate(offers)]
    )
    skills = skills_cover(table, tables.units(), pd.Series([None, None], dtype="str"))
    legs = pd.DataFrame(pairs, columns=list(PAIRS))
    return make_legs(legs, table, skills, policy)


def test_a_leg_takes_its_round_trips_both_ways(tables, scenario):
    offers = [
        {"mode": "day_release"},
        {"mode": "block_daily", "round_trips_per_year": 20},
        {"mode": "workplace", "round_trips_per_year": 12},
        {"mode": "evening"},
    ]
    pairs = [(0, i, 15.0, 15.0, Known.YES) for i in range(4)]

    legs = legs_of(tables, scenario.tolerance, offers, pairs)

    # 2 * 40 * 15, 2 * 20 * 15, the provider's own journey, 2 * 40 * 15 (half days count in full).
    assert legs.minutes.tolist() == [1200, 600, 0, 1200]
    assert legs.lowest_minutes.tolist() == [1200, 600, 0, 1200]
    assert legs.budget_minutes == pytest.approx(3600, abs=1e-6)


def test_an_unknown_journey_takes_no_known_time_but_at_least_the_shortest(tables, scenario):
    pairs = [(0, 0, np.nan, 20.0, Known.UNKNOWN), (1, 0, 15.0, 15.0, Known.YES)]

    legs = legs_of(tables, scenario.tolerance, [{"mode": "day_release"}], pairs)

    assert legs.minutes.tolist() == [np.inf, 1200]
    assert legs.lowest_minutes.tolist() == [1600, 1200]


def test_of_a_provider_that_may_come_the_travel_is_not_known(tables, scenario):
    pairs = [(0, 0, np.nan, 20.0, Known.UNKNOWN), (1, 0, 80.0, 80.0, Known.YES)]

    legs = legs_of(tables, scenario.tolerance, [{"mode": "workplace"}], pairs)

    assert legs.minutes.tolist() == [np.inf, 0]
    assert legs.lowest_minutes.tolist() == [0, 0]


def test_what_release_forbids_is_no_leg_and_a_declared_area_takes_no_travel(tables, scenario):
    offers = [{"mode": "day_release"}, {"mode": "workplace"}]
    pairs = [(0, 0, 10.0, 10.0, Known.NO), (0, 1, np.nan, np.nan, Known.YES)]

    legs = legs_of(tables, scenario.tolerance, offers, pairs)

    assert legs.offer.tolist() == [1]
    assert (legs.minutes.tolist(), legs.lowest_minutes.tolist()) == ([0], [0])


def test_blocks_may_join_and_offers_without_journeys_have_no_limit(tables, scenario):
    modes = [
        "block_daily",
        "block_residential",
        "summer_school",
        "day_release",
        "evening",
        "blended",
        "workplace",
        "mentoring",
        "e_learning",
    ]
    offers = [*({"mode": mode} for mode in modes), {"mode": "blended", "round_trips_per_year": 0}]

    legs = legs_of(tables, scenario.tolerance, offers, [])

    assert legs.may_join.tolist() == [True] * 3 + [False] * 7
    assert legs.unlimited.tolist() == [False] * 7 + [True] * 3


def test_nothing_makes_no_legs_and_a_missing_column_is_named(tables, scenario):
    assert len(legs_of(tables, scenario.tolerance, [], []).site) == 0

    skills = skills_cover(tables.offers(), tables.units(), pd.Series([], dtype="str"))
    with pytest.raises(MissingColumnsError, match="'pairs' lacks lowest_minutes"):
        make_legs(
            pd.DataFrame(columns=[c for c in PAIRS if c != "lowest_minutes"]),
            tables.offers(),
            skills,
            scenario.tolerance,
        )


def test_inputs_stay(tables, scenario):
    offers = tables.offers([{"venue_id": "v", "programme_code": "P"}])
    skills = skills_cover(offers, tables.units(), pd.Series([None], dtype="str"))
    pairs = pd.DataFrame([(0, 0, np.nan, 9.0, Known.UNKNOWN)], columns=list(PAIRS))
    before = pairs.copy(), offers.copy()

    make_legs(pairs, offers, skills, scenario.tolerance)

    pd.testing.assert_frame_equal(pairs, before[0])
    pd.testing.assert_frame_equal(offers, before[1])
