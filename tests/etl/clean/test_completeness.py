"""Partial records, marked."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.models import Provider, Site
from etl.clean.completeness import completeness
from etl.tables import table_fields


def sites(*rows):
    return pd.DataFrame(list(rows), index=range(2, len(rows) + 2))


def test_a_row_that_lacks_what_another_has_is_partial():
    rows = sites(
        {"site_id": "1", "employer": "A", "employees": 12.0, "postcode": "CB2 0AA"},
        {"site_id": "2", "employer": "B", "employees": None, "postcode": ""},
        {"site_id": "3", "employer": "C", "employees": 0.0, "postcode": "SG1 2NY"},
    )
    before = rows.copy()

    found = completeness(rows, Site)

    pd.testing.assert_frame_equal(rows, before)
    assert found.partial.to_dict() == {2: False, 3: True, 4: False}
    assert found.missing.to_dict() == {2: 0, 3: 2, 4: 0}
    assert found.shares["employees"] == pytest.approx(2 / 3)
    assert found.shares["technicians"] == 0
    assert list(found.shares.index) == list(table_fields(Site))


def test_where_a_row_comes_from_makes_it_no_more_complete():
    rows = sites(
        {"ukprn": "1", "name": "A", "source": "list", "as_at": "2025-01-01"},
        {"ukprn": "2", "name": "B", "source": None, "as_at": None},
    )

    found = completeness(rows, Provider)

    assert not found.partial.any()
    assert found.shares["source"] == 0.5


def test_rows_with_only_required_fields_are_all_there_is():
    assert not completeness(sites({"ukprn": "1", "name": "A"}), Provider).partial.any()


def test_without_rows_nothing_is_said():
    found = completeness(pd.DataFrame({"ukprn": [], "name": []}), Provider)

    assert found.shares.isna().all()
    assert found.partial.empty


@given(st.lists(st.tuples(*[st.sampled_from(["", None, "x"])] * 3), max_size=8))
def test_missing_and_shares_count_the_same_blanks(cells):
    rows = pd.DataFrame(cells, columns=["site_id", "employer", "segment"])

    found = completeness(rows, Site)

    assert found.shares.dropna().between(0, 1).all()
    assert (found.partial == (found.missing > 0)).all()
    filled = rows.notna() & (rows != "")
    told = [name for name in rows if filled[name].any()]
    assert found.missing.sum() == (~filled[told]).to_numpy().sum()
