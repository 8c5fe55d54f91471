"""Delineation: the same groups as the clusters that are found, from bare points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.campuses import Density
from geo.clusters import find_clusters
from geo.delineation import delineate


def density(points, *, employees=0.0):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    return Density(
        points,
        sites_at=np.ones(len(points)),
        employees_at=np.full(len(points), employees),
        first_site=np.arange(len(points)),
    )


@pytest.fixture(scope="module")
def country():
    """Return 600 points: 20 towns of several campuses, and some alone."""
    random = np.random.default_rng(2)
    towns = random.uniform(0, 400_000, (20, 2))
    campuses = towns[random.integers(20, size=60)] + random.normal(0, 6_000, (60, 2))
    near = campuses[random.integers(60, size=500)] + random.normal(0, 900, (500, 2))
    return np.concatenate([near, random.uniform(0, 400_000, (100, 2))])


def test_groups_are_those_of_the_clusters(country, scenario, tables):
    policy = scenario.clusters
    sites = tables.sites(
        {f"s{n:03}": {"at": tuple(point)} for n, point in enumerate(country.tolist())}
    )
    clusters = find_clusters(sites, tables.places({}), policy)

    group = delineate(density(country), policy.campus_eps_metres, policy)

    found = {
        frozenset(np.flatnonzero(group == number).tolist())
        for number in np.unique(group[group >= 0])
    }
    at = dict(zip(sites.index, range(len(sites)), strict=True))
    expected = {
        frozenset(at[site] for site in members)
        for _, members in clusters.members.groupby("cluster_id")["site_id"]
    }
    # A group of too few employers is no cluster, but is a group.
    assert expected <= found
    assert len(expected) > 5


@pytest.mark.parametrize(
    ("sites_beyond", "employees_beyond", "groups"),
    [
        (5, 0.0, 1),  # (5 * 10 + 5 * 18) / 10 = 14 km from the first campus
        (25, 0.0, 2),  # (5 * 10 + 25 * 18) / 30 = 16.7 km
        (5, 500.0, 2),  # five sites weigh 1 and 500 employees 2 each: (10 + 11 * 18) / 12 = 17.3 km
    ],
)
def test_campuses_count_by_their_sites_and_employees(
    scenario, tables, sites_beyond, employees_beyond, groups
):
    policy = scenario.clusters
    at = [(0.0, 0.0)] * 5 + [(10_000.0, 0.0)] * 5 + [(18_000.0, 0.0)] * sites_beyond
    points = np.array(at) + np.arange(len(at))[:, None]
    staff = np.where(np.array(at)[:, 0] > 10_000, employees_beyond, 0.0)
    sites = tables.sites(
        {
            f"s{n:02}": {"at": tuple(point), "employees": float(number)}
            for n, (point, number) in enumerate(zip(points.tolist(), staff, strict=True))
        }
    )
    clusters = find_clusters(sites, tables.places({}), replace(policy, min_employers=1.0))
    bare = replace(density(points), employees_at=staff)

    group = delineate(bare, policy.campus_eps_metres, policy)

    assert len(clusters.table) == len(set(group.tolist())) == groups


def test_a_point_counts_as_often_as_sites_stand_there(scenario):
    policy = scenario.clusters
    five = density([[0.0, 0.0], [100.0, 0.0]])
    five = replace(five, sites_at=np.array([4.0, 1.0]))

    assert delineate(five, 3000.0, policy).tolist() == [0, 0]
    assert delineate(replace(five, sites_at=np.array([3.0, 1.0])), 3000.0, policy).tolist() == [
        -1,
        -1,
    ]


def test_a_point_without_a_well_placed_site_is_no_core(scenario):
    points = density([[0.0, 0.0], [2900.0, 0.0], [5800.0, 0.0]], employees=300.0)
    points = replace(points, sites_at=np.array([1.0, 0.0, 1.0]))

    group = delineate(points, 3000.0, scenario.clusters)

    # The one between is near both, and joins the one that settles ties; it links them to nobody.
    assert group[1] == group[0]


def test_too_wide_a_campus_is_searched_again(scenario):
    line = np.column_stack([np.arange(0, 60_000, 2_500.0), np.zeros(24)])

    group = delineate(density(line, employees=300.0), 3000.0, scenario.clusters)

    for number in np.unique(group):
        assert np.ptp(line[group == number, 0]) <= scenario.clusters.max_width_metres


def test_no_point(scenario):
    assert delineate(density([]), 3000.0, scenario.clusters).tolist() == []


def test_inputs_stay_as_they_were(country, scenario):
    points = density(country)
    kept = country.copy()

    delineate(points, 3000.0, scenario.clusters)

    assert (points.points == kept).all()
