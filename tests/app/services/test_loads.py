"""What is told of a load."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from app.db.loads import LoadRecord
from app.services.loads import counts_of

RECORD = LoadRecord(0, "providers", "f", "ab", datetime(2026, 11, 1, tzinfo=UTC), 9, 3, 1, 2, 2)
TABLE = {
    "table": "providers", "rows": 8, "inserted": 3, "updated": 1, "evidence": 1, "unchanged": 2,
    "rejected": 1, "rejected_by_rule": {"choice": 1}, "changed_fields": {"name": 1},
    "precision": {}, "filled": {"name": 1.0}, "partial": 4,
}  # fmt: skip
REPORT = {
    "layout": "public list", "loaded": 5, "tables": [TABLE], "rejected_by_rule": {"choice": 1},
    "set_aside": {"out of scope": 1}, "notes": ["A note."],
}  # fmt: skip


@pytest.fixture
def record():
    return replace(RECORD, report=orjson.dumps(REPORT).decode())


def test_a_load_tells_what_its_report_says(record):
    found = counts_of(record)

    assert (found.loaded, found.unchanged, found.rejected) == (5, 2, 2)
    assert (found.layout, found.notes) == ("public list", ("A note.",))
    assert (found.rejected_by_rule, found.set_aside) == ({"choice": 1}, {"out of scope": 1})
    [part] = found.tables
    assert [part.inserted, part.updated, part.evidence, part.unchanged] == [3, 1, 1, 2]


def test_of_the_same_file_once_more_everything_is_unchanged_but_the_rejects(record):
    found = counts_of(replace(record, rows_inserted=0, rows_updated=0, rows_unchanged=7))

    assert (found.loaded, found.unchanged, found.rejected) == (0, 7, 2)
    [part] = found.tables
    assert [part.inserted, part.updated, part.evidence, part.unchanged] == [0, 0, 0, 7]
    assert (part.rejected, part.rejected_by_rule) == (1, {"choice": 1})


def test_of_an_earlier_release_only_the_counts_of_the_file_are_known():
    found = counts_of(RECORD)

    assert (found.loaded, found.tables, found.layout) == (5, (), "")
