"""``skillshed decision``, from a file to its withdrawal."""

from __future__ import annotations

import orjson
import pytest
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from app.db.engine import writing
from app.db.errors import NotFoundError

TEXT = """
title = "Start where it is ready"
decided_on = 2026-11-24
cluster_id = "{cluster_id}"
agreed_by = ["chair"]
reasons = "It is ready."
"""


@pytest.fixture
def call(demo_copy, monkeypatch):
    """Run a command on a copy of the demo, and return the lines that it prints."""
    monkeypatch.setenv("SKILLSHED_REGISTER_FILE", str(demo_copy.settings.register_file))

    def command(*arguments):
        result = CliRunner().invoke(application, ["decision", *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.splitlines()

    return command


def test_a_decision_goes_its_way(call, demo_copy, tmp_path):
    [none] = call("list")
    assert none == "No decision has been recorded."
    with writing(demo_copy.engine) as connection:
        cluster_id = connection.exec_driver_sql(
            "SELECT cluster_id FROM run_rankings WHERE rank = 1 AND scope = 'all'"
        ).scalar_one()
    file = tmp_path / "decision.toml"
    file.write_text(TEXT.format(cluster_id=cluster_id), encoding="utf-8")

    [decision_id] = call("record", file)
    assert call("record", file) == [decision_id]
    [line] = call("list")
    assert line.startswith(f"{decision_id}  2026-11-24  Start where it is ready: ")
    out = tmp_path / "kept.json"
    call("show", decision_id, "--out", out)
    assert orjson.loads(out.read_bytes())["decision"]["cluster_id"] == cluster_id
    assert call("check", decision_id)[0].startswith("The decision and the ranking")
    call("withdraw", decision_id, "--reason", "The site closed.")
    assert call("list")[0].endswith("Withdrawn: The site closed.")

    with writing(demo_copy.engine) as connection:
        connection.exec_driver_sql("UPDATE run_rankings SET score = 0.5")
    with pytest.raises(CommandError, match="is not the one that was decided on"):
        call("check", decision_id)


def test_an_unknown_decision_is_said_to_be(call):
    with pytest.raises(NotFoundError, match="d-0"):
        call("show", "d-0")
