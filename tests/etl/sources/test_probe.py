"""A first look at files of every kind, broken ones among them."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import openpyxl
import pytest
from malformed_files import (
    SHEET,
    TEXTS,
    bomb_of_a_sheet,
    cells_at_the_edge,
    encrypted_member,
    laughs,
    lying_bomb,
    outside_entity,
    rows_at_the_edge,
)

from etl.errors import SourceError
from etl.sources import probe as probing
from etl.sources.probe import HEAD_BYTES, HEAD_ROWS, MAX_HEAD_COLUMNS, Container, Probe

HEADER = ("Ukprn", "Name")


def written(tmp_path, content, name="file"):
    path = tmp_path / name
    path.write_bytes(content)
    return Probe(path)


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"Ukprn,Name\r\n1,A\r\n",
        "\ufeffUkprn,Name\n1,A\n".encode(),
        "Ukprn\tName\nä\tA\n".encode("cp1252"),
        "Ukprn;Name\n1;A\n".encode("utf-16"),
        "Ukprn, Name\n1,A\n".encode("utf-16-le"),
    ],
    ids=["plain", "mark", "cp1252 with tabs", "utf-16", "utf-16-le without mark"],
)
def test_the_head_of_a_text_is_read_in_every_encoding(tmp_path, content):
    probe = written(tmp_path, content)

    assert probe.container is Container.TEXT
    assert probe.heads[0].rows[0] == HEADER


def test_a_header_below_titles_is_found_whatever_its_capitals(tmp_path):
    probe = written(tmp_path, b"RUN ON :\n\nUKPRN,NAME\n1,A\n")

    assert probe.heads[0].row_with("Name", "ukprn") == 3
    assert probe.heads[0].row_with("URN") is None


def test_only_the_beginning_is_looked_at(tmp_path):
    probe = written(tmp_path, b"Ukprn,Name\n" + b"1,\xe4\n" * HEAD_BYTES)

    assert len(probe.heads[0].rows) == HEAD_ROWS


def test_every_sheet_of_a_workbook_is_looked_at(tmp_path):
    probe = written(tmp_path, workbook(Notes=[["About"]], Data=[["RUN ON :"], HEADER, [1, None]]))

    assert probe.container is Container.WORKBOOK
    assert [head.part for head in probe.heads] == ["Notes", "Data"]
    assert probe.heads[1].row_with(*HEADER) == 2


def test_the_tables_of_an_archive_are_looked_at(tmp_path):
    probe = written(tmp_path, archive(a__csv="Ukprn,Name\n1,A\n", b__pdf="%PDF"))

    assert probe.container is Container.ARCHIVE
    assert [head.part for head in probe.heads] == ["a.csv"]
    assert probe.heads[0].rows[0] == HEADER


def test_a_document_is_read(tmp_path):
    probe = written(tmp_path, b'\xef\xbb\xbf {"courses": [1]}')

    assert probe.container is Container.JSON
    assert probe.document == {"courses": [1]}
    assert "'courses'" in probe.described()


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 cut short", b"{ not JSON", b"\x00\x01\x02\x03\x00\x00", b'"open,\n', b"%PDF-1.7"],
    ids=["archive", "json", "binary", "open quote", "pdf"],
)
def test_a_broken_file_is_described_and_never_breaks_the_look(tmp_path, content):
    probe = written(tmp_path, content)

    assert probe.document is None
    assert probe.described()
    assert all(head.rows is not None for head in probe.heads)


def test_a_file_that_is_not_there_or_empty_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no file"):
        Probe(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="is a folder"):
        Probe(tmp_path)
    with pytest.raises(SourceError, match="is empty"):
        written(tmp_path, b" \n")


@pytest.mark.parametrize(
    "content",
    [
        bomb_of_a_sheet(),
        lying_bomb(),
        encrypted_member(),
        laughs(TEXTS),
        laughs(SHEET),
        outside_entity(),
    ],
    ids=["bomb", "lying bomb", "encrypted", "texts", "sheet", "outside"],
)
def test_a_workbook_that_is_made_to_do_harm_shows_nothing(tmp_path, content):
    probe = written(tmp_path, content)
    tracemalloc.start()
    try:
        described = probe.described()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert described == "a workbook"
    assert probe.heads == ()
    assert peak < 20_000_000


@pytest.mark.parametrize("content", [cells_at_the_edge(), rows_at_the_edge(999_999_999)])
def test_only_the_beginning_of_a_sheet_is_looked_at(tmp_path, content):
    [head] = written(tmp_path, content).heads

    assert len(head.rows) <= HEAD_ROWS
    assert [len(row) for row in head.rows[:2]] == [4, 4]


def test_wide_rows_and_long_names_are_cut(tmp_path):
    wide = written(tmp_path, b"x" * 60_000 + b"," * 5_000 + b"\n1\n")

    assert len(wide.heads[0].rows[0]) == MAX_HEAD_COLUMNS
    sheet = written(tmp_path, workbook(Data=[["x"] * (MAX_HEAD_COLUMNS + 5)]))
    assert len(sheet.heads[0].rows[0]) == MAX_HEAD_COLUMNS
    assert len(wide.described()) < 200


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000],
    ids=["lists", "objects", "closed"],
)
def test_a_document_without_end_is_none(tmp_path, content):
    assert written(tmp_path, content).document is None


def test_a_document_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(probing, "MAX_JSON_BYTES", 5)

    assert written(tmp_path, b"[1, 2]").document is None


def test_a_text_with_a_stray_zero_is_a_text(tmp_path):
    probe = written(tmp_path, b"Ukprn,Name\n1,\x00\n")

    assert probe.container is Container.TEXT
    assert probe.heads[0].rows[0] == HEADER


@pytest.mark.parametrize(
    "start", [b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x89PNG"]
)
def test_other_kinds_of_files_are_no_texts(tmp_path, start):
    assert written(tmp_path, start + b"abc").container is Container.OTHER


def test_only_so_many_members_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(probing, "MAX_HEADS", 2)
    probe = written(tmp_path, archive(a__csv="a,b", b__csv="a,b", c__csv="a,b"))

    assert [head.part for head in probe.heads] == ["a.csv", "b.csv"]


def test_readers_tell_how_far_they_are_through_the_probe(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n")
    said = []

    Probe(path, lambda step, share: said.append((step, share))).told("Reading", 0.5)
    Probe(path).told("Reading", 0.5)

    assert said == [("Reading", 0.5)]
