"""Places available: published examples, and every place handed out exactly once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.places import demand_at_pools, make_weights, places_against, places_available

UNITS, POOLS = 5, 3


def weights_of(matrix, everywhere=None):
    """Make weights of a dense matrix, units × pools."""
    matrix = np.asarray(matrix, dtype=float)
    unit, pool = np.nonzero(matrix)
    return make_weights(
        unit, pool, matrix[unit, pool], shape=matrix.shape, everywhere=everywhere or {}
    )


def shared(matrix, demand, places, everywhere=None):
    weights = weights_of(matrix, everywhere)
    return places_available(
        weights, demand=np.array(demand, dtype=float), places=np.array(places, dtype=float)
    )


def if_hoped(known, favourable, demand, places):
    """Return each unit's places with its own hoped pairs, its rivals having the known ones."""
    return places_against(favourable, known, demand=demand, rival_demand=demand, places=places)


def test_a_small_site_strands_places_that_a_large_one_needs():
    # D = 2 and 10, two pools of 10, the first reached only by the small site.
    # The small site gets 10 + 10 * 2/12, the large one 10 * 10/12.
    available = shared([[1, 1], [0, 1]], [2, 10], [10, 10])

    assert available.tolist() == pytest.approx([11.7, 8.3], abs=0.05)
    assert available.tolist() == pytest.approx([10 + 10 / 6, 50 / 6])


# access_2sfca is V / D for binary weights: tetraptych/aceso at cbc9777, tests/test_gravity.py:
# three demands of 1, two supplies of 1, distances below and a radius of 6.
def test_two_step_catchment_of_aceso_is_reproduced():
    reached = np.array([[5, 5], [10, 0], [15, 15]]) <= 6

    available = shared(reached, [1, 1, 1], [1, 1])

    assert available.tolist() == pytest.approx([1.5, 0.5, 0.0])
    potential = demand_at_pools(weights_of(reached), np.ones(3))
    assert potential.tolist() == [1, 2]


# pysal/access at 541de01, access/tests/test_hospital_example.py: demand 100, 50, 10, supply 15,
# 20, 100, weights 1 / cost up to 61, in both steps. Printed there to full precision.
@pytest.mark.parametrize(
    ("cost", "access"),
    [
        (
            [[1, 80, 40], [80, 1, 40], [40, 40, 1]],
            [0.3314441169802766, 0.5798281320669381, 7.286418169862544],
        ),
        (
            [[1, 80, 20], [80, 1, 20], [40, 40, 1]],
            [0.43534022087638047, 0.683724235963042, 5.727976611420986],
        ),
        (
            [[1, 80, 40], [80, 1, 40], [20, 20, 1]],
            [0.3310719131614654, 0.5778577857785778, 7.299991939492457],
        ),
        (
            [[1, 40, 20], [40, 1, 20], [20, 20, 1]],
            [0.44256839539858406, 0.6667582799658271, 5.7405246461850234],
        ),
    ],
)
def test_places_per_demand_are_the_two_step_access_of_pysal(cost, access):
    cost, demand = np.array(cost, dtype=float), np.array([100.0, 50.0, 10.0])

    available = shared(np.where(cost <= 61, 1 / cost, 0), demand, [15, 20, 100])

    assert (available / demand).tolist() == pytest.approx(access, rel=1e-12)
    assert available.sum() == pytest.approx(135)


def test_places_per_demand_are_the_two_step_access_of_ipea():
    # ipeaGIT/accessibility at dfde37a, tests: 45 minutes, inclusive; printed to four places.
    minutes = np.array(
        [
            [5.8, 47, 48, 47, 64],
            [45, 5.8, 13, 41, 70],
            [44, 13, 5.8, 42, 67],
            [43, 43, 49, 5.8, 58],
            [60, 70, 68, 64, 5.8],
        ]
    )
    demand = np.array([852.0, 394.0, 1969.0, 2189.0, 0.0])

    available = shared(minutes <= 45, demand, [82, 308, 100, 109, 0])

    expected = [0.0152, 0.1491, 0.1491, 0.1068]
    assert (available[:4] / demand[:4]).tolist() == pytest.approx(expected, abs=5e-5)
    assert available[4] == 0


def test_the_largest_weight_of_a_unit_and_pool_counts_and_never_their_sum():
    weights = make_weights(
        np.array([0, 0, 0, 1]),
        np.array([0, 0, 1, 0]),
        np.array([0.5, 0.9, 0.4, 0.7]),
        shape=(2, 2),
        everywhere={},
    )

    assert weights.within_limits.toarray().tolist() == [[0.9, 0.4], [0.7, 0]]


