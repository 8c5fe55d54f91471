"""Claims as they are stored, ended and found again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from app.db.claims import (
    add_claims,
    end_claims,
    move_claims,
    read_claims,
    remove_claims,
    set_ended_by,
    source_rows,
    tables_of_load,
)
from app.db.engine import reading, writing
from app.db.loads import LoadRecord, add_load

RECORD = LoadRecord(
    0, "providers", "f.csv", "ab", datetime(2026, 11, 1, tzinfo=UTC), 3, 0, 0, 0, 0,
    speaker="apar", title="A register", licence="OGL v3", strength=4,
    retrieved_on=date(2026, 10, 31),
)  # fmt: skip


def claims(*said):
    rows = [
        {"row_id": row, "source_row": row, "field": field, "value": value, "source": "S",
         "as_at": day}
        for row, field, value, day in said
    ]  # fmt: skip
    return pd.DataFrame(rows)


SAID = claims(
    ("1", "name", "Å'B", date(2026, 1, 2)), ("1", "website", "w", None), ("2", "name", "C", None)
)


@pytest.fixture
def loads(engine):
    """Return the ids of two loads, the first of which has claims."""
    with writing(engine) as connection:
        first, second = (add_load(connection, RECORD) for _ in range(2))
        add_claims(connection, "providers", SAID, load_id=first)
    return first, second


def test_claims_come_back_with_what_is_known_of_their_load(engine, loads):
    with reading(engine) as connection:
        found = read_claims(connection, "providers")

    pd.testing.assert_frame_equal(found[SAID.columns], SAID, check_dtype=False)
    assert found["as_at"].tolist() == [date(2026, 1, 2), None, None]
    assert set(found["speaker"]) == {"apar"}
    assert set(found["retrieved_on"]) == {date(2026, 10, 31)}
    assert found["ended_by"].isna().all()


def test_they_are_found_by_row_source_and_load(engine, loads):
    with reading(engine) as connection:
        assert len(read_claims(connection, "providers", row_ids=["2", "none"])) == 1
        assert len(read_claims(connection, "providers", row_ids=[])) == 0
        assert len(read_claims(connection, "providers", speaker="another")) == 0
        assert len(read_claims(connection, "providers", load_id=loads[0])) == 3
        assert len(read_claims(connection, "providers", load_id=loads[1])) == 0
        assert read_claims(connection, "venues").columns.tolist()[0] == "claim_id"


def test_more_rows_than_one_statement_takes_are_found(engine, loads):
    many = [str(number) for number in range(3, 1300)]
    with writing(engine) as connection:
        more = claims(*((row, "name", row, None) for row in many))
        add_claims(connection, "providers", more, load_id=loads[1])
        found = read_claims(connection, "providers", row_ids=many)

    assert found["row_id"].tolist() == many


def test_an_ended_claim_stands_no_longer_and_can_stand_again(engine, loads):
    with writing(engine) as connection:
        first = read_claims(connection, "providers")["claim_id"].tolist()[0]
        end_claims(connection, [first], load_id=loads[1])
        assert first not in read_claims(connection, "providers")["claim_id"].tolist()
        everything = read_claims(connection, "providers", ended="all").set_index("claim_id")
        assert everything.loc[first, "ended_by"] == loads[1]
        assert tables_of_load(connection, loads[1]) == ["providers"]
        set_ended_by(connection, {first: None})
        assert first in read_claims(connection, "providers")["claim_id"].tolist()


def test_the_claims_of_a_load_are_removed_and_no_others(engine, loads):
    with writing(engine) as connection:
        add_claims(connection, "providers", SAID.iloc[:1], load_id=loads[1])
        remove_claims(connection, load_id=loads[0])
        assert read_claims(connection, "providers")["load_id"].tolist() == [loads[1]]


def test_no_claims_are_no_statement(engine, loads):
    with writing(engine) as connection:
        add_claims(connection, "providers", SAID.iloc[:0], load_id=loads[1])
        end_claims(connection, [], load_id=loads[1])
        assert len(read_claims(connection, "providers")) == 3


def test_claims_of_a_source_row_move_to_another_row_and_no_others_do(engine, loads):
    moved = pd.DataFrame([{"row_id": "1", "source_row": "1", "then": "9"}])
    with writing(engine) as connection:
        move_claims(connection, "providers", moved)
        move_claims(connection, "venues", moved.assign(row_id="2", source_row="2"))
        move_claims(connection, "providers", moved.iloc[:0])

    with reading(engine) as connection:
        told = source_rows(connection, "providers")
        claims_of_9 = read_claims(connection, "providers", row_ids=["9"])
    assert list(told.itertuples(index=False, name=None)) == [("2", "2"), ("9", "1")]
    assert set(claims_of_9["source_row"]) == {"1"}
    assert len(claims_of_9) == 2
