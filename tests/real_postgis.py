"""One real PostGIS for a run of the tests, and a database of its own for each test.

It is the server that ``SKILLSHED_TEST_DATABASE_URL`` names, by a role that may create databases,
or one that is started here from installed binaries and stopped at the end.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.db.engine import make_engine
from app.db.schema import upgrade

SERVER_SETTING = "SKILLSHED_TEST_DATABASE_URL"
_DEBIAN = Path("/usr/lib/postgresql")
_SERVER_USER = "postgres"
_PSYCOPG = "postgresql+psycopg"


def postgis_binaries() -> Path | None:
    """Folder of the newest server binaries for which PostGIS is installed."""
    on_path = shutil.which("initdb")
    installed = sorted(_DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name))
    candidates = [*installed, *([Path(on_path).resolve().parent] if on_path else [])]
    fitting = [folder for folder in candidates if _has_postgis(folder)]
    return fitting[-1] if fitting else None


def why_no_postgis() -> str | None:
    """Say what is missing to run the tests that need PostGIS; None if nothing is."""
    if SERVER_SETTING in os.environ or postgis_binaries() is not None:
        return None
    return f"install PostgreSQL with PostGIS or set {SERVER_SETTING}"


@pytest.fixture(scope="session")
def postgis_url() -> Iterator[str]:
    """Address of the server, by a role that may create databases."""
    given = os.environ.get(SERVER_SETTING)
    if given:
        yield str(sa.make_url(given).set(drivername=_PSYCOPG).render_as_string(hide_password=False))
    else:
        with _own_server() as url:
            yield url


@pytest.fixture(scope="session")
def postgis_template(postgis_url: str) -> Iterator[str]:
    """Name of an upgraded, empty register that new databases are copied from."""
    with _database(postgis_url, template="template0") as url:
        engine = make_engine(url)
        upgrade(engine)
        # PostgreSQL copies a database only while nobody is connected to it.
        engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def postgis_database_url(postgis_url: str, postgis_template: str) -> Iterator[str]:
    """Address of a fresh, upgraded register on PostGIS."""
    with _database(postgis_url, template=postgis_template) as url:
        yield url


@pytest.fixture
def bare_postgis_url(postgis_url: str) -> Iterator[str]:
    """Address of a database with nothing in it, not even PostGIS."""
    with _database(postgis_url, template="template0") as url:
        yield url


@contextmanager
def _database(server: str, *, template: str) -> Iterator[str]:
    name = f"skillshed_test_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: str, statement: str) -> None:
    address = sa.make_url(server).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(statement)


@contextmanager
def _own_server() -> Iterator[str]:
    binaries = postgis_binaries()
    assert binaries is not None, why_no_postgis()
    # The server refuses to run as root.
    user = _SERVER_USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="skillshed-postgis-"))
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    )

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, *arguments],
            check=True,
            cwd=folder,
            user=user,
            # A pipe would stay open for as long as the server runs.
            stdout=subprocess.DEVNULL,
        )

    try:
        # A locale that does not sort by code point, as servers in use have.
        run(
            "initdb",
            *("--no-sync", "-A", "trust", "-E", "UTF8", "-U", "skillshed", "-D", str(data)),
            *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-GB"),
        )
        run("pg_ctl", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"{_PSYCOPG}://skillshed@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _has_postgis(binaries: Path) -> bool:
    if not all((binaries / name).exists() for name in ("initdb", "pg_ctl", "pg_config")):
        return False
    answer = subprocess.run(
        [binaries / "pg_config", "--sharedir"], capture_output=True, text=True, check=True
    )
    return (Path(answer.stdout.strip()) / "extension" / "postgis.control").exists()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
