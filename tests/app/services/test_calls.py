"""Calls to make first: in their order, without what may not be told."""

from __future__ import annotations

import pytest
from findings_by_hand import make_findings

from app.db.engine import make_engine, reading
from app.db.errors import NotFoundError
from app.db.runs import current_run, read_coverage
from app.services.calls import CALL_COLUMNS, calls_to_make


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection
    engine.dispose()


def test_calls_are_those_of_the_run_but_what_tells_of_a_sensitive_site(connection):
    run = current_run(connection)
    made = make_findings(read_coverage(connection, run.run_id, programme_code=None)).calls

    calls = calls_to_make(connection, run)

    assert tuple(calls.rows.columns) == CALL_COLUMNS
    assert calls.withheld == 1
    kept = made[made["rank"] != 2].reset_index(drop=True)
    assert calls.rows["question"].tolist() == kept["question"].tolist()
    assert calls.rows["served_swing"].tolist() == kept["served_swing"].tolist()


def test_calls_of_a_programme_are_about_it_or_about_none(connection):
    calls = calls_to_make(connection, current_run(connection), programme="P2")
    assert calls.rows["rank"].tolist() == [4, 5, 6]
    assert calls.withheld == 1


def test_an_unknown_programme_is_named(connection):
    with pytest.raises(NotFoundError, match="P9"):
        calls_to_make(connection, current_run(connection), programme="P9")


@pytest.mark.slow
def test_the_demos_calls_are_ordered_by_what_they_could_change(demo):
    with reading(demo.engine) as connection:
        rows = calls_to_make(connection, demo.run).rows
    assert len(rows)
    assert rows["rank"].is_monotonic_increasing
    assert rows["areas_settled"].is_monotonic_decreasing
    assert rows["areas_settled"].iloc[0] > 0
    for _, alike in rows.groupby("areas_settled"):
        assert alike["score"].round(6).is_monotonic_decreasing
    assert (rows["served_swing"] >= 0).all()
