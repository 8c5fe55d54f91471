"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clean.days import DAY_FORMATS, read_day, readings

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "formats", "day"),
    [
        ("2024-02-29", (), date(2024, 2, 29)),
        ("03/04/2025", ("%d/%m/%Y",), date(2025, 4, 3)),
        ("03/04/2025", ("%m/%d/%Y",), date(2025, 3, 4)),
        ("03-Mar-20", ("%d/%m/%Y", "%d-%b-%y"), date(2020, 3, 3)),
        ("05/05/2025", ("%d/%m/%Y", "%m/%d/%Y"), date(2025, 5, 5)),
    ],
)
def test_a_day_is_read_as_declared(text, formats, day):
    assert read_day(text, formats) == (day, "", "")


@pytest.mark.parametrize(
    ("text", "formats", "rule", "words"),
    [
        ("03/04/2025", (), "ambiguous date", "2025-03-04 or 2025-04-03"),
        ("03/04/2025", ("%d/%m/%Y", "%m/%d/%Y"), "ambiguous date", "2025-03-04 or 2025-04-03"),
        ("31/12/2025", (), "date", "write 2025-12-31, or name its format"),
        ("2025-02-29", (), "date", "a day of the calendar"),
        ("soon", ("%d/%m/%Y",), "date", "2025-12-31 or %d/%m/%Y"),
        ("31/12/0025", (), "date", "a day of the calendar"),
    ],
)
def test_what_is_no_day_or_two_is_refused_with_a_remedy(text, formats, rule, words):
    day, broken, suggestion = read_day(text, formats)

    assert (day, broken) == (None, rule)
    assert words in suggestion


@given(DAYS, st.sampled_from(DAY_FORMATS))
def test_a_written_day_is_among_its_readings(day, written):
    text = day.strftime(written)
    found = readings(text)

    # Two digits of a year name one of a hundred years.
    assert found[written] == day or (
        "%y" in written and found[written].year % 100 == day.year % 100
    )


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"]))
def test_a_day_is_never_guessed(day, written):
    """Without a declared format nothing but ISO is read; with one, only that day."""
    text = day.strftime(written)

    assert read_day(text)[0] is None
    assert read_day(text, [written])[0] == day
    assert read_day(text, ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"])[0] in (None, day)
