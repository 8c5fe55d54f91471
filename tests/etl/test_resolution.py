"""Matching while a file is loaded: at once, queued, or not at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from app.db.claims import read_claims
from app.db.engine import reading
from app.db.frames import GEOMETRY
from app.db.matches import RULE, Standing, list_matches
from app.db.models import Offer, Provider, School, Site, Venue
from app.db.register import read_table
from etl.mapping import make_mapping
from etl.pipeline import load_file
from etl.prepare import Tools
from etl.resolution import compared
from etl.undo import undo_load

FIELDS = {
    "providers": ["ukprn", "name"],
    "programmes": ["programme_code", "title"],
    "venues": ["venue_id", "ukprn", "name", "postcode"],
    "sites": ["site_id", "employer", "postcode", "employees"],
    "schools": ["school_id", "name", "postcode"],
    "offers": ["venue_id", "programme_code", "mode", "status"],
}


def listing(table, name="listing", also=()):
    columns = {column: column for column in (*FIELDS[table], *also)}
    return make_mapping({"table": table, "columns": columns}, name=name)


@pytest.fixture
def load(engine, tmp_path, gazetteer, authorities):
    def load_rows(table, *rows, by=None, also=(), **rest):
        header = ",".join((*FIELDS[table], *also))
        path = Path(tmp_path) / f"{table}.csv"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return load_file(
            engine,
            table,
            path,
            authorities=authorities,
            gazetteer=gazetteer,
            mapping=listing(table, by, also) if by else None,
            **rest,
        )

    return load_rows


def rows(engine, model):
    with reading(engine) as connection:
        return read_table(connection, model)


def matches(engine, **rest):
    with reading(engine) as connection:
        return list_matches(connection, **rest)


def test_a_site_of_another_source_is_known_by_name_and_postcode(engine, load):
    load("sites", "s,Larkmoor Biologics Ltd,CB2 0AA,")

    report = load("sites", "hash,LARKMOOR BIOLOGICS LIMITED,CB20AA,12", by="listing")

    [row] = rows(engine, Site).to_dict("records")
    assert (row["site_id"], row["employees"]) == ("s", 12)
    [match] = matches(engine)
    assert (match.standing, match.decided_by, match.speaker) == (Standing.ACCEPTED, RULE, "listing")
    assert (match.source_row, match.row_id, match.load_id) == ("hash", "s", report.load_id)
    assert any("by rule" in note for note in report.notes)
    assert (report.inserted, report.updated) == (0, 1)
    with reading(engine) as connection:
        claims = read_claims(connection, "sites", speaker="listing")
    assert set(claims["row_id"]) == {"s"}
    assert set(claims["source_row"]) == {"hash"}


def test_the_same_file_again_changes_nothing(engine, load):
    load("sites", "s,Larkmoor Biologics Ltd,CB2 0AA,")
    load("sites", "hash,LARKMOOR BIOLOGICS LIMITED,CB20AA,12", by="listing")
    before = rows(engine, Site)

    report = load("sites", "hash,LARKMOOR BIOLOGICS LIMITED,CB20AA,12", by="listing", again=True)

    assert (report.loaded, report.unchanged) == (0, 1)
    pd.testing.assert_frame_equal(rows(engine, Site), before)


def test_rows_of_one_source_are_never_matched(engine, load):
    load("sites", "s,Larkmoor,CB2 0AA,", by="listing")

    load("sites", "t,Larkmoor,CB2 0AA,", by="listing")
    load("schools", "a,St Anne,CB2 0AA", "b,St Anne,CB2 0AA", by="listing")

    assert set(rows(engine, Site)["site_id"]) == {"s", "t"}
    assert len(rows(engine, School)) == 2
    assert not matches(engine)


def test_a_row_that_the_source_has_under_the_registers_id_is_no_other(engine, load):
    load("schools", "a,St Anne,CB2 0AA")

    load("schools", "a,St Anne,CB2 0AA", "b,St Anne,CB2 0AA", by="listing")

    assert set(rows(engine, School)["school_id"]) == {"a", "b"}
    assert not matches(engine)


def test_the_outcome_does_not_depend_on_the_order_of_the_rows(engine, load, gazetteer, authorities):
    load("sites", "s,Larkmoor,CB2 0AA,", "t,Ostrava Pharma,SG1 2NY,")
    lines = ["x,Larkmoor Ltd,CB2 0AA,1", "y,Larkmoor North,CB2 0AA,2", "z,Ostrava Pharma,SG1 2NY,3"]
    outcomes = []
    for order in (lines, lines[::-1]):
        report = load("sites", *order, by="listing")
        told = {(m.source_row, m.row_id, m.score, m.standing) for m in matches(engine)}
        outcomes.append((told, rows(engine, Site)))
        undo_load(engine, report.load_id, Tools(authorities, gazetteer))
        assert not matches(engine)

    (told, stored), (told_too, stored_too) = outcomes

    assert told == told_too
    pd.testing.assert_frame_equal(stored, stored_too)
    accepted = {(row, aim) for row, aim, _, standing in told if standing == Standing.ACCEPTED}
    assert accepted == {("x", "s"), ("z", "t")}
    assert set(stored["site_id"]) == {"s", "t", "y"}


def test_an_offer_of_a_matched_venue_is_an_offer_of_the_registers(engine, load):
    load("providers", "10000001,A")
    load("venues", "v,10000001,Holmbury College,CB2 0AA")
    load("venues", "hash,10000001,Holmbury College,CB2 0AA", by="listing")

    load("programmes", "P,Lab")
    report = load("offers", "hash,P,day_release,delivered", by="listing")

    assert report.rejected == 0
    assert rows(engine, Offer)["venue_id"].tolist() == ["v"]
    assert rows(engine, Venue)["venue_id"].tolist() == ["v"]


def test_two_ids_of_one_venue_make_one_offer(engine, load):
    load("providers", "10000001,A")
    load("programmes", "P,Lab")
    load("venues", "v,10000001,Holmbury College,CB2 0AA")
    load("venues", "hash,10000001,Holmbury College,CB2 0AA", by="listing")

    report = load("offers", "v,P,day_release,delivered", "hash,P,day_release,unknown", by="third")

    [table] = report.tables
    assert (table.inserted, table.evidence, table.rows) == (1, 1, 2)
    assert len(rows(engine, Offer)) == 1
    again = load(
        "offers", "hash,P,day_release,unknown", "v,P,day_release,delivered", by="third", again=True
    )
    assert again.loaded == 0


def test_providers_of_two_numbers_are_only_proposed(engine, load):
    load("providers", "10000001,Holmbury College", "10000003,Other")

    load("providers", "10000002,Holmbury College", by="listing")

    assert len(rows(engine, Provider)) == 3
    [match] = matches(engine)
    assert match.standing == Standing.PROPOSED


def test_undoing_the_load_takes_the_match_along(engine, load, gazetteer, authorities):
    load("sites", "s,Larkmoor,CB2 0AA,")
    before = rows(engine, Site)
    report = load("sites", "hash,Larkmoor,CB2 0AA,12", by="listing")

    undo_load(engine, report.load_id, Tools(authorities, gazetteer))

    pd.testing.assert_frame_equal(rows(engine, Site), before)
    assert not matches(engine)


def test_a_point_that_is_not_certain_is_not_compared(engine, load):
    load("schools", "a,St Anne,CB2 0AA")
    stored = rows(engine, School)
    assert stored[GEOMETRY].notna().all()

    near = compared(School, stored)
    vague = compared(School, stored.assign(radius_metres=5_000.0))

    assert near.index.tolist() == ["a"]
    assert near["x"].between(500_000, 600_000).all()
    assert vague["x"].isna().all()
    assert vague["y"].isna().all()
