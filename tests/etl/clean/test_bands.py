"""Size bands: two ends, and never a middle."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clean.bands import read_bands


def read(text):
    low, high, unread = read_bands(pd.Series([text], dtype="str")).iloc[0]
    return (None if pd.isna(low) else low, None if pd.isna(high) else high, bool(unread))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5 to 9", 5, 9),
        ("10-19", 10, 19),
        ("10 – 19", 10, 19),
        ("between 50 and 99", 50, 99),
        ("1,000 - 4,999 employees", 1000, 4999),
        ("250+", 250, None),
        ("250 or more", 250, None),
        ("over 250", 251, None),
        (">= 250", 250, None),
        ("Fewer than 5", None, 4),
        ("<5", None, 4),
        ("up to 4", None, 4),
        ("12", 12, 12),
        ("0", 0, 0),
        ("", None, None),
    ],
)
def test_a_band_has_its_two_ends(text, low, high):
    assert read(text) == (low, high, False)


@pytest.mark.parametrize("text", ["suppressed", "9 to 5", "5 to", "-5", "c", "5 to 9 to 12"])
def test_what_is_no_band_is_unknown_and_said_to_be(text):
    assert read(text) == (None, None, True)


def test_missing_is_unknown():
    assert not read_bands(pd.Series([None], dtype="str"))["unread"].any()


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_numbers_come_back_as_they_were_written(low, more):
    assert read(f"{low} to {low + more}") == (low, low + more, False)
    assert read(f"{low:,}-{low + more:,}") == (low, low + more, False)
