"""A first look at a file: what kind it is, and how its tables begin. Nothing is loaded by it."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any

import openpyxl
import orjson

from etl.errors import SourceError
from etl.sources.workbook import BROKEN, inspect_workbook

HEAD_BYTES = 65_536
"""So much of a text is looked at."""

HEAD_ROWS = 12
"""So many rows of a table are looked at: titles and notes stand above some headers."""

MAX_JSON_BYTES = 64_000_000
"""A larger document is not read: in memory it takes twenty times as much."""

MAX_HEADS = 200
"""So many sheets, or members of an archive, are looked at."""

MAX_HEAD_COLUMNS = 1_000
"""So many columns of a row are looked at."""

MAX_HEAD_CHARACTERS = 1_000
"""So much of a cell is kept."""

_ZIP = b"PK\x03\x04"
_TEXTS = (".csv", ".txt", ".tsv")
_NO_TEXTS = (b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x89PNG", b"\x1f\x8b")
_ZEROS, _ZERO_SHARE = 20, 0.01
_MAX_SHOWN = 60


Told = Callable[[str, float], None]
"""Is told the step, in words, and the share of it that is done (0 to 1)."""


class Container(StrEnum):
    """What holds the tables of a file."""

    TEXT = "a text file"
    WORKBOOK = "a workbook"
    ARCHIVE = "a ZIP archive"
    JSON = "a JSON document"
    OTHER = "neither text, workbook, archive nor JSON"


@dataclass(frozen=True, slots=True)
class Head:
    """How one table of a file begins.

    Attributes
    ----------
    part
        The sheet or the member of the archive; empty for a text file.
    rows
        Its first rows, up to ``HEAD_ROWS``, each cell stripped; empty rows among them.
    """

    part: str
    rows: tuple[tuple[str, ...], ...]

    def row_with(self, *names: str) -> int | None:
        """Return the number, from 1, of the first row that has all ``names``; case counts not."""
        wanted = {name.casefold() for name in names}
        for at, row in enumerate(self.rows, start=1):
            if wanted <= {cell.casefold() for cell in row}:
                return at
        return None


class Probe:
    """A file that was looked at: ``path``, ``container`` and, when asked for, its ``heads``."""

    def __init__(self, path: Path, told: Told | None = None) -> None:
        """Look at the first bytes of ``path``.

        ``told`` is kept for readers of large files, which tell it how far they are.

        Raises
        ------
        SourceError
            If it is missing, a folder, unreadable or empty.
        """
        if path.is_dir():
            raise SourceError(f"{path} is a folder: name a file in it.")
        try:
            with path.open("rb") as file:
                self._start = file.read(HEAD_BYTES)
        except FileNotFoundError:
            raise SourceError(f"There is no file {path}: check its name and folder.") from None
        except OSError as error:
            raise SourceError(f"{path} cannot be read ({error.strerror}).") from None
        if not self._start.strip():
            raise SourceError(f"{path.name} is empty: export it again, with its header.")
        self.path = path
        self.name = path.name
        self.told = told or _silent

    @property
    def is_cut_short(self) -> bool:
        """Whether it begins as an archive, but no list of its members can be read."""
        return self._start.startswith(_ZIP) and not self.members

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal digits."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def container(self) -> Container:
        """What holds the tables."""
        if self._start.startswith(_ZIP):
            return Container.WORKBOOK if "xl/workbook.xml" in self.members else Container.ARCHIVE
        if self._start.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] in (b"{", b"["):
            return Container.JSON
        text = _decode(self._start)
        return Container.OTHER if text is None else Container.TEXT

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Names of an archive's files; none if it is no archive or broken."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return tuple(archive.namelist())
        except BROKEN:
            return ()

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """How each table of the file begins; none where it cannot be told."""
        if self.container is Container.TEXT:
            return (Head("", _rows(self._start)),)
        if self.container is Container.WORKBOOK:
            return tuple(_sheets(self.path))
        if self.container is Container.ARCHIVE:
            return tuple(self._member_heads())
        return ()

    @cached_property
    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """The JSON document; None where the file is none or larger than ``MAX_JSON_BYTES``."""
        if self.container is not Container.JSON or self.path.stat().st_size > MAX_JSON_BYTES:
            return None
        try:
            return orjson.loads(self.path.read_bytes().removeprefix(codecs.BOM_UTF8))
        except orjson.JSONDecodeError:
            return None

    def described(self) -> str:
        """Return what the file looks like, in words."""
        if self.container is Container.JSON:
            keys = self.document if isinstance(self.document, dict) else {}
            return f"{self.container} with {_shown(keys) or 'a list'}"
        shown = []
        for head in self.heads[:3]:
            row = next((row for row in head.rows if sum(map(bool, row)) > 1), ())
            where = f" in {head.part}" if head.part else ""
            shown.append(f"with the columns {_shown(row)}{where}")
        return f"{self.container} {' and '.join(shown)}".rstrip()

    def _member_heads(self) -> Iterator[Head]:
        texts = [name for name in self.members if name.lower().endswith(_TEXTS)]
        try:
            with zipfile.ZipFile(self.path) as archive:
                for name in texts[:MAX_HEADS]:
                    # By its size: what is read of a member is what is unpacked of it.
                    with archive.open(name) as member:
                        yield Head(name, _rows(member.read(HEAD_BYTES)))
        except BROKEN:
            return


def _shown(names: Iterable[str]) -> str:
    """Return the first names in quotes; a long one is cut."""
    return ", ".join(repr(name[:_MAX_SHOWN]) for name in islice(names, 8))


def _rows(start: bytes) -> tuple[tuple[str, ...], ...]:
    text = _decode(start)
    if text is None:
        return ()
    lines = text.splitlines()
    delimiter = max((",", ";", "\t"), key=lambda mark: sum(line.count(mark) for line in lines[:5]))
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(tuple(_cell(cell) for cell in row[:MAX_HEAD_COLUMNS]))
            if len(rows) == HEAD_ROWS:
                break
    except csv.Error:
        return tuple(rows)
    return tuple(rows)


def _decode(start: bytes) -> str | None:
    """Return the text, its last character left out where it was cut; None if it is no text."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", errors="ignore")
    if len(start) > 1 and start[1::2].count(0) > 0.8 * len(start[1::2]) and not start[::2].count(0):
        return start.decode("utf-16-le", errors="ignore")
    if start.startswith(_NO_TEXTS) or start.count(0) > max(_ZEROS, _ZERO_SHARE * len(start)):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(start)
    except UnicodeDecodeError:
        return start.decode("cp1252", errors="replace")


def _sheets(path: Path) -> Iterator[Head]:
    def opened() -> IO[bytes]:
        # Opened here: openpyxl goes by the ending of a name, and a file may have any.
        return path.open("rb")

    try:
        inspect_workbook(opened, name=path.name)
        with opened() as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield from _sheet_heads(openpyxl.load_workbook(file, read_only=True, data_only=True))
    except BROKEN:
        return


def _sheet_heads(book: openpyxl.Workbook) -> Iterator[Head]:
    with closing(book):
        for sheet in book.worksheets[:MAX_HEADS]:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=HEAD_ROWS, max_col=MAX_HEAD_COLUMNS, values_only=True)
            yield Head(sheet.title, tuple(_trimmed(row) for row in rows))


def _trimmed(row: tuple[object, ...]) -> tuple[str, ...]:
    """Return the cells as text up to the last that holds something."""
    cells = [_cell(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)[:MAX_HEAD_CHARACTERS].strip()


def _silent(_step: str, _share: float) -> None:
    return
