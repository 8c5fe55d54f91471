"""What readers of published lists share: a header found by its names, and cells brought to text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from etl.clean.rows import WITHHELD
from etl.errors import ColumnsError
from etl.rejects import make_rejects
from etl.sources.probe import Container, Head, Probe
from etl.sources.tabular import RawTable, read_table

_DECIMAL_ZERO = r"^(\d+)\.0+$"
_TITLE = r"(?i)^(?:mr|mrs|ms|miss|dr|rev)\b\.?\s+\S"
_CORPORATE = (
    r"(?i)\b(?:ltd|limited|plc|llp|lp|cic|cio|inc|trust|college|school|academy|university|council"
    r"|group|foundation|charity|association|society|centre|company)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table begins: the sheet that holds it, and the row of its header.

    Attributes
    ----------
    sheet
        The sheet of a workbook; None in a text file.
    header_row
        Line or row, from 1, of the column names.
    columns
        The column names as they stand in the file.
    """

    sheet: str | None
    header_row: int
    columns: tuple[str, ...]


def fold(name: str) -> str:
    """Return a column name as names are compared: small letters, single blanks.

    Examples
    --------
    >>> fold(" Last day of  Inspection")
    'last day of inspection'
    """
    return " ".join(name.split()).casefold()


def find_places(probe: Probe, *names: str) -> tuple[Place, ...]:
    """Return every table of a text file or workbook whose header has all ``names``.

    Titles may stand above a header. Case counts not.
    """
    if probe.container not in (Container.TEXT, Container.WORKBOOK):
        return ()
    found = []
    for head in probe.heads:
        at = head.row_with(*names)
        if at is not None:
            found.append(Place(head.part or None, _line(head, at), head.rows[at - 1]))
    return tuple(found)


def _line(head: Head, at: int) -> int:
    """Return the line of row ``at``: in a text, cells above it may hold line breaks."""
    if head.part:
        return at
    return at + sum(cell.count("\n") for row in head.rows[: at - 1] for cell in row)


def read_named(
    path: Path,
    place: Place,
    required: Mapping[str, str],
    optional: Mapping[str, str] | None = None,
) -> RawTable:
    """Read those columns of a table that are named, and no others.

    Parameters
    ----------
    path
        The file.
    place
        Where its table begins.
    required, optional
        The heading of each column by the name that we use for it; case counts not.

    Returns
    -------
    The table with columns of our names, in the order of the mappings; a column that is optional
    and absent is empty.

    Raises
    ------
    ColumnsError
        If a required column is missing, or a column is there twice but for its capitals.
    SourceError
        See :func:`etl.sources.tabular.read_table`.
    """
    given: dict[str, list[str]] = {}
    for column in filter(None, place.columns):
        given.setdefault(fold(column), []).append(column)
    wanted = {**required, **(optional or {})}
    for name, heading in wanted.items():
        columns = given.get(fold(heading), [])
        if not columns and name in required:
            raise ColumnsError(
                f"{path.name} lacks the column {heading!r}; it has "
                f"{', '.join(filter(None, place.columns[:40]))}. Download the file again, or load "
                "it with a mapping."
            )
        if len(set(columns)) > 1:
            raise ColumnsError(
                f"{path.name} has the columns {' and '.join(map(repr, columns))}, which are one: "
                "delete one of them."
            )
    raw = read_table(
        path,
        sheet=place.sheet,
        header_row=place.header_row,
        columns={given[fold(h)][0] for h in wanted.values() if fold(h) in given},
    )
    by_fold = {fold(str(column)): column for column in raw.cells.columns}
    named = {
        name: raw.cells[by_fold[fold(heading)]]
        if fold(heading) in by_fold
        else pd.Series("", index=raw.cells.index, dtype="str")
        for name, heading in wanted.items()
    }
    cells = pd.DataFrame(named, index=raw.cells.index, columns=list(wanted), dtype="str")
    return RawTable(raw.name, raw.sha256, cells, raw.rejects, raw.notes)


def whole_text(texts: pd.Series) -> pd.Series:
    """Return numbers that a workbook has made decimal as they were: 10000055.0 is 10000055."""
    return texts.str.replace(_DECIMAL_ZERO, r"\1", regex=True)


def iso_days(texts: pd.Series, formats: Sequence[str]) -> pd.Series:
    """Return days as ISO text where they are in one of ``formats``, the first that fits.

    Other texts are returned as they are: cleaning refuses them by its rule for days.
    """
    known = {text: _iso_day(text, formats) for text in texts.unique() if text}
    return texts.map(lambda text: known.get(text, "")).astype("str")


def day_in(text: str, pattern: str, day_format: str) -> date | None:
    """Return the day that the first group of ``pattern`` finds in ``text``; None if it is none."""
    found = re.search(pattern, text)
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1), day_format).date()  # noqa: DTZ007
    except ValueError:
        return None


def web_addresses(texts: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Return web addresses, those left out that hold an e-mail address, and a note of how many."""
    personal = texts.str.contains("@", regex=False)
    count = int(personal.sum())
    note = (f"Left out: {count} web address(es) that hold an e-mail address.",) if count else ()
    return texts.mask(personal, ""), note


def refuse(
    cells: pd.DataFrame, broken: pd.Series, *, field: str, rule: str, suggestion: str
) -> pd.DataFrame:
    """Return the rejects of the rows that are ``broken``, with the value of ``field``."""
    at = cells.index[broken]
    values = cells.loc[at, field] if field in cells.columns else [""] * len(at)
    return make_rejects(at, field=field, rule=rule, values=values, suggestions=suggestion)


def refuse_persons(cells: pd.DataFrame, broken: pd.Series) -> pd.DataFrame:
    """Return the rejects of rows that name a person, whose name is not repeated."""
    at = cells.index[broken]
    return make_rejects(
        at,
        field="name",
        rule="personal data",
        values=[WITHHELD] * len(at),
        suggestions="leave the row out: its name is a person's, and only organisations are kept",
    )


def name_persons(names: pd.Series) -> pd.Series:
    """Say which names begin with a person's title and have no word of an organisation."""
    return names.str.contains(_TITLE, regex=True) & ~names.str.contains(_CORPORATE, regex=True)


def with_source(
    cells: pd.DataFrame, *, source: str, licence: str | None = None, as_at: date | None = None
) -> pd.DataFrame:
    """Return ``cells`` with the columns that say where they come from.

    A table whose rows keep no licence is given none; an unknown day makes no column.
    """
    said: dict[str, str] = {"source": source}
    if licence is not None:
        said["licence"] = licence
    if as_at is not None:
        said["as_at"] = as_at.isoformat()
    return cells.assign(**said).astype("str")


def counted(rules: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how many rows each rule sets aside, rules without any left out."""
    totals: dict[str, int] = {}
    for rule, count in rules:
        if count:
            totals[rule] = totals.get(rule, 0) + count
    return totals


def _iso_day(text: str, formats: Sequence[str]) -> str:
    plain = re.sub(r"(?i)\bsept\b", "Sep", text)
    for form in formats:
        try:
            return datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return text
