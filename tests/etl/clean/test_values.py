"""Values, one rule per kind of field."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.fields import Field, Kind
from etl.clean.values import read_values

SHARE = Field(Kind.NUMBER, "Share", low=0, high=1)
NUMBER = Field(Kind.NUMBER, "Number")
PLACES = Field(Kind.NUMBER, "Places", low=0)
LEVEL = Field(Kind.WHOLE, "Level", low=0, high=8)
COUNT = Field(Kind.WHOLE, "Count", low=0)
FLAG = Field(Kind.FLAG, "Flag")
DAY = Field(Kind.DATE, "Day")
MODE = Field(Kind.CHOICE, "Mode", choices=("day_release", "e_learning"))
NATION = Field(Kind.CHOICE, "Nation", choices=("England", "Northern Ireland"))
UKPRN = Field(Kind.TEXT, "UKPRN, 8 digits", pattern="[0-9]{8}")
TEXT = Field(Kind.TEXT, "Text")
LIST = Field(Kind.LIST, "List")


def read(text, field, **options):
    """Return the one value, or its rule and suggestion."""
    texts = pd.Series([text], index=[5], dtype="str")
    found = read_values(texts, field, **options)
    assert found.typed.index.tolist() == found.rule.index.tolist() == [5]
    if found.rule.item():
        assert found.typed.isna().all()
        assert found.suggestion.item()
        return found.rule.item(), found.suggestion.item()
    return found.typed.tolist()[0]


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("12", PLACES, 12.0),
        ("12.50", PLACES, 12.5),
        ("1e-3", PLACES, 0.001),
        (".5", SHARE, 0.5),
        ("-3.25", NUMBER, -3.25),
        ("1", SHARE, 1.0),
        ("4", LEVEL, 4),
        ("4.0", LEVEL, 4),
        ("Yes", FLAG, True),
        ("0", FLAG, False),
        ("2024-02-29", DAY, date(2024, 2, 29)),
        ("day_release", MODE, "day_release"),
        ("00012345", UKPRN, "00012345"),
        ("NA", TEXT, "NA"),
        ("nan", TEXT, "nan"),
        ("a ; b;;c; ", LIST, "a;b;c"),
        ("=1+1", TEXT, "=1+1"),
    ],
)
def test_values_are_typed(text, field, expected):
    value = read(text, field)

    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "field", "rule", "suggestion"),
    [
        ("1,000", PLACES, "number", "write 1000"),
        ("£12.50", PLACES, "number", "write 12.50"),
        ("45%", SHARE, "number", "write a plain number"),
        ("twelve", PLACES, "number", "write a plain number"),
        ("nan", PLACES, "number", 'in a mapping: blank = ["nan"]'),
        ("N/A", LEVEL, "number", 'in a mapping: blank = ["N/A"]'),
        ("-", SHARE, "number", 'blank = ["-"]'),
        ("unknown", FLAG, "yes or no", 'blank = ["unknown"]'),
        ("NULL", DAY, "date", 'blank = ["NULL"]'),
        ("n/a", MODE, "choice", 'blank = ["n/a"]'),
        ("None", UKPRN, "pattern", 'blank = ["None"]'),
        ("inf", PLACES, "number", "write a plain number"),
        ("1e999", PLACES, "number", "too large"),
        ("\u0661", PLACES, "number", "write a plain number"),
        ("1_000", PLACES, "number", "write 1000"),
        ("-1", PLACES, "bounds", "write a number of 0 or more"),
        ("1.01", SHARE, "bounds", "write a number from 0 to 1"),
        ("2.5", LEVEL, "whole number", "write a whole number, such as 2"),
        ("9", LEVEL, "bounds", "write a number from 0 to 8"),
        ("99999999999", COUNT, "bounds", "write a number up to 2147483647"),
        ("perhaps", FLAG, "yes or no", "write yes or no"),
        ("31/12/2025", DAY, "date", "2025-12-31"),
        ("2025-02-29", DAY, "date", "a day of the calendar"),
        ("20251231", DAY, "date", "2025-12-31"),
        ("03/04/2025", DAY, "ambiguous date", "2025-03-04 or 2025-04-03"),
        ("Day release", MODE, "choice", "write day_release"),
        ("day_relase", MODE, "choice", "did you mean 'day_release'?"),
        ("x", MODE, "choice", "write one of day_release, e_learning"),
        ("northern ireland", NATION, "choice", "write Northern Ireland"),
        ("1000864", UKPRN, "pattern", "expected: UKPRN, 8 digits"),
        ("a\x0bb", TEXT, "control character", "delete it"),
        ("x" * 10_001, TEXT, "too long", "shorten it"),
        ("a;b\x07c", LIST, "control character", "delete it"),
    ],
)
def test_broken_values_name_rule_and_remedy(text, field, rule, suggestion):
    found = read(text, field)

    assert found[0] == rule
    assert suggestion in found[1]


@pytest.mark.parametrize("field", [SHARE, LEVEL, FLAG, DAY, MODE, UKPRN, TEXT, LIST])
def test_blank_is_missing_and_breaks_no_rule(field):
    found = read_values(pd.Series([""], dtype="str"), field)

    assert found.typed.isna().all()
    assert found.rule.tolist() == [""]


def test_a_source_may_write_dates_its_own_way_and_iso_is_always_read():
    assert read("31/12/2025", DAY, date_format="%d/%m/%Y") == date(2025, 12, 31)
    assert read("2025-12-31", DAY, date_format="%d/%m/%Y") == date(2025, 12, 31)
    assert read("12/31/2025", DAY, date_format="%d/%m/%Y")[0] == "date"
    several = ("%d/%m/%Y", "%d %B %Y", "%m/%d/%Y")
    assert read("3 April 2025", DAY, date_format=several) == date(2025, 4, 3)
    assert read("31/12/2025", DAY, date_format=several) == date(2025, 12, 31)
    assert read("04/04/2025", DAY, date_format=several) == date(2025, 4, 4)
    assert read("03/04/2025", DAY, date_format=several)[0] == "ambiguous date"


@pytest.mark.parametrize(
    ("field", "dtype"),
    [(SHARE, "float64"), (LEVEL, "Int64"), (FLAG, "boolean"), (DAY, "object"), (MODE, "str")],
)
def test_dtypes_are_the_registers_also_without_rows(field, dtype):
    found = read_values(pd.Series([], dtype="str"), field)

    assert found.typed.dtype == dtype
    assert found.typed.empty


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_written_number_comes_back_bit_by_bit(number):
    assert read(repr(number), NUMBER) == number


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from([SHARE, LEVEL, FLAG, DAY, MODE, UKPRN, TEXT, LIST]))
def test_any_text_is_a_value_or_broken(text, field):
    text = text.strip()
    texts = pd.Series([text], dtype="str")
    before = texts.copy()

    found = read_values(texts, field)

    pd.testing.assert_series_equal(texts, before)
    only_separators = field is LIST and not text.replace(";", "").strip()
    assert (found.rule.item() != "") == (found.suggestion.item() != "")
    assert found.typed.isna().item() == (found.rule.item() != "" or text == "" or only_separators)
    if field in (SHARE, LEVEL) and found.typed.notna().item():
        assert np.isfinite(float(found.typed.item()))
