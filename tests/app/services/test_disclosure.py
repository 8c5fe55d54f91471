"""Names of the register, and the sites that may not be shown."""

from __future__ import annotations

import pytest

from app.db.engine import make_engine, reading
from app.services.disclosure import read_names


@pytest.fixture
def names(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield read_names(connection)
    engine.dispose()


@pytest.mark.parametrize(
    ("key", "may"),
    [
        ({"site_id": "S1"}, True),
        ({"site_id": "S3"}, False),
        ({"from_id": "S7", "to_id": "V1"}, False),
        ({"from_id": "S1", "to_id": "V1"}, True),
        ({"site_id": "left"}, False),
        ({"venue_id": "V1"}, True),
        ({}, True),
    ],
)
def test_what_tells_of_a_sensitive_or_departed_site_may_not_be_shown(names, key, may):
    assert names.may_show(key) is may


@pytest.mark.parametrize(
    ("key", "whom"),
    [
        ({"venue_id": "V3", "programme_code": "P1"}, "Campus, Example University"),
        ({"from_id": "S4", "to_id": "V3"}, "Campus, Example University"),
        ({"site_id": "S4"}, "Northern Cells"),
        ({"ukprn": "99000002"}, "Example University"),
        ({"venue_id": "left"}, None),
        ({"ukprn": "left"}, None),
        ({"programme_code": "P1"}, None),
    ],
)
def test_who_can_tell_is_named_where_the_register_knows(names, key, whom):
    assert names.of_whom(key) == whom


def test_sensitive_sites_have_no_name_here(names):
    assert sorted(names.employers) == ["S1", "S2", "S4", "S5", "S6"]
