"""Postcodes as people write them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uk_postcodes_parsing.postcode_utils import is_valid

from etl.clean.postcodes import (
    NO_SUGGESTION,
    confusions,
    parse_postcodes,
    partial_postcode,
    repairs,
)


def parse(text):
    return parse_postcodes(pd.Series([text], dtype="str")).iloc[0]


@pytest.mark.parametrize("text", ["SG1 2NY", "sg12ny", " Sg1  2nY ", "SG1\u00a02NY", "S G 1 2 N Y"])
def test_case_and_spacing_are_normalised(text):
    row = parse(text)

    assert row["postcode"] == "SG1 2NY"
    assert not row["broken"]
    assert row["suggestion"] == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("B11AA", "B1 1AA"), ("EC1A1BB", "EC1A 1BB"), ("npt1ju", "NPT 1JU"), ("W1A 0AX", "W1A 0AX")],
)
def test_every_pattern_is_read(text, expected):
    assert parse(text)["postcode"] == expected


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("0X1 2JD", "OX1 2JD"),
        ("CF24 ODE", "CF24 0DE"),
        ("SGI 2NY", "SG1 2NY"),
        ("SG1-2NY", "SG1 2NY"),
        ("Stevenage SG1 2NY, UK", "SG1 2NY"),
        ("nan", NO_SUGGESTION),
        ("SG1", NO_SUGGESTION),
        ("SG1 \uff12NY", NO_SUGGESTION),
    ],
)
def test_broken_ones_are_refused_with_a_suggestion(text, suggestion):
    row = parse(text)

    assert row["broken"]
    assert pd.isna(row["postcode"])
    assert row["suggestion"] == suggestion


@pytest.mark.parametrize("text", [None, "", "  "])
def test_blank_is_not_broken(text):
    row = parse(text)

    assert pd.isna(row["postcode"])
    assert not row["broken"]


def test_empty_table_and_unchanged_input():
    texts = pd.Series(["sg12ny", None], index=[7, 9], dtype="str")
    before = texts.copy()

    table = parse_postcodes(texts)

    pd.testing.assert_series_equal(texts, before)
    assert table.index.tolist() == [7, 9]
    assert list(parse_postcodes(texts.iloc[:0]).columns) == ["postcode", "broken", "suggestion"]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_postcode_blank_or_broken(text):
    row = parse(text)

    assert row["broken"] == (pd.isna(row["postcode"]) and bool(text.strip()))
    assert bool(row["suggestion"]) == row["broken"]


def plain(text):
    """Read one postcode as it is defined."""
    bare = "".join(text.upper().split())
    newport = re.fullmatch("NPT[0-9][A-Z]{2}", bare)
    known = newport or (bare.isascii() and is_valid(bare))
    return f"{bare[:-3]} {bare[-3:]}" if known else None


NEAR = st.text(alphabet="ABSG012oOiI\u0131ß \t\u00a0\x1c\n-\uff11", max_size=9)
WRITTEN = st.from_regex(r"([A-Za-z]{1,2}[0-9][0-9A-Za-z]?|NPT)\s*[0-9][A-Za-z]{2}", fullmatch=True)


@given(st.lists(st.none() | st.text(max_size=10) | NEAR | WRITTEN, max_size=8))
def test_many_at_once_are_read_as_each_alone(texts):
    table = parse_postcodes(pd.Series(texts, dtype="str"))

    expected = [None if text is None else plain(text) for text in texts]
    assert [None if pd.isna(found) else found for found in table["postcode"]] == expected
    for text, row in zip(texts, table.to_dict("records"), strict=True):
        alone = parse(text).to_dict()
        assert (row["broken"], row["suggestion"]) == (alone["broken"], alone["suggestion"])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("sg1", ("district", "SG1 1AA")),
        (" EC1A ", ("district", "EC1A 1AA")),
        ("SG1  2", ("sector", "SG1 2AA")),
        ("SG12", ("district", "SG12 1AA")),
        ("SG1 2NY", None),
        ("Stevenage", None),
        ("SG\uff11", None),
        ("", None),
    ],
)
def test_a_part_of_a_postcode_is_told(text, part):
    assert partial_postcode(text) == part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CF24 ODE", ["CF24 0DE"]),
        ("S0I 1AA", ["S01 1AA", "S0I 1AA", "SO1 1AA"]),
        ("SG1-2NY", ["SG1 2NY"]),
        ("Unit 1, SG1 2NY or SG1 3AA", ["SG1 2NY", "SG1 3AA"]),
        ("rubbish", []),
        ("", []),
    ],
)
def test_repairs_are_all_that_a_text_may_stand_for(text, expected):
    assert repairs(text) == expected


def test_confusions_are_other_valid_postcodes():
    assert confusions("AB1O 1AB") == ["AB10 1AB"]
    assert confusions("SG1 2NY") == []
