"""Coverage over HTTP: sums made by hand, sums that agree, and the layer as it is stored."""

from __future__ import annotations

import gzip
import itertools

import orjson
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from app.api.coverage import totals_rows
from app.main import create_app
from app.schemas.queries import Dimension
from app.schemas.results import CoverageSites, CoverageTotals
from geo.coverage import totals


def read(client, **parameters):
    answer = client.get("/api/v1/coverage", params=parameters)
    assert answer.status_code == 200, answer.text
    CoverageTotals.model_validate_json(answer.content)
    return answer.json()


def test_totals_are_those_made_by_hand(client):
    answer = read(client, programme="P1")
    [row] = answer["rows"]
    # 10 + 4.005 + 2 + 6 + 1 + 3 = 26.005 needed; 10 + 1.004 + 3 = 14.004 served.
    assert row["sites"] == 7
    assert row["demand_unknown_sites"] == 1
    assert row["demand"] == pytest.approx(26.005, abs=0.006)
    assert row["served"] == 14.0
    assert row["gap_classes"]["covered"] == 13.0
    assert {name: count for name, count in row["gap_class_sites"].items() if count} == {
        "covered": 2,
        "delivered_too_few_places": 1,
        "could_be_delivered": 1,
        "no_reach": 1,
        "unknown": 2,
    }
    assert len(row["gap_class_sites"]) == 9
    # 8 + 0.5 + 3; the run keeps 17.5, below 10 + 4.005 + 3 + 1, which counts a place twice;
    # 1 + 2 + 6 that no sharing can avoid.
    assert (row["served_low"], row["served_high"]) == (11.5, 17.5)
    assert row["unmet_certain"] == 9.0
    # The one component leaves 1.005; S3, S5 and S6 reach nothing and need 9.
    assert row["unmet_best_case"] == pytest.approx(10.005, abs=0.006)
    assert (row["unknown_share"], row["evidence"]) == (round(1 / 26.005, 4), "sufficient")
    # Short are S2, S3, S5 and S6, which need 13.005 of 26.005.
    assert row["fgt0"] == round(13.005 / 26.005, 4)
    assert answer["stages_tested"] == ["A1", "A2", "A3", "A4", "A5"]
    assert answer["bounds"]["unmet_best_case"] == pytest.approx(10.005, abs=0.006)
    assert answer["capacity_tested"] is True
    assert answer["run_id"] == "run-current"
    assert answer["illustrative"] is True
    assert {"name", "value", "unit", "source"} == set(answer["assumptions"][0])


def test_totals_agree_across_every_grouping_and_add_up_as_sent(client):
    whole = read(client)["rows"][0]
    groupings = [
        ",".join(chosen) for n in (1, 2) for chosen in itertools.combinations(Dimension, n)
    ]
    for by in groupings:
        rows = read(client, by=by)["rows"]
        assert set(by.split(",")) <= set(rows[0])
        for row in rows:
            assert round(row["served"] + row["unmet"], 2) == row["demand"]
        for name in ("demand", "served", "served_low", "unmet", "unmet_certain"):
            assert sum(row[name] for row in rows) == pytest.approx(
                whole[name], abs=0.01 * len(rows)
            )
        assert sum(row["served_high"] for row in rows) == pytest.approx(18.0, abs=0.01 * len(rows))
        assert whole["served_high"] == 17.5


def test_small_firms_are_always_split_out(client):
    small = read(client, programme="P1", by="region")["small_firms"]

    found = {group["size"]: group for group in small["groups"]}
    # 3.001 and 2 of 16.005 unmet against 6 of 9; of S6 the employer's size is unknown.
    assert found["small firm"]["gap_share"] == round(5.001 / 16.005, 4)
    assert found["large employer"]["gap_share"] == round(6 / 9, 4)
    assert found["unknown"]["gap_share"] is None
    assert small["gap_ratio"] == pytest.approx(5.001 / 16.005 / (6 / 9), abs=1e-4)


def test_a_mode_and_a_tier_are_filters_that_share_places_anew(client):
    good = read(client, programme="P1", tier="good")
    [row] = good["rows"]
    assert good["tier"] == "good"
    assert "mode" not in good
    assert row["served"] == 10.0
    assert row["gap_classes"]["covered"] == 10.0
    assert read(client, programme="P1", mode="day_release")["rows"][0]["served"] == 14.0
    assert read(client, programme="P1", mode="evening")["rows"][0]["served"] == 0.0
    # These are known for all offers together only.
    assert not {"unmet_certain", "unmet_best_case"} & set(row)


def test_where_too_much_is_unknown_there_is_no_rate(client):
    answer = read(client, programme="P1", mode="e_learning")
    [row] = answer["rows"]
    assert row["evidence"] == "insufficient"
    assert row["unknown_share"] == 1.0
    assert [row[name] for name in ("fgt0", "fgt1", "fgt2")] == [None, None, None]
    assert row["served"] == 0.0
    assert answer["small_firms"]["gap_ratio"] is None


