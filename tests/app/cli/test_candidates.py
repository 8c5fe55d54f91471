"""``skillshed candidates``, from a file of companies to sites and back."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from app.db.engine import make_engine, reading
from app.db.errors import NotFoundError
from app.db.models import CandidateSite, Site
from app.db.register import read_table
from etl.errors import SourceError

CANDIDATES = """\
site_id,employer,company_number,postcode,segment,segment_weight,segment_reason,source
ch-09999901,EXAMPLE LABS LIMITED,09999901,SG1 2NY,biopharma,0.9,72110,Companies House
ch-09999902,EXAMPLE OTHERS LIMITED,09999902,SG1 2NY,biopharma,0.3,72190,Companies House
"""
SITES = "site_id,employer,postcode,source\nS1,Example Labs,SG1 2NY,A list\n"


@pytest.fixture
def call(tmp_path, monkeypatch, gazetteer_cache):
    """Run a command on a register with two candidates and a site, and return what it prints."""
    register = tmp_path / "skillshed.gpkg"
    monkeypatch.setenv("SKILLSHED_REGISTER_FILE", str(register))
    monkeypatch.setenv("SKILLSHED_CACHE_DIR", str(gazetteer_cache))

    def command(*arguments):
        result = CliRunner().invoke(application, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.splitlines()

    for table, text in (("candidate_sites", CANDIDATES), ("sites", SITES)):
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        command("load", table, file)
    return command


def stored(tmp_path, model):
    engine = make_engine(f"sqlite:///{tmp_path / 'skillshed.gpkg'}")
    with reading(engine) as connection:
        rows = read_table(connection, model).set_index("site_id")
    engine.dispose()
    return rows


def test_what_is_loaded_stands_at_its_registered_office_with_no_radius(call, tmp_path):
    rows = stored(tmp_path, CandidateSite)

    assert set(rows["precision_class"]) == {"registered_office"}
    assert rows["radius_metres"].isna().all()
    assert rows["geocode_method"].str.startswith("registered office, by postcode").all()


def test_candidates_are_listed_with_their_reasons_and_counted(call):
    lines = call("candidates", "list", "--least-weight", "0.5")

    assert lines[0] == "ch-09999901  EXAMPLE LABS LIMITED  SG1 2NY  biopharma"
    assert lines[1] == "    open: 72110"
    assert lines[-1] == "1 candidate(s)."


def test_a_candidate_is_confirmed_where_the_user_says_and_reopened(call, tmp_path):
    call("candidates", "confirm", "ch-09999902", "--postcode", "eh25 9rg")

    site = stored(tmp_path, Site).loc["ch-09999902"]
    assert site["postcode"] == "EH25 9RG"
    # EH25 9RG lies at latitude 55.8660; see the packaged gazetteer's check values.
    assert site.geometry.y == pytest.approx(55.8660, abs=5e-4)
    call("candidates", "reopen", "ch-09999902")
    assert list(stored(tmp_path, Site).index) == ["S1"]


def test_a_postcode_is_for_one_candidate_and_has_to_be_known(call):
    with pytest.raises(CommandError, match="for one candidate"):
        call("candidates", "confirm", "ch-09999901", "ch-09999902", "--postcode", "SG1 2NY")
    with pytest.raises(CommandError, match="'nonsense' is no known postcode"):
        call("candidates", "confirm", "ch-09999901", "--postcode", "nonsense")


def test_confirming_without_a_postcode_says_what_that_means(call, tmp_path):
    [line] = call("candidates", "confirm", "ch-09999901")

    assert "at the registered office, which no cluster is built on" in line
    assert stored(tmp_path, Site).loc["ch-09999901", "precision_class"] == "registered_office"


def test_a_candidate_is_dismissed_for_a_reason_that_names_nobody(call, tmp_path):
    with pytest.raises(SourceError, match="--reason holds an e-mail address"):
        call("candidates", "dismiss", "ch-09999901", "--reason", "ask a@example.org")
    call("candidates", "dismiss", "ch-09999901", "--reason", "a web shop")

    assert "a web shop" in stored(tmp_path, CandidateSite).loc["ch-09999901", "standing_reason"]


def test_lists_confirm_by_the_rules_of_a_file(call, tmp_path):
    rules = tmp_path / "strict.toml"
    rules.write_text(
        "same_company_number = true\nsame_name_and_postcode = false\n"
        "most_companies_at_address = 5\naccounts_of_inactive = []\n",
        encoding="utf-8",
    )

    assert call("candidates", "match", "--rules", rules)[0].startswith("Confirmed by lists: 0,")
    [line] = call("candidates", "match")
    assert line.startswith("Confirmed by lists: 1, by the rules in ")
    assert stored(tmp_path, Site).loc["S1", "company_number"] == "09999901"


def test_an_unknown_candidate_is_said_to_be(call):
    with pytest.raises(NotFoundError, match="ch-0"):
        call("candidates", "reopen", "ch-0")
