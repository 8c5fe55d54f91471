"""Loading in one transaction, and the file of rejects."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

from app.db.engine import reading
from app.db.models import Achievement, Load, Provider
from app.db.register import read_table
from etl.clean.rows import clean_rows
from etl.errors import CountError
from etl.load import Prepared, load_rows, place_rejects
from etl.rejects import join_rejects, make_rejects
from etl.report import LoadReport
from etl.sources.tabular import RawTable


def prepare(model, columns, *rows):
    cells = pd.DataFrame(
        list(rows),
        columns=list(columns),
        index=pd.RangeIndex(2, len(rows) + 2, name="line"),
        dtype="str",
    )
    raw = RawTable("file.csv", "ab" * 32, cells, join_rejects([]))
    cleaned = clean_rows(raw, model)
    return Prepared(raw=raw, rows=cleaned.rows, rejects=cleaned.rejects)


def load_providers(engine, *rows):
    return load_rows(engine, Provider, prepare(Provider, ("ukprn", "name"), *rows))


def count(engine, model):
    with reading(engine) as connection:
        query = sa.select(sa.func.count()).select_from(model.__table__)
        return connection.execute(query).scalar_one()


def test_rows_are_inserted_updated_and_left_alone(engine):
    first = load_providers(engine, ("10000001", "A"), ("10000002", "B"), ("x", "C"))
    again = load_providers(engine, ("10000001", "A"), ("10000002", "B"), ("x", "C"))
    changed = load_providers(engine, ("10000002", "B2"), ("10000001", "A"))

    assert [(r.read, r.inserted, r.updated, r.unchanged, r.rejected) for r in (first, again)] == [
        (3, 2, 0, 0, 1),
        (3, 0, 0, 2, 1),
    ]
    assert (changed.updated, changed.unchanged) == (1, 1)
    with reading(engine) as connection:
        assert read_table(connection, Provider)["name"].tolist() == ["A", "B2"]


def test_every_load_is_noted_with_its_counts(engine):
    load_providers(engine, ("10000001", "A"), ("x", "C"))

    with reading(engine) as connection:
        [row] = connection.execute(sa.select(Load.__table__)).mappings()
    assert (row["table_name"], row["file_name"]) == ("providers", "file.csv")
    assert row["file_sha256"] == "ab" * 32
    assert (row["rows_read"], row["rows_inserted"], row["rows_rejected"]) == (2, 1, 1)


def test_rows_that_refer_to_nothing_known_are_rejected(engine):
    load_providers(engine, ("10000001", "A"))
    columns = ("ukprn", "programme_code", "year")

    report = load_rows(
        engine, Achievement, prepare(Achievement, columns, ("10000001", "lab", "2024/25"))
    )

    [reject] = report.rejects.to_dict("records")
    assert (reject["field"], reject["rule"]) == ("programme_code", "unknown in programmes")
    assert reject["suggestion"] == "load programmes first: it is empty"
    assert report.read == report.rejected == 1
    assert count(engine, Achievement) == 0


def test_a_row_gone_astray_leaves_the_register_as_it_was(engine):
    prepared = prepare(Provider, ("ukprn", "name"), ("10000001", "A"), ("10000002", "B"))
    lost = Prepared(raw=prepared.raw, rows=prepared.rows.iloc[:1], rejects=prepared.rejects)

    with pytest.raises(CountError, match=r"2 rows were read, but 1 were kept and 0 rejected"):
        load_rows(engine, Provider, lost)

    assert count(engine, Provider) == count(engine, Load) == 0


def make_report(rejected):
    rejects = make_rejects(
        range(rejected), field="", rule="r", values=[""] * rejected, suggestions="s"
    )
    return LoadReport("sites", "sites.csv", rejected, 0, 0, 0, rejected, join_rejects([rejects]))


def test_rejects_stand_beside_the_file_and_go_when_there_are_none(tmp_path):
    path = tmp_path / "sites.csv"
    expected = tmp_path / "sites.csv.sites.rejects.csv"

    assert place_rejects(make_report(2), path) == (expected, ())
    assert len(expected.read_text(encoding="utf-8-sig").splitlines()) == 3

    assert place_rejects(make_report(0), path) == (None, ())
    assert not expected.exists()


def test_rejects_go_to_the_working_folder_where_theirs_cannot_be_written(tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    place, notes = place_rejects(make_report(1), tmp_path / "gone" / "sites.csv")

    assert place == here / "sites.csv.sites.rejects.csv"
    assert place.exists()
    assert notes == ()
