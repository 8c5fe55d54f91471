"""Rejects: their table, and the file that they are written to."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.rejects import (
    MAX_VALUE_LENGTH,
    REJECT_COLUMNS,
    defused,
    join_rejects,
    make_rejects,
    write_rejects,
)


def make_one(value="x", line=2):
    return make_rejects([line], field="name", rule="rule", values=[value], suggestions="do it")


def test_joined_rejects_are_sorted_by_line_and_never_lack_a_column():
    assert list(join_rejects([]).columns) == list(REJECT_COLUMNS)

    joined = join_rejects([make_one(line=9), make_one(line=3)])

    assert joined["line"].tolist() == [3, 9]
    assert joined.index.tolist() == [0, 1]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_value_is_shown_blank(missing):
    assert make_one(missing)["value"].tolist() == [""]


def test_a_long_value_is_cut_short():
    [value] = make_one("x" * 1_000_000)["value"]

    assert len(value) == MAX_VALUE_LENGTH + 1
    assert value.endswith("…")


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(text):
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert defused(text).endswith(text)


def test_written_rejects_can_be_read_back_and_leave_nothing_else(tmp_path):
    path = tmp_path / "sites.csv.sites.rejects.csv"
    path.write_text("an older one")

    write_rejects(join_rejects([make_one('=HYPERLINK("x")'), make_one("Zoë, \n2", 3)]), path)

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        list(REJECT_COLUMNS),
        ["2", "name", "rule", '\'=HYPERLINK("x")', "do it"],
        ["3", "name", "rule", "Zoë, \n2", "do it"],
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        write_rejects(make_one(), tmp_path / "nowhere" / "x.csv")
