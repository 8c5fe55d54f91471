"""The quality of what real loads brought, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from loaded_register import load_all
from public_samples import companies_house

from app.db.engine import reading, writing
from app.db.loads import LoadRecord, add_load
from app.services.data_quality import EARLIER_RELEASE, data_quality, newest_load_day
from app.services.notices import ILLUSTRATIVE_PREFIX
from etl.gazetteer import open_gazetteer
from etl.pipeline import When, load_file

DAY = date(2026, 11, 11)
OLD = LoadRecord(0, "providers", "old.csv", "ab", datetime(2025, 1, 1, tzinfo=UTC), 3, 3, 0, 0, 0)


@pytest.fixture(scope="module")
def quality(loaded):
    with reading(loaded.engine) as connection:
        return data_quality(connection, day=DAY)


@pytest.fixture
def load(engine, tmp_path, gazetteer_cache):
    authorities = pd.DataFrame(
        columns=["authority_code", "authority", "region", "nation"], dtype="str"
    )

    def load_text(table, text, *, path=None, **rest):
        if path is None:
            path = tmp_path / f"{table}.csv"
            path.write_text(text, encoding="utf-8")
        found = open_gazetteer(gazetteer_cache)
        return load_file(engine, table, path, authorities=authorities, gazetteer=found, **rest)

    return load_text


def of(quality, source, table):
    [found] = [one for one in quality.sources if (one.source, one.table) == (source, table)]
    return found


def test_both_databases_tell_the_same(quality, engine, tmp_path, gazetteer_cache):
    load_all(engine, tmp_path, open_gazetteer(gazetteer_cache))

    with reading(engine) as connection:
        assert newest_load_day(connection) == DAY
        assert data_quality(connection, day=DAY) == quality


def test_a_source_tells_its_last_load_and_what_it_says_now(quality, loaded):
    apar = of(quality, "apar", "providers")

    assert (apar.title, apar.licence, apar.strength) == (
        "Apprenticeship provider and assessment register (APAR)", "OGL v3", 4
    )  # fmt: skip
    assert (apar.load_id, apar.loads) == (loaded.loads["apar"], 1)
    assert (apar.rows, apar.rejected, apar.standing, apar.partial) == (3, 0, 3, 0)
    assert (apar.as_at, apar.retrieved_on, apar.age_days) == (
        date(2025, 11, 3), date(2026, 10, 31), 373
    )  # fmt: skip


def test_fields_of_which_the_source_speaks_are_told_and_no_others(quality):
    own = of(quality, "own", "providers")

    # One of four rows names a nation that is none, and was refused.
    assert (own.rows, own.rejected, own.rejected_by_rule) == (4, 1, {"choice": 1})
    assert own.filled == {"name": 1.0, "nation": 2 / 3, "website": 1 / 3, "as_at": 1.0}
    assert (own.standing, own.partial) == (3, 2)
    assert own.age_days == (DAY - date(2026, 9, 1)).days


def test_all_loads_of_a_source_count_and_the_last_is_named(quality, loaded):
    sites = of(quality, "own", "sites")

    assert (sites.loads, sites.load_id, sites.rows, sites.standing) == (
        2, loaded.loads["turned"], 1, 3
    )  # fmt: skip
    assert sites.precision == {"postcode_shared": 1}
    assert of(quality, "members", "sites").precision == {}


def test_files_tell_what_was_refused_and_undone_loads_are_left_out(quality, loaded):
    counts = {one.load_id: one.counts for one in quality.files}

    assert counts[loaded.loads["apar"]].rejected_by_rule == {
        "personal data": 1, "register status": 1
    }  # fmt: skip
    assert loaded.loads["undone"] not in counts
    assert loaded.loads["venues"] not in counts


def test_the_register_is_told_as_it_stands(quality):
    tables = {one.table: one for one in quality.tables}

    assert {name: one.rows for name, one in tables.items()} == {
        "providers": 4, "programmes": 1, "venues": 2, "offers": 1, "sites": 3, "demand": 2
    }  # fmt: skip
    assert tables["sites"].filled["sensitive"] == 2 / 3
    assert tables["venues"].precision == {"postcode_shared": 1, "postcode_unit": 1}
    assert tables["offers"].precision == {}


def test_without_a_load_there_is_no_day_and_no_source(engine):
    with reading(engine) as connection:
        found = data_quality(connection, day=newest_load_day(connection))

    assert (found.day, found.sources, found.files, found.tables) == (None, (), (), ())


def test_of_a_load_of_an_earlier_release_little_is_known(engine):
    with writing(engine) as connection:
        add_load(connection, OLD)
        add_load(connection, replace(OLD, undone_at=datetime(2026, 1, 1, tzinfo=UTC)))
        [old] = data_quality(connection, day=DAY).sources

    assert (old.source, old.title, old.loads) == (EARLIER_RELEASE, "old.csv", 1)
    assert (old.rows, old.standing, old.partial, old.age_days) == (None, None, None, None)


def test_tables_without_claims_are_told_by_their_last_load(engine, load):
    load("providers", "ukprn,name\n10000001,A\n")
    load("venues", "venue_id,ukprn,name,postcode\nv,10000001,V,SG1 2NY\n")
    load("sites", "site_id,employer,postcode\ns,E,SG1 2NY\n")
    load("travel_times", "from_id,to_id,travel_minutes\ns,v,10\n")

    with reading(engine) as connection:
        found = of(data_quality(connection, day=DAY), "own", "travel_times")

    assert (found.rows, found.standing, found.partial) == (1, None, None)
    assert found.filled["travel_minutes"] == 1.0
    assert "from_id" not in found.filled


def test_candidates_are_told_as_what_they_are(engine, load, tmp_path):
    [file, *_] = companies_house.write(tmp_path)
    load("auto", None, path=file)

    with reading(engine) as connection:
        quality = data_quality(connection, day=DAY)

    [source], [table] = quality.sources, quality.tables
    assert source.table == table.table == "candidate_sites"
    assert source.standing is None
    assert source.rows - source.rejected == table.rows
    assert source.precision == table.precision
    assert "registered_office" in table.precision


def test_of_a_table_of_which_a_source_says_nothing_nothing_is_told(engine, load, quality):
    load("providers", "ukprn,name\nx,A\n")

    with reading(engine) as connection:
        [refused] = data_quality(connection, day=DAY).sources

    # All its rows were refused: that is told.
    assert (refused.rows, refused.rejected, refused.standing, refused.filled) == (1, 1, 0, {})
    assert all(one.rows or one.standing for one in quality.sources)


def test_days_of_rows_count_before_that_of_the_file_and_invented_rows_are_seen(engine, load):
    text = "ukprn,name,source,as_at\n10000001,A,{},2026-01-01\n10000002,B,s,2026-03-01\n"
    load("providers", text.format(f"{ILLUSTRATIVE_PREFIX} list"), when=When(as_at=date(2025, 1, 1)))

    with reading(engine) as connection:
        found = data_quality(connection, day=date(2026, 3, 31))

    assert found.illustrative
    [source] = found.sources
    assert (source.as_at_oldest, source.as_at) == (date(2026, 1, 1), date(2026, 3, 1))
    assert source.age_days == 30


def test_the_same_file_once_more_changes_no_number_but_the_loads(engine, load):
    text = "ukprn,name\n10000001,A\nx,B\n"
    found = []
    for _ in range(2):
        load("providers", text)
        with reading(engine) as connection:
            [source] = data_quality(connection, day=None).sources
            found.append(source)

    first, second = (replace(one, retrieved_on=None) for one in found)
    assert (first.loads, second.loads) == (1, 2)
    assert replace(second, loads=1, load_id=first.load_id) == first
