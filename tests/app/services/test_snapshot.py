"""Snapshots: what is hashed, and what is not."""

from __future__ import annotations

import pandas as pd
import pytest

from app.db.engine import reading, writing
from app.db.models import Provider
from app.db.register import read_table, write_rows
from app.services.snapshot import take_snapshot
from geo.types import METRIC_CRS


def provider(connection, ukprn, *, source=None):
    rows = (
        read_table(connection, Provider)
        .reindex([0])
        .assign(ukprn=ukprn, name="Example Training", source=source)
    )
    return rows.astype(read_table(connection, Provider).dtypes)


def test_the_same_rows_hash_alike_whenever_they_were_loaded(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, provider(connection, "10000001"))
    with reading(engine) as connection:
        first = take_snapshot(connection)
    with writing(engine) as connection:
        write_rows(connection, Provider, provider(connection, "10000002"))
    with reading(engine) as connection:
        second = take_snapshot(connection)

    assert first.content_hash != second.content_hash
    with writing(engine) as connection:
        write_rows(connection, Provider, provider(connection, "10000002"))
    with reading(engine) as connection:
        assert take_snapshot(connection).content_hash == second.content_hash


@pytest.mark.parametrize(
    ("source", "expected"),
    [("Illustrative data (invented)", True), ("UK register", False), (None, False)],
)
def test_one_invented_row_makes_it_illustrative(engine, source, expected):
    with writing(engine) as connection:
        write_rows(connection, Provider, provider(connection, "10000001", source=source))
    with reading(engine) as connection:
        assert take_snapshot(connection).illustrative is expected


def test_the_analysis_gets_metres_and_names(demo):
    with reading(demo.engine) as connection:
        snapshot = take_snapshot(connection)

    register = snapshot.register(demo.reference)

    assert register.sites.crs == METRIC_CRS
    assert register.venues.crs == METRIC_CRS
    assert register.venues["provider"].notna().all()
    assert register.sites["county"].notna().sum() == register.sites["authority_code"].notna().sum()
    assert "Cambridgeshire" in set(register.sites["county"])
    assert register.sites.index.is_monotonic_increasing
    assert isinstance(register.offers, pd.DataFrame)
