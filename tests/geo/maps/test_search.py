"""The search of a map, in a real browser."""

from __future__ import annotations

import pytest

from app.web.assets import inline
from geo.maps.coverage import coverage_map
from geo.maps.page import render_page

FIELD = "Find a site, employer or venue"


@pytest.fixture
def page(offline_page, drawable, tmp_path):
    drawn = coverage_map(
        drawable.sites,
        drawable.venues,
        drawable.clusters,
        drawable.regions,
        programmes=drawable.programmes,
        caption=drawable.caption,
    )
    path = tmp_path / "map.html"
    path.write_text(inline(render_page(drawn)), encoding="utf-8")
    offline_page.page.goto(path.as_uri())
    return offline_page.page


def suggestions(page, text):
    page.get_by_label(FIELD).press_sequentially(text)
    page.locator(".search-tip").first.wait_for()
    return page.locator(".search-tip").all_inner_texts()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (
            "DEVICES beta",
            ["Beta Devices, Main works (site)", "College Beta Devices, Beta Devices (venue)"],
        ),
        ("college gamma", ["College Gamma Trials, Gamma Trials (venue)"]),
        # Two sites and two venues have the same employer; the first site has no name.
        (
            "alpha bio",
            [
                "Alpha Biologics (site)",
                "Alpha Biologics, Main works (site)",
                "College Alpha Biologics, Alpha Biologics (venue)",
                "College Alpha Biologics, Alpha Biologics (venue v4)",
            ],
        ),
    ],
)
def test_names_are_found_by_any_of_their_words(page, typed, found):
    assert suggestions(page, typed) == found


@pytest.mark.browser
def test_enter_goes_to_the_first_one_and_opens_it(page):
    suggestions(page, "delta main")
    page.keyboard.press("Enter")

    card = page.locator(".sk-card")
    card.wait_for()
    assert card.get_by_role("heading").inner_text() == "Delta Enzymes, Main works"
    assert page.evaluate("skillshed.map.getZoom()") == 11
    assert page.evaluate("skillshed.map.getCenter().lat") == pytest.approx(52.17, abs=0.2)


@pytest.mark.browser
def test_a_venue_can_be_chosen_with_the_mouse(page):
    suggestions(page, "college beta")
    page.locator(".search-tip").first.click()

    card = page.locator(".sk-card")
    card.wait_for()
    assert "Training venue: Could deliver" in card.inner_text()
    assert "Beta Devices" in card.locator("dd").all_inner_texts()


@pytest.mark.browser
def test_what_nobody_is_called_is_said(page):
    page.get_by_label(FIELD).press_sequentially("nobody")
    page.keyboard.press("Enter")

    page.get_by_text("Nothing has that name").wait_for()


@pytest.mark.browser
def test_enter_at_once_chooses_by_what_was_typed(page):
    page.locator("input.search-input").fill("delta main")
    page.keyboard.press("Enter")

    card = page.locator(".sk-card")
    card.wait_for()
    assert card.get_by_role("heading").inner_text() == "Delta Enzymes, Main works"
