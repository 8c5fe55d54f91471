"""Bottlenecks: one more place, recomputed in full, serves exactly what is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from positions import provision_of
from sharing import POOLS, demands, matrices, reaches, supplies, weights_of

from geo.best_case import best_case
from geo.bottlenecks import bottleneck_table, find_bottlenecks, pool_in_words
from geo.pools import make_pools


def found_in(matrix, demand, places, most=10, everywhere=None, **limits):
    best = best_case(
        weights_of(matrix, everywhere),
        demand=np.array(demand, dtype=float),
        places=np.array(places, dtype=float),
    )
    return find_bottlenecks(best, most=most, **limits), best


def test_a_pool_helps_from_afar_by_letting_others_move():
    # Unit 0 lacks places and reaches pool 0 only, which unit 1 shares; unit 1 can move to pool 1,
    # and so one more place there serves unit 0. Pool 2 has room, and pool 3 none who lacks.
    matrix = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]

    found, _ = found_in(matrix, [5, 5, 1, 4], [6, 2, 9, 4])

    assert found.pool.tolist() == [0, 1]
    assert found.gain.tolist() == pytest.approx([1, 1])
    assert (found.candidates, found.exhaustive) == (2, True)


def test_a_gain_is_no_more_than_what_is_unmet_and_than_who_can_move():
    # Of 2 places needed 1.5 exist. At pool 0 half a place more is of use; at pool 1, which only
    # unit 1 reaches, a quarter: with all of pool 0 unit 0 still lacks a quarter of its own.
    found, _ = found_in([[1, 0], [1, 1]], [1, 1], [0.75, 0.75])

    assert found.pool.tolist() == [0, 1]
    assert found.gain.tolist() == pytest.approx([0.5, 0.25])
    # Unit 1 holds a quarter of a place that unit 0 could use.
    found, _ = found_in([[1, 0], [1, 1]], [4, 0.25], [0.25, 0])
    assert found.gain.tolist() == pytest.approx([1, 0.25])


def test_where_all_are_served_or_nothing_is_reached_there_is_no_bottleneck():
    for matrix, demand, places in (
        ([[1]], [2], [2]),
        ([[0]], [2], [2]),
        (np.zeros((0, 0)), [], []),
    ):
        found, _ = found_in(matrix, demand, places)
        assert found.pool.tolist() == []
        assert found.gain.tolist() == []
        assert (found.candidates, found.exhaustive) == (0, True)


def test_a_list_that_was_cut_short_says_so():
    matrix, demand, places = np.eye(3), [1.5, 9, 9], [1, 1, 1]

    greatest, _ = found_in(matrix, demand, places, most=2)
    cut, _ = found_in(matrix, demand, places, most=3, recomputed=1)

    assert (greatest.pool.tolist(), greatest.exhaustive) == ([1, 2], True)
    assert (cut.pool.tolist(), cut.candidates, cut.exhaustive) == ([1], 3, False)


def test_the_largest_component_comes_first_among_equal_gains():
    found, best = found_in(np.eye(3), [5, 9, 7], [1, 1, 1])

    assert found.pool.tolist() == [1, 2, 0]
    assert best.component_of_pool[found.pool].tolist() == [1, 2, 3]


def test_the_greatest_gain_comes_first_and_a_short_list_holds_it():
    matrix, demand, places = np.eye(3), [9.5, 9.2, 3], [9, 9, 1]

    found, _ = found_in(matrix, demand, places)
    first, _ = found_in(matrix, demand, places, most=1)

    assert found.pool.tolist() == [2, 0, 1]
    assert found.gain.tolist() == pytest.approx([1, 0.5, 0.2])
    assert (first.pool.tolist(), first.exhaustive) == ([2], True)


def gains_of(matrix, demand, places, everywhere=None):
    """Recompute everything for each pool, with one place more at it."""
    _, best = found_in(matrix, demand, places, everywhere=everywhere)
    gains = []
    for pool in range(len(places)):
        raised = places.copy()
        raised[pool] += 1
        gains.append(found_in(matrix, demand, raised, everywhere=everywhere)[1].served)
    return np.array(gains) - best.served


@pytest.mark.parametrize("seed", range(25))
def test_gains_along_long_chains_of_small_moves_are_a_full_recomputation(seed):
    # Each unit reaches two neighbouring pools of a row, and needs and places are quarters, so
    # that one more place is handed on in parts, many times.
    random = np.random.default_rng(seed)
    units, pools = 30, 10
    matrix = np.zeros((units, pools))
    first = random.integers(0, pools - 1, units)
    matrix[np.arange(units), first] = matrix[np.arange(units), first + 1] = 1
    demand, places = random.integers(1, 4, units) / 4, random.integers(0, 8, pools) / 4

    found, _ = found_in(matrix, demand, places, most=pools)

    said = np.zeros(pools)
    said[found.pool] = found.gain
    assert said.tolist() == pytest.approx(gains_of(matrix, demand, places).tolist(), abs=1e-9)


@given(matrix=matrices, demand=demands, places=supplies, everywhere=reaches)
def test_every_gain_is_a_full_recomputation_with_one_more_place(matrix, demand, places, everywhere):
    found, _ = found_in(matrix, demand, places, most=POOLS, everywhere=everywhere)

    gains = gains_of(matrix, demand, places, everywhere)
    said = np.zeros(POOLS)
    said[found.pool] = found.gain
    assert said.tolist() == pytest.approx(gains.tolist(), abs=1e-8)
    assert found.candidates >= len(found.pool)
    assert (np.diff(found.gain.round(9)) <= 0).all()


def test_bottlenecks_are_named_with_their_offers():
    provision = provision_of([{"pool": 1}, {"pool": 0}, {"pool": 0, "programme": 1}], [], sites=2)
    provision.offers["ukprn"] = ["10000001", "10000002", "10000002"]
    keys = pd.Index([f"pool\x1f{name}" for name in ("one", "two", "three")])
    provision = replace(provision, pools=replace(provision.pools, keys=keys))
    found, best = found_in(np.eye(2), [5, 9], [1, 1])

    table = bottleneck_table(found, best, provision, places=np.array([1.0, 1.0]))

    assert table.columns.tolist() == [
        "component",
        "pool",
        "ukprn",
        "venue_ids",
        "programme_codes",
        "places",
        "gain",
    ]
    assert table["pool"].tolist() == ["pool two", "pool one"]
    assert table["ukprn"].tolist() == ["10000001", "10000002"]
    assert table["venue_ids"].tolist() == ["v0", "v1;v2"]
    assert table["programme_codes"].tolist() == ["P0", "P0;P1"]
    assert table[["component", "places", "gain"]].to_numpy().tolist() == [[1, 1, 1], [2, 1, 1]]
    none, best = found_in(np.eye(2), [0, 0], [1, 1])
    assert bottleneck_table(none, best, provision, places=np.ones(2)).empty


def test_each_kind_of_pool_has_words():
    offers = pd.DataFrame(
        {
            "ukprn": "10000001",
            "venue_id": ["v1", "v2", "v3"],
            "programme_code": "P",
            "mode": "evening",
            "pool_id": pd.Series([None, None, "one"], dtype="str"),
            "places_per_year": [8.0, np.nan, 3.0],
        }
    )

    words = [pool_in_words(key) for key in make_pools(offers).keys]

    assert words == ["P at v1, evening", "pool one", "P by 10000001"]
