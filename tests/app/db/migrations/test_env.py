"""Alembic's environment: it runs on the connection it is handed, within that transaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from app.db import schema
from app.db.engine import make_engine, reading


def test_what_it_does_is_undone_with_the_transaction(tmp_path):
    path = tmp_path / "bare.gpkg"
    path.touch()
    engine = make_engine(f"sqlite:///{path}")
    writer = engine.connect().execution_options(skillshed_writes=True)
    with writer as connection, connection.begin() as transaction:
        command.upgrade(schema._config(connection), "head")
        assert "providers" in sa.inspect(connection).get_table_names()
        transaction.rollback()
    with reading(engine) as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()


def test_the_migrations_stand_in_one_line():
    scripts = ScriptDirectory(str(schema._MIGRATIONS))

    assert len(scripts.get_heads()) == 1
    assert [script.revision for script in scripts.walk_revisions()] == [
        "0008",
        "0007",
        "0006",
        "0005",
        "0004",
        "0003",
        "0002",
        "0001",
    ]
