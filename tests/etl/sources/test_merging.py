"""One row for many lines, and ids for rows that have none."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.merging import hashed_ids, merged_part, tidy, web_addresses


def frame(rows):
    index = pd.Index(range(2, 2 + len(rows)), name="line", dtype="int64")
    return pd.DataFrame(rows, columns=["venue_id", "name"], index=index, dtype="str")


def test_the_first_line_makes_the_row_and_the_others_say_it_again():
    part = merged_part("venues", frame([("a", "A"), ("b", "B"), ("a", "Z")]), ["venue_id"])

    assert part.cells["name"].tolist() == ["A", "B"]
    assert part.also.to_dict() == {4: 2}
    assert part.lines() == {2, 3, 4}


def test_what_else_a_part_says_is_kept_and_its_input_unchanged():
    rows = frame([("a", "A"), ("a", "A")])
    before = rows.copy()

    part = merged_part("venues", rows, ["venue_id"], scope=("ukprn",), only_referred=True)

    assert (part.scope, part.only_referred) == (("ukprn",), True)
    pd.testing.assert_frame_equal(rows, before)


def test_no_lines_make_no_rows():
    part = merged_part("venues", frame([]), ["venue_id"])

    assert part.cells.empty
    assert part.also.empty
    assert part.lines() == set()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))))
def test_every_line_is_a_row_or_says_a_row_with_its_key(rows):
    table = frame(rows)
    part = merged_part("venues", table, ["venue_id", "name"])

    assert part.lines() == set(table.index)
    assert not part.cells.duplicated().any()
    for line, first in part.also.items():
        assert (table.loc[line] == part.cells.loc[first]).all()


def test_ids_differ_by_source_and_by_what_makes_the_row_and_by_nothing_else():
    names = pd.Series(["Main  Campus", "main campus", "Annexe"])
    codes = pd.Series(["CB1", "cb1", "CB1"])
    ids = hashed_ids("cd", names, codes)

    assert ids[0] == ids[1] != ids[2]
    assert ids.str.fullmatch("cd-[0-9a-f]{16}").all()
    assert set(ids) & set(hashed_ids("fat", names, codes)) == set()
    assert (
        hashed_ids("cd", pd.Series(["ab"]), pd.Series(["c"]))[0]
        != (hashed_ids("cd", pd.Series(["a"]), pd.Series(["bc"]))[0])
    )


def test_blanks_and_line_ends_are_one_blank():
    assert tidy(pd.Series([" Legal  finance\nand law "])).tolist() == ["Legal finance and law"]


def test_an_email_address_is_no_page():
    pages = web_addresses(pd.Series(["https://a.example", "someone@example.org", ""]))

    assert pages.tolist() == ["https://a.example", "", ""]
