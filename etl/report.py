"""What a load did: counts that must add up, by file and by table, rejects, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from app.db.register import ID_SEPARATOR
from etl.errors import CountError
from etl.rejects import join_rejects

SHOWN_CHANGES = 5
"""So many changed fields are named in the lines of a report; the register's history has all."""


@dataclass(frozen=True, slots=True)
class Distances:
    """How far the given coordinates lie from the postcodes' points.

    Attributes
    ----------
    rows
        How many rows give both.
    median_metres, p90_metres
        Median and 90th percentile of the distance.
    """

    rows: int
    median_metres: float
    p90_metres: float


def no_changes() -> pd.DataFrame:
    """Return the empty table of changed fields."""
    return pd.DataFrame(columns=["row_id", "field", "old", "new"], dtype="str")


@dataclass(frozen=True, slots=True, eq=False)
class TableReport:
    """What became of the rows that a file has for one table; one row may rest on many lines.

    Attributes
    ----------
    table
        The register table.
    rows
        How many rows; the sum of the five counts that follow.
    inserted, updated
        Rows that are new, and rows of which a field changed.
    evidence
        Rows that stay as they are, though the source says something new of them: a stronger
        source says otherwise, or the same.
    unchanged, rejected
        Rows of which nothing new is said, and rows that were refused.
    changes
        The fields that changed: ``row_id``, ``field``, ``old``, ``new``, as text.
    rejected_by_rule
        Refused rows by rule.
    precision
        Rows by precision class, where the table's rows stand at a place.
    filled
        Share of rows, 0 to 1, in which each field of the table is filled.
    partial
        Rows that lack a field which another row of the file fills.
    distances
        How given coordinates agree with postcodes; None where no row gives both.

    Raises
    ------
    CountError
        If the counts do not add up.
    """

    table: str
    rows: int
    inserted: int = 0
    updated: int = 0
    evidence: int = 0
    unchanged: int = 0
    rejected: int = 0
    changes: pd.DataFrame = field(default_factory=no_changes)
    rejected_by_rule: Mapping[str, int] = field(default_factory=dict)
    precision: Mapping[str, int] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)
    partial: int = 0
    distances: Distances | None = None

    def __post_init__(self) -> None:
        kept = self.inserted + self.updated + self.evidence + self.unchanged
        listed = sum(self.rejected_by_rule.values())
        if self.rows != kept + self.rejected or self.rejected != listed:
            raise CountError(
                f"{self.table}: of {self.rows} rows {kept} were kept and {self.rejected} rejected "
                f"({listed} by a rule). Nothing was written; please report this fault."
            )

    @property
    def changed_fields(self) -> dict[str, int]:
        """How many rows changed in each field, the commonest first."""
        return {str(n): int(rows) for n, rows in self.changes["field"].value_counts().items()}

    def lines(self) -> list[str]:
        """Return the report as lines for a terminal."""
        counts = [
            f"{self.inserted} new",
            f"{self.updated} changed",
            *([f"{self.evidence} with new evidence only"] if self.evidence else []),
            f"{self.unchanged} unchanged",
            f"{self.rejected} refused",
        ]
        made = [f"  {self.table}: {self.rows} rows, {', '.join(counts)}."]
        if self.changed_fields:
            told = ", ".join(f"{name} {rows}" for name, rows in self.changed_fields.items())
            made.append(f"    Changed: {told}.")
        made += [
            f"    {_change(row)}" for row in self.changes.head(SHOWN_CHANGES).to_dict("records")
        ]
        if self.partial:
            made.append(f"    Partial, without a field that other rows fill: {self.partial} rows.")
        if self.distances:
            made.append(
                f"    Given coordinates lie {self.distances.median_metres:,.0f} m (median) and "
                f"{self.distances.p90_metres:,.0f} m (90th percentile) from the postcode's point, "
                f"in {self.distances.rows} rows."
            )
        return made

    def document(self) -> dict[str, Any]:
        """Return what is kept of the report with the load."""
        return {
            "table": self.table,
            "rows": self.rows,
            "inserted": self.inserted,
            "updated": self.updated,
            "evidence": self.evidence,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejected_by_rule": dict(self.rejected_by_rule),
            "changed_fields": self.changed_fields,
            "precision": dict(self.precision),
            "filled": {name: round(share, 6) for name, share in self.filled.items()},
            "partial": self.partial,
        }


