"""Blocks of journeys: every pair gets its time or its reason, however the engine fails."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from routing_server import Reply, RoutingServer, routing_server

from etl.routing_blocks import (
    BLOCK_FAILURES,
    FIRST_FAILURES,
    SERVER_FAILURES,
    Router,
    blocks,
)
from etl.routing_engine import Engine, EngineDownError, EngineOptions

SITES = [(round(0.1 * i, 1), 52.0) for i in range(10)]
VENUES = [(round(0.1 * i, 1), 53.0) for i in range(8)]
ALL = [(s, v) for s in range(len(SITES)) for v in range(len(VENUES))]
REFUSED = Reply(status=400, text='{"code":"NoSegment","message":"no road"}')


@pytest.fixture
def server():
    with routing_server() as running:
        yield running


def router_of(server):
    options = EngineOptions(
        engine="osrm", url=server.url, retries=0, backoff_seconds=0.0, pause_seconds=0.0
    )
    return Router(Engine(options), SITES, VENUES)


def refusing(*places):
    """Return a fault that refuses every request with one of the places in it."""
    return lambda asked: REFUSED if set(places) & {*asked.sources, *asked.targets} else None


def test_one_request_is_enough_where_all_goes_well_and_only_what_is_wanted_is_kept(server):
    router = router_of(server)

    router.route([(0, 1), (2, 3)])

    assert len(server.asked) == 1
    assert server.asked[0].pairs == 4
    assert router.minutes == pytest.approx(
        {(s, v): RoutingServer.minutes(SITES[s], VENUES[v]) for s, v in [(0, 1), (2, 3)]}
    )
    assert router.reasons == {}


def test_places_that_the_engine_refuses_are_found_and_not_asked_for_again(server):
    server.fault = refusing(SITES[3], VENUES[6])
    router = router_of(server)

    router.route(ALL)

    assert set(router.minutes) == {(s, v) for s, v in ALL if s != 3 and v != 6}
    assert set(router.reasons) == set(ALL) - set(router.minutes)
    assert set(router.reasons.values()) == {"HTTP 400: no road"}
    assert len(server.asked) < 40
    asked = len(server.asked)

    router.reasons.clear()
    router.route([(3, 0), (0, 6)])

    assert set(router.reasons) == {(3, 0), (0, 6)}
    assert len(server.asked) == asked


def test_a_block_without_any_answer_is_given_up_and_the_next_is_asked(server):
    server.fault = refusing(*SITES[:5])
    router = router_of(server)
    lost = [(s, v) for s, v in ALL if s < 5]

    router.route(lost)
    router.route([(s, v) for s, v in ALL if s >= 5])

    assert set(router.reasons) == set(lost)
    assert any("given up" in reason for reason in router.reasons.values())
    assert set(router.minutes) == set(ALL) - set(lost)
    assert len(server.asked) == BLOCK_FAILURES + 1


def test_a_block_too_large_for_the_engine_is_cut_until_it_is_answered(server):
    server.fault = lambda asked: Reply(status=500, text="too large") if asked.pairs > 12 else None
    router = router_of(server)

    router.route(ALL)

    assert set(router.minutes) == set(ALL)
    assert router.reasons == {}


def test_an_engine_that_fails_on_and_on_is_down_and_what_was_found_stays(server):
    router = router_of(server)
    router.route(ALL[:8])
    server.fault = lambda _: Reply(status=500, text="oops")

    with pytest.raises(EngineDownError, match=f"failed {SERVER_FAILURES} times in a row.*oops"):
        router.route(ALL[8:])

    assert set(router.minutes) == set(ALL[:8])
    assert len(server.asked) == 1 + SERVER_FAILURES


def test_an_engine_that_refuses_everything_is_no_engine_of_this_map(server):
    server.fault = lambda _: REFUSED
    router = router_of(server)

    def route_all():
        for _ in range(FIRST_FAILURES // BLOCK_FAILURES + 1):
            router.route(ALL)

    with pytest.raises(EngineDownError, match=f"its first {FIRST_FAILURES} requests.*no road"):
        route_all()

    assert len(server.asked) == FIRST_FAILURES
    assert router.minutes == {}


@given(
    bad_sites=st.sets(st.integers(0, 9), max_size=2),
    bad_venues=st.sets(st.integers(0, 7), max_size=2),
    wanted=st.sets(st.sampled_from(ALL), min_size=1),
)
def test_every_pair_gets_a_time_or_a_reason_and_no_other_does(bad_sites, bad_venues, wanted):
    with routing_server() as server:
        server.fault = refusing(*(SITES[s] for s in bad_sites), *(VENUES[v] for v in bad_venues))
        router = router_of(server)

        router.route(wanted)

    assert set(router.minutes) | set(router.reasons) == wanted
    assert not set(router.minutes) & set(router.reasons)
    for site, venue in router.minutes:
        assert site not in bad_sites
        assert venue not in bad_venues


@given(
    pairs=st.sets(st.tuples(st.integers(0, 30), st.integers(0, 20))),
    batch_size=st.integers(2, 12),
)
def test_every_pair_stands_in_one_block_that_fits_a_request(pairs, batch_size):
    generator = np.random.default_rng(1)
    sites, venues = (
        gpd.GeoSeries.from_xy(*generator.uniform(-5, 5, (2, count))) for count in (31, 21)
    )
    ordered = sorted(pairs)
    site, venue = (np.array([pair[i] for pair in ordered], dtype=np.int64) for i in (0, 1))

    found = blocks(site, venue, sites=sites, venues=venues, batch_size=batch_size)

    every = np.concatenate([np.empty(0, dtype=np.int64), *found])
    assert sorted(every.tolist()) == list(range(len(pairs)))
    for block in found:
        assert len(block)
        assert len(set(site[block])) + len(set(venue[block])) <= batch_size


def test_neighbours_share_a_block():
    sites = gpd.GeoSeries.from_xy([0.0, 50.0, 0.1, 50.1], [0.0, 50.0, 0.1, 50.1])
    venues = gpd.GeoSeries.from_xy([0.0], [0.0])
    site, venue = np.arange(4), np.zeros(4, dtype=np.int64)

    found = blocks(site, venue, sites=sites, venues=venues, batch_size=4)

    assert sorted(sorted(block.tolist()) for block in found) == [[0, 2], [1, 3]]
