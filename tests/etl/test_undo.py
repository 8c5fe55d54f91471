"""Undoing loads: as if the file had never been loaded, whatever came after it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest

from app.db.claims import read_claims
from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.loads import CANDIDATES, LoadRecord, add_load, list_loads
from app.db.models import REGISTER_MODELS, Provider, Site, TravelTime
from app.db.register import read_table, write_rows
from etl.errors import UndoError
from etl.mapping import make_mapping
from etl.pipeline import load_file
from etl.prepare import Tools
from etl.undo import undo_load

LISTING = make_mapping(
    {"table": "providers", "columns": {"ukprn": "ukprn", "name": "name", "website": "website"}},
    name="listing",
)
FILES = {
    "first": ("providers", "ukprn,name,website\n10000001,A,w\n10000002,B,\n", None),
    "listing": ("providers", "ukprn,name,website\n10000001,Listed,other\n10000003,C,\n", LISTING),
    "second": ("providers", "ukprn,name\n10000001,A2\n10000004,D\n", None),
}


@pytest.fixture
def load(engine, tmp_path, gazetteer, authorities):
    def load_text(table, text, mapping=None):
        path = Path(tmp_path) / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        report = load_file(
            engine, table, path, authorities=authorities, gazetteer=gazetteer, mapping=mapping
        )
        return report.load_id

    return load_text


@pytest.fixture
def undo(engine, gazetteer, authorities):
    return lambda load_id: undo_load(engine, load_id, Tools(authorities, gazetteer))


def contents(engine):
    with reading(engine) as connection:
        tables = {m.__tablename__: read_table(connection, m) for m in REGISTER_MODELS}
        claims = read_claims(connection, "providers")[["row_id", "field", "value", "speaker"]]
    order = list(claims.columns)
    return {**tables, "claims": claims.sort_values(order, ignore_index=True)}


def same(one, other):
    for name, table in one.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(other[name]))


@pytest.mark.parametrize("name", FILES)
def test_each_of_three_loads_is_undone_as_if_it_had_never_been(engine, load, undo, name):
    ids = {key: load(*args) for key, args in FILES.items()}

    undo(ids[name])

    undone = contents(engine)
    for load_id in ids.values():
        if load_id != ids[name]:
            undo(load_id)
    assert all(table.empty for table in contents(engine).values())
    for key, args in FILES.items():
        if key != name:
            load(*args)
    same(undone, contents(engine))


def test_in_whatever_order_all_is_undone_nothing_is_left(engine, load, undo):
    for order in itertools.permutations(FILES):
        ids = {key: load(*args) for key, args in FILES.items()}
        for name in order:
            undo(ids[name])
        assert all(table.empty for table in contents(engine).values()), order


def test_what_the_load_changed_and_removed_is_told(load, undo):
    load(*FILES["first"])
    second = load(*FILES["second"])

    [done] = undo(second)

    assert (done.table, done.removed, done.changed) == ("providers", 1, 1)


def test_a_load_is_undone_once_and_only_if_there_is_one(engine, load, undo):
    first = load(*FILES["first"])
    undo(first)

    with pytest.raises(UndoError, match="undone already"):
        undo(first)
    with pytest.raises(NotFoundError):
        undo(first + 100)
    with reading(engine) as connection:
        assert list_loads(connection)[0].undone_at is not None


def test_rows_to_which_others_refer_stay_and_nothing_is_undone(engine, load, undo):
    first = load(*FILES["first"])
    load("venues", "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\n")

    with pytest.raises(UndoError, match="undo those first"):
        undo(first)

    with reading(engine) as connection:
        assert len(read_table(connection, Provider)) == 2
        assert len(read_claims(connection, "providers")) > 0


def test_a_site_goes_back_to_where_it_stood(engine, load, undo):
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n")
    before = contents(engine)["sites"]
    moved = load("sites", "site_id,employer,postcode\ns,E,CB2 0AA\n")
    assert contents(engine)["sites"]["postcode"].tolist() == ["CB2 0AA"]

    undo(moved)

    pd.testing.assert_frame_equal(contents(engine)["sites"], before)


def test_pairs_of_which_no_claims_are_kept_go_back_by_their_history(engine, load, undo):
    load(*FILES["first"])
    load("venues", "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\nw,10000001,W,SG1 2NY\n")
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n")
    load("travel_times", "from_id,to_id,travel_minutes\ns,v,10\n")
    before = contents(engine)["travel_times"]
    again = load("travel_times", "from_id,to_id,travel_minutes\ns,v,20\ns,w,30\n")

    [done] = undo(again)

    assert (done.removed, done.changed) == (1, 1)
    pd.testing.assert_frame_equal(contents(engine)["travel_times"], before)


def test_a_load_of_an_earlier_release_cannot_be_undone(engine, undo, load):
    load(*FILES["first"])
    with writing(engine) as connection:
        record = list_loads(connection)[0]
        values = {name: getattr(record, name) for name in LoadRecord.__dataclass_fields__}
        old = add_load(connection, LoadRecord(**values | {"speaker": None}))

    with pytest.raises(UndoError, match="earlier release"):
        undo(old)


PAIRS = "from_id,to_id,travel_minutes\n"


@pytest.fixture
def ends(load):
    load(*FILES["first"])
    load("venues", "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\n")
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n")


def test_a_pair_that_a_later_load_repeats_is_not_taken_from_it(engine, load, undo, ends):
    first = load("travel_times", PAIRS + "s,v,20\n")
    again = load("travel_times", PAIRS + "s,v,20\n\n")

    with pytest.raises(UndoError, match=f"The load {again} has written travel_times since"):
        undo(first)

    undo(again)
    assert contents(engine)["travel_times"]["travel_minutes"].tolist() == [20]
    undo(first)
    assert contents(engine)["travel_times"].empty


def test_pairs_that_two_loads_gave_are_gone_when_both_are_undone(engine, load, undo, ends):
    ids = [load("travel_times", PAIRS + f"s,v,{minutes}\n") for minutes in (20, 30)]

    undo(ids[1])
    assert contents(engine)["travel_times"]["travel_minutes"].tolist() == [20]
    undo(ids[0])

    assert contents(engine)["travel_times"].empty


def test_what_was_changed_by_no_load_since_is_left(engine, load, undo, ends):
    first = load("travel_times", PAIRS + "s,v,20\n")
    with writing(engine) as connection:
        rows = read_table(connection, TravelTime).assign(travel_minutes=25.0)
        write_rows(connection, TravelTime, rows)

    undo(first)

    assert contents(engine)["travel_times"]["travel_minutes"].tolist() == [25]


def test_decisions_on_candidates_are_taken_back_elsewhere(engine, load, undo):
    load(*FILES["first"])
    with writing(engine) as connection:
        record = list_loads(connection)[0]
        values = {name: getattr(record, name) for name in LoadRecord.__dataclass_fields__}
        decided = add_load(connection, LoadRecord(**values | {"speaker": CANDIDATES}))

    with pytest.raises(UndoError, match="skillshed candidates reopen"):
        undo(decided)


def test_a_site_goes_back_to_the_kind_of_place_that_it_had(engine, load, undo):
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n")
    with writing(engine) as connection:
        office = read_table(connection, Site).assign(
            precision_class="registered_office", radius_metres=float("nan")
        )
        write_rows(connection, Site, office)
    before = contents(engine)["sites"]
    moved = load("sites", "site_id,employer,postcode\ns,E,CB2 0AA\n")

    undo(moved)

    pd.testing.assert_frame_equal(contents(engine)["sites"], before)
