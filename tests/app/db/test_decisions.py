"""Decisions in the database: stored once, found again, marked and never changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.db.decisions import (
    DecisionRecord,
    list_decisions,
    mark_withdrawn,
    read_decision,
    store_decision,
)
from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.runs import store_run

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DOCUMENT = bytes(range(256))


@pytest.fixture
def record(engine, small_run_parts):
    run, tables, layers = small_run_parts
    kept = DecisionRecord("d-1", run.run_id, NOW, DOCUMENT, None, None)
    with writing(engine) as connection:
        store_run(connection, run, tables, layers)
        store_decision(connection, kept)
    return kept


def test_a_decision_is_found_as_it_was_stored(engine, record):
    with reading(engine) as connection:
        assert read_decision(connection, "d-1") == record
        assert list_decisions(connection) == [record]
        with pytest.raises(NotFoundError, match="d-2"):
            read_decision(connection, "d-2")


def test_storing_it_again_or_withdrawing_it_leaves_the_document(engine, record):
    with writing(engine) as connection:
        store_decision(connection, DecisionRecord("d-1", record.run_id, NOW, b"x", None, None))
        mark_withdrawn(connection, "d-1", reason="closed", at=NOW)
        kept = read_decision(connection, "d-1")

    assert (kept.document, kept.withdrawn_reason, kept.withdrawn_at) == (DOCUMENT, "closed", NOW)
