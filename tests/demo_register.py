"""The illustrative register with its run, built once for a run of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from app.cli.console import Steps
from app.cli.demo import build_demo
from app.db.engine import make_engine, reading
from app.db.runs import RunRecord, current_run
from app.settings import Settings
from etl.reference import Reference, read_reference


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it was built: nothing may change it."""

    settings: Settings
    engine: sa.Engine
    out: Path
    run: RunRecord
    reference: Reference

    @property
    def programmes(self) -> list[str]:
        """Codes of the programmes that the run reports on."""
        return list(orjson.loads(self.run.summary)["programmes"])


@pytest.fixture(scope="session")
def gazetteer_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the gazetteer is compiled once for a run of the tests."""
    return tmp_path_factory.mktemp("gazetteer")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, gazetteer_cache: Path) -> Iterator[Demo]:
    """Build the illustrative register, its run and its files."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(register_file=folder / "skillshed.gpkg", cache_dir=gazetteer_cache)
    engine = make_engine(settings.url)
    build_demo(settings, engine, folder / "out", progress=Steps(None))
    yield _opened(settings, engine, folder / "out")
    engine.dispose()


@pytest.fixture
def demo_copy(demo: Demo, tmp_path: Path) -> Iterator[Demo]:
    """Give a copy of the demo that a test may change."""
    folder = tmp_path / "demo"
    shutil.copytree(demo.settings.register_file.parent, folder)
    settings = demo.settings.model_copy(update={"register_file": folder / "skillshed.gpkg"})
    engine = make_engine(settings.url)
    yield _opened(settings, engine, folder / "out")
    engine.dispose()


def _opened(settings: Settings, engine: sa.Engine, out: Path) -> Demo:
    with reading(engine) as connection:
        run = current_run(connection)
    return Demo(settings, engine, out, run, read_reference(settings.data_path))
