"""``skillshed quality``."""

from __future__ import annotations

import csv
import os

import pytest
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError


@pytest.fixture
def skillshed(tmp_path, monkeypatch, loaded):
    """Run the command on the register of real loads, and return what it prints."""
    monkeypatch.chdir(tmp_path)
    environment = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
    environment["SKILLSHED_REGISTER_FILE"] = str(loaded.settings.register_file)

    def run(*arguments):
        found = CliRunner().invoke(application, ["quality", *arguments], env=environment)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.stdout

    return run


def test_each_source_and_each_disagreement_is_a_line(skillshed):
    lines = skillshed().splitlines()

    assert lines[0] == "Ages are counted to 2026-11-11."
    assert (
        "apar (Apprenticeship provider and assessment register (APAR)) into providers, load 2: "
        "3 rows, 0 refused; speaks of 3 rows now, 0 of them partial; holds for 2025-11-03, "
        "fetched on 2026-10-31, 373 days old."
    ) in lines
    assert "  Filled: name 100%, nation 67%, website 33%, as_at 100%." in lines
    assert "  Refused: personal data 1, register status 1." in lines
    assert "The register's venues: 2 rows." in lines
    assert "  Places: postcode_shared 1, postcode_unit 1." in lines
    assert (
        "apar and own differ on name of providers in 2 of 2 rows, 1 of them in capitals, spaces "
        "or punctuation only."
    ) in lines
    assert "Sources differ in 6 of 15 fields of rows of which two speak." in lines
    assert "assumption of ours" in lines[-1]


def test_ages_are_counted_to_the_day_that_is_given(skillshed):
    said = skillshed("--as-of", "2026-11-12")

    assert "Ages are counted to 2026-11-12." in said
    assert "374 days old" in said


def test_all_of_it_is_written_as_a_table(skillshed, tmp_path):
    assert skillshed("--out", "new/quality.csv") == "wrote new/quality.csv\n"

    path = tmp_path / "new" / "quality.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"age_days", "filled", "differ", "precision"} <= {row["measure"] for row in rows}


def test_a_file_that_cannot_be_written_is_named(skillshed, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match=r"file/quality\.csv cannot be written"):
        skillshed("--out", "file/quality.csv")


def test_before_anything_was_loaded_it_says_so(skillshed, embedded_url):
    file = embedded_url.removeprefix("sqlite:///")
    found = CliRunner().invoke(application, ["quality"], env={"SKILLSHED_REGISTER_FILE": file})

    assert found.stdout.startswith("Nothing was loaded yet.\n")
    assert "Sources differ" not in found.stdout
