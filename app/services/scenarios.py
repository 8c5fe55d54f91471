"""Scenario files: the complete default, and others that name only what they change."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

from app.db.errors import RunTooOldError
from app.db.runs import RunRecord
from geo.errors import ScenarioError
from geo.scenario import Scenario, make_scenario


def read_scenario(data_path: Path, changes: Path | None = None) -> Scenario:
    """Read the default scenario of ``data_path`` and lay the file ``changes`` over it.

    Raises
    ------
    ScenarioError
        If a file is missing, is no TOML, or names or values cannot be used.
    """
    default = _read(data_path / "scenarios" / "default.toml")
    return make_scenario(default, _read(changes) if changes else None)


def scenario_of(run: RunRecord) -> Scenario:
    """Return the scenario that a run was computed by, as it was then.

    Raises
    ------
    RunTooOldError
        If an earlier release knew fewer parameters.
    """
    try:
        return make_scenario(orjson.loads(run.scenario_content))
    except ScenarioError:
        raise RunTooOldError(run.run_id) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"The scenario {path} is no TOML file: {error}.") from error
