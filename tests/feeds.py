"""What the tests of readers ask of every one: rows accounted for, and columns in any order."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd

from etl.sources.feed import Feed


def part_of(feed: Feed, table: str) -> pd.DataFrame:
    """Return the one part of ``feed`` for ``table``, without its columns of source."""
    [part] = [part for part in feed.parts if part.table == table]
    return part.cells.drop(columns=["source", "licence", "as_at"], errors="ignore")


def by_id(feed: Feed, table: str, key: str) -> dict[str, dict[str, str]]:
    """Return the rows of a part by their key."""
    cells = part_of(feed, table)
    return {str(row[key]): row for row in cells.to_dict("records")}


def rules(feed: Feed) -> dict[int, tuple[str, str]]:
    """Return field and rule of every reject by line."""
    return {row.line: (row.field, row.rule) for row in feed.rejects.itertuples()}


def assert_accounted(feed: Feed, lines: range) -> None:
    """Check that each of ``lines`` is kept, refused or counted, and no other line is there."""
    kept = set().union(*(part.lines() for part in feed.parts))
    refused = set(feed.rejects["line"])
    assert feed.read == len(lines)
    assert kept | refused <= set(lines)
    assert not kept & refused
    assert len(kept) + len(refused) + sum(feed.set_aside.values()) == len(lines)


def assert_same(one: Feed, other: Feed) -> None:
    """Check that two files say the same."""
    assert [part.table for part in one.parts] == [part.table for part in other.parts]
    for mine, yours in zip(one.parts, other.parts, strict=True):
        pd.testing.assert_frame_equal(mine.cells, yours.cells)
        pd.testing.assert_series_equal(mine.also, yours.also)
    pd.testing.assert_frame_equal(one.rejects, other.rejects)
    assert (one.layout, one.set_aside, one.as_at) == (other.layout, other.set_aside, other.as_at)


def rewritten(path: Path, encoding: str, change) -> Path:
    """Write a file anew, its rows as ``change`` makes them of all rows, in a folder of its own."""
    folder = path.parent / "rewritten"
    folder.mkdir(exist_ok=True)
    made = folder / path.name
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            rows = change([list(row) for row in sheet.iter_rows(values_only=True)])
            sheet.delete_rows(1, sheet.max_row)
            for number, row in enumerate(rows, start=1):
                for column, cell in enumerate(row, start=1):
                    sheet.cell(number, column, cell)
        book.save(made)
    else:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))
        out = io.StringIO(newline="")
        csv.writer(out).writerows(change(rows))
        made.write_bytes(out.getvalue().encode(encoding))
    return made


def _at(rows: list[list[object]], heading: str) -> int | None:
    return next((at for at, row in enumerate(rows) if heading in row), None)


def turned(path: Path, heading: str, encoding: str = "utf-8") -> Path:
    """Write a file anew with its columns in reverse, from the row that has ``heading`` on."""

    def change(rows: list[list[object]]) -> list[list[object]]:
        at = _at(rows, heading)
        if at is None:
            return rows
        width = len(rows[at])
        return [
            row if number < at else [*row, *[None] * (width - len(row))][::-1]
            for number, row in enumerate(rows)
        ]

    return rewritten(path, encoding, change)


def without(path: Path, heading: str, encoding: str = "utf-8") -> Path:
    """Write a file anew without the column ``heading``."""

    def change(rows: list[list[object]]) -> list[list[object]]:
        at = _at(rows, heading)
        if at is None:
            return rows
        gone = rows[at].index(heading)
        return [
            row if number < at else [*row[:gone], *row[gone + 1 :]]
            for number, row in enumerate(rows)
        ]

    return rewritten(path, encoding, change)
