"""People at a site: stated, or the middle of a band; blank is unknown and never 0."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.employment import employees_of
from geo.errors import InputError, MissingColumnsError

NUMBER = st.just(math.nan) | st.floats(0, 1e6)


def make_sites(rows):
    return pd.DataFrame(rows, columns=["employees", "employees_low", "employees_high"], dtype=float)


def test_the_middle_of_a_band_stands_for_the_number(tables):
    sites = tables.sites(
        {
            "a": {"employees_low": 50.0, "employees_high": 249.0},
            "b": {"employees": 60.0, "employees_low": 50.0, "employees_high": 249.0},
            "c": {"employees": 60.0},
            "d": {"employees_low": 50.0},
        }
    )

    found = employees_of(sites)

    assert found["employees"].tolist() == pytest.approx([149.5, 60, 60, math.nan], nan_ok=True)
    assert found["low"].tolist() == [50, 50, 60, 50]
    assert found["high"].tolist() == pytest.approx([249, 249, 60, math.nan], nan_ok=True)


def test_nothing_known_stays_unknown_and_0_is_known():
    found = employees_of(make_sites([[math.nan] * 3, [0.0, math.nan, math.nan]]))

    assert found.loc[0].isna().all()
    assert found.loc[1].tolist() == [0, 0, 0]


def test_no_site_gives_an_empty_table():
    assert employees_of(make_sites([])).columns.tolist() == ["employees", "low", "high"]


def test_whole_numbers_that_may_be_missing_are_taken():
    sites = make_sites([[5.0, 1.0, 9.0]]).astype("Int64")

    assert employees_of(sites).loc[0].tolist() == [5, 1, 9]


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="below 0"):
        employees_of(make_sites([[-1.0, 0.0, 1.0]]))
    with pytest.raises(MissingColumnsError, match="employees_low"):
        employees_of(make_sites([[1.0, 1.0, 1.0]]).drop(columns="employees_low"))


@given(rows=st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=5))
def test_what_is_stated_stands_and_inputs_are_unchanged(rows):
    sites = make_sites(rows)
    before = sites.copy()

    found = employees_of(sites)

    stated = sites["employees"].notna()
    assert found.loc[stated, "employees"].equals(sites.loc[stated, "employees"])
    band = sites[["employees_low", "employees_high"]].notna().all(axis=1)
    assert found["employees"].notna().equals((stated | band).rename("employees"))
    pd.testing.assert_frame_equal(sites, before)
