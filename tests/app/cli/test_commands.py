"""Commands from outside: real processes, what they print, how they end."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys

import pytest

PROVIDERS = "ukprn,name\n10000001,Example Training\n10000002,Example College\n"


@pytest.fixture
def skillshed(tmp_path, gazetteer_cache):
    """Run a command in an empty folder, as a user would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKILLSHED_")}
    environment = kept | {"SKILLSHED_CACHE_DIR": str(gazetteer_cache), "NO_COLOR": "1"}

    def run(*arguments, **more):
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)],
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def refused(done, *, says):
    """Whether a command ended with one line that says what is wrong, and exit 1."""
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("…")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert says in lines[0]
    assert "Traceback" not in done.stderr


def test_a_file_is_loaded_and_the_second_time_changes_nothing(skillshed, tmp_path):
    (tmp_path / "providers.csv").write_text(PROVIDERS)

    first = skillshed("load", "providers", "providers.csv")
    second = skillshed("load", "providers", "providers.csv")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "loaded 2" in first.stdout
    assert "unchanged 2" in second.stdout


def test_a_missing_file_is_refused_and_nothing_is_made(skillshed, tmp_path):
    refused(skillshed("load", "providers", "absent.csv"), says="There is no file absent.csv")

    assert list(tmp_path.iterdir()) == []


def test_a_wrong_column_is_refused(skillshed, tmp_path):
    (tmp_path / "wrong.csv").write_text("ukprn,nmae\n10000001,Example\n")

    refused(skillshed("load", "providers", "wrong.csv"), says="nmae")


def test_an_unknown_table_is_refused(skillshed, tmp_path):
    (tmp_path / "providers.csv").write_text(PROVIDERS)

    refused(skillshed("load", "nowhere", "providers.csv"), says="nowhere")


def test_no_register_is_told(skillshed, tmp_path):
    refused(skillshed("run"), says="No register at")
    refused(skillshed("export"), says="No register at")
    assert not list(tmp_path.glob("*.gpkg"))


def test_no_run_is_told(skillshed):
    assert skillshed("db", "upgrade").returncode == 0

    refused(skillshed("map"), says="No run is stored")
    refused(skillshed("calls"), says="No run is stored")


def test_an_empty_register_cannot_be_run(skillshed):
    assert skillshed("db", "upgrade").returncode == 0

    refused(skillshed("run"), says="has no programme")


def test_a_register_of_a_newer_release_is_refused(skillshed, tmp_path):
    assert skillshed("db", "upgrade").returncode == 0
    with sqlite3.connect(tmp_path / "skillshed.gpkg") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    refused(skillshed("run"), says="newer release")


def test_a_file_that_is_no_register_is_refused(skillshed, tmp_path):
    (tmp_path / "skillshed.gpkg").write_bytes(b"this is no database at all, only some text\n" * 99)

    refused(skillshed("run"), says="skillshed.gpkg")


def test_a_database_that_is_down_is_told_without_its_password(skillshed):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    done = skillshed(
        "run", SKILLSHED_DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{port}/nowhere"
    )

    refused(done, says="cannot be used")
    assert "secret" not in done.stderr


def test_a_busy_port_is_told_before_work_begins(skillshed, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = skillshed("demo", "--port", taken.getsockname()[1])

    refused(done, says="another --port")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_scenario_is_told(skillshed, tmp_path):
    assert skillshed("db", "upgrade").returncode == 0
    (tmp_path / "mine.toml").write_text("[tolerance]\nbudget = { value = 1 }\n")

    refused(skillshed("run", "--scenario", "mine.toml"), says="tolerance.budget")


def test_a_wrong_setting_is_told(skillshed):
    refused(skillshed("db", "check", SKILLSHED_PORT="x"), says="SKILLSHED_PORT")


@pytest.mark.parametrize("arguments", [("nonsense",), ("load",), ("run", "--as-of", "yesterday")])
def test_a_wrong_command_line_exits_2(skillshed, arguments):
    assert skillshed(*arguments).returncode == 2


def test_help_names_every_command(skillshed):
    done = skillshed("--help")

    assert done.returncode == 0
    for name in ("demo", "load", "run", "map", "calls", "export", "serve", "db"):
        assert name in done.stdout


def test_the_database_is_checked_in_words(skillshed):
    assert skillshed("db", "upgrade").returncode == 0

    done = skillshed("db", "check")

    assert done.returncode == 0
    assert "Nothing is wrong" in done.stdout
