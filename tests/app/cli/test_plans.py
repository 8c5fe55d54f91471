"""``skillshed plan``, from a file to its removal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import application
from app.db.errors import NotFoundError

SHIPPED = Path(__file__).parents[3] / "data" / "plans" / "pilot.toml"
PLAN_ID = "illustrative-pilot-at-huntingdon"


@pytest.fixture
def call(demo_copy, monkeypatch):
    """Run a command on a copy of the demo, and return the lines that it prints."""
    monkeypatch.setenv("SKILLSHED_REGISTER_FILE", str(demo_copy.settings.register_file))

    def command(*arguments):
        result = CliRunner().invoke(application, ["plan", *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.splitlines()

    return command


def test_a_plan_goes_its_way(call, demo):
    assert call("list") == ["No plan has been recorded."]
    assert call("record", SHIPPED) == [PLAN_ID]
    assert call("record", SHIPPED, "--run", demo.run.run_id) == [PLAN_ID]
    [line] = call("list")
    assert line == f"{PLAN_ID}  Illustrative pilot at Huntingdon, from 2026-09-01"

    shown = call("show", PLAN_ID)
    assert shown[0].endswith(f"as of 2026-11-01, run {demo.run.run_id}:")
    assert shown[2] == "Late: A mentor is named, due on 2026-10-30"
    assert shown[-1].startswith("Not measurable: location_quotient of all programmes is not known")
    assert len(shown) == 1 + 3 + 4 + 3

    assert call("remove", PLAN_ID) == [f"Removed: {PLAN_ID}."]
    with pytest.raises(NotFoundError, match=PLAN_ID):
        call("show", PLAN_ID)
