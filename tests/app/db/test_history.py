"""What the register was at every moment, alike on both databases."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from app.db.cursors import write_cursor
from app.db.engine import reading, writing
from app.db.errors import BadCursorError, RowsRefusedError
from app.db.history import (
    ended_at,
    history_of,
    latest_change,
    next_moment,
    read_as_of,
    read_begun,
    read_ended,
    read_page_as_of,
)
from app.db.models import Achievement, CandidateSite, Programme, Provider, School, Venue
from app.db.register import fids_of, next_cursor, read_table, remove_rows, table_of, write_rows

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def rows_of(connection, model, *records):
    blank = read_table(connection, model).iloc[:0]
    rows = pd.DataFrame(list(records), columns=list(blank.columns))
    plain = {name: blank[name].dtype for name in blank.columns if name != "geometry"}
    rows = rows.astype(plain)
    if "geometry" not in blank:
        return rows
    return blank.__class__(rows, geometry="geometry", crs="EPSG:4326")


def write(engine, model, *records, moment):
    with writing(engine) as connection:
        return write_rows(connection, model, rows_of(connection, model, *records), moment=moment)


def names_at(engine, moment, model=Provider):
    with reading(engine) as connection:
        return read_as_of(connection, model, moment)["name"].tolist()


def test_a_row_stands_from_its_moment_to_the_next_exclusive(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)
    write(engine, Provider, {"ukprn": "1", "name": "B"}, moment=START + DAY)

    assert names_at(engine, START - DAY) == []
    assert names_at(engine, START) == ["A"]
    assert names_at(engine, START + DAY - timedelta(microseconds=1)) == ["A"]
    assert names_at(engine, START + DAY) == ["B"]


def test_a_row_that_was_removed_is_in_the_past_only(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)
    with writing(engine) as connection:
        [fid] = fids_of(connection, Provider, ["1"]).values()
        assert remove_rows(connection, Provider, [fid], moment=START + DAY) == 1

    assert names_at(engine, START) == ["A"]
    assert names_at(engine, START + DAY) == []
    with reading(engine) as connection:
        assert latest_change(connection) == START + DAY


def test_a_row_to_which_others_refer_is_not_removed(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)
    write(engine, Venue, {"venue_id": "v", "ukprn": "1", "name": "V"}, moment=START)
    with writing(engine) as connection:
        [fid] = fids_of(connection, Provider, ["1"]).values()
        with pytest.raises(RowsRefusedError):
            remove_rows(connection, Provider, [fid], moment=START + DAY)

    assert names_at(engine, START + DAY) == ["A"]
    with reading(engine) as connection:
        assert connection.execute(history_of(table_of(Provider)).select()).fetchall() == []


def test_what_did_not_change_has_no_history(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START + DAY)

    with reading(engine) as connection:
        assert latest_change(connection) == START
        assert connection.execute(history_of(table_of(Provider)).select()).fetchall() == []


def test_a_row_from_before_history_was_kept_stands_since_ever(engine):
    with writing(engine) as connection:
        connection.execute(table_of(Provider).insert(), {"ukprn": "1", "name": "A"})

    assert names_at(engine, datetime(1900, 1, 1, tzinfo=UTC)) == ["A"]


def test_points_and_keys_with_blanks_come_back_as_they_were(engine):
    write(
        engine,
        School,
        {"school_id": "s", "name": "S", "geometry": Point(-0.1234567891, 51)},
        moment=START,
    )
    write(engine, School, {"school_id": "s", "name": "S", "geometry": None}, moment=START + DAY)
    write(engine, Programme, {"programme_code": "P", "title": "T"}, moment=START)
    rates = [{"programme_code": "P", "year": "2024/25", "rate": rate} for rate in (0.5, 0.6)]
    write(engine, Achievement, rates[0], moment=START)
    write(engine, Achievement, rates[1], moment=START + DAY)

    with reading(engine) as connection:
        then = read_as_of(connection, School, START)
        assert then.geometry.tolist() == [Point(-0.1234567891, 51)]
        assert then.crs == "EPSG:4326"
        assert read_as_of(connection, School, START + DAY).geometry.isna().all()
        assert read_as_of(connection, Achievement, START)["rate"].tolist() == [0.5]
        now = read_table(connection, Achievement)
        pd.testing.assert_frame_equal(read_as_of(connection, Achievement, START + DAY), now)


class _RollBackError(Exception):
    """Leaves the register as it was before an example."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(steps=st.lists(st.dictionaries(st.sampled_from("123"), st.sampled_from("AB")), max_size=5))
