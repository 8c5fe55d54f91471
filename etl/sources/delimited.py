"""CSV files: bytes in, records of text out, one by one. A record that is ill-formed says so."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

from etl.errors import SourceError
from etl.sources.encoding import REMARKED, Encoding, find_encoding

DELIMITERS = (",", ";", "\t")

MAX_CELL_CHARACTERS = 131_072
"""A longer cell is refused: four times what a cell of a spreadsheet holds."""

MAX_RECORD_CHARACTERS = 4_000_000
"""A longer record is refused unread, so that no line fills the memory."""

MAX_RECORD_LINES = 1_000
"""A record of more lines is taken for one whose quote is not closed."""

MAX_LINES_AGAIN = 200_000
"""So many lines are read a second time, behind quotes that are not closed, before we give up."""

_BREAKS = ("\n", "\r")
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


class Fault(NamedTuple):
    """What is wrong with a record: in which column (from 0), by which rule, and what to do.

    ``column`` is None where it is the whole record. ``value`` never repeats the cell's text: it
    may stand in a column that nobody asked for.
    """

    column: int | None
    rule: str
    value: str
    advice: str


class Record(NamedTuple):
    """One record of a file: the line on which it begins, its cells, and what is wrong with it.

    ``cells`` is None where the record could not be told apart into cells.
    """

    line: int
    cells: list[str] | None
    faults: tuple[Fault, ...] = ()


_TOO_LONG = Fault(
    None, "row too long", f"more than {MAX_RECORD_CHARACTERS:,} characters", "shorten its cells"
)
_LOOSE = Fault(
    None,
    "stray quote",
    "read behind an open quote",
    "correct the row above whose quote is not closed, and load the file again",
)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order, empty ones left out, and what is to be said of it.

    ``records`` can be gone through once. ``may_be_short`` says whether a record may leave out its
    last cells, as a sheet's rows do.
    """

    records: Iterator[Record]
    notes: tuple[str, ...] = ()
    may_be_short: bool = False


def read_delimited(
    opened: Callable[[], IO[bytes]], *, name: str, header_row: int | None = None
) -> Records:
    """Read a CSV file, holding one record at a time.

    Parameters
    ----------
    opened
        Opens the file's bytes at their beginning; called more than once. Cells are separated by
        comma, semicolon or tab, whichever the header has most of. On encodings see
        :func:`etl.sources.encoding.find_encoding`.
    name
        Name of the file, for messages.
    header_row
        Line of the header; None is the first that is not empty.

    Returns
    -------
    The records. A quote that is not closed is noticed where it stands before something that may
    not follow it, at the end of the file, or after ``MAX_RECORD_LINES`` lines: the record that it
    opens is refused, and reading goes on from that record's second line, so that it swallows no
    other. Of the lines read again, those with a loose quote are refused too.

    Raises
    ------
    SourceError
        If it is no text; while the records are gone through, if there is no end of open quotes.
    """
    encoding = find_encoding(opened, name=name)
    with _text(opened, encoding) as text:
        delimiter = _delimiter(text, header_row)
    return Records(_Reader(opened, encoding, delimiter, name).records(), encoding.notes)


