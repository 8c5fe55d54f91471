"""How the register differs between two moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from app.db.engine import reading
from app.db.errors import NotFoundError
from app.services.difference import difference, moment_of, shown_difference
from etl.gazetteer import open_gazetteer
from etl.pipeline import When, load_file

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def gazetteer(gazetteer_cache):
    return open_gazetteer(gazetteer_cache)


@pytest.fixture
def load(engine, tmp_path, gazetteer):
    authorities = pd.DataFrame(
        columns=["authority_code", "authority", "region", "nation"], dtype="str"
    )

    def load_text(table, text, day):
        path = tmp_path / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        when = When(now=START + day * DAY, as_at=date(2026, 10, day + 1))
        return load_file(
            engine, table, path, authorities=authorities, gazetteer=gazetteer, when=when
        ).load_id

    return load_text


def differ(engine, before, after, **rest):
    with reading(engine) as connection:
        return difference(connection, before, after, **rest)


def test_one_changed_field_is_one_row_with_both_values_and_its_source(engine, load):
    load("providers", "ukprn,name\n10000001,A\n10000002,B\n", 0)
    load("providers", "ukprn,name,source\n10000001,A2,Corrected list\n", 1)

    found = differ(engine, START, START + DAY).query("field == 'name'")

    assert found.drop(columns="source").to_dict("records") == [
        {"table": "providers", "row_id": "10000001", "change": "changed", "field": "name",
         "old": "A", "new": "A2"}
    ]  # fmt: skip
    assert found["source"].tolist() == ["Corrected list"]


def test_rows_that_came_and_went_are_told_field_by_field(engine, load):
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n", 0)

    came = differ(engine, START - DAY, START)
    went = differ(engine, START, START - DAY)

    assert set(came["change"]) == {"added"}
    assert {"employer", "geometry", "precision_class"} <= set(came["field"])
    assert came["source"].notna().all()
    assert set(went["change"]) == {"removed"}
    assert went["new"].isna().all()


def test_nothing_differs_from_itself_and_a_table_can_be_chosen(engine, load):
    load("providers", "ukprn,name\n10000001,A\n", 0)

    assert differ(engine, START, START).empty
    assert differ(engine, START - DAY, START, table="sites").empty
    assert set(differ(engine, START - DAY, START, table="providers")["table"]) == {"providers"}


def test_moments_are_named_by_load_day_and_clock(engine, load):
    load_id = load("providers", "ukprn,name\n10000001,A\n", 0)

    with reading(engine) as connection:
        assert moment_of(connection, str(load_id)) == START
        assert moment_of(connection, "2026-11-01") == datetime(
            2026, 11, 1, 23, 59, 59, 999999, tzinfo=UTC
        )
        assert moment_of(connection, "2026-11-01T12:00") == START
        assert moment_of(connection, "2026-11-01T13:00+01:00") == START
        assert moment_of(connection, "9999-12-31").year == 9999
        for word in ("yesterday", "99", "2026-13-01", "9" * 11, "0001-01-01T00:00+14:00"):
            with pytest.raises(NotFoundError):
                moment_of(connection, word)


def test_tables_of_which_no_claims_are_kept_differ_without_a_source(engine, load):
    load("providers", "ukprn,name\n10000001,A\n", 0)
    load("venues", "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\n", 1)
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n", 2)
    load("travel_times", "from_id,to_id,travel_minutes\ns,v,10\n", 3)

    found = differ(engine, START + 2 * DAY, START + 3 * DAY)

    assert set(found["table"]) == {"travel_times"}
    assert pd.isna(found["source"]).all()


def test_what_is_shown_leaves_out_sensitive_sites_and_all_that_tells_of_them(loaded):
    with reading(loaded.engine) as connection:
        start, end = (moment_of(connection, word) for word in ("2026-10-01", "2026-11-30"))
        whole = difference(connection, start, end)
        shown = shown_difference(connection, start, end)

    assert {"SECRET", "TURNED"} <= set(whole["row_id"])
    kept = ~whole["row_id"].str.contains("SECRET|TURNED")
    pd.testing.assert_frame_equal(shown.rows, whole[kept].reset_index(drop=True))
    assert shown.withheld == 3
