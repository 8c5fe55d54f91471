"""What is told of a load: the counts of its report, corrected where it repeats an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.db.loads import LoadRecord

_NOTHING: Mapping[str, Any] = {
    "layout": "",
    "tables": (),
    "rejected_by_rule": {},
    "set_aside": {},
    "notes": (),
}


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What became of the rows that a load has for one register table.

    Attributes
    ----------
    table
        The register table.
    rows
        How many rows; the sum of the five counts that follow.
    inserted, updated, evidence, unchanged, rejected
        Rows that are new, that were changed, of which only new evidence was kept, of which nothing
        new is said, and that were refused.
    rejected_by_rule
        Refused rows by rule.
    precision
        Rows by precision class, where they stand at a place.
    filled
        Share of rows in which each field is filled, 0 to 1.
    partial
        Rows in which a field is blank.
    """

    table: str
    rows: int
    inserted: int
    updated: int
    evidence: int
    unchanged: int
    rejected: int
    rejected_by_rule: Mapping[str, int]
    precision: Mapping[str, int]
    filled: Mapping[str, float]
    partial: int


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What became of the rows of a file.

    Attributes
    ----------
    loaded, unchanged, rejected
        Rows of the file that said anything new, that said nothing new, and that no table took.
    layout
        Which layout of which public format it has; empty for a file of the register's own.
    rejected_by_rule
        Rows that were refused and listed, by rule.
    set_aside
        Rows that were refused and only counted, by rule, since they are of no concern here.
    tables
        The same by register table; empty for a load of an earlier release.
    notes
        What was said of the file.
    """

    loaded: int
    unchanged: int
    rejected: int
    layout: str = ""
    rejected_by_rule: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[TableCounts, ...] = ()
    notes: tuple[str, ...] = ()


def counts_of(record: LoadRecord) -> LoadCounts:
    """Return what became of the rows of a load."""
    told = _NOTHING if record.report is None else orjson.loads(record.report)
    loaded = record.rows_read - record.rows_unchanged - record.rows_rejected
    # The same file once more keeps the report of the first time, of which only the rejects hold.
    again = record.report is not None and loaded != told["loaded"]
    return LoadCounts(
        loaded=loaded,
        unchanged=record.rows_unchanged,
        rejected=record.rows_rejected,
        layout=told["layout"],
        rejected_by_rule=told["rejected_by_rule"],
        set_aside=told["set_aside"],
        tables=tuple(_table(part, again=again) for part in told["tables"]),
        notes=tuple(told["notes"]),
    )


def _table(told: Mapping[str, Any], *, again: bool) -> TableCounts:
    counts = {name: told[name] for name in ("inserted", "updated", "evidence", "unchanged")}
    if again:
        counts = dict.fromkeys(counts, 0) | {"unchanged": told["rows"] - told["rejected"]}
    names = ("table", "rows", "rejected", "rejected_by_rule", "precision", "filled", "partial")
    return TableCounts(**counts, **{name: told[name] for name in names})
