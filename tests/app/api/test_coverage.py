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
    assert row["gap_class_sites"] == {
        "covered": 2,
        "delivered_too_few_places": 1,
        "delivered_skill_missing": 0,
        "could_be_delivered": 1,
        "wrong_programme": 0,
        "no_reach": 1,
        "unknown": 2,
    }
    # Short are S2, S3, S5 and S6, which need 13.005 of 26.005.
    assert row["fgt0"] == round(13.005 / 26.005, 4)
    assert answer["stages_tested"] == ["A1", "A2", "A4"]
    assert answer["stages_not_tested"] == ["A3", "A5"]
    assert answer["capacity_tested"] is True
    assert answer["run_id"] == "run-current"
    assert answer["illustrative"] is True
    assert {"name", "value", "unit", "source"} == set(answer["assumptions"][0])
    assert not {"served_low", "served_high", "unmet_best_case"} & set(row)


def test_totals_agree_across_every_grouping_and_add_up_as_sent(client):
    whole = read(client)["rows"][0]
    groupings = [
        ",".join(chosen) for n in (1, 2) for chosen in itertools.permutations(Dimension, n)
    ]
    for by in groupings:
        rows = read(client, by=by)["rows"]
        assert set(by.split(",")) <= set(rows[0])
        for row in rows:
            assert round(row["served"] + row["unmet"], 2) == row["demand"]
        for name in ("demand", "served", "unmet"):
            assert sum(row[name] for row in rows) == pytest.approx(
                whole[name], abs=0.01 * len(rows)
            )


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
