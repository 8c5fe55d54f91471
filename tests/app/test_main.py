"""The service as a whole: every path, each rule that holds for all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

API_PATHS = (
    "/api/v1/programmes",
    "/api/v1/providers",
    "/api/v1/venues",
    "/api/v1/venues?f=geojson",
    "/api/v1/offers",
    "/api/v1/sites",
    "/api/v1/sites?f=geojson",
    "/api/v1/sites?as_of=2026-11-01",
    "/api/v1/loads",
    "/api/v1/loads/1",
    "/api/v1/claims?table=providers&id=99000001",
    "/api/v1/register/diff?before=2026-10-01&after=2026-11-01",
    "/api/v1/data-quality",
    "/api/v1/data-quality?f=csv",
    "/api/v1/coverage",
    "/api/v1/coverage?programme=P1&by=region",
    "/api/v1/coverage/sites?programme=P1",
    "/api/v1/sites/S1/explanation?programme=P1",
    "/api/v1/calls",
    "/api/v1/quality",
    "/api/v1/fragility?programme=P1",
    "/api/v1/best-case",
    "/api/v1/tolerances",
    "/api/v1/clusters",
    "/api/v1/clusters/C1",
    "/api/v1/clusters/strength",
    "/api/v1/rankings",
    "/api/v1/rankings/detail",
    "/api/v1/growth",
    "/api/v1/decisions",
    "/api/v1/decisions/DECISION",
    "/api/v1/plans",
    "/api/v1/plans/plan",
    "/api/v1/runs",
    "/api/v1/runs/run-current",
    "/health/live",
    "/health/ready",
)
PAGES = (
    "/",
    "/map",
    "/ranking",
    "/decisions",
    "/data",
    "/docs",
    "/openapi.json",
    "/static/site.css",
    "/favicon.ico",
)


def test_importing_builds_nothing(tmp_path):
    command = "import sys; import app.main; print('folium' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path), "SKILLSHED_PORT": "no port"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_paths_above_are_all_that_there_are(client):
    listed = {path.split("?")[0].replace("C1", "{cluster_id}") for path in API_PATHS}
    listed = {path.replace("run-current", "{run_id}") for path in listed}
    listed = {path.replace("DECISION", "{decision_id}") for path in listed}
    listed = {path.replace("/plans/plan", "/plans/{plan_id}") for path in listed}
    listed = {path.replace("/S1/", "/{site_id}/") for path in listed}
    listed = {path.replace("/loads/1", "/loads/{load_id}") for path in listed}
    assert set(client.app.openapi()["paths"]) == listed


@pytest.mark.parametrize("path", [*API_PATHS, *PAGES])
def test_every_read_has_an_etag_and_answers_304_to_who_has_it(client, path):
    first = client.get(path)
    assert first.status_code == 200, first.text
    etag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == etag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    if not path.startswith(("/static", "/favicon")):
        assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [*API_PATHS, *PAGES])
def test_head_answers_as_get_without_a_body(client, path):
    got, asked = client.get(path), client.head(path)
    assert asked.status_code == 200
    assert asked.content == b""
    assert asked.headers == got.headers


@pytest.mark.parametrize("path", API_PATHS)
def test_a_misspelt_parameter_is_refused_everywhere(client, path):
    answer = client.get(f"{path}{'&' if '?' in path else '?'}colour=red")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == "colour"


@pytest.mark.parametrize("path", [*API_PATHS, *PAGES, "/api/v1/nothing", "/nothing"])
def test_every_answer_forbids_what_is_not_local(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert ("script-src 'self' 'unsafe-inline'" in policy) == (path == "/map")
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_description_is_whole(client):
    described = client.get("/openapi.json").json()
    named = set(described["components"]["schemas"])
    refused = _references(described) - {f"#/components/schemas/{name}" for name in named}
    assert refused == set()
    operations = [path["get"] for path in described["paths"].values()]
    assert all(one["description"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        for parameter in one.get("parameters", []):
            assert parameter["in"] == "path" or parameter["description"]
        assert "application/problem+json" in one["responses"]["422"]["content"]


def _references(described):
    if isinstance(described, dict):
        own = {described["$ref"]} if "$ref" in described else set()
        return own.union(*map(_references, described.values()))
    if isinstance(described, list):
        return set().union(*map(_references, described))
    return set()


def test_no_route_is_async(client):
    # A coroutine that reads the database would hold up every other request.
    routes = [route for route in client.app.routes if isinstance(route, APIRoute)]
    assert [r.name for r in routes if r.endpoint.__code__.co_flags & 0x80] == []


def test_the_engine_is_given_back_at_the_end(small_register):
    app = create_app(Settings(register_file=small_register))
    with TestClient(app) as client:
        client.get("/api/v1/programmes")
        used = app.state.engine.pool
        assert used.checkedin() == 1
    assert app.state.engine.pool is not used
