"""Worlds: the recorded one is the run's own, and what is drawn is what is uncertain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.assessment import assess
from geo.cluster_provision import unit_provision
from geo.model import build_model
from geo.worlds import Worlds

TODAY = date(2026, 11, 24)


def assessed(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    return assess(model, model.select())


def certain(scenario, **changes):
    """Return the scenario with journeys that are certain."""
    return replace(scenario, travel=replace(scenario.travel, sigma_minutes=0.0), **changes)


def draw(assessment, seed=1):
    return Worlds(assessment).draw(np.random.default_rng(seed))


@pytest.fixture(scope="module")
def anywhere(tables, register):
    """Return the small world with an offer that reaches everyone, and one far afield."""
    offers = pd.concat(
        [
            register.offers,
            tables.offers(
                [
                    {
                        "venue_id": "v3",
                        "programme_code": "Q",
                        "mode": "e_learning",
                        "places_per_year": 8.0,
                    },
                    {"venue_id": "v1", "programme_code": "Q", "mode": "blended"},
                ]
            ),
        ],
        ignore_index=True,
    )
    return replace(register, offers=offers)


def test_the_recorded_world_is_that_of_the_run(anywhere, scenario):
    assessment = assessed(anywhere, scenario)
    found = unit_provision(assessment)

    world = Worlds(assessment).as_recorded()

    for mine, theirs in (
        (world.demand, assessment.model.units.demand),
        (world.places_available, assessment.places_available),
        (world.good_in_reach, found["good_in_reach"]),
        (world.best_score, found["best_score"]),
        (world.practical_cover, found["practical_cover"]),
    ):
        np.testing.assert_allclose(np.asarray(mine, float), np.asarray(theirs, float))


def test_where_nothing_is_uncertain_every_world_is_the_recorded_one(anywhere, scenario):
    assessment = assessed(anywhere, certain(scenario))

    drawn, recorded = draw(assessment), Worlds(assessment).as_recorded()

    np.testing.assert_allclose(drawn.places_available, recorded.places_available)
    np.testing.assert_array_equal(drawn.employees, recorded.employees)
    np.testing.assert_array_equal(drawn.could_pool, recorded.could_pool)


def test_employees_lie_evenly_in_their_band_and_demand_goes_with_them(register, scenario, tables):
    sites = register.sites.copy()
    sites.loc["s1", ["employees", "employees_low", "employees_high"]] = [np.nan, 100.0, 300.0]
    assessment = assessed(replace(register, sites=sites), certain(scenario))
    worlds, random = Worlds(assessment), np.random.default_rng(3)
    units = assessment.model.units
    at = assessment.model.register.sites.index.get_loc("s1")

    drawn = [worlds.draw(random) for _ in range(400)]

    people = np.array([world.employees[at] for world in drawn])
    assert people.min() >= 100
    assert people.max() <= 300
    assert people.mean() == pytest.approx(200, abs=5 * 200 / 12**0.5 / 400**0.5)
    for world in drawn[:5]:
        mine = units.site == at
        np.testing.assert_allclose(
            world.demand[mine], units.demand[mine] * world.employees[at] / 200
        )
        np.testing.assert_allclose(world.demand[~mine], units.demand[~mine])


def test_stated_demand_does_not_move_with_employees(register, scenario, tables):
    sites = register.sites.copy()
    sites.loc["s1", ["employees", "employees_low", "employees_high"]] = [np.nan, 100.0, 300.0]
    stated = tables.demand(
        [
            {"site_id": "s1", "programme_code": "P", "stream": stream, "places": 4.0}
            for stream in ("new_starters", "existing_workforce")
        ]
    )
    assessment = assessed(replace(register, sites=sites, demand=stated), certain(scenario))
    unit = assessment.model.demand.index[
        (assessment.model.demand[["site_id", "programme_code"]] == ["s1", "P"]).all(axis=1)
    ]

    assert draw(assessment).demand[unit].tolist() == [8.0]


def test_a_journey_just_beyond_its_limit_may_be_in_time(register, scenario, tables):
    # 31 km at 60 km/h and a detour of 1.3 is 45.3 minutes; day release goes to 45.
    sites = tables.sites({"s1": {"at": (400_000, 300_000), "employees": 400.0}})
    venues = tables.venues({"v1": {"at": (431_000, 300_000)}})
    offers = tables.offers([{"venue_id": "v1", "programme_code": "P", "places_per_year": 5.0}])
    far = replace(register, sites=sites, venues=venues, offers=offers, barriers=tables.barriers([]))
    assessment = assessed(far, scenario)
    worlds, random = Worlds(assessment), np.random.default_rng(5)
    unit = assessment.model.demand.index[assessment.model.demand["programme_code"] == "P"]

    reached = [worlds.draw(random).places_available[unit][0] > 0 for _ in range(300)]

    assert assessment.places_available[unit].tolist() == [0.0]
    # The error is normal with 8 minutes: it is in time a little less than half the time.
    assert np.mean(reached) == pytest.approx(0.485, abs=5 * 0.5 / 300**0.5)


def test_a_region_shares_its_part_of_the_error(register, scenario, tables):
    sites = tables.sites(
        {
            f"s{n}": {"at": (400_000 + 20 * n, 300_000), "employees": 40.0, "region": "R"}
            for n in range(30)
        }
    )
    venues = tables.venues({"v1": {"at": (431_000, 300_000)}})
    offers = tables.offers([{"venue_id": "v1", "programme_code": "P", "places_per_year": 5.0}])
    far = replace(register, sites=sites, venues=venues, offers=offers, barriers=tables.barriers([]))

    def spread(share):
        policy = replace(scenario.robustness, shared_travel_share=share)
        worlds = Worlds(assessed(far, replace(scenario, robustness=policy)))
        random = np.random.default_rng(2)
        counts = [(worlds.draw(random).places_available > 0).sum() for _ in range(60)]
        return np.std(counts)

    # If all of it is shared all sites are reached or none; if none is, about half.
    assert spread(1.0) > 12
    assert spread(0.0) < 5


def test_the_same_seed_draws_the_same_world_and_the_register_stays(register, scenario):
    assessment = assessed(register, scenario)
    kept = register.sites.copy()

    one, other = draw(assessment, 9), draw(assessment, 9)

    np.testing.assert_array_equal(one.places_available, other.places_available)
    pd.testing.assert_frame_equal(register.sites, kept)


@pytest.mark.parametrize("table", ["sites", "venues", "offers", "units"])
def test_a_table_without_rows_gives_an_empty_world(register, scenario, table):
    empty = replace(register, **{table: getattr(register, table).iloc[:0]})
    if table == "venues":
        empty = replace(empty, offers=register.offers.iloc[:0])

    world = draw(assessed(empty, scenario))

    assert len(world.demand) == len(world.best_score) == len(world.practical_cover)
