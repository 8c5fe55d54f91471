"""What most commands start from: the register, the reference tables, the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import sqlalchemy as sa

from app.cli.console import Steps
from app.cli.errors import CommandError
from app.db.engine import make_engine
from app.settings import Settings
from etl.gazetteer import Gazetteer, open_gazetteer
from etl.online_geocoder import NominatimGeocoder, OnlineGeocoder
from etl.reference import read_places, read_quarantined


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
        settings.cache_dir,
        directories_dir=settings.gazetteer_dir,
        northern_ireland=settings.northern_ireland,
        quarantined=read_quarantined(settings.data_path / "quarantined_postcodes.csv"),
        places=read_places(settings.data_path / "places.csv"),
        progress=progress,
    )


def online_geocoder(settings: Settings) -> OnlineGeocoder:
    """Return the online geocoder of the settings.

    Raises
    ------
    CommandError
        If there is none.
    """
    if settings.geocoder_url is None:
        raise CommandError(
            "There is no online geocoder: give the address of a Nominatim server by "
            "SKILLSHED_GEOCODER_URL, or leave --online out."
        )
    return NominatimGeocoder(
        str(settings.geocoder_url),
        settings.cache_dir,
        pause_seconds=settings.geocoder_pause_seconds,
        timeout_seconds=settings.geocoder_timeout_seconds,
    )


def now() -> datetime:
    """Return the time; only commands read the clock."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date; only commands read the clock."""
    return now().date()
