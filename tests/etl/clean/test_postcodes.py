"""Postcodes as people write them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.clean.postcodes import NO_SUGGESTION, confusions, parse_postcodes


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


def test_confusions_are_other_valid_postcodes():
    assert confusions("AB1O 1AB") == ["AB10 1AB"]
    assert confusions("SG1 2NY") == []
