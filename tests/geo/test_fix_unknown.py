"""Fixes of what is unknown: one thing at a time, in the unit's favour."""

from __future__ import annotations

from dataclasses import replace

import shapely
from small_world import HOME, delivered


def test_an_offer_of_unknown_status_is_settled(world, told):
    gap_class, words, after, _ = told(world(offers=[delivered(status="unknown")]))

    assert gap_class == "unknown"
    assert words == ["If Venue v1 (day release) is delivered."]
    assert after == ["covered"]


def test_unknown_places_are_those_of_a_cohort_and_then_enough(world, told):
    register = world(offers=[{"venue_id": "v1"}, delivered("w", places_per_year=3.0)], minimum=6)

    gap_class, words, after, _ = told(register)

    assert gap_class == "unknown"
    assert words[0] == "If Venue v1 (day release) is delivered, with the places of a cohort."
    assert words[1].startswith("16 places a year in place of 6")
    assert after == ["delivered_too_few_places", "covered"]


def test_a_site_without_a_place_is_put_beside_a_venue(world, told):
    register = world(offers=[delivered()])
    lost = register.sites.set_geometry([None, shapely.Point(HOME)], crs=register.sites.crs)

    gap_class, words, after, _ = told(replace(register, sites=lost))

    assert gap_class == "unknown"
    assert words == ["If the site lies beside Venue v1."]
    assert after == ["covered"]


def test_a_venue_that_says_nothing_is_taken_to_deliver(world, told):
    register = world(offers=[delivered("w")], demand=(1.0, 1.0))
    silent = register.offers[register.offers["venue_id"] != "v2"].reset_index(drop=True)

    gap_class, words, after, _ = told(replace(register, offers=silent))

    assert gap_class == "unknown"
    assert words[0] == "If Venue v2, of which no offer is recorded, delivers it."
    assert after[-1] == "covered"


def test_a_journey_across_the_water_is_taken_as_short_as_it_can_be(world, told, tables):
    water = tables.barriers(
        [("Water", "estuary", shapely.LineString([(401_000, 0), (401_000, 999_000)]))]
    )

    gap_class, words, after, _ = told(world(offers=[delivered()], barriers=water))

    assert gap_class == "unknown"
    assert words == ["If Venue v1 (day release) lies 8 minutes away by road."]
    assert after == ["covered"]
