"""Reasons and fixes: a sentence for every class, that names what decided it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_world import delivered

from geo.analysis import analyse, coverage_table
from geo.assessment import assess
from geo.model import build_model
from geo.reasons import nearest
from geo.stages import UnitPairs
from geo.types import Register

TODAY = date(2026, 11, 23)


def pairs_of(rows):
    unit, offer, minutes = list(zip(*rows, strict=True)) or [(), (), ()]
    known = np.full(len(rows), 2, dtype=np.int8)
    return UnitPairs(
        np.array(unit, dtype=np.int64),
        np.array(offer, dtype=np.int64),
        np.array(minutes, dtype=float),
        known,
        known,
        np.ones(len(rows)),
    )


def test_the_nearest_offer_is_the_first_of_the_quickest_and_the_unknown_come_last():
    rows = [(0, 3, 9.0), (0, 2, 5.0), (0, 1, 5.0), (1, 4, np.nan), (1, 5, 80.0), (2, 6, np.nan)]

    found = nearest(4, pairs_of(rows), np.ones(6, dtype=bool))

    assert found.offer.tolist() == [1, 5, 6, -1]
    assert found.minutes.tolist() == pytest.approx([5, 80, np.nan, np.nan], nan_ok=True)


rows_of_pairs = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.just(np.nan) | st.floats(0, 100)),
    unique_by=lambda row: row[:2],
    max_size=12,
)


@given(rows=rows_of_pairs, data=st.data())
def test_the_nearest_is_the_least_of_those_chosen(rows, data):
    chosen = np.array([data.draw(st.booleans()) for _ in rows], dtype=bool)

    found = nearest(4, pairs_of(rows), chosen)

    for unit in range(4):
        mine = [
            (np.inf if np.isnan(t) else t, offer)
            for (u, offer, t), c in zip(rows, chosen, strict=True)
            if u == unit and c
        ]
        assert found.offer[unit] == (min(mine)[1] if mine else -1)
        least = min(mine)[0] if mine else np.inf
        assert np.isnan(found.minutes[unit]) if np.isinf(least) else found.minutes[unit] == least


def world_of(tables, offers, *, site=None, barriers=(), units=(), minimum=None):
    """Return a site, 10 km from v1 and 20 km from v2, that needs 57 places of programme P."""
    return Register(
        sites=tables.sites({"s": {"at": (0.0, 0.0), "technicians": 1000.0} | (site or {})}),
        venues=tables.venues(
            {
                "v1": {"at": (10_000.0, 0.0), "name": "<b>Near</b>"},
                "v2": {"at": (-20_000.0, 0.0), "name": "Far", "ukprn": "10000002"},
            }
        ),
        # 1000 * (0.047 + 0.01) = 57 places a year.
        providers=tables.providers(),
        achievements=tables.achievements(),
        programmes=tables.programmes(
            {"P": {"demand_share": 1.0, "min_cohort": minimum}, "Q": {"demand_share": 0.0}}
        ),
        units=tables.units([{"programme_code": "P", **unit} for unit in units]),
        offers=tables.offers([{"programme_code": "P", **offer} for offer in offers]),
        demand=tables.demand(),
        champions=tables.champions(),
        travel_times=tables.travel_times(),
        barriers=tables.barriers(barriers),
        places=tables.places({"Hereby": (0.0, 0.0)}),
    )


def explained(tables, scenario, offers, **world):
    """Return class, reason and fix of programme P at the site."""
    register = world_of(tables, offers, **world)
    found = analyse(register, scenario, as_of=TODAY).coverage.set_index("programme_code")
    return tuple(found.loc["P", ["gap_class", "reason", "fix"]])


# Of the other venue, something is recorded, so that it is not unknown.
V1 = {"venue_id": "v1"}
V2 = {"venue_id": "v2"}
ELSE1, ELSE2 = (
    {**V1, "programme_code": "Q", "status": "lapsed"},
    {**V2, "programme_code": "Q", "status": "lapsed"},
)
WATER = [("The Wash", "estuary", shapely.LineString([(5_000, -1), (5_000, 1)]))]
LAB = [{"unit_code": "LAB", "kind": "practical", "place": "provider"}]
HALL = [{"unit_code": "HALL", "kind": "practical", "place": "either"}]
BENCH = [{"unit_code": "BENCH", "kind": "practical", "place": "workplace"}]


@pytest.mark.parametrize(
    ("offers", "world", "expected"),
    [
        (
            [{**V1, "places_per_year": 60.0}, ELSE2],
            {},
            (
                "covered",
                (
                    "60.00 places a year are available for a demand of 57.00; the nearest offer is "
                    "at <b>Near</b>, 18.0 minutes away."
                ),
                "",
            ),
        ),
        (
            [V1, ELSE2],
            {},
            (
                "covered",
                (
                    "A delivered offer is within travel time; no places are stated anywhere, so "
                    "capacity is not tested."
                ),
                "",
            ),
        ),
        (
            [{**V1, "places_per_year": 5.0}, ELSE2],
            {},
            (
                "delivered_too_few_places",
                (
                    "5.00 places a year are available for a demand of 57.00; enough would be 80% "
                    "of the demand."
                ),
                "More places a year, such as at <b>Near</b>, 18.0 minutes away.",
            ),
        ),
        (
            [{**V1, "places_per_year": 60.0, "units": "X"}, ELSE2],
            {"units": LAB + BENCH},
            (
                "delivered_skill_missing",
                (
                    "It is delivered within travel time, but no delivered offer covers every unit "
                    "with what the site hosts; short of LAB at <b>Near</b>, 18.0 minutes away."
                ),
                "Find a site or partner that teaches LAB.",
            ),
        ),
        (
            [{**V1, "mode": "e_learning", "places_per_year": 60.0}, ELSE2],
            {"units": LAB},
            (
                "delivered_skill_missing",
                (
                    "It is delivered within travel time, but no delivered offer covers every unit "
                    "with what the site hosts; short of practical units."
                ),
                "Find a site or partner that teaches practical units.",
            ),
        ),
        (
            [{**V1, "status": "planned", "mode": "blended"}, {**V2, "status": "could_deliver"}],
            {},
            (
                "could_be_delivered",
                (
                    "Nothing is delivered within travel time; it could be delivered or is planned "
                    "at <b>Near</b>, 18.0 minutes away."
                ),
                "Start the offer at <b>Near</b>, 18.0 minutes away.",
            ),
        ),
        (
            [{**V1, "programme_code": "Q"}, ELSE2],
            {},
            (
                "wrong_programme",
                "Venues within travel time deliver other programmes, not this one.",
                "Ask a venue that delivers another programme nearby to add this one.",
            ),
        ),
        (
            [ELSE1, ELSE2],
            {},
            (
                "no_reach",
                "No venue delivers any programme within its travel time.",
                "A residential block, delivery at the workplace, or a new venue nearby.",
            ),
        ),
    ],
)
def test_each_class_has_its_reason_and_its_fix(tables, scenario, offers, world, expected):
    assert explained(tables, scenario, offers, **world) == expected


PLACES = {"places_per_year": 1.0}


@pytest.mark.parametrize(
    ("offers", "world", "what"),
    [
        ([V1, V2], {"site": {"at": None}}, "where the site is"),
        (
            [{**V1, **PLACES}, ELSE2],
            {"site": {"technicians": None}},
            "how many places the site needs",
        ),
        # To know the demand of a site that nothing recorded reaches would settle nothing.
        (
            [{**V2, "programme_code": "Q", **PLACES}],
            {"site": {"technicians": None}},
            "what a venue nearby delivers, of which no offer is recorded",
        ),
        (
            [{**V1, "status": "unknown"}, {**V2, **PLACES}],
            {},
            "whether it is delivered at <b>Near</b>, 18.0 minutes away",
        ),
        (
            [{**V1, **PLACES}, V2],
            {},
            "how many places there are at Far, 31.0 minutes away",
        ),
        (
            [{**V1, "mode": "mentoring"}, {**V2, **PLACES}],
            {"units": []},
            "how many places there are",
        ),
        (
            [{**V1, "places_per_year": 60.0}, {**V2, **PLACES}],
            {"barriers": WATER},
            "how long the journey across the water is at <b>Near</b>",
        ),
        # Without stated places anywhere, places are not what is asked.
        (
            [V1, ELSE2],
            {"barriers": WATER},
            "how long the journey across the water is at <b>Near</b>",
        ),
        (
            [{**V1, "units": "X", "places_per_year": 60.0}, ELSE2],
            {"units": HALL},
            "whether the units at hand cover the programme",
        ),
    ],
)
def test_the_unknown_names_the_first_thing_to_find_out(tables, scenario, offers, world, what):
    assert explained(tables, scenario, offers, **world) == (
        "unknown",
        f"Not known: {what}.",
        f"Find out {what}.",
    )


def test_venues_are_counted_once_over_modes_and_with_those_that_reach_everyone(tables, scenario):
    offers = [
        {**V1, "mode": "blended"},
        {**V1, "mode": "e_learning"},
        {**V1, "mode": "day_release"},
        {**V2, "mode": "mentoring"},
        {**V2, "mode": "day_release", "status": "unknown"},
    ]
    register = Register(
        sites=tables.sites({"far": {"at": (500_000.0, 0.0)}, "near": {"at": (0.0, 0.0)}}),
        venues=tables.venues({"v1": {"at": (10_000.0, 0.0)}, "v2": {"at": (20_000.0, 0.0)}}),
        providers=tables.providers(),
        achievements=tables.achievements(),
        programmes=tables.programmes({"P": {}, "Q": {}}),
        units=tables.units(),
        offers=tables.offers([{"programme_code": "P", **offer} for offer in offers]),
        demand=tables.demand(),
        champions=tables.champions(),
        travel_times=tables.travel_times(),
        barriers=tables.barriers(),
        places=tables.places({"Hereby": (0.0, 0.0)}),
    )

    found = analyse(register, scenario, as_of=TODAY).coverage

    counted = found.set_index(["site_id", "programme_code"])["reachable_venues"]
    assert counted.to_dict() == {
        ("far", "P"): 2,
        ("near", "P"): 2,
        ("far", "Q"): 0,
        ("near", "Q"): 0,
    }
    by_unit = found.set_index(["site_id", "programme_code"])
    assert by_unit.loc[("near", "P"), "nearest_venue_id"] == "v1"
    # What has no limit is nowhere near: only journeys have minutes.
    assert pd.isna(by_unit.loc[("far", "P"), "nearest_venue_id"])


def test_too_few_starters_are_told_with_their_chance(tables, scenario):
    # P(Poisson(57) >= 60) = 0.3636.
    offers = [{**V1, "places_per_year": 60.0}, ELSE2]

    assert explained(tables, scenario, offers, minimum=60) == (
        "delivered_no_viable_cohort",
        (
            "It is delivered within travel time, but too few would start together: a cohort comes "
            "together with a probability of 0.36 at best, and 0.5 is asked."
        ),
        (
            "Pool starters with sites nearby, or agree a smaller cohort, such as at <b>Near</b>, "
            "18.0 minutes away."
        ),
    )


def test_unknown_units_elsewhere_come_before_the_cohort(tables, scenario):
    offers = [{**V1, "places_per_year": 60.0}, {**V2, "status": "unknown", "places_per_year": 60.0}]

    gap_class, reason, _ = explained(tables, scenario, offers, minimum=60)

    assert (gap_class, reason) == (
        "unknown",
        "Not known: whether it is delivered at Far, 31.0 minutes away.",
    )


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (
            60.0,
            (
                (
                    "60.00 places a year are available for a demand of 57.00, but only 0.00 of "
                    "them with providers that are not labelled not good."
                ),
                (
                    "Raise the provision at <b>Near</b>, 18.0 minutes away, or add places with "
                    "another provider."
                ),
            ),
        ),
        (
            None,
            (
                "Every delivered offer within travel time is with a provider labelled not good.",
                "Raise the provision, or find another provider.",
            ),
        ),
    ],
)
def test_places_that_are_not_good_are_told_apart(tables, scenario, places, expected):
    offers = [{**V1, "places_per_year": places}, ELSE2]
    model = build_model(world_of(tables, offers), scenario, as_of=TODAY)
    poor = np.full(len(model.label), "not_good", dtype=object)

    table = coverage_table(assess(replace(model, label=poor), model.select()))

    row = table.set_index("programme_code").loc["P"]
    assert row["gap_class"] == "delivered_not_good"
    assert (row["reason"], row["fix"]) == expected


def test_release_that_the_site_cannot_spare_is_named(tables, scenario):
    offers = [{**V1, "places_per_year": 60.0, "release_days_per_year": 40.0}, ELSE2]
    site = {"release_days_limit": 20.0}

    assert explained(tables, scenario, offers, site=site)[:2] == (
        "no_reach",
        (
            "It is delivered at <b>Near</b>, but takes 40 days of release a year, and the site can "
            "spare 20."
        ),
    )
    planned = {**V2, "status": "planned"}
    assert explained(tables, scenario, [offers[0], planned], site=site)[:2] == (
        "could_be_delivered",
        (
            "It is delivered at <b>Near</b>, but takes 40 days of release a year, and the site can "
            "spare 20. Nothing is delivered within travel time; it could be delivered or is "
            "planned at Far, 31.0 minutes away."
        ),
    )


def test_a_place_that_a_partner_completes_says_with_whom(world, with_changes):
    units = [
        {"unit_code": "LAB", "kind": "practical", "place": "provider"},
        {"unit_code": "THEORY", "kind": "knowledge", "place": "provider"},
    ]
    register = world(
        offers=[
            delivered(units="THEORY"),
            delivered("v2", mode="block_daily", units="LAB"),
        ],
        units=units,
    )
    scenario = with_changes("skills", {"max_partners": 1})
    model = build_model(register, scenario, as_of=date(2026, 11, 24))

    table = coverage_table(assess(model, model.select()))

    mine = table[table["programme_code"] == "P"]
    assert (mine["gap_class"] == "covered").all()
    assert mine["reason"].str.contains("Venue v1, 7.6 minutes away, with a block at Venue v2").all()
