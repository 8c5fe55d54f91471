"""Cleaning loses no row."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.models import Achievement, Champion, Offer, Provider, Site
from etl.clean.rows import clean_rows, require_fields
from etl.errors import ColumnsError
from etl.rejects import join_rejects, make_rejects
from etl.sources.tabular import RawTable


def make_raw(columns, *rows, rejects=None):
    return RawTable(
        name="file.csv",
        sha256="0" * 64,
        cells=pd.DataFrame(
            list(rows),
            columns=list(columns),
            index=pd.RangeIndex(2, len(rows) + 2, name="line"),
            dtype="str",
        ),
        rejects=join_rejects([] if rejects is None else [rejects]),
    )


PROVIDER = ("ukprn", "name")


def test_rows_have_every_field_of_the_table_and_keep_their_lines():
    raw = make_raw(("name", "ukprn"), ("A", "10000001"), ("B", "1"), ("C", "10000003"))
    before = raw.cells.copy()

    cleaned = clean_rows(raw, Provider)

    pd.testing.assert_frame_equal(raw.cells, before)
    assert cleaned.rows.index.tolist() == [2, 4]
    assert cleaned.rows["ukprn"].tolist() == ["10000001", "10000003"]
    assert list(cleaned.rows.columns)[:3] == ["ukprn", "name", "provider_type"]
    assert cleaned.rows["website"].isna().all()
    assert cleaned.rejects.to_dict("records") == [
        {
            "line": 3,
            "field": "ukprn",
            "rule": "pattern",
            "value": "1",
            "suggestion": "expected: UK provider reference number, 8 digits",
        }
    ]


def test_unknown_column_names_the_closest():
    raw = make_raw(("ukprn", "names"), ("10000001", "A"))

    with pytest.raises(ColumnsError, match=r"'names', which .* \(did you mean 'name'"):
        require_fields(raw, Provider)


def test_columns_that_geocoding_makes_are_not_taken_from_a_file():
    with pytest.raises(ColumnsError, match="'authority'"):
        require_fields(make_raw(("site_id", "employer", "authority"), ("s", "e", "a")), Site)


def test_missing_required_column_is_named():
    with pytest.raises(ColumnsError, match="lacks the column 'name', which providers requires"):
        clean_rows(make_raw(("ukprn",), ("10000001",)), Provider)


def test_blank_required_field_is_refused_with_the_mapping_s_words():
    raw = make_raw(PROVIDER, ("", "Example {ukprn} College"))

    cleaned = clean_rows(raw, Provider, suggestions={"ukprn": 'look up "{name}"'})

    assert cleaned.rejects["rule"].tolist() == ["required"]
    assert cleaned.rejects["suggestion"].tolist() == ['look up "Example {ukprn} College"']
    plain = clean_rows(raw, Provider).rejects["suggestion"].item()
    assert plain.startswith("fill in ukprn: UK provider reference number")


def test_the_second_row_of_a_key_is_refused_and_names_the_first():
    raw = make_raw(PROVIDER, ("10000001", "A"), ("10000002", "B"), ("10000001", "C"))

    cleaned = clean_rows(raw, Provider)

    assert cleaned.rows.index.tolist() == [2, 3]
    [reject] = cleaned.rejects.to_dict("records")
    assert (reject["line"], reject["rule"], reject["value"]) == (4, "seen before", "10000001")
    assert "line 2" in reject["suggestion"]


def test_blanks_in_a_key_are_alike():
    columns = ("ukprn", "programme_code", "year")
    raw = make_raw(columns, ("", "p", "2024/25"), ("", "p", "2024/25"), ("", "p", "2023/24"))

    cleaned = clean_rows(raw, Achievement)

    assert cleaned.rejects["line"].tolist() == [3]


def test_a_key_of_a_refused_row_is_not_seen():
    raw = make_raw(PROVIDER, ("10000001", ""), ("10000001", "A"))

    cleaned = clean_rows(raw, Provider)

    assert cleaned.rows.index.tolist() == [3]


def test_personal_data_is_refused_and_not_repeated():
    columns = ("site_id", "level", "evidence")
    raw = make_raw(columns, ("s1", "2", "ask ann@example.org"), ("s2", "2", "ring 020 7946 0123"))

    rejects = clean_rows(raw, Champion).rejects

    assert rejects["rule"].tolist() == ["personal data"] * 2
    assert rejects["value"].tolist() == ["(not repeated here)"] * 2


def test_a_row_that_breaks_many_rules_is_one_reject():
    columns = ("venue_id", "programme_code", "mode", "status", "places_per_year")

    cleaned = clean_rows(make_raw(columns, ("", "", "x", "y", "z")), Offer)

    assert len(cleaned.rejects) == 1
    assert cleaned.rows.empty


def test_rejects_of_the_reader_are_kept():
    ragged = make_rejects([9], field="", rule="too few fields", values=["1"], suggestions="x")
    raw = make_raw(PROVIDER, ("10000001", "A"), rejects=ragged)

    cleaned = clean_rows(raw, Provider)

    assert cleaned.rejects["line"].tolist() == [9]
    assert raw.read == 2


def test_empty_table_keeps_its_columns_and_dtypes():
    cleaned = clean_rows(make_raw(("site_id", "employer")), Site)

    assert cleaned.rows.empty
    assert (
        cleaned.rows.dtypes.astype(str).to_dict().items()
        >= {
            "employees": "float64",
            "sensitive": "boolean",
            "as_at": "object",
            "site_id": "str",
        }.items()
    )


CELL = st.text(max_size=6).map(str.strip) | st.sampled_from(["1", "yes", "2024-01-01", "a;b"])


@settings(deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=10))
def test_every_raw_row_is_a_row_or_a_reject(rows):
    columns = ("site_id", "employer", "employees", "sensitive", "as_at")

    cleaned = clean_rows(make_raw(columns, *rows), Site)

    lines = [*cleaned.rows.index, *cleaned.rejects["line"]]
    assert sorted(lines) == list(range(2, len(rows) + 2))
    assert cleaned.rows["site_id"].is_unique
    assert cleaned.rows[["site_id", "employer"]].notna().all(axis=None)
    assert (cleaned.rejects["suggestion"] != "").all()
