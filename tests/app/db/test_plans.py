"""Plans in the database: stored, replaced under the same id, removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.db.engine import writing
from app.db.errors import NotFoundError
from app.db.plans import PlanRecord, find_plan, list_plans, read_plan, remove_plan, store_plan
from app.db.runs import store_run

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_plan_goes_its_way(engine, small_run_parts):
    run, tables, layers = small_run_parts
    kept = PlanRecord("one", run.run_id, NOW, bytes(range(256)))
    with writing(engine) as connection:
        store_run(connection, run, tables, layers)
        store_plan(connection, kept)
        assert read_plan(connection, "one") == kept
        again = replace(kept, document=b"x")
        store_plan(connection, again)
        assert list_plans(connection) == [again]
        remove_plan(connection, "one")
        assert find_plan(connection, "one") is None
        for act in (read_plan, remove_plan):
            with pytest.raises(NotFoundError, match="one"):
                act(connection, "one")
