"""Fixtures that all tests share: a fresh register on either database, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from app.db.engine import make_engine
from app.db.schema import upgrade

# Benchmarks are scripts, run apart by `make bench`; some need packages that tests do not.
collect_ignore = ["bench"]

# The same examples in every run, so that the gate says the same twice; no deadline, since a busy
# machine is no fault of the code.
settings.register_profile("skillshed", deadline=None, derandomize=True)
settings.load_profile("skillshed")

# In this order: left_out imports those before it, which pytest must have seen before.
pytest_plugins = (
    "pytester",
    "real_browser",
    "real_postgis",
    "left_out",
    "demo_register",
    "loaded_register",
)


@pytest.fixture
def embedded_url(tmp_path: Path) -> str:
    """Address of a fresh, upgraded register in a file."""
    url = f"sqlite:///{tmp_path / 'skillshed.gpkg'}"
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["embedded", pytest.param("postgis", marks=pytest.mark.db)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh, upgraded register: every test that asks runs on both databases."""
    fixture = {"embedded": "embedded_url", "postgis": "postgis_database_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Engine of a fresh, upgraded register, on both databases."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
