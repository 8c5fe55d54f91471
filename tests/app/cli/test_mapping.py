"""``skillshed mapping``: from a spreadsheet to a mapping that loads it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from etl.errors import TableError

PROVIDERS = "UKPRN,College name,As at\n10000001,Example College,31/01/2025\n1,Sample College,\n"


@pytest.fixture
def call(tmp_path, monkeypatch, gazetteer_cache):
    """Run a command in a folder with a spreadsheet, and return the lines that it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKILLSHED_REGISTER_FILE", str(tmp_path / "register.gpkg"))
    monkeypatch.setenv("SKILLSHED_CACHE_DIR", str(gazetteer_cache))
    (tmp_path / "our list.csv").write_text(PROVIDERS)

    def command(*arguments):
        result = CliRunner().invoke(application, [*map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout.splitlines()

    return command


def test_a_proposal_is_written_tried_and_loads(call, tmp_path):
    said = call("mapping", "new", "our list.csv", "providers")

    assert said[0] == "wrote our list.providers.toml"
    assert said[1].endswith("skillshed mapping check 'our list.providers.toml' 'our list.csv'")
    assert len(said) == 2
    checked = call("mapping", "check", "our list.providers.toml", "our list.csv")
    assert checked[0].startswith(
        "providers from our list.csv: of 2 rows 1 would be kept, 1 refused"
    )
    assert not (tmp_path / "register.gpkg").exists()
    loaded = call("load", "providers", "our list.csv", "--mapping", "our list.providers.toml")
    assert "read 2, loaded 1" in loaded[0]


def test_what_is_to_be_filled_in_is_said(call, tmp_path):
    (tmp_path / "list.csv").write_text("College name\nExample College\n")

    said = call("mapping", "new", "list.csv", "providers", "--out", "mine.toml")

    assert said[1].startswith("FILL IN: ukprn (UK provider reference number, 8 digits)")
    assert (tmp_path / "mine.toml").exists()


def test_no_file_is_written_over_unless_told(call, tmp_path):
    (tmp_path / "mine.toml").write_text("mine")

    with pytest.raises(CommandError, match=r"mine\.toml is there already"):
        call("mapping", "new", "our list.csv", "providers", "--out", "mine.toml")
    assert (tmp_path / "mine.toml").read_text() == "mine"
    call("mapping", "new", "our list.csv", "providers", "--out", "mine.toml", "--force")
    assert "table" in (tmp_path / "mine.toml").read_text()


def test_what_there_is_not_is_told(call):
    with pytest.raises(CommandError, match="There is no file"):
        call("mapping", "new", "absent.csv", "providers")
    with pytest.raises(TableError, match="did you mean 'providers'"):
        call("mapping", "new", "our list.csv", "provider")
    with pytest.raises(CommandError, match="There is no mapping"):
        call("mapping", "check", "absent", "our list.csv")
