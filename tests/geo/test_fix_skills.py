"""Fixes of missing skills: who teaches, who hosts, and whose block completes an offer."""

from __future__ import annotations

from dataclasses import replace

from small_world import delivered

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
