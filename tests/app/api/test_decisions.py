"""Decisions over HTTP: the list, and one byte for byte."""

from __future__ import annotations

from app.schemas.decisions import DecisionDocument, Decisions


def test_the_list_is_as_described(client):
    answer = client.get("/api/v1/decisions")

    [item] = Decisions.model_validate_json(answer.content).items
    assert (item.decision_id, item.cluster_id, item.agreed_by) == ("DECISION", "C1", ["chair"])
    assert not item.withdrawn


def test_one_is_sent_as_it_was_recorded(client):
    answer = client.get("/api/v1/decisions/DECISION")

    DecisionDocument.model_validate_json(answer.content)
    assert answer.content.startswith(b'{"criteria":{},"decision":{')


def test_an_unknown_one_is_not_found(client):
    answer = client.get("/api/v1/decisions/d-0")

    assert answer.status_code == 404
    assert "d-0" in answer.json()["detail"]


def test_nothing_can_be_recorded_over_http(client):
    assert client.post("/api/v1/decisions", json={}).status_code == 405
