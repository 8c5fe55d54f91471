"""Routed times in the register: kept once each, told where there are none, removed on request."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from routing_server import Reply, RoutingServer, routing_server
from shapely import Point

from app.db.engine import reading, writing
from app.db.errors import RowsRefusedError
from app.db.models import Provider, Site, TravelTime, Venue
from app.db.register import read_table, write_rows
from etl import routing
from etl.routing import forget_routed, place_unrouted, route_pairs
from etl.routing_engine import Engine, EngineOptions

TODAY = date(2026, 11, 24)
SOURCE = "routed: osrm, driving, 2026-11-24"
SITES = {"s1": (0.1, 52.2), "s2": (0.2, 52.2), "s3": (0.3, 52.4), "s4": None}
VENUES = {"v1": (0.15, 52.3), "v2": (-0.3, 53.7)}


def points(places):
    shapes = [None if at is None else Point(at) for at in places.values()]
    return gpd.GeoSeries(shapes, index=list(places), crs="EPSG:4326")


@pytest.fixture
def server():
    with routing_server() as running:
        yield running


@pytest.fixture
def filled(engine):
    """Fill the register with the sites and venues."""
    with writing(engine) as connection:
        for model, rows in (
            (Provider, {"ukprn": ["10000001"], "name": ["Example College"]}),
            (Venue, {"venue_id": list(VENUES), "ukprn": "10000001", "name": "Hall"}),
            (Site, {"site_id": list(SITES), "employer": "Example Ltd"}),
        ):
            blank = read_table(connection, model)
            given = pd.DataFrame(rows)
            table = blank.reindex(range(len(given))).assign(**given.to_dict("list"))
            write_rows(connection, model, table.astype(blank.dtypes))
    return engine


def pairs_of(*pairs, across=()):
    return pd.DataFrame(
        {
            "site_id": pd.Series([site for site, _ in pairs], dtype="str"),
            "venue_id": pd.Series([venue for _, venue in pairs], dtype="str"),
            "across": pd.Series(
                ["the Humber" if pair in across else "" for pair in pairs], dtype="str"
            ),
        }
    )


def route(register, server, pairs, *, today=TODAY, **options):
    settings = {"retries": 0, "backoff_seconds": 0.0, "pause_seconds": 0.0}
    return route_pairs(
        register,
        Engine(EngineOptions(engine="osrm", url=server.url, **settings)),
        pairs,
        sites=points(SITES).to_crs("EPSG:27700"),
        venues=points(VENUES).to_crs("EPSG:27700"),
        today=today,
        **options,
    )


def stored(register):
    with reading(register) as connection:
        return read_table(connection, TravelTime)


def test_routed_times_are_kept_with_their_source_and_the_second_time_change_nothing(filled, server):
    pairs = pairs_of(("s1", "v1"), ("s2", "v1"), ("s3", "v2"))
    before = pairs.copy()

    first = route(filled, server, pairs)
    again = route(filled, server, pairs)

    pd.testing.assert_frame_equal(pairs, before)
    assert (first.asked, first.routed, first.changes.inserted, first.stopped) == (3, 3, 3, "")
    assert (again.changes.inserted, again.changes.updated, again.changes.unchanged) == (0, 0, 3)
    table = stored(filled)
    assert (
        table[["from_id", "to_id"]].to_numpy().tolist()
        == before[["site_id", "venue_id"]].to_numpy().tolist()
    )
    expected = [
        RoutingServer.minutes(SITES[s], VENUES[v])
        for s, v in before[["site_id", "venue_id"]].to_numpy()
    ]
    # The coordinates travel with six digits.
    assert table["travel_minutes"].tolist() == pytest.approx(expected, abs=1e-3)
    assert set(table["source"]) == {SOURCE}
    assert set(table["transport"]) == {"car"}
    assert table["sigma_minutes"].isna().all()


def test_pairs_across_water_are_asked_for_first(filled, server):
    pairs = pairs_of(("s1", "v1"), ("s3", "v2"), across=[("s3", "v2")])

    route(filled, server, pairs)

    asked = [{*request.targets} for request in server.asked]
    assert [len(targets) for targets in asked] == [1, 1]
    assert asked[0].pop()[1] == pytest.approx(53.7, abs=1e-5)


def test_a_pair_without_a_way_is_told_and_not_kept(filled, server, tmp_path):
    server.no_way = lambda _, target: target[1] > 53

    report = route(filled, server, pairs_of(("s1", "v1"), ("s1", "v2"), ("s2", "v2")))

    assert (report.asked, report.routed) == (3, 1)
    assert report.unrouted.to_numpy().tolist() == [
        ["s1", "v2", "the engine finds no way"],
        ["s2", "v2", "the engine finds no way"],
    ]
    assert report.lines() == [
        "Routed 1 of 3 pairs: 1 new, 0 changed, 0 as they were.",
        "  Not routed, the engine finds no way: 2 pairs.",
    ]
    assert stored(filled)["to_id"].tolist() == ["v1"]
    path = place_unrouted(report.unrouted, tmp_path / "new" / "unrouted.csv")
    assert pd.read_csv(path).to_numpy().tolist() == report.unrouted.to_numpy().tolist()


def test_what_was_routed_before_the_engine_failed_is_kept(filled, server):
    server.fault = lambda _: Reply(status=403) if len(server.asked) > 1 else None

    report = route(filled, server, pairs_of(("s1", "v1"), ("s3", "v2")), batch_size=2)

    assert report.routed == len(stored(filled)) == 1
    assert "HTTP 403" in report.stopped
    assert report.unrouted["reason"].tolist() == [
        "not asked for: the engine was not asked any further"
    ]


def test_what_was_routed_before_the_user_stopped_is_kept(filled, server):
    def stop(_step, share):
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        route(filled, server, pairs_of(("s1", "v1"), ("s3", "v2")), batch_size=2, progress=stop)

    assert len(stored(filled)) == 1


def test_times_are_written_now_and_then(filled, server, monkeypatch):
    monkeypatch.setattr(routing, "_WRITE_EVERY", 1)
    held = []

    def look(_step, _share):
        held.append(len(stored(filled)))

    report = route(
        filled,
        server,
        pairs_of(("s1", "v1"), ("s2", "v1"), ("s3", "v2")),
        batch_size=2,
        progress=look,
    )

    assert held == [0, 1, 2]
    assert (report.changes.inserted, report.changes.unchanged) == (3, 0)


def test_no_pairs_ask_for_nothing(filled, server):
    report = route(filled, server, pairs_of())

    assert (report.asked, report.routed, len(report.unrouted)) == (0, 0, 0)
    assert server.asked == []


def test_many_reasons_are_cut_short(filled, server):
    report = route(filled, server, pairs_of())
    reasons = pd.DataFrame(
        {"site_id": "s", "venue_id": "v", "reason": [f"r{i}" for i in range(12)]}
    )

    lines = type(report)(12, 0, reasons, report.changes, "").lines()

    assert lines[-1] == "  Not routed for 2 other reasons too."
    assert len(lines) == 12


def test_a_site_that_left_the_register_meanwhile_is_told(engine, server):
    with pytest.raises(RowsRefusedError, match="'from_id' is 's1'"):
        route(engine, server, pairs_of(("s1", "v1")))


def test_cached_times_are_removed_by_source_and_loaded_ones_never(filled, server):
    route(filled, server, pairs_of(("s1", "v1")))
    route(filled, server, pairs_of(("s2", "v1")), today=date(2026, 11, 25))
    with writing(filled) as connection:
        rows = (
            stored(filled)
            .iloc[[0, 0]]
            .assign(from_id="s3", to_id=["v1", "v2"], source=["routed: by r5py", None])
        )
        write_rows(connection, TravelTime, rows)

    assert forget_routed(filled, "OSRM") == 0
    assert forget_routed(filled, "2026-11-25") == 1
    assert forget_routed(filled) == 1
    assert forget_routed(filled) == 0
    left = stored(filled)
    assert left["from_id"].tolist() == ["s3", "s3"]


def test_an_older_list_of_pairs_is_overwritten_when_there_are_none(tmp_path):
    path = tmp_path / "unrouted.csv"
    none = pd.DataFrame({"site_id": [], "venue_id": [], "reason": []}, dtype="str")
    assert place_unrouted(none, path) is None
    assert not path.exists()
    place_unrouted(pd.DataFrame({"site_id": ["=1"], "venue_id": ["v"], "reason": ["r"]}), path)
    assert "'=1" in path.read_text(encoding="utf-8-sig")

    assert place_unrouted(none, path) == path

    assert path.read_text(encoding="utf-8-sig").split() == ["site_id,venue_id,reason"]
    assert list(tmp_path.iterdir()) == [path]
