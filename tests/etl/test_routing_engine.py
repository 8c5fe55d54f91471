"""Routing engines over real HTTP: what they answer, and every way in which they fail."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from routing_server import Reply, RoutingServer, routing_server

from etl.routing_engine import (
    PROFILES,
    AnswerError,
    Engine,
    EngineDownError,
    EngineOptions,
    NotRoutableError,
    wait_seconds,
)
from geo.travel_pairs import ENGINES

SOURCES = [(0.1, 52.2), (0.2, 52.2)]
TARGETS = [(-3.0, 56.5), (0.15, 52.3), (0.3, 52.2)]


@pytest.fixture
def server():
    with routing_server() as running:
        yield running


def engine_at(server, name="osrm", **options):
    quick = {"retries": 2, "backoff_seconds": 0.0, "pause_seconds": 0.0, "timeout_seconds": 30.0}
    return Engine(EngineOptions(engine=name, url=server.url, **(quick | options)))


def test_the_engines_are_those_whose_times_are_cached():
    assert tuple(PROFILES) == ENGINES


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_minutes_from_site_to_venue(server, name):
    found = engine_at(server, name).matrix(SOURCES, TARGETS)

    expected = [[RoutingServer.minutes(s, t) for t in TARGETS] for s in SOURCES]
    np.testing.assert_allclose(found.minutes, expected, rtol=0, atol=1e-9)
    assert (found.reasons == "").all()
    assert [asked.pairs for asked in server.asked] == [6]


@pytest.mark.parametrize("name", ENGINES)
def test_one_pair_can_be_asked_for(server, name):
    found = engine_at(server, name).matrix(SOURCES[:1], TARGETS[:1])

    assert found.minutes.tolist() == [[pytest.approx(5.0 + 100.0 * 7.4 + 1.0)]]


@pytest.mark.parametrize("name", ENGINES)
def test_a_journey_without_a_way_is_missing_and_told(server, name):
    server.no_way = lambda source, target: (source, target) == (SOURCES[1], TARGETS[0])

    found = engine_at(server, name).matrix(SOURCES, TARGETS)

    assert np.isnan(found.minutes).tolist() == [[False] * 3, [True, False, False]]
    assert found.reasons[1, 0] == "the engine finds no way"


@pytest.mark.parametrize("name", ["osrm", "openrouteservice"])
def test_a_place_far_from_any_road_has_no_time(server, name):
    server.snap_metres = lambda at: 1000.0 if at == SOURCES[0] else 1000.1 * (at == TARGETS[2])

    found = engine_at(server, name).matrix(SOURCES, TARGETS)

    assert np.isnan(found.minutes).tolist() == [[False, False, True]] * 2
    assert found.reasons[0, 2] == "the engine's nearest road is 1,000 m from the venue"


def test_valhalla_is_told_how_far_a_road_may_be(server):
    engine_at(server, "valhalla", snap_metres=750.0).matrix(SOURCES, TARGETS)

    [asked] = server.asked
    assert {at["search_cutoff"] for at in asked.body["sources"] + asked.body["targets"]} == {750.0}


def test_a_time_below_nothing_is_refused(server):
    server.fault = lambda _: Reply(text='{"durations": [[-5, 60]]}')

    found = engine_at(server).matrix(SOURCES[:1], TARGETS[:2])

    assert found.reasons.tolist() == [["the engine gives a time below 0", ""]]
    assert found.minutes[0, 1] == 1.0


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("osrm", '{"code":"NoSegment","message":"no road near 0"}', "no road near 0"),
        ("valhalla", '{"error_code":171,"error":"No suitable edges"}', "No suitable edges"),
        ("openrouteservice", '{"error":{"code":6010,"message":"not found: 1"}}', "not found: 1"),
        ("osrm", "<h1>  Bad \n request</h1>", "<h1> Bad request</h1>"),
        ("osrm", "", "no words"),
        ("osrm", "x" * 500, "x" * 200 + "…"),
    ],
)
def test_a_refused_request_says_why_and_is_not_sent_again(server, name, body, words):
    server.fault = lambda _: Reply(status=400, text=body)

    with pytest.raises(NotRoutableError) as caught:
        engine_at(server, name).matrix(SOURCES, TARGETS)

    assert str(caught.value) == f"HTTP 400: {words}"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500, text="oops"),
        Reply(status=503),
        Reply(text='{"durations": [[1,'),
        Reply(text="{", broken=True),
        Reply(status=429, headers={"Retry-After": "0"}),
    ],
)
def test_what_may_pass_is_sent_again(server, reply):
    server.fault = lambda _: reply if len(server.asked) < 3 else None

    found = engine_at(server).matrix(SOURCES, TARGETS)

    assert np.isfinite(found.minutes).all()
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=500, text="oops"), "HTTP 500: oops"),
        (Reply(text="no json"), "the engine's answer is no JSON"),
        (Reply(text="{", broken=True), "the engine's answer broke off"),
    ],
)
def test_after_the_last_retry_the_request_failed(server, reply, words):
    server.fault = lambda _: reply

    with pytest.raises(AnswerError, match=words):
        engine_at(server).matrix(SOURCES, TARGETS)

    assert len(server.asked) == 3


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "null", '"words"', '{"durations": [["x"]], "sources_to_targets": [[{}]]}'],
)
def test_an_answer_that_is_no_table_is_told(server, name, text):
    server.fault = lambda _: Reply(text=text)

    with pytest.raises(AnswerError, match="no table of the times"):
        engine_at(server, name).matrix(SOURCES[:1], TARGETS[:1])


def test_a_table_of_another_size_is_told(server):
    server.fault = lambda _: Reply(text='{"durations": [[1, 2]]}')

    with pytest.raises(AnswerError, match="no table of the times"):
        engine_at(server).matrix(SOURCES, TARGETS)


def test_a_silent_engine_is_given_up_after_the_time_set(server):
    server.fault = lambda _: Reply(silent=True)

    with pytest.raises(AnswerError, match=r"no answer within 0\.05 seconds"):
        engine_at(server, timeout_seconds=0.05).matrix(SOURCES, TARGETS)

    assert len(server.asked) == 1


def test_the_wait_doubles_is_never_below_the_pause_and_is_what_the_engine_asks_for():
    options = EngineOptions(engine="osrm", url="http://h", backoff_seconds=0.5, pause_seconds=1.5)

    assert [wait_seconds(options, attempt) for attempt in range(4)] == [1.5, 1.5, 2.0, 4.0]
    assert wait_seconds(options, 0, asked_for=30.0) == 30.0


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_it_and_is_not_shown(server, status):
    server.fault = lambda _: Reply(status=status, text="Key hush-hush is not known")

    with pytest.raises(EngineDownError, match="SKILLSHED_ROUTING_KEY") as caught:
        engine_at(server, "openrouteservice", key="hush-hush").matrix(SOURCES, TARGETS)

    assert "hush" not in str(caught.value)
    assert len(server.asked) == 1
    assert server.asked[0].headers["Authorization"] == "hush-hush"


def test_the_key_is_in_no_representation():
    assert "hush" not in repr(EngineOptions(engine="osrm", url="http://localhost", key="hush"))


def test_without_a_key_none_is_sent(server):
    engine_at(server, "openrouteservice").matrix(SOURCES, TARGETS)

    assert "Authorization" not in server.asked[0].headers
    assert server.asked[0].headers["User-Agent"] == "skillshed"


def test_an_engine_that_was_asked_too_much_is_left_alone(server):
    server.fault = lambda _: Reply(status=429, text="slow down")

    with pytest.raises(EngineDownError, match=r"asked too much .*slow down.*PAUSE_SECONDS"):
        engine_at(server).matrix(SOURCES, TARGETS)

    assert len(server.asked) == 3


def test_a_long_pause_is_not_waited_for(server):
    server.fault = lambda _: Reply(status=429, headers={"Retry-After": "3600"})

    with pytest.raises(EngineDownError, match="not to be asked for 3600 seconds"):
        engine_at(server).matrix(SOURCES, TARGETS)

    assert len(server.asked) == 1


def test_a_date_to_come_back_is_no_number_of_seconds(server):
    late = Reply(status=503, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    server.fault = lambda _: late if len(server.asked) < 2 else None

    assert np.isfinite(engine_at(server).matrix(SOURCES, TARGETS).minutes).all()


def test_nobody_listening_ends_it_without_a_password():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    options = EngineOptions(
        engine="osrm",
        url=f"http://me:hush@127.0.0.1:{port}/",
        backoff_seconds=0.0,
        pause_seconds=0.0,
    )

    with pytest.raises(EngineDownError, match=f"127.0.0.1:{port} cannot be reached") as caught:
        Engine(options).matrix(SOURCES, TARGETS)

    assert "hush" not in str(caught.value)


def test_an_address_that_is_none_ends_it():
    options = EngineOptions(engine="osrm", url="nonsense", pause_seconds=0.0)

    with pytest.raises(EngineDownError, match="SKILLSHED_ROUTING_URL"):
        Engine(options).matrix(SOURCES, TARGETS)
