"""Counterfactuals: the fix of each class, applied to a small world and recomputed."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import date

import pandas as pd
import pytest
import shapely

from geo.assessment import assess
from geo.changes import read_changes
from geo.counterfactual import counterfactual
from geo.errors import InputError
from geo.gaps import classify
from geo.model import build_model
from geo.overlay import apply_changes
from geo.scenario import make_scenario
from geo.types import Register

TODAY = date(2026, 11, 24)
HOME, NEAR, FAR = (400_000, 300_000), (402_000, 300_000), (480_000, 300_000)
BEYOND = (400_000, 900_000)


@pytest.fixture(scope="session")
def world(tables):
    """Return a maker of worlds: two sites that need ``P``, and venues at two kilometres."""

    def make(*, offers=(), demand=(10.0, 10.0), minimum=1, units=(), **more):
        stated = [
            {"site_id": site, "programme_code": "P", "stream": stream, "places": places}
            for site, needed in zip(("a", "b"), demand, strict=True)
            for stream, places in (("new_starters", needed), ("existing_workforce", 0.0))
            if not math.isnan(needed)
        ]
        made = Register(
            sites=tables.sites({"a": {"at": HOME}, "b": {"at": HOME}}),
            venues=tables.venues(
                {"v1": {"at": NEAR}, "v2": {"at": NEAR, "ukprn": "10000002"}, "w": {"at": BEYOND}}
            ),
            providers=tables.providers({"10000001": {}, "10000002": {}}),
            achievements=tables.achievements(),
            programmes=tables.programmes(
                {"P": {"demand_share": 0.5, "min_cohort": minimum}, "Q": {"demand_share": 0.5}}
            ),
            units=tables.units([{"programme_code": "P", **unit} for unit in units]),
            # Every venue says something of itself, or what it does not say would be unknown.
            offers=tables.offers(
                [
                    *({"programme_code": "P", **offer} for offer in offers),
                    *(
                        {
                            "venue_id": v,
                            "programme_code": "Q",
                            "mode": "evening",
                            "status": "lapsed",
                        }
                        for v in ("v1", "v2", "w")
                    ),
                ]
            ),
            demand=tables.demand(stated),
            champions=tables.champions(),
            travel_times=tables.travel_times(),
            barriers=tables.barriers(),
            places=tables.places({}),
        )
        return replace(made, **more)

    return make


@pytest.fixture(scope="session")
def told(scenario):
    """Return a function that gives class, words, classes after, and the last of the places."""

    def tell(register, scenario=scenario, site_id="a"):
        found = counterfactual(register, scenario, site_id=site_id, programme_code="P", as_of=TODAY)
        words = [step.fix.words for step in found.steps]
        return (
            str(found.gap_class),
            words,
            [str(step.gap_class_after) for step in found.steps],
            found,
        )

    return tell


def delivered(venue="v1", **more):
    return {"venue_id": venue, "places_per_year": 100.0, **more}


def test_a_covered_unit_needs_nothing(world, told):
    gap_class, words, _, found = told(world(offers=[delivered()]))

    assert (gap_class, words, found.closed) == ("covered", [], True)


def test_too_few_places_are_made_just_enough(world, told):
    gap_class, words, after, found = told(world(offers=[delivered(places_per_year=10.0)]))

    # Two sites alike share 10 places; 80 % of the 10 that one needs are 8, half of 16.
    assert gap_class == "delivered_too_few_places"
    assert words[0].startswith("16 places a year in place of 10 at Venue v1 (day release)")
    assert after == ["covered"]
    assert found.steps[0].places_after == pytest.approx(8.0)


def test_a_place_less_than_the_fix_names_is_too_few(world, told, scenario):
    register = world(offers=[delivered(places_per_year=10.0)])
    *_, found = told(register)
    [change] = found.steps[0].fix.changes
    entry = change.entry() | {"values": {"places_per_year": 15.0}}
    model = build_model(apply_changes(register, read_changes([entry])), scenario, as_of=TODAY)

    assert classify(assess(model, model.select()).stages)[0] == "delivered_too_few_places"


def test_a_cohort_is_made_smaller_where_six_or_more_would_start(world, told):
    register = world(offers=[delivered()], demand=(6.0, 1.0), minimum=8)

    gap_class, words, after, _ = told(register)

    # P(Poisson(7) >= 8) = 0.40 and P(Poisson(7) >= 7) = 0.55, by tables of the distribution.
    assert gap_class == "delivered_no_viable_cohort"
    [sentence] = words
    assert sentence.startswith("Agree on 7 starters in place of 8 for a cohort of the programme;")
    assert sentence.endswith("7.0 a year are expected at Venue v1.")
    assert after == ["covered"]


def test_starters_that_are_missing_are_counted_to_the_hundredth(world, told):
    register = world(offers=[delivered()], demand=(2.0, 1.0), minimum=8)

    gap_class, words, after, _ = told(register)

    # The mean of a Poisson count of which the median is 8 is 7.6692; 3 start already.
    assert gap_class == "delivered_no_viable_cohort"
    assert words[0].startswith("4.67 more starters a year in reach of Venue v1")
    assert words[0].endswith("at Employer of b (b).")
    assert after == ["covered"]


def test_no_sensitive_site_is_named(world, told):
    register = world(offers=[delivered()], demand=(2.0, 1.0), minimum=8)
    hidden = register.sites.assign(sensitive=pd.array([False, True], dtype="boolean"))

    _, words, after, found = told(replace(register, sites=hidden))

    assert words[0].endswith("at the site itself.")
    assert after == ["covered"]
    assert all(dict(c.key).get("site_id") != "b" for s in found.steps for c in s.fix.changes)


LAB = {"unit_code": "LAB", "kind": "practical", "place": "either"}
FLOOR = {"unit_code": "FLOOR", "kind": "practical", "place": "workplace"}
THEORY = {"unit_code": "THEORY", "kind": "knowledge", "place": "provider"}


def test_a_missing_unit_is_taught_by_the_venue_or_hosted_by_the_site(world, told):
    register = world(offers=[delivered(units="THEORY")], units=[FLOOR, LAB, THEORY])
    hosts = register.sites.assign(units_hosted="none")

    gap_class, words, after, found = told(replace(register, sites=hosts))

    assert gap_class == "delivered_skill_missing"
    assert words == ["Venue v1 teaches LAB and the site hosts FLOOR."]
    assert after == ["covered"]
    values = {c.table: dict(c.values) for c in found.steps[0].fix.changes}
    assert values == {"offers": {"units": "THEORY;LAB"}, "sites": {"units_hosted": "FLOOR"}}


def test_a_partner_is_named_before_a_venue_must_teach_more(world, told):
    block = delivered("v2", mode="block_daily", units="LAB")
    register = world(offers=[delivered(units="THEORY"), block], units=[LAB, THEORY])
    hosts = register.sites.assign(units_hosted="none")

    gap_class, words, after, found = told(replace(register, sites=hosts))

    assert gap_class == "delivered_skill_missing"
    assert words == [
        "Let the learners of Venue v1 (day release) take a block at Venue v2 (block daily)."
    ]
    assert found.steps[0].fix.settings == (("skills.max_partners", 1.0),)
    assert after == ["covered"]


def test_e_learning_is_never_told_to_teach_a_practical_unit(world, told):
    place = LAB | {"place": "provider"}
    register = world(offers=[delivered(mode="e_learning", units="THEORY")], units=[place, THEORY])

    gap_class, words, after, found = told(register)

    assert gap_class == "delivered_skill_missing"
    assert (words, after, found.closed) == ([], [], False)


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


def test_places_with_another_provider_close_what_is_not_good(world, told, tables):
    lapsed = {"10000001": {"register_status": "removed"}, "10000002": {}}
    register = world(
        offers=[delivered(), delivered("v2", places_per_year=10.0)],
        providers=tables.providers(lapsed),
    )

    gap_class, words, after, found = told(register)

    assert gap_class == "delivered_not_good"
    assert words[-1].startswith("16 places a year in place of 10 at Venue v2")
    assert after[-1] == "covered"
    assert found.closed


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


def test_a_demand_that_is_unknown_is_stated(world, told):
    gap_class, words, after, _ = told(world(offers=[delivered()], demand=(math.nan, 10.0)))

    # Of one number alone, the quantiles are that number.
    assert gap_class == "unknown"
    assert words == ["If the site needs 10 places a year."]
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


def test_where_no_place_is_stated_anywhere_none_is_added(world, told):
    register = world(offers=[{"venue_id": "v1", "status": "could_deliver"}])

    gap_class, _, after, found = told(register)

    assert gap_class == "could_be_delivered"
    assert dict(found.steps[0].fix.changes[0].values) == {"status": "delivered"}
    assert after == ["covered"]
    assert math.isnan(found.steps[0].places_after)


def test_the_steps_written_into_a_scenario_do_what_they_say(world, told, default_content):
    register = world(offers=[{"venue_id": "v1", "status": "planned"}, delivered("w")], minimum=12)
    _, _, after, found = told(register)

    assert len(after) > 1
    entries = []
    for step in found.steps:
        entries += [change.entry() for change in step.fix.changes]
        model = build_model(
            register, make_scenario(default_content, {"changes": entries}), as_of=TODAY
        )
        assert classify(assess(model, model.select()).stages)[0] == step.gap_class_after


def test_inputs_are_not_changed_and_the_answer_is_the_same_again(world, told):
    register = world(offers=[{"venue_id": "v1", "status": "planned"}, delivered("w")])
    before = {f.name: getattr(register, f.name).copy() for f in fields(register)}

    first = told(register)

    assert told(register)[:3] == first[:3]
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(register, name), table)


@pytest.mark.parametrize(("site_id", "code"), [("nobody", "P"), ("a", "nothing")])
def test_a_need_that_is_not_there_is_refused(world, scenario, site_id, code):
    with pytest.raises(InputError, match="has no demand for the programme"):
        counterfactual(world(), scenario, site_id=site_id, programme_code=code, as_of=TODAY)
