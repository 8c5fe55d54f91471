"""Texts and moments that mean the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from app.db.engine import reading, writing
from app.db.models import Load, Membership
from app.db.portable import TEXT, Moment

NAMES = ["a", "B", "b", "A", "é", "e", "z", "Z", "-", " x", "10", "9", "ß", "\U0001f600", "￿"]
LOAD = {
    "table_name": "sites",
    "file_name": "sites.csv",
    "file_sha256": "0",
    "rows_read": 0,
    "rows_inserted": 0,
    "rows_updated": 0,
    "rows_unchanged": 0,
    "rows_rejected": 0,
}


def test_text_sorts_by_code_point(engine):
    rows = [{"organisation": name, "body": "b"} for name in NAMES]
    with writing(engine) as connection:
        connection.execute(sa.insert(Membership), rows)
    with reading(engine) as connection:
        query = sa.select(Membership.organisation).order_by(Membership.organisation)
        found = list(connection.scalars(query))

    assert found == sorted(NAMES)


def test_only_postgresql_needs_to_be_told():
    assert TEXT.compile(postgresql.dialect()) == 'TEXT COLLATE "C"'
    assert TEXT.compile(sqlite.dialect()) == "TEXT"


def test_a_moment_comes_back_in_utc(engine):
    summer_time = timezone(timedelta(hours=1))
    given_moment = datetime(2026, 6, 1, 0, 30, 15, 123456, tzinfo=summer_time)
    with writing(engine) as connection:
        connection.execute(sa.insert(Load), LOAD | {"loaded_at": given_moment})
    with reading(engine) as connection:
        [back] = connection.scalars(sa.select(Load.loaded_at))

    assert back == datetime(2026, 5, 31, 23, 30, 15, 123456, tzinfo=UTC)
    assert back.utcoffset() == timedelta(0)


@given(moment=st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 2)))  # noqa: DTZ001
def test_a_moment_keeps_its_meaning_without_its_zone(moment):
    dialect = sqlite.dialect()

    stored = Moment().process_bind_param(moment, dialect)

    assert stored is not None
    assert stored.tzinfo is None
    assert Moment().process_result_value(stored, dialect) == moment.astimezone(UTC)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_a_moment_without_a_zone_is_refused_and_none_stays_none(dialect):
    with pytest.raises(ValueError, match="no time zone"):
        Moment().process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001

    assert Moment().process_bind_param(None, dialect) is None
    assert Moment().process_result_value(None, dialect) is None
