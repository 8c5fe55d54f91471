"""The page of what was agreed."""

from __future__ import annotations

from fastapi.testclient import TestClient

from app.main import create_app


def test_decisions_and_plans_stand_on_it(client):
    text = client.get("/decisions").text

    for said in ("Cambridge", "chair", "Places delivered a year within reach", "Late", "On track"):
        assert said in text
    assert 'href="/api/v1/decisions/DECISION"' in text
    assert "<script>alert" not in text


def test_without_any_it_says_how_to_record_one(demo):
    with TestClient(create_app(demo.settings)) as client:
        text = client.get("/decisions").text

    assert "skillshed decision record FILE" in text
    assert "skillshed plan record FILE" in text