@dataclass(frozen=True, slots=True, eq=False)
class LoadReport:
    """What became of a file's rows.

    Attributes
    ----------
    file
        The file's name.
    layout
        Which layout of which format it has, in words; empty for a file of the register's own.
    read, loaded, unchanged, rejected
        Rows of the file; the first is the sum of the others. A row is loaded if anything that it
        says was new, unchanged if nothing was, rejected if no table took any of it.
    tables
        What became of the rows of each table.
    rejects
        The rows that were refused and are listed: ``line``, ``field``, ``rule``, ``value``,
        ``suggestion``. A row may be refused by one table and taken by another.
    rejected_by_rule, set_aside
        Rejected rows by rule, which together are all of them: those that are listed, or say again
        what a listed one says, and those that are only counted, since they are of no concern here.
    load_id
        Id of the load; 0 before it is noted.
    rejects_file
        Where the rejects were written; None if there are none, or no folder could be written.
    notes
        What is to be said of the file, in sentences.

    Raises
    ------
    CountError
        If the counts do not add up.
    """

    file: str
    read: int
    loaded: int
    unchanged: int
    rejected: int
    tables: tuple[TableReport, ...]
    rejects: pd.DataFrame = field(default_factory=lambda: join_rejects([]))
    rejected_by_rule: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    layout: str = ""
    load_id: int = 0
    rejects_file: Path | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        by_rule = sum(self.rejected_by_rule.values()) + sum(self.set_aside.values())
        if self.read != self.loaded + self.unchanged + self.rejected or self.rejected != by_rule:
            raise CountError(
                f"{self.file}: {self.read} rows were read, but {self.loaded} were loaded, "
                f"{self.unchanged} unchanged and {self.rejected} rejected ({by_rule} by a rule). "
                "Nothing was written; please report this fault."
            )

    @property
    def table(self) -> str:
        """Names of the tables."""
        return ", ".join(part.table for part in self.tables)

    @property
    def inserted(self) -> int:
        """Rows that are new in a table."""
        return sum(part.inserted for part in self.tables)

    @property
    def updated(self) -> int:
        """Rows of a table of which a field changed."""
        return sum(part.updated for part in self.tables)

    def lines(self) -> list[str]:
        """Return the report as lines for a terminal."""
        counts = (
            f"{self.file}: read {self.read}, loaded {self.loaded}, unchanged {self.unchanged}, "
            f"rejected {self.rejected}."
        )
        made = [counts]
        if self.layout:
            made.append(f"  It is {self.layout}.")
        for part in self.tables:
            made += part.lines()
        made += [f"  Rejected, {rule}: {rows}." for rule, rows in self.rejected_by_rule.items()]
        made += [f"  Left aside, {rule}: {rows}." for rule, rows in self.set_aside.items()]
        if self.rejects_file:
            made.append(f"  The rejected rows are in {self.rejects_file}.")
        if self.load_id:
            made.append(f"  To undo it: skillshed undo {self.load_id}")
        return made + [f"  {note}" for note in self.notes]

    def document(self) -> dict[str, Any]:
        """Return what is kept of the report with the load."""
        return {
            "layout": self.layout,
            "loaded": self.loaded,
            "tables": [part.document() for part in self.tables],
            "rejected_by_rule": dict(self.rejected_by_rule),
            "set_aside": dict(self.set_aside),
            "notes": list(self.notes),
        }


def summarise(offsets_metres: pd.Series) -> Distances | None:
    """Return the median and the 90th percentile of ``offsets_metres``; None if there are none."""
    metres = offsets_metres.dropna().to_numpy(float)
    if not len(metres):
        return None
    return Distances(
        rows=len(metres),
        median_metres=float(np.median(metres)),
        p90_metres=float(np.percentile(metres, 90)),
    )


def _change(cell: Mapping[Any, Any]) -> str:
    old, new = (
        "blank" if value is None or pd.isna(value) else str(value)
        for value in (cell["old"], cell["new"])
    )
    return f"{str(cell['row_id']).replace(ID_SEPARATOR, ' | ')}: {cell['field']} {old} → {new}"
