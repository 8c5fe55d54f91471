"""Rejects: rows that were refused, each with its line, field, rule, value and a suggestion."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

REJECT_COLUMNS = ("line", "field", "rule", "value", "suggestion")
MAX_VALUE_LENGTH = 200
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def make_rejects(
    lines: Sequence[int] | pd.Index,
    *,
    field: str,
    rule: str,
    values: Iterable[object],
    suggestions: str | Iterable[str],
) -> pd.DataFrame:
    """Return a table of rejects, one row per line.

    Parameters
    ----------
    lines
        Lines of the file on which the refused rows begin.
    field
        The field that broke the rule; empty where it is the whole row.
    rule
        The rule that was broken, in words.
    values
        The value on each line; a long one is cut short.
    suggestions
        What to do: one text for all, or one per line.
    """
    texts = [suggestions] * len(lines) if isinstance(suggestions, str) else list(suggestions)
    table = pd.DataFrame(
        {
            "line": pd.array(list(lines), dtype="int64"),
            "field": field,
            "rule": rule,
            "value": [_short(value) for value in values],
            "suggestion": texts,
        },
        columns=list(REJECT_COLUMNS),
    )
    return table.astype(dict.fromkeys(REJECT_COLUMNS[1:], "str"))


def join_rejects(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all rejects as one table, sorted by line."""
    empty = make_rejects([], field="", rule="", values=[], suggestions=[])
    joined = pd.concat([empty, *tables], ignore_index=True)
    return joined.sort_values("line", kind="stable", ignore_index=True)


def write_rejects(rejects: pd.DataFrame, path: Path) -> None:
    """Write ``rejects`` as CSV, whole or not at all.

    Cells that a spreadsheet program would run as a formula are defused by an apostrophe.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REJECT_COLUMNS)
    for row in rejects[list(REJECT_COLUMNS)].itertuples(index=False):
        writer.writerow([defused(str(cell)) for cell in row])
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text.getvalue())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def defused(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet program takes it for a formula.

    Examples
    --------
    >>> defused("=1+1")
    "'=1+1"
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _short(value: object) -> str:
    text = "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"
