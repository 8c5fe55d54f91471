"""XLSX files: bytes in, records of text out. Formulas are never run."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from typing import IO, Any

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import SourceError
from etl.sources.archive import require_harmless
from etl.sources.delimited import MAX_CELL_CHARACTERS, Fault, Record, Records, too_long

MAX_UNPACKED_BYTES = 500_000_000
"""A workbook that unpacks to more is refused: it may be made to fill the memory."""

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""As many as the format allows."""

MAX_POSITIONS = 100_000_000
"""A sheet that spans more cells, empty ones among them, is refused: it would take hours."""

NO_VALUE = "#FORMULA!"
"""Stands for a formula whose value the file does not hold."""

ERROR_VALUES = frozenset((*ERROR_CODES, NO_VALUE))
_CHUNK_BYTES = 1 << 20
_FORMULA = re.compile(rb"<f[ >/]")
# What openpyxl lets through when a workbook is cut short, forged or not one.
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    zlib.error,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def read_workbook(
    opened: Callable[[], IO[bytes]], *, name: str, sheet: str | None = None
) -> Records:
    """Read one sheet of a workbook: the first, or the one named.

    Dates become ISO text, whole numbers lose their decimal point, a formula gives the value that
    the file holds for it, or ``NO_VALUE`` where it holds none. What a sheet says of its own size
    is not believed.

    Parameters
    ----------
    opened
        Opens the file's bytes at their beginning; called more than once.
    name
        Name of the file, for messages.
    sheet
        Name of the sheet; None is the first.

    Returns
    -------
    The rows, read one by one as they are gone through.

    Raises
    ------
    SourceError
        If it is no workbook, is damaged, protected or made to do harm, or has no such sheet; also
        while its rows are gone through.
    """
    with refusing(name):
        formulas = inspect_workbook(opened, name=name)
    return Records(_records(opened, name, sheet, formulas=formulas), may_be_short=True)


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn what is raised of a broken workbook into an error that says what to do."""
    try:
        yield
    except SourceError:
        raise
    except BROKEN as error:
        if isinstance(error, DefusedXmlException) or isinstance(
            error.__cause__, DefusedXmlException
        ):
            raise SourceError(
                f"{name} holds entities of XML, which no table needs and which can do harm: open "
                "it in a spreadsheet program and save it again, or save it as CSV."
            ) from None
        raise SourceError(
            f"{name} is no workbook or is damaged: open and save it again, or save it as CSV."
        ) from None


def inspect_workbook(opened: Callable[[], IO[bytes]], *, name: str) -> bool:
    """Refuse a workbook that is made to do harm; return whether it may hold formulas.

    Every part is unpacked once, in pieces, so that one that states too small a size is found.
    """
    formulas = False
    with opened() as file, zipfile.ZipFile(file) as parts:
        require_harmless(parts.infolist(), name=name, most=MAX_UNPACKED_BYTES)
        for part in parts.namelist():
            with parts.open(part) as piece:
                found = _holds_formulas(piece)
            formulas = formulas or (found and part.startswith("xl/worksheets/"))
    return formulas


def _holds_formulas(part: IO[bytes]) -> bool:
    found, end = False, b""
    for chunk in iter(lambda: part.read(_CHUNK_BYTES), b""):
        found = found or _FORMULA.search(end + chunk) is not None
        end = chunk[-2:]
    return found


def _records(
    opened: Callable[[], IO[bytes]], name: str, sheet: str | None, *, formulas: bool
) -> Iterator[Record]:
    positions = 0
    with refusing(name), closing(_cells(opened, name, sheet, values=True)) as values:
        rows: Iterator[tuple[int, tuple[Any, ...]]] = values
        if formulas:
            rows = _mark_formulas(values, _cells(opened, name, sheet, values=False))
        for line, cells in rows:
            positions += len(cells)
            if line > MAX_ROWS or len(cells) > MAX_COLUMNS or positions > MAX_POSITIONS:
                raise SourceError(
                    f"{name} has a sheet with cells beyond row {MAX_ROWS:,} or column "
                    f"{MAX_COLUMNS:,}, or with more than {MAX_POSITIONS:,} in all: delete its "
                    "empty rows and columns, or save it as CSV."
                )
            texts = _texts(cells)
            if texts:
                yield Record(line, texts, _faults(texts))


def _cells(
    opened: Callable[[], IO[bytes]], name: str, sheet: str | None, *, values: bool
) -> Generator[tuple[int, tuple[Any, ...]]]:
    with opened() as file, warnings.catch_warnings():
        # It warns of styles and drop-down lists, which are not read.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(file, read_only=True, data_only=values)
        try:
            titles = [page.title for page in book.worksheets]
            if not titles or (sheet is not None and sheet not in titles):
                raise SourceError(
                    f"{name} has no sheet {sheet or 'with cells'!r}; it has "
                    f"{', '.join(titles) or 'none'}."
                )
            page = book.worksheets[titles.index(sheet) if sheet else 0]
            # Some writers state a wrong size, which would hide rows.
            page.reset_dimensions()
            yield from enumerate(page.iter_rows(values_only=True), start=1)
        finally:
            book.close()


def _mark_formulas(
    values: Iterator[tuple[int, tuple[Any, ...]]], formulas: Iterator[tuple[int, tuple[Any, ...]]]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for (line, cells), (_, written) in zip(values, formulas, strict=True):
        yield (
            line,
            tuple(
                NO_VALUE if cell is None and formula is not None else cell
                for cell, formula in zip(cells, written, strict=True)
            ),
        )


def _faults(texts: list[str]) -> tuple[Fault, ...]:
    return tuple(too_long(at) for at, text in enumerate(texts) if len(text) > MAX_CELL_CHARACTERS)


def _texts(cells: tuple[object, ...]) -> list[str]:
    """Return the cells as text, without those behind the last that holds something."""
    if cells.count(None) == len(cells):
        return []
    texts = ["" if cell is None else _text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
