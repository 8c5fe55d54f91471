"""What the values of a column are."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.fields import Field, Kind
from etl.clean.days import read_day
from etl.mapping_names import Synonyms
from etl.mapping_values import (
    blank_words,
    date_formats,
    distinct,
    fit,
    is_personal,
    value_table,
)

TEXT = Field(Kind.TEXT, "Text")
NUMBER = Field(Kind.NUMBER, "Number", low=0)
DAY = Field(Kind.DATE, "Day")
FLAG = Field(Kind.FLAG, "Flag")
UKPRN = Field(Kind.TEXT, "UKPRN", pattern="[0-9]{8}")
STATUS = Field(Kind.CHOICE, "Status", choices=("delivered", "planned", "unknown"))


def texts(*values):
    return pd.Series(values, dtype="str")


def counts(*values):
    return distinct(texts(*values))


def test_blanks_and_words_for_them_are_no_values():
    assert counts("a", "", "b", "a", "N/A", "-", "unknown").to_dict() == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("name", "field", "values", "share"),
    [
        ("postcode", TEXT, ("CB2 0AA", "sg12ny", "Cambridge"), 2 / 3),
        ("latitude", NUMBER, ("52.1", "0.1", "51"), 2 / 3),
        ("longitude", NUMBER, ("52.1", "0.1", "x"), 1 / 3),
        ("ukprn", UKPRN, ("10000001", "1"), 1 / 2),
        ("company_number", TEXT, ("01234567", "SC123456", "Ltd"), 2 / 3),
        ("website", TEXT, ("http://a.example", "www.b.example", "none of it"), 2 / 3),
        ("name", TEXT, ("A College", "12", "http://a.example"), 1 / 3),
        ("employees", NUMBER, ("12", "3.5", "-1", "many"), 1 / 2),
        ("as_at", DAY, ("31/01/2025", "2025-01-31", "3 May 2025", "soon"), 3 / 4),
        ("evidence", TEXT, ("a", "b"), 1),
        ("status", STATUS, ("a", "b"), 1),
        ("status", STATUS, tuple(map(str, range(100))), 0),
        ("employees", NUMBER, ("", "N/A"), 0),
    ],
)
def test_the_share_of_values_that_fit(name, field, values, share):
    assert fit(counts(*values), name, field) == pytest.approx(share)


def test_personal_values_are_seen():
    assert is_personal(counts("a@b.example", "c@d.example", "x"))
    assert is_personal(counts("01632 960123", "x"))
    assert not is_personal(counts("Example", "12"))
    assert not is_personal(counts())


def test_words_for_a_blank_are_found_as_written_but_not_where_they_mean_something():
    assert blank_words(texts("N/A", "n/a", "1", ""), NUMBER) == ["N/A", "n/a"]
    assert blank_words(texts("unknown", "-"), STATUS) == ["-"]


@pytest.mark.parametrize(
    ("values", "formats", "sound", "words"),
    [
        (("31/01/2025", "02/03/2025"), ("%d/%m/%Y",), True, "all 2 distinct days"),
        (("01/31/2025", "02/03/2025"), ("%m/%d/%Y",), True, "in one way"),
        (("02/03/2025",), (), False, "ambiguous: '02/03/2025'"),
        (("2025-01-31",), (), True, "every day is ISO"),
        ((), (), True, "every day is ISO"),
        (("31/01/2025", "3 March 2025"), ("%d/%m/%Y", "%d %B %Y"), True, "in one way"),
        (("31/01/2025", "01/31/2025", "02/03/2025"), (), False, "ambiguous"),
        (("31/01/2025", "soon"), ("%d/%m/%Y",), False, "1 of the values are no days"),
        (("05/05/2025",), ("%d/%m/%Y",), True, "in one way"),
    ],
)
def test_how_days_are_written_is_proven_or_left_open(values, formats, sound, words):
    found = date_formats(values)

    assert (set(found.formats), found.sound) == (set(formats), sound)
    assert words in found.proof


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2049, 12, 31)), min_size=1, max_size=12),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%b-%y", "%d.%m.%Y", "%Y%m%d"]),
)
def test_what_is_said_to_be_sound_reads_every_day_as_it_was_meant(days, written):
    found = date_formats([day.strftime(written) for day in days])

    if found.sound:
        assert [read_day(day.strftime(written), found.formats)[0] for day in days] == days
    else:
        assert found.formats == ()


def test_values_of_a_choice_become_the_register_s_or_blank():
    synonyms = Synonyms(words={"delivered": ("running",)})
    table = value_table(
        counts("delivered", "Running", "RUNNING", "Plannd", "Perhaps"), STATUS, synonyms
    )

    assert {value: meant for value, (meant, _) in table.items()} == {
        "Running": "delivered",
        "RUNNING": "delivered",
        "Plannd": "planned",
        "Perhaps": "",
    }
    assert "check it" in table["Plannd"][1]
    assert "1 rows" in table["Perhaps"][1]


def test_words_for_yes_and_no_become_them():
    synonyms = Synonyms(yes=("effective",), no=("not effective",))
    table = value_table(counts("Yes", "Effective", "Not effective", "?!"), FLAG, synonyms)

    assert {value: meant for value, (meant, _) in table.items()} == {
        "Effective": "yes",
        "Not effective": "no",
        "?!": "",
    }
