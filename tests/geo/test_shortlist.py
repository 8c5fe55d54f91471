"""The shortlist: starters against a cohort, neighbours to pool with, places, and what lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from geo.assessment import assess
from geo.model import build_model
from geo.shortlist import (
    Starters,
    delivered_pools,
    fewest_lacking,
    needed_starters,
    shortlist,
    starters_of,
)

TODAY = date(2026, 11, 24)


def test_needed_starters_make_the_minimum_as_likely_as_asked():
    for minimum in (1, 6, 8, 12):
        for probability in (0.3, 0.5, 0.9):
            [needed] = needed_starters(np.array([float(minimum)]), probability=probability)
            assert poisson.sf(minimum - 1, needed) == pytest.approx(probability)
    # The note's own case: 5.9 starters reach eight with a probability of 0.24.
    assert poisson.sf(7, 5.9) == pytest.approx(0.24, abs=0.01)


@pytest.fixture(scope="module")
def assessment(tables, register, scenario):
    """Three clusters of one site each: two share a venue, the third lies far away."""
    sites = tables.sites(
        {
            "s1": {"at": (400_000, 300_000)},
            "s2": {"at": (410_000, 300_000)},
            "s3": {"at": (400_000, 600_000)},
        }
    )
    venues = tables.venues(
        {"v1": {"at": (405_000, 300_000)}, "v2": {"at": (400_000, 601_000), "ukprn": "10000002"}}
    )
    demand = tables.demand(
        [
            {"site_id": site, "programme_code": "P", "stream": stream, "places": places}
            for site, places in (("s1", 5.0), ("s2", 2.0), ("s3", 20.0))
            for stream in ("new_starters", "existing_workforce")
        ]
    )
    made = replace(
        register,
        sites=sites,
        venues=venues,
        demand=demand,
        barriers=tables.barriers([]),
        programmes=tables.programmes({"P": {"demand_share": 0.5, "min_cohort": 14}}),
        units=tables.units([]),
        offers=tables.offers(
            [
                {"venue_id": "v1", "programme_code": "P", "places_per_year": 10.0},
                {"venue_id": "v2", "programme_code": "P"},
            ]
        ),
    )
    model = build_model(made, scenario, as_of=TODAY)
    return assess(model, model.select())


SITES_OF = {"x": ["s1"], "y": ["s2"], "z": ["s3"]}


def test_neighbours_that_share_a_venue_make_up_what_lacks(assessment):
    found = starters_of(assessment, SITES_OF, ["x", "y", "z"])["starters"]

    # 13.67 expected starters make 14 as likely as not; x has 10, y 4, z 40.
    x = found["x", "P"]
    assert (x.expected, x.minimum, x.short) == (10.0, 14.0, 4)
    assert (x.pool_with, x.pooling_suffices) == (("y",), True)
    y = found["y", "P"]
    assert (y.short, y.pool_with, y.pooling_suffices) == (10, ("x",), True)
    z = found["z", "P"]
    assert (z.short, z.pool_with, z.pooling_suffices) == (0, (), True)


def test_a_drawn_cluster_is_nobodys_neighbour_nor_one_that_shares_sites(assessment):
    sites_of = {"x": ["s1"], "both": ["s1", "s2"], "y": ["s2"]}

    found = starters_of(assessment, sites_of, ["x"])["starters"]

    assert found["x", "P"].pool_with == ()
    assert not found["x", "P"].pooling_suffices
    assert found["both", "P"].pool_with == ()
    assert found["y", "P"].pool_with == ("x",)


def test_places_are_those_of_pools_within_reach_each_once(assessment):
    found = delivered_pools(assessment, SITES_OF | {"both": ["s1", "s2"]})

    places = found.groupby("cluster_id")["places"].sum(min_count=1).to_dict()
    assert places == {
        "x": 10.0,
        "y": 10.0,
        "both": 10.0,
        "z": pytest.approx(np.nan, nan_ok=True),
    }
    assert not found.duplicated(["cluster_id", "programme_code", "pool"]).any()


def test_the_row_says_what_is_missing(assessment):
    starters = starters_of(assessment, SITES_OF, ["x", "y", "z"])
    delivered = pd.Series({"x": 10.0, "y": 0.0, "z": np.nan})
    could = pd.Series({"x": 0.0, "y": 0.0, "z": 0.0})
    ready = pd.Series({"z": True, "x": True, "y": False})

    rows = shortlist(starters, (delivered, could), ready, None)

    assert [row.cluster_id for row in rows] == ["z", "x", "y"]
    assert [row.lacks for row in rows] == [(), ("starters",), ("champion", "starters", "places")]


def test_the_programme_that_lacks_fewest_stands_for_all():
    some = [
        Starters(code, 1.0, 8.0, short, (), pooling_suffices=False)
        for code, short in (("B", 2), ("C", 1), ("A", 2))
    ]

    assert fewest_lacking(some).programme_code == "C"
    assert fewest_lacking([one for one in some if one.short == 2]).programme_code == "A"


def test_no_cluster(assessment):
    assert starters_of(assessment, {}, []).empty
    assert delivered_pools(assessment, {}).empty
    assert (
        shortlist(
            starters_of(assessment, {}, []),
            (pd.Series(dtype=float),) * 2,
            pd.Series(dtype=bool),
            None,
        )
        == []
    )
