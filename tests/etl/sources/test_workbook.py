"""XLSX files, well-formed and hostile."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from malformed_files import (
    SHEET,
    TEXTS,
    bomb_of_a_sheet,
    encrypted_member,
    laughs,
    lying_bomb,
    rows_at_the_edge,
    shared_strings,
)

from etl.errors import SourceError
from etl.sources import workbook
from etl.sources.workbook import NO_VALUE, read_workbook


def make_book(*rows, more=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, extra in more:
        page = book.create_sheet(title)
        for row in extra:
            page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content, **options):
    found = read_workbook(lambda: io.BytesIO(content), name="file.xlsx", **options)
    return {record.line: list(record.cells) for record in found.records}


def rezip(content, part, change):
    """Return the workbook with the text of one part changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == part else text)
    return target.getvalue()


def test_cells_become_text_and_rows_keep_their_numbers():
    content = make_book(
        ["name", "places", "open", "since", "at"],
        [],
        ["A", 12, True, date(2025, 1, 31), datetime(2025, 1, 31, 9, 30)],  # noqa: DTZ001
        ["B", 12.0, False, datetime(2025, 1, 31), 0.1],  # noqa: DTZ001
        ["NA", None, None, None, None],
    )

    assert read(content) == {
        1: ["name", "places", "open", "since", "at"],
        3: ["A", "12", "true", "2025-01-31", "2025-01-31 09:30:00"],
        4: ["B", "12", "false", "2025-01-31", "0.1"],
        5: ["NA"],
    }


def test_a_sheet_is_the_first_or_the_named_one():
    content = make_book(["first"], more=[("Sites", [["second"]])])

    assert read(content) == {1: ["first"]}
    assert read(content, sheet="Sites") == {1: ["second"]}
    with pytest.raises(SourceError, match="no sheet 'Places'; it has Sheet, Sites"):
        read(content, sheet="Places")


def test_a_formula_without_a_kept_value_is_marked_and_one_with_it_gives_it():
    content = make_book(["a", "b"], ["=1+1", "=2+2"])
    content = rezip(
        content,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(b"<f>2+2</f><v />", b"<f>2+2</f><v>4</v>").replace(
            b"<f>2+2</f><v></v>", b"<f>2+2</f><v>4</v>"
        ),
    )

    assert read(content)[2] == [NO_VALUE, "4"]


def test_a_wrong_size_does_not_hide_rows():
    content = rezip(
        make_book(["a", "b"], ["1", "2"], ["3", "4"]),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(b'ref="A1:B3"', b'ref="A1"'),
    )

    assert read(content)[3] == ["3", "4"]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-30],
        lambda _: b"PK\x03\x04",
        lambda _: b"no archive",
        lambda content: rezip(content, "xl/workbook.xml", lambda _: b"<not xml"),
        lambda content: rezip(content, "xl/worksheets/sheet1.xml", lambda text: text[:-40]),
        lambda content: rezip(content, "[Content_Types].xml", lambda _: b"<Types/>"),
    ],
    ids=["half", "tail", "magic only", "text", "bad book", "bad sheet", "no types"],
)
def test_damaged_workbooks_are_refused_in_one_line(break_it):
    content = break_it(make_book(["a"], ["1"]))

    with pytest.raises(SourceError, match=r"file\.xlsx .*(damaged|no sheet)") as caught:
        read(content)

    assert "\n" not in str(caught.value)


def test_a_zip_of_something_else_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(SourceError, match="no workbook or is damaged"):
        read(content.getvalue())


@pytest.mark.parametrize(
    "content",
    [laughs(TEXTS), laughs(SHEET), laughs("xl/workbook.xml"), laughs("xl/styles.xml")],
    ids=["texts", "sheet", "book", "styles"],
)
def test_entities_are_refused_wherever_they_stand(content):
    with pytest.raises(SourceError, match="holds entities of XML") as caught:
        read(content)

    assert "\n" not in str(caught.value)


def test_shared_texts_are_read():
    assert read(shared_strings())[2][1] == "Example College"


def test_a_sheet_that_spans_too_much_is_refused(monkeypatch):
    with pytest.raises(SourceError, match="beyond row 1,048,576"):
        read(rows_at_the_edge(1_048_577))
    with pytest.raises(SourceError, match="beyond row"):
        read(rezip(make_book(["a"]), SHEET, lambda text: text.replace(b'r="A1"', b'r="XFE1"')))
    monkeypatch.setattr(workbook, "MAX_POSITIONS", 3)
    with pytest.raises(SourceError, match="more than 3 in all"):
        read(make_book(["a", "b"], ["1", "2"]))


def test_a_cell_that_is_too_long_is_a_fault_of_its_row():
    content = make_book(["a", "b"], ["1", "x"])
    content = rezip(content, SHEET, lambda text: text.replace(b">x<", b">" + b"x" * 200_000 + b"<"))
    found = list(read_workbook(lambda: io.BytesIO(content), name="file.xlsx").records)

    assert [(fault.column, fault.rule) for fault in found[1].faults] == [(1, "cell too long")]
    assert found[0].faults == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bomb_of_a_sheet(), "packed like a zip bomb"),
        (lying_bomb(), "damaged"),
        (encrypted_member(), "protected by a password"),
    ],
    ids=["bomb", "lying bomb", "encrypted"],
)
def test_a_workbook_that_is_made_to_do_harm_is_refused(content, message):
    with pytest.raises(SourceError, match=message):
        read(content)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1000)

    with pytest.raises(SourceError, match=r"unpacks to .* more than the 1,000"):
        read(make_book(["a"], ["1"]))
