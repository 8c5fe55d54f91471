"""XLSX files: bytes in, records of text out. Formulas are never run."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import SourceError
from etl.sources.delimited import Record, Records

MAX_UNPACKED_BYTES = 500_000_000
"""A workbook that unpacks to more is refused: it may be made to fill the memory."""

NO_VALUE = "#FORMULA!"
"""Stands for a formula whose value the file does not hold."""

ERROR_VALUES = frozenset((*ERROR_CODES, NO_VALUE))
_FORMULA = re.compile(rb"<f[ >/]")
# What openpyxl lets through when a workbook is cut short, forged or not one.
_BROKEN = (
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


def read_workbook(content: bytes, *, name: str, sheet: str | None = None) -> Records:
    """Read one sheet of a workbook: the first, or the one named.

    Dates become ISO text, whole numbers lose their decimal point, a formula gives the value that
    the file holds for it, or ``NO_VALUE`` where it holds none.

    Raises
    ------
    SourceError
        If it is no workbook, is damaged, or has no such sheet.
    """
    try:
        formulas = _inspect(content, name)
        values = _cells(content, name, sheet, values=True)
        if formulas:
            values = _mark_formulas(values, _cells(content, name, sheet, values=False))
        rows = [Record(line, _texts(cells)) for line, cells in values]
    except SourceError:
        raise
    except _BROKEN:
        raise SourceError(
            f"{name} is no workbook or is damaged: open and save it again, or save it as CSV."
        ) from None
    return Records(tuple(row for row in rows if row.cells), may_be_short=True)


def _inspect(content: bytes, name: str) -> bool:
    """Refuse a workbook that unpacks to too much; return whether it may hold formulas."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise SourceError(
                f"{name} unpacks to {size:,} bytes, more than the {MAX_UNPACKED_BYTES:,} that are "
                "read: save the sheet as CSV."
            )
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/")]
        return any(_FORMULA.search(parts.read(part)) for part in sheets)


def _cells(
    content: bytes, name: str, sheet: str | None, *, values: bool
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    with warnings.catch_warnings():
        # It warns of styles and drop-down lists, which are not read.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values)
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


def _texts(cells: tuple[object, ...]) -> tuple[str, ...]:
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    return tuple(texts)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
