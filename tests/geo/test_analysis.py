"""The whole analysis: against a plain reading of the definitions, and a small world by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from naive_coverage import Naive, rows_of_worlds, world

from geo.analysis import ALL, Analysis, analyse
from geo.errors import InputError, MissingColumnsError

TODAY = date(2026, 11, 23)


@settings(max_examples=25)
@given(rows=rows_of_worlds())
def test_coverage_is_what_the_definitions_say(tables, scenario, rows):
    register = world(tables, rows)
    expected = Naive(register).coverage()

    coverage = analyse(register, scenario, as_of=TODAY).coverage

    found = coverage.set_index(["site_id", "programme_code"])
    assert list(found.index) == sorted(expected)
    for unit, (available, gap_class) in expected.items():
        assert found.loc[unit, "gap_class"] == gap_class, unit
        assert found.loc[unit, "places_available"] == pytest.approx(available, nan_ok=True), unit


@pytest.fixture(scope="module")
def analysis(register, scenario) -> Analysis:
    return analyse(register, scenario, as_of=TODAY)


def test_the_small_world_has_every_class_that_is_tested(analysis):
    found = analysis.coverage.set_index(["site_id", "programme_code"])["gap_class"].to_dict()

    assert {site: found[site, "P"] for site, p in found if p == "P"} == {
        "s1": "delivered_too_few_places",  # beside s2, which needs ten times as much
        "s2": "delivered_too_few_places",
        "s3": "delivered_skill_missing",  # v2 has no LAB, and the site hosts none
        "s4": "unknown",  # across the water
        "s5": "no_reach",
        "s6": "unknown",  # no point
        "s7": "unknown",  # no demand known
        "s8": "covered",  # hosts LAB itself
    }
    assert {site: found[site, "Q"] for site, p in found if p == "Q"} == {
        "s1": "wrong_programme",
        "s2": "wrong_programme",
        "s3": "could_be_delivered",
        "s4": "no_reach",
        "s5": "no_reach",
        "s6": "unknown",
        "s7": "wrong_programme",
        "s8": "could_be_delivered",
    }


def test_places_of_the_small_world_by_hand(analysis):
    by_unit = analysis.coverage.set_index(["site_id", "programme_code"])

    # Ten places at v1, both 5 km away: 2.85 and 28.5 needed (s7's demand is unknown).
    places = by_unit["places_available"]
    assert places["s1", "P"] == pytest.approx(10 * 2.85 / 31.35)
    assert places["s2", "P"] == pytest.approx(10 * 28.5 / 31.35)
    assert places["s8", "P"] == pytest.approx(5.0)
    assert np.isnan(places["s7", "P"])
    assert by_unit.loc[("s1", "P"), "nearest_venue_id"] == "v1"
    assert by_unit.loc[("s1", "P"), "nearest_minutes"] == pytest.approx(11.5)
    assert analysis.capacity_tested
    assert analysis.unplaced_venues == 0


def test_the_tables_have_the_columns_and_the_order_that_are_stored(analysis):
    coverage = analysis.coverage
    keys = list(zip(coverage["site_id"], coverage["programme_code"], strict=True))

    assert list(coverage.columns) == [
        "site_id",
        "programme_code",
        "demand",
        "demand_low",
        "demand_high",
        "demand_basis",
        "demand_new_starters",
        "demand_existing_workforce",
        "reachable_venues",
        "nearest_venue_id",
        "nearest_minutes",
        "places_available",
        "places_low",
        "places_high",
        "shortfall_certain",
        "cohort_probability",
        "nearest_public_minutes",
        "gap_class",
        "reason",
        "fix",
    ]
    assert keys == sorted(keys)
    assert set(analysis.rankings["scope"]) <= {ALL, "P", "Q"}
    assert list(analysis.cluster_sites.columns) == ["site_id", "cluster_id", "campus_id"]


def test_choosing_programmes_changes_no_number(register, scenario, analysis):
    chosen = analyse(register, scenario, as_of=TODAY, programmes=["Q"])

    only = analysis.coverage[analysis.coverage["programme_code"] == "Q"].reset_index(drop=True)
    pd.testing.assert_frame_equal(chosen.coverage, only)
    assert set(chosen.rankings["scope"]) <= {ALL, "Q"}


def test_the_order_of_rows_changes_nothing(register, scenario, analysis):
    names = ("sites", "venues", "units", "offers", "barriers", "programmes")
    turned = replace(register, **{name: getattr(register, name)[::-1] for name in names})

    found = analyse(turned, scenario, as_of=TODAY)

    pd.testing.assert_frame_equal(found.coverage, analysis.coverage, rtol=1e-12)


def test_the_register_stays_as_it_was(register, scenario):
    before = {f.name: getattr(register, f.name).copy() for f in fields(register)}

    analyse(register, scenario, as_of=TODAY)

    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(register, name), table)


def test_a_shorter_budget_never_covers_more_venues(register, with_changes):
    counts = [
        analyse(register, with_changes("tolerance", {"budget_hours": hours}), as_of=TODAY)
        .coverage["reachable_venues"]
        .to_numpy()
        for hours in (0, 20, 60, 120)
    ]

    for fewer, more in pairwise(counts):
        assert (fewer <= more).all()
    assert counts[0].sum() < counts[-1].sum()


def test_a_silent_venue_makes_unknown_what_is_within_its_reach(tables, register, scenario):
    silent = tables.venues({"v9": {"at": (400_000 + 65_000, 500_000)}})
    sites = tables.sites(
        {
            # 1.3 * 65 + 5 = 89.5 minutes, and 1.3 * 66 + 5 = 90.8; the estuary is between.
            "in": {"at": (400_000, 500_000)},
            "out": {"at": (399_000, 500_000)},
        }
    )
    venues = gpd.GeoDataFrame(pd.concat([register.venues, silent]), crs=silent.crs)

    found = analyse(replace(register, venues=venues, sites=sites), scenario, as_of=TODAY).coverage

    by_site = found.set_index(["site_id", "programme_code"])["gap_class"]
    assert by_site.to_dict() == {
        ("in", "P"): "unknown",
        ("in", "Q"): "unknown",
        ("out", "P"): "no_reach",
        ("out", "Q"): "no_reach",
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("could_deliver", "delivered_too_few_places"),
        ("lapsed", "delivered_too_few_places"),
        ("unknown", "unknown"),
        ("delivered", "covered"),
    ],
)
def test_a_shared_pool_holds_what_its_delivered_offers_state(
    tables, register, scenario, status, expected
):
    lab = {"venue_id": "v1", "programme_code": "Q", "pool_id": "lab"}
    offers = tables.offers(
        [
            {**lab, "mode": "blended", "places_per_year": 0.1},
            {**lab, "mode": "evening", "places_per_year": 900.0, "status": status},
        ]
    )
    near = replace(register, offers=offers, venues=register.venues.loc[["v1"]])

    found = analyse(near, scenario, as_of=TODAY).coverage

    by_unit = found.set_index(["site_id", "programme_code"])["gap_class"]
    assert by_unit["s1", "Q"] == expected


@pytest.mark.parametrize("empty", ["sites", "venues", "offers", "units", "demand", "barriers"])
def test_a_table_without_rows_is_no_error(register, scenario, empty):
    changes = {empty: getattr(register, empty).iloc[:0]}
    if empty == "venues":
        changes["offers"] = register.offers.iloc[:0]

    found = analyse(replace(register, **changes), scenario, as_of=TODAY)

    assert len(found.coverage) == (0 if empty == "sites" else 16)
    assert found.capacity_tested == (empty not in ("venues", "offers"))


def test_venues_without_a_point_are_counted_and_reach_nobody(register, scenario):
    venues = register.venues.copy()
    venues.loc["v1", "geometry"] = None

    found = analyse(replace(register, venues=venues), scenario, as_of=TODAY)

    assert found.unplaced_venues == 1
    assert "v1" not in set(found.coverage["nearest_venue_id"])


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("offers", {"programme_code": "X"}, "'programme_code' in 'offers' are unknown"),
        ("offers", {"venue_id": "gone"}, "'venue_id' in 'offers' are unknown"),
        ("offers", {"status": "sure"}, "'status' in 'offers' holds sure"),
        ("offers", {"mode": "weekend"}, "'mode' in 'offers' holds weekend"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(register, scenario, table, change, words):
    wrong = replace(register, **{table: getattr(register, table).assign(**change)})

    with pytest.raises(InputError, match=words):
        analyse(wrong, scenario, as_of=TODAY)


def test_unknown_and_missing_programmes_are_refused(register, scenario):
    with pytest.raises(InputError, match="No programme has the code 'X'; there are P, Q"):
        analyse(register, scenario, as_of=TODAY, programmes=["P", "X"])
    none = replace(register, programmes=register.programmes.iloc[:0])
    with pytest.raises(InputError, match="The register has no programme; load the table"):
        analyse(none, scenario, as_of=TODAY)
    short = replace(register, offers=register.offers.drop(columns="pool_id"))
    with pytest.raises(MissingColumnsError, match="'offers' lacks pool_id"):
        analyse(short, scenario, as_of=TODAY)
