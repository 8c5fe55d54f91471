"""Pairs worth routing: within the venue's longest journey, across water first, each once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from geo.travel_pairs import (
    cache_source,
    is_cached,
    pairs_to_route,
    sample_pairs,
    without_known,
)

CACHED = cache_source("osrm", "driving", "2026-11-24")


def listed(pairs):
    return list(zip(pairs["site_id"], pairs["venue_id"], strict=True))


def test_pairs_across_water_come_first_and_then_the_shortest(register, scenario):
    pairs = pairs_to_route(register, scenario)

    # 15 km at 60 km/h: 1.3 * 15 + 5 = 24.5 minutes, were it not for The Wash.
    assert pairs.to_numpy().tolist() == [
        ["s4", "v3", pytest.approx(24.5), "The Wash"],
        ["s7", "v1", pytest.approx(8.9), ""],
        *[[s, v, pytest.approx(11.5), ""] for s, v in (("s1", "v1"), ("s2", "v1"), ("s3", "v2"))],
        ["s8", "v2", pytest.approx(11.5), ""],
    ]


def test_pairs_beyond_the_longest_journey_of_the_venue_are_not_worth_it(register, scenario):
    near = register.offers.assign(round_trips_per_year=200.0)

    pairs = pairs_to_route(replace(register, offers=near), scenario)

    # 60 hours a year over 200 round trips are 9 minutes one way; an offer that is not delivered
    # has its limit, too.
    assert listed(pairs) == [("s7", "v1")]


def test_what_is_routed_already_changes_nothing_of_what_could_be(register, scenario, tables):
    pairs = pairs_to_route(register, scenario)
    site, venue = listed(pairs)[0]
    times = tables.travel_times([{"from_id": site, "to_id": venue, "travel_minutes": 5.0}])

    again = pairs_to_route(replace(register, travel_times=times), scenario)

    pd.testing.assert_frame_equal(again, pairs)


def test_a_sensitive_site_is_not_told_to_an_engine_unless_asked_for(register, scenario):
    site = pairs_to_route(register, scenario)["site_id"].iloc[0]
    marked = register.sites.assign(
        sensitive=pd.array([True if s == site else None for s in register.sites.index], "boolean")
    )
    guarded = replace(register, sites=marked)

    assert site not in set(pairs_to_route(guarded, scenario)["site_id"])
    everyone = pairs_to_route(guarded, scenario, include_sensitive=True)
    pd.testing.assert_frame_equal(everyone, pairs_to_route(register, scenario))


def test_an_empty_register_has_no_pairs(register, scenario):
    empty = replace(
        register,
        sites=register.sites.iloc[:0],
        demand=register.demand.iloc[:0],
        champions=register.champions.iloc[:0],
    )

    assert len(pairs_to_route(empty, scenario)) == 0


def test_pairs_whose_time_by_car_is_held_are_left_out(register, scenario, tables):
    pairs = pairs_to_route(register, scenario)
    first, second, third, fourth = listed(pairs)[:4]
    times = tables.travel_times(
        [
            {"from_id": first[0], "to_id": first[1], "travel_minutes": 5.0, "source": CACHED},
            {"from_id": second[0], "to_id": second[1], "travel_minutes": 5.0, "source": "mine"},
            {"from_id": third[0], "to_id": third[1], "travel_minutes": 5.0, "transport": None},
            {"from_id": fourth[0], "to_id": fourth[1], "travel_minutes": 5.0, "transport": "walk"},
        ]
    )

    left = without_known(pairs, times)
    refreshed = without_known(pairs, times, refresh=True)

    assert set(listed(pairs)) - set(listed(left)) == {first, second, third}
    assert listed(left) == [pair for pair in listed(pairs) if pair not in {first, second, third}]
    assert set(listed(pairs)) - set(listed(refreshed)) == {second, third}
    pd.testing.assert_frame_equal(without_known(pairs, times.iloc[:0]), pairs)


def test_only_times_of_an_engine_are_cached():
    sources = pd.Series([CACHED, "routed: by r5py", None, "routed", "measured"], dtype="str")

    assert is_cached(sources).tolist() == [True, False, False, False, False]


def drawn(pairs, scenario, count, seed=1):
    return sample_pairs(pairs, count, scenario, generator=np.random.default_rng(seed))


@given(count=st.integers(1, 40), seed=st.integers(0, 5))
def test_a_sample_is_of_dry_daily_journeys_and_the_same_for_a_seed(register, scenario, count, seed):
    pairs = pairs_to_route(register, scenario)
    fit = pairs[(pairs["across"] == "") & (pairs["lowest_minutes"] <= 90.0)]

    found = drawn(pairs, scenario, count, seed)

    assert len(found) == min(count, len(fit))
    assert set(listed(found)) <= set(listed(fit))
    assert found["lowest_minutes"].is_monotonic_increasing
    pd.testing.assert_frame_equal(found, drawn(pairs, scenario, count, seed))


def test_samples_of_other_seeds_differ(register, scenario):
    pairs = pairs_to_route(register, scenario)

    assert len({tuple(listed(drawn(pairs, scenario, 3, seed))) for seed in range(9)}) > 1


def test_a_sample_of_nothing_is_refused(register, scenario):
    with pytest.raises(InputError, match="ask for 1 or more"):
        drawn(pairs_to_route(register, scenario), scenario, 0)
