"""Which fix each gap class asks for."""

from __future__ import annotations

from datetime import date

from small_world import delivered

from geo.assessment import assess
from geo.fixes import FIXES, fix_of
from geo.gaps import GapClass
from geo.model import build_model
from geo.view import view_of

TODAY = date(2026, 11, 24)


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


def test_every_gap_has_a_fix_and_what_is_covered_needs_none(world, scenario):
    model = build_model(world(offers=[delivered()]), scenario, as_of=TODAY)
    view = view_of(assess(model, model.select()), "a", "P")

    assert set(FIXES) == set(GapClass) - {GapClass.COVERED}
    assert fix_of(view, GapClass.COVERED) is None
