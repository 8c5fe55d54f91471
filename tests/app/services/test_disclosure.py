"""Names of the register, and the sites that may not be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from app.db.engine import make_engine, reading, writing
from app.db.models import Site
from app.db.register import fids_of, read_table, remove_rows, write_rows
from app.services.disclosure import hidden_sites, of_sites, read_names


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


START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def write_site(connection, site_id, *, sensitive, day):
    blank = read_table(connection, Site).iloc[:0]
    row = {"site_id": site_id, "employer": "E", "sensitive": sensitive}
    rows = pd.DataFrame([row], columns=list(blank.columns))
    plain = {name: blank[name].dtype for name in blank.columns if name != "geometry"}
    rows = blank.__class__(rows.astype(plain), geometry="geometry", crs="EPSG:4326")
    write_rows(connection, Site, rows, moment=START + day * DAY)


def test_hidden_are_sites_that_are_sensitive_now_or_left_as_such_or_were_then(engine):
    with writing(engine) as connection:
        for day, (site_id, sensitive) in enumerate(
            [("now", True), ("turned", None), ("freed", True), ("open", None), ("left", True),
             ("left-open", False)]
        ):  # fmt: skip
            write_site(connection, site_id, sensitive=sensitive, day=day)
        write_site(connection, "turned", sensitive=True, day=10)
        write_site(connection, "freed", sensitive=False, day=11)
        write_site(connection, "left", sensitive=False, day=12)
        gone = fids_of(connection, Site, ["left", "left-open"])
        remove_rows(connection, Site, list(gone.values()), moment=START + 13 * DAY)

        today = hidden_sites(connection)
        then = hidden_sites(connection, START + 5 * DAY)
        after = hidden_sites(connection, START + 20 * DAY)

    assert today == {"now", "turned", "left"}
    assert then == today | {"freed"}
    assert after == today


def test_rows_of_a_site_are_told_by_their_key():
    sites = {"S"}
    alone, first = pd.Series(["S", "T"], index=[4, 7]), pd.Series(["S\x1fP\x1fn", "SX\x1fS\x1fn"])

    assert of_sites("sites", alone, sites).to_dict() == {4: True, 7: False}
    assert of_sites("demand", first, sites).tolist() == [True, False]
    assert of_sites("travel_times", first, sites).tolist() == [True, False]
    assert of_sites("candidate_sites", alone, sites).tolist() == [True, False]
    assert of_sites("champions", alone, sites).tolist() == [True, False]
    assert not of_sites("offers", first, sites).any()
