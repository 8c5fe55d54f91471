"""Where two sources say different things."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from app.db.claims import add_claims
from app.db.engine import reading, writing
from app.db.loads import LoadRecord, add_load
from app.services.disagreements import EXAMPLES, Example, find_disagreements

RECORD = LoadRecord(0, "providers", "f", "ab", datetime(2026, 11, 1, tzinfo=UTC), 0, 0, 0, 0, 0)


def add(connection, speaker, strength, table, said):
    load_id = add_load(connection, replace(RECORD, speaker=speaker, strength=strength))
    rows = [(row, field, value, speaker, row, None) for row, field, value in said]
    columns = ["row_id", "field", "value", "source", "source_row", "as_at"]
    add_claims(connection, table, pd.DataFrame(rows, columns=columns), load_id=load_id)


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def test_sources_of_real_loads_are_compared_field_by_field(loaded):
    with reading(loaded.engine) as connection:
        found = find_disagreements(connection)

    told = [
        (d.table, d.field, d.one, d.other, d.rows, d.differ, d.written_alike) for d in found.found
    ]
    assert told == [
        ("providers", "name", "apar", "own", 2, 2, 1),
        ("sites", "employees", "members", "own", 3, 2, 0),
        ("sites", "employer", "members", "own", 3, 2, 0),
    ]
    # Names and nations of two providers, and the keys of both; of three sites key and two fields.
    assert (found.compared, found.differ) == (15, 6)
    assert [e.row_id for d in found.found[1:] for e in d.examples] == ["PLAIN", "PLAIN"]


def test_who_counts_is_told_and_neither_where_a_third_does(connection):
    add(connection, "a", 2, "providers", [("1", "name", "A"), ("2", "name", "A")])
    add(connection, "b", 4, "providers", [("1", "name", "B"), ("2", "name", "B")])
    add(connection, "c", 5, "providers", [("2", "name", "C")])

    pairs = {(d.one, d.other): d.examples for d in find_disagreements(connection).found}

    assert pairs["a", "b"] == (Example("1", "A", "B", "b"), Example("2", "A", "B", None))
    assert pairs["a", "c"] == (Example("2", "A", "C", "c"),)


@pytest.mark.parametrize(
    ("field", "one", "other", "alike"),
    [
        ("name", "SAMPLE, JONES & CO", "Sample Jones & Co.", 1),
        ("name", "Café", "CAFÉ", 1),
        ("name", "Sample", "Simple", 0),
        # Of numbers and days the point and the hyphen mean something.
        ("employer_stars", "1.5", "15", 0),
        ("inspection_date", "2026-01-01", "20260101", 0),
    ],
)
def test_texts_may_be_written_alike_and_numbers_never_are(connection, field, one, other, alike):
    add(connection, "a", 4, "providers", [("1", field, one)])
    add(connection, "b", 4, "providers", [("1", field, other)])

    [found] = find_disagreements(connection).found

    assert (found.differ, found.written_alike) == (1, alike)


def test_whose_word_a_row_is_is_no_disagreement_and_agreeing_is_none(connection):
    for speaker in "ab":
        said = [("1", "name", "A"), *(("1", f, speaker) for f in ("source", "licence", "as_at"))]
        add(connection, speaker, 4, "providers", said)

    found = find_disagreements(connection)

    assert (found.compared, found.differ, found.found) == (1, 0, ())


def test_so_many_examples_are_shown_the_first_by_id_and_each_row_counts_once(connection):
    rows = [f"{number:02}" for number in range(9, 0, -1)]
    add(connection, "a", 4, "providers", [(row, "name", "A") for row in rows])
    add(connection, "b", 4, "providers", [(row, "name", "B") for row in rows])

    [found] = find_disagreements(connection).found

    assert (found.rows, found.differ) == (9, 9)
    assert [one.row_id for one in found.examples] == ["01", "02", "03"][:EXAMPLES]


def test_where_nothing_was_loaded_nothing_differs(connection):
    found = find_disagreements(connection)

    assert (found.compared, found.differ, found.found) == (0, 0, ())