def test_every_state_can_be_read_again(engine, steps):
    with suppress(_RollBackError), writing(engine) as connection:
        seen = {}
        for at, step in enumerate(steps):
            records = [{"ukprn": ukprn, "name": name} for ukprn, name in step.items()]
            rows = rows_of(connection, Provider, *records)
            write_rows(connection, Provider, rows, moment=START + at * DAY)
            seen[START + at * DAY] = read_table(connection, Provider)
        for moment, rows in seen.items():
            pd.testing.assert_frame_equal(read_as_of(connection, Provider, moment), rows)
        raise _RollBackError


def test_the_next_moment_is_never_before_the_last(engine):
    with reading(engine) as connection:
        assert latest_change(connection) is None
        assert next_moment(connection, START) == START
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)

    with reading(engine) as connection:
        assert next_moment(connection, START - DAY) == START + timedelta(microseconds=1)
        assert next_moment(connection, START + DAY) == START + DAY


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
@pytest.mark.parametrize(("days", "names"), [(0, "AC"), (1, "ABC"), (2, "BD")])
def test_pages_give_each_row_of_a_moment_once_in_order(engine, limit, days, names):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, {"ukprn": "3", "name": "C"}, moment=START)
    write(engine, Provider, {"ukprn": "2", "name": "B"}, moment=START + DAY)
    write(engine, Provider, {"ukprn": "3", "name": "D"}, moment=START + 2 * DAY)
    with writing(engine) as connection:
        fids = list(fids_of(connection, Provider, ["1"]).values())
        remove_rows(connection, Provider, fids, moment=START + 2 * DAY)

    found, after = [], None
    with reading(engine) as connection:
        while after is not None or not found:
            moment = START + days * DAY
            page = read_page_as_of(connection, Provider, moment, after=after, limit=limit)
            found += page["name"].tolist()
            after = next_cursor(Provider, page, limit)

    assert found == list(names)


def test_a_page_of_points_is_as_the_whole_and_bad_cursors_are_refused(engine):
    venue = {"venue_id": "v", "ukprn": "1", "name": "V", "geometry": Point(0.5, 52)}
    write(engine, Provider, {"ukprn": "1", "name": "A"}, moment=START)
    write(engine, Venue, venue, moment=START)

    with reading(engine) as connection:
        whole = read_as_of(connection, Venue, START)
        page = read_page_as_of(connection, Venue, START, after=None, limit=9)
        behind = read_page_as_of(connection, Venue, START, after=write_cursor(["v"]), limit=9)
        with pytest.raises(BadCursorError):
            read_page_as_of(connection, Venue, START, after=write_cursor(["v", "w"]), limit=9)

    pd.testing.assert_frame_equal(pd.DataFrame(page), pd.DataFrame(whole))
    assert len(behind) == 0


def test_what_ended_at_a_moment_is_read_as_it_was(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, {"ukprn": "2", "name": "B"}, moment=START)
    write(engine, Provider, {"ukprn": "1", "name": "C"}, moment=START + DAY)

    with reading(engine) as connection:
        assert read_ended(connection, Provider, START + DAY)["name"].tolist() == ["A"]
        assert read_ended(connection, Provider, START).empty


def test_candidates_have_moments_too(engine):
    write(
        engine,
        CandidateSite,
        {"site_id": "c", "employer": "C", "company_number": "01234567", "standing": "open"},
        moment=START,
    )

    with reading(engine) as connection:
        assert latest_change(connection) is None
        assert next_moment(connection, START - DAY) == START + timedelta(microseconds=1)


def test_what_began_at_a_moment_is_found_whatever_became_of_it(engine):
    write(engine, Provider, {"ukprn": "1", "name": "A"}, {"ukprn": "2", "name": "B"}, moment=START)
    write(engine, Provider, {"ukprn": "1", "name": "C"}, moment=START + DAY)

    with reading(engine) as connection:
        assert read_begun(connection, Provider, START)["name"].tolist() == ["A", "B"]
        assert read_begun(connection, Provider, START + DAY)["name"].tolist() == ["C"]
        assert ended_at(connection, Provider, START) == {START + DAY}
        assert ended_at(connection, Provider, START + DAY) == set()
