"""``skillshed claims`` and ``skillshed diff``."""

from __future__ import annotations

import csv
import os

import pytest
from typer.testing import CliRunner

from app.cli.commands import application


@pytest.fixture
def skillshed(tmp_path, monkeypatch, gazetteer_cache):
    """Run commands in a folder with a register of two loads, and return what they print."""
    monkeypatch.chdir(tmp_path)
    environment = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
    environment["SKILLSHED_CACHE_DIR"] = str(gazetteer_cache)

    def run(*arguments):
        found = CliRunner().invoke(application, [*map(str, arguments)], env=environment)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.stdout

    for name in ("=A", "B"):
        (tmp_path / "providers.csv").write_text(f"ukprn,name\n10000001,{name}\n")
        run("load", "providers", "providers.csv")
    return run


def test_what_sources_say_of_a_row_is_printed(skillshed):
    said = skillshed("claims", "providers", "10000001")

    assert "✓ name: B  [providers.csv; as at unknown, retrieved " in said
    assert "load 2" in said
    with pytest.raises(Exception, match="No row of providers with a claim has the id '7'"):
        skillshed("claims", "providers", "7")


def test_what_changed_between_two_loads_is_printed(skillshed):
    said = skillshed("diff", "1", "2")

    assert "providers: 1 rows changed, 1 fields." in said
    assert "providers 10000001: name =A → B (providers.csv)" in said
    assert "Nothing differs." in skillshed("diff", "2", "2")
    assert "Nothing differs." in skillshed("diff", "1", "2", "--table", "sites")


def test_all_that_changed_is_written_and_formulas_are_defused(skillshed, tmp_path):
    assert "wrote" in skillshed("diff", "1", "2", "--out", "out/diff.csv")

    with (tmp_path / "out" / "diff.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["field"], row["old"], row["new"]) == ("name", "'=A", "B")


def test_a_word_that_names_no_moment_is_refused(skillshed):
    with pytest.raises(Exception, match="No run, load, day or moment has the id 'then'"):
        skillshed("diff", "then", "2")
    with pytest.raises(Exception, match="no table 'provider'"):
        skillshed("diff", "1", "2", "--table", "provider")
