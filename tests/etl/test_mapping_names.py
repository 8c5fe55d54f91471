"""What columns are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import MappingError
from etl.mapping_names import FILE_NAME, likeness, read_synonyms, tidy
from etl.tables import TABLES, table_fields

DATA = Path(__file__).parents[2] / "data"
SHIPPED = read_synonyms(DATA / FILE_NAME)


@pytest.mark.parametrize("name", ["Post Code", "POST_CODE", "postCode", " post-code ", "Post.Code"])
def test_names_are_made_alike(name):
    assert tidy(name) == "post code"
    assert likeness(name, SHIPPED.of("sites", "postcode")) >= 90


def test_the_field_s_own_name_comes_first_and_the_others_in_their_order():
    names = SHIPPED.of("providers", "name")

    assert likeness("Name", names) == 100
    assert likeness("PROVIDER_NAME", names) > likeness("VIEW_NAME", names) >= 90
    assert 0 < likeness("Provider Names", names) < 90
    assert likeness("Town", names) == 0


def test_short_names_are_like_nothing_but_themselves():
    assert likeness("lat", ("lat",)) == 100
    assert likeness("lot", ("lat",)) == 0


@pytest.mark.parametrize(
    "name",
    [
        "E-mail",
        "LOCATION_TELEPHONE",
        "Contact name",
        "HeadFirstName (x)",
        "Surname",
        "TelephoneNum",
        "Date of birth",
        "Mobile no.",
        "Principal",
        "Learner Name",
    ],
)
def test_columns_of_persons_are_known_by_name(name):
    assert SHIPPED.is_personal(name)


@pytest.mark.parametrize("name", ["CONTACT_POSTCODE", "Employer", "Hotel", "Name", "CollegeName"])
def test_columns_of_organisations_are_not_a_person_s(name):
    assert not SHIPPED.is_personal(name)


def test_the_synonyms_that_ship_are_of_fields_that_there_are():
    every = {name for model in TABLES.values() for name in table_fields(model)}

    for table, fields in SHIPPED.fields.items():
        known = every if table == "every" else set(table_fields(TABLES[table]))
        assert set(fields) - known == set(), table
    choices = {
        choice
        for model in TABLES.values()
        for rule in table_fields(model).values()
        for choice in rule.choices
    }
    assert set(SHIPPED.words) - choices == set()


def test_a_broken_file_is_told_in_one_line(tmp_path):
    with pytest.raises(MappingError, match="cannot be read"):
        read_synonyms(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("[every]\npostcode = 'zip'\n")
    with pytest.raises(MappingError, match=r"every\.postcode' must be a list"):
        read_synonyms(tmp_path / "broken.toml")


@given(st.text(max_size=30))
def test_likeness_is_bounded_and_tidying_settles(name):
    assert tidy(tidy(name)) == tidy(name)
    assert 0 <= likeness(name, SHIPPED.of("sites", "employer")) <= 100
