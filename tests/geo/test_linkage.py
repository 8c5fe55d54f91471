"""Average linkage: against scipy where no limit binds, and against a plain one where it does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from geo.linkage import average_linkage

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=40, deadline=None)

NEVER = 1e12


def groups_of(first_of_group):
    return {
        frozenset(np.flatnonzero(first_of_group == first).tolist()) for first in set(first_of_group)
    }


def same(middles):
    return np.ones(len(middles))


def plain_linkage(middles, weights, cut, limit):
    """Merge group by group, every mean computed anew from its pairs."""
    groups = [[place] for place in range(len(middles))]
    while True:
        found = []
        for one, other in itertools.combinations(range(len(groups)), 2):
            pairs = list(itertools.product(groups[one], groups[other]))
            metres = [np.hypot(*(middles[a] - middles[b])) for a, b in pairs]
            mean = np.average(metres, weights=[weights[a] * weights[b] for a, b in pairs])
            widest = pdist(middles[groups[one] + groups[other]]).max()
            if mean <= cut and widest <= limit:
                found.append((mean, groups[one][0], one, other))
        if not found:
            return {frozenset(group) for group in groups}
        _, _, one, other = min(found)
        groups[one] = sorted(groups[one] + groups.pop(other))


def random_places(seed, count):
    return np.random.default_rng(seed).uniform(0, 100_000, (count, 2))


@quick
@given(seed=st.integers(0, 100_000), count=st.integers(2, 60), cut=st.integers(1, 60_000))
def test_without_a_limit_the_groups_are_those_of_scipy(seed, count, cut):
    middles = random_places(seed, count)
    tree = linkage(middles, method="average")
    peer = fcluster(tree, t=cut, criterion="distance")

    found = average_linkage(
        middles, middles[:, None], same(middles), cut_metres=cut, max_width_metres=NEVER
    )

    assert groups_of(found) == groups_of(peer)


@quick
@given(
    seed=st.integers(0, 100_000),
    count=st.integers(0, 14),
    cut=st.integers(1, 60_000),
    limit=st.integers(1, 60_000),
)
def test_with_a_limit_forbidden_merges_are_skipped(seed, count, cut, limit):
    middles = random_places(seed, count)
    weights = np.random.default_rng(seed + 1).lognormal(0, 2, count)
    before, weighed = middles.copy(), weights.copy()

    found = average_linkage(
        middles, middles[:, None], weights, cut_metres=cut, max_width_metres=limit
    )

    assert groups_of(found) == plain_linkage(middles, weights, cut, limit)
    assert all(pdist(middles[list(g)]).max(initial=0) <= limit for g in groups_of(found))
    np.testing.assert_array_equal(middles, before)
    np.testing.assert_array_equal(weights, weighed)


def test_a_chain_is_cut_where_single_linkage_would_not():
    # Mean distances on the line 0, 10, 21, 33: first 0-10 (10), then 21-33 (12); those two groups
    # are (21 + 33 + 11 + 23) / 4 = 22 apart. Single linkage would join all at 12.
    line = np.array([[0.0, 0], [10, 0], [21, 0], [33, 0]])

    def found(cut):
        return average_linkage(
            line, line[:, None], same(line), cut_metres=cut, max_width_metres=NEVER
        ).tolist()

    assert found(9.9) == [0, 1, 2, 3]
    assert found(10) == [0, 0, 2, 3]
    assert found(21.9) == [0, 0, 2, 2]
    assert found(22) == [0, 0, 0, 0]


def test_it_is_the_weight_of_places_that_lies_apart():
    # 14 and 26 are nearest and merge first; what they weigh says where the bulk of both lies.
    line = np.array([[0.0, 0], [14, 0], [26, 0]])

    def found(*weights):
        return average_linkage(
            line, line[:, None], np.array(weights), cut_metres=20, max_width_metres=NEVER
        ).tolist()

    assert found(800.0, 1.0, 1.0) == [0, 0, 0]  # (14 + 26) / 2 = 20
    assert found(800.0, 1.0, 2.0) == [0, 1, 1]  # (14 + 2 * 26) / 3 = 22


def test_the_width_is_that_of_the_outlines_and_the_next_pair_is_tried():
    middles = np.array([[0.0, 0], [10, 0], [21, 0]])
    wide = [np.array([[-30.0, 0], [0, 0]]), middles[1:2], middles[2:]]

    # 0 and 10 are nearest, but 40 wide together; 10 and 21 are next, and 11 wide.
    assert average_linkage(
        middles, wide, same(middles), cut_metres=50, max_width_metres=39.9
    ).tolist() == [
        0,
        1,
        1,
    ]
    assert average_linkage(
        middles, wide, same(middles), cut_metres=50, max_width_metres=40
    ).tolist() == [0, 0, 2]


@pytest.mark.parametrize("cut", [10.0, 14.9])
def test_of_equal_pairs_the_first_is_merged(cut):
    line = np.array([[0.0, 0], [10, 0], [20, 0]])

    found = average_linkage(line, line[:, None], same(line), cut_metres=cut, max_width_metres=NEVER)

    assert found.tolist() == [0, 0, 2]


def test_a_box_as_wide_as_the_limit_is_not_too_wide():
    middles = np.array([[0.0, 0], [30, 40]])

    def found(limit):
        return average_linkage(
            middles, middles[:, None], same(middles), cut_metres=50, max_width_metres=limit
        ).tolist()

    assert found(50) == [0, 0]
    assert found(np.nextafter(50, 0)) == [0, 1]


def test_no_place_and_one_place():
    none = np.zeros((0, 2))
    assert average_linkage(none, [], same(none), cut_metres=1, max_width_metres=1).tolist() == []
    one = np.zeros((1, 2))
    assert average_linkage(one, [one], same(one), cut_metres=1, max_width_metres=1).tolist() == [0]
