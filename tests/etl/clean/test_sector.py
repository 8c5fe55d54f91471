"""Sector tags from codes and names."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clean.sector import Scope, tag_sector
from etl.sector import shipped_sector

SECTOR = shipped_sector()


def tag(*rows):
    """Tag companies, each a name and its codes."""
    codes = pd.DataFrame([list(codes) + [""] * (4 - len(codes)) for _, *codes in rows], dtype="str")
    return tag_sector(pd.Series([name for name, *_ in rows], dtype="str"), codes, SECTOR)


def test_a_strong_code_alone_is_of_the_sector_and_says_why():
    [row] = tag(("Example Ltd", "72110 - Research and ...")).to_dict("records")

    assert row == {
        "sic_codes": "72110",
        "segment": "biopharma",
        "segment_weight": 0.9,
        "segment_reason": "72110 (biotechnology research), weight 0.9",
        "scope": "in",
    }


def test_72190_alone_is_weak_evidence():
    [row] = tag(("Example Ltd", "72190")).to_dict("records")

    assert row["scope"] == "weak"
    assert row["segment_reason"].endswith("weight 0.3; 72190 alone is weak evidence")


def test_all_four_codes_count_and_all_are_kept():
    [row] = tag(("Example Ltd", "70100", "56302", "72190", "21200")).to_dict("records")

    assert row["sic_codes"] == "70100;56302;72190;21200"
    assert (row["segment"], row["segment_weight"], row["scope"]) == ("biopharma", 0.9, "in")
    assert "also 72190 (other scientific research) 0.3" in row["segment_reason"]


def test_a_word_of_another_trade_leaves_a_name_out_and_is_named():
    rows = tag(
        ("EXAMPLE DRONE SURVEYS LTD", "72190"),
        ("EXAMPLE CAT FOOD LTD", "72190"),
        ("EXAMPLE SUPPLEMENTS LTD", "21100"),
    )

    assert list(rows["scope"]) == ["out"] * 3
    assert "the name says 'drone', which is of another trade" in rows["segment_reason"][0]


def test_a_strengthening_word_raises_the_weight_and_outvotes_a_word_of_another_trade():
    rows = tag(
        ("EXAMPLE THERAPEUTICS LTD", "72190"),
        ("EXAMPLE BIOTECH SOFTWARE LTD", "72110"),
        ("EXAMPLE GENOMICS LTD", "72110"),
    )

    assert list(rows["segment_weight"]) == [0.55, 1.0, 1.0]
    assert list(rows["scope"]) == ["weak", "weak", "in"]
    assert "the name says 'therapeutics', + 0.25" in rows["segment_reason"][0]


def test_a_word_says_the_segment_only_where_the_code_leaves_it_open():
    rows = tag(
        ("EXAMPLE ENZYMES LTD", "72110"),
        ("EXAMPLE ASSAYS LTD", "72110"),
        ("EXAMPLE ENZYMES LTD", "21200"),
    )

    assert list(rows["segment"]) == ["industrial biotechnology", "contract research", "biopharma"]


def test_no_code_of_the_sector_is_out_whatever_the_name_says():
    rows = tag(("EXAMPLE PHARMA LTD", "56302"), ("EXAMPLE BIO CLUB", "None Supplied"), ("X", ""))

    assert list(rows["scope"]) == [Scope.OUT] * 3
    assert list(rows["segment_weight"]) == [0.0] * 3
    assert rows["segment"].isna().all()
    assert set(rows["segment_reason"]) == {"no industry code of the sector"}


def test_no_companies_is_an_empty_table():
    codes = pd.DataFrame({at: pd.Series([], dtype="str") for at in range(4)})

    assert tag_sector(pd.Series([], dtype="str"), codes, SECTOR).empty


def test_the_index_is_kept_and_the_input_unchanged():
    names = pd.Series(["A", "B"], index=[7, 3], dtype="str")
    codes = pd.DataFrame({"a": ["72110", ""], "b": ["", "72190"]}, index=[7, 3], dtype="str")
    before = codes.copy()

    assert list(tag_sector(names, codes, SECTOR).index) == [7, 3]
    pd.testing.assert_frame_equal(codes, before)


@given(
    st.lists(st.sampled_from(["72110", "72190", "21200", "56302", ""]), min_size=4, max_size=4),
    st.sampled_from(["A LTD", "GENE LTD", "DRONE LTD", "GENE DRONE LTD"]),
)
def test_the_order_of_the_codes_does_not_matter(codes, name):
    forward, backward = tag((name, *codes)).iloc[0], tag((name, *reversed(codes))).iloc[0]

    assert forward["segment_weight"] == backward["segment_weight"]
    assert forward["scope"] == backward["scope"]
    assert 0 <= forward["segment_weight"] <= 1


@pytest.mark.parametrize("text", ["721100", "7211", "x72110"])
def test_only_five_digits_are_a_code(text):
    assert tag(("A", text))["sic_codes"][0] == ""
