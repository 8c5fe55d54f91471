"""CSV files, well-formed and hostile."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.delimited import read_delimited


def read(content):
    """Return the cells of each record by its line."""
    found = read_delimited(content, name="file.csv")
    return {record.line: list(record.cells) for record in found.records}


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
    found = read_delimited("name\nZoë\u2019s".encode("cp1252"), name="file.csv")

    assert found.records[1].cells == ("Zoë\u2019s",)
    assert found.notes == ("file.csv is not UTF-8; it was read as Windows-1252.",)


def test_records_without_a_value_are_left_out():
    assert list(read(b"\n,,\na,b\n , \n1,2\n,\n")) == [3, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,\x00\n", "no text file: line 2 holds the control character 0"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "control character|neither UTF-8"),
        (b"a,b\n1,\x81\n", r"neither UTF-8 nor Windows-1252 \(line 2\)"),
        (b"\xff\xfea\x00b", "damaged: it is not the UTF-16"),
        (b'a,b\n1,"two\n3,4\n', "ends inside a quote: close the one of the record on line 2"),
        (b'a,b\n1,"two" three\n', "stray quote in the record that begins on line 2"),
        (b'a,b\n1,"' + b"x" * 1_000_000 + b'"\n', "more than 131,072 characters .* on line 2"),
        (b"a,b\n1," + b"x" * 1_000_000 + b"\n", "more than 131,072 characters .* on line 2"),
    ],
    ids=["nul", "picture", "undefined", "cut", "unclosed", "stray", "huge quoted", "huge"],
)
def test_hostile_files_are_refused_with_line_and_remedy(content, message):
    with pytest.raises(SourceError, match=message) as caught:
        read(content)

    assert "\n" not in str(caught.value)
    assert "file.csv" in str(caught.value)


CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS.filter(str.strip), min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_was_written_is_read(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)

    found = read_delimited(text.getvalue().encode(), name="file.csv")

    assert [list(record.cells) for record in found.records] == rows


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_line(content):
    message = ""
    try:
        read_delimited(content, name="file.csv")
    except SourceError as error:
        message = str(error)
    assert "\n" not in message