def test_streams_share_what_their_sites_have(client):
    rows = {row["stream"]: row for row in read(client, programme="P1", by="stream")["rows"]}
    # S1 gives 3 of its 10 places to the workforce it has, and S5 has none for its 2.
    assert rows["existing_workforce"]["demand"] == 5.0
    assert rows["existing_workforce"]["served"] == 3.0
    assert rows["new_starters"]["served"] == 11.0


def test_the_best_case_is_told_where_no_place_can_pass_between_groups(client):
    by_programme = read(client, by="programme")["rows"]
    assert [row["unmet_best_case"] for row in by_programme] == pytest.approx([10.0, 26.0], abs=0.01)
    # S1 and S2 share a pool with S7 of another cluster.
    assert not any("unmet_best_case" in row for row in read(client, by="cluster")["rows"])
    assert not any("unmet_best_case" in row for row in read(client, by="stream")["rows"])


@pytest.mark.parametrize("wrong", ["mode=bus", "tier=best", "mode="])
def test_modes_and_tiers_that_are_none_are_refused(client, wrong):
    answer = client.get(f"/api/v1/coverage?{wrong}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == wrong.split("=")[0]


def test_sites_in_no_cluster_form_the_row_none(client):
    rows = read(client, programme="P1", by="cluster")["rows"]
    assert [row["cluster"] for row in rows] == ["C1", "C2", "none"]
    assert [row["sites"] for row in rows] == [3, 2, 2]


def test_columns_that_were_not_asked_for_are_absent(client):
    assert not set(Dimension) & set(read(client)["rows"][0])
    assert "programme" not in read(client)


def test_places_that_nobody_states_are_null_and_not_zero(coverage_without_places):
    [row] = totals_rows(totals(coverage_without_places), ())
    assert row["served"] is None
    assert row["unmet"] is None
    assert row["demand"] == 5.0


@pytest.fixture
def coverage_without_places():
    """Coverage of which no place is known."""
    return pd.DataFrame(
        {
            "site_id": ["S1"],
            "demand": [5.0],
            "places_available": [float("nan")],
            "gap_class": ["unknown"],
        }
    )


@pytest.mark.parametrize("by", ["colour", "region,region", "region,", ",", "Region", "site_id"])
def test_what_cannot_be_grouped_by_is_refused(client, by):
    answer = client.get("/api/v1/coverage", params={"by": by})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "by"


@pytest.mark.parametrize("path", ["coverage", "coverage/sites", "rankings"])
def test_an_unknown_programme_is_named(client, path):
    answer = client.get(f"/api/v1/{path}", params={"programme": "P9"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No programme has the id 'P9'."


@pytest.mark.parametrize("path", ["coverage", "coverage/sites", "rankings"])
def test_the_run_is_the_one_asked_for(client, path):
    asked = {"programme": "P1", "run": "run-earlier"}
    answer = client.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200
    assert answer.json().get("run_id", "run-earlier") == "run-earlier"
    answer = client.get(f"/api/v1/{path}", params=asked | {"run": "run-9"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No run has the id 'run-9'."


def test_the_layer_is_a_feature_for_every_site_that_may_be_shown(client):
    answer = client.get("/api/v1/coverage/sites?programme=P1")
    assert answer.headers["content-type"] == "application/geo+json"
    CoverageSites.model_validate_json(answer.content)
    features = {one["id"]: one for one in answer.json()["features"]}
    assert list(features) == ["S1", "S2", "S4", "S5", "S6"]
    assert features["S6"]["geometry"] is None
    assert features["S1"]["properties"]["nearest_minutes"] == 12.3
    assert features["S4"]["properties"]["demand"] is None
    found = features["S2"]["properties"]
    assert (found["places_low"], found["places_high"]) == (0.5, 4.5)
    assert found["shortfall_certain"] == 1.0


def test_the_layer_needs_a_programme(client):
    answer = client.get("/api/v1/coverage/sites")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"parameter": "programme", "detail": "Field required"}]


def test_the_layer_is_sent_as_it_is_stored_to_who_takes_gzip(client):
    path = "/api/v1/coverage/sites?programme=P1"
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        content = b"".join(packed.iter_raw())
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(content) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert orjson.loads(plain.content)["programme"] == "P1"


@pytest.mark.slow
def test_the_demos_layers_and_totals_are_as_described(demo):
    with TestClient(create_app(demo.settings)) as client:
        for code in demo.programmes:
            layer = client.get("/api/v1/coverage/sites", params={"programme": code})
            CoverageSites.model_validate_json(layer.content)
            read(client, programme=code, by="region,size")
