"""Plans over HTTP."""

from __future__ import annotations

from app.schemas.plans import Plans, PlanStanding


def test_the_list_is_as_described(client):
    [item] = Plans.model_validate_json(client.get("/api/v1/plans").content).items

    assert (item.plan_id, item.cluster_id) == ("plan", "C1")


def test_a_plan_stands_as_the_run_says(client):
    found = PlanStanding.model_validate_json(client.get("/api/v1/plans/plan").content)

    [output] = found.outputs
    assert (output.value, output.baseline, output.standing) == (12.0, 10.0, "on_track")
    assert found.milestones[0].standing == "late"


def test_what_is_not_there_or_not_allowed_is_said(client):
    assert client.get("/api/v1/plans/none").status_code == 404
    assert client.get("/api/v1/plans/plan?run=none").status_code == 404
    assert client.post("/api/v1/plans", json={}).status_code == 405
