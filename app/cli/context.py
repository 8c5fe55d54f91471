"""What most commands start from: the register, the reference tables, the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import sqlalchemy as sa

from app.cli.console import Steps
from app.db.engine import make_engine
from app.settings import Settings
from etl.gazetteer import Gazetteer, open_gazetteer


@contextmanager
def register(settings: Settings) -> Iterator[sa.Engine]:
    """Open the register that the settings name, and close it afterwards."""
    engine = make_engine(
        settings.url,
        pool_size=settings.database_pool_size,
        timeout_seconds=settings.database_timeout_seconds,
    )
    try:
        yield engine
    finally:
        engine.dispose()


def gazetteer(settings: Settings, progress: Steps) -> Gazetteer:
    """Open the postcode gazetteer; the first time this compiles it."""
    return open_gazetteer(
        settings.cache_dir, northern_ireland=settings.northern_ireland, progress=progress
    )


def now() -> datetime:
    """Return the time; only commands read the clock."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date; only commands read the clock."""
    return now().date()
