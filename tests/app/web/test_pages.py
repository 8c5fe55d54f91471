"""The pages: what they say, that outside text stays text, and how they are in a real browser."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import uvicorn

from app.main import create_app
from app.settings import Settings

PAGES = (
    "/",
    "/coverage",
    "/coverage?programme=P1&mode=&tier=good&by=programme",
    "/calls",
    "/quality",
    "/site/S1?programme=P1",
    "/ranking",
    "/ranking?programme=P1",
    "/decisions",
    "/data",
    "/methods",
    "/docs",
)
NAMELESS = ("/methods", "/docs")


class Outline(HTMLParser):
    """What of a page matters to who cannot see it."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", [*PAGES, "/?unknown=1"])
def test_a_page_is_sound_and_holds_no_script_style_or_foreign_link(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Outline(answer.text)
    assert page.of("html")[0]["lang"] == "en-GB"
    assert [script for script in page.of("script") if "src" not in script] == []
    assert page.of("style") == []
    assert [a for _, a in page.tags if "style" in a or any(n.startswith("on") for n in a)] == []
    links = [a.get("src") or a.get("href") or a.get("action") for _, a in page.tags]
    assert [link for link in links if link and not link.startswith(("/", "#"))] == []
    assert [link for link in links if link and link.startswith("//")] == []
    assert len(page.of("table")) == len(page.of("caption"))
    assert all("scope" in cell for cell in page.of("th"))
    assert all("aria-label" in one or "aria-hidden" in one for one in page.of("svg"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(set(ids)) == len(ids)
    labelled = {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert labelled <= set(ids)
    assert "Contains OS data © Crown copyright" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_hostile_names_stay_text(client, path):
    text = client.get(path).text
    assert "<script>" not in text
    if path not in NAMELESS:
        assert "&lt;script&gt;document.title" in text


def test_the_overview_says_the_numbers_and_what_they_rest_on(client):
    text = client.get("/").text
    # Both programmes: 26.005 places are needed for each, 14.004 served of the first.
    # The bounds and the pair; day release alone is good, and that only for S1.
    for said in ("52.0", "14.0", "38.0", "36.0", "11.5 to 18.0", "27%", "8.0 to 10.0"):
        assert said in text
    for said in ("Illustrative data", "run-current", "60 hours", "Verified, and labelled good"):
        assert said in text
    assert "2 sensitive sites are counted here and withheld" in text
    assert "Hidden" not in text
    for link in ('href="/map"', 'href="/ranking"', 'href="/docs"'):
        assert link in text


def test_without_a_run_the_overview_says_what_to_do(client_without_run):
    answer = client_without_run.get("/")
    assert answer.status_code == 200
    assert "skillshed run" in answer.text
    assert "Illustrative" not in answer.text


def test_the_map_is_the_stored_one(client):
    text = client.get("/map").text
    assert "The map" in text
    assert "Content-Security-Policy" in text


def test_the_ranking_names_the_leader_and_what_the_others_lack(client):
    text = client.get("/ranking").text
    assert "leads: it beats every other pilot-ready cluster in most draws." in text
    assert "needs a champion of level 2 or more" in text
    assert "0: no champion" in text
    assert "2: early indication" in text


def test_the_programme_that_is_shown_is_selected(client):
    options = Outline(client.get("/ranking?programme=P2").text).of("option")
    assert [one["value"] for one in options] == ["", "P1", "P2"]
    assert [one["value"] for one in options if "selected" in one] == ["P2"]


def test_no_programme_of_that_code_is_a_page_that_says_so(client):
    answer = client.get("/ranking?programme=P9", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "No programme has the id &#39;P9&#39;." in answer.text


@pytest.fixture(scope="module")
def service(small_register) -> Iterator[str]:
    """Serve the small register on a free port; the address of the service."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(Settings(register_file=small_register))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        thread.join(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_in_a_browser_nothing_is_fetched_from_elsewhere_and_nothing_fails(
    service, offline_page, path, width
):
    page = offline_page.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{service}{path}", wait_until="networkidle")
    assert offline_page.refused == []
    assert offline_page.console_errors == []
    assert "owned" not in page.title()
    page.locator("h1, .info .title").first.wait_for()
    if path != "/docs":
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_in_a_browser_the_ranking_is_chosen_by_keyboard_and_without_a_script(service, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service}/ranking")
    page.get_by_label("Programme", exact=True).focus()
    for key in ("ArrowDown", "ArrowDown", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/ranking?programme=P2")
    assert page.get_by_role("heading", name="Ranking for Bioprocessing").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    context.close()


@pytest.mark.browser
def test_in_a_browser_the_description_of_the_api_can_be_tried_out(service, offline_page):
    page = offline_page.page
    page.goto(f"{service}/docs")
    page.locator("#operations-rankings-read_rankings").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text("run-current").first.wait_for()
    assert offline_page.refused == []
    assert offline_page.console_errors == []


@pytest.mark.browser
def test_in_a_browser_coverage_is_filtered_by_keyboard_and_without_a_script(service, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service}/coverage")
    page.get_by_label("Programme", exact=True).first.select_option("P1")
    page.get_by_label("By", exact=True).select_option("size")
    page.get_by_label("By", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/coverage?programme=P1&mode=&tier=any&by=size")
    result = page.get_by_role("region", name="Coverage of Laboratory")
    assert result.get_by_role("row", name="small firm").is_visible()
    page.get_by_label("Id of the site").fill("S5")
    page.get_by_role("button", name="Explain").click()
    page.wait_for_url("**/site?site_id=S5&programme=P1")
    assert page.get_by_role("heading", name="Northern Genes").is_visible()
    context.close()
