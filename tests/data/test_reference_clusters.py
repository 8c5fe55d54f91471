"""Well-known clusters: found in the illustrative register and in synthetic ones of known truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic_uk import SITES, synthetic_uk

from app.db.engine import reading
from app.services.scenarios import read_scenario
from app.services.snapshot import take_snapshot
from etl.reference import read_reference
from geo.clusters import find_clusters
from geo.reference_check import check_reference

DATA = Path(__file__).parents[2] / "data"
CUTS = (14_500.0, 16_000.0, 20_000.0)
DELETIONS = 100


@pytest.fixture(scope="module")
def policy():
    return read_scenario(DATA).clusters


@pytest.fixture(scope="module")
def reference():
    return read_reference(DATA)


@pytest.fixture(scope="module")
def sites(demo):
    with reading(demo.engine) as connection:
        return take_snapshot(connection).register(demo.reference).sites


def checked(sites, policy, reference, cut):
    cut_there = replace(policy, cluster_cut_metres=cut)
    clusters = find_clusters(sites, reference.places, cut_there)
    return check_reference(sites, clusters, reference.reference_clusters)


@pytest.mark.parametrize("cut", CUTS)
def test_the_illustrative_register_has_them(sites, policy, reference, cut):
    found = checked(sites, policy, reference, cut)

    assert found.recall == (15, 15)
    assert (found.joined, found.torn, found.wrong_class) == ((), (), ())
    assert found.widest_metres <= 45_000


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("seed", range(1, 6))
def test_synthetic_registers_have_them(policy, reference, seed, cut):
    made = synthetic_uk(seed)

    found = checked(made, policy, reference, cut)

    assert len(made) == SITES
    assert found.recall[0] >= 13
    assert (found.joined, found.wrong_class) == ((), ())
    assert found.widest_metres <= 45_000


def test_at_twenty_kilometres_no_synthetic_register_joins_a_pair(policy, reference):
    # Of twenty three did while every campus counted the same in the linkage, whatever its size.
    found = [checked(synthetic_uk(seed), policy, reference, CUTS[2]) for seed in range(1, 21)]

    assert [check.joined for check in found] == [()] * 20
    assert min(check.recall[0] for check in found) >= 13
    assert max(check.widest_metres for check in found) <= 45_000
    # One lays two large sites of nobody's beside Huntingdon, whose employer then has 49.9 %.
    assert sum(check.wrong_class == ("Huntingdon",) for check in found) <= 1


def kept(sites, policy, reference):
    """Return the mean share of clusters whose id is found again after deleting 5 % of sites."""
    whole = find_clusters(sites, reference.places, policy).table.index
    shares = []
    for seed in range(DELETIONS):
        order = np.random.default_rng(seed).permutation(len(sites))
        some = sites.iloc[np.sort(order[: round(len(sites) * 0.95)])]
        shares.append(whole.isin(find_clusters(some, reference.places, policy).table.index).mean())
    return float(np.mean(shares))


def test_ids_survive_the_loss_of_a_twentieth_of_the_sites(sites, policy, reference):
    assert kept(sites, policy, reference) >= 0.9


def test_ids_survive_it_at_full_size(policy, reference):
    assert kept(synthetic_uk(), policy, reference) >= 0.9


@pytest.mark.parametrize(
    "precision", ["registered_office", "postcode_sector", "postcode_shared", "town"]
)
def test_three_hundred_companies_at_one_postcode_make_no_cluster(
    sites, policy, reference, precision
):
    agent = sites.iloc[[0] * 300].assign(
        employer=[f"Company {number}" for number in range(300)],
        company_number=None,
        employees=5.0,
        employees_low=np.nan,
        employees_high=np.nan,
        precision_class=precision,
    )
    agent.index = [f"stack-{number:03}" for number in range(300)]

    assert find_clusters(agent, reference.places, policy).table.empty
    # The same companies, each at a place of its own there, are a cluster.
    apart = agent.assign(precision_class="exact")
    assert len(find_clusters(apart, reference.places, policy).table) == 1
