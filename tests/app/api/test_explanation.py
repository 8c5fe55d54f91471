"""One site explained over HTTP: its sentence, its numbers and its fix."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.db.engine import reading
from app.db.runs import read_coverage
from app.main import create_app
from app.schemas.findings import Explanation


def read(client, site_id, programme="P1"):
    answer = client.get(f"/api/v1/sites/{site_id}/explanation", params={"programme": programme})
    assert answer.status_code == 200, answer.text
    Explanation.model_validate_json(answer.content)
    return answer.json()


def test_a_site_is_explained_in_a_sentence_and_in_numbers(client):
    found = read(client, "S2")
    assert (found["sentence"], found["fix"]) == ("as it was made", "nothing")
    assert found["gap_class"] == "delivered_too_few_places"
    assert found["programme"] == "P1"
    assert found["run_id"] == "run-current"
    numbers = found["numbers"]
    assert (numbers["places_low"], numbers["places_high"]) == (0.5, 4.5)
    assert numbers["unmet"] == 3.0
    assert numbers["shortfall_certain"] == 1.0
    assert read(client, "S1")["numbers"]["nearest_public_minutes"] == 25.0
    assert found["bounds"]["served_low"] == 11.5
    assert found["assumptions"]


def test_what_cannot_be_recomputed_says_why_and_what_to_do(client):
    found = read(client, "S2")

    assert found["counterfactual"] is None
    assert "run `skillshed run`, and ask again" in found["note"]


def test_what_is_unknown_of_a_site_is_null(client):
    numbers = read(client, "S4")["numbers"]
    assert (numbers["demand"], numbers["unmet"], numbers["places_low"]) == (None, None, None)
    assert numbers["nearest_minutes"] == 30.0


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("S3/explanation?programme=P1", 404, "No site has the id 'S3'."),
        ("S99/explanation?programme=P1", 404, "No site has the id 'S99'."),
        ("S1/explanation?programme=P9", 404, "No programme has the id 'P9'."),
        ("S1/explanation?programme=P1&run=run-9", 404, "No run has the id 'run-9'."),
        ("S1/explanation", 422, "programme: Field required"),
        ("S%00/explanation?programme=P1", 422, "NUL"),
    ],
)
def test_what_is_not_there_or_may_not_be_shown_is_refused(client, path, status, words):
    answer = client.get(f"/api/v1/sites/{path}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


@pytest.mark.slow
def test_a_site_of_the_demo_has_its_sentence_and_its_fix(demo):
    with reading(demo.engine) as connection:
        rows = read_coverage(connection, demo.run.run_id, programme_code=None)
    short = rows[rows["gap_class"] == "delivered_too_few_places"]
    with TestClient(create_app(demo.settings)) as client:
        shown = {one["site_id"] for one in client.get("/api/v1/sites?limit=1000").json()["items"]}
        site_id, programme = next(
            key
            for key in zip(short["site_id"], short["programme_code"], strict=True)
            if key[0] in shown
        )
        found = read(client, site_id, programme)

    assert "enough would be 80%" in found["sentence"]
    assert found["fix"].startswith("More places a year")
    last = found["counterfactual"]["steps"][-1]
    assert found["counterfactual"]["closed"]
    assert last["gap_class_after"] == "covered"
    assert last["changes"][0]["table"] == "offers"
    assert found["note"] is None
