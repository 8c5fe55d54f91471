"""A file loaded twice is read once, unless anything can have changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from app.db.engine import reading
from app.db.loads import list_loads
from app.db.models import Provider
from app.db.register import read_table
from etl import again
from etl.again import fingerprint
from etl.mapping import make_mapping
from etl.pipeline import When, load_file
from etl.prepare import Tools
from etl.sources.probe import Probe
from etl.undo import undo_load

PROVIDERS = "ukprn,name\n10000001,A\nx,B\n"
VENUES = "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\nw,10000002,W,SG1 2NY\n"
NOT_READ = "nothing can have changed"


@pytest.fixture
def load(engine, tmp_path, gazetteer, authorities):
    def load_text(table, text, **rest):
        path = Path(tmp_path) / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        return load_file(engine, table, path, authorities=authorities, gazetteer=gazetteer, **rest)

    return load_text


def was_read(report):
    return not any(NOT_READ in note for note in report.notes)


def test_the_same_file_is_not_read_again_and_says_so(engine, load):
    first = load("providers", PROVIDERS)
    again = load("providers", PROVIDERS)

    assert was_read(first)
    assert not was_read(again)
    assert (again.read, again.loaded, again.unchanged, again.rejected) == (2, 0, 1, 1)
    assert again.tables[0].rejected_by_rule == first.tables[0].rejected_by_rule
    with reading(engine) as connection:
        loads = list_loads(connection)
    assert [load.rows_inserted for load in loads] == [1, 0]
    assert loads[1].rows_unchanged == 1


def test_both_ways_say_the_same(load):
    first = load("providers", PROVIDERS)
    quick = load("providers", PROVIDERS)
    slow = load("providers", PROVIDERS, again=True)

    assert was_read(slow)
    for name in ("read", "loaded", "unchanged", "rejected"):
        assert getattr(quick, name) == getattr(slow, name)
    assert quick.tables[0].document() == slow.tables[0].document()
    assert first.rejected_by_rule == slow.rejected_by_rule


def test_tables_loaded_one_after_another_are_each_known_again(load):
    load("providers", PROVIDERS)
    load("venues", VENUES)

    assert not was_read(load("providers", PROVIDERS))
    assert not was_read(load("venues", VENUES))


def test_it_is_read_when_what_it_refers_to_has_changed(load):
    load("providers", PROVIDERS)
    assert load("venues", VENUES).rejected == 1
    load("providers", PROVIDERS + "10000002,C\n")

    again = load("venues", VENUES)

    assert was_read(again)
    assert again.rejected == 0


def test_it_is_read_when_the_same_source_said_otherwise_since(load):
    load("providers", PROVIDERS)
    load("providers", "ukprn,name\n10000001,A2\n")

    back = load("providers", PROVIDERS)

    assert was_read(back)
    assert back.updated == 1


def test_the_day_on_which_it_was_fetched_is_the_users(engine, load):
    when = When(retrieved_on=date(2026, 1, 2))
    for _ in range(2):
        report = load("providers", PROVIDERS, when=when)

    assert not was_read(report)
    with reading(engine) as connection:
        assert {load.retrieved_on for load in list_loads(connection)} == {when.retrieved_on}


def test_another_file_of_the_same_size_is_read(load):
    load("providers", PROVIDERS)

    other = load("providers", PROVIDERS.replace("A", "Z"))

    assert was_read(other)
    assert other.updated == 1


def test_it_is_read_after_it_was_undone(engine, load, gazetteer, authorities):
    first = load("providers", PROVIDERS)
    undo_load(engine, first.load_id, Tools(authorities, gazetteer))

    assert was_read(load("providers", PROVIDERS))


def test_it_is_read_when_its_rejects_are_gone(load, tmp_path):
    report = load("providers", PROVIDERS)
    report.rejects_file.unlink()

    assert was_read(load("providers", PROVIDERS))


def test_a_load_that_was_not_read_keeps_its_rows_when_the_first_is_undone(
    engine, load, gazetteer, authorities
):
    first = load("providers", PROVIDERS)
    second = load("providers", PROVIDERS)
    tools = Tools(authorities, gazetteer)

    undo_load(engine, first.load_id, tools)
    with reading(engine) as connection:
        kept = read_table(connection, Provider)
    undo_load(engine, second.load_id, tools)
    with reading(engine) as connection:
        gone = read_table(connection, Provider)

    assert kept["name"].tolist() == ["A"]
    assert gone.empty


@pytest.fixture
def probe(tmp_path):
    def of(name, text="ukprn,name\n1,A\n"):
        path = Path(tmp_path) / name
        path.write_text(text, encoding="utf-8")
        return Probe(path)

    return of


def test_all_on_which_a_load_depends_is_in_its_mark(gazetteer, authorities, probe):
    tools = Tools(authorities, gazetteer)
    renamed = Tools(authorities.assign(authority="Elsewhere"), gazetteer)
    mapping = make_mapping({"table": "providers", "columns": {"ukprn": "a", "name": "b"}}, name="m")
    other = make_mapping({"table": "providers", "columns": {"ukprn": "a", "name": "c"}}, name="m")
    file, longer = probe("a.csv"), probe("longer.csv", "ukprn,name\n1,AB\n")
    same = {"mapping": None, "days": ""}
    marks = [
        fingerprint(file, "providers", tools, **same),
        fingerprint(longer, "providers", tools, **same),
        fingerprint(probe("b.csv"), "providers", tools, **same),
        fingerprint(file, "venues", tools, **same),
        fingerprint(file, "providers", Tools(authorities), **same),
        fingerprint(file, "providers", renamed, **same),
        fingerprint(file, "providers", replace(tools, wanted={"P"}), **same),
        fingerprint(file, "providers", tools, mapping=mapping, days=""),
        fingerprint(file, "providers", tools, mapping=other, days=""),
        fingerprint(file, "providers", tools, mapping=None, days="2026-01-01"),
    ]

    assert len(set(marks)) == len(marks)
    assert fingerprint(file, "providers", tools, **same) == marks[0]
    assert pd.Series(marks).str.len().eq(64).all()


def test_other_weights_of_the_sector_are_another_mark(authorities, tmp_path, monkeypatch, probe):
    tools, file = Tools(authorities), probe("companies.csv")
    before = fingerprint(file, "companies-house", tools, mapping=None, days="")
    (tmp_path / "sector").mkdir()
    (tmp_path / "sector" / "sector.toml").write_text("in_from = 0.5\n", encoding="utf-8")
    monkeypatch.setattr(again, "shipped_data_path", lambda: tmp_path)
    again._code.cache_clear()
    try:
        after = fingerprint(file, "companies-house", tools, mapping=None, days="")
    finally:
        again._code.cache_clear()

    assert after != before
