"""A live service is asked politely, and what it says becomes a file that is read like any other."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from canaries import CANARIES
from courses_server import Reply, courses_server

from etl.errors import FetchError
from etl.fetch import FetchOptions, fetch_training, write_fetched
from etl.sources.find_apprenticeship import FETCHED, read
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS

KEY = "secret-word-of-ours"
NOW = datetime(2026, 6, 30, 10, tzinfo=UTC)


@pytest.fixture
def server():
    with courses_server() as running:
        yield running


def options(server, **more):
    quick = {"key": KEY, "pause_seconds": 0.0, "backoff_seconds": 0.0, "timeout_seconds": 5.0}
    return FetchOptions(server.url, **quick | more)


def first(server, count, reply):
    """Answer the first ``count`` requests with ``reply``."""
    server.fault = lambda _: reply if len(server.asked) <= count else None


def test_courses_are_found_page_by_page_and_providers_one_by_one(server):
    fetched = fetch_training(options(server), ["ST9248"])

    assert [path for path, _ in fetched.documents] == [
        "courses?page=1",
        "courses?page=2",
        "courses/9014/providers?page=1",
        "courses/9014/providers?page=2",
        "courses/9014/providers/99900021",
        "courses/9014/providers/99900022",
    ]
    assert (fetched.courses, fetched.unknown) == (("ST9248",), ())
    assert fetched.missing == ("courses/9014/providers/99900023",)
    assert fetched.requests == len(server.asked) == 7


def test_the_key_is_sent_and_never_told(server, tmp_path):
    how = options(server)
    fetched = fetch_training(how, ["ST9248"])
    path = tmp_path / "made" / "training.json"
    write_fetched(fetched, path, options=how, now=NOW)

    assert {asked.headers["ocp-apim-subscription-key"] for asked in server.asked} == {KEY}
    assert KEY not in path.read_text(encoding="utf-8") + repr(how) + repr(fetched)


def test_without_a_key_none_is_sent(server):
    fetch_training(options(server, key=None), ["ST9247"])

    assert all("ocp-apim-subscription-key" not in asked.headers for asked in server.asked)


def test_what_was_fetched_is_a_file_that_is_read(server, tmp_path):
    how = options(server)
    path = tmp_path / "training.json"
    write_fetched(fetch_training(how, ["ST9248"]), path, options=how, now=NOW)

    probe = Probe(path)
    feed = read(probe)

    assert detect(probe, FORMATS).name == "find-apprenticeship"
    assert (feed.layout, feed.as_at) == (FETCHED, NOW.date())
    kept = {part.table: len(part.cells) for part in feed.parts}
    assert kept == {"programmes": 1, "providers": 3, "venues": 4, "offers": 5, "achievements": 3}
    assert [file.name for file in tmp_path.iterdir()] == ["training.json"]


def test_the_file_says_what_where_and_when_and_holds_no_contacts(server, tmp_path):
    how = FetchOptions(server.url.replace("//", "//user:word@"), pause_seconds=0.0)
    path = tmp_path / "training.json"
    write_fetched(fetch_training(how, ["ST9248"]), path, options=how, now=NOW)

    text = path.read_text(encoding="utf-8")
    head = json.loads(text)["fetched"]
    assert head == {
        "from": server.url.removeprefix("http://"),
        "on": "2026-06-30T10:00:00+00:00",
        "courses": ["ST9248"],
        "requests": 7,
    }
    # What is said of a standard may name somebody; its reader takes no such words.
    documents = json.loads(text)["documents"]
    providers = json.dumps([one for one in documents if "providers" in one["path"]])
    assert [word for word in CANARIES if word.casefold() in providers.casefold()] == []


def test_a_course_may_be_named_by_its_lars_code_and_an_unknown_one_is_told(server):
    fetched = fetch_training(options(server), ["LARS-9044", "ALA-ENG"])

    assert (fetched.courses, fetched.unknown) == (("LARS-9044",), ("ALA-ENG",))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_service_that_fails_twice_is_asked_again(server, status):
    first(server, 2, Reply(status, "down"))

    fetched = fetch_training(options(server), ["ST9247"])

    assert fetched.courses == ("ST9247",)
    assert len(server.asked) == fetched.requests + 2


def test_a_service_that_asks_for_a_pause_gets_it(server):
    first(server, 1, Reply(429, "slowly", {"Retry-After": "1"}))

    began = time.monotonic()
    fetched = fetch_training(options(server), ["ST9247"])

    assert time.monotonic() - began >= 1.0
    assert fetched.courses == ("ST9247",)


def test_a_service_that_asks_for_a_long_pause_is_left_alone(server):
    first(server, 1, Reply(429, "tomorrow", {"Retry-After": "86400"}))

    with pytest.raises(FetchError, match="more than 120 seconds"):
        fetch_training(options(server), ["ST9247"])
    assert len(server.asked) == 1


def test_there_is_a_pause_before_every_request(server):
    began = time.monotonic()
    fetched = fetch_training(options(server, pause_seconds=0.05), ["ST9247"])

    assert time.monotonic() - began >= 0.05 * fetched.requests


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(500, "down"), "HTTP 500"),
        (Reply(401, KEY), "SKILLSHED_COURSES_KEY"),
        (Reply(403, KEY), "SKILLSHED_COURSES_KEY"),
        (Reply(418, "no"), "HTTP 418"),
        (Reply(302, "", {"Location": "http://127.0.0.1:1/"}), "HTTP 302"),
        (Reply(200, "<html>"), "no JSON"),
        (Reply(200, "[]"), "something else than courses"),
        (Reply(404, ""), "something else than courses"),
        (Reply(200, '{"standards": [1], "totalCount": 1}'), "something else than courses"),
        (Reply(200, '{"standards": [], "totalCount": 0, "totalPages": 2000}'), "1000 pages"),
    ],
    ids=[
        "down",
        "no key",
        "forbidden",
        "odd",
        "elsewhere",
        "page",
        "list",
        "none",
        "damaged",
        "endless",
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_without_the_key(server, reply, words):
    server.fault = lambda _: reply

    with pytest.raises(FetchError, match=words) as told:
        fetch_training(options(server), ["ST9247"])

    assert "\n" not in str(told.value)
    assert KEY not in str(told.value)


def test_a_page_of_a_provider_that_is_something_else_is_told(server):
    server.fault = lambda asked: Reply(200, "{}") if asked.path.endswith("21") else None

    with pytest.raises(FetchError, match="something else than one provider"):
        fetch_training(options(server), ["ST9248"])


def test_a_silent_service_is_given_up(server):
    server.fault = lambda _: Reply(silent=True)

    with pytest.raises(FetchError, match=r"no answer within 0\.2 seconds"):
        fetch_training(options(server, timeout_seconds=0.2, retries=0), ["ST9247"])


def test_a_service_that_is_not_there_is_told():
    with pytest.raises(FetchError, match="SKILLSHED_COURSES_URL"):
        fetch_training(
            FetchOptions("http://127.0.0.1:9", pause_seconds=0.0, backoff_seconds=0.0), ["ST9248"]
        )


def test_each_step_is_told(server):
    told = []

    fetch_training(options(server), ["ST9248", "ST9247"], progress=lambda *step: told.append(step))

    assert told == [
        ("Asking for the courses", 0.0),
        ("Asking for ST9248", 0.0),
        ("Asking for ST9247", 0.5),
    ]
