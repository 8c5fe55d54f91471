"""The register of apprenticeship providers, in its three layouts."""

from __future__ import annotations

from datetime import date

import pytest
from feeds import assert_accounted, assert_same, by_id, part_of, rules, turned, without
from hypothesis import given
from hypothesis import strategies as st
from public_samples import apar as samples

from etl.errors import ColumnsError, SourceError
from etl.sources.apar import FORMAT, PUBLIC_STATUS
from etl.sources.probe import Probe
from geo.standing import LAPSED, OFF_REGISTER, ON_REGISTER


@pytest.fixture
def paths(tmp_path):
    return samples.write(tmp_path)


def read(path):
    return FORMAT.read(Probe(path))


def test_the_public_list_is_read(paths):
    feed = read(paths[0])
    rows = by_id(feed, "providers", "ukprn")

    assert (feed.layout, feed.as_at) == ("public list", date(2025, 11, 3))
    assert rows["10099901"] == {
        "ukprn": "10099901",
        "name": "EXAMPLE TRAINING LIMITED T/A Example Skills",
        "provider_type": "Main provider",
        "nation": "England",
        "register_status": "active",
    }
    assert rows["10099903"]["name"] == "SAMPLE, JONES & CO LTD"
    assert rows["10099903"]["register_status"] == "not currently starting new apprentices"
    assert rules(feed) == {5: ("name", "personal data"), 6: ("status", "register status")}
    assert_accounted(feed, range(2, 7))


def test_rows_say_their_source_and_the_day_of_the_file(paths):
    [part] = read(paths[0]).parts

    assert set(part.cells["source"]) == {FORMAT.title}
    assert set(part.cells["licence"]) == {"OGL v3"}
    assert set(part.cells["as_at"]) == {"2025-11-03"}


def test_the_list_of_roatp_is_read(paths):
    feed = read(paths[1])

    assert feed.layout == "public list of RoATP"
    assert part_of(feed, "providers")["register_status"].tolist() == [
        "active",
        "not currently starting new apprentices",
    ]


def test_the_export_is_read(paths):
    feed = read(paths[2])
    rows = by_id(feed, "providers", "ukprn")

    assert (feed.layout, feed.as_at) == ("register export", None)
    assert {ukprn: row["register_status"] for ukprn, row in rows.items()} == {
        "10099901": "active",
        "10099907": "removed",
        "10099909": "not currently starting new apprentices",
        "10099910": "not on the register",
    }
    assert rows["10099901"]["name"] == "EXAMPLE TRAINING LIMITED T/A Example Skills"
    assert rows["10099907"]["name"] == "GONE COLLEGE"
    assert rules(feed) == {4: ("name", "personal data"), 7: ("name", "personal data")}
    assert "as_at" not in feed.parts[0].cells.columns
    assert_accounted(feed, range(2, 8))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_order_of_columns_counts_not(paths, number):
    path = paths[number]

    assert_same(read(path), read(turned(path, "Ukprn" if number < 2 else "UKPRN")))


@pytest.mark.parametrize(
    ("number", "heading"),
    [(0, "Name"), (0, "Status"), (1, "Name"), (2, "Legal name"), (2, "Status")],
)
def test_a_missing_column_is_named(paths, number, heading):
    with pytest.raises(ColumnsError, match=f"lacks the column '{heading}'"):
        read(without(paths[number], heading))


def test_an_absent_trading_name_is_no_error(paths):
    rows = by_id(read(without(paths[2], "Trading name")), "providers", "ukprn")

    assert rows["10099901"]["name"] == "EXAMPLE TRAINING LIMITED"


def test_another_file_is_not_read(tmp_path):
    path = tmp_path / "apar-2025-11-03.csv"
    path.write_text("Ukprn,Name\n10099901,A\n", encoding="utf-8")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="is no list of Apprenticeship provider"):
        read(path)


def test_a_number_that_a_workbook_made_decimal_is_whole_again(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Ukprn,Name,ApplicationType,Status\n10099901.0,A,Main provider,\n", "ascii")

    assert part_of(read(path), "providers")["ukprn"].tolist() == ["10099901"]


def test_every_status_is_a_word_that_the_analysis_knows():
    words = {*ON_REGISTER, *OFF_REGISTER, *LAPSED}

    assert set(PUBLIC_STATUS.values()) <= words


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10099901", "", "10099901.0", "x"]),
            st.sampled_from(["A LTD", "", "Mr Zebedee Quillfeather"]),
            st.sampled_from(["", "Not Currently Starting New Apprentices", "Gone", "active"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_row_is_lost(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("apar") / "list.csv"
    lines = [f"{ukprn},{name},Main provider,{status}" for ukprn, name, status in rows]
    text = "\r\n".join(["Ukprn,Name,ApplicationType,Status", *lines]) + "\r\n"
    path.write_text(text, encoding="utf-8", newline="")

    assert_accounted(read(path), range(2, 2 + len(rows)))
