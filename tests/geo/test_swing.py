"""Swing: how far one claim could move the places served, and that nothing else is moved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places import make_weights, places_available
from geo.swing import (
    Pairs,
    join_pairs,
    known_state,
    swing_of_demand,
    swing_of_pairs,
    swing_of_places,
)


def weights_of(rows, *, units, pools, everywhere=None):
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    unit, pool = (np.array(column, dtype=np.int64) for column in columns[:2])
    masks = {q: np.array(mask, dtype=bool) for q, mask in (everywhere or {}).items()}
    weight = np.array(columns[2], dtype=float)
    return make_weights(unit, pool, weight, shape=(units, pools), everywhere=masks)


def state_of(rows, demand, places, everywhere=None):
    weights = weights_of(rows, units=len(demand), pools=len(places), everywhere=everywhere)
    return known_state(
        weights,
        demand=np.array(demand, dtype=float),
        places=np.array(places, dtype=float),
        enough_ratio=0.8,
    )


def pairs_of(*rows):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    whole = [np.array(column, dtype=np.int64) for column in columns[:3]]
    return Pairs(*whole, np.array(columns[3], dtype=float))


def served(rows, demand, places):
    needed = np.array(demand, dtype=float)
    weights = weights_of(rows, units=len(demand), pools=len(places))
    available = places_available(weights, demand=needed, places=np.array(places, dtype=float))
    return float(np.minimum(needed, available).sum())


def test_a_new_pool_serves_whom_it_reaches():
    state = state_of([], [6.0, 10.0], [])

    swing = swing_of_pairs(
        state, pairs_of((0, 0, 0, 1.0), (0, 1, 0, 1.0)), np.array([8.0]), claims=1
    )

    # Eight places over a demand of 16: 3 and 5, which are not enough for either.
    assert swing.served.tolist() == pytest.approx([8.0])
    assert swing.moved.tolist() == pytest.approx([8.0])
    assert swing.crossed.tolist() == [0]


def test_who_joins_a_pool_takes_from_those_who_are_short():
    # One pool of 8 for a demand of 10; a second unit of 10 would take half of it.
    state = state_of([(0, 0, 1.0)], [10.0, 10.0], [8.0])

    swing = swing_of_pairs(state, pairs_of((0, 1, 0, 1.0)), np.array([8.0]), claims=1)

    assert swing.served.tolist() == pytest.approx([0.0])
    assert swing.moved.tolist() == pytest.approx([8.0])


def test_the_number_of_places_of_a_pool():
    state = state_of([(0, 0, 1.0), (1, 0, 1.0)], [6.0, 4.0], [np.nan])

    swing, pairs = swing_of_places(state, np.array([0]), low=np.array([5.0]), high=np.array([20.0]))

    # Five places are 3 and 2, twenty more than enough.
    assert swing.served.tolist() == pytest.approx([5.0])
    assert swing.crossed.tolist() == [2]
    assert pairs.unit.tolist() == [0, 1]


def test_the_places_of_a_pool_without_travel_limit():
    state = state_of([], [6.0, 4.0], [np.nan], everywhere={0: [True, True]})

    swing, _ = swing_of_places(state, np.array([0]), low=np.array([0.0]), high=np.array([10.0]))

    assert swing.served.tolist() == pytest.approx([10.0])


def test_unknown_demand_is_served_and_takes_from_others():
    state = state_of([(0, 0, 1.0), (1, 0, 1.0)], [10.0, np.nan], [8.0])

    served_by, moved, unmet = swing_of_demand(
        state, np.array([1]), low=np.array([0.0]), high=np.array([10.0])
    )

    # It takes four places of the other: the total stays, and it stays six short itself.
    assert served_by.tolist() == pytest.approx([0.0])
    assert moved.tolist() == pytest.approx([10.0])
    assert unmet.tolist() == [[0.0], pytest.approx([6.0])]


def test_demand_that_nothing_reaches_is_unmet():
    state = state_of([], [np.nan], [])

    served_by, moved, unmet = swing_of_demand(
        state, np.array([0]), low=np.array([1.0]), high=np.array([4.0])
    )

    assert (served_by.tolist(), moved.tolist()) == ([0.0], [3.0])
    assert unmet.tolist() == [[1.0], [4.0]]


def test_nothing_claimed_moves_nothing():
    state = state_of([(0, 0, 1.0)], [3.0], [2.0])

    swing = swing_of_pairs(state, join_pairs([]), np.array([2.0]), claims=2)
    none, pairs = swing_of_places(
        state, np.empty(0, dtype=np.int64), low=np.empty(0), high=np.empty(0)
    )

    assert swing.served.tolist() == swing.moved.tolist() == [0.0, 0.0]
    assert len(none.served) == len(pairs.unit) == 0


UNITS, POOLS = 4, 2
weight = st.sampled_from([0.0, 0.5, 0.75, 1.0])
table = st.lists(st.lists(weight, min_size=POOLS, max_size=POOLS), min_size=UNITS, max_size=UNITS)
few = st.lists(st.floats(1, 20), min_size=UNITS, max_size=UNITS)


def rows_of(cells):
    return [(i, q, w) for i, row in enumerate(cells) for q, w in enumerate(row) if w > 0]


@given(known=table, demand=few, places=st.floats(0, 30), joining=few)
def test_a_pool_of_its_own_swings_as_a_whole_recomputation_does(known, demand, places, joining):
    added = [(0, i, POOLS, 1.0) for i, wants in enumerate(joining) if wants > 8]
    there = np.array([7.0, 3.0])
    state = state_of(rows_of(known), demand, there)

    swing = swing_of_pairs(state, pairs_of(*added), np.array([*there, places]), claims=1)

    before = served(rows_of(known), demand, there)
    after = served(
        [*rows_of(known), *((i, q, w) for _, i, q, w in added)], demand, [*there, places]
    )
    assert swing.served[0] == pytest.approx(after - before, abs=1e-9)


@given(known=table, demand=few, ends=st.tuples(st.floats(0, 30), st.floats(0, 30)).map(sorted))
def test_places_swing_as_a_whole_recomputation_does(known, demand, ends):
    state = state_of(rows_of(known), demand, [np.nan, 3.0])

    swing, _ = swing_of_places(
        state, np.array([0]), low=np.array(ends[:1]), high=np.array(ends[1:])
    )

    worst, best = (served(rows_of(known), demand, [end, 3.0]) for end in ends)
    assert swing.served[0] == pytest.approx(best - worst, abs=1e-9)


@given(known=table, wanted=table, demand=few)
def test_a_claim_moves_no_less_than_it_serves_and_order_changes_nothing(known, wanted, demand):
    state = state_of(rows_of(known), demand, [7.0, 3.0])
    pairs = pairs_of(*((0, *row) for row in rows_of(wanted)))
    before = pairs.weight.copy()
    turned = pairs.where(np.arange(len(pairs.unit))[::-1])

    swing = swing_of_pairs(state, pairs, np.array([7.0, 3.0]), claims=1)
    again = swing_of_pairs(state, turned, np.array([7.0, 3.0]), claims=1)

    assert abs(swing.served[0]) <= swing.moved[0] + 1e-9
    assert again.served[0] == swing.served[0]
    assert pairs.weight.tolist() == before.tolist()
