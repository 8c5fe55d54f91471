"""Rows of a large CSV file in which something does not fit: block by block, then line by line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import polars as pl

from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects

BLOCK_BYTES = 16_000_000
MAX_LINE_BYTES = 32_000_000
"""A file without a line break for so long is no table of this kind."""

MAX_MISFITS = 10_000
"""With more rows than this that do not fit their header, a file is refused as a whole."""

LINE = "line"
_BEYOND = "beyond the last column"

Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of a file's columns, and how polars tells a row that does not fit them."""

    names: tuple[str, ...]
    header_bytes: int

    def scan(self, source: Path | bytes, *, skip_lines: int, line: int) -> pl.LazyFrame:
        """Return rows as text, none interpreted, with ``line``, that of the first being given.

        Beyond the last column stands one more: polars drops what lies there without a word.
        """
        return pl.scan_csv(
            source,
            has_header=False,
            skip_lines=skip_lines,
            schema=dict.fromkeys((*self.names, _BEYOND), pl.String()),
            missing_columns="insert",
            row_index_name=LINE,
            row_index_offset=line,
        )

    def whole(self) -> pl.Expr:
        """Say which rows surely fit; of the others only their lines can tell.

        A row that is cut short lacks its last cell, and one that is whole has an empty one in
        quotes; a row that is too long has something beyond; a header says a column's own name.
        """
        first, last = self.names[0], self.names[-1]
        again = (pl.col(first) == first).fill_null(value=False)
        return pl.col(last).is_not_null() & pl.col(_BEYOND).is_null() & ~again


def read_blocks(
    path: Path,
    layout: Layout,
    take: Callable[[pl.DataFrame], None],
    told: Told,
    name: str,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a file in which something does not fit, block by block.

    Parameters
    ----------
    path, name
        The file, and its name for messages.
    layout
        Its header.
    take
        Is given the rows that fit, a table a block, with ``line`` and every column.
    told
        Is told the step and the share that is done.

    Returns
    -------
    The rejects, and what is to be said of the file.

    Raises
    ------
    SourceError
        If more than ``MAX_MISFITS`` rows do not fit, or a line is longer than ``MAX_LINE_BYTES``.
    """
    rejects: list[pd.DataFrame] = []
    size, done, line, misfits, windows = path.stat().st_size, layout.header_bytes, 2, 0, 0
    for block in _blocks(path, layout.header_bytes, name):
        whole = _read_whole(block, layout, line)
        if whole is None:
            whole, refused, recoded = _read_lines(block, layout, line)
            misfits, windows = misfits + len(refused), windows + recoded
            rejects.append(refused)
            if misfits > MAX_MISFITS:
                first = int(join_rejects(rejects)["line"].iloc[0])
                raise SourceError(
                    f"{name} has more than {MAX_MISFITS:,} rows that do not fit its header, the "
                    f"first on line {first}: download it again, and do not edit it."
                )
        take(whole)
        line += block.count(b"\n")
        done += len(block)
        told(f"Reading {name}, block by block", done / size)
    notes = (f"Read as Windows-1252: {windows} line(s) that are not UTF-8.",) if windows else ()
    return join_rejects(rejects), notes


def _blocks(path: Path, start: int, name: str) -> Iterator[bytes]:
    """Yield the file behind its header in blocks of whole lines."""
    rest = b""
    with path.open("rb") as file:
        file.seek(start)
        while part := file.read(BLOCK_BYTES):
            cut = part.rfind(b"\n") + 1
            if not cut and len(rest) > MAX_LINE_BYTES:
                raise SourceError(
                    f"{name} has a line of more than {MAX_LINE_BYTES:,} bytes: it is no table of "
                    "companies; download it again."
                )
            if cut:
                yield rest + part[:cut]
                rest = b""
            rest += part[cut:]
    if rest:
        yield rest + b"\n"


def _read_whole(block: bytes, layout: Layout, line: int) -> pl.DataFrame | None:
    """Return the rows of a block in which everything fits, else None."""
    try:
        table = layout.scan(block, skip_lines=0, line=line).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return None
    fits = table.height == block.count(b"\n") and table.select(layout.whole()).to_series().all()
    return table.drop(_BEYOND) if fits else None


def _read_lines(block: bytes, layout: Layout, line: int) -> tuple[pl.DataFrame, pd.DataFrame, int]:
    """Read a block line by line: rows that fit, rows that do not, and how many were recoded."""
    good: list[list[str]] = []
    at: list[int] = []
    bad: list[tuple[int, str, str]] = []
    recoded = 0
    for number, raw in enumerate(block.split(b"\n")[:-1], start=line):
        text = raw.rstrip(b"\r")
        if not text.strip():
            continue
        decoded, windows = _decode(text)
        recoded += windows
        cells, why = _split(decoded, layout.names)
        if why:
            bad.append((number, why, decoded))
        else:
            good.append(cells)
            at.append(number)
    table = pl.DataFrame(
        good, schema=dict.fromkeys(layout.names, pl.String), orient="row"
    ).with_columns(pl.Series(LINE, at, dtype=pl.get_index_type()))
    return table, _refused(bad, len(layout.names)), recoded


def _decode(text: bytes) -> tuple[str, bool]:
    try:
        return text.decode(), False
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace"), True


def _split(text: str, names: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the cells of a line, and why it does not fit, if it does not."""
    try:
        cells = next(csv.reader([text], strict=True))
    except csv.Error:
        return [], "stray quote"
    if len(cells) != len(names):
        return [], "too many fields" if len(cells) > len(names) else "too few fields"
    if tuple(cell.strip() for cell in cells) == names:
        return [], "header again"
    return cells, ""


def _refused(bad: list[tuple[int, str, str]], width: int) -> pd.DataFrame:
    # The row itself is not repeated: a cell of it may name a person.
    tables = [
        make_rejects(
            [line for line, rule, _ in bad if rule == why],
            field="",
            rule=why,
            values=[f"{len(text)} characters" for _, rule, text in bad if rule == why],
            suggestions=f"the header has {width} columns: see that the line has as many cells",
        )
        for why in dict.fromkeys(rule for _, rule, _ in bad)
    ]
    return join_rejects(tables)
