"""Lists of sites of the Office for Life Sciences: columns by roles, bands without a middle."""

from __future__ import annotations

import pytest
from canaries import CANARIES
from public_samples import ols_sites as sample

from etl.errors import SourceError
from etl.sources.formats import detect
from etl.sources.ols_sites import FORMAT
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS


@pytest.fixture
def feeds(tmp_path):
    probes = [Probe(path) for path in sample.write(tmp_path)]
    assert {detect(probe, FORMATS) for probe in probes} == {FORMAT}
    return [FORMAT.read(probe) for probe in probes]


def test_every_row_is_a_site_or_a_reject(feeds):
    plain, other = feeds

    assert (plain.read, len(plain.parts[0].cells), len(plain.rejects)) == (6, 5, 1)
    assert list(plain.rejects["rule"]) == ["required"]
    assert (other.read, len(other.parts[0].cells)) == (1, 1)


def test_a_band_gives_its_two_ends_and_no_number_of_employees(feeds):
    cells = feeds[0].parts[0].cells

    assert list(cells["employees_low"]) == ["50", "250", "0", "", ""]
    assert list(cells["employees_high"]) == ["99", "", "4", "", ""]
    assert "employees" not in cells
    assert "Bands of employees that are none, left blank: 1, as 'suppressed'." in feeds[0].notes


def test_segments_are_in_the_words_of_the_register_or_blank(feeds):
    assert list(feeds[0].parts[0].cells["segment"]) == [
        "biopharma", "contract research", "medical technology", "medical technology", "",
    ]  # fmt: skip


def test_the_report_says_which_column_was_taken_for_which_role(feeds):
    assert feeds[0].notes[0].startswith("Columns taken by their role: employer: 'Business name';")
    assert "postcode: 'Site Postcode'" in feeds[1].notes[0]
    assert "header in row 3" in feeds[1].layout


def test_an_id_of_the_list_is_kept_and_one_is_made_where_there_is_none(feeds):
    made = feeds[0].parts[0].cells["site_id"]

    assert list(feeds[1].parts[0].cells["site_id"]) == ["ols-A-17"]
    assert made.str.fullmatch("ols-[0-9a-f]{16}").all()
    assert made.is_unique


def test_the_same_site_has_the_same_id_in_the_next_file(tmp_path):
    ids = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        path = sample.write(tmp_path / name)[0]
        ids.append(list(FORMAT.read(Probe(path)).parts[0].cells["site_id"]))

    assert ids[0] == ids[1]


def test_nobody_is_named(feeds):
    for feed in feeds:
        said = feed.parts[0].cells.to_csv() + feed.rejects.to_csv() + " ".join(feed.notes)
        assert not [word for word in CANARIES if word.casefold() in said.casefold()]


@pytest.mark.parametrize(
    "text",
    [
        "Company,Postcode,Sector,Employees\nA,SG1 2NY,Retail,5\n",
        "Company,Postcode,Sector\nA,SG1 2NY,Core Biopharma\n",
        "Postcode,Sector,Employees\nSG1 2NY,Core Biopharma,5\n",
    ],
)
def test_other_lists_are_not_claimed_and_cannot_be_forced(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="load it with a mapping"):
        FORMAT.read(Probe(path))
