"""The tables of evidence."""

from __future__ import annotations

from app.db.base import HISTORY, Base
from app.db.models import REGISTER_MODELS


def test_a_claim_says_which_load_made_and_which_ended_it():
    table = Base.metadata.tables["claims"]

    targets = {key.parent.name: key.target_fullname for key in table.foreign_keys}
    assert targets == {"load_id": "loads.load_id", "ended_by": "loads.load_id"}
    assert [c.name for c in table.columns if c.nullable] == ["as_at", "ended_by"]


def test_a_source_matches_one_row_with_another_once():
    [rule] = [c for c in Base.metadata.tables["matches"].constraints if len(c.columns) > 1]

    assert rule.columns.keys() == ["table_name", "speaker", "source_row", "row_id"]


def test_every_register_table_has_a_history_of_the_same_columns():
    for model in REGISTER_MODELS:
        table = Base.metadata.tables[model.__tablename__]
        kept = Base.metadata.tables[f"{model.__tablename__}{HISTORY}"]
        assert {c.name for c in kept.columns} == {c.name for c in table.columns} | {"valid_to"}
        assert not kept.foreign_keys
        assert [c.name for c in kept.columns if not c.nullable] == ["fid", "valid_to"]
