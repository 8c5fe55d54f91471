"""The UK Register of Learning Providers: its report and an older list."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from feeds import assert_accounted, assert_same, by_id, part_of, rules, turned, without
from hypothesis import given
from hypothesis import strategies as st
from public_samples import ukrlp as samples

from etl.errors import ColumnsError, SourceError
from etl.sources.probe import Probe
from etl.sources.ukrlp import FORMAT, SCHOOLS, STATUS
from geo.standing import LAPSED

LEARNING_PROVIDERS_PLUS = (
    '"UKPRN","PROVIDER_NAME","VIEW_NAME","SORT_NAME","ALIAS","FLAT_NAME_NUMBER",'
    '"BUILDING_NAME_NUMBER","LOCALITY","STREET_NAME","TOWN","POSTCODE","WEBSITE_URL",'
    '"WIKIPEDIA_URL","GROUPS","LONGITUDE","LATITUDE","EASTING","NORTHING","GTR_ID","HESA_ID"\n'
)


@pytest.fixture
def paths(tmp_path):
    return samples.write(tmp_path)


def read(path):
    return FORMAT.read(Probe(path))


def test_the_report_is_read(paths):
    feed = read(paths[0])
    rows = by_id(feed, "providers", "ukprn")

    assert (feed.layout, feed.as_at) == ("stakeholder report", date(2019, 7, 8))
    assert rows["10099901"] == {
        "ukprn": "10099901",
        "name": "EXAMPLE TRAINING LIMITED",
        "register_status": "",
    }
    assert {ukprn: row["register_status"] for ukprn, row in rows.items()} == {
        "10099901": "",
        "10099902": "",
        "10099907": "closed",
        "10099917": "",
    }
    assert feed.set_aside == {SCHOOLS: 2}
    assert rules(feed) == {
        9: ("name", "personal data"),
        10: ("name", "personal data"),
        11: ("status", "status"),
    }
    assert_accounted(feed, range(4, 13))


def test_no_place_of_teaching_follows_from_an_address(paths):
    assert {part.table for path in paths for part in read(path).parts} == {"providers"}


def test_the_sheet_is_found_by_its_header_whatever_its_name_and_place(paths):
    book = openpyxl.load_workbook(paths[0])
    sheet = book["UKRLP Data"]
    sheet.title = "Sheet9"
    book.move_sheet(sheet, offset=-6)
    sheet.insert_rows(1, amount=2)
    book.save(paths[0])

    feed = read(paths[0])

    assert feed.as_at == date(2019, 7, 8)
    assert part_of(feed, "providers").index.tolist() == [6, 7, 8, 14]


def test_the_sheet_saved_as_csv_says_the_same(paths, tmp_path):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([["RUN ON :", "08/07/2019 00:30"], []])
    writer.writerows([samples.HEADER, *samples.rows()])
    path = tmp_path / "report.csv"
    path.write_bytes(out.getvalue().encode("cp1252"))

    assert_same(read(paths[0]), read(path))


def test_the_older_list_is_read(paths):
    feed = read(paths[1])
    rows = by_id(feed, "providers", "ukprn")

    assert feed.layout == "older list of names and addresses"
    assert rows["10099902"]["name"] == "UNIVERSITY OF NOWHERE, THE"
    assert rows["10099902"]["website"] == "http://www.nowhere.example/"
    assert rows["10099918"]["website"] == ""
    assert "e-mail" in feed.notes[0]
    assert_accounted(feed, range(2, 4))


@pytest.mark.parametrize(("number", "heading"), [(0, "LEGAL NAME"), (1, "PROVIDER_NAME")])
def test_the_order_of_columns_counts_not(paths, number, heading):
    assert_same(read(paths[number]), read(turned(paths[number], heading)))


@pytest.mark.parametrize(
    ("number", "heading"),
    [
        (0, "LEGAL NAME"),
        (0, "STATUS"),
        (0, "SOLE TRADER OR PARTNERSHIP"),
        (1, "PROVIDER_NAME"),
        (1, "WEBSITE_ADDRESS"),
    ],
)
def test_a_missing_column_is_named(paths, number, heading):
    with pytest.raises(ColumnsError, match=f"lacks the column '{heading}'"):
        read(without(paths[number], heading))


def test_learning_providers_plus_is_left_to_its_mappings(tmp_path):
    path = tmp_path / "learning-providers-plus.csv"
    path.write_text(LEARNING_PROVIDERS_PLUS + '"10099901"' + ',""' * 19 + "\n", encoding="ascii")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="is no file of the UK Register"):
        read(path)


@pytest.mark.parametrize(
    ("status", "word"),
    [("A", ""), ("v", ""), ("PD1", ""), ("PD2", "closed"), ("DEACTIVATED", "closed"), ("", "")],
)
def test_a_status_is_a_word_or_a_code(tmp_path, status, word):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([samples.HEADER, samples.row(10099901.0, "A LTD", status=status)])
    path = tmp_path / "report.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")

    assert part_of(read(path), "providers")["register_status"].tolist() == [word]


def test_every_status_is_a_word_that_the_analysis_knows():
    assert set(STATUS.values()) <= {"", *LAPSED}


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "status": st.sampled_from(["Active", "PD2", "", "Asleep", "deactivated"]),
                "primary_verification_source": st.sampled_from(["", samples.SOLE]),
                "school_unique_reference_number": st.sampled_from(["", "100001"]),
                "company_registration_number": st.sampled_from(["", "01234567"]),
                "sole_trader_or_partnership": st.sampled_from(["", "No", "Y", "0"]),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_row_is_lost(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("ukrlp") / "list.csv"
    made = [samples.row(10099901.0, "A LTD", **cells) for cells in rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([samples.HEADER, *made])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")

    assert_accounted(read(path), range(2, 2 + len(rows)))