def _text(opened: Callable[[], IO[bytes]], encoding: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(opened(), encoding=encoding.codec, errors=REMARKED, newline="")


def _delimiter(text: io.TextIOWrapper, header_row: int | None) -> str:
    header = ""
    for number, line in enumerate(iter(lambda: text.readline(MAX_RECORD_CHARACTERS), ""), start=1):
        if number >= (header_row or 1) and line.strip():
            header = line
            break
    unquoted = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


class _RefusedError(Exception):
    """The record at hand cannot be read further."""


class _Cut(str):
    """The beginning of a line that is too long; the rest of it was skipped."""

    __slots__ = ()


class _Lines:
    """The lines of a text, in order; those of the record at hand are kept, to be handed back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._readline = text.readline
        self._again: deque[str] = deque()
        self._before = 0
        self.taken: list[str] = []
        self.size = 0

    @property
    def first(self) -> int:
        """Number of the line on which the record at hand begins."""
        return self._before + 1

    @property
    def last(self) -> int:
        """Number of the last line of the record at hand."""
        return self._before + len(self.taken)

    def take(self) -> str:
        """Return the next line of the record at hand; empty at the end of the text."""
        if self._again:
            line = self._again.popleft()
        else:
            line = self._readline(MAX_RECORD_CHARACTERS)
            if len(line) == MAX_RECORD_CHARACTERS:
                line = self._cut(line)
        if not line:
            return ""
        if len(self.taken) == MAX_RECORD_LINES:
            self._again.appendleft(line)
            raise _RefusedError
        self.taken.append(line)
        self.size += len(line)
        if self.size >= MAX_RECORD_CHARACTERS:
            raise _RefusedError
        return line

    def begin(self) -> None:
        """Begin the next record."""
        self._before += len(self.taken)
        self.taken = []
        self.size = 0

    def hand_back(self) -> int:
        """Hand back all lines of the record but its first; return how many."""
        back = self.taken[1:]
        self._again.extendleft(reversed(back))
        self.taken = self.taken[:1]
        return len(back)

    def _cut(self, line: str) -> str:
        rest = line
        while rest and not rest.endswith(_BREAKS):
            rest = self._readline(MAX_RECORD_CHARACTERS)
        return _Cut(line)


class _Reader:
    """Tells a text apart into records."""

    def __init__(
        self, opened: Callable[[], IO[bytes]], encoding: Encoding, delimiter: str, name: str
    ) -> None:
        self._opened = opened
        self._encoding = encoding
        self._delimiter = delimiter
        self._name = name
        mark = re.escape(delimiter)
        ends = rf"(?={mark}|[\r\n]|\Z)"
        self._cell = re.compile(
            rf'({_QUOTED.pattern}{ends}|[^"{mark}\r\n][^{mark}\r\n]*)?({mark}|[\r\n]|\Z)'
        )
        self._quoted = re.compile(rf"((?<={mark})|\A){_QUOTED.pattern}{ends}")

    def records(self) -> Iterator[Record]:
        # The limit is the whole process's. Ours is kept by the lines, so it may only be raised.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARACTERS + 1))
        with _text(self._opened, self._encoding) as text:
            yield from self._read(_Lines(text))

    def _read(self, lines: _Lines) -> Iterator[Record]:
        reader = self._parser(lines)
        again, noticed, doubtful = 0, 0, self._encoding.doubtful
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RefusedError):
                yield Record(lines.first, None, (self._fault(lines),))
                noticed = max(noticed, lines.last)
                again += lines.hand_back()
                self._require_end(again, lines.first)
                reader = self._parser(lines)
                continue
            if not cells or not (cells[0].strip() or any(map(str.strip, cells))):
                continue
            start = lines.first
            faults: tuple[Fault, ...] = ()
            if doubtful or lines.size > MAX_CELL_CHARACTERS or start <= noticed:
                faults = tuple(self._faults(cells, lines, again=start <= noticed))
            yield Record(start, cells, faults)

    def _parser(self, lines: _Lines) -> Iterator[list[str]]:
        return csv.reader(iter(lines.take, ""), delimiter=self._delimiter, strict=True)

    def _require_end(self, again: int, line: int) -> None:
        if again > MAX_LINES_AGAIN:
            raise SourceError(
                f"{self._name} has no end of quotes that are not closed (line {line}): export it "
                "again as CSV UTF-8."
            )

    def _fault(self, lines: _Lines) -> Fault:
        """Say why the record at hand was refused, and in which column the fault begins."""
        text = "".join(lines.taken)
        column, at = self._last_begun(text)
        if len(lines.taken) == 1 and isinstance(lines.taken[0], _Cut):
            return too_long(column) if len(text) - at > MAX_CELL_CHARACTERS else _TOO_LONG
        if len(lines.taken) == 1 and _QUOTED.match(text, at):
            return Fault(
                column,
                "stray quote",
                f"field {column + 1}",
                "put the whole cell in quotes and double those inside it",
            )
        return Fault(
            column,
            "quote not closed",
            f"lines {lines.first} to {lines.last}",
            "close the quote of this cell, or double it; the lines below were read by themselves",
        )

    def _last_begun(self, text: str) -> tuple[int, int]:
        """Return number and beginning of the cell behind which nothing sound follows."""
        column = at = 0
        while (found := self._cell.match(text, at)) and at < found.end() < len(text):
            column, at = column + 1, found.end()
        return column, at

    def _faults(self, cells: list[str], lines: _Lines, *, again: bool) -> Iterator[Fault]:
        text = "".join(lines.taken)
        if again and '"' in self._quoted.sub("", text):
            yield _LOOSE
        if lines.size > MAX_CELL_CHARACTERS:
            yield from (
                too_long(column)
                for column, cell in enumerate(cells)
                if len(cell) > MAX_CELL_CHARACTERS
            )
        if self._encoding.suspects(text):
            found = ((column, self._encoding.fault(cell)) for column, cell in enumerate(cells))
            yield from (Fault(column, *fault) for column, fault in found if fault)


def too_long(column: int | None) -> Fault:
    """Say that a cell is longer than ``MAX_CELL_CHARACTERS``."""
    return Fault(
        column,
        "cell too long",
        f"more than {MAX_CELL_CHARACTERS:,} characters",
        "shorten it, or close its quote",
    )
