"""``skillshed fetch``: off unless it is set up; else a file, and what came of it."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest
from courses_server import Reply, courses_server
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from app.cli.fetch import fetch_options
from app.settings import Settings
from etl.errors import FetchError


@pytest.fixture
def server():
    with courses_server() as running:
        yield running


@pytest.fixture
def skillshed(tmp_path, monkeypatch, gazetteer_cache):
    """Run commands in a folder of their own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, server=None):
        kept = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
        kept["SKILLSHED_CACHE_DIR"] = str(gazetteer_cache)
        if server is not None:
            kept |= {
                "SKILLSHED_COURSES_URL": server.url,
                "SKILLSHED_COURSES_KEY": "word",
                "SKILLSHED_COURSES_PAUSE_SECONDS": "0",
                "SKILLSHED_COURSES_BACKOFF_SECONDS": "0",
            }
        done = CliRunner().invoke(application, [*map(str, arguments)], env=kept)
        return SimpleNamespace(code=done.exit_code, out=done.stdout, error=done.exception)

    return run


def test_nothing_is_asked_unless_it_is_set_up(skillshed):
    done = skillshed("fetch", "ST9248")

    assert isinstance(done.error, CommandError)
    assert "SKILLSHED_COURSES_URL" in str(done.error)


def test_named_standards_are_fetched_into_one_file(skillshed, server, tmp_path):
    done = skillshed("fetch", "ST9248", "ST9248", "--out", "new/here.json", server=server)

    assert done.code == 0, done.error
    assert done.out.splitlines() == [
        "Fetched ST9248: 6 documents.",
        "  Listed, but the service has no page: 1 (courses/9014/providers/99900023).",
        "wrote new/here.json",
    ]
    assert len(json.loads((tmp_path / "new" / "here.json").read_text())["documents"]) == 6


def test_without_codes_the_programmes_of_the_register_are_fetched(skillshed, server, tmp_path):
    (tmp_path / "programmes.csv").write_text(
        "programme_code,title\nST9247,Scientist\nOUR-OWN,Ours\n"
    )
    assert skillshed("load", "programmes", "programmes.csv").code == 0

    done = skillshed("fetch", server=server)

    assert done.code == 0, done.error
    assert "Fetched ST9247: 3 documents." in done.out
    assert "Not courses of the service: 1" in done.out
    assert (tmp_path / "out" / "training.json").is_file()


def test_an_unknown_standard_is_told_and_no_file_written(skillshed, server, tmp_path):
    done = skillshed("fetch", "ST9248", "ST9999", server=server)

    assert isinstance(done.error, CommandError)
    assert "ST9999" in str(done.error)
    assert not (tmp_path / "out").exists()


def test_a_register_without_a_course_of_the_service_is_told(skillshed, server, tmp_path):
    (tmp_path / "programmes.csv").write_text("programme_code,title\nOUR-OWN,Ours\n")
    assert skillshed("load", "programmes", "programmes.csv").code == 0

    done = skillshed("fetch", server=server)

    assert isinstance(done.error, CommandError)
    assert "ST0248" in str(done.error)


def test_a_service_that_fails_leaves_no_file(skillshed, server, tmp_path):
    server.fault = lambda _: Reply(500)

    done = skillshed("fetch", "ST9248", server=server)

    assert isinstance(done.error, FetchError)
    assert not (tmp_path / "out").exists()


def test_settings_become_options():
    settings = Settings(
        courses_url="https://courses.example/api/",
        courses_key="word",
        courses_pause_seconds=3,
        courses_timeout_seconds=4,
        courses_retries=5,
        courses_backoff_seconds=6,
    )

    options = fetch_options(settings)

    assert options.url.startswith("https://courses.example/api")
    assert options.key == "word"
    assert (options.pause_seconds, options.timeout_seconds) == (3, 4)
    assert (options.retries, options.backoff_seconds) == (5, 6)
    assert "word" not in repr(options) + repr(settings)
