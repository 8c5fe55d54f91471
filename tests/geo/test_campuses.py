"""Campuses: the density search against a plain one, and what must hold for any input."""

from __future__ import annotations

import itertools
import tracemalloc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN

from geo.campuses import find_campuses, hull_corners, is_coarse, width_metres
from geo.employment import employees_of
from geo.errors import CrsError, InputError, MissingColumnsError
from geo.policies import ClusterPolicy
from geo.types import PrecisionClass

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=40, deadline=None)

NEVER = 1e12


def make_policy(**changes):
    values = {
        "campus_eps_metres": 3000.0,
        "campus_min_sites": 5.0,
        "campus_min_employees": 250.0,
        "cluster_cut_metres": 16_000.0,
        "max_width_metres": 45_000.0,
        "min_employers": 5.0,
        "min_employees": 250.0,
        "dominant_employer_share": 0.5,
        "small_firm_employees": 250.0,
    }
    return ClusterPolicy(**(values | changes))


def make_sites(points, *, ids=None, **columns):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    table = {
        "employees": np.full(len(points), np.nan),
        "employees_low": np.nan,
        "employees_high": np.nan,
        "precision_class": PrecisionClass.EXACT.value,
        "sensitive": False,
    }
    index = pd.Index(ids or [f"s{i:04d}" for i in range(len(points))], name="site_id", dtype="str")
    return gpd.GeoDataFrame(
        pd.DataFrame(table | columns, index=index),
        geometry=gpd.points_from_xy(points[:, 0], points[:, 1]),
        crs="EPSG:27700",
    )


def groups_of(labels):
    """Return the campuses as sets of sites, whatever they are called."""
    return {frozenset(members) for members in labels.dropna().groupby(labels).groups.values()}


def plain_campuses(sites, policy):
    """Search for campuses pair by pair, as their definition says."""
    known = sites[~sites.geometry.is_empty & sites.geometry.notna()].sort_index()
    ids = list(known.index)
    place = {i: (known.geometry[i].x, known.geometry[i].y) for i in ids}
    counts = ~is_coarse(known)
    people = employees_of(known)["employees"].fillna(0)

    def apart(one, other):
        return np.hypot(place[one][0] - place[other][0], place[one][1] - place[other][1])

    def near(one):
        return [i for i in ids if counts[i] and apart(one, i) <= policy.campus_eps_metres]

    cores = [
        i
        for i in ids
        if counts[i]
        and (
            len(near(i)) >= policy.campus_min_sites
            or sum(people[j] for j in near(i)) >= policy.campus_min_employees
        )
    ]
    campus = {i: i for i in cores}
    for _, (one, other) in itertools.product(cores, itertools.product(cores, cores)):
        if apart(one, other) <= policy.campus_eps_metres:
            campus[one] = campus[other] = min(campus[one], campus[other])
    for i in set(ids) - set(cores):
        choices = [(apart(i, core), core) for core in cores]
        choices = [choice for choice in choices if choice[0] <= policy.campus_eps_metres]
        if choices:
            campus[i] = campus[min(choices)[1]]
    return {frozenset(i for i in campus if campus[i] == label) for label in set(campus.values())}


@st.composite
def scattered_sites(draw):
    count = draw(st.integers(0, 24))
    lattice = st.integers(0, 12).map(lambda step: step * 1000.0)
    points = draw(st.lists(st.tuples(lattice, lattice), min_size=count, max_size=count))
    column = {"min_size": count, "max_size": count}
    employees = st.one_of(st.just(np.nan), st.integers(0, 300).map(float))
    classes = st.sampled_from([c.value for c in PrecisionClass])
    return make_sites(
        points,
        employees=draw(st.lists(employees, **column)),
        precision_class=draw(st.lists(classes, **column)),
        sensitive=draw(st.lists(st.booleans(), **column)),
    )


@quick
@given(sites=scattered_sites(), eps=st.sampled_from([1000.0, 2000.0, 3000.0]))
def test_campuses_are_those_of_the_definition(sites, eps):
    policy = make_policy(campus_eps_metres=eps, campus_min_sites=3, max_width_metres=NEVER)
    before = sites.copy()

    labels = find_campuses(sites, policy)

    assert groups_of(labels) == plain_campuses(sites, policy)
    assert list(labels.index) == list(sites.index)
    pd.testing.assert_frame_equal(sites, before)


@quick
@given(sites=scattered_sites(), seed=st.integers(0, 1000), width=st.integers(1000, 20_000))
def test_the_order_of_rows_changes_no_label(sites, seed, width):
    policy = make_policy(campus_min_sites=3, max_width_metres=float(width))
    shuffled = sites.sample(frac=1, random_state=seed)

    expected = find_campuses(sites, policy)

    pd.testing.assert_series_equal(find_campuses(shuffled, policy).loc[sites.index], expected)


