"""What a fix is made of."""

from __future__ import annotations

from datetime import date

from small_world import delivered

from geo.assessment import assess
from geo.changes import Action, Change
from geo.fix import add_row, minimum_cohort, offer_key, said_offer, set_row
from geo.model import build_model
from geo.view import view_of

TODAY = date(2026, 11, 24)


def seen(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    return view_of(assess(model, model.select()), "a", "P")


def test_a_change_is_as_a_scenario_reads_it():
    key = {"venue_id": "v", "programme_code": "P", "mode": "evening"}

    change = set_row("offers", key, status="delivered", places_per_year=3.0)

    assert change == Change(
        Action.SET,
        "offers",
        (("mode", "evening"), ("programme_code", "P"), ("venue_id", "v")),
        (("places_per_year", 3.0), ("status", "delivered")),
    )
    assert add_row("offers", key).entry() == {"action": "add", "table": "offers", "key": key}


def test_an_offer_is_named_by_its_venue_and_mode(world, scenario):
    view = seen(world(offers=[delivered(mode="block_daily")]), scenario)
    [offer] = view.rows["offer"]

    assert said_offer(view, offer) == "Venue v1 (block daily)"
    assert offer_key(view, offer) == {
        "venue_id": "v1",
        "programme_code": "P",
        "mode": "block_daily",
    }


def test_the_minimum_is_the_programmes_or_the_scenarios(world, scenario):
    assert minimum_cohort(seen(world(minimum=5), scenario)) == 5.0
    assert minimum_cohort(seen(world(minimum=None), scenario)) == scenario.cohort.default_minimum
