"""The ranking over HTTP."""

from __future__ import annotations

import pytest

from app.schemas.rankings import Ranking, RankingDetail


@pytest.mark.parametrize("query", ["", "?programme=P1", "?programme=P2&run=run-earlier"])
def test_the_ranking_is_as_described(client, query):
    answer = client.get(f"/api/v1/rankings{query}")
    assert answer.status_code == 200
    Ranking.model_validate_json(answer.content)
    first, second = answer.json()["clusters"]
    assert (first["rank"], first["cluster_id"]) == (1, "C2")
    assert (second["rank"], second["cluster_id"], second["score"]) == (2, "C1", 0.5679)
    assert first["support_needed"] is None
    assert second["values"] == {"champion_level": 2.0, "employment": 1234.5}
    assert sum(second["contributions"].values()) == pytest.approx(0.56789, abs=0.001)


def test_the_leader_is_the_best_of_the_pilot_ready(client):
    answer = client.get("/api/v1/rankings").json()
    assert answer["clusters"][0]["pilot_ready"] is False
    assert answer["leader"] == "C1"


def test_how_firmly_it_stands_is_said(client):
    answer = client.get("/api/v1/rankings").json()

    assert (answer["verdict"], answer["tied"], answer["draws"]) == ("leads", ["C1"], 10_000)
    assert sum(row["p_rank_1"] for row in answer["clusters"]) == pytest.approx(1)
    unready, leader = answer["clusters"]
    assert leader["starters_short"] == leader["shortlist"]["starters_short"] == 3
    # Places that nobody states are unknown, and none at all are none.
    assert leader["shortlist"]["places_could_be"] is None
    assert unready["shortlist"]["places_could_be"] == 0
    assert "next_if" not in leader
    assert unready["next_if"].startswith("Next, if it had a champion of level 2")
    assert "flip" not in unready
    assert answer["weight_set"]["name"] == "default"
    assert sum(answer["weights"].values()) == pytest.approx(1)
    heard = {row["audience"]: row["heard"] for row in answer["audiences"]}
    assert (heard["trade bodies"], heard["schools"], len(heard)) == (1, 0, 7)


def test_the_detail_is_as_described(client):
    answer = client.get("/api/v1/rankings/detail?programme=P1")

    RankingDetail.model_validate_json(answer.content)
    detail = answer.json()
    assert detail["standard_error"] == 0.005
    one, other = detail["clusters"]
    assert one["wins"][other["cluster_id"]] + other["wins"][one["cluster_id"]] == pytest.approx(1)
    assert {row["criterion"] for row in detail["influence"]} == set(
        client.get("/api/v1/rankings").json()["weights"]
    )


def test_the_callers_own_weights_rank_anew_and_are_not_stored(client):
    before = client.get("/api/v1/rankings").json()

    answer = client.post("/api/v1/rankings", json={"weights": {"champion_level": 3}})

    assert answer.status_code == 200
    Ranking.model_validate_json(answer.content)
    ranking = answer.json()
    assert ranking["weight_set"]["owner"] == "the caller"
    assert {name for name, weight in ranking["weights"].items() if weight} == {"champion_level"}
    assert [row["score"] for row in ranking["clusters"]] == [0.5, 0.5]
    assert client.get("/api/v1/rankings").json() == before


def test_weights_are_shared_out(client):
    weights = {"employment": 0.2, "champion_level": 0.1}
    doubled = {name: 2 * weight for name, weight in weights.items()}

    one, other = (
        client.post("/api/v1/rankings", json={"weights": given}).json()
        for given in (weights, doubled)
    )

    assert one == other


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"employmen": 1}, "no criterion 'employmen'"),
        ({"employment": -1}, "is -1; give 0 or more"),
        ({"employment": 0}, "All weights are 0"),
        ({}, "at least 1"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(client, weights, said):
    answer = client.post("/api/v1/rankings", json={"weights": weights})

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_the_scope_of_all_is_no_programme(client):
    assert client.get("/api/v1/rankings?programme=all").status_code == 404
