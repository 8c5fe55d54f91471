"""Clusters over HTTP: footprints, and one with the members that may be shown."""

from __future__ import annotations

import pytest

from app.schemas.results import ClusterDetail, Clusters
from app.schemas.strength import Strengths


def test_footprints_are_geojson(client):
    answer = client.get("/api/v1/clusters")
    assert answer.headers["content-type"] == "application/geo+json"
    Clusters.model_validate_json(answer.content)
    assert [one["id"] for one in answer.json()["features"]] == ["C1", "C2"]


def test_a_cluster_has_its_members_but_the_sensitive(client):
    answer = client.get("/api/v1/clusters/C1")
    assert answer.headers["content-type"] == "application/geo+json"
    ClusterDetail.model_validate_json(answer.content)
    found = answer.json()["properties"]
    assert [one["site_id"] for one in found["members"]] == ["S1", "S2"]
    assert found["withheld"] == 1
    assert "Hidden" not in answer.text
    assert found["sites"] == 3
    assert found["small_firm_share"] == 0.3333
    assert found["diversity"] == 0.1235
    assert found["width_metres"] == 1500
    assert found["run_id"] == "run-current"


def test_coordinates_have_six_decimals(client):
    ring = client.get("/api/v1/clusters/C1").json()["geometry"]["coordinates"][0]
    assert {x for x, _ in ring} == {0.0, 0.2}


def test_what_is_unknown_of_a_cluster_is_null(client):
    found = client.get("/api/v1/clusters/C2").json()["properties"]
    assert found["small_firm_share"] is None
    assert found["withheld"] == 0


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("clusters/C9", "No cluster has the id 'C9'."),
        ("clusters/C1?run=run-9", "No run has the id 'run-9'."),
        ("clusters?run=run-9", "No run has the id 'run-9'."),
    ],
)
def test_what_is_not_there_is_named(client, path, detail):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == detail


def test_strength_is_as_described(client):
    answer = client.get("/api/v1/clusters/strength")

    found = Strengths.model_validate_json(answer.content)
    assert [one.cluster_id for one in found.items] == ["C1", "C2"]
    assert found.since is None
    refused = client.get("/api/v1/clusters/strength?since=run-current")
    assert refused.status_code == 422
    assert "name an earlier one" in refused.text
