"""Stability: firm and loose boundaries, variants, and the same shaking again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.clusters import find_clusters
from geo.errors import InputError, MissingColumnsError
from geo.stability import StabilityLabel, resample_clusters


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def many(scenario):
    return replace(scenario.stability, resamples=100)


@pytest.fixture(scope="module")
def sites(tables):
    """Return 40 sites in one street, and five that are just enough for a campus."""
    random = np.random.default_rng(4)
    rows = {
        f"a{n:02}": {"at": (100_000 + x, 100_000 + y), "radius_metres": 100.0}
        for n, (x, y) in enumerate(random.uniform(0, 300, (40, 2)).tolist())
    }
    # Five sites are just enough, and no longer so once one of them is not drawn.
    rows |= {
        f"b{n}": {"at": (300_000 + 1_200 * n, 300_000), "radius_metres": 100.0} for n in range(5)
    }
    return tables.sites(rows)


@pytest.fixture(scope="module")
def clusters(sites, tables, scenario):
    return find_clusters(sites, tables.places({}), scenario.clusters)


@pytest.fixture(scope="module")
def shaken(sites, clusters, scenario, many):
    return resample_clusters(sites, clusters, policy=scenario.clusters, stability=many, rng=rng())


def test_a_dense_place_is_stable_and_a_bare_minimum_is_not(shaken, clusters):
    of_street = clusters.members.set_index("site_id").loc["a00", "cluster_id"]
    of_five = clusters.members.set_index("site_id").loc["b0", "cluster_id"]

    assert shaken.table.loc[of_street, "boundary_stability"] == pytest.approx(1.0)
    assert shaken.table.loc[of_street, "stability_label"] == StabilityLabel.STABLE
    assert shaken.table.loc[of_five, "boundary_stability"] < 0.8


def test_a_similarity_as_by_hand(tables, scenario, many):
    # One site of 300 people stands alone: where it is drawn it is found, whole.
    alone = tables.sites({"s1": {"at": (0.0, 0.0), "employees": 300.0, "radius_metres": 0.0}})
    clusters = find_clusters(alone, tables.places({}), scenario.clusters)

    found = resample_clusters(alone, clusters, policy=scenario.clusters, stability=many, rng=rng())

    assert found.table["boundary_stability"].tolist() == [1.0]
    assert (found.variants == 0).all()


def test_a_site_that_is_drawn_twice_counts_twice(tables, scenario, many):
    # Five draws of five sites are always five, and so always just enough.
    five = tables.sites(
        {f"s{n}": {"at": (100.0 * n, 0.0), "radius_metres": 10.0} for n in range(5)}
    )
    clusters = find_clusters(five, tables.places({}), scenario.clusters)

    found = resample_clusters(five, clusters, policy=scenario.clusters, stability=many, rng=rng())

    assert found.table["boundary_stability"].tolist() == [1.0]


def test_a_variant_keeps_who_was_not_drawn_where_the_run_has_it(shaken, sites, clusters):
    kept = np.full(len(sites), -1)
    at = sites.index.get_indexer(pd.Index(clusters.members["site_id"]))
    kept[at] = clusters.table.index.get_indexer(pd.Index(clusters.members["cluster_id"]))

    assert shaken.variants.shape == (100, len(sites))
    assert shaken.variants.max() < len(clusters.table)
    # A site is drawn in 1 - 1/e of the resamples; of the street it never leaves.
    street = sites.index.str.startswith("a")
    assert (shaken.variants[:, street] == kept[street]).all()


def test_the_same_seed_shakes_the_same_way_whatever_the_order(
    sites, clusters, scenario, shaken, many
):
    again = resample_clusters(
        sites.iloc[::-1], clusters, policy=scenario.clusters, stability=many, rng=rng()
    )

    pd.testing.assert_frame_equal(again.table, shaken.table)
    assert (again.variants[:, ::-1] == shaken.variants).all()


def test_without_clusters_or_sites_there_is_nothing_to_shake(sites, tables, scenario, many):
    nowhere = find_clusters(sites.iloc[:0], tables.places({}), scenario.clusters)

    found = resample_clusters(sites, nowhere, policy=scenario.clusters, stability=many, rng=rng())

    assert found.table.empty
    assert (found.variants == -1).all()


def test_wrong_tables_are_refused(sites, clusters, scenario, many):
    shake = {"policy": scenario.clusters, "stability": many, "rng": rng()}

    with pytest.raises(MissingColumnsError, match="radius_metres"):
        resample_clusters(sites.drop(columns="radius_metres"), clusters, **shake)
    with pytest.raises(InputError, match="unknown"):
        resample_clusters(sites.drop("a00"), clusters, **shake)
