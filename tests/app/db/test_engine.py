"""One transaction that reads or one that writes, and errors that say what to do."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from app.db.engine import make_engine, place_of, reading, writing
from app.db.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    NotADatabaseError,
    RegisterMissingError,
)
from app.db.models import Membership

SECRET = "open-sesame"  # noqa: S105 - it is none
COUNT = sa.select(sa.func.count()).select_from(Membership)


def join(connection, organisation):
    connection.execute(sa.insert(Membership), {"organisation": organisation, "body": "Body"})


def fail_after_writing(engine):
    with writing(engine) as connection:
        join(connection, "A")
        raise ZeroDivisionError


def read_nothing(engine):
    with reading(engine) as connection:
        connection.execute(sa.text("SELECT 1"))


def write_while_reading(engine):
    with reading(engine) as connection:
        join(connection, "A")


def count(engine):
    with reading(engine) as connection:
        return connection.scalar(COUNT)


def test_what_is_written_is_kept(engine):
    with writing(engine) as connection:
        join(connection, "A")

    assert count(engine) == 1


def test_after_an_error_nothing_is_kept(engine):
    with pytest.raises(ZeroDivisionError):
        fail_after_writing(engine)

    assert count(engine) == 0


def test_a_reader_cannot_write(engine):
    with pytest.raises((DatabaseError, sa.exc.DBAPIError), match=r"read-?only"):
        write_while_reading(engine)

    assert count(engine) == 0


def test_a_reader_sees_one_moment(engine):
    with reading(engine) as reader:
        before = reader.scalar(COUNT)
        with writing(engine) as writer:
            join(writer, "A")
        assert (before, reader.scalar(COUNT)) == (0, 0)

    assert count(engine) == 1


def test_the_second_writer_of_a_file_waits_and_is_told(embedded_url):
    engine = make_engine(embedded_url, timeout_seconds=0.05)
    with writing(engine), pytest.raises(DatabaseUnavailableError, match="locked"):
        fail_after_writing(engine)
    engine.dispose()


def test_a_busy_pool_is_told(embedded_url):
    engine = make_engine(embedded_url, pool_size=1, timeout_seconds=0.01)
    with pytest.raises(DatabaseUnavailableError, match="all connections are busy"):
        nest(engine, depth=20)
    engine.dispose()


def nest(engine, *, depth):
    with reading(engine):
        if depth:
            nest(engine, depth=depth - 1)


def test_foreign_keys_are_kept_on_both(engine):
    unknown = sa.text("INSERT INTO champions (site_id, level) VALUES ('nowhere', 1)")
    with writing(engine) as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(unknown)


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "missing.gpkg"
    engine = make_engine(f"sqlite:///{path}")

    with pytest.raises(RegisterMissingError, match="start with `skillshed demo`"):
        read_nothing(engine)
    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["with space.gpkg", "50%.gpkg", "what?.gpkg", "a#b.gpkg", "ü.gpkg"]
)
def test_a_file_may_have_any_name(tmp_path, name):
    path = tmp_path / name
    path.touch()
    # As the settings write the address of a file.
    engine = make_engine(sa.URL.create("sqlite", database=str(path)).render_as_string())

    read_nothing(engine)
    engine.dispose()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_file_of_another_kind_is_told(tmp_path):
    path = tmp_path / "notes.gpkg"
    path.write_text("These are notes, and no database at all. " * 50)

    with pytest.raises(NotADatabaseError, match=r"notes\.gpkg.*not a database"):
        read_nothing(make_engine(f"sqlite:///{path}"))


def test_a_register_without_tables_is_missing(tmp_path):
    path = tmp_path / "empty.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (x)")
    engine = make_engine(f"sqlite:///{path}")

    with pytest.raises(RegisterMissingError):
        count(engine)
    engine.dispose()


@pytest.mark.db
def test_a_database_without_tables_is_a_missing_register(bare_postgis_url):
    engine = make_engine(bare_postgis_url)

    with pytest.raises(RegisterMissingError):
        count(engine)
    engine.dispose()


def test_a_fault_of_the_statement_stays_what_it_is(engine):
    with reading(engine) as connection, pytest.raises(sa.exc.DBAPIError, match="nosuchcolumn"):
        connection.execute(sa.text("SELECT nosuchcolumn FROM providers"))


def test_a_server_that_does_not_answer_is_told_without_the_password():
    with closing(socket.socket()) as unused:
        # Bound and not listening: nothing else can take the port, and nobody answers.
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        url = f"postgresql+psycopg://someone:{SECRET}@127.0.0.1:{port}/register"
        with pytest.raises(DatabaseUnavailableError) as raised:
            read_nothing(make_engine(url, timeout_seconds=1))

    message = str(raised.value)
    assert f"127.0.0.1:{port}/register" in message
    assert SECRET not in message
    assert "\n" not in message


@pytest.mark.db
def test_a_refused_role_is_told_without_the_password(postgis_database_url):
    url = sa.make_url(postgis_database_url).set(username="nobody", password=SECRET)

    with pytest.raises(DatabaseUnavailableError) as raised:
        read_nothing(make_engine(url.render_as_string(hide_password=False)))

    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://root:{SECRET}@localhost/x",
        f"no address at all {SECRET}",
        "sqlite://",
        "sqlite:///:memory:",
        f"oracle:{SECRET}",
    ],
)
def test_another_address_is_refused_and_not_repeated(url):
    with pytest.raises(NotADatabaseError, match="sqlite:///FILE") as raised:
        make_engine(url)

    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same(scheme):
    engine = make_engine(f"{scheme}://someone:{SECRET}@db.example:5433/register")

    assert engine.dialect.driver == "psycopg"
    assert place_of(engine) == "db.example:5433/register"


def test_the_place_of_a_file_is_its_path():
    assert place_of(make_engine("sqlite:///folder/skillshed.gpkg")) == "folder/skillshed.gpkg"
