"""CSV and XLSX files: a table of text with the line of every row. No value is interpreted."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

import pandas as pd

from etl.errors import SourceError
from etl.sources.archive import open_member
from etl.sources.columns import Columns
from etl.sources.delimited import Fault, Record, Records, read_delimited
from etl.sources.workbook import MAX_COLUMNS, read_workbook

_CHUNK_BYTES = 1 << 20
_MARK = "\ufeff"
_QUOTE = ": put cells that hold a separator in quotes"
_ZIP = b"PK\x03\x04"
_WORKBOOKS = (".xlsx", ".xlsm")
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old or a protected Excel file: save it as XLSX without a password"),
    (b"%PDF", "a PDF: ask its publisher for the table, or copy it into a CSV file"),
    (b"PAR1", "a Parquet file: save it as CSV or XLSX"),
    (b"SQLite format 3", "a GeoPackage or database: save its layer as CSV or XLSX"),
    (b"\x1f\x8b", "a gzip archive: unpack it and load what is in it"),
    (b"\x89PNG", "a picture: copy its table into a CSV file"),
)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A file as it was read.

    Attributes
    ----------
    name
        Name of the file, without its folder.
    sha256
        SHA-256 of the file's bytes, in hexadecimal digits.
    cells
        Text only, stripped of surrounding blanks, empty where a cell is; one column per header,
        indexed by ``line``, the line (or the row of the sheet) on which the row begins.
    rejects
        Rows that do not fit the header, or cannot be read.
    notes
        What is to be said of the file, in sentences.
    headers
        All names of columns that the file has, also of those that were not kept; empty where
        ``cells`` has them all.
    """

    name: str
    sha256: str
    cells: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """How many rows the file has, those that do not fit the header among them."""
        return len(self.cells) + len(self.rejects)

    @property
    def names(self) -> tuple[str, ...]:
        """All names of columns that the file has."""
        return self.headers or tuple(map(str, self.cells.columns))


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    member: str | None = None,
    columns: Container[str] | None = None,
) -> RawTable:
    """Read a CSV or XLSX file; its content says which it is.

    Memory is taken for the cells that are kept, not for the file. A row that cannot be read, or
    does not fit the header, is a reject with its line; what is wrong with a cell of a column that
    is not kept does no harm.

    Parameters
    ----------
    path
        The file.
    sheet
        Sheet of a workbook; None is the first.
    header_row
        Line or row, from 1, of the column names; None is the first that is not empty.
    member
        File of an archive that holds the table; None where ``path`` itself is the table.
    columns
        Names of the columns to keep, as they stand in the file but for blanks around them; None
        keeps all. A column that the file lacks is left out without a word: the caller asks for it.

    Raises
    ------
    SourceError
        If the file is missing, empty, damaged or no table, or its header is unusable.
    """
    with _opened(path) as file:
        digest = _digest(file)
    name = path.name

    def opened() -> IO[bytes]:
        return path.open("rb") if member is None else open_member(path, member)

    try:
        found = _records(opened, name if member is None else member, sheet, header_row)
        header, rows = _split_header(found, name, header_row)
        names, taken = _arrange(header, rows, columns, name=name, may_be_short=found.may_be_short)
    except _DAMAGED:
        raise SourceError(
            f"{name} is a damaged archive: download it again, or unpack it yourself."
        ) from None
    cells = taken.table()
    return RawTable(
        name=name,
        sha256=digest,
        cells=cells,
        rejects=taken.rejects(),
        notes=(*found.notes, *taken.notes()),
        headers=tuple(names) if columns is not None else (),
    )