def test_a_pool_that_is_reached_from_everywhere_counts_in_full_and_once():
    everywhere = {0: np.array([True, False])}
    weights = weights_of([[0.5, 0.5], [0.5, 0]], everywhere)

    assert weights.within_limits.toarray().tolist() == [[0, 0.5], [0.5, 0]]
    # Pool 0: 1 * 6 and 0.5 * 4 compete for 16: 12 and 4. Pool 1 has the first alone.
    assert demand_at_pools(weights, np.array([6.0, 4.0])).tolist() == [8, 3]
    available = places_available(weights, demand=np.array([6.0, 4.0]), places=np.array([16.0, 3.0]))
    assert available.tolist() == pytest.approx([15, 4])


def test_unknown_demand_competes_for_nothing_and_unknown_places_give_nothing():
    available = shared([[1, 1], [1, 1]], [np.nan, 5], [10, np.nan])

    assert available.tolist() == pytest.approx([np.nan, 10], nan_ok=True)


def test_no_demand_no_pools_and_no_units_are_no_error():
    assert shared([[1.0]], [0], [10]).tolist() == [0]
    assert shared(np.zeros((2, 0)), [1, 2], []).tolist() == [0, 0]
    assert shared(np.zeros((0, 2)), [], [1, 2]).tolist() == []
    none = weights_of(np.zeros((2, 1)))
    best = if_hoped(none, none, np.array([1.0, np.nan]), np.array([9.0]))
    assert best.tolist() == pytest.approx([0, np.nan], nan_ok=True)


matrices = arrays(float, (UNITS, POOLS), elements=st.sampled_from([0.0, 0.5, 0.8, 1.0]))
demands = arrays(float, UNITS, elements=st.just(np.nan) | st.floats(0.01, 1000) | st.just(0.0))
supplies = arrays(float, POOLS, elements=st.just(np.nan) | st.floats(0, 1000))
reaches = st.dictionaries(st.integers(0, POOLS - 1), arrays(np.bool_, UNITS), max_size=POOLS)


def dense(matrix, everywhere):
    full = matrix.copy()
    for pool, reached in everywhere.items():
        full[reached, pool] = 1.0
    return full


@given(matrix=matrices, demand=demands, places=supplies, everywhere=reaches)
def test_every_place_that_any_demand_reaches_is_handed_out_once(matrix, demand, places, everywhere):
    before = matrix.copy(), demand.copy(), places.copy()

    available = shared(matrix, demand, places, everywhere)

    known = np.nan_to_num(demand)
    competing = known @ dense(matrix, everywhere)
    assert np.nansum(available) == pytest.approx(np.nansum(places[competing > 0]))
    assert (np.isnan(available) == np.isnan(demand)).all()
    assert (available[demand == 0] == 0).all()
    for was, now in zip(before, (matrix, demand, places), strict=True):
        np.testing.assert_array_equal(was, now)


@given(matrix=matrices, demand=demands, places=supplies, data=st.data())
def test_the_order_of_units_and_pools_changes_nothing(matrix, demand, places, data):
    units = data.draw(st.permutations(range(UNITS)))
    pools = data.draw(st.permutations(range(POOLS)))

    turned = shared(matrix[units][:, pools], demand[units], places[pools])

    expected = shared(matrix, demand, places)[units]
    assert turned.tolist() == pytest.approx(expected.tolist(), nan_ok=True)


@given(
    sure=matrices,
    more=matrices,
    demand=demands,
    places=arrays(float, POOLS, elements=st.just(np.inf) | st.floats(0, 1000)),
    everywhere=reaches,
)
def test_the_favourable_case_is_a_full_recount_with_ones_own_unknown_pairs(
    sure, more, demand, places, everywhere
):
    certain = {pool: reached for pool, reached in everywhere.items() if pool % 2}
    hoped = np.maximum(sure, more)
    known, favourable = weights_of(sure, certain), weights_of(hoped, everywhere)

    best = if_hoped(known, favourable, demand, places)

    rivals = dense(sure, certain)
    for unit in range(UNITS):
        own = rivals.copy()
        own[unit] = dense(hoped, everywhere)[unit]
        reached = own[unit] > 0
        expected = shared(own[:, reached], demand, np.minimum(places[reached], 1e300))[unit]
        if np.isnan(demand[unit]):
            assert np.isnan(best[unit])
        elif np.isinf(places[reached]).any() and demand[unit] > 0:
            assert best[unit] == np.inf
        else:
            assert best[unit] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(matrix=matrices, demand=demands, places=supplies, everywhere=reaches)
def test_with_nothing_unknown_the_favourable_case_is_the_case(matrix, demand, places, everywhere):
    given_places = np.nan_to_num(places)
    weights = weights_of(matrix, everywhere)

    best = if_hoped(weights, weights, demand, given_places)

    available = places_available(weights, demand=demand, places=given_places)
    assert best.tolist() == pytest.approx(available.tolist(), nan_ok=True)
