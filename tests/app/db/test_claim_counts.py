"""Counts over claims, of a register whose claims can be counted by eye, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pandas as pd
import pytest

from app.db.claim_counts import count_claims, count_pairs, count_rows_by_fields, differing_claims
from app.db.claims import add_claims, end_claims, read_claims
from app.db.engine import writing
from app.db.loads import LoadRecord, add_load

RECORD = LoadRecord(0, "providers", "f", "ab", datetime(2026, 11, 1, tzinfo=UTC), 0, 0, 0, 0, 0)


def said(*claims):
    rows = [(r, f, v, "S", row, day) for r, f, v, row, day in claims]
    columns = ["row_id", "field", "value", "source", "source_row", "as_at"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def connection(engine):
    """Lend a register in which a, b and c speak; one claim of b has been ended."""
    january, may = date(2026, 1, 1), date(2026, 5, 1)
    with writing(engine) as connection:
        a, b, c = (add_load(connection, replace(RECORD, speaker=name)) for name in "abc")
        add_claims(connection, "providers", said(
            ("1", "name", "A", "1", january), ("1", "website", "w", "1", None),
            ("2", "name", "B", "2", may), ("2", "source", "a", "2", None),
        ), load_id=a)  # fmt: skip
        add_claims(connection, "providers", said(
            ("1", "name", "A", "1", None), ("2", "name", "X", "2", None),
            ("2", "source", "b", "2", None), ("1", "website", "other", "1", None),
        ), load_id=b)  # fmt: skip
        # Two rows of c are the same row of the register.
        add_claims(connection, "providers", said(
            ("1", "name", "A1", "p", None), ("1", "name", "A2", "q", None),
        ), load_id=c)  # fmt: skip
        add_claims(connection, "venues", said(("1", "name", "V", "1", None)), load_id=a)
        claims = read_claims(connection, "providers", speaker="b")
        ended = claims.loc[claims["value"] == "other", "claim_id"].tolist()
        end_claims(connection, ended, load_id=c)
        yield connection


def test_fields_are_counted_by_source_with_their_days(connection):
    found = count_claims(connection)

    assert found.to_numpy().tolist() == [
        ["a", "providers", "name", 2, date(2026, 1, 1), date(2026, 5, 1)],
        ["a", "providers", "source", 1, None, None],
        ["a", "providers", "website", 1, None, None],
        ["a", "venues", "name", 1, None, None],
        ["b", "providers", "name", 2, None, None],
        ["b", "providers", "source", 1, None, None],
        ["c", "providers", "name", 1, None, None],
    ]


def test_rows_are_counted_by_how_many_fields_they_fill(connection):
    assert count_rows_by_fields(connection).to_numpy().tolist() == [
        ["a", "providers", 2, 2],
        ["a", "venues", 1, 1],
        ["b", "providers", 1, 1],
        ["b", "providers", 2, 1],
        ["c", "providers", 1, 1],
    ]


def test_rows_of_which_two_speak_are_counted_once_a_pair(connection):
    assert count_pairs(connection, without=["source"]).to_numpy().tolist() == [
        ["providers", "name", "a", "b", 2],
        ["providers", "name", "a", "c", 1],
        ["providers", "name", "b", "c", 1],
    ]
    assert "source" in set(count_pairs(connection, without=[])["field"])


def test_claims_that_differ_are_told_with_both_values(connection):
    found = differing_claims(connection, without=["source"])

    names = ["one", "other", "row_id", "value_one", "value_other"]
    assert found[names].to_numpy().tolist() == [
        ["a", "b", "2", "B", "X"],
        ["a", "c", "1", "A", "A1"],
        ["a", "c", "1", "A", "A2"],
        ["b", "c", "1", "A", "A1"],
        ["b", "c", "1", "A", "A2"],
    ]
    claims = read_claims(connection, "providers").set_index("claim_id")["value"]
    assert claims.loc[found["claim_one"]].tolist() == found["value_one"].tolist()
    assert claims.loc[found["claim_other"]].tolist() == found["value_other"].tolist()


def test_more_sources_than_one_number_tells_are_told_apart(engine):
    names = [f"s{number:03}" for number in range(130)]
    with writing(engine) as connection:
        for name in names:
            load_id = add_load(connection, replace(RECORD, speaker=name))
            claims = said(("1", "name", "A" if name == "s000" else "B", "1", None))
            add_claims(connection, "providers", claims, load_id=load_id)
        pairs = count_pairs(connection, without=[])
        differing = differing_claims(connection, without=[])

    assert list(zip(pairs["one"], pairs["other"], strict=True)) == list(combinations(names, 2))
    assert set(pairs["rows"]) == {1}
    assert differing["one"].tolist() == ["s000"] * 129
    assert differing["other"].tolist() == names[1:]


def test_where_nobody_speaks_nothing_is_counted(engine):
    with writing(engine) as connection:
        for found in (
            count_claims(connection),
            count_rows_by_fields(connection),
            count_pairs(connection, without=["source"]),
            differing_claims(connection, without=["source"]),
        ):
            assert found.empty
