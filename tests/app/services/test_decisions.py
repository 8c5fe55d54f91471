"""Decisions: recorded once, reopened byte for byte after a restore, checked and withdrawn."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from real_postgis import postgis_binaries

from app.db.decisions import list_decisions, read_decision
from app.db.engine import make_engine, reading, writing
from app.db.errors import NotFoundError
from app.db.models import Decision, RunRanking
from app.db.runs import store_run
from app.services.decisions import (
    check_decision,
    decision_item,
    record_decision,
    withdraw_decision,
)
from geo.errors import InputError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
AGREED = {
    "title": "Start at C1",
    "decided_on": date(2026, 11, 24),
    "scope": "all",
    "cluster_id": "C1",
    "agreed_by": ["chair", "employers and SMEs"],
    "reasons": "Its champion is ready.",
    "conditions": ["A mentor is found."],
}


@pytest.fixture
def run(engine, small_run_parts):
    """Store the small run in a fresh register, on both databases."""
    record, tables, layers = small_run_parts
    with writing(engine) as connection:
        store_run(connection, record, tables, layers)
    return record


@pytest.fixture
def decision(engine, run):
    with writing(engine) as connection:
        return record_decision(connection, run, AGREED, now=NOW)


def tool(name):
    """Return a client program of the server that the tests use."""
    binaries = postgis_binaries()
    beside = None if binaries is None else binaries / name
    return str(beside) if beside is not None and beside.exists() else shutil.which(name)


def drop_and_restore(database_url, folder: Path):
    """Take a copy of the database, remove the database, and make it anew from the copy."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database)
        shutil.copy(path, folder / "copy.gpkg")
        path.unlink()
        shutil.copy(folder / "copy.gpkg", path)
        return
    plain = url.set(drivername="postgresql")
    dump = folder / "copy.sql"
    where = plain.render_as_string(hide_password=False)
    subprocess.run([tool("pg_dump"), "--dbname", where, "--file", str(dump)], check=True)
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{url.database}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{url.database}"')
    server.dispose()
    restored = [tool("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", where]
    subprocess.run([*restored, "--file", str(dump)], check=True, stdout=subprocess.DEVNULL)


def test_after_the_database_was_dropped_and_restored_the_bytes_are_the_same(
    engine, database_url, decision, tmp_path
):
    engine.dispose()

    drop_and_restore(database_url, tmp_path)

    again = make_engine(database_url)
    with reading(again) as connection:
        assert read_decision(connection, decision.decision_id) == decision
        assert check_decision(connection, decision.decision_id) == []
    again.dispose()


def test_the_document_keeps_what_it_was_made_on(decision, run):
    document = orjson.loads(decision.document)

    assert document["decision"]["agreed_by"] == ["chair", "employers and SMEs"]
    assert document["decision"]["decided_on"] == "2026-11-24"
    assert document["run"]["run_id"] == run.run_id
    assert document["run"]["snapshot"] == run.snapshot
    assert document["criteria"]["champion_level"]["weight"] == 0.1
    assert [row["cluster_id"] for row in document["ranking"]["clusters"]] == ["C2", "C1"]


def test_the_same_decision_again_changes_nothing(engine, run, decision):
    with writing(engine) as connection:
        again = record_decision(connection, run, AGREED, now=LATER)
        another = record_decision(connection, run, AGREED | {"reasons": "Others"}, now=LATER)
        listed = list_decisions(connection)

    assert again == decision
    assert another.decision_id != decision.decision_id
    assert [one.decision_id for one in listed] == [another.decision_id, decision.decision_id]


def test_what_the_run_has_not_cannot_be_decided(engine, run):
    with writing(engine) as connection:
        with pytest.raises(NotFoundError, match="C9"):
            record_decision(connection, run, AGREED | {"cluster_id": "C9"}, now=NOW)
        with pytest.raises(NotFoundError, match="P9"):
            record_decision(connection, run, AGREED | {"scope": "P9"}, now=NOW)
        assert list_decisions(connection) == []


def test_a_change_of_the_document_or_of_the_ranking_shows(engine, decision):
    with writing(engine) as connection:
        connection.execute(sa.update(RunRanking).values(score=0.1))
        [problem] = check_decision(connection, decision.decision_id)
        assert "ranking of the run run-x is not the one" in problem
        connection.execute(sa.update(Decision).values(document=decision.document + b" "))
        assert (
            "not the one that was recorded" in check_decision(connection, decision.decision_id)[0]
        )


def test_a_decision_is_withdrawn_once_and_stays(engine, decision):
    with writing(engine) as connection:
        withdraw_decision(connection, decision.decision_id, reason=" The site closed. ", now=LATER)
        kept = read_decision(connection, decision.decision_id)
        with pytest.raises(InputError, match="already"):
            withdraw_decision(connection, decision.decision_id, reason="Again", now=LATER)

    assert kept.document == decision.document
    assert decision_item(kept)["withdrawn_reason"] == "The site closed."
    assert decision_item(decision)["withdrawn"] is False


def test_a_withdrawal_needs_a_reason_and_a_decision(engine, decision):
    with writing(engine) as connection:
        with pytest.raises(InputError, match="Say why"):
            withdraw_decision(connection, decision.decision_id, reason=" ", now=LATER)
        with pytest.raises(NotFoundError, match="d-0"):
            withdraw_decision(connection, "d-0", reason="x", now=LATER)
