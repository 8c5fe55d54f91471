"""Rows and files: what a cell may hold, and how it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import numpy as np

Cell = str | int | float | date | bool | None
Row = dict[str, Cell]

FIRST_DAY = date(2026, 2, 2)
LAST_DAY = date(2026, 11, 1)


def as_csv(
    rows: Iterable[Mapping[str, Cell]], columns: tuple[str, ...], key: tuple[str, ...]
) -> str:
    """Return rows, sorted by their key, as the text of a CSV file; None is a blank cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in sorted(rows, key=lambda row: tuple(str(row[name] or "") for name in key)):
        unknown = set(row) - set(columns)
        if unknown:
            raise KeyError(f"A row has {sorted(unknown)[0]!r}, which is no column.")
        writer.writerow([_text(row.get(name)) for name in columns])
    return stream.getvalue()


def some_day(random: np.random.Generator, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
    """Return a day from ``first`` to ``last``, both included."""
    return first + timedelta(days=int(random.integers((last - first).days + 1)))


def pick(random: np.random.Generator, values: tuple[str, ...]) -> str:
    """Return one of ``values``."""
    return values[int(random.integers(len(values)))]


def chance(random: np.random.Generator, share: float) -> bool:
    """Return True with the probability ``share``."""
    return bool(random.random() < share)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:g}"
    return str(cell)
