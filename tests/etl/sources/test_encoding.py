"""Encodings, found from all bytes of a file."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.encoding import REMARKED, find_encoding

LONG = "name\n" + "text\n" * 300_000


def find(content):
    return find_encoding(lambda: io.BytesIO(content), name="file.csv")


@pytest.mark.parametrize(
    ("content", "codec", "title", "notes"),
    [
        (b"a,b\n", "utf-8", "UTF-8", 0),
        ("\ufeffZo\u00eb\n".encode(), "utf-8-sig", "UTF-8", 0),
        ("Zo\u00eb\n".encode("utf-16"), "utf-16", "UTF-16", 0),
        (("Zo\u00eb\n" * 9).encode("utf-16-be"), "utf-16-be", "UTF-16", 1),
        ("Zo\u00eb\n".encode("cp1252"), "cp1252", "Windows-1252", 1),
        (b"", "utf-8", "UTF-8", 0),
        ((LONG + "Zo\u00eb\n").encode("cp1252"), "cp1252", "Windows-1252", 1),
        (LONG.encode() + b"Zo\xc3", "cp1252", "Windows-1252", 1),
    ],
    ids=["ascii", "mark", "utf-16", "unmarked", "cp1252", "empty", "at the end", "cut"],
)
def test_the_encoding_is_found(content, codec, title, notes):
    found = find(content)

    assert (found.codec, found.title, len(found.notes)) == (codec, title, notes)


def test_plain_files_need_no_look_at_each_cell():
    assert not find(("Zo\u00eb\n" * 10).encode()).doubtful
    assert not find(("Zo\u00eb\n" * 10).encode("cp1252")).doubtful
    assert find(b"a\x00b\n").doubtful
    assert find(b"Zo\xeb \x81\n").doubtful
    assert find("\u00eb\n".encode() + b"\xeb\n").doubtful


def test_faults_of_cells_are_told_with_rule_and_remedy():
    windows = find(b"\xeb\n\xe9\n" + "\u00eb\n".encode())

    assert windows.mixed
    assert windows.fault("plain") is None
    assert windows.fault("\u00eb") is None
    assert windows.fault("\u00c3\u00ab")[:2] == ("encoding", "UTF-8 or Windows-1252")
    assert windows.fault("a\udcffb")[0] == "encoding"
    assert windows.fault("a\x07b")[:2] == ("control character", "character 7")
    assert windows.suspects("x\u00c3\u00ab")
    assert not windows.suspects("plain")


def test_bytes_that_an_encoding_lacks_become_a_mark():
    assert b"a\xffb".decode("utf-8", REMARKED) == "a\udcffb"
    with pytest.raises(UnicodeEncodeError):
        "\u20ac".encode("ascii", REMARKED)


def test_what_is_no_text_is_refused():
    with pytest.raises(SourceError, match="no text file"):
        find(bytes(range(32)) * 10)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
def test_utf_8_is_always_found_as_such(text):
    assert find(text.encode()).title == "UTF-8"


@given(st.binary(max_size=60))
def test_any_bytes_can_be_decoded_as_found(content):
    try:
        found = find(content)
    except SourceError:
        return
    assert isinstance(content.decode(found.codec, REMARKED), str)