@quick
@given(sites=scattered_sites(), width=st.integers(1, 20_000))
def test_no_campus_is_too_wide_and_each_is_named_after_a_member(sites, width):
    policy = make_policy(campus_min_sites=3, max_width_metres=float(width))

    labels = find_campuses(sites, policy)

    for campus_id, members in sites.groupby(labels):
        points = np.column_stack([members.geometry.x, members.geometry.y])
        assert campus_id in members.index
        assert width_metres(points) <= width
        assert not sites.loc[campus_id, "sensitive"] or members["sensitive"].all()


def agree_with_scikit_learn(labels, points):
    peer = DBSCAN(eps=3000, min_samples=5).fit(points)
    core = peer.core_sample_indices_

    # A border point may join another of its campuses there, so only cores are compared.
    pairs = set(zip(labels[core], peer.labels_[core], strict=True))
    assert len(pairs) == len(set(labels[core])) == len(set(peer.labels_[core]))
    assert (pd.isna(labels) == (peer.labels_ == -1)).all()
    return core


@quick
@given(seed=st.integers(0, 10_000), count=st.integers(0, 150))
def test_cores_agree_with_scikit_learn(seed, count):
    points = np.random.default_rng(seed).uniform(0, 20_000, (count, 2))
    policy = make_policy(campus_min_employees=NEVER, max_width_metres=NEVER)
    labels = find_campuses(make_sites(points), policy).to_numpy(dtype=object)
    if not count:
        assert len(labels) == 0
        return
    agree_with_scikit_learn(labels, points)


def test_so_many_pairs_that_they_are_not_kept_give_the_same_campuses():
    random = np.random.default_rng(7)
    dense = random.uniform(0, 3_000, (4_000, 2)) + np.repeat([[0.0, 0], [40_000, 0]], 2_000, axis=0)
    points = np.concatenate([dense, random.uniform(-20_000, 60_000, (600, 2))])
    policy = make_policy(campus_min_employees=NEVER, max_width_metres=NEVER)
    sites = make_sites(points)
    tracemalloc.start()
    try:
        labels = find_campuses(sites, policy).to_numpy(dtype=object)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    core = agree_with_scikit_learn(labels, points)
    metres = cdist(points, points[core])
    border = np.setdiff1d(np.flatnonzero(metres.min(axis=1) <= 3000), core)
    assert len(border) > 50
    assert (labels[border] == labels[core[metres[border].argmin(axis=1)]]).all()
    assert (metres <= 3000).sum() / 2 > 3_800_000
    # The pairs alone would fill 61 MB.
    assert peak_bytes < 50_000_000


def test_distance_is_inclusive_and_a_site_counts_itself():
    row = [(0, 0), (3000, 0), (6000, 0), (3000, 3000), (3000, -3000)]

    assert find_campuses(make_sites(row), make_policy()).tolist() == ["s0001"] * 5
    assert find_campuses(make_sites(row[:4]), make_policy()).isna().all()
    further = [(0, 0), (3000.01, 0), (6000, 0), (3000, 3000), (3000, -3000)]
    assert find_campuses(make_sites(further), make_policy()).isna().all()


def test_employees_make_a_core_by_themselves():
    sites = make_sites(
        [(0, 0), (50_000, 0), (52_000, 0), (90_000, 0), (150_000, 0)],
        employees=[250.0, 200.0, np.nan, 249.0, np.nan],
        employees_low=[np.nan, np.nan, 40.0, np.nan, 400.0],
        employees_high=[np.nan, np.nan, 60.0, np.nan, np.nan],
    )

    labels = find_campuses(sites, make_policy())

    # The band from 40 to 60 counts 50 and makes 250 with its neighbour's 200; a band without an
    # upper end is unknown, and 249 is one too few.
    assert labels.dropna().to_dict() == {"s0000": "s0000", "s0001": "s0001", "s0002": "s0001"}


def test_a_stack_at_a_coarse_point_is_no_campus_but_may_join_one():
    classes = [PrecisionClass.POSTCODE_SECTOR, PrecisionClass.TOWN, None]
    classes += [PrecisionClass.REGISTERED_OFFICE, PrecisionClass.UNKNOWN]
    coarse = [str(c) if c else None for c in classes]
    stack = make_sites([(0, 0)] * 5, precision_class=coarse, employees=1000.0)
    assert find_campuses(stack, make_policy()).isna().all()

    joined = make_sites(
        [(0, 0)] * 5 + [(1000, 0)], precision_class=[*coarse, "exact"], employees=[1000.0] * 5 + [9]
    )
    assert find_campuses(joined, make_policy()).isna().all()
    joined["employees"] = [1000.0] * 5 + [250]
    assert find_campuses(joined, make_policy()).tolist() == ["s0005"] * 6


def test_a_border_site_joins_its_nearest_core_and_ties_go_to_the_lowest_id():
    # Cores at 0 and 5000, each with four sites behind it; "m" halfway and "n" just beyond are near
    # one another and both cores only, which is four sites: one too few.
    line = [(0, 0), (5000, 0), (2500, 0), (2600, 0), *[(-2000, 0)] * 4, *[(7000, 0)] * 4]
    behind = ["w1", "w2", "w3", "w4", "y1", "y2", "y3", "y4"]

    west, east = frozenset(["w1", "w2", "w3", "w4"]), frozenset(["y1", "y2", "y3", "y4"])
    for left, right in (("a", "b"), ("b", "a")):
        sites = make_sites(line, ids=[left, right, "m", "n", *behind])
        halfway = {left: {"m"} if left == "a" else set(), right: {"m"} if right == "a" else set()}
        assert groups_of(find_campuses(sites, make_policy())) == {
            west | {left} | halfway[left],
            east | {right, "n"} | halfway[right],
        }


