"""``skillshed load auto``, ``formats``, ``loads`` and ``undo``."""

from __future__ import annotations

import os

import pytest
from public_samples import apar, code_point_open
from typer.testing import CliRunner

from app.cli.commands import application
from etl.sources.registry import FORMATS

OTHER = "colour,size\nred,1\n"


@pytest.fixture
def skillshed(tmp_path, monkeypatch, gazetteer_cache):
    """Run commands in a folder of their own, and return what they print."""
    monkeypatch.chdir(tmp_path)
    environment = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
    environment["SKILLSHED_CACHE_DIR"] = str(gazetteer_cache)
    environment["SKILLSHED_GAZETTEER_DIR"] = str(tmp_path / "directories")

    def run(*arguments):
        found = CliRunner().invoke(application, [*map(str, arguments)], env=environment)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.stdout

    return run


def test_a_published_file_says_itself_what_it_is(skillshed, tmp_path):
    path = apar.write(tmp_path)[0]

    said = skillshed("load", "auto", path)

    assert "providers:" in said
    assert "It is " in said
    assert (tmp_path / f"{path.name}.rejects.csv").is_file()


def test_a_file_of_no_format_says_what_to_do(skillshed, tmp_path):
    (tmp_path / "other.csv").write_text(OTHER)

    with pytest.raises(Exception, match=r"none of the known formats.*skillshed mapping new"):
        skillshed("load", "auto", tmp_path / "other.csv")
    with pytest.raises(Exception, match="is not in the format apar"):
        skillshed("load", "auto", tmp_path / "other.csv", "--format", "apar")
    with pytest.raises(Exception, match=r"no format 'aapr' \(did you mean 'apar'\?\)"):
        skillshed("load", "auto", tmp_path / "other.csv", "--format", "aapr")
    with pytest.raises(Exception, match="write 'auto' in place of 'providers'"):
        skillshed("load", "providers", tmp_path / "other.csv", "--format", "apar")
    with pytest.raises(Exception, match="name that table in place of 'auto'"):
        skillshed("load", "auto", tmp_path / "other.csv", "--mapping", "fe_colleges_2016")


def test_every_format_is_listed(skillshed):
    said = skillshed("formats")

    assert all(known.name in said and known.title in said for known in FORMATS)


def test_loads_are_listed_and_one_is_undone(skillshed, tmp_path):
    (tmp_path / "providers.csv").write_text("ukprn,name\n10000001,A\n")
    said = skillshed("load", "providers", "providers.csv", "--as-at", "2026-01-02")
    assert "skillshed undo 1" in said

    undone = skillshed("undo", 1)

    assert "providers: 1 rows removed, 0 changed." in undone
    listed = skillshed("loads")
    assert listed.startswith("1  ")
    assert "providers.csv (own) into providers: read 1, new 1" in listed
    assert "undone on" in listed


def test_nothing_loaded_is_said(skillshed):
    skillshed("db", "upgrade")

    assert "Nothing was loaded yet." in skillshed("loads")


def test_a_postcode_directory_goes_to_the_gazetteer(skillshed, tmp_path):
    path = code_point_open.write(tmp_path)[0]

    said = skillshed("load", "auto", path)

    assert "To undo: skillshed gazetteer remove" in said
    skillshed("db", "upgrade")
    assert "Nothing was loaded yet." in skillshed("loads")
