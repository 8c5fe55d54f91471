"""CSV files: bytes in, records of text out."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from etl.errors import SourceError

DELIMITERS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZERO_SHARE = 0.8
_CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f]")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: the line on which it begins, and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order, empty ones left out, and what is to be said of it.

    ``may_be_short`` says whether a record may leave out its last cells, as a sheet's rows do.
    """

    records: tuple[Record, ...]
    notes: tuple[str, ...] = ()
    may_be_short: bool = False


def read_delimited(content: bytes, *, name: str) -> Records:
    """Read a CSV file.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, UTF-16 with its mark, or else Windows-1252, which is noted.
        Cells are separated by comma, semicolon or tab, whichever the first line has most of.
    name
        Name of the file, for messages.

    Raises
    ------
    SourceError
        If it is no text, or a quote is not closed or stands inside a cell unquoted.
    """
    text, notes = _decode(content, name)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, start = [], 1
    try:
        for cells in reader:
            records.append(Record(start, tuple(cells)))
            start = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(_advice(error, name, start)) from None
    filled = tuple(record for record in records if any(cell.strip() for cell in record.cells))
    return Records(filled, notes)


def _decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    marked = next((known for mark, known in _MARKS if content.startswith(mark)), None)
    encoding = marked or _guess(content)
    notes: tuple[str, ...] = ()
    if encoding.startswith("utf-16") and not marked:
        notes = (f"{name} does not say its encoding; it was read as UTF-16.",)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise SourceError(
                f"{name} is damaged: it is not the {encoding[:6].upper()} that it says it is; "
                "save it again as CSV UTF-8."
            ) from None
        text = _decode_windows(content, name)
        notes = (f"{name} is not UTF-8; it was read as Windows-1252.",)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise SourceError(
            f"{name} is no text file: line {line} holds the control character "
            f"{ord(control.group())}; save it as CSV UTF-8."
        )
    return text, notes


def _guess(content: bytes) -> str:
    """Return UTF-16 where every other byte of mostly western text is zero, else UTF-8."""
    start = content[:200]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[offset::2]
        if half.count(0) > _ZERO_SHARE * len(half) and not start[1 - offset :: 2].count(0):
            return encoding
    return "utf-8"


def _decode_windows(content: bytes, name: str) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{name} is neither UTF-8 nor Windows-1252 (line {line}); save it as CSV UTF-8."
        ) from None


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


def _advice(error: csv.Error, name: str, line: int) -> str:
    if "field larger" in str(error):
        return (
            f"{name} has a cell of more than {csv.field_size_limit():,} characters in the record "
            f"that begins on line {line}: close its quote, or shorten it."
        )
    if "unexpected end" in str(error):
        return f"{name} ends inside a quote: close the one of the record on line {line}."
    return (
        f"{name} has a stray quote in the record that begins on line {line}: put the whole cell "
        "in quotes and double those inside it."
    )
