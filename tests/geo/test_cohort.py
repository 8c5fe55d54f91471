"""Cohorts: who would start where, each starter once, and whether enough start together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cohort import (
    Intake,
    best_probability,
    cohort_probability,
    expected_starters,
    hoped_starters,
    last_cohorts,
    minimum_cohorts,
)
from geo.places import make_weights


def weights_of(rows, *, units, pools, everywhere=()):
    unit, pool, weight = list(zip(*rows, strict=True)) or [(), (), ()]
    return make_weights(
        np.array(unit, dtype=np.int64),
        np.array(pool, dtype=np.int64),
        np.array(weight, dtype=float),
        shape=(units, pools),
        everywhere={q: np.array(mask, dtype=bool) for q, mask in everywhere},
    )


def intake_of(demand, *, programme=None, take_up=1.0):
    programme = [0] * len(demand) if programme is None else programme
    return Intake(
        np.array(demand, dtype=float),
        np.array(programme, dtype=np.int64),
        max(programme, default=0) + 1,
        take_up,
    )


def test_starters_by_hand():
    # The first unit chooses between 10 places at weight 1 and 30 at weight 0.5: 10 to 15.
    weights = weights_of([(0, 0, 1.0), (0, 1, 0.5), (1, 1, 1.0)], units=2, pools=2)

    found = expected_starters(weights, intake_of([5.0, 3.0]), places=np.array([10.0, 30.0]))

    assert found[:, 0].tolist() == pytest.approx([2.0, 6.0])


def test_half_the_take_up_starts_half_and_unknown_places_count_as_one():
    weights = weights_of([(0, 0, 1.0), (0, 1, 1.0)], units=1, pools=2)

    found = expected_starters(
        weights, intake_of([6.0], take_up=0.5), places=np.array([2.0, np.nan])
    )

    assert found[:, 0].tolist() == pytest.approx([2.0, 1.0])


def test_a_pool_without_limit_takes_its_share_and_programmes_stay_apart():
    weights = weights_of([(0, 0, 1.0)], units=2, pools=2, everywhere=[(1, [True, True])])

    found = expected_starters(
        weights, intake_of([4.0, 3.0], programme=[0, 1]), places=np.array([1.0, 3.0])
    )

    assert found.tolist() == [pytest.approx([1.0, 0.0]), pytest.approx([3.0, 3.0])]


def test_a_pair_that_is_only_possible_starts_beside_the_sure_ones():
    known = weights_of([(0, 0, 1.0)], units=2, pools=2)
    possible = weights_of([(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)], units=2, pools=2)

    found = hoped_starters(known, possible, intake_of([4.0, 2.0]), places=np.array([1.0, 1.0]))

    # The sure pool keeps its four; the other would have two of them, and two of the second unit.
    assert found[:, 0].tolist() == pytest.approx([4.0, 4.0])


# Tail of the Poisson distribution: Abramowitz and Stegun (1972), table 26.7.
@pytest.mark.parametrize(
    ("starters", "minimum", "expected"),
    [(1.0, 1, 0.63212), (5.9, 8, 0.2424), (8.0, 8, 0.54704), (0.0, 1, 0.0), (1e9, 12, 1.0)],
)
def test_the_chance_of_a_cohort(starters, minimum, expected):
    found = cohort_probability(np.array([[starters]]), np.array([float(minimum)]))

    assert found[0, 0] == pytest.approx(expected, abs=5e-4)


worlds = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(0.5, 1.0)),
    unique_by=lambda row: row[:2],
    max_size=10,
)
numbers = st.lists(st.floats(0.0, 50.0), min_size=4, max_size=4)


@given(
    rows=worlds,
    demand=numbers,
    places=st.lists(st.just(np.nan) | st.floats(0.1, 30), min_size=3, max_size=3),
)
def test_each_starter_counts_once_if_any_pool_is_reached(rows, demand, places):
    weights = weights_of(rows, units=4, pools=3)
    before = weights.within_limits.copy()

    found = expected_starters(weights, intake_of(demand), places=np.array(places))

    reached = {unit for unit, _, _ in rows}
    assert found.sum() == pytest.approx(sum(d for i, d in enumerate(demand) if i in reached))
    assert (before != weights.within_limits).nnz == 0


@given(rows=worlds, demand=numbers)
def test_what_is_hoped_is_never_less_than_what_is_known(rows, demand):
    places = np.array([4.0, 8.0, np.nan])
    possible = weights_of(rows, units=4, pools=3)
    known = weights_of(rows[::2], units=4, pools=3)
    intake = intake_of(demand)

    surely = expected_starters(known, intake, places=places)
    hoped = hoped_starters(known, possible, intake, places=places)

    assert (hoped >= surely * (1 - 1e-12)).all()


def test_the_best_chance_of_a_unit_and_none_where_it_reaches_nothing():
    weights = weights_of([(0, 0, 1.0), (0, 1, 1.0)], units=3, pools=3, everywhere=[(2, [0, 1, 0])])
    probability = np.array([[0.2], [0.7], [0.4]])

    found = best_probability(weights, probability, programme=np.zeros(3, dtype=np.int64))

    assert found.tolist() == pytest.approx([0.7, 0.4, math.nan], nan_ok=True)


def test_minima_and_last_years_starters():
    assert minimum_cohorts(np.array([6.0, np.nan]), default=8).tolist() == [6, 8]
    found = last_cohorts(
        np.array([5.0, 7.0, np.nan, 9.0]),
        pool=np.array([0, 0, 1, 1]),
        programme=np.array([0, 0, 0, 0]),
        counted=np.array([True, True, True, False]),
        shape=(2, 1),
    )
    assert found.tolist() == [[7.0], [-1.0]]


def test_without_units_or_pools_nobody_starts():
    weights = weights_of([], units=0, pools=0)

    assert expected_starters(weights, intake_of([]), places=np.empty(0)).shape == (0, 1)
    assert hoped_starters(weights, weights, intake_of([]), places=np.empty(0)).shape == (0, 1)
    assert best_probability(weights, np.empty((0, 1)), programme=np.empty(0, np.int64)).shape == (
        0,
    )
