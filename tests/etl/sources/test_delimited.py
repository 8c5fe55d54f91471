"""CSV files, well-formed and hostile."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources import delimited
from etl.sources.delimited import (
    MAX_CELL_CHARACTERS,
    MAX_RECORD_CHARACTERS,
    MAX_RECORD_LINES,
    read_delimited,
)


def records(content, **options):
    found = read_delimited(lambda: io.BytesIO(content), name="file.csv", **options)
    return list(found.records), found.notes


def read(content):
    """Return the cells of each record by its line."""
    return {record.line: record.cells for record in records(content)[0]}


def faults(content):
    """Return line, column and rule of everything that is wrong."""
    return [
        (record.line, fault.column, fault.rule)
        for record in records(content)[0]
        for fault in record.faults
    ]


def test_lines_count_newlines_in_cells():
    assert read(b'a,b\r\n"x\r\ny","say ""hi"", twice"\r\n\r\n3,4\r\n') == {
        1: ["a", "b"],
        2: ["x\r\ny", 'say "hi", twice'],
        5: ["3", "4"],
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_the_header_has_most_of(delimiter):
    text = delimiter.join(['"a,b;c\td,e;f\t"', "g", "h"]) + "\n" + delimiter.join("123")

    assert read(text.encode())[2] == ["1", "2", "3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_marks(encoding):
    content = "\n".join(["name,town", *["Zoë\u2019s,Ŵrexham"] * 20]).encode(encoding)

    assert read(content)[1] == ["name", "town"]
    assert read(content)[2] == ["Zoë\u2019s", "Ŵrexham"]


def test_big_endian_with_its_mark():
    assert read(b"\xfe\xff" + "a,b\n1,é".encode("utf-16-be"))[2] == ["1", "é"]


def test_windows_1252_is_read_and_noted():
    found, notes = records("name\nZoë\u2019s".encode("cp1252"))

    assert found[1].cells == ["Zoë\u2019s"]
    assert notes == ("file.csv is not UTF-8; it was read as Windows-1252.",)


def test_records_without_a_value_are_left_out():
    assert list(read(b"\n,,\na,b\n , \n1,2\n,\n")) == [3, 5]


LONG = b"x" * (MAX_CELL_CHARACTERS + 1)
HUGE = b"x" * (MAX_RECORD_CHARACTERS + 1)


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (b"1,\x00", 1, "control character"),
        (b"1\x1f,2", 0, "control character"),
        (b"1,\x81", 1, "encoding"),
        (b'1,"two" three', 1, "stray quote"),
        (b'"a"b,2', 0, "stray quote"),
        (b'"a""b"c,2', 0, "stray quote"),
        (b"1," + LONG, 1, "cell too long"),
        (b'"' + LONG + b'",2', 0, "cell too long"),
        (b"1," + HUGE, 1, "cell too long"),
        (b'1,"' + HUGE + b'"', 1, "cell too long"),
        (b"1," * MAX_RECORD_CHARACTERS, None, "row too long"),
    ],
    ids=[
        "nul",
        "control",
        "no letter",
        "stray",
        "stray first",
        "stray behind doubled",
        "long",
        "long quoted",
        "huge",
        "huge quoted",
        "many",
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_a_row_that_cannot_be_read_is_told_and_the_others_are_read(row, column, rule, end):
    content = end.join([b"a,b", b"3,4", row, b"5,6", b""])

    assert faults(content) == [(3, column, rule)]
    found = read(content)
    assert (found[1], found[2], found[4]) == (["a", "b"], ["3", "4"], ["5", "6"])


@pytest.mark.parametrize(
    ("body", "wanted", "refused"),
    [
        (['1,"two', "3,4", "5,6"], [3, 4], [(2, 1)]),
        (['1,"two', '3,"four"', "5,6"], [3, 4], [(2, 1)]),
        (['"1,two', '"3","four"', '"5","6"'], [3, 4], [(2, 0)]),
        (["1,2", '3,"four'], [2], [(3, 1)]),
        (['"', "3,4", '"', "5,6"], [2, 5], []),
        (['1,"two', '3,"four', "5,6"], [4], [(2, 1), (3, 1)]),
        (['1,"he said', 'to "her",x', "5,6"], [4], [(2, 1), (3, None)]),
        (['1,"two', '3,"say ""four"""', "5,6"], [3, 4], [(2, 1)]),
    ],
    ids=[
        "to the end",
        "to a quote",
        "all quoted",
        "last line",
        "a cell of lines",
        "twice",
        "stray inside",
        "doubled behind",
    ],
)
def test_an_open_quote_swallows_no_other_row(body, wanted, refused):
    content = "\n".join(["a,b", *body, ""]).encode()

    found, _ = records(content)
    sound = [record.line for record in found if not record.faults]
    broken = [(record.line, fault.column) for record in found for fault in record.faults]

    assert sound == [1, *wanted]
    assert broken == refused
    assert all(
        fault.rule in ("quote not closed", "stray quote")
        for record in found
        for fault in record.faults
    )


