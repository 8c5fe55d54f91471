"""The page around a map: what it says, and that it is the same every time."""

from __future__ import annotations

import re
from dataclasses import replace

import folium
import pytest

from geo.maps.page import MapPage, OfflineMap, render_page


def page_of(caption, legend=""):
    drawn = OfflineMap((54.5, -3.5))
    MapPage(caption, legend).add_child(drawn)
    return drawn


def test_the_page_says_title_run_day_and_attribution(drawable):
    html = render_page(page_of(drawable.caption, "<p>legend</p>"))

    assert '<html lang="en-GB">' in html
    assert "<title>Coverage (Illustrative data)</title>" in html
    assert "As of 3 November 2026" in html
    assert "Run 0123456789abcdef0123456789abcdef" in html
    assert "Invented by Alpha Biologics" in html
    assert '<aside class="sk-legend" aria-label="Legend"><p>legend</p></aside>' in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html


def test_only_illustrative_data_has_the_banner(drawable):
    real = replace(drawable.caption, illustrative=False)

    assert '<p class="sk-banner">Illustrative data</p>' in render_page(page_of(drawable.caption))
    assert "Illustrative" not in render_page(page_of(real))


def test_outside_text_is_escaped_and_no_template(hostile):
    html = render_page(page_of(replace(hostile.caption, run_id="{{ 7 * 7 }}")))

    assert "window.hit = 1; alert(1)</script>" not in html
    assert "&lt;script&gt;window.hit = 1" in html
    assert "Run {{ 7 * 7 }}" in html


def test_two_maps_of_the_same_content_give_the_same_bytes(drawable):
    first, second = page_of(drawable.caption), page_of(drawable.caption)

    assert first.get_name() != second.get_name()
    assert render_page(first) == render_page(second)
    assert render_page(first) == render_page(first)


def test_text_that_looks_like_an_element_name_stays(drawable):
    html = render_page(page_of(drawable.caption))

    found = set(re.findall(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", html))
    assert found == {drawable.caption.run_id}


def test_links_are_leaflets_only_and_foliums_own_lists_stay_whole(drawable):
    before = (list(folium.Map.default_js), list(folium.Map.default_css))

    html = render_page(page_of(drawable.caption))

    assert re.findall(r"""(?:src|href)=["']([^"']*)""", html) == [
        "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js",
        "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css",
    ]
    assert (folium.Map.default_js, folium.Map.default_css) == before


@pytest.mark.parametrize("hindrance", ["user-scalable", "maximum-scale"])
def test_readers_may_zoom_the_page(drawable, hindrance):
    assert hindrance not in render_page(page_of(drawable.caption))
