"""``skillshed review``: list, export, decide, load back, undo, links."""

from __future__ import annotations

import csv
import os

import pytest
from public_samples import gias_links
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from etl.errors import ReviewError

MAPPING = """name = "listing"
table = "sites"
[columns]
site_id = "site_id"
employer = "employer"
postcode = "postcode"
"""


@pytest.fixture
def skillshed(tmp_path, monkeypatch, gazetteer_cache):
    """Run commands in a folder with a register in which two matches wait."""
    monkeypatch.chdir(tmp_path)
    environment = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
    environment["SKILLSHED_CACHE_DIR"] = str(gazetteer_cache)

    def run(*arguments):
        found = CliRunner().invoke(application, [*map(str, arguments)], env=environment)
        run.said = found.stdout
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.stdout

    (tmp_path / "listing.toml").write_text(MAPPING)
    (tmp_path / "sites.csv").write_text(
        "site_id,employer,postcode\ns,Larkmoor,CB2 0AA\nt,Ostrava,SG1 2NY\n"
    )
    run("load", "sites", "sites.csv")
    (tmp_path / "sites.csv").write_text(
        "site_id,employer,postcode\nx,Larkmoor North,CB2 0AA\ny,Ostrava South,SG1 2NY\n"
    )
    run("load", "sites", "sites.csv", "--mapping", "listing.toml")
    return run


def test_matches_are_listed_accepted_and_parted(skillshed):
    assert "1  sites  proposed" in skillshed("review", "list")
    assert "x (Larkmoor North, CB2 0AA) = s (Larkmoor, CB2 0AA)  (listing; " in skillshed.said

    said = skillshed("review", "accept", 1)

    assert "1 decision(s) taken, noted as load 3." in said
    assert "sites: 0 rows added, 1 changed, 1 removed." in said
    assert "(review) (review) into sites: read 1" in skillshed("loads")
    assert "2  sites  proposed" in skillshed("review", "list")
    assert "1  sites  accepted by secretariat  " in skillshed("review", "list", "--all")
    assert "sites: 1 rows added, 1 changed, 0 removed." in skillshed("review", "undo", 1)
    skillshed("review", "reject", 2, "--by", "chair")
    assert "No match waits" in skillshed("review", "list")


def test_decisions_go_out_and_come_back_as_a_spreadsheet(skillshed, tmp_path):
    assert "wrote review.csv: 2 matches" in skillshed("review", "export", "review.csv", "--all")
    with (tmp_path / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, decision in zip(rows, ("accept", "maybe"), strict=True):
        row["decision"] = decision
    with (tmp_path / "review.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    with pytest.raises(CommandError, match=r"1 line\(s\) of review.csv were refused"):
        skillshed("review", "load", "review.csv")

    assert "line 3, decision: unknown word, 'maybe': write accept or reject." in skillshed.said
    assert "1 decisions taken, 1 refused, 0 left open." in skillshed.said
    with pytest.raises(CommandError, match="2 line"):
        skillshed("review", "load", "review.csv")
    assert "line 2: Match 1 is accepted" in skillshed.said


def test_only_roles_decide(skillshed):
    with pytest.raises(ReviewError, match="'Jane Doe' is no role"):
        skillshed("review", "accept", 1, "--by", "Jane Doe")


def test_links_that_concern_nothing_in_the_register_propose_nothing(skillshed, tmp_path):
    said = skillshed("review", "links", gias_links.write(tmp_path)[0])

    assert "successions." in said
    assert "venues: 0 new proposals." in said
