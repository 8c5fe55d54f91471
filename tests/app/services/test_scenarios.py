"""Scenario files: read, laid over the default, refused in one line."""

from __future__ import annotations

import pytest

from app.services.scenarios import read_scenario
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