def read_content(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    SourceError
        If it is missing, a folder, unreadable or empty.
    """
    with _opened(path) as file:
        content = file.read()
    if not content.strip():
        raise SourceError(f"{path.name} is empty: export it again, with its header.")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name a file in it.")
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}: check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path} cannot be read ({reason}): check its permissions.") from None


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(_CHUNK_BYTES), b""):
        digest.update(chunk)
    return digest.hexdigest()


def _records(
    opened: Callable[[], IO[bytes]], name: str, sheet: str | None, header_row: int | None
) -> Records:
    with opened() as stream:
        start = stream.read(64)
    for beginning, advice in _OTHERS:
        if start.startswith(beginning):
            raise SourceError(f"{name} is {advice}.")
    if start.startswith(_ZIP) or name.lower().endswith(_WORKBOOKS):
        return read_workbook(opened, name=name, sheet=sheet)
    return read_delimited(opened, name=name, header_row=header_row)


def _split_header(
    found: Records, name: str, header_row: int | None
) -> tuple[Record, Iterator[Record]]:
    records = found.records
    header = next((record for record in records if record.line >= (header_row or 1)), None)
    if header_row is not None and (header is None or header.line != header_row):
        raise SourceError(f"{name} has no header in row {header_row}: correct header_row.")
    if header is None:
        raise SourceError(f"{name} is empty: export it again, with its header.")
    if header.faults:
        fault = header.faults[0]
        raise SourceError(
            f"{name} has no sound header: on line {header.line} there is a fault "
            f"({fault.rule}, {fault.value}): correct that line, or say where the header is."
        )
    first = next(records, None)
    if first is None:
        raise SourceError(f"{name} has a header and no rows: there is nothing to load.")
    return header, chain([first], records)


def _names(header: Record, name: str) -> list[str]:
    """Return the names of the columns; those without a name are numbered."""
    stripped = [cell.strip().strip(_MARK).strip() for cell in header.cells or ()]
    while len(stripped) > MAX_COLUMNS and not stripped[-1]:
        stripped.pop()
    if len(stripped) > MAX_COLUMNS:
        raise SourceError(
            f"{name} has {len(stripped):,} columns, more than the {MAX_COLUMNS:,} of a "
            "spreadsheet: look at its separator, or load fewer columns."
        )
    return [cell or f"column {at}" for at, cell in enumerate(stripped, start=1)]


def _kept(names: list[str], columns: Container[str] | None, file: str) -> list[int]:
    kept = [at for at, name in enumerate(names) if columns is None or name in columns]
    twice = [name for name, count in Counter(names[at] for at in kept).items() if count > 1]
    if twice:
        raise SourceError(
            f"{file} has the column {twice[0]!r} more than once: rename or delete one of them."
        )
    return kept


@dataclass(frozen=True, slots=True)
class _Header:
    """The header that rows must fit.

    ``width`` is how many cells it has, ``names`` how many of them count, ``kept`` those to keep.
    """

    cells: list[str]
    names: list[str]
    kept: frozenset[int]
    may_be_short: bool

    def fault(self, row: Record) -> Fault | None:
        """Return why a row does not fit, or None."""
        cells, width = row.cells, len(self.cells)
        for fault in row.faults:
            if cells is None or fault.column is None or fault.column in self.kept:
                return fault
        if cells is None:
            return None
        found = len(cells)
        if found > width or (found < width and not self.may_be_short):
            rule = "too many fields" if found > width else "too few fields"
            return Fault(None, rule, f"{found} fields", f"the header has {width} columns{_QUOTE}")
        if found > len(self.names) and any(map(str.strip, cells[len(self.names) :])):
            return Fault(None, "too many fields", f"{found} fields", "name its columns")
        if cells[0].strip() == self.cells[0] and [cell.strip() for cell in cells] == self.cells:
            advice = "delete the line: it repeats the header"
            return Fault(None, "header again", self.names[0], advice)
        return None


def _arrange(
    header: Record,
    rows: Iterator[Record],
    columns: Container[str] | None,
    *,
    name: str,
    may_be_short: bool,
) -> tuple[list[str], Columns]:
    """Lay the rows under the names; put aside those that do not fit."""
    names = _names(header, name)
    kept = _kept(names, columns, name)
    stripped = [cell.strip() for cell in header.cells or ()]
    fits = _Header(stripped, names, frozenset(kept), may_be_short)
    nameless = {at for at in kept if not stripped[at]}
    taken = Columns(names, kept, nameless, file=name)
    width = len(names)
    for row in rows:
        fault = fits.fault(row)
        if fault is not None:
            at = fault.column
            field = names[at] if at is not None and at < width else ""
            taken.refuse(row.line, field, fault.rule, fault.value, fault.advice)
        elif row.cells is not None:
            short = width - len(row.cells)
            taken.add(row.line, row.cells + [""] * short if short > 0 else row.cells)
    return names, taken
