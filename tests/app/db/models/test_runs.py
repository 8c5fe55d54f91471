"""Tables of runs: whatever belongs to a run goes with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.db.base import Base

PARTS = ("run_coverage", "run_clusters", "run_cluster_sites", "run_rankings", "run_layers")


@pytest.mark.parametrize("name", PARTS)
def test_every_part_belongs_to_a_run(name):
    table = Base.metadata.tables[name]
    [key] = table.foreign_keys

    assert (key.parent.name, key.target_fullname, key.ondelete) == (
        "run_id",
        "runs.run_id",
        "CASCADE",
    )


def test_moments_are_stored_with_their_zone():
    for name in ("loads.loaded_at", "runs.finished_at"):
        table, column = name.split(".")
        kind = Base.metadata.tables[table].c[column].type
        assert isinstance(kind, sa.types.TypeDecorator)
        assert kind.impl_instance.timezone
