"""Loads as they are noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.db.cursors import write_cursor
from app.db.engine import reading, writing
from app.db.errors import BadCursorError, NotFoundError
from app.db.loads import (
    LoadRecord,
    add_load,
    finish_load,
    list_loads,
    read_load,
    read_loads,
)

RECORD = LoadRecord(
    0, "providers", "f.csv", "ab", datetime(2026, 11, 1, tzinfo=UTC), 3, 0, 0, 0, 0,
    speaker="apar", title="A register", licence="OGL v3", strength=4,
    retrieved_on=date(2026, 10, 31), as_at=date(2026, 10, 1),
)  # fmt: skip


def test_a_load_comes_back_as_it_was_noted_and_finished(engine):
    with writing(engine) as connection:
        load_id = add_load(connection, RECORD)
        finish_load(connection, load_id, rows_inserted=2, rows_rejected=1, report="{}")

    with reading(engine) as connection:
        found = read_load(connection, load_id)
        assert list_loads(connection) == [found]
    assert found.load_id == load_id
    assert (found.loaded_at, found.retrieved_on) == (RECORD.loaded_at, RECORD.retrieved_on)
    assert (found.rows_inserted, found.rows_rejected, found.report) == (2, 1, "{}")


def test_a_load_that_was_not_noted_is_not_found(engine):
    missing = pytest.raises(NotFoundError, match="No load has the id '7'")
    with reading(engine) as connection, missing:
        read_load(connection, 7)


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_give_every_load_once_the_newest_first(engine, limit):
    with writing(engine) as connection:
        ids = [add_load(connection, RECORD) for _ in range(3)]
    found, after = [], None
    with reading(engine) as connection:
        while after is not None or not found:
            page, after = read_loads(connection, after=after, limit=limit)
            found += [load.load_id for load in page]

    assert found == ids[::-1]


@pytest.mark.parametrize("number", ["-1", "x", "٣", "2147483648", "99999999999"])
def test_a_cursor_that_names_no_load_is_refused(engine, number):
    with reading(engine) as connection, pytest.raises(BadCursorError):
        read_loads(connection, after=write_cursor([number]), limit=9)


def test_the_fields_of_which_a_file_speaks_are_known_by_table():
    told = replace(RECORD, spoken='{"providers": ["ukprn", "name"]}')

    assert told.spoken_of("providers") == {"ukprn", "name"}
    assert told.spoken_of("venues") == RECORD.spoken_of("providers") == frozenset()
