"""Ofsted's inspections: one scale a provider, the newer inspection first."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from feeds import assert_accounted, assert_same, by_id, part_of, rules, turned, without
from hypothesis import given
from hypothesis import strategies as st
from public_samples import ofsted as samples

from etl.errors import ColumnsError, SourceError
from etl.sources.ofsted import FORMAT, MONITORING, OLDER, SHEET_LINES
from etl.sources.probe import Probe
from geo.inspection import GRADES, Scheme, inspection_scores
from geo.scenario import make_scenario

UNDERLYING, MONTHLY, RENEWED, CARDS = range(4)
COLLEGE = "10099905"
DEFAULT = Path(__file__).parents[3] / "data" / "scenarios" / "default.toml"


@pytest.fixture
def paths(tmp_path):
    return samples.write(tmp_path)


def read(path):
    return FORMAT.read(Probe(path))


def grades(row):
    return dict(item.split("=") for item in row["inspection_grades"].split(";") if item)


def written(folder, rows, header=samples.UNDERLYING):
    return samples.delimited([header, *rows], folder / "grades.csv")


def judged(ukprn, last_day, overall, name="A Ltd"):
    found = {"overall": overall, "last": last_day}
    return samples.laid_out(samples.UNDERLYING, **samples.provider(ukprn, name), **found)


def test_the_underlying_data_is_read(paths):
    feed = read(paths[UNDERLYING])
    rows = by_id(feed, "providers", "ukprn")

    assert (feed.layout, feed.as_at) == ("four-point grades", date(2021, 8, 31))
    assert rows["10099901"] == {
        "ukprn": "10099901",
        "name": "Example Training Ltd",
        "provider_type": "Independent learning provider",
        "nation": "England",
        "inspection_scheme": "four points",
        "inspection_grades": (
            "apprenticeships=good;leadership and management=requires improvement;"
            "overall effectiveness=good;quality of education=good"
        ),
        "inspection_date": "2020-03-06",
        "safeguarding_met": "yes",
    }
    assert rows[COLLEGE]["name"] == "Example Régional College"
    assert rows[COLLEGE]["inspection_date"] == "2021-10-01"
    assert rows[COLLEGE]["safeguarding_met"] == "no"
    assert "apprenticeships" not in grades(rows[COLLEGE])
    assert_accounted(feed, range(2, 8))


def test_a_provider_never_inspected_has_neither_grade_nor_scheme_nor_day(paths):
    row = by_id(read(paths[UNDERLYING]), "providers", "ukprn")["10099903"]

    for field in (
        *("inspection_scheme", "inspection_grades"),
        *("inspection_date", "safeguarding_met"),
    ):
        assert row[field] == ""


def test_rows_that_cannot_be_kept_are_refused_by_rule(paths):
    assert rules(read(paths[UNDERLYING])) == {
        5: ("overall effectiveness", "grade"),
        6: ("ukprn", "required"),
        7: ("name", "personal data"),
    }


def test_a_month_before_the_report_cards_is_read_below_its_titles(paths):
    feed = read(paths[MONTHLY])
    row = by_id(feed, "providers", "ukprn")[COLLEGE]

    assert feed.as_at == date(2025, 8, 31)
    assert grades(row) == {
        "apprenticeships": "requires improvement",
        "leadership and management": "good",
        "overall effectiveness": "good",
        "quality of education": "outstanding",
    }
    assert row["inspection_date"] == "2024-01-19"
    assert feed.set_aside == {OLDER: 1}
    assert_accounted(feed, range(4, 7))


def test_a_workbook_of_report_cards_and_old_grades_never_mixes_them(paths):
    feed = read(paths[RENEWED])
    rows = by_id(feed, "providers", "ukprn")

    assert feed.layout == (
        "report cards and provider list with the last four-point grades and monitoring visits"
    )
    assert feed.as_at == date(2026, 3, 31)
    assert rows[COLLEGE]["inspection_scheme"] == "five points in separate areas"
    assert grades(rows[COLLEGE]) == {
        "apprenticeships - achievement": "urgent improvement",
        "apprenticeships - curriculum, teaching and training": "needs attention",
        "contribution to meeting skills needs": "exceptional",
        "inclusion": "strong",
        "leadership and governance": "expected",
    }
    assert rows["10099901"]["inspection_scheme"] == "four points"
    assert grades(rows["10099901"]) == {
        "overall effectiveness": "good",
        "quality of education": "good",
    }
    assert rows["10099931"]["safeguarding_met"] == "no"
    assert feed.set_aside == {OLDER: 1, MONITORING: 3}
    assert rules(feed) == {6: ("inclusion", "grade")}
    assert feed.read == 3 + 2 + 1 + 4


def test_lines_of_further_sheets_are_told_apart(paths):
    feed = read(paths[RENEWED])

    assert max(feed.parts[0].lines()) == 3 * SHEET_LINES + 7
    assert "Lines from 3,000,001 on are the rows of sheet 'D4_Provider_list'." in feed.notes


def test_old_grades_that_a_report_card_has_replaced_are_left_out(paths):
    feed = read(paths[RENEWED])
    row = by_id(feed, "providers", "ukprn")["10099932"]

    assert (row["inspection_grades"], row["inspection_date"]) == ("", "")
    assert row["safeguarding_met"] == ""
    assert any(note.startswith("1 provider(s) have been inspected") for note in feed.notes)


def test_report_cards_saved_as_csv_say_what_their_sheet_says(paths):
    one, other = read(paths[CARDS]), read(paths[RENEWED])
    cards = part_of(other, "providers")

    pd.testing.assert_frame_equal(part_of(one, "providers"), cards[cards.index < SHEET_LINES])


@pytest.mark.parametrize("number", [UNDERLYING, MONTHLY, RENEWED, CARDS])
def test_the_analysis_takes_what_is_read(paths, number):
    policy = make_scenario(tomllib.loads(DEFAULT.read_text(encoding="utf-8"))).quality
    cells = part_of(read(paths[number]), "providers").set_index("ukprn")
    providers = cells.mask(cells == "").assign(
        safeguarding_met=cells["safeguarding_met"].map({"yes": True, "no": False}).astype("boolean")
    )

    scores = inspection_scores(providers, policy=policy, as_of=date(2026, 6, 30))

    assert scores["score"].notna().sum() == (cells["inspection_grades"] != "").sum()


@pytest.mark.parametrize("number", [UNDERLYING, MONTHLY, RENEWED, CARDS])
def test_the_order_of_columns_counts_not(paths, number):
    encoding = "cp1252" if number == UNDERLYING else "utf-8-sig"

    assert_same(read(paths[number]), read(turned(paths[number], "Provider UKPRN", encoding)))


@pytest.mark.parametrize("heading", ["Provider name", "Provider type", "First day of inspection"])
def test_a_missing_column_is_named(paths, heading):
    with pytest.raises(ColumnsError, match=f"lacks the column '{heading}'"):
        read(without(paths[CARDS], heading, "utf-8-sig"))


def test_the_newer_graded_inspection_wins_whatever_the_order(tmp_path):
    old, new = judged("10099901", "06-Mar-20", "4"), judged("10099901", "1-Sept-23", "1")
    visit = judged("10099901", "02-Feb-24", "-")

    for rows in ([old, new, visit], [visit, new, old]):
        feed = read(written(tmp_path, rows))
        [row] = part_of(feed, "providers").to_dict("records")

        assert (row["inspection_grades"], row["inspection_date"]) == (
            "overall effectiveness=outstanding",
            "2023-09-01",
        )
        assert feed.set_aside == {OLDER: 2}


def test_a_day_that_is_none_of_the_calendar_does_not_make_an_inspection_newer(tmp_path):
    feed = read(
        written(
            tmp_path, [judged("10099901", "31/31/2024", "4"), judged("10099901", "1-Mar-20", "1")]
        )
    )

    assert part_of(feed, "providers")["inspection_date"].tolist() == ["2020-03-01"]


@pytest.mark.parametrize(
    "written_day", ["06-Mar-20", "06-Mar-2020", "06/03/2020", "2020-03-06 00:00:00", "6 March 2020"]
)
def test_days_are_read_as_they_are_written(tmp_path, written_day):
    feed = read(written(tmp_path, [judged("10099901", written_day, "2")]))

    assert part_of(feed, "providers")["inspection_date"].tolist() == ["2020-03-06"]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("MI_-_further_education_and_skills_-_as_at_31_August_2025.csv", date(2025, 8, 31)),
        ("MI FES 1 September 2025 to 31 Mar 2026.csv", date(2026, 3, 31)),
        ("MI published by 30 Sep 2024.csv", date(2024, 9, 30)),
        ("as at 31 Smarch 2025.csv", None),
    ],
)
def test_the_name_of_a_file_says_its_day(tmp_path, name, day):
    path = written(tmp_path, [judged("10099901", "06-Mar-20", "2")])

    assert read(path.rename(tmp_path / name)).as_at == day


def test_an_open_document_is_told_and_refused_with_advice(tmp_path):
    path = samples.write_open_document(tmp_path)

    assert FORMAT.recognise(Probe(path)) == "OpenDocument spreadsheet"
    with pytest.raises(SourceError, match="save it as XLSX, or as CSV"):
        read(path)


def test_another_file_is_not_read(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Provider UKPRN,Provider name\n1,A\n", encoding="ascii")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="no table of inspections"):
        read(path)


CELLS = st.sampled_from(["", "-", "NULL", "1", "2", "4", "5", "Good", "Strong", "Exceptional"])
CARD = st.fixed_dictionaries(
    {
        "inclusion": CELLS,
        "apprenticeships_-_achievement": CELLS,
        "safeguarding_standards": st.sampled_from(["", "Met", "Not met", "Perhaps"]),
        "first_day_of_inspection": st.sampled_from(["", "2026-01-13", "2026-02-30"]),
    }
)
LISTED = st.fixed_dictionaries(
    {
        "latest_overall": CELLS,
        "latest_safeguarding": st.sampled_from(["", "Yes", "No"]),
        "first_day_of_inspection": st.sampled_from(["", "2020-01-13"]),
        "has_the_provider_received_a_full": st.sampled_from(["Yes", "No", ""]),
    }
)
NUMBERS = st.sampled_from(["10099901", "10099902", "NULL", "10099903.0"])


@given(
    cards=st.lists(st.tuples(NUMBERS, CARD), min_size=1, max_size=6),
    listed=st.lists(st.tuples(NUMBERS, LISTED), min_size=1, max_size=6),
)
def test_no_row_is_lost_and_no_scale_is_mixed(tmp_path_factory, cards, listed):
    sheets = {
        "D1": [samples.CARDS]
        + [samples.laid_out(samples.CARDS, **samples.provider(u, "A"), **row) for u, row in cards],
        "D4": [samples.LIST]
        + [samples.laid_out(samples.LIST, **samples.provider(u, "A"), **row) for u, row in listed],
    }
    feed = read(samples.workbook(sheets, tmp_path_factory.mktemp("ofsted") / "book.xlsx"))

    assert feed.read == len(cards) + len(listed)
    rows = by_id(feed, "providers", "ukprn")
    assert len(rows) == len(feed.parts[0].cells)
    for row in rows.values():
        schemes = {GRADES[grade][0] for grade in grades(row).values()}
        assert len(schemes) <= 1
        assert row["inspection_scheme"] == "".join(map(str, schemes))
    assert {*Scheme} >= {Scheme(row["inspection_scheme"]) for row in rows.values() if grades(row)}
