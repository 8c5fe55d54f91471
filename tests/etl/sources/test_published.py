"""Headers found by name, and cells brought to text."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ColumnsError
from etl.sources.probe import Probe
from etl.sources.published import (
    counted,
    day_in,
    find_places,
    iso_days,
    name_persons,
    read_named,
    refuse,
    refuse_persons,
    web_addresses,
    whole_text,
    with_source,
)


def texts(*values):
    return pd.Series(
        list(values), index=pd.RangeIndex(2, 2 + len(values), name="line"), dtype="str"
    )


def written(tmp_path, content):
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_a_header_below_titles_with_line_breaks_is_read_from_its_own_line(tmp_path):
    path = written(tmp_path, '"A title\nof two lines"\n\nUKPRN,Name\n10000001,A\n')

    [place] = find_places(Probe(path), "ukprn", "NAME")
    raw = read_named(path, place, {"ukprn": "Ukprn"}, {"other": "Other"})

    assert (place.sheet, place.header_row) == (None, 4)
    assert raw.cells.to_dict("index") == {5: {"ukprn": "10000001", "other": ""}}


def test_every_sheet_with_the_header_is_a_place(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["About"])
    for title in ("One", "Two"):
        sheet = book.create_sheet(title)
        sheet.append([title])
        sheet.append(["UKPRN"])
    path = tmp_path / "book.xlsx"
    book.save(path)

    places = find_places(Probe(path), "UKPRN")

    assert [(place.sheet, place.header_row) for place in places] == [("One", 2), ("Two", 2)]


def test_a_document_has_no_places(tmp_path):
    assert find_places(Probe(written(tmp_path, '{"UKPRN": 1}')), "UKPRN") == ()


def test_columns_that_are_not_asked_for_are_not_read(tmp_path):
    path = written(tmp_path, "UKPRN,HeadLastName\n10000001,Quillfeather\n")
    [place] = find_places(Probe(path), "UKPRN")

    assert list(read_named(path, place, {"ukprn": "UKPRN"}).cells.columns) == ["ukprn"]


def test_a_missing_column_is_named(tmp_path):
    path = written(tmp_path, "UKPRN,Other\n1,2\n")
    [place] = find_places(Probe(path), "UKPRN")

    with pytest.raises(ColumnsError, match="lacks the column 'Name'; it has UKPRN, Other"):
        read_named(path, place, {"name": "Name"})


def test_a_column_that_is_there_twice_but_for_its_capitals_is_refused(tmp_path):
    path = written(tmp_path, "UKPRN,Name,NAME\n1,2,3\n")
    [place] = find_places(Probe(path), "UKPRN")

    with pytest.raises(ColumnsError, match="'Name' and 'NAME', which are one"):
        read_named(path, place, {"name": "Name"})


def test_only_a_decimal_zero_is_taken_off_a_number():
    found = whole_text(texts("10000055.0", "10000055", "1.50", "0017.0", "v1.0", ""))

    assert found.tolist() == ["10000055", "10000055", "1.50", "0017", "v1.0", ""]


def test_days_in_known_formats_become_iso_and_others_stay():
    formats = ("%Y-%m-%d", "%d-%b-%y", "%d/%m/%Y")
    found = iso_days(
        texts("2020-03-06", "06-Mar-20", "6-Sept-20", "06/03/2020", "3/6", ""), formats
    )

    assert found.tolist() == ["2020-03-06", "2020-03-06", "2020-09-06", "2020-03-06", "3/6", ""]


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)))
def test_a_day_is_the_same_in_every_format(day):
    formats = ("%Y-%m-%d", "%d-%b-%y", "%d/%m/%Y", "%d %B %Y")

    assert {iso_days(texts(day.strftime(f)), formats).iloc[0] for f in formats} == {day.isoformat()}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("apar-2025-11-03-08-15-02.csv", date(2025, 11, 3)),
        ("apar-2025-13-40.csv", None),
        ("a", None),
    ],
)
def test_a_day_in_a_name_is_one_of_the_calendar_or_none(name, day):
    assert day_in(name, r"(\d{4}-\d{2}-\d{2})", "%Y-%m-%d") == day


def test_a_web_address_with_an_e_mail_address_is_left_out_and_counted():
    found, note = web_addresses(texts("www.a.example", "a@b.example", ""))

    assert found.tolist() == ["www.a.example", "", ""]
    assert note == ("Left out: 1 web address(es) that hold an e-mail address.",)
    assert web_addresses(texts("www.a.example"))[1] == ()


@pytest.mark.parametrize(
    ("name", "is_person"),
    [
        ("Mr Zebedee Quillfeather", True),
        ("DR. Z QUILLFEATHER", True),
        ("Miss Quillfeather T/A Skills", True),
        ("DR QUILLFEATHER LIMITED", False),
        ("MISSION TRAINING", False),
        ("Quillfeather", False),
        ("", False),
    ],
)
def test_a_title_before_a_name_without_a_word_of_an_organisation_is_a_persons(name, is_person):
    assert name_persons(texts(name)).tolist() == [is_person]


def test_rejects_say_the_value_unless_it_is_a_person():
    cells = pd.DataFrame({"name": texts("Mr Q", "B"), "status": texts("x", "y")})
    broken = pd.Series([True, False], index=cells.index)

    said = refuse(cells, broken, field="status", rule="status", suggestion="s")
    withheld = refuse_persons(cells, broken)

    assert said[["line", "value"]].to_numpy().tolist() == [[2, "x"]]
    assert withheld["line"].tolist() == [2]
    assert "Mr Q" not in withheld.to_csv()


def test_a_day_that_is_unknown_makes_no_column():
    cells = pd.DataFrame({"name": texts("A")})

    assert list(with_source(cells, source="S").columns) == ["name", "source"]
    dated = with_source(cells, source="S", licence="L", as_at=date(2025, 1, 2))
    assert dated.loc[2].to_dict() == {
        "name": "A",
        "source": "S",
        "licence": "L",
        "as_at": "2025-01-02",
    }
    assert list(cells.columns) == ["name"]


def test_rules_without_rows_are_not_counted():
    assert counted([("a", 0), ("b", 2), ("b", 1)]) == {"b": 3}
