"""Best-case allocation: worked examples, brute force, and what must always hold of the optimum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sharing import (
    POOLS,
    UNITS,
    demands,
    dense,
    matrices,
    most_served,
    reaches,
    supplies,
    weights_of,
)

import geo.best_case
from geo.best_case import best_case, certain_shortfall, component_table
from geo.errors import NotSolvedError
from geo.flow import CLOSED_FORM
from geo.places import places_available

STRANDED = np.array([[1.0, 1.0], [0.0, 1.0]])


def best_of(matrix, demand, places, everywhere=None):
    return best_case(
        weights_of(matrix, everywhere),
        demand=np.array(demand, dtype=float),
        places=np.array(places, dtype=float),
    )


def shortfall_of(matrix, demand, places, everywhere=None):
    return certain_shortfall(
        weights_of(matrix, everywhere),
        demand=np.array(demand, dtype=float),
        places=np.array(places, dtype=float),
    ).tolist()


def test_places_that_a_small_site_strands_are_no_gap_when_sharing_is_perfect():
    # D = 2 and 10, two pools of 10, the first reached only by the small site: by hand, the small
    # site gets 10 + 10 * 2/12 and the large one 10 * 10/12; sharing perfectly, 2 and 10 are served.
    demand, places = np.array([2.0, 10.0]), np.array([10.0, 10.0])

    available = places_available(weights_of(STRANDED), demand=demand, places=places)
    best = best_of(STRANDED, demand, places)

    assert available.tolist() == pytest.approx([35 / 3, 25 / 3], rel=1e-12)
    assert available.tolist() == pytest.approx([11.7, 8.3], abs=0.05)
    assert np.maximum(demand - available, 0).sum() == pytest.approx(5 / 3, rel=1e-12)
    assert (best.served, best.unmet) == (12, 0)
    assert shortfall_of(STRANDED, demand, places) == [0, 0]


def test_components_are_numbered_by_demand_and_add_up():
    # Units 0 and 2 share pools 1 and 2; unit 1 has pool 0; unit 3 reaches nothing; 4 is unknown.
    matrix = [[0, 1, 1], [1, 0, 0], [0, 0, 1], [0, 0, 0], [1, 1, 1]]

    best = best_of(matrix, [4, 3, 5, 6, np.nan], [2, 3, 4])

    expected = pd.DataFrame(
        {
            "component": [1, 2],
            "demand": [9.0, 3.0],
            "served": [7.0, 2.0],
            "unmet": [2.0, 1.0],
            "units": [2, 1],
            "pools": [2, 1],
            "status": [CLOSED_FORM, CLOSED_FORM],
            "gap": [0.0, 0.0],
        }
    )
    pd.testing.assert_frame_equal(best.components, expected, check_dtype=False)
    assert best.component_of_unit.tolist() == [1, 2, 1, 0, 0]
    assert best.component_of_pool.tolist() == [2, 1, 1]
    assert (best.unreached, best.served, best.unmet) == (6, 9, 9)


def test_components_of_equal_demand_are_numbered_by_their_lowest_unit():
    # 0.1 + 0.2 is not 0.3 in binary; rounding must not put the second component first.
    best = best_of([[1, 0], [0, 1], [0, 1]], [0.3, 0.1, 0.2], [1, 1])

    assert best.component_of_unit.tolist() == [1, 2, 2]


def test_sites_and_programmes_of_a_component_are_told():
    best = best_of([[1, 0], [1, 0], [1, 0], [0, 1]], [1, 1, 1, 9], [5, 5])

    table = component_table(
        best,
        site=np.array([7, 7, 3, 7]),
        programme=np.array([1, 0, 1, 1]),
        programme_codes=["P", "Q"],
    )

    assert table.columns.tolist() == [
        "component",
        "demand",
        "served",
        "unmet",
        "sites",
        "pools",
        "programme_codes",
        "status",
        "gap",
    ]
    assert table["sites"].tolist() == [1, 2]
    assert table["programme_codes"].tolist() == ["Q", "P;Q"]
    assert table["unmet"].tolist() == [4, 0]


def test_a_case_for_the_solver_bears_its_status_and_its_gap():
    # Three units on a ring of three pools, a pool between each two: nothing settles by itself.
    best = best_of([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [4, 4, 4], [3, 3, 3])

    assert best.components["status"].tolist() == ["HiGHS Status 7: Optimal"]
    assert best.components["gap"].tolist() == pytest.approx([0], abs=1e-9)
    assert (best.served, best.unmet) == pytest.approx((9, 3), rel=1e-12)


def test_an_optimum_that_is_claimed_but_not_proven_is_refused(monkeypatch):
    monkeypatch.setattr(geo.best_case, "_LARGEST_GAP", -1.0)

    with pytest.raises(NotSolvedError, match="gap of component 1"):
        best_of(STRANDED, [2, 10], [10, 10])


def test_a_pool_without_bound_serves_whoever_reaches_it():
    best = best_of([[1, 0], [1, 1], [0, 1]], [5, 5, 5], [np.inf, 1])

    assert best.served == 11
    assert np.isfinite(best.components[["served", "unmet", "gap"]].to_numpy()).all()


def test_a_pool_that_is_reached_from_everywhere_is_shared_like_any_other():
    everywhere = {1: np.array([True, True, False])}

    best = best_of([[1, 0], [0, 0], [1, 0]], [5, 5, 5], [4, 8], everywhere)

    assert best.served == 12
    assert best.component_of_unit.tolist() == [1, 1, 1]


def test_a_shortfall_is_certain_only_beyond_every_pool_within_reach():
    found = shortfall_of(
        [[1, 0.1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], [9, 9, np.nan, 2], [3, 4, np.nan]
    )

    assert found == pytest.approx([2, 5, np.nan, 2], nan_ok=True)
    assert shortfall_of([[0.5]], [9], [np.inf]) == [0]
    assert shortfall_of([[0.0], [0.0]], [9, 9], [4], {0: np.array([True, False])}) == [5, 9]


@pytest.mark.parametrize("shape", [(0, 0), (2, 0), (0, 2), (2, 2)])
def test_where_nothing_reaches_anything_nothing_is_served(shape):
    units, pools = shape

    best = best_of(np.zeros(shape), np.full(units, 3), np.full(pools, 3))

    assert best.components.empty
    assert best.component_of_unit.tolist() == [0] * units
    assert best.component_of_pool.tolist() == [0] * pools
    assert (best.served, best.unmet) == (0, 3 * units)
    assert shortfall_of(np.zeros(shape), np.full(units, 3), np.full(pools, 3)) == [3] * units
    table = component_table(
        best,
        site=np.arange(units),
        programme=np.zeros(units, dtype=int),
        programme_codes=["P"],
    )
    assert table.empty


def test_no_demand_and_no_places_are_stated_results():
    assert best_of([[1]], [0], [5]).components.empty
    assert best_of([[1]], [np.nan], [5]).unmet == 0
    assert best_of([[1]], [5], [np.nan]).components.empty
    nothing_left = best_of([[1]], [5], [0]).components
    assert nothing_left[["demand", "served", "unmet"]].to_numpy().tolist() == [[5, 0, 5]]


@given(matrix=matrices, demand=demands, places=supplies, everywhere=reaches)
def test_the_best_case_equals_brute_force_and_changes_no_input(matrix, demand, places, everywhere):
    weights = weights_of(matrix, everywhere)
    before = weights.within_limits.toarray(), demand.copy(), places.copy()

    best = best_case(weights, demand=demand, places=places)

    expected = most_served(dense(matrix, everywhere), demand, places)
    assert best.served == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert best.served + best.unmet == pytest.approx(np.nansum(demand))
    table = best.components
    assert (table["served"] <= table["demand"]).all()
    assert (table["gap"] <= 1e-9).all()
    for number, row in table.set_index("component").iterrows():
        pools = best.component_of_pool == number
        assert row["served"] <= places[pools].sum() * (1 + 1e-12)
        assert row["pools"] == pools.sum()
        units = best.component_of_unit == number
        assert row["demand"] == pytest.approx(demand[units].sum())
        whole = dense(matrix, everywhere)
        assert row["served"] == pytest.approx(
            most_served(whole[units][:, pools], demand[units], places[pools]), rel=1e-9, abs=1e-9
        )
        assert not whole[units & (demand > 0)][:, ~pools & ~np.isnan(places)].any()
    for was, now in zip(before, (weights.within_limits.toarray(), demand, places), strict=True):
        np.testing.assert_array_equal(was, now)


@given(matrix=matrices, demand=demands, places=supplies, everywhere=reaches)
def test_what_is_certainly_short_is_short_in_the_best_case(matrix, demand, places, everywhere):
    short = np.array(shortfall_of(matrix, demand, places, everywhere))

    given_places = np.nan_to_num(places, posinf=1e300)
    within = (dense(matrix, everywhere) > 0) @ given_places
    expected = np.where(np.isnan(demand), np.nan, np.maximum(demand - within, 0))
    assert short.tolist() == pytest.approx(expected.tolist(), nan_ok=True)
    unmet = best_of(matrix, demand, places, everywhere).unmet
    assert np.nansum(short) <= unmet * (1 + 1e-9) + 1e-9


@given(
    matrix=matrices,
    more=matrices,
    demand=demands,
    places=supplies,
    extra=st.floats(0, 50),
    pool=st.integers(0, POOLS - 1),
)
def test_more_pairs_places_or_pools_never_lower_what_is_served(
    matrix, more, demand, places, extra, pool
):
    served = best_of(matrix, demand, places).served
    raised = places.copy()
    raised[pool] += extra

    with_pairs = best_of(np.maximum(matrix, more), demand, places).served
    with_places = best_of(matrix, demand, raised).served
    with_pool = best_of(np.hstack([matrix, more[:, :1]]), demand, [*places, extra]).served

    least = served * (1 - 1e-9)
    assert with_pairs >= least
    assert least <= with_places
    assert with_places <= served + (extra if not np.isnan(places[pool]) else 0) + 1e-9 * served
    assert least <= with_pool <= served + extra + 1e-9 * served + 1e-9


@given(matrix=matrices, demand=demands, places=supplies, data=st.data())
def test_the_order_of_units_and_pools_changes_no_total(matrix, demand, places, data):
    units = data.draw(st.permutations(range(UNITS)))
    pools = data.draw(st.permutations(range(POOLS)))

    best = best_of(matrix, demand, places)
    turned = best_of(matrix[units][:, pools], demand[units], places[pools])

    columns = ["demand", "served", "unmet", "units", "pools"]
    assert np.sort(turned.components[columns], axis=0).ravel().tolist() == pytest.approx(
        np.sort(best.components[columns], axis=0).ravel().tolist(), rel=1e-9, abs=1e-9
    )
    together = best.component_of_unit[units]
    same = together[:, None] == together[None, :]
    now = turned.component_of_unit[:, None] == turned.component_of_unit[None, :]
    np.testing.assert_array_equal(same, now)


@given(matrix=matrices, demand=demands, places=supplies)
def test_the_weight_of_a_pair_does_not_matter(matrix, demand, places):
    valid = (matrix > 0).astype(float)

    best, plain = best_of(matrix, demand, places), best_of(valid, demand, places)

    pd.testing.assert_frame_equal(best.components, plain.components)


def test_units_of_one_reach_and_pools_of_one_reach_are_one_in_the_programme():
    matrix = np.repeat(np.repeat(STRANDED, 50, axis=0), 30, axis=1)

    best = best_of(matrix, np.tile([1.0], 100), np.tile([2.0], 60))

    assert len(best.network.demand) == 2
    assert len(best.network.places) == 2
    assert best.components[["units", "pools"]].to_numpy().tolist() == [[100, 60]]
    assert best.served == 100
