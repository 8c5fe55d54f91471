"""References to rows of other tables."""

from __future__ import annotations

import pandas as pd

from etl.clean.references import check_references
from etl.rejects import REJECT_COLUMNS


def make_rows():
    return pd.DataFrame(
        {
            "venue_id": pd.Series(["v1", "v9", "v1"], dtype="str"),
            "programme_code": pd.Series(["lab-l3", "lab-l4", None], dtype="str"),
        }
    ).set_axis(pd.Index([2, 3, 4], name="line"))


def test_the_first_unknown_reference_of_a_row_is_told_with_the_closest():
    rows = make_rows()
    before = rows.copy()

    rejects = check_references(
        rows, {"programme_code": ("programmes", {"lab-l3"}), "venue_id": ("venues", {"v1"})}
    )

    pd.testing.assert_frame_equal(rows, before)
    assert rejects.to_dict("records") == [
        {
            "line": 3,
            "field": "programme_code",
            "rule": "unknown in programmes",
            "value": "lab-l4",
            "suggestion": "load it into programmes first, or write lab-l3 if you mean that",
        }
    ]


def test_an_empty_table_is_to_be_loaded_first():
    rejects = check_references(make_rows(), {"venue_id": ("venues", set())})

    assert set(rejects["suggestion"]) == {"load venues first: it is empty"}
    assert rejects["line"].tolist() == [2, 3, 4]


def test_blank_refers_to_nothing_and_no_rows_give_no_rejects():
    known = {"programme_code": ("programmes", {"lab-l3", "lab-l4"})}

    assert check_references(make_rows(), known).empty
    empty = check_references(make_rows().iloc[:0], known)
    assert list(empty.columns) == list(REJECT_COLUMNS)


def test_a_way_back_is_told_which_end_is_which():
    rows = pd.DataFrame(
        {"from_id": ["v1", "v9"], "to_id": ["s1", "v1"]}, index=pd.Index([2, 3], name="line")
    ).astype("str")

    rejects = check_references(
        rows, {"from_id": ("sites", {"s1"}), "to_id": ("venues", {"v1", "v2"})}
    )

    assert rejects["suggestion"].tolist() == [
        "it stands in venues: from_id takes one of sites, to_id one of venues",
        "load it into sites first",
    ]