def test_a_chain_too_wide_is_searched_again_with_half_the_distance():
    # Two groups 60 km apart with steps of 1 km, and stepping stones of 2 km between them: 3000
    # metres join all, 1500 the groups only, and 750 would join none.
    ends = [(x, y) for x in (0, 60_000) for y in (0, 1000, 2000, 3000, 4000)]
    stones = [(x, 0) for x in range(2000, 60_000, 2000)]
    sites = make_sites(ends + stones)
    policy = make_policy(campus_min_sites=3)

    labels = find_campuses(sites, policy)

    assert groups_of(labels) == {frozenset(sites.index[:5]), frozenset(sites.index[5:10])}
    whole = find_campuses(sites, make_policy(campus_min_sites=3, max_width_metres=NEVER))
    assert groups_of(whole) == {frozenset(sites.index)}


def test_the_campus_is_named_after_its_medoid():
    # Total distances on the line 0, 100, 200, 300, 1000: 1600, 1300, 1200, 1300, 3400.
    sites = make_sites([(x, 0) for x in (0, 100, 200, 300, 1000)])
    assert set(find_campuses(sites, make_policy())) == {"s0002"}

    # With 200 sensitive, 100 and 300 tie at 1300: the lower id.
    sites["sensitive"] = pd.array([False, False, True, False, None], dtype="boolean")
    assert set(find_campuses(sites, make_policy())) == {"s0001"}

    sites["sensitive"] = True
    assert set(find_campuses(sites, make_policy())) == {"s0002"}

    # Each site weighs the same: from 0, where three are, 300 in all; from 100 it is 400.
    stacked = make_sites([(x, 0) for x in (100, 0, 0, 0, 200)])
    assert set(find_campuses(stacked, make_policy())) == {"s0001"}


@quick
@given(seed=st.integers(0, 10_000), count=st.integers(1, 400), step=st.sampled_from([1, 50, 500]))
def test_the_medoid_is_that_of_all_pairs(seed, count, step):
    random = np.random.default_rng(seed)
    middles = random.uniform(0, 3000, (3, 2))
    points = middles[random.integers(0, 3, count)] + random.normal(0, 400, (count, 2))
    points = (points / step).round() * step
    hidden = random.random(count) < 0.2
    sites = make_sites(points, sensitive=hidden)
    policy = make_policy(campus_eps_metres=NEVER, campus_min_sites=1, max_width_metres=NEVER)

    [campus_id] = set(find_campuses(sites, policy))

    total = cdist(points, points).sum(axis=1)
    if not hidden.all():
        total[hidden] = np.inf
    assert total[sites.index.get_loc(campus_id)] == pytest.approx(total.min(), rel=1e-12)


def test_a_site_without_a_point_is_in_no_campus():
    sites = make_sites([(0, 0)] * 6)
    sites.loc["s0003", "geometry"] = None

    labels = find_campuses(sites, make_policy())

    assert labels.isna().to_dict() == {i: i == "s0003" for i in sites.index}


def test_no_site_and_one_site():
    assert find_campuses(make_sites([]), make_policy()).empty
    one = make_sites([(5, 5)])
    assert find_campuses(one, make_policy()).isna().all()
    assert find_campuses(one.assign(employees=250.0), make_policy()).tolist() == ["s0000"]


def test_a_great_stack_costs_no_square_of_pairs():
    sites = make_sites(np.zeros((5000, 2)))
    tracemalloc.start()
    try:
        labels = find_campuses(sites, make_policy())
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (labels == "s0000").all()
    # 25 million pairs would fill 200 MB by the numbers of their sites alone.
    assert peak_bytes < 50_000_000


def test_width_is_that_of_the_widest_pair():
    assert width_metres(np.array([[0.0, 0.0], [3000.0, 4000.0], [0.0, 10.0]])) == 5000
    assert width_metres(np.array([[7.0, 7.0]] * 3)) == 0
    square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0], [1.0, 1.0]])
    assert len(hull_corners(square)) == 4


def test_wrong_tables_are_refused():
    sites = make_sites([(0, 0), (1, 1)])
    with pytest.raises(MissingColumnsError, match="'sites' lacks employees_low"):
        find_campuses(sites.drop(columns="employees_low"), make_policy())
    with pytest.raises(InputError, match="more than once, such as s0000"):
        find_campuses(sites.set_axis(["s0000"] * 2), make_policy())
    with pytest.raises(InputError, match="'employees' in 'sites' holds -1"):
        find_campuses(sites.assign(employees=-1.0), make_policy())
    with pytest.raises(CrsError):
        find_campuses(sites.set_crs("EPSG:4326", allow_override=True), make_policy())
