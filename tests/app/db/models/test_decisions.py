"""The table of decisions."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.base import Base


def test_a_decision_belongs_to_a_run_that_cannot_be_removed_under_it():
    table = Base.metadata.tables["decisions"]

    [key] = table.foreign_keys
    assert key.target_fullname == "runs.run_id"
    assert key.ondelete is None
    assert isinstance(table.c.document.type, sa.LargeBinary)
    assert [c.name for c in table.columns if c.nullable] == ["withdrawn_at", "withdrawn_reason"]
