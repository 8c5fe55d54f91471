"""The largest flow: equal to brute force and to another algorithm, and proven by a cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow
from sharing import demands, matrices, most_served, supplies

import geo.flow
from geo.errors import NotSolvedError
from geo.flow import CLOSED_FORM, Network, largest_flow


def network_of(matrix, demand, places):
    source, sink = np.nonzero(matrix)
    return Network(np.array(demand, float), np.array(places, float), source, sink)


def ring(*, nodes=8, reach=3, seed=0, whole=False):
    """Every source reaches the next few sinks of a ring, so that nothing settles by itself."""
    random = np.random.default_rng(seed)
    sources = 4 * nodes
    source = np.repeat(np.arange(sources), reach)
    sink = (source // 4 + np.tile(np.arange(reach), sources)) % nodes
    demand, places = random.integers(1, 9, sources), random.integers(10, 26, nodes)
    if not whole:
        demand, places = demand + random.random(sources), places + random.random(nodes)
    return Network(demand.astype(float), places.astype(float), source, sink)


def check(network, flow):
    """Check that a flow keeps every limit and carries as much as its cut allows."""
    source, sink = network.source[flow.arc], network.sink[flow.arc]
    sent = np.bincount(source, flow.amount, len(network.demand))
    taken = np.bincount(sink, flow.amount, len(network.places))
    assert (flow.amount > 0).all()
    assert (sent <= network.demand * (1 + 1e-12)).all()
    assert (taken <= network.places * (1 + 1e-12)).all()
    assert (flow.in_full[network.source] | flow.taken[network.sink]).all()
    cut = network.demand[flow.in_full].sum() + network.places[flow.taken].sum()
    assert flow.amount.sum() == pytest.approx(cut, rel=1e-9, abs=1e-9)
    return cut


def max_flow(network):
    """Solve whole numbers by another algorithm (Dinic's, in scipy)."""
    sources, sinks = len(network.demand), len(network.places)
    start, end = sources + sinks, sources + sinks + 1
    rows = np.concatenate([np.full(sources, start), network.source, sources + np.arange(sinks)])
    columns = np.concatenate([np.arange(sources), sources + network.sink, np.full(sinks, end)])
    capacity = np.concatenate(
        [network.demand, np.full(len(network.source), 10_000), network.places]
    ).astype(np.int32)
    graph = csr_array((capacity, (rows, columns)), shape=(end + 1, end + 1))
    return maximum_flow(graph, start, end).flow_value


def test_one_source_and_one_sink_are_settled_without_a_solver():
    flow = largest_flow(network_of([[1]], [5], [3]))

    assert flow.amount.tolist() == [3]
    assert (flow.in_full.tolist(), flow.taken.tolist()) == ([False], [True])
    assert flow.status.tolist() == [CLOSED_FORM]


def test_a_sink_without_bound_serves_all_who_reach_it():
    flow = largest_flow(network_of([[1, 1], [0, 1]], [5, 7], [np.inf, 2]))

    assert flow.amount.sum() == 7
    assert flow.in_full.tolist() == [True, False]


def test_a_source_that_could_nearly_fill_what_it_reaches_leaves_it_to_the_others():
    network = network_of([[1, 1], [1, 1]], [5, 0.5], [3, 3])

    assert check(network, largest_flow(network)) == 5.5


def test_no_arcs_and_no_nodes_carry_nothing():
    assert largest_flow(network_of(np.zeros((2, 1)), [1, 2], [3])).amount.tolist() == []
    assert largest_flow(network_of(np.zeros((0, 0)), [], [])).amount.tolist() == []


@given(matrix=matrices, demand=demands, places=supplies)
def test_small_cases_equal_brute_force_and_keep_every_limit(matrix, demand, places):
    demand = np.nan_to_num(demand) + 0.1
    places = np.nan_to_num(places, posinf=np.inf)
    network = network_of(matrix, demand, places)
    before = demand.copy(), places.copy()

    cut = check(network, largest_flow(network))

    reached = (matrix > 0).any(axis=1)
    expected = most_served(matrix[reached], demand[reached], places)
    assert cut == pytest.approx(expected, rel=1e-9, abs=1e-9)
    np.testing.assert_array_equal(before[0], network.demand)
    np.testing.assert_array_equal(before[1], network.places)


@given(seed=st.integers(0, 10_000), reach=st.integers(2, 7))
def test_whole_numbers_equal_another_algorithm_for_the_same_flow(seed, reach):
    network = ring(seed=seed, reach=reach, whole=True)

    cut = check(network, largest_flow(network))

    assert cut == pytest.approx(max_flow(network), rel=1e-12)


def test_what_does_not_settle_bears_the_solvers_own_status():
    flow = largest_flow(ring())

    assert set(flow.status) == {"HiGHS Status 7: Optimal"}


@pytest.mark.parametrize("seed", range(3))
def test_interior_point_on_a_large_part_agrees_with_simplex(monkeypatch, seed):
    network = ring(nodes=60, reach=40, seed=seed)
    by_simplex = check(network, largest_flow(network))
    monkeypatch.setattr(geo.flow, "_SMALL_ARCS", 0)

    assert check(network, largest_flow(network)) == pytest.approx(by_simplex, rel=1e-10)


def test_arcs_beyond_the_first_programme_are_added_while_they_could_raise_the_flow(monkeypatch):
    network = ring(nodes=30, reach=20, seed=5)
    in_one = check(network, largest_flow(network))
    monkeypatch.setattr(geo.flow, "_ARCS_AT_FIRST", 1)

    assert check(network, largest_flow(network)) == pytest.approx(in_one, rel=1e-10)


@pytest.mark.parametrize(("small", "method"), [(10**6, "highs-ds"), (0, "highs-ipm")])
def test_a_large_part_goes_to_the_interior_point_method(monkeypatch, small, method):
    used = []

    def recorded(*args, **kwargs):
        used.append(kwargs["method"])
        return linprog(*args, **kwargs)

    monkeypatch.setattr(geo.flow, "linprog", recorded)
    monkeypatch.setattr(geo.flow, "_SMALL_ARCS", small)

    largest_flow(ring())

    assert set(used) == {method}


def test_a_solution_that_exceeds_limits_by_the_solvers_tolerance_is_trimmed(monkeypatch):
    def beyond(*args, **kwargs):
        result = linprog(*args, **kwargs)
        result.x = result.x * (1 + 1e-10) - 1e-12
        return result

    monkeypatch.setattr(geo.flow, "linprog", beyond)

    check(ring(), largest_flow(ring()))


def test_a_solver_that_gives_up_is_an_error_that_quotes_it(monkeypatch):
    def gives_up(*args, **kwargs):
        return OptimizeResult(status=1, message="Time limit reached. (HiGHS Status 13)", x=None)

    monkeypatch.setattr(geo.flow, "linprog", gives_up)

    with pytest.raises(NotSolvedError, match=r"32 demands and 8 pools.*Time limit reached"):
        largest_flow(ring())
