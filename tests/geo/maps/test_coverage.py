"""The coverage map: its inputs, its bytes, and the page in a real browser without a network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from geopandas.testing import assert_geodataframe_equal
from playwright.sync_api import expect

from app.web.assets import inline
from geo.errors import InputError, MissingColumnsError
from geo.maps.coverage import UNITED_KINGDOM, coverage_map
from geo.maps.page import render_page


def drawn(tables, **changes):
    tables = replace(tables, **changes)
    return coverage_map(
        tables.sites,
        tables.venues,
        tables.clusters,
        tables.regions,
        programmes=tables.programmes,
        caption=tables.caption,
    )


def opened(offline_page, tmp_path, tables, **changes):
    path = tmp_path / "map.html"
    path.write_text(inline(render_page(drawn(tables, **changes))), encoding="utf-8")
    offline_page.page.on(
        "dialog", lambda dialog: offline_page.console_errors.append(dialog.message)
    )
    offline_page.page.goto(path.as_uri())
    return offline_page.page


def test_the_same_tables_give_the_same_bytes_in_any_order_of_rows(drawable):
    shuffled = replace(
        drawable,
        sites=drawable.sites.iloc[::-1],
        venues=drawable.venues.iloc[::-1],
        clusters=drawable.clusters.iloc[::-1],
    )

    first = render_page(drawn(drawable))

    assert render_page(drawn(drawable)) == first
    assert render_page(drawn(shuffled)) == first


def test_drawing_leaves_its_tables_unchanged(drawable):
    names = ("sites", "venues", "clusters", "regions")
    before = {name: getattr(drawable, name).copy(deep=True) for name in names}

    render_page(drawn(drawable))

    for name in names:
        assert_geodataframe_equal(getattr(drawable, name), before[name])


@pytest.mark.parametrize("table", ["sites", "venues", "clusters", "regions"])
def test_a_table_in_metres_is_refused_by_name(drawable, table):
    with pytest.raises(InputError, match=f"{table!r} is in EPSG:27700"):
        drawn(drawable, **{table: getattr(drawable, table).to_crs("EPSG:27700")})


@pytest.mark.parametrize(
    ("table", "column"),
    [("sites", "reason"), ("venues", "status"), ("clusters", "cluster_class"), ("regions", "name")],
)
def test_a_missing_column_is_named(drawable, table, column):
    with pytest.raises(MissingColumnsError, match=f"{table!r} lacks {column}"):
        drawn(drawable, **{table: getattr(drawable, table).drop(columns=column)})


@pytest.mark.parametrize(
    ("table", "column"),
    [("sites", "gap_class"), ("venues", "status"), ("clusters", "cluster_class")],
)
def test_a_class_that_nobody_knows_is_refused(drawable, table, column):
    changed = getattr(drawable, table).assign(**{column: "invented"})

    with pytest.raises(InputError, match=f"{column!r} in {table!r} holds invented"):
        drawn(drawable, **{table: changed})


def test_a_site_twice_in_a_programme_and_an_unnamed_programme_are_refused(drawable):
    with pytest.raises(InputError, match="'sites' has 1 id"):
        drawn(drawable, sites=drawable.sites.assign(site_id="s0").iloc[[0, 1, 5]])
    with pytest.raises(InputError, match="'programme_code' in 'sites' holds ST0601"):
        drawn(drawable, programmes={"ST0248": "One"})
    with pytest.raises(InputError, match="at least one programme"):
        drawn(drawable, programmes={})


def test_sites_without_a_place_are_counted_on_the_page(drawable):
    sites = drawable.sites.copy()
    sites.loc[sites["site_id"] == "s0", "geometry"] = None

    html = render_page(drawn(drawable, sites=sites))

    assert "Sites whose place is unknown, counted but not drawn: 1." in html
    assert "neither drawn nor counted in this legend: 2." in html


def test_programmes_of_the_same_title_are_told_apart_by_their_codes(drawable):
    html = render_page(drawn(drawable, programmes={"ST0248": "Same", "ST0601": "Same"}))

    assert "Same (ST0248): sites by gap class" in html
    assert "Same (ST0601): sites by gap class" in html


@pytest.mark.browser
def test_the_page_opens_without_a_network(offline_page, drawable, tmp_path):
    page = opened(offline_page, tmp_path, drawable)

    assert page.title() == "Coverage (Illustrative data)"
    assert page.get_by_text("Illustrative data", exact=True).is_visible()
    assert page.get_by_role("region", name="Map: Coverage").is_visible()
    assert page.get_by_role("complementary", name="Legend").is_visible()
    assert page.evaluate("skillshed.shown.getLayers().length") == 5
    assert page.evaluate("skillshed.venues.getLayers().length") == 5
    assert page.locator(".sk-cluster").count() == 3
    assert offline_page.refused == []
    assert offline_page.console_errors == []


@pytest.mark.browser
def test_the_radio_buttons_change_layer_and_legend(offline_page, drawable, tmp_path):
    page = opened(offline_page, tmp_path, drawable)
    covered = "skillshed.shown.getLayers().map(l => l.feature.properties.gap_class)[0]"
    on_map = "skillshed.siteLayers.map(layer => skillshed.map.hasLayer(layer))"
    assert page.evaluate(on_map) == [True, False]

    page.get_by_label("Technician scientist").check()

    assert page.evaluate(on_map) == [False, True]
    assert page.evaluate(covered) == "delivered_not_good"
    assert page.get_by_text("Technician scientist: sites by gap class").is_visible()
    assert page.get_by_text("Laboratory technician: sites by").is_hidden()


@pytest.mark.browser
def test_layers_can_be_switched_off_and_on(offline_page, drawable, tmp_path):
    page = opened(offline_page, tmp_path, drawable)

    page.get_by_label("Clusters").uncheck()
    expect(page.locator(".sk-cluster")).to_have_count(0)
    page.get_by_label("Clusters").check()
    expect(page.locator(".sk-cluster")).to_have_count(3)
    assert offline_page.console_errors == []


@pytest.mark.browser
def test_a_click_on_a_site_says_why_in_rounded_numbers(offline_page, drawable, tmp_path):
    page = opened(offline_page, tmp_path, drawable)
    page.evaluate("skillshed.shown.getLayers().find(l => l.feature.properties.site_id === 's1')"
                  ".openPopup()")  # fmt: skip

    card = page.locator(".sk-card")
    texts = dict(
        zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True)
    )
    assert card.get_by_role("heading").inner_text() == "Beta Devices, Main works"
    assert card.locator(".sk-kind").inner_text() == "Delivered, but not well enough"
    assert texts["Demand"] == "unknown"
    assert texts["Places available"] == "1.50 places a year"
    assert texts["Nearest"] == "32.1 minutes"
    assert texts["Why"] == "Because of Beta Devices"


@pytest.mark.browser
def test_hostile_names_are_shown_and_do_nothing(offline_page, hostile, tmp_path):
    page = opened(offline_page, tmp_path, hostile)
    field = page.get_by_label("Find a site, employer or venue")

    for name in hostile.venues["provider"]:
        field.fill("")
        field.press_sequentially(name[:12])
        page.locator(".search-tip").first.wait_for()
    names = page.evaluate(
        """() => [...skillshed.shown.getLayers(), ...skillshed.venues.getLayers()].map(layer => {
            layer.openTooltip().openPopup();
            return layer.getPopup().getElement().querySelector('h2').textContent;
        })"""
    )
    page.locator(".leaflet-control-layers-base input").nth(1).check()

    assert set(hostile.venues["name"]) <= set(names)
    assert page.title().startswith(hostile.caption.title)
    assert page.locator("h1").inner_text() == hostile.caption.title
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3  # Leaflet, its search, the page's own
    assert "{{ 7 * 7 }}" in page.locator(".leaflet-control-layers-base").inner_text()
    assert offline_page.refused == []
    assert offline_page.console_errors == []


@pytest.mark.browser
def test_a_register_without_anything_opens_on_the_united_kingdom(offline_page, drawable, tmp_path):
    empty = {name: getattr(drawable, name).iloc[:0] for name in ("sites", "venues", "clusters")}
    page = opened(offline_page, tmp_path, drawable, **empty)

    assert page.evaluate(
        "box => skillshed.map.getBounds().contains(box)", [list(pair) for pair in UNITED_KINGDOM]
    )
    assert offline_page.console_errors == []
