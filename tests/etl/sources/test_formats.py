"""Detecting the format of a file from what stands in it."""

from __future__ import annotations

import pytest

from etl.errors import SourceError
from etl.sources.feed import Feed
from etl.sources.formats import Format, Strength, detect
from etl.sources.probe import Probe


def known(name, column):
    def recognise(probe):
        found = any(head.row_with(column) for head in probe.heads)
        return "the only layout" if found else None

    return Format(
        name=name,
        title=f"List {name}",
        publisher="A publisher",
        licence="OGL v3",
        tables=("providers",),
        strength=Strength.REGISTER,
        recognise=recognise,
        read=lambda probe: Feed(probe.name, "", "the only layout", 0, ()),
    )


@pytest.fixture
def probe(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Ukprn,Name\n10000001,A\n", encoding="utf-8")
    return Probe(path)


def test_the_one_format_whose_columns_a_file_has_is_found(probe):
    assert detect(probe, (known("a", "URN"), known("b", "Ukprn"))).name == "b"


def test_a_file_of_no_format_says_what_it_looks_like_and_what_to_do(probe):
    with pytest.raises(SourceError, match=r"none of the known formats \(a\).*'Ukprn', 'Name'") as e:
        detect(probe, (known("a", "URN"),))
    assert "skillshed mapping new list.csv TABLE" in str(e.value)


def test_a_file_that_two_formats_claim_is_not_guessed(probe):
    with pytest.raises(SourceError, match="any of a, b: say which with --format"):
        detect(probe, (known("a", "Ukprn"), known("b", "Name")))


def test_a_users_own_word_is_the_strongest():
    assert max(Strength) is Strength.OWN
    assert Strength.REGISTER > Strength.STATISTICS > Strength.LISTED > Strength.SUGGESTED


def test_an_archive_that_is_cut_short_is_not_taken_for_another_format(tmp_path):
    path = tmp_path / "list.zip"
    path.write_bytes(b"PK\x03\x04 cut short")

    with pytest.raises(SourceError, match="cut short: download it again"):
        detect(Probe(path), (known("a", "URN"),))


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("links.csv", '"URN","LinkURN"\n1,2\n', "skillshed review links FILE"),
        ("a.json", '{"type": "x"}', "Save its table as CSV or XLSX"),
        ("a.csv", "colour,size\nred,1\n", "skillshed mapping new a.csv TABLE"),
    ],
)
def test_the_advice_fits_the_file(tmp_path, name, content, advice):
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(SourceError, match=advice):
        detect(Probe(tmp_path / name), (known("a", "Ukprn"),))
