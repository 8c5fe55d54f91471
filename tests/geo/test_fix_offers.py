"""Fixes by offers that are started, added or brought within reach."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely
from small_world import BEYOND, FAR, NEAR


def test_an_offer_that_could_be_is_started_with_the_places_of_a_cohort(world, told):
    register = world(
        offers=[
            {"venue_id": "v1", "status": "planned"},
            {"venue_id": "w", "places_per_year": 1.0},
        ],
        demand=(1.5, 1.5),
        minimum=4,
    )

    gap_class, words, after, found = told(register)

    assert gap_class == "could_be_delivered"
    assert words[0] == "Start the offer at Venue v1 (day release)."
    assert dict(found.steps[0].fix.changes[0].values)["places_per_year"] == 4.0
    assert after == ["delivered_no_viable_cohort", "covered"]


def test_the_nearest_venue_adds_the_programme(world, told, tables):
    register = world(demand=(2.0, 2.0))
    other = tables.offers(
        [
            {"venue_id": "v2", "programme_code": "Q", "places_per_year": 9.0},
            {"venue_id": "v1", "programme_code": "Q", "mode": "evening", "status": "lapsed"},
            {"venue_id": "w", "programme_code": "Q", "mode": "evening", "status": "lapsed"},
        ]
    )

    gap_class, words, after, _ = told(replace(register, offers=other))

    assert gap_class == "wrong_programme"
    assert words[0] == "Venue v2 (day release) adds the programme, with 1 places a year."
    assert after[-1] == "covered"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NEAR, "Venue v1, 8 minutes away, delivers it in a daily block"),
        (FAR, "Venue v1, 109 minutes away, delivers it in a residential block"),
        (BEYOND, "A new venue beside the site delivers it"),
    ],
)
def test_what_is_out_of_reach_is_brought_within_it(world, told, at, words):
    register = world(demand=(2.0, 2.0))
    points = register.venues.set_geometry([shapely.Point(at)] * 2 + [shapely.Point(BEYOND)])
    moved = register.venues.set_geometry(points.geometry.set_axis(register.venues.index))

    gap_class, said, after, _ = told(replace(register, venues=moved.set_crs(register.venues.crs)))

    assert gap_class == "no_reach"
    assert said[0].startswith(words)
    assert after[-1] == "covered"


def test_days_that_the_site_can_spare_bound_what_is_added(world, told):
    register = world(demand=(2.0, 2.0))
    limited = register.sites.assign(release_days_limit=12.0)

    *_, found = told(replace(register, sites=limited))

    assert dict(found.steps[0].fix.changes[0].values)["release_days_per_year"] == 12.0


def test_where_no_place_is_stated_anywhere_none_is_added(world, told):
    register = world(offers=[{"venue_id": "v1", "status": "could_deliver"}])

    gap_class, _, after, found = told(register)

    assert gap_class == "could_be_delivered"
    assert dict(found.steps[0].fix.changes[0].values) == {"status": "delivered"}
    assert after == ["covered"]
    assert math.isnan(found.steps[0].places_after)
