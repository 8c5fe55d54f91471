"""Set cover: the fewest candidates, against a brute force; beyond, a greedy cover's bound."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from operator import or_

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InputError
from geo.set_cover import EXACT_CANDIDATES, set_cover
from geo.skills import Known

YES, UNKNOWN, NO = Known.YES, Known.UNKNOWN, Known.NO
STATES = st.sampled_from([NO, UNKNOWN, YES, YES])
COSTS = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 2.5])


def states_of(*rows: str) -> np.ndarray:
    """Return candidates × elements, a row of "x" (covered), "?" and "-" each."""
    known = {"x": YES, "?": UNKNOWN, "-": NO}
    return np.array([[known[mark] for mark in row] for row in rows], dtype=np.int8)


def brute_force(states, costs, limit):
    """Return the best positions by trying every set; None if none covers within the limit."""
    teaches = [sum(1 << int(e) for e in np.flatnonzero(row == YES)) for row in states]
    everything = (1 << states.shape[1]) - 1
    for size in range(len(states) + 1):
        found = []
        for chosen in combinations(range(len(states)), size):
            if reduce(or_, (teaches[i] for i in chosen), 0) == everything:
                cost = round(sum(float(costs[i]) for i in chosen), 9)
                found += [(cost, chosen)] if cost <= limit + 1e-9 else []
        if found:
            return min(found)[1]
    return None


@st.composite
def problems(draw: st.DrawFn, most: int = 8) -> tuple[np.ndarray, np.ndarray, float]:
    count, elements = draw(st.integers(0, most)), draw(st.integers(0, 5))
    states = draw(arrays(np.int8, (count, elements), elements=STATES))
    costs = draw(arrays(float, count, elements=COSTS))
    return states, costs, draw(st.sampled_from([np.inf, 0.3, 0.6, 1.0, 3.0]))


def test_the_fewest_win_then_the_cheapest_then_the_first():
    # By hand: {0} and {3} cover alone; {1, 2} is dearer in number.
    states = states_of("xxx", "xx-", "--x", "xxx")

    assert set_cover(states).chosen == (0,)
    assert set_cover(states, costs=np.array([3.0, 0, 0, 2])).chosen == (3,)
    # Within 1 only the pair is left, although one alone would do.
    limited = set_cover(states, costs=np.array([3.0, 0.5, 0.5, 2]), cost_limit=1.0)
    assert (limited.chosen, limited.cost, limited.exact) == ((1, 2), 1.0, True)


def test_three_where_taking_the_largest_first_would_take_four():
    # Johnson's example: the largest set leads a greedy search astray.
    states = states_of("xxxx--", "x--x--", "-xx-x-", "---x-x", "x----x", "-xx-x-")

    assert set_cover(states).chosen == brute_force(states, np.zeros(6), np.inf)


@given(problem=problems())
def test_it_equals_a_brute_force(problem):
    states, costs, limit = problem
    before = states.copy(), costs.copy()

    found = set_cover(states, costs=costs, cost_limit=limit)

    assert found.exact
    assert found.chosen == brute_force(states, costs, limit)
    assert found.uncovered == tuple(
        e for e in range(states.shape[1]) if not (states[:, e] == YES).any()
    )
    assert (states == before[0]).all()
    assert (costs == before[1]).all()


@pytest.mark.parametrize("seed", range(6))
def test_it_equals_a_brute_force_at_twelve_candidates(seed):
    rng = np.random.default_rng(seed)
    states = np.where(rng.random((12, 9)) < 0.3, YES, NO).astype(np.int8)
    states[rng.integers(12, size=9), np.arange(9)] = YES
    costs = rng.integers(1, 5, size=12) / 10

    assert set_cover(states, costs=costs).chosen == brute_force(states, costs, np.inf)


@pytest.mark.parametrize("seed", range(8))
def test_a_greedy_cover_keeps_its_bounds(seed):
    rng = np.random.default_rng(seed)
    states = np.where(rng.random((16, 12)) < 0.25, YES, NO).astype(np.int8)
    states[rng.integers(16, size=12), np.arange(12)] = YES
    # Equal costs, so that no candidate is set aside but those that teach less.
    found = set_cover(states, costs=np.ones(16))
    fewest = brute_force(states, np.ones(16), np.inf)

    assert found.exact is (len(_needed(states)) <= EXACT_CANDIDATES)
    assert (states[list(found.chosen)] == YES).any(axis=0).all()
    assert found.lower_bound <= len(fewest) <= len(found.chosen)
    most = int((states == YES).sum(axis=1).max())
    assert len(found.chosen) <= sum(1 / i for i in range(1, most + 1)) * len(fewest)


def _needed(states: np.ndarray) -> list[int]:
    """Return the candidates that teach something which no earlier one teaches with the rest."""
    covers = [frozenset(np.flatnonzero(row == YES)) for row in states]
    return [i for i, mine in enumerate(covers) if not any(mine <= c for c in (set(), *covers[:i]))]


def test_beyond_twelve_candidates_the_answer_says_that_it_is_greedy():
    # Thirteen candidates that share the first element and have one more each: all are needed.
    states = np.full((13, 14), NO, dtype=np.int8)
    states[:, 0] = YES
    states[np.arange(13), np.arange(13) + 1] = YES
    costs = np.arange(13.0)

    found = set_cover(states, costs=costs)

    assert not found.exact
    assert found.chosen == tuple(range(13))
    assert (found.lower_bound, found.cost) == (13, 78.0)
    assert set_cover(states, costs=costs, cost_limit=78.0).chosen == found.chosen
    # A limit below that is not met; what is known is the bound.
    dear = set_cover(states, costs=costs, cost_limit=77.9)
    assert (dear.chosen, dear.exact, dear.lower_bound) == (None, False, 13)


def test_a_greedy_cover_leaves_out_what_later_ones_make_needless():
    # The largest comes first; the two that its rest needs teach all of it. Ten more are needed.
    states = np.full((13, 16), NO, dtype=np.int8)
    states[0, 1:5] = YES
    states[1, :3] = YES
    states[2, 3:6] = YES
    states[np.arange(3, 13), np.arange(6, 16)] = YES

    found = set_cover(states)

    assert not found.exact
    assert found.chosen == tuple(range(1, 13))
    assert found.lower_bound == 12


def test_a_greedy_search_turns_to_cheaper_covers_where_the_limit_demands_it():
    # Seven elements, each by a cheap candidate alone; a dear pair of candidates covers all, and
    # six more pairs of elements keep the search greedy.
    states = np.full((15, 7), NO, dtype=np.int8)
    states[0, :4] = YES
    states[1, 4:] = YES
    states[np.arange(2, 9), np.arange(7)] = YES
    for row in range(6):
        states[9 + row, [row, row + 1]] = YES
    costs = np.array([50.0, 50.0, *[1.0] * 7, *[1.5] * 6])

    assert set_cover(states, costs=costs).chosen == (0, 1)
    cheap = set_cover(states, costs=costs, cost_limit=10.0)
    assert not cheap.exact
    assert (states[list(cheap.chosen)] == YES).any(axis=0).all()
    assert cheap.cost <= 10.0


def test_what_is_unknown_does_not_cover():
    found = set_cover(states_of("x?", "??"))

    assert found.chosen is None
    assert found.uncovered == (1,)
    assert np.isnan(found.cost)


def test_sums_of_tenths_are_no_dearer_than_their_total():
    # 0.1 + 0.2 is a hair above 0.3 in binary.
    states = states_of("x-", "-x")

    assert set_cover(states, costs=np.array([0.1, 0.2]), cost_limit=0.3).chosen == (0, 1)
    assert set_cover(states, costs=np.array([0.1, 0.2]), cost_limit=0.299).chosen is None


def test_nothing_to_cover_needs_nobody_and_nobody_covers_nothing():
    nothing = set_cover(np.empty((3, 0), dtype=np.int8))
    nobody = set_cover(np.empty((0, 2), dtype=np.int8))

    assert (nothing.chosen, nothing.cost, nothing.lower_bound) == ((), 0.0, 0)
    assert (nobody.chosen, nobody.uncovered) == (None, (0, 1))
    assert set_cover(np.empty((0, 0), dtype=np.int8)).chosen == ()


def test_costs_that_are_none_and_states_without_unknown_are_refused():
    states = states_of("x")

    with pytest.raises(InputError, match="A cost is nan; give 0 or more"):
        set_cover(states, costs=np.array([np.nan]))
    with pytest.raises(InputError, match="A cost is -1; give 0 or more"):
        set_cover(states, costs=np.array([-1.0]))
    with pytest.raises(InputError, match="There are 2 costs for 1 candidates"):
        set_cover(states, costs=np.zeros(2))
    with pytest.raises(InputError, match="The states are booleans"):
        set_cover(states == YES)
