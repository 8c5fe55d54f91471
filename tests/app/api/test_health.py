"""Health: live whatever happens, ready when the register can be read."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.schemas.results import Health
from app.settings import Settings


def test_ready_names_the_current_run(client):
    answer = client.get("/health/ready")
    Health.model_validate_json(answer.content)
    assert answer.json() == {"status": "ready", "run_id": "run-current"}


def test_ready_without_a_run_says_what_to_do(client_without_run):
    answer = client_without_run.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "detail": "No run is stored: start with `skillshed run`.",
    }


@pytest.mark.parametrize("database_url", [None, "postgresql://reader:hush@127.0.0.1:1/none"])
def test_live_does_not_ask_the_database_and_ready_does(tmp_path, database_url):
    missing = tmp_path / "none.gpkg"
    settings = Settings(
        register_file=missing, database_url=database_url, database_timeout_seconds=1
    )
    with TestClient(create_app(settings)) as client:
        assert client.get("/health/live").json() == {"status": "live"}
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hush" not in answer.text
    assert not missing.exists()
