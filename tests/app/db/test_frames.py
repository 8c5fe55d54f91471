"""Rows as tables: dtypes, and what is refused before any database sees it."""

from __future__ import annotations

from datetime import date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from app.db.base import Base
from app.db.errors import RowsRefusedError
from app.db.frames import (
    columns_of,
    from_texts,
    name_in_frame,
    prepare,
    to_frame,
    to_texts,
    to_values,
)

PROVIDERS = Base.metadata.tables["providers"]
SCHOOLS = Base.metadata.tables["schools"]
DTYPES = {
    "ukprn": "str",
    "inspection_date": "object",
    "safeguarding_met": "boolean",
    "employer_stars": "float64",
    "employer_reviews": "Int64",
}


def providers(**values):
    """Return a row for each value, with the other columns missing."""
    count = max((len(column) for column in values.values()), default=0)
    frame = to_frame(columns_of(PROVIDERS), []).reindex(range(count))
    names = [str(number) for number in range(count)]
    return frame.assign(**{"ukprn": names, "name": names, **values})


def schools(shapes, crs="EPSG:4326"):
    rows = to_frame(columns_of(SCHOOLS), []).reindex(range(len(shapes)))
    names = [str(number) for number in range(len(shapes))]
    plain = pd.DataFrame(rows.drop(columns="geometry")).assign(school_id=names, name=names)
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(shapes, crs=crs))


def test_an_empty_table_has_every_column_with_its_dtype():
    frame = to_frame(columns_of(PROVIDERS), [])

    ours = ("fid", "valid_from")
    assert list(frame) == [column.name for column in PROVIDERS.columns if column.name not in ours]
    assert {name: str(frame[name].dtype) for name in DTYPES} == DTYPES
    assert_frame_equal(prepare(PROVIDERS, frame), frame)


def test_an_empty_table_of_places_has_its_crs():
    frame = to_frame(columns_of(SCHOOLS), [])

    assert frame.crs == "EPSG:4326"
    assert frame.geometry.name == "geometry"


def test_a_geometry_is_named_alike_in_every_table():
    clusters = Base.metadata.tables["run_clusters"]

    assert name_in_frame(SCHOOLS.c.geom) == name_in_frame(clusters.c.footprint) == "geometry"
    assert name_in_frame(SCHOOLS.c.name) == "name"


def test_prepared_rows_have_the_dtypes_whatever_they_had():
    rows = providers(
        employer_stars=np.array([2, 3], dtype=object),
        employer_reviews=[5.0, np.nan],
        safeguarding_met=np.array([True, None], dtype=object),
        inspection_date=pd.to_datetime(["2026-01-02", None]),
    )
    rows.index = pd.Index([7, 3])
    before = rows.copy(deep=True)

    prepared = prepare(PROVIDERS, rows)

    assert {name: str(prepared[name].dtype) for name in DTYPES} == DTYPES
    assert to_values(prepared["employer_reviews"]) == [5, None]
    assert to_values(prepared["safeguarding_met"]) == [True, None]
    assert to_values(prepared["inspection_date"]) == [date(2026, 1, 2), None]
    assert list(prepared.index) == [0, 1]
    assert_frame_equal(rows, before)


def test_the_order_of_columns_does_not_matter():
    rows = providers(website=["a"])

    assert_frame_equal(prepare(PROVIDERS, rows[sorted(rows)]), prepare(PROVIDERS, rows))


def test_a_negative_zero_loses_its_sign():
    rows = prepare(SCHOOLS, schools([None]).assign(leavers_per_year=[-0.0]))

    assert np.signbit(rows["leavers_per_year"].to_numpy()).tolist() == [False]


@given(numbers=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_numbers_are_kept_exactly(numbers):
    rows = schools([None] * len(numbers)).assign(leavers_per_year=np.array(numbers, dtype=object))

    assert to_values(prepare(SCHOOLS, rows)["leavers_per_year"]) == numbers


@given(
    texts=st.lists(
        st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1),
        max_size=5,
    )
)
def test_texts_are_kept_exactly(texts):
    rows = schools([None] * len(texts)).assign(stage=np.array(texts, dtype=object))

    assert to_values(prepare(SCHOOLS, rows)["stage"]) == texts


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"website": [""]}, "'website': an empty text"),
        ({"website": ["a\x00b"]}, "holds a NUL"),
        ({"website": pd.Series(["\ud800"], dtype=object)}, "'website': .*surrogates not allowed"),
        ({"website": [5]}, "5 is no text"),
        ({"employer_stars": [np.inf]}, "an infinite number"),
        ({"employer_stars": ["many"]}, "a text in a column of numbers"),
        ({"employer_stars": pd.Series(["3"], dtype=object)}, "a text or a flag in a column"),
        ({"employer_reviews": [1.5]}, r"1\.5 is no whole number"),
        ({"employer_reviews": [2.0**31]}, "2147483648 is no whole number"),
        ({"safeguarding_met": ["yes"]}, "'safeguarding_met'"),
        ({"inspection_date": ["2026-01-02"]}, "'2026-01-02' is no date"),
        ({"name": [None]}, r"'name' is missing in 1 row\(s\)"),
        ({"stray": ["x"]}, "it has no column stray"),
    ],
)
def test_what_would_not_come_back_is_refused(values, reason):
    with pytest.raises(RowsRefusedError, match=reason):
        prepare(PROVIDERS, providers(**{"ukprn": ["1"], **values}))


def test_a_missing_column_is_named():
    with pytest.raises(RowsRefusedError, match="the rows lack name, website"):
        prepare(PROVIDERS, providers(ukprn=["1"]).drop(columns=["name", "website"]))


def test_another_crs_is_refused():
    with pytest.raises(RowsRefusedError, match=r"British National Grid, not in EPSG:4326"):
        prepare(SCHOOLS, schools([shapely.Point(400000, 300000)], crs="EPSG:27700"))


def test_a_shape_of_another_kind_is_refused():
    with pytest.raises(RowsRefusedError, match="holds POINT only"):
        prepare(SCHOOLS, schools([shapely.box(0, 0, 1, 1)]))


def test_a_moment_in_a_column_of_dates_is_its_day():
    rows = providers(ukprn=["1"], inspection_date=np.array([datetime(2026, 1, 2, 3)], dtype=object))  # noqa: DTZ001

    assert to_values(prepare(PROVIDERS, rows)["inspection_date"]) == [date(2026, 1, 2)]


@given(
    number=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    whole=st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
    flag=st.none() | st.booleans(),
    day=st.none() | st.dates(),
    text=st.none() | st.text(st.characters(exclude_categories=["C"]), min_size=1),
)
def test_values_come_back_from_their_texts(number, whole, flag, day, text):
    given = {
        "employer_stars": None if number is None else number + 0.0,
        "employer_reviews": whole,
        "safeguarding_met": flag,
        "as_at": day,
        "name": text,
    }
    for name, value in given.items():
        column = PROVIDERS.c[name]
        frame = to_frame([column], [(value,), (None,)])

        back = from_texts(column, to_texts(frame[name]))

        pd.testing.assert_series_equal(back, frame[name])


def test_texts_are_as_people_write_them():
    assert to_texts(pd.Series([1.0, 0.25, 1e22])).tolist() == ["1", "0.25", "1e+22"]
    assert to_texts(pd.Series([True, None], dtype="boolean")).tolist()[0] == "yes"
    assert to_texts(pd.Series([shapely.Point(1, 2)], dtype=object)).tolist() == ["POINT (1 2)"]
