"""The ranking over HTTP."""

from __future__ import annotations

import pytest

from app.schemas.rankings import Ranking


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


def test_what_nothing_computes_yet_is_absent(client):
    answer = client.get("/api/v1/rankings").json()
    assert not {"verdict", "tied"} & set(answer)
    assert not {"p_rank_1", "p_top_3", "rank_low", "rank_high", "flip", "starters_short"} & set(
        answer["clusters"][0]
    )


def test_the_scope_of_all_is_no_programme(client):
    assert client.get("/api/v1/rankings?programme=all").status_code == 404
