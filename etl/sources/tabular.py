"""CSV and XLSX files: a table of text with the line of every row. No value is interpreted."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.delimited import Record, Records, read_delimited
from etl.sources.workbook import ERROR_VALUES, MAX_UNPACKED_BYTES, read_workbook

_ZIP = b"PK\x03\x04"
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old or a protected Excel file: save it as XLSX without a password"),
    (b"%PDF", "a PDF: ask its publisher for the table, or copy it into a CSV file"),
    (b"PAR1", "a Parquet file: save it as CSV or XLSX"),
    (b"SQLite format 3", "a GeoPackage or database: save its layer as CSV or XLSX"),
)


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
        Rows that do not fit the header.
    notes
        What is to be said of the file, in sentences.
    """

    name: str
    sha256: str
    cells: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """How many rows the file has, those that do not fit the header among them."""
        return len(self.cells) + len(self.rejects)


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    member: str | None = None,
    columns: Container[str] | None = None,
) -> RawTable:
    """Read a CSV or XLSX file; its content says which it is.

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
    content = read_content(path)
    digest = hashlib.sha256(content).hexdigest()
    name = path.name
    if member is not None:
        content = _member(content, name, member)
    for start, advice in _OTHERS:
        if content.startswith(start):
            raise SourceError(f"{name} is {advice}.")
    if content.startswith(_ZIP) or path.suffix.lower() in (".xlsx", ".xlsm"):
        found = read_workbook(content, name=name, sheet=sheet)
    else:
        found = read_delimited(content, name=name)
    header, rows = _split_header(found, name, header_row)
    cells, rejects, notes = _arrange(_names(header, name), rows, may_be_short=found.may_be_short)
    if columns is not None:
        cells = cells[[column for column in cells.columns if column in columns]]
    return RawTable(
        name=name,
        sha256=digest,
        cells=cells,
        rejects=rejects,
        notes=(*found.notes, *notes),
    )


def read_content(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    SourceError
        If it is missing, a folder, unreadable or empty.
    """
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name a file in it.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}: check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path} cannot be read ({reason}): check its permissions.") from None
    if not content.strip():
        raise SourceError(f"{path.name} is empty: export it again, with its header.")
    return content


def _member(content: bytes, name: str, member: str) -> bytes:
    """Return one file of an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = archive.getinfo(member).file_size
            if size > MAX_UNPACKED_BYTES:
                raise SourceError(
                    f"{member} in {name} unpacks to {size:,} bytes, more than the "
                    f"{MAX_UNPACKED_BYTES:,} that are read: unpack it and load its parts."
                )
            return archive.read(member)
    except KeyError:
        raise SourceError(f"{name} holds no file {member!r}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError):
        raise SourceError(
            f"{name} is a damaged archive: download it again, or unpack it yourself."
        ) from None


def _split_header(
    found: Records, name: str, header_row: int | None
) -> tuple[Record, Sequence[Record]]:
    records = found.records
    if header_row is not None:
        records = tuple(record for record in records if record.line >= header_row)
        if not records or records[0].line != header_row:
            raise SourceError(f"{name} has no header in row {header_row}: correct header_row.")
    if not records:
        raise SourceError(f"{name} is empty: export it again, with its header.")
    header, rows = records[0], records[1:]
    if not rows:
        raise SourceError(f"{name} has a header and no rows: there is nothing to load.")
    return header, rows


def _names(header: Record, name: str) -> list[str]:
    stripped = [cell.strip() for cell in header.cells]
    names = [cell or f"column {at}" for at, cell in enumerate(stripped, start=1)]
    twice = [cell for cell, count in Counter(names).items() if count > 1]
    if twice:
        raise SourceError(
            f"{name} has the column {twice[0]!r} more than once: rename or delete one of them."
        )
    return names


def _arrange(
    names: list[str], rows: Sequence[Record], *, may_be_short: bool
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Lay the rows under the names; put aside those that do not fit."""
    good: list[Record] = []
    rejects = []
    for row in rows:
        refusal = _refusal(names, row, may_be_short=may_be_short)
        if refusal is None:
            good.append(row)
        else:
            rule, value, advice = refusal
            rejects.append(
                make_rejects([row.line], field="", rule=rule, values=[value], suggestions=advice)
            )
    width = len(names)
    texts = [[cell.strip() for cell in row.cells] for row in good]
    cells = pd.DataFrame(
        [row + [""] * (width - len(row)) for row in texts],
        columns=pd.Index(names, dtype="str"),
        index=pd.Index([row.line for row in good], name="line", dtype="int64"),
        dtype="str",
    )
    nameless = {f"column {at}" for at in range(1, width + 1)} & set(names)
    empty = [column for column in nameless if (cells[column] == "").all()]
    notes = (f"Left out: {len(empty)} column(s) with neither name nor value.",) if empty else ()
    return cells.drop(columns=empty), join_rejects(rejects), notes


def _refusal(names: list[str], row: Record, *, may_be_short: bool) -> tuple[str, str, str] | None:
    """Return rule, value and suggestion of a row that does not fit, or None."""
    width, found = len(names), len(row.cells)
    if found > width or (found < width and not may_be_short):
        rule = "too many fields" if found > width else "too few fields"
        advice = f"the header has {width} columns: put cells that hold a separator in quotes"
        return rule, f"{found} fields", advice
    if [cell.strip() for cell in row.cells] == names:
        return "header again", names[0], "delete the line: it repeats the header"
    wrong = next((cell for cell in row.cells if cell.strip() in ERROR_VALUES), None)
    if wrong is not None:
        advice = "correct the formula, or put its value in its place, and save the workbook"
        return "formula without a value", wrong, advice
    return None
