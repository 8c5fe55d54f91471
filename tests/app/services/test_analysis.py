"""Runs: the same inputs give the same run, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.cli.console import Steps
from app.cli.demo import build_demo
from app.db.engine import reading
from app.db.runs import current_run, list_runs, read_clusters, read_layer
from app.main import create_app
from app.services.analysis import RunRequest, compute_run, hash_of_sources
from app.services.layers import GROUPS, MAP, coverage_layer_name, unpack
from app.services.scenarios import read_scenario
from geo.coverage import SMALL

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def test_the_same_run_again_is_the_same_run(demo_copy):
    request = RunRequest(read_scenario(demo_copy.settings.data_path), demo_copy.run.as_of)

    again = compute_run(demo_copy.engine, demo_copy.reference, request, now=LATER)

    assert again.run_id == demo_copy.run.run_id
    with reading(demo_copy.engine) as connection:
        assert current_run(connection).finished_at == LATER


def test_another_day_or_scenario_is_another_run(demo_copy):
    scenario = read_scenario(demo_copy.settings.data_path)
    earlier = RunRequest(scenario, date(2026, 1, 1))

    other = compute_run(demo_copy.engine, demo_copy.reference, earlier, now=LATER)

    assert other.run_id != demo_copy.run.run_id
    with reading(demo_copy.engine) as connection:
        assert len(list_runs(connection, after=None, limit=10)[0]) == 2
        assert current_run(connection).run_id == other.run_id


def test_what_a_scenario_changes_of_sites_and_venues_is_what_the_run_shows(demo_copy, tmp_path):
    changes = tmp_path / "changes.toml"
    changes.write_text(
        """
        [[changes]]
        action = "add"
        table = "sites"
        key = { site_id = "NEW" }
        [changes.values]
        employer = "Example newcomer"
        employees = 9
        employer_employees = 9
        longitude = 0.14
        latitude = 52.21
        nation = "England"
        region = "Elsewhere"
        [[changes]]
        action = "add"
        table = "venues"
        key = { venue_id = "NEW-V" }
        values = { ukprn = "99900001", name = "Example new hall", longitude = 0.1, latitude = 52.2 }
        [[changes]]
        action = "remove"
        table = "sites"
        key = { site_id = "EX-S0003" }
        """
    )
    scenario = read_scenario(demo_copy.settings.data_path, changes)
    request = RunRequest(scenario, demo_copy.run.as_of)

    run = compute_run(demo_copy.engine, demo_copy.reference, request, now=LATER)

    with reading(demo_copy.engine) as connection:
        layer = orjson.loads(
            unpack(read_layer(connection, run.run_id, coverage_layer_name("HLA-ENG")))
        )
        page = unpack(read_layer(connection, run.run_id, MAP)).decode()
        groups = orjson.loads(unpack(read_layer(connection, run.run_id, GROUPS)))
    sites = {one["id"]: one for one in layer["features"]}
    assert sites["NEW"]["geometry"]["coordinates"] == [0.14, 52.21]
    assert "EX-S0003" not in sites
    assert "Example new hall" in page
    at = groups["site_id"].index("NEW")
    assert (groups["region"][at], groups["size"][at]) == ("Elsewhere", SMALL)
    assert "EX-S0003" not in groups["site_id"]
    assert orjson.loads(run.summary)["sites"] == orjson.loads(demo_copy.run.summary)["sites"]


def test_reporting_on_one_programme_changes_no_number(demo_copy):
    scenario = read_scenario(demo_copy.settings.data_path)
    [code, *_] = demo_copy.programmes
    request = RunRequest(scenario, demo_copy.run.as_of, programmes=(code,))

    part = compute_run(demo_copy.engine, demo_copy.reference, request, now=LATER)

    with reading(demo_copy.engine) as connection:
        name = coverage_layer_name(code)
        whole = unpack(read_layer(connection, demo_copy.run.run_id, name))
        alone = unpack(read_layer(connection, part.run_id, name))
    assert alone.replace(part.run_id.encode(), b"") == whole.replace(
        demo_copy.run.run_id.encode(), b""
    )


def test_the_version_of_the_code_is_a_hash_of_its_sources():
    assert hash_of_sources() == hash_of_sources()
    assert len(hash_of_sources()) == 16


@pytest.fixture
def built(demo, engine, database_url, tmp_path):
    """Build the demo anew on a fresh register, and give the settings that name it."""
    build_demo(demo.settings, engine, tmp_path / "out", progress=Steps(None))
    address = sa.make_url(database_url)
    if address.get_backend_name() == "sqlite":
        return demo.settings.model_copy(update={"register_file": Path(str(address.database))})
    return demo.settings.model_copy(update={"database_url": SecretStr(database_url)})


PATHS = (
    "/api/v1/coverage",
    "/api/v1/coverage?by=region,size",
    "/api/v1/coverage?by=programme,stream&tier=verified&mode=day_release",
    "/api/v1/coverage/sites?programme={programme}",
    "/api/v1/calls?limit=1000",
    "/api/v1/quality?limit=1000",
    "/api/v1/fragility?programme={programme}",
    "/api/v1/best-case",
    "/api/v1/tolerances",
    "/api/v1/clusters",
    "/api/v1/clusters/{cluster}",
    "/api/v1/rankings",
    "/api/v1/rankings?programme={programme}",
    "/api/v1/growth",
    "/api/v1/clusters/strength",
    "/api/v1/sites?limit=1000",
    "/api/v1/venues?f=geojson",
)


def test_both_databases_give_the_same_bytes(demo, engine, built):
    with reading(engine) as connection:
        run = current_run(connection)
        [cluster, *_] = read_clusters(connection, run.run_id)["cluster_id"]
    when = {"finished_at": LATER, "register_moment": LATER}
    assert replace(run, **when) == replace(demo.run, **when)

    named = {"programme": demo.programmes[0], "cluster": cluster}
    with TestClient(create_app(built)) as here, TestClient(create_app(demo.settings)) as there:
        for path in PATHS:
            mine, theirs = here.get(path.format(**named)), there.get(path.format(**named))
            assert mine.status_code == 200, mine.text
            assert mine.content == theirs.content, path
    with reading(engine) as connection, reading(demo.engine) as other:
        page, expected = (read_layer(c, run.run_id, MAP) for c in (connection, other))
        assert page == expected
