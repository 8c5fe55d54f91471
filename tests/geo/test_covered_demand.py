"""Covered demand by the clusters that join: by hand, and against the register so changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.assessment import assess
from geo.best_case import best_case
from geo.covered_demand import covered_demand
from geo.model import build_model
from geo.pools import make_pools

TODAY = date(2026, 11, 24)


@pytest.fixture
def world(tables, register, scenario):
    """Two towns 10 km apart that share a venue, one far away, and what could be delivered."""
    sites = tables.sites(
        {
            "a1": {"at": (400_000, 300_000), "employees": 400.0},
            "a2": {"at": (401_000, 300_000), "employees": 400.0},
            "b1": {"at": (410_000, 300_000), "employees": 400.0},
            "c1": {"at": (400_000, 600_000), "employees": 400.0},
        }
    )
    venues = tables.venues(
        {
            "va": {"at": (400_500, 300_000)},
            "vb": {"at": (410_500, 300_000), "ukprn": "10000002"},
            "vc": {"at": (400_000, 601_000), "ukprn": "10000003"},
        }
    )
    offers = tables.offers(
        [
            {"venue_id": "va", "programme_code": "Q", "places_per_year": 1.0},
            {"venue_id": "vb", "programme_code": "Q", "status": "planned", "places_per_year": 2.0},
            {"venue_id": "vc", "programme_code": "Q", "status": "could_deliver"},
            {
                "venue_id": "vc",
                "programme_code": "Q",
                "mode": "evening",
                "status": "could_deliver",
                "places_per_year": 3.0,
            },
        ]
    )
    demand = tables.demand(
        [
            {"site_id": site, "programme_code": "Q", "places": places}
            for site, places in (("a1", 2.0), ("a2", 1.0), ("b1", 4.0), ("c1", 3.0))
        ]
    )
    return replace(register, sites=sites, venues=venues, offers=offers, demand=demand)


def assessed(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    return assess(model, model.select())


def pools_of(register, rows):
    """Return pools that could be, by cluster, as :func:`geo.pilot.could_be_places` does."""
    pools = make_pools(register.offers.assign(ukprn=register.offers["venue_id"]))
    places = register.offers["places_per_year"].to_numpy(dtype=float)
    return pd.DataFrame(
        [(name, "Q", pools.of_offer[at], places[at]) for name, at in rows],
        columns=["cluster_id", "programme_code", "pool", "places"],
    )


def delivering(register, positions):
    offers = register.offers.copy()
    offers.loc[list(positions), "status"] = "delivered"
    return replace(register, offers=offers)


def served_in(register, scenario):
    assessment = assessed(register, scenario)
    demand = assessment.model.units.demand
    return best_case(assessment.valid, demand=demand, places=assessment.places).served


def test_by_hand(world, scenario):
    # At least 7 are needed about the two towns and 3 far away. One place is delivered, 2 are
    # planned there, and 3 could be far away.
    could = pools_of(world, [("A", 1), ("B", 1), ("C", 3), ("C", 2)])
    assessment = assessed(world, scenario)

    found = covered_demand(assessment, could, ["A", "B", "C"])

    assert found.before == pytest.approx(1.0)
    assert found.served(frozenset()) == pytest.approx(1.0)
    assert found.served(frozenset([0])) == pytest.approx(3.0)
    assert found.served(frozenset([0, 1])) == pytest.approx(3.0)
    assert found.served(frozenset([2])) == pytest.approx(4.0)
    assert found.served(frozenset([0, 1, 2])) == pytest.approx(6.0)


def test_the_register_so_changed_serves_what_was_promised(world, scenario):
    could = pools_of(world, [("A", 1), ("C", 3)])
    found = covered_demand(assessed(world, scenario), could, ["A", "C"])
    offers_of = {0: [1], 1: [3]}

    for size in range(3):
        for members in combinations(range(2), size):
            changed = delivering(world, [at for one in members for at in offers_of[one]])
            promised = found.served(frozenset(members))
            assert served_in(changed, scenario) == pytest.approx(promised, abs=1e-9)


def test_clusters_that_bring_the_same_are_solved_once(world, scenario):
    names = [f"c{number:02}" for number in range(40)]
    could = pools_of(world, [(name, at) for name in names for at in (1, 3)])

    found = covered_demand(assessed(world, scenario), could, names)
    served = {found.served(frozenset(range(size))) for size in range(1, 41)}

    assert len(served) == 1
    assert all(len(part.known) == 1 for part in found.parts)


def test_a_pool_that_states_no_places_adds_nothing(world, scenario):
    could = pools_of(world, [("C", 2)])

    found = covered_demand(assessed(world, scenario), could, ["C"])

    assert found.served(frozenset([0])) == found.before


def test_nothing_that_could_be_is_what_is_now(world, scenario):
    could = pools_of(world, [])
    assessment = assessed(world, scenario)
    before = assessment.places.copy()

    found = covered_demand(assessment, could, ["A"])

    assert found.parts == ()
    assert found.served(frozenset([0])) == pytest.approx(1.0)
    np.testing.assert_array_equal(assessment.places, before)


def test_more_clusters_never_serve_less_nor_add_more_to_a_larger_set(world, scenario):
    rng = np.random.default_rng(4)
    sites = [f"s{number}" for number in range(6)]
    for _ in range(20):
        register = random_world(world, sites, rng)
        rows = [(name, 6 + at) for at in range(4) for name in "ABC" if rng.random() < 0.6]
        found = covered_demand(assessed(register, scenario), pools_of(register, rows), list("ABC"))
        for one, other in ((0, 1), (1, 2), (2, 0)):
            alone = found.served(frozenset([one])) - found.before
            both = found.served(frozenset([one, other]))
            assert both >= found.served(frozenset([other])) - 1e-9
            assert both - found.served(frozenset([other])) <= alone + 1e-9


def random_world(world, sites, rng):
    """Return six venues that deliver a little and four that could, all within reach of some."""
    # Taken from the tables of the small world, so that every column is there.
    base, venue = world.sites.iloc[[0] * len(sites)], world.venues.iloc[[0] * 10]
    offer, demand = world.offers.iloc[[0] * 10], world.demand.iloc[[0] * len(sites)]
    east = rng.uniform(0, 60_000, size=len(sites)) + 400_000
    west = rng.uniform(0, 60_000, size=10) + 400_000
    names = [f"v{number}" for number in range(10)]
    return replace(
        world,
        sites=base.set_axis(sites).set_geometry(points(east), crs=world.sites.crs),
        venues=venue.set_axis(names).set_geometry(points(west), crs=world.venues.crs),
        offers=offer.assign(
            venue_id=names,
            status=["delivered"] * 6 + ["planned"] * 4,
            places_per_year=rng.integers(1, 6, size=10).astype(float),
        ).reset_index(drop=True),
        demand=demand.assign(
            site_id=sites, places=rng.integers(1, 8, size=len(sites)).astype(float)
        ).reset_index(drop=True),
    )


def points(east):
    return gpd.points_from_xy(east, np.full(len(east), 300_000.0))


def test_what_a_delivered_pool_could_also_be_reaches_nobody_yet(world, scenario, tables):
    shared = {"programme_code": "Q", "pool_id": "one", "places_per_year": 50.0}
    offers = tables.offers(
        [{"venue_id": "va", **shared}, {"venue_id": "vc", "status": "planned", **shared}]
    )
    register = replace(world, offers=offers)

    found = covered_demand(assessed(register, scenario), pools_of(register, []), [])

    assert found.before == pytest.approx(served_in(register, scenario))
