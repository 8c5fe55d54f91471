"""Cells gathered column by column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.rejects import REJECT_COLUMNS
from etl.sources import columns
from etl.sources.columns import Columns


def make(rows, *, names=("a", "b"), kept=(0, 1), nameless=()):
    made = Columns(names, kept, set(nameless), file="file.csv")
    for line, row in enumerate(rows, start=2):
        made.add(line, list(row))
    return made


def test_only_the_kept_columns_are_there_stripped_and_by_line():
    made = make([(" 1 ", "x"), ("2", " y")], kept=(1,))

    table = made.table()

    assert table.to_dict("index") == {2: {"b": "x"}, 3: {"b": "y"}}
    assert table.index.name == "line"
    assert made.rejects().columns.tolist() == list(REJECT_COLUMNS)


def test_without_rows_the_table_has_its_columns():
    table = make([]).table()

    assert list(table.columns) == ["a", "b"]
    assert set(table.dtypes.astype(str)) == {"str"}
    assert table.empty


def test_columns_without_name_are_left_out_only_if_they_hold_nothing():
    made = make([("1", "", "x"), ("2", " ", "")], names="abc", kept=(0, 1, 2), nameless={1, 2})

    assert list(made.table().columns) == ["a", "c"]
    assert made.notes() == ("Left out: 1 column(s) with neither name nor value.",)


def test_a_row_with_the_error_of_a_formula_is_refused_once_by_its_first():
    made = make([("1", "#REF!"), ("#N/A", "#REF!"), ("2", "x"), ("#REF! is text", "y")])

    assert made.table().index.tolist() == [4, 5]
    assert made.rejects()[["line", "field", "rule", "value"]].to_numpy().tolist() == [
        [2, "b", "formula without a value", "#REF!"],
        [3, "a", "formula without a value", "#N/A"],
    ]


def test_refused_rows_are_sorted_by_line():
    made = make([])
    made.refuse(9, "b", "rule", "v", "advice")
    made.refuse(4, "", "other", "w", "advice")

    assert made.rejects()["line"].tolist() == [4, 9]


def test_more_than_the_memory_holds_is_refused(monkeypatch):
    monkeypatch.setattr(columns, "MAX_CELLS", 5)
    with pytest.raises(SourceError, match=r"more than 5 cells: load it in parts"):
        make([("1", "2")] * 3).table()
    monkeypatch.setattr(columns, "MAX_REFUSED", 1)
    made = make([])
    made.refuse(2, "", "rule", "", "")
    with pytest.raises(SourceError, match=r"more than 1 rows .* such as line 3 \(rule\)"):
        made.refuse(3, "", "rule", "", "")


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=30))
def test_every_row_is_kept_or_refused_whatever_the_batch(rows):
    before = columns._BATCH_ROWS
    columns._BATCH_ROWS = 3
    try:
        made = make(rows)
        table = made.table()
    finally:
        columns._BATCH_ROWS = before

    assert len(table) + len(made.rejects()) == len(rows)
    assert [tuple(row) for row in table.to_numpy()] == [(a.strip(), b.strip()) for a, b in rows]
