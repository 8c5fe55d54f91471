"""Scenario files: read, laid over the default, refused in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.db.errors import RunTooOldError
from app.db.runs import RunRecord
from app.services.scenarios import read_scenario, scenario_of
from app.settings import Settings
from geo.errors import ScenarioError


@pytest.fixture
def data_path():
    return Settings().data_path


def test_a_file_names_only_what_it_changes(data_path, tmp_path):
    changes = tmp_path / "tighter.toml"
    changes.write_text('name = "tighter"\n[tolerance]\nbudget_hours = { value = 30 }\n')

    default, tighter = read_scenario(data_path), read_scenario(data_path, changes)

    assert (default.tolerance.budget_hours, tighter.tolerance.budget_hours) == (60, 30)
    assert tighter.travel == default.travel
    assert tighter.scenario_id != default.scenario_id


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name = ", "is no TOML file"),
        (b"\xff\xfe\x00", "is no TOML file"),
        (b"[tolerance]\nbudget = { value = 30 }\n", "no parameter 'tolerance.budget'"),
        (b"[tolerance]\nbudget_hours = { value = -1 }\n", "from 0 to"),
        (b"[tolerance]\nbudget_hours = { value = 'x' }\n", "give a number"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(data_path, tmp_path, content, message):
    changes = tmp_path / "broken.toml"
    changes.write_bytes(content)

    with pytest.raises(ScenarioError, match=message) as caught:
        read_scenario(data_path, changes)

    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(data_path, tmp_path):
    with pytest.raises(ScenarioError, match=r"absent\.toml cannot be read"):
        read_scenario(data_path, tmp_path / "absent.toml")


def test_the_scenario_of_a_run_is_the_one_that_it_was_computed_by(scenario):
    run = RunRecord(
        run_id="r1",
        snapshot="s",
        scenario=scenario.scenario_id,
        scenario_name=scenario.name,
        scenario_content=scenario.content,
        as_of=date(2026, 11, 1),
        code_version="v",
        illustrative=False,
        summary="{}",
        finished_at=datetime(2026, 11, 1, tzinfo=UTC),
    )

    assert scenario_of(run).content == scenario.content
    assert scenario_of(run).parameters == scenario.parameters
    with pytest.raises(RunTooOldError, match="compute it again"):
        scenario_of(replace(run, scenario_content="{}"))
