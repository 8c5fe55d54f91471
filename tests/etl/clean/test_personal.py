"""What looks like personal data. The addresses and numbers are reserved for examples."""

from __future__ import annotations

import pandas as pd
import pytest

from app.db.fields import Field, Kind
from etl.clean.personal import has_email, has_phone

TEXT = Field(Kind.TEXT, "Text")


def found(check, text, name="evidence", field=TEXT):
    return check(pd.Series([text], dtype="str"), name, field).item()


@pytest.mark.parametrize("text", ["ann@example.org", "ask ann.o'x+1@mail.example.co.uk first"])
def test_email_addresses_are_found(text):
    assert found(has_email, text)


@pytest.mark.parametrize("text", ["", "a @ b", "@handle", "level 2@", "name@host"])
def test_other_text_is_no_email_address(text):
    assert not found(has_email, text)


@pytest.mark.parametrize(
    "text",
    [
        "020 7946 0123",
        "call 07700 900123",
        "+44 20 7946 0123",
        "+44 (0)113 496 0123",
        "(0113) 4960123",
    ],
)
def test_telephone_numbers_are_found(text):
    assert found(has_phone, text)


@pytest.mark.parametrize(
    "text", ["", "2024/25", "12 places in 2025", "10008640", "01110;01120", "Unit 0123, 4 bays"]
)
def test_other_numbers_are_no_telephone_numbers(text):
    assert not found(has_phone, text)


@pytest.mark.parametrize("name", ["site_id", "programme_code", "company_number", "website"])
def test_ids_codes_and_links_are_not_searched_for_telephone_numbers(name):
    assert not found(has_phone, "02079460123", name)


def test_numbers_and_links_are_not_searched_for_email_addresses():
    assert not found(has_email, "a@b.example", "places", Field(Kind.NUMBER, "Places"))
    assert not found(has_email, "https://a@b.example", "website")
