"""CSV files too large for memory: rows that are wanted, in one pass, with the line of each.

A physical line is a row: a line break inside a cell makes two rows that do not fit, and both are
refused. polars reads the file in one sweep; only if something in it does not fit are its blocks
read one by one, and the lines of a broken block one by one.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import polars as pl

from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.bulk_lines import LINE, Layout, Told, read_blocks

_HEADER_BYTES = 65_536
_HASH_BYTES = 1_000_000
_CONTROL = "\x00"
_KEEP, _WHOLE = "keep this row", "whole row"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a large file.

    Attributes
    ----------
    columns
        Names of the columns to read, without the blanks around them.
    keep
        Which rows to keep.
    pooled
        The column whose values are counted over the whole file, kept or not.
    left_out
        Which rows are not kept for which reason; each row that is not kept has exactly one.
    """

    columns: tuple[str, ...]
    keep: pl.Expr
    pooled: str
    left_out: Mapping[str, pl.Expr]


@dataclass(slots=True)
class Bulk:
    """What was found in a large file.

    Attributes
    ----------
    rows
        The rows that are kept: the columns asked for, as text, empty where a cell is, and ``line``.
    pooled_count
        For each of them, how many rows of the whole file have the same value of ``pooled``.
    read
        How many rows the file has.
    left_out
        How many rows are not kept, by reason.
    rejects
        Rows that do not fit the header.
    sha256
        Of the file, in hexadecimal digits.
    notes
        What is to be said of the file, in sentences.
    """

    rows: pl.DataFrame
    pooled_count: pl.Series
    read: int
    left_out: Mapping[str, int]
    rejects: pd.DataFrame
    sha256: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sieve:
    """Takes tables of rows one after the other and keeps what is wanted of each."""

    wanted: Wanted
    read: int = 0
    kept: list[pl.DataFrame] = field(default_factory=list)
    pools: list[pl.Series] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def take(self, table: pl.DataFrame) -> None:
        """Take rows with the columns of :meth:`columns`."""
        self.read += table.height
        self.pools.append(table[self.wanted.pooled])
        self.kept.append(table.filter(_KEEP).select(LINE, *self.wanted.columns))
        self.left_out.update({why: int(table[why].sum()) for why in self.wanted.left_out})

    def columns(self) -> list[pl.Expr]:
        """Return what is to be read of each row: cells, whether to keep it, and why not."""
        wanted = self.wanted
        return [
            pl.col(LINE, *wanted.columns),
            wanted.keep.alias(_KEEP),
            *(which.alias(why) for why, which in wanted.left_out.items()),
        ]

    def rows(self) -> pl.DataFrame:
        return pl.concat(self.kept).with_columns(pl.col(pl.String).fill_null("").str.strip_chars())

    def counts(self) -> pl.Series:
        """Return how many rows of the file have the pooled value of each row that is kept."""
        pooled = self.wanted.pooled
        asked = pl.concat(self.kept).select(pooled)
        pool = pl.concat(self.pools).alias(pooled).to_frame()
        found = pool.join(asked.unique(), on=pooled, how="semi").group_by(pooled).len()
        joined = asked.join(found, on=pooled, how="left", maintain_order="left")
        return joined["len"].fill_null(0)


def read_bulk(path: Path, *, name: str, wanted: Wanted, told: Told) -> Bulk:
    """Read what is wanted of a large CSV file in UTF-8 (or, line by line, Windows-1252).

    Parameters
    ----------
    path
        The file, separated by commas, its names in the first line.
    name
        Its name for messages.
    wanted
        Columns and rows; every column has to be there.
    told
        Is told the step and the share of the file that was read, 0 to 1.

    Raises
    ------
    SourceError
        If the header is none, a column is missing, or more than ``MAX_MISFITS`` rows do not fit.
    """
    layout = _read_header(path, name, wanted.columns)
    mark = _Fingerprint(path)
    mark.start()
    sieve = _Sieve(wanted)
    fits = _sweep(path, layout, sieve, told, name)
    mark.join()
    notes: tuple[str, ...] = ()
    rejects = join_rejects([])
    if not (fits and sieve.read == mark.lines - 1):
        sieve = _Sieve(wanted)
        rejects, notes = read_blocks(
            path, layout, lambda table: sieve.take(table.select(sieve.columns())), told, name
        )
    if not sieve.read:
        why = "no row that fits its header" if len(rejects) else "a header and no rows"
        raise SourceError(f"{name} has {why}: download it again, and do not edit it.")
    return Bulk(
        rows=sieve.rows(),
        pooled_count=sieve.counts(),
        read=sieve.read + len(rejects),
        left_out=sieve.left_out,
        rejects=rejects,
        sha256=mark.sha256,
        notes=notes,
    )


class _Fingerprint(Thread):
    """Takes the file's SHA-256 and counts its lines while others read it."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._error: OSError | None = None
        self.sha256 = ""
        self.lines = 0

    def run(self) -> None:
        digest = hashlib.sha256()
        buffer = bytearray(_HASH_BYTES)
        view, last = memoryview(buffer), b"\n"
        try:
            with self._path.open("rb") as file:
                while count := file.readinto(buffer):
                    part = view[:count]
                    digest.update(part)
                    self.lines += int(np.count_nonzero(np.frombuffer(part, np.uint8) == ord("\n")))
                    last = bytes(part[-1:])
        except OSError as error:
            self._error = error
        self.lines += last != b"\n"
        self.sha256 = digest.hexdigest()

    def join(self, timeout: float | None = None) -> None:
        super().join(timeout)
        if self._error is not None:
            raise SourceError(f"{self._path} cannot be read ({self._error.strerror}).")


def _read_header(path: Path, name: str, columns: tuple[str, ...]) -> Layout:
    with path.open("rb") as file:
        line = file.readline(_HEADER_BYTES)
    try:
        text = line.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        text = _CONTROL
    if _CONTROL in text:
        raise SourceError(f"{name} is no text in UTF-8: save it as CSV UTF-8.")
    names = tuple(cell.strip() for cell in next(csv.reader([text.rstrip("\r\n")]), []))
    twice = [one for one, count in Counter(names).items() if count > 1]
    if twice:
        raise SourceError(f"{name} has the column {twice[0]!r} more than once: delete one of them.")
    missing = [column for column in columns if column not in names]
    if missing:
        raise SourceError(
            f"{name} lacks the column {missing[0]!r}: download it again, and do not edit it."
        )
    return Layout(names, len(line))


def _sweep(path: Path, layout: Layout, sieve: _Sieve, told: Told, name: str) -> bool:
    """Read the whole file at once; return False, whatever was read, if any row does not fit."""
    size, fits = path.stat().st_size, True
    row_bytes = 0.0

    def take(table: pl.DataFrame) -> bool:
        nonlocal fits, row_bytes
        fits = fits and bool(table[_WHOLE].all())
        if fits:
            sieve.take(table)
            row_bytes = row_bytes or size / max(_rows_in(path, table.height), 1)
            told(f"Reading {name}", min(sieve.read * row_bytes / size, 1.0))
        return not fits

    scan = layout.scan(path, skip_lines=1, line=2)
    try:
        whole = layout.whole().alias(_WHOLE)
        scan.select(*sieve.columns(), whole).sink_batches(take, maintain_order=True)
    except pl.exceptions.PolarsError:
        return False
    return fits


def _rows_in(path: Path, at_least: int) -> float:
    """Estimate how many rows a file has from its beginning."""
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES * 4)
    return max(path.stat().st_size * start.count(b"\n") / len(start), at_least)
