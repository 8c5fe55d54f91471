"""Every error is a problem document that says what to do, and none tells a secret."""

from __future__ import annotations

import logging
import shutil

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from app.db.engine import make_engine, writing
from app.errors import KIND_BY_ERROR
from app.main import create_app
from app.schemas.problems import PROBLEM_TYPE, Problem
from app.settings import Settings

READS = ("/api/v1/sites", "/api/v1/coverage", "/api/v1/clusters", "/api/v1/rankings")


def problem_of(answer):
    """Return the problem of an answer, checked for its shape."""
    assert answer.headers["content-type"] == PROBLEM_TYPE
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == answer.status_code
    assert problem.instance == answer.request.url.path
    assert "\n" not in problem.detail
    assert None not in answer.json().values()
    return problem


def asked(settings, path):
    with TestClient(create_app(settings)) as client:
        return client.get(path)


@pytest.fixture
def changed_register(small_register, tmp_path):
    """Give a function that runs a statement on a copy of the register."""
    path = tmp_path / "copy.gpkg"
    shutil.copy(small_register, path)

    def change(statement):
        engine = make_engine(f"sqlite:///{path}")
        with writing(engine) as connection:
            connection.execute(sa.text(statement))
        engine.dispose()
        return Settings(register_file=path)

    return change


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/api/v1/nothing", 404, "/docs"),
        ("GET", "/api/v1/sites/", 404, "/docs"),
        ("GET", "/static/nothing.css", 404, "/docs"),
        ("GET", "/api/v1/runs/x%20y", 404, "No run has the id 'x y'."),
        ("POST", "/api/v1/sites", 405, "use GET or HEAD"),
        ("DELETE", "/health/live", 405, "use GET or HEAD"),
        ("GET", "/api/v1/sites?limit=x", 422, "limit:"),
        ("GET", "/api/v1/runs/a%00b", 422, "NUL"),
        ("GET", "/api/v1/rankings?run=%00", 422, "NUL"),
        ("GET", "/api/v1/sites?cursor=x", 422, "leave it out"),
        ("GET", "/api/v1/rankings?run=", 422, "run:"),
    ],
)
def test_a_wrong_request_is_told_what_to_do(client, method, path, status, words):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert words in problem_of(answer).detail


def test_what_may_be_asked_is_told(client):
    assert client.post("/api/v1/sites").headers["allow"] == "GET, HEAD"


def test_a_long_wrong_name_is_not_repeated_whole(client):
    answer = client.get(f"/api/v1/sites?{'x' * 5000}=1")
    assert answer.status_code == 422
    assert len(answer.content) < 1000


@pytest.mark.parametrize("path", READS)
def test_without_a_register(tmp_path, path):
    missing = tmp_path / "none.gpkg"
    problem = problem_of(asked(Settings(register_file=missing), path))
    assert problem.type == "urn:skillshed:problem:register-missing"
    assert "skillshed load" in problem.detail
    assert not missing.exists()


@pytest.mark.parametrize("path", READS)
def test_with_a_register_of_a_newer_release(changed_register, path):
    settings = changed_register("UPDATE alembic_version SET version_num = '9999'")
    problem = problem_of(asked(settings, path))
    assert problem.type == "urn:skillshed:problem:register-too-new"
    assert "update Skillshed" in problem.detail


def test_with_a_register_of_an_older_release(changed_register):
    settings = changed_register("UPDATE alembic_version SET version_num = '0001'")
    problem = problem_of(asked(settings, "/api/v1/sites"))
    assert problem.status == 503
    assert "skillshed db upgrade" in problem.detail


def test_with_a_file_that_is_no_register(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, but long enough to be read as one" * 50)
    problem = problem_of(asked(Settings(register_file=path), "/api/v1/sites"))
    assert problem.type == "urn:skillshed:problem:no-database"


def test_with_a_database_that_is_down_and_its_password_stays_secret(caplog):
    settings = Settings(
        database_url="postgresql://reader:hush@127.0.0.1:1/none", database_timeout_seconds=1
    )
    answer = asked(settings, "/api/v1/sites")
    problem = problem_of(answer)
    assert problem.type == "urn:skillshed:problem:database-unavailable"
    assert "SKILLSHED_DATABASE_URL" in problem.detail
    assert "hush" not in answer.text + caplog.text
    assert "/api/v1/sites" in caplog.text


@pytest.mark.parametrize("path", READS[1:])
def test_without_a_run(client_without_run, path):
    problem = problem_of(client_without_run.get(path))
    assert problem.type == "urn:skillshed:problem:no-run"
    assert "skillshed run" in problem.detail


@pytest.mark.parametrize(
    ("statement", "path"),
    [
        ("DELETE FROM run_layers WHERE name = 'calls.json'", "/api/v1/calls"),
        ("DELETE FROM run_layers WHERE name = 'variants/good/all.json'", "/coverage?tier=good"),
        ("DELETE FROM run_layers", "/"),
        ("UPDATE runs SET scenario_content = '{}'", "/api/v1/coverage"),
        ("UPDATE runs SET scenario_content = '{}'", "/methods"),
    ],
)
def test_with_a_run_of_an_earlier_release(changed_register, statement, path):
    problem = problem_of(asked(changed_register(statement), path))
    assert problem.type == "urn:skillshed:problem:run-too-old"
    assert problem.status == 503
    assert "compute it again by `skillshed run`" in problem.detail


def test_what_nobody_expected_is_logged_and_told_without_detail(small_register, caplog):
    app = create_app(Settings(register_file=small_register))

    def breaks() -> None:
        raise RuntimeError("the secret inside")

    app.router.routes.insert(0, app.router.route_class("/api/v1/breaks", breaks))
    with TestClient(app) as client, caplog.at_level(logging.ERROR):
        answer = client.get("/api/v1/breaks")
        page = client.get("/api/v1/breaks", headers={"Accept": "text/html"})
    assert problem_of(answer).title == "Internal Server Error"
    assert "secret" not in answer.text + page.text
    assert "the secret inside" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.status_code == 500


def test_a_browser_gets_a_page_that_says_the_same(client, client_without_run):
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = client.get("/<script>alert(1)</script>", headers=accept)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "/docs" in answer.text
    unknown = client.get("/ranking?programme=<script>alert(1)</script>", headers=accept)
    assert unknown.status_code == 404
    assert "&lt;script&gt;alert(1)" in unknown.text
    assert "<script" not in answer.text + unknown.text
    assert "skillshed run" in client_without_run.get("/map", headers=accept).text
    problem_of(client.get("/api/v1/nothing", headers=accept))


def test_every_kind_has_its_own_name():
    kinds = KIND_BY_ERROR.values()
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert {kind.status for kind in kinds} == {404, 422, 503}
