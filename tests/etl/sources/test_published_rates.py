"""Published rates are numbers, whatever their text looks like."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.models import Achievement
from etl.clean.rows import clean_rows
from etl.rejects import join_rejects
from etl.sources.published_rates import academic_years, read_percentages
from etl.sources.tabular import RawTable
from geo.achievement import rate_score
from geo.scenario import make_scenario

DEFAULT = Path(__file__).parents[3] / "data" / "scenarios" / "default.toml"


def cleaned(rates, leavers=None):
    """Load cells of a published table as far as the register's types."""
    index = pd.Index(range(2, 2 + len(rates)), name="line")
    texts = pd.Series(rates, index=index, dtype="str")
    counts = pd.Series(leavers or ["20"] * len(rates), index=index, dtype="str")
    found = read_percentages(texts, counts)
    cells = pd.DataFrame(
        {
            "ukprn": [f"1000{line:04}" for line in index],
            "programme_code": "ST0248",
            "year": "2024/25",
            "rate": found.rate,
            "leavers": found.leavers,
            "suppressed": found.suppressed,
        },
        index=index,
    )
    return clean_rows(RawTable("rates.csv", "0" * 64, cells, join_rejects([])), Achievement)


def band(rate):
    """Return the band that the publisher has for a rate (QarRating.cs), by number."""
    edges = {"below 50": rate < 0.5, "50 to 59": rate < 0.6, "60 to 70": rate <= 0.7}
    return next((name for name, inside in edges.items() if inside), "above 70")


@pytest.mark.parametrize(
    ("text", "rate", "expected"),
    [
        ("100.0", 1.0, "above 70"),
        ("100", 1.0, "above 70"),
        ("9.8", 0.098, "below 50"),
        ("7.5", 0.075, "below 50"),
        ("50", 0.5, "50 to 59"),
        ("60", 0.6, "60 to 70"),
        ("70", 0.7, "60 to 70"),
        ("70.1", 0.701, "above 70"),
        ("0", 0.0, "below 50"),
        ("0.5", 0.005, "below 50"),
    ],
)
def test_a_rate_is_a_number_in_its_band(text, rate, expected):
    rows = cleaned([text]).rows

    assert rows["rate"].tolist() == [rate]
    assert rows["suppressed"].tolist() == [False]
    assert band(rows["rate"].iloc[0]) == expected


@pytest.mark.parametrize("symbol", ["x", "low", "c", "u", "k", "X", "LOW"])
def test_a_withheld_rate_is_unknown_and_says_so(symbol):
    rows = cleaned([symbol], ["low"]).rows

    assert rows["rate"].isna().all()
    assert rows["leavers"].isna().all()
    assert rows["suppressed"].tolist() == [True]


@pytest.mark.parametrize("symbol", ["z", "-", ":", ""])
def test_where_there_is_no_rate_nothing_was_withheld(symbol):
    rows = cleaned([symbol], ["10"]).rows

    assert rows["rate"].isna().all()
    assert rows["leavers"].tolist() == [10]
    assert rows["suppressed"].tolist() == [False]


@pytest.mark.parametrize("text", ["n/a", "65%", "1,000"])
def test_what_is_neither_number_nor_symbol_is_refused(text):
    [refused] = cleaned([text]).rejects.to_dict("records")

    assert (refused["field"], refused["rule"], refused["value"]) == ("rate", "number", text)


@pytest.mark.parametrize("text", ["100.1", "-5", "1e3"])
def test_what_is_no_percentage_is_refused_as_it_stands(text):
    [refused] = cleaned([text]).rejects.to_dict("records")

    assert (refused["field"], refused["rule"], refused["value"]) == ("rate", "bounds", text)


def test_a_percentage_in_another_notation_is_none_the_less_one():
    assert cleaned(["5e1", "+50", "1e-1", "-0"]).rows["rate"].tolist() == [0.5, 0.5, 0.001, 0.0]


def test_the_scores_of_published_rates_rise_with_the_numbers_not_with_the_text():
    policy = make_scenario(tomllib.loads(DEFAULT.read_text(encoding="utf-8"))).quality
    texts = ["7.5", "9.8", "50", "60", "70", "100", "100.0"]
    assert texts != sorted(texts)

    scores = rate_score(cleaned(texts).rows["rate"].to_numpy(dtype=float), policy)

    assert (np.diff(scores) >= 0).all()
    assert (scores[0], scores[-1]) == (0.0, 1.0)
    assert scores[-2] == scores[-1]


@given(st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_the_order_of_rates_is_that_of_their_numbers(one, other):
    rates = cleaned([str(one), str(other)]).rows["rate"]

    assert (rates.iloc[0] < rates.iloc[1]) == (one < other)
    assert rates.iloc[0] == float(one) / 100 or abs(rates.iloc[0] - float(one) / 100) < 1e-15


def test_years_are_written_one_way_or_not_at_all():
    texts = pd.Series(["202425", "2425", "2024/25", "2024-25", "9900", "2024", "", "202426"])

    years = ["2024/25", "2024/25", "2024/25", "2024/25", "2099/00", "", "", ""]
    assert academic_years(texts).tolist() == years
