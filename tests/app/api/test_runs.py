"""Runs over HTTP: the newest first, each with what it was computed from."""

from __future__ import annotations

import pytest

from app.schemas.results import RunDetail, RunPage


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_paging_gives_every_run_once_the_newest_first(client, limit):
    found, cursor = [], {}
    while cursor is not None:
        answer = client.get("/api/v1/runs", params={"limit": limit, **cursor})
        RunPage.model_validate_json(answer.content)
        page = answer.json()
        found += [run["run_id"] for run in page["items"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert found == ["run-current", "run-earlier"]


def test_a_run_tells_its_scenario_and_its_assumptions(client, scenario):
    answer = client.get("/api/v1/runs/run-earlier")
    RunDetail.model_validate_json(answer.content)
    found = answer.json()
    assert found["scenario"] == scenario.scenario_id
    assert found["scenario_content"]["tolerance"]["budget_hours"]["value"] == 60
    assert {one["name"] for one in found["assumptions"]} == {p.name for p in scenario.assumptions}
    assert found["summary"]["programmes"] == ["P1", "P2"]
    assert found["finished_at"] == "2026-11-01T12:00:00+00:00"


def test_an_unknown_run_is_named(client):
    answer = client.get("/api/v1/runs/run-9")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No run has the id 'run-9'."


def test_without_a_run_the_list_is_empty(client_without_run):
    assert client_without_run.get("/api/v1/runs").json() == {"items": [], "next": None}
