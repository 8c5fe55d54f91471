"""Calls, quality, fragility, the best case and limits of travel over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.schemas.findings import BestCase, Calls, Fragility, Quality, Tolerances

SCHEMAS = {
    "calls": Calls,
    "quality": Quality,
    "fragility": Fragility,
    "best-case": BestCase,
    "tolerances": Tolerances,
}


def read(client, path, **parameters):
    """Return an answer, checked against what is said of it."""
    answer = client.get(f"/api/v1/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    SCHEMAS[path].model_validate_json(answer.content)
    return answer.json()


@pytest.mark.parametrize("path", SCHEMAS)
def test_every_answer_says_what_it_rests_on(client, path):
    answer = read(client, path)
    assert answer["run_id"] == "run-current"
    assert answer["illustrative"] is True
    assert {"name", "value", "unit", "source"} == set(answer["assumptions"][0])
    assert answer["bounds"]["served_low"] == 11.5
    assert "programme" not in answer
    assert read(client, path, run="run-earlier")["run_id"] == "run-earlier"


@pytest.mark.parametrize("path", ["calls", "quality", "fragility"])
def test_a_programme_may_be_chosen_and_another_is_named(client, path):
    answer = read(client, path, programme="P1")
    assert answer["programme"] == "P1"
    assert answer["bounds"]["unmet_best_case"] == pytest.approx(10.005, abs=0.006)
    unknown = client.get(f"/api/v1/{path}?programme=P9")
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == "No programme has the id 'P9'."


@pytest.mark.parametrize("path", SCHEMAS)
def test_another_run_is_named(client, path):
    answer = client.get(f"/api/v1/{path}?run=run-9")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No run has the id 'run-9'."


def test_calls_stand_in_their_order_and_say_who_can_tell(client):
    answer = read(client, "calls")
    assert [one["rank"] for one in answer["items"]] == [1, 3, 4, 5, 6, 7]
    assert answer["withheld"] == 1
    assert "S3" not in str(answer)
    whom = [one["of_whom"] for one in answer["items"]]
    assert whom[0] == "Campus, Example University"
    assert whom[1] == "Northern Cells"
    assert whom[4:] == ["Example University", None]
    first = answer["items"][0]
    assert (first["served_swing"], first["demand_affected"]) == (9.12, 18.25)


def test_calls_of_a_programme_leave_out_those_about_another(client):
    ranks = [one["rank"] for one in read(client, "calls", programme="P1")["items"]]
    # 5 and 6 are about no programme in particular.
    assert ranks == [1, 3, 5, 6, 7]


def test_lists_are_paged(client):
    found, cursor = [], None
    for _ in range(10):
        more = {} if cursor is None else {"cursor": cursor}
        answer = read(client, "calls", limit=4, **more)
        found += [one["rank"] for one in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert found == [1, 3, 4, 5, 6, 7]
    wrong = client.get("/api/v1/calls?cursor=x")
    assert wrong.status_code == 422


def test_quality_tells_label_interval_gates_and_other_evidence(client):
    good, other = read(client, "quality")["items"]
    assert good["label"] == "not_good"
    assert (good["score"], good["score_low"], good["score_high"]) == (0.7123, 0.6, 0.8)
    assert good["gates"][0] == "safeguarding"
    assert good["components"] == {"inspection": 0.85, "achievement": 0.1429}
    assert other["different_evidence"] is True
    assert other["score"] is None
    assert other["gates"] == []
    assert other["provider"] == "Example University"
    assert read(client, "quality", programme="P2")["items"] == []


def test_fragility_tells_the_worst_first_and_the_alarm(client):
    answer = read(client, "fragility")
    assert [one["ukprn"] for one in answer["items"]] == ["99000001", "99000002"]
    assert answer["items"][0]["served_lost"] == 14.0
    assert answer["concentration"] == {"share": 1.0, "providers": ["99000001"], "alarm": True}
    assert answer["pairs"][0]["provider_b"] == "Example University"
    nothing = read(client, "fragility", programme="P2")
    assert nothing["items"] == []
    assert nothing["concentration"] is None


def test_the_best_case_has_its_components_and_their_bottlenecks(client):
    [component] = read(client, "best-case")["items"]
    assert (component["served"], component["programme_codes"]) == (16.0, ["P1"])
    [pool] = component["bottlenecks"]
    assert (pool["venue_ids"], pool["gain"]) == (["V1"], 1.0)
    assert client.get("/api/v1/best-case?programme=P1").status_code == 422


def test_limits_are_those_of_the_method_at_three_budgets_and_the_runs_own(client):
    answer = read(client, "tolerances")
    assert (answer["budgets_hours"], answer["own_budget_hours"]) == ([30, 60, 90], 60)
    limits = {one["mode"]: one for one in answer["modes"]}
    assert len(limits) == 9
    # min(cap, h * 60 * B / (2 * n)) with 40 trips by day, half a budget in the evening.
    assert limits["day_release"]["minutes"] == [22.5, 45.0, 67.5]
    assert limits["evening"]["minutes"] == [11.2, 22.5, 33.8]
    assert limits["block_residential"]["minutes"] == [150.0, 240.0, 240.0]
    assert limits["day_release"]["own_minutes"] == 45.0
    assert limits["e_learning"] == {
        "mode": "e_learning",
        "limited": False,
        "minutes": [None, None, None],
        "own_minutes": None,
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", SCHEMAS)
def test_the_demos_findings_are_as_described(demo, path):
    with TestClient(create_app(demo.settings)) as client:
        answer = read(client, path)
        assert answer.get("items", answer.get("modes"))
