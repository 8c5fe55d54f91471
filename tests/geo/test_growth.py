"""The order in which clusters join: brute force, bounds, and draws in which it has to pay."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.growth import grow

# Weighted coverage: monotone and submodular, as what is served is.
ELEMENTS, CLUSTERS = 6, 5
covers = st.lists(st.frozensets(st.integers(0, ELEMENTS - 1)), min_size=CLUSTERS, max_size=CLUSTERS)
weights = st.lists(st.integers(0, 9), min_size=ELEMENTS, max_size=ELEMENTS)
pilots = st.none() | st.integers(0, CLUSTERS - 1)


def value_of(sets, weight):
    return lambda members: float(
        sum(weight[one] for one in frozenset().union(*(sets[at] for at in members)))
    )


def sums(value, order, start=frozenset()):
    return sum(value(start | set(order[: number + 1])) for number in range(len(order)))


def test_worked_by_hand():
    # Cluster 0 serves 6 and is the largest; 1 and 2 serve 5 each, of which 3 are 0's own. Greedily
    # 6 + 8 + 10 = 24; beginning with 1 and 2 gives 5 + 10 + 10 = 25.
    value = value_of([{0, 1}, {0, 2}, {1, 3}], [3, 3, 2, 2])

    exact = grow(value, range(3), pilot=None)
    greedy = grow(value, range(3), pilot=None, exact_limit=0)

    assert [(one.cluster, one.served, one.added) for one in exact.steps] == [(1, 5, 5), (2, 10, 5)]
    assert exact.without_effect == (0,)
    assert [(one.clusters, one.served) for one in exact.best_sets] == [((0,), 6), ((1, 2), 10)]
    assert [one.cluster for one in greedy.steps] == [0, 1, 2]
    assert [one.at_most for one in greedy.best_sets] == [6, 10, 10]


@given(covers, weights, pilots)
def test_no_order_serves_more_over_the_steps(sets, weight, pilot):
    value = value_of(sets, weight)
    others = [one for one in range(CLUSTERS) if one != pilot]
    start = frozenset() if pilot is None else frozenset([pilot])

    found = grow(value, range(CLUSTERS), pilot=pilot)

    order = [step.cluster for step in found.steps if step.cluster != pilot]
    full = [*order, *found.without_effect]
    assert sorted(full) == others
    best = max(sums(value, list(one), start) for one in permutations(others))
    assert sums(value, full, start) == best
    assert found.exact
    assert found.before == value(frozenset())
    assert all(step.added > 0 for step in found.steps if step.cluster != pilot)


@given(covers, weights, pilots)
def test_best_sets_are_best_and_bounds_hold(sets, weight, pilot):
    value = value_of(sets, weight)
    exact = grow(value, range(CLUSTERS), pilot=pilot)
    greedy = grow(value, range(CLUSTERS), pilot=pilot, exact_limit=0)

    for found in (exact, greedy):
        for one in found.best_sets:
            size = len(one.clusters)
            rivals = [
                value(frozenset(members))
                for members in combinations(range(CLUSTERS), size)
                if pilot is None or pilot in members
            ]
            assert one.served == value(frozenset(one.clusters))
            assert one.served <= max(rivals) <= one.at_most
            base = value(frozenset() if pilot is None else frozenset([pilot]))
            assert one.served - base >= (1 - 1 / np.e) * (max(rivals) - base) - 1e-9
    for one in exact.best_sets:
        assert one.served == one.at_most


@given(covers, weights)
def test_a_lazy_greedy_order_is_the_greedy_one(sets, weight):
    value = value_of(sets, weight)
    members, order = frozenset(), []
    for _ in range(CLUSTERS):
        left = [one for one in range(CLUSTERS) if one not in members]
        first = max(left, key=lambda one: (value(members | {one}), -one))
        if value(members | {first}) == value(members):
            break
        members, order = members | {first}, [*order, first]

    found = grow(value, range(CLUSTERS), pilot=None, exact_limit=0)

    assert [step.cluster for step in found.steps] == order


def test_of_equal_orders_the_first_candidates_go_first():
    value = value_of([{0}, {1}, {2}], [4, 4, 4])

    for limit in (12, 0):
        found = grow(value, [2, 0, 1], pilot=None, exact_limit=limit)
        assert [step.cluster for step in found.steps] == [2, 0, 1]


@pytest.mark.parametrize("pilot", [None, 0])
def test_nothing_to_add_is_stated(pilot):
    found = grow(lambda _: 7.0, range(3), pilot=pilot)

    assert found.before == 7
    assert [step.cluster for step in found.steps] == ([] if pilot is None else [0])
    assert found.without_effect == ((0, 1, 2) if pilot is None else (1, 2))
    assert len(found.best_sets) == len(found.steps)


def test_no_cluster_at_all():
    found = grow(lambda _: 0.0, [], pilot=None)

    assert (found.steps, found.best_sets, found.without_effect) == ((), (), ())


def test_the_best_set_serves_more_than_the_first_by_score():
    # 200 draws of demand around what is expected, with 20 clusters whose score says nothing of what
    # they add: chosen by the expected demand, the set must do better in nine of ten draws, and
    # never be worse by more than a fiftieth.
    rng = np.random.default_rng(12)
    sets = [frozenset(rng.choice(60, size=8, replace=False).tolist()) for _ in range(20)]
    expected = rng.lognormal(1.0, 0.7, size=60)
    by_score = frozenset(range(5))
    found = grow(value_of(sets, expected), range(20), pilot=0)
    chosen = frozenset(found.best_sets[4].clusters)
    ratios = []
    for _ in range(200):
        value = value_of(sets, expected * rng.gamma(4.0, 0.25, size=60))
        ratios.append(value(chosen) / value(by_score))

    assert not found.exact
    assert np.mean(np.array(ratios) > 1) >= 0.9
    assert min(ratios) >= 0.98
