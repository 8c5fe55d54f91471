"""The rules by which lists confirm candidates, as a file."""

from __future__ import annotations

import re

import pytest

from app.settings import shipped_data_path
from etl.confirm_file import FILE, read_confirm_rules
from etl.errors import SourceError

TEXT = """
same_company_number = true
same_name_and_postcode = false
most_companies_at_address = 7
accounts_of_inactive = ["DORMANT"]
"""


@pytest.fixture
def read(tmp_path):
    def from_text(text):
        path = tmp_path / "confirm.toml"
        path.write_text(text, encoding="utf-8")
        return read_confirm_rules(path)

    return from_text


def test_every_rule_is_read(read):
    rules = read(TEXT)

    assert (rules.same_company_number, rules.same_name_and_postcode) == (True, False)
    assert (rules.most_companies_at_address, rules.accounts_of_inactive) == (7, ("DORMANT",))


def test_the_rules_that_ship_hold_back_dormant_companies():
    assert {"DORMANT", "NO ACCOUNTS FILED"} == set(
        read_confirm_rules(shipped_data_path() / FILE).accounts_of_inactive
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("true", '"yes"', "same_company_number = 'yes': write true or false"),
        ("= 7", "= true", "most_companies_at_address = True: write a whole number"),
        ("= 7", "= -1", "most_companies_at_address = -1: write a whole number"),
        ('["DORMANT"]', '"DORMANT"', "accounts_of_inactive = 'DORMANT': write a list"),
        ("most_", "least_", "names 'least_companies_at_address'"),
        ("same_name_and_postcode = false", "", "same_name_and_postcode = None"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(read, old, new, said):
    with pytest.raises(SourceError, match=re.escape(said)):
        read(TEXT.replace(old, new))
