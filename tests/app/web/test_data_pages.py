"""The page of the data: what it says, of whom it keeps silent, and how it is in a browser."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import uvicorn
from fastapi.testclient import TestClient
from loaded_register import SECRETS

from app.main import create_app


class Table(HTMLParser):
    """The cells of every row of a page's tables, as text."""

    def __init__(self, text):
        super().__init__()
        self.rows = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag, _attributes):
        if tag == "tr":
            self.rows.append([])
        self._open = tag in ("td", "th")
        if self._open:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += f" {data}"

    def of(self, *words):
        """Return the rows that say all of the words, each cell with single spaces."""
        texts = [[" ".join(cell.split()) for cell in row] for row in self.rows]
        return [row for row in texts if all(any(w in cell for cell in row) for w in words)]


@pytest.fixture(scope="module")
def text(loaded_client):
    answer = loaded_client.get("/data")
    assert answer.status_code == 200
    return answer.text


def test_what_was_loaded_is_told_by_source(text):
    [row] = Table(text).of("Apprenticeship provider", "providers", "373 days")
    assert row[2:] == ["2", "3", "0", "3", "0", "3 November 2025", "31 October 2026", "373 days"]
    [own] = Table(text).of("turned.csv", "sites", "of 2 loads")
    assert own[2:7] == ["11 of 2 loads", "1", "0", "3", "1"]
    assert "counted to 11 November 2026, the day of the newest load" in text


def test_rejects_are_told_by_rule(text):
    [row] = Table(text).of("personal data")
    assert row[2:] == ["personal data", "refused", "1"]
    [row] = Table(text).of("providers.csv", "choice")
    assert row[2:] == ["choice", "refused", "1"]


def test_precision_is_a_bar_and_a_table(text):
    [row] = Table(text).of("venues 2 rows")
    assert row[2:] == ["0", "1", "1", "0", "0", "0", "0"]
    assert 'aria-label="Precision of the places of venues"' in text


def test_fields_are_told_for_the_register_and_each_source(text):
    assert Table(text).of("website") == [["website", "25%", "–", "33%"]]
    [row] = Table(text).of("register_status")
    assert row[1:] == ["75%", "100%", "–"]


def test_disagreements_say_how_many_which_and_whose_word_counts(text):
    [row] = Table(text).of("name of providers")
    assert row[:4] == ["name of providers", "apar and own", "2 100% of 2", "1"]
    assert "own , which counts: Sample Jones &amp; Co. Ltd" in text.replace("own,", "own ,")
    assert "apar: SAMPLE, JONES &amp; CO LTD" in text


def test_the_rule_its_assumption_and_the_licences_stand_on_the_page(text):
    assert "the word of the stronger source counts" in text
    assert "The order of strengths is an assumption of ours" in text
    assert [row[0] for row in Table(text).of("A register kept by law.")] == ["4"]
    [row] = Table(text).of("Apprenticeship provider", "OGL v3")
    assert row[1:] == ["OGL v3", "register", "providers"]
    assert "licensed under the Open Government Licence v3.0" in text


def test_nothing_of_a_sensitive_site_and_no_mark_up_of_a_source_is_on_the_page(text):
    assert [secret for secret in SECRETS if secret in text] == []
    assert "<script>" not in text
    assert "&lt;script&gt;document.title" in text


def test_a_load_that_was_undone_is_not_told(text):
    assert "undone.csv" not in text


def test_without_a_load_the_page_says_what_to_do(client_without_run):
    text = client_without_run.get("/data").text
    assert "skillshed load auto FILE" in text
    assert "The register is empty." in text
    assert "No two sources speak of the same field" in text


def test_invented_data_says_so(loaded_client, demo):
    with TestClient(create_app(demo.settings)) as client:
        assert "Illustrative data" in client.get("/data").text
    assert "Illustrative data" not in loaded_client.get("/data").text


@pytest.fixture(scope="module")
def service(loaded) -> Iterator[str]:
    """Serve the register on a free port; the address of the service."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(loaded.settings)
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
@pytest.mark.parametrize("width", [360, 1280])
def test_in_a_browser_the_page_fits_and_fetches_nothing_from_elsewhere(
    service, offline_page, width
):
    page = offline_page.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{service}/data", wait_until="networkidle")
    assert offline_page.refused == []
    assert offline_page.console_errors == []
    assert "owned" not in page.title()
    assert page.get_by_role("link", name="Data").get_attribute("aria-current") == "page"
    page.get_by_text("providers, 4 rows").click()
    assert page.get_by_role("region", name="Fields of providers").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_in_a_browser_the_table_is_downloaded_as_csv(service, offline_page):
    offline_page.page.goto(f"{service}/data")
    with offline_page.page.expect_download() as download:
        offline_page.page.get_by_role("link", name="All of it as CSV").click()
    assert download.value.suggested_filename == "data_quality.csv"
