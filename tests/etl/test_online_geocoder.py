"""The online geocoder, against a server on this machine that answers as Nominatim does."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from geopy.exc import GeopyError
from nominatim_server import nominatim_server, place

from etl.geocode import geocode
from etl.online_geocoder import (
    ONLINE_RADIUS_METRES,
    TOWN_FROM_METRES,
    WIDEST_METRES,
    NominatimGeocoder,
    place_online,
)


@pytest.fixture
def server():
    with nominatim_server() as running:
        yield running


@pytest.fixture
def online(server, tmp_path):
    return NominatimGeocoder(server.url, tmp_path, pause_seconds=0, timeout_seconds=5)


@pytest.fixture
def ours(small_gazetteer):
    return small_gazetteer([("CB2 1AA", 545_000, 256_600)])


def make_rows(*rows):
    table = pd.DataFrame(rows, columns=["postcode", "sensitive"])
    table = table.astype({"postcode": "str", "sensitive": "boolean"})
    return table.set_axis(pd.RangeIndex(2, len(rows) + 2, name="line"))


@pytest.fixture
def placed(ours, authorities, online):
    """Geocode rows, then ask the server for those that have no place."""

    def place_rows(rows):
        before = rows.copy()
        found = geocode(rows, ours, authorities)
        asked = place_online(found, rows, online, ours, authorities)
        pd.testing.assert_frame_equal(rows, before)
        assert sorted([*asked.rows.index, *asked.rejects["line"]]) == rows.index.tolist()
        return asked

    return place_rows


def test_what_the_gazetteer_cannot_place_is_asked_for(server, placed):
    server.known["Cambourne"] = place(52.2180, -0.0690, half_width=0.01)

    found = placed(make_rows(("CB2 1AA", None), ("Cambourne", None), ("Nowhere", None)))

    assert [query["q"] for query in server.asked] == ["Cambourne", "Nowhere"]
    row = found.rows.loc[3]
    assert (row.geometry.y, row.geometry.x) == (52.2180, -0.0690)
    assert row["geocode_method"] == row["gazetteer"].replace("Nominatim", "online: Nominatim")
    assert row["gazetteer"] == "Nominatim at 127.0.0.1"
    assert row["precision_class"] == "postcode_sector"
    # Half a box of 0.02 degrees: 1.1 km north and 0.7 km east.
    assert row["radius_metres"] == pytest.approx(1306, abs=10)
    assert row["postcode"] == "Cambourne"
    assert row["authority"] == "Cambridge"
    assert found.rows.index.tolist() == [2, 3]
    assert found.rejects["line"].tolist() == [4]
    assert found.notes[-1] == "Asked Nominatim at 127.0.0.1: 1 of 2 row(s) placed."


@pytest.mark.parametrize(
    ("half_width", "precision"),
    [(0.00001, "postcode_sector"), (0.01, "postcode_sector"), (0.1, "town"), (0.5, None)],
)
def test_the_class_is_that_of_the_box_and_never_exact(server, placed, half_width, precision):
    server.known["Cambourne"] = place(52.2180, -0.0690, half_width=half_width)

    found = placed(make_rows(("Cambourne", None)))

    if precision is None:
        assert found.rows.empty
        assert half_width * 111_000 > WIDEST_METRES
        return
    row = found.rows.iloc[0]
    assert row["precision_class"] == precision
    assert row["radius_metres"] >= ONLINE_RADIUS_METRES
    assert (row["radius_metres"] > TOWN_FROM_METRES) == (precision == "town")


def test_a_sensitive_row_is_never_sent(server, placed):
    server.known["Cambourne"] = place(52.2180, -0.0690, half_width=0.01)

    found = placed(make_rows(("Cambourne", True), ("Cambourne", False)))

    assert [query["q"] for query in server.asked] == ["Cambourne"]
    assert found.rows.index.tolist() == [3]


def test_a_town_is_sent_with_what_is_written_and_nothing_else(server, ours, authorities, online):
    rows = make_rows(("ZZ9 9ZZ", None)).assign(town="Cambourne", name="Example Biosciences")
    server.known["Cambourne, ZZ9 9ZZ"] = place(52.2180, -0.0690, half_width=0.01)

    found = place_online(geocode(rows, ours, authorities), rows, online, ours, authorities)

    assert len(found.rows) == 1
    assert server.asked[0] == {
        "q": "Cambourne, ZZ9 9ZZ",
        "countrycodes": "gb",
        "format": "json",
        "limit": "1",
    }
    assert server.agents[0].startswith("skillshed/")


def test_an_answer_abroad_is_none(server, placed):
    server.known["Cambourne"] = place(40.7, -74.0, half_width=0.01)

    assert placed(make_rows(("Cambourne", None))).rows.empty


def test_answers_are_kept_also_that_there_is_none(server, online, tmp_path):
    server.known["Cambourne"] = place(52.2180, -0.0690, half_width=0.01)
    first = [online.ask("Cambourne"), online.ask("Nowhere")]
    online.keep()

    again = NominatimGeocoder(server.url, tmp_path, pause_seconds=0)
    elsewhere = NominatimGeocoder("http://127.0.0.1:1", tmp_path, pause_seconds=0)

    assert [again.ask("Cambourne"), again.ask("Nowhere")] == first
    assert first[0].latitude == 52.2180
    assert first[1] is None
    assert len(server.asked) == 2
    with pytest.raises(GeopyError):
        elsewhere.ask("Cambourne")


def test_a_broken_cache_is_asked_anew(server, online, tmp_path):
    online.ask("Nowhere")
    online.keep()
    [kept] = tmp_path.glob("geocoder-*.json")
    kept.write_text("{", encoding="utf-8")

    NominatimGeocoder(server.url, tmp_path, pause_seconds=0).ask("Nowhere")

    assert len(server.asked) == 2


def test_a_server_that_fails_stops_the_questions_and_loses_no_row(server, placed):
    server.status = 503

    found = placed(make_rows(("Cambourne", None), ("Ely", None)))

    assert found.rows.empty
    assert len(found.rejects) == 2
    assert {query["q"] for query in server.asked} == {"Cambourne"}
    assert "stopped answering" in found.notes[-1]


def test_requests_are_apart(server, tmp_path):
    slow = NominatimGeocoder(server.url, tmp_path, pause_seconds=0.2)
    start = time.monotonic()

    slow.ask("A")
    slow.ask("B")

    assert time.monotonic() - start >= 0.2


def test_without_anything_to_ask_nobody_is_asked(server, placed):
    found = placed(make_rows(("CB2 1AA", None)))

    assert server.asked == []
    assert len(found.rows) == 1
