"""What one demand unit sees of the provision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from small_world import BEYOND, delivered

from geo.assessment import assess
from geo.model import build_model
from geo.skills import Known
from geo.types import Mode
from geo.view import has_offer, journeys, others_delivered, view_of

TODAY = date(2026, 11, 24)


def seen(register, scenario, site_id="a", code="P"):
    model = build_model(register, scenario, as_of=TODAY)
    return view_of(assess(model, model.select()), site_id, code)


def test_offers_stand_by_minutes_and_those_without_a_limit_last(world, scenario):
    offers = [delivered(mode="mentoring"), delivered("v2"), delivered("w")]

    rows = seen(world(offers=offers), scenario).rows

    assert list(zip(rows["venue_id"], rows["mode"], strict=True)) == [
        ("v2", "day_release"),
        ("v1", "mentoring"),
    ]
    # 2 km at 60 km/h, 1.3 times the straight line, and 5 minutes more.
    assert rows["minutes"].tolist() == pytest.approx([7.6, np.nan], nan_ok=True)
    assert (rows["in_time"] == Known.YES).all()
    assert rows["places"].tolist() == [100.0, 100.0]


def test_release_that_does_not_fit_is_seen_and_not_valid(world, scenario):
    register = world(
        offers=[
            delivered(release_days_per_year=30.0),
            delivered("v2", mode="mentoring", release_days_per_year=30.0),
        ]
    )
    limited = register.sites.assign(release_days_limit=12.0)

    view = seen(replace(register, sites=limited), scenario)

    assert view.rows["in_time"].tolist() == [Known.NO, Known.NO]
    assert view.valid.empty


def test_a_need_that_is_not_there_has_no_view(world, scenario):
    assert seen(world(), scenario, site_id="nobody") is None
    assert seen(world(), scenario, code="nothing") is None


def test_others_are_delivered_offers_of_other_programmes_whole_ones_first(world, scenario, tables):
    q = {"programme_code": "Q"}
    register = world(
        offers=[
            {"venue_id": "v1", "mode": "summer_school", **q},
            {"venue_id": "v2", "mode": "block_daily", **q},
            {"venue_id": "v1", "mode": "day_release", "status": "planned", **q},
            delivered(),
        ]
    )
    view = seen(register, scenario)
    modes = view.assessment.model.provision.offers["mode"]

    assert modes[others_delivered(view)["offer"]].tolist() == ["block_daily", "summer_school"]


def test_journeys_end_at_the_limit_of_the_mode(world, scenario):
    view = seen(world(), scenario)

    near = journeys(view, Mode.BLOCK_RESIDENTIAL)

    assert near["venue_id"].tolist() == ["v1", "v2"]
    assert BEYOND not in [(p.x, p.y) for p in view.assessment.model.register.sites.geometry]
    assert near["travel_minutes"].tolist() == pytest.approx([7.6, 7.6])


def test_a_lapsed_offer_is_one(world, scenario):
    view = seen(world(offers=[delivered(status="lapsed")]), scenario)

    assert has_offer(view, "v1", "day_release")
    assert not has_offer(view, "v2", "day_release")
    assert not has_offer(view, "v1", "evening")


def test_a_venue_without_a_name_is_called_by_its_id(world, scenario):
    register = world(offers=[delivered()])
    nameless = register.venues.assign(name=None)

    assert seen(replace(register, venues=nameless), scenario).venue_name("v1") == "v1"
