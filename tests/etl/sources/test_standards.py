"""Exports of apprenticeship standards become programmes."""

from __future__ import annotations

from datetime import date

import pytest
from canaries import CANARIES
from public_samples import standards as sample

from app.db.models import Programme
from etl.clean.rows import clean_rows
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.standards import NEW, OLD, read, recognise
from etl.sources.tabular import RawTable


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Read the samples: the export of 2018, and that of Skills England."""
    return [read(Probe(path)) for path in sample.write(tmp_path_factory.mktemp("standards"))]


def test_both_layouts_are_told_apart_and_are_no_other_format(tmp_path):
    probes = [Probe(path) for path in sample.write(tmp_path)]

    assert [recognise(probe) for probe in probes] == [OLD, NEW]
    assert [detect(probe, FORMATS).name for probe in probes] == ["standards", "standards"]


def test_the_export_of_2018_is_read_whole(feeds):
    old = feeds[0]
    rows = old.parts[0].cells

    assert (old.read, len(rows), len(old.rejects), dict(old.set_aside)) == (6, 5, 1, {})
    assert old.as_at == date(2018, 5, 8)
    assert rows.loc[3].to_dict() == {
        "programme_code": "ST9248",
        "title": "Example lab technician",
        "level_rqf": "3",
        "award": "apprenticeship",
        "pathway": "Health and science",
        "nation": "England",
    }
    assert rows.loc[5, ["award", "pathway"]].tolist() == [
        "apprenticeship, integrated degree",
        "Legal finance and law",
    ]
    assert any("read as UTF-16" in note for note in old.notes)


def test_a_level_that_is_not_settled_is_unknown_and_never_zero(feeds):
    rows = feeds[0].parts[0].cells.set_index("programme_code")

    assert rows.loc[["ST9601_02", "ST9602"], "level_rqf"].tolist() == ["", ""]
    assert "left unknown: 2 standard(s)" in " ".join(feeds[0].notes)


def test_a_proposal_without_a_reference_is_refused(feeds):
    [refused] = feeds[0].rejects.to_dict("records")

    assert (refused["line"], refused["rule"], refused["value"]) == (
        8,
        "no reference",
        "Example proposal",
    )


def test_of_its_versions_the_newest_approved_one_stands_for_a_standard(feeds):
    new = feeds[1]
    rows = new.parts[0].cells

    assert (new.read, len(rows)) == (5, 3)
    assert dict(new.set_aside) == {"an earlier version of the same standard": 2}
    # Line 5 is the second version: the words about a role go over two lines.
    assert rows["programme_code"].to_dict() == {5: "ST9248", 9: "FA9001", 11: "ST9759"}
    assert rows["level_rqf"].tolist() == ["4", "2", "7"]
    assert rows["award"].tolist() == [
        "apprenticeship",
        "foundation apprenticeship",
        "apprenticeship, non-integrated degree",
    ]
    assert new.as_at == date(2026, 6, 3)


def test_what_is_read_is_what_the_register_takes(feeds):
    for feed in feeds:
        raw = RawTable(feed.name, feed.sha256, feed.parts[0].cells, join_rejects([]))

        assert clean_rows(raw, Programme).rejects.empty


def test_no_person_is_read(feeds):
    told = " ".join(
        [feed.parts[0].cells.to_csv() + feed.rejects.to_csv() + repr(feed) for feed in feeds]
    )

    assert [word for word in CANARIES if word.casefold() in told.casefold()] == []


def test_a_file_of_anything_else_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("Name,Level\nA,3\n")

    assert recognise(Probe(tmp_path / "other.csv")) is None
    with pytest.raises(SourceError, match="no export"):
        read(Probe(tmp_path / "other.csv"))


def test_a_day_that_is_none_is_not_taken_for_one(tmp_path):
    [old, _] = sample.write(tmp_path)
    text = old.read_bytes().decode("utf-16-le").replace("08 May 2018", "31 June 2018")
    old.write_bytes(text.encode("utf-16-le"))

    assert read(Probe(old)).as_at is None
