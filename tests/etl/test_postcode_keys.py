"""Keys of postcodes: the quick way says what the plain definition does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.postcode_keys import DISTRICT_BITS, UNIT_BITS, as_texts, postcode_keys


def plain_key(postcode):
    """Make one key as it is defined, a postcode at a time."""
    if not isinstance(postcode, str):
        return 0
    text = postcode.replace(" ", "")
    if not 5 <= len(text) <= 7 or not text.isascii():
        return 0
    return int.from_bytes(f"{text[:-3]:<4}{text[-3:]}".encode("ascii").ljust(8, b"\0"), "big")


CHARACTERS = st.characters(exclude_characters="\0")
WRITTEN = st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]? {0,2}[0-9][A-Z]{2}", fullmatch=True)
ODD = st.text(alphabet="AB1 é", max_size=10) | st.text(CHARACTERS, max_size=9)
ANY = st.none() | st.integers() | st.floats() | ODD | WRITTEN


@given(st.lists(ANY, max_size=12))
@example(["B1 1AAX", "B1 1AA", "CB2 0AAX", "EC1A 1BBX", "E 1A1BB", "A 1 1AA", "AAAA AAAA"])
@example(["SG1 2NY", "\ud800bcde", "é1 1AA", 12345, float("nan"), None])
def test_many_keys_at_once_are_those_of_the_definition(postcodes):
    expected = [plain_key(postcode) for postcode in postcodes]

    assert postcode_keys(postcodes).tolist() == expected
    assert postcode_keys(np.array([*postcodes, None], dtype=object)).tolist() == [*expected, 0]


@given(st.lists(WRITTEN | st.none(), max_size=12))
def test_a_column_of_text_has_the_same_keys(postcodes):
    column = pd.Series(postcodes, dtype="str")

    assert postcode_keys(column).tolist() == [plain_key(postcode) for postcode in postcodes]


@given(WRITTEN, WRITTEN)
def test_keys_sort_as_the_padded_text_does(first, second):
    padded = [f"{p.replace(' ', '')[:-3]:<4}{p[-3:]}" for p in (first, second)]
    keys = postcode_keys([first, second])

    assert (keys[0] < keys[1]) == (padded[0] < padded[1])


def test_sector_and_district_are_the_first_bytes():
    [key] = postcode_keys(["SG1 2NY"])

    assert int(key >> UNIT_BITS).to_bytes(5, "big") == b"SG1 2"
    assert int(key >> DISTRICT_BITS).to_bytes(4, "big") == b"SG1 "


@pytest.mark.parametrize("postcodes", [[], pd.Series([], dtype="str"), iter([])])
def test_no_postcode_has_no_key(postcodes):
    assert postcode_keys(postcodes).tolist() == []


def test_what_is_no_text_or_half_a_character_is_missing():
    assert as_texts(["SG1", None, 7, "\ud800"]).to_list() == ["SG1", None, None, None]
    assert postcode_keys(["SG1 2NY", "\ud800bcde"]).tolist() == [plain_key("SG1 2NY"), 0]