def test_a_cell_of_very_many_lines_is_taken_for_an_open_quote():
    lines = [b"text"] * MAX_RECORD_LINES
    within = b'a\n"' + b"\n".join(lines[1:]) + b'"\n1\n'
    beyond = b'a\n"' + b"\n".join(lines) + b'\n"\n1\n'

    assert list(read(within)) == [1, 2, 1001]
    assert faults(within) == []
    assert faults(beyond) == [(2, 0, "quote not closed"), (1002, 0, "quote not closed")]
    assert read(beyond)[1003] == ["1"]


def test_open_quotes_without_end_are_given_up(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_LINES_AGAIN", 10_000)
    content = b"a,b\n" + b'x","y\n' * 20_000

    with pytest.raises(SourceError, match="no end of quotes") as caught:
        records(content)

    assert "\n" not in str(caught.value)


def test_lines_of_both_encodings_are_told_apart():
    mostly_utf8 = "a,b\nZoë,1\nŴ,2\n".encode() + "é,3\nx,4\n".encode("cp1252")
    mostly_windows = "a,b\né,1\nè,2\n".encode("cp1252") + "ü,3\nx,4\n".encode()

    found, notes = records(mostly_utf8)
    assert [record.cells for record in found[:3]] == [["a", "b"], ["Zoë", "1"], ["Ŵ", "2"]]
    assert faults(mostly_utf8) == [(4, 0, "encoding")]
    assert "1 of its lines are not" in notes[0]
    assert read(mostly_windows)[2] == ["é", "1"]
    assert faults(mostly_windows) == [(4, 0, "encoding")]


@pytest.mark.parametrize(
    "content", [bytes(range(1, 32)) * 10, b"\x89PNG\r\n\x1a\n" + b"\x00" * 100], ids=["all", "png"]
)
def test_what_is_no_text_is_refused_in_one_line(content):
    with pytest.raises(SourceError, match=r"file\.csv is no text file") as caught:
        records(content)

    assert "\n" not in str(caught.value)


def test_the_limit_of_the_process_is_only_raised():
    before = csv.field_size_limit(10_000_000)
    try:
        records(b"a\n1\n")
        assert csv.field_size_limit() == 10_000_000
        csv.field_size_limit(10)
        assert read(b"a\n" + b"x" * 100)[2] == ["x" * 100]
        assert csv.field_size_limit() > MAX_RECORD_CHARACTERS
    finally:
        csv.field_size_limit(before)


def test_the_separator_is_that_of_the_header_that_is_named():
    content = b"A title, with commas, many\n\na;b\n1,5;2\n"

    assert records(content, header_row=3)[0][2].cells == ["1,5", "2"]


CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS.filter(str.strip), min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_was_written_is_read(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)

    found, _ = records(text.getvalue().encode())

    assert [record.cells for record in found] == rows
    assert not any(record.faults for record in found)


PLAIN = st.text("abc 1é", min_size=1, max_size=6).filter(str.strip)


@settings(deadline=None)
@given(
    st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=8),
    st.integers(0, 8),
    st.sampled_from(['x,"open', '"open,x', 'x,"two" three', "x,\x00", 'x,"""']),
)
def test_a_broken_line_anywhere_costs_no_other_line(rows, at, broken):
    at = min(at, len(rows))
    lines = ["a,b", *(",".join(row) for row in rows)]
    lines.insert(at + 1, broken)

    found, _ = records("\n".join([*lines, ""]).encode())

    assert {record.line: record.cells for record in found if not record.faults} == {
        number: line.split(",") for number, line in enumerate(lines, start=1) if line != broken
    }
    assert [record.line for record in found if record.faults] == [at + 2]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_line(content):
    message = ""
    try:
        records(content)
    except SourceError as error:
        message = str(error)
    assert "\n" not in message
