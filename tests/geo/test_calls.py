"""Calls: what is asked, in which order, and whether to follow it pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import following_the_list
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from naive_coverage import rows_of_worlds, world

from geo.assessment import assess
from geo.calls import CALL_COLUMNS, calls_to_make
from geo.model import build_model

TODAY = date(2026, 11, 24)


def calls_of(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    return calls_to_make(assess(model, model.select()))


def about(calls):
    return [(row.table, *row.key.values(), row.field) for row in calls.itertuples()]


@pytest.fixture
def plain(tables, register):
    """Return a world of which everything is known: 12 needed at one site, 4 places."""
    at = {"at": (400_000, 300_000), "employees": 400.0, "units_hosted": "none"}
    return replace(
        register,
        sites=tables.sites({"s1": at, "s2": {**at, "at": (401_000, 300_000)}}),
        venues=tables.venues({"v1": {"at": (402_000, 300_000), "provider": "College"}}),
        programmes=tables.programmes({"P": {"title": "Technician", "demand_share": 0.5}}),
        units=tables.units(),
        offers=tables.offers(
            [{"venue_id": "v1", "programme_code": "P", "places_per_year": 4.0, "last_starts": 9}]
        ),
        demand=tables.demand(
            [
                {"site_id": s, "programme_code": "P", "stream": stream, "places": n}
                for s, n in (("s1", 12.0), ("s2", 4.0))
                for stream, n in (("new_starters", n), ("existing_workforce", 0.0))
            ]
        ),
    )


def test_nothing_is_asked_of_what_is_known(plain, scenario):
    calls = calls_of(plain, scenario)

    assert calls.empty
    assert list(calls.columns) == list(CALL_COLUMNS)


def test_an_offer_of_unknown_status(plain, scenario, tables):
    offers = tables.offers(
        [
            {"venue_id": "v1", "programme_code": "P", "places_per_year": 4.0},
            {
                "venue_id": "v1",
                "programme_code": "P",
                "mode": "block_daily",
                "status": "unknown",
                "places_per_year": 8.0,
            },
        ]
    )

    [call] = calls_of(replace(plain, offers=offers), scenario).to_dict("records")

    assert call["question"] == "Does College, Venue v1 deliver Technician (P) by block daily now?"
    assert call["key"] == {"venue_id": "v1", "programme_code": "P", "mode": "block_daily"}
    assert (call["rank"], call["table"], call["field"]) == (1, "offers", "status")
    # Sixteen are needed and 4 served; 8 places of its own would serve as many more.
    assert call["demand_affected"] == pytest.approx(16)
    assert call["served_swing"] == pytest.approx(8)
    assert call["score"] == pytest.approx(8)
    assert call["units_affected"] == 2


def test_a_venue_without_offers_comes_by_the_demand_that_it_could_serve(plain, scenario, tables):
    venues = tables.venues(
        {
            "v1": {"at": (402_000, 300_000)},
            "far": {"at": (900_000, 300_000)},
            "near": {"at": (401_000, 300_000)},
            "nowhere": {"at": None},
        }
    )

    calls = calls_of(replace(plain, venues=venues), scenario)

    # The usual places are those of the only pool that states any.
    assert about(calls) == [("venues", "near", "offers")]
    assert calls["served_swing"].tolist() == pytest.approx([4.0])


def test_where_no_offer_is_recorded_every_venue_near_demand_is_asked(plain, scenario, tables):
    venues = tables.venues({"v1": {"at": (402_000, 300_000)}, "v2": {"at": (460_000, 300_000)}})
    nothing = replace(plain, offers=tables.offers(), venues=venues)

    calls = calls_of(nothing, scenario)

    # Within 90 minutes are both; nothing bounds what they may deliver.
    assert about(calls) == [("venues", "v1", "offers"), ("venues", "v2", "offers")]
    assert calls["score"].tolist() == pytest.approx([16, 16])
    assert calls["units_could_change"].tolist() == [2, 2]


def test_places_that_are_not_stated_are_asked_once_a_pool(plain, scenario, tables):
    offer = {"venue_id": "v1", "programme_code": "P"}
    offers = tables.offers([offer, {**offer, "mode": "block_daily"}])
    venues = tables.venues(
        {"v1": {"at": (402_000, 300_000)}, "v2": {"at": (700_000, 300_000), "ukprn": "2"}}
    )
    other = tables.offers([{"venue_id": "v2", "programme_code": "P", "places_per_year": 6.0}])
    offers = pd.concat([offers, other], ignore_index=True)

    [call] = calls_of(replace(plain, offers=offers, venues=venues), scenario).to_dict("records")

    assert call["field"] == "places_per_year"
    assert "over its 2 offers together" in call["question"]


def test_demand_that_is_unknown_is_asked_where_it_would_be_stated(plain, scenario, tables):
    sites = plain.sites.copy()
    sites.loc["s2", "employees"] = np.nan
    demand = plain.demand[plain.demand["site_id"] == "s1"].assign(places=np.nan)
    both = calls_of(replace(plain, sites=sites, demand=demand), scenario)
    extra = calls_of(replace(plain, sites=sites, demand=plain.demand.iloc[:2]), scenario)

    assert sorted(about(both)) == [
        ("demand", "s1", "P", "existing_workforce", "places"),
        ("sites", "s2", "employees"),
    ]
    assert about(extra) == [("sites", "s2", "employees")]


def test_what_a_site_hosts_and_a_remote_offer_teaches(plain, scenario, tables):
    units = tables.units(
        [{"programme_code": "P", "unit_code": "L", "kind": "practical", "place": "either"}]
    )
    sites = plain.sites.assign(units_hosted=pd.Series([None, "none"], ["s1", "s2"], dtype="str"))
    offers = plain.offers.assign(mode="mentoring")

    calls = calls_of(replace(plain, units=units, sites=sites, offers=offers), scenario)

    assert sorted(about(calls)) == [
        ("offers", "v1", "P", "mentoring", "units"),
        ("sites", "s1", "units_hosted"),
    ]


def test_journeys_across_water_and_things_without_a_place(plain, scenario, tables):
    river = shapely.LineString([(400_500, 0), (400_500, 900_000)])
    across = replace(plain, barriers=tables.barriers([("The Wash", "estuary", river)]))
    sites = plain.sites.copy()
    sites.loc["s1", "geometry"] = None
    venues = plain.venues.copy()
    venues.loc["v1", "geometry"] = None

    assert about(calls_of(across, scenario)) == [("travel_times", "s1", "v1", "travel_minutes")]
    assert about(calls_of(replace(plain, sites=sites), scenario)) == [("sites", "s1", "postcode")]
    found = calls_of(replace(plain, venues=venues), scenario)
    assert about(found) == [("venues", "v1", "postcode")]
    assert found["served_swing"].tolist() == pytest.approx([4.0])


@settings(max_examples=25, deadline=None)
@given(rows=rows_of_worlds())
def test_calls_are_ordered_whole_and_the_same_for_any_order_of_rows(tables, scenario, rows):
    register = world(tables, rows)
    turned = {
        name: dict(reversed(part.items())) if isinstance(part, dict) else part[::-1]
        for name, part in rows.items()
    }
    before = register.offers.copy()

    calls = calls_of(register, scenario)
    again = calls_of(world(tables, turned), scenario)

    assert calls["rank"].tolist() == list(range(1, len(calls) + 1))
    assert (calls["score"].round(6).astype(float).diff().dropna() <= 0).all()
    assert (calls["units_could_change"] <= calls["units_affected"]).all()
    assert (
        np.isfinite(calls[["score", "served_swing", "demand_affected"]].astype(float)).all().all()
    )
    assert len(set(about(calls))) == len(calls)
    assert about(again) == about(calls)
    pd.testing.assert_frame_equal(register.offers, before)


WORLDS = 30


@pytest.mark.slow
def test_to_follow_the_list_names_the_top_areas_sooner_than_chance(tables, default_content):
    """Make the list anew after each call, as who follows it does.

    Over 200 worlds the median of calls by the list over calls in random order is below 0.5, where
    the top areas are not right from the start: ``make bench`` measures it. Of so few worlds as
    here the median is known to some 0.1.
    """
    found = following_the_list.ratios(tables, default_content, worlds_count=WORLDS)

    assert len(found) > WORLDS / 2
    assert np.median(found) <= 0.6
