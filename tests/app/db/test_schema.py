"""Making a register, bringing it up to date, and saying what is wrong with it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from alembic import command

from app.db import schema
from app.db.base import Base
from app.db.engine import make_engine, reading, writing
from app.db.errors import (
    NotADatabaseError,
    RegisterMissingError,
    RegisterTooNewError,
    RegisterTooOldError,
)
from app.db.models import School

OLDER = "0001"


def set_revision(engine, revision):
    with writing(engine) as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
        )


def upgrade_to(engine, revision):
    """Make the register as an older release made it."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("CREATE EXTENSION postgis")
        command.upgrade(schema._config(connection), revision)


@pytest.fixture(params=["embedded", pytest.param("postgis", marks=pytest.mark.db)])
def bare_engine(request, tmp_path):
    """Engine of an empty file or database."""
    if request.param == "embedded":
        (tmp_path / "bare.gpkg").touch()
        engine = make_engine(f"sqlite:///{tmp_path / 'bare.gpkg'}")
    else:
        engine = make_engine(request.getfixturevalue("bare_postgis_url"))
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_models_say(engine):
    assert schema.check(engine) == []


def test_every_index_of_the_models_is_there(engine):
    # SQLite does not tell of indexes over expressions, so check() cannot compare those.
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    }
    wanted = {
        str(index.name)
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if index.unique or engine.dialect.name == "postgresql"
    }
    with reading(engine) as connection:
        found = set(connection.scalars(sa.text(catalogue[engine.dialect.name])))

    assert wanted <= found


def test_upgrading_again_changes_nothing(engine):
    with writing(engine) as connection:
        connection.execute(sa.text("INSERT INTO providers (ukprn, name) VALUES ('1', 'P')"))
    schema.upgrade(engine)

    schema.require_current(engine)
    with reading(engine) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM providers")) == 1


def test_a_bare_database_is_a_missing_register_until_it_is_upgraded(bare_engine):
    with pytest.raises(RegisterMissingError):
        schema.require_current(bare_engine)
    assert "start with `skillshed demo`" in schema.check(bare_engine)[0]

    schema.upgrade(bare_engine)

    schema.require_current(bare_engine)


def test_an_older_register_is_told_and_upgraded(bare_engine):
    upgrade_to(bare_engine, OLDER)
    with writing(bare_engine) as connection:
        connection.execute(sa.text("INSERT INTO providers (ukprn, name) VALUES ('1', 'P')"))

    with pytest.raises(RegisterTooOldError, match="skillshed db upgrade"):
        schema.require_current(bare_engine)
    schema.upgrade(bare_engine)

    assert schema.check(bare_engine) == []
    with reading(bare_engine) as connection:
        assert connection.scalar(sa.text("SELECT name FROM providers")) == "P"


def test_a_newer_register_is_told_and_left_alone(engine):
    set_revision(engine, "9999")

    with pytest.raises(RegisterTooNewError, match="'9999'"):
        schema.require_current(engine)
    with pytest.raises(RegisterTooNewError):
        schema.upgrade(engine)
    assert "made by a newer release" in schema.check(engine)[0]
    with reading(engine) as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_table_that_differs_is_told(engine):
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE memberships ADD COLUMN stray TEXT")

    [sentence] = schema.check(engine)

    assert "memberships" in sentence
    assert "stray" in sentence


def test_a_migration_that_fails_leaves_nothing(bare_engine):
    # A table of a name that a later migration wants: the earlier ones must be undone with it.
    with writing(bare_engine) as connection:
        if connection.dialect.name == "sqlite":
            upgrade_head = "CREATE TABLE alembic_version (version_num TEXT)"
            connection.exec_driver_sql(upgrade_head)
        connection.exec_driver_sql("CREATE TABLE sites (other INTEGER)")

    with pytest.raises(sa.exc.DBAPIError, match="sites"):
        schema.upgrade(bare_engine)

    with reading(bare_engine) as connection:
        assert "providers" not in sa.inspect(connection).get_table_names()


def test_two_at_once_make_one_register(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.gpkg'}"

    def make(_):
        engine = make_engine(url)
        schema.upgrade(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))

    engine = make_engine(url)
    assert schema.check(engine) == []
    engine.dispose()


@pytest.mark.db
def test_two_at_once_make_one_register_on_postgis(bare_postgis_url):
    def make(_):
        engine = make_engine(bare_postgis_url)
        schema.upgrade(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))

    engine = make_engine(bare_postgis_url)
    assert schema.check(engine) == []
    engine.dispose()


def test_the_geopackage_of_someone_else_is_left_alone(tmp_path):
    path = tmp_path / "theirs.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE parcels (x)")
    before = path.read_bytes()
    engine = make_engine(f"sqlite:///{path}")

    with pytest.raises(NotADatabaseError, match="holds other tables"):
        schema.upgrade(engine)
    engine.dispose()
    assert path.read_bytes() == before


def test_a_file_of_another_kind_is_left_alone(tmp_path):
    path = tmp_path / "notes.gpkg"
    path.write_text("These are notes. " * 100)

    with pytest.raises(NotADatabaseError, match="not a database"):
        schema.upgrade(make_engine(f"sqlite:///{path}"))
    assert path.read_text() == "These are notes. " * 100


def test_a_folder_that_is_not_there_is_told(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'missing' / 'skillshed.gpkg'}")

    with pytest.raises(NotADatabaseError, match="cannot be written"):
        schema.upgrade(engine)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM rtree_schools_geom", "1 row(s) of 'schools' and its spatial index"),
        (
            "INSERT INTO champions (site_id, level) VALUES ('nowhere', 1)",
            "Rows of 'champions' refer to rows that are not there",
        ),
    ],
)
def test_damage_inside_a_file_is_told(embedded_url, damage, sentence):
    engine = make_engine(embedded_url)
    with writing(engine) as connection:
        row = {"school_id": "s", "name": "S", "geom": shapely.Point(1, 2)}
        connection.execute(sa.insert(School), row)
    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        connection.execute(damage)
        connection.commit()

    [found] = schema.check(engine)
    engine.dispose()

    assert sentence in found


def test_a_damaged_file_is_told(embedded_url):
    engine = make_engine(embedded_url)
    path = str(engine.url.database)
    engine.dispose()
    with open(path, "r+b") as file:  # noqa: PTH123 - written in its middle
        file.seek(4096)
        file.write(b"\xff" * 40_000)

    assert any(
        "damaged" in s or "cannot be used" in s for s in schema.check(make_engine(path_url(path)))
    )


def path_url(path):
    return f"sqlite:///{path}"


def test_alembics_own_table_is_no_layer(embedded_url):
    path = embedded_url.removeprefix("sqlite:///")

    assert "alembic_version" not in dict(pyogrio.list_layers(path))
