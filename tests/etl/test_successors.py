"""Proposals from links of establishments: what closed, and what followed it."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from app.db.engine import writing
from app.db.matches import Standing, list_matches
from app.db.models import Provider, School, Venue
from app.db.register import read_table, write_rows
from etl.sources.gias_links import Links
from etl.successors import propose_successors

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def write(connection, model, **columns):
    blank = read_table(connection, model)
    rows = blank.reindex(range(len(next(iter(columns.values()))))).assign(**columns)
    write_rows(connection, model, rows.astype(blank.dtypes), moment=NOON)


@pytest.fixture
def proposed(engine):
    def propose(*pairs):
        columns = ["predecessor", "successor", "kind", "day"]
        frame = pd.DataFrame(list(pairs), columns=columns, dtype="str")
        links = Links(frame, read=len(frame), also=0, rejects=pd.DataFrame())
        with writing(engine) as connection:
            new = propose_successors(connection, links, at=NOON)
            return new, list_matches(connection)

    with writing(engine) as connection:
        write(connection, Provider, ukprn=["10000001", "10000002"], name=["A", "B"])
        write(
            connection,
            Venue,
            venue_id=["gias-100001", "gias-100002", "gias-100003"],
            ukprn=["10000001", "10000002", "10000002"],
            name=["A", "B", "C"],
        )
        write(connection, School, school_id=["200001", "200002"], name=["D", "E"])
    return propose


def test_both_ends_in_the_register_are_proposed_and_nothing_is_accepted(proposed):
    new, matches = proposed(
        ("100001", "100002", "merged", "2017-08-01"),
        ("200001", "200002", "split", ""),
        ("100001", "999999", "succeeded", ""),
    )

    assert new == {"providers": 1, "venues": 1, "schools": 1}
    told = {(m.table_name, m.source_row, m.row_id): (m.score, m.evidence) for m in matches}
    assert told == {
        ("providers", "10000001", "10000002"): (0.9, "GIAS link: merged on 2017-08-01"),
        ("venues", "gias-100001", "gias-100002"): (0.9, "GIAS link: merged on 2017-08-01"),
        ("schools", "200001", "200002"): (0.6, "GIAS link: split"),
    }
    assert {m.standing for m in matches} == {Standing.PROPOSED}


def test_two_places_of_one_provider_say_nothing_of_the_provider(proposed):
    new, _ = proposed(("100003", "100002", "succeeded", ""))

    assert new == {"providers": 0, "venues": 1, "schools": 0}


def test_the_same_links_again_propose_nothing_new(proposed):
    link = ("100001", "100002", "merged", "2017-08-01")
    proposed(link)

    new, matches = proposed(link)

    assert sum(new.values()) == 0
    assert len(matches) == 2
