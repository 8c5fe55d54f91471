"""What commands start from."""

from __future__ import annotations

from datetime import UTC

import pytest

from app.cli.context import gazetteer, now, online_geocoder, register, today
from app.cli.errors import CommandError
from app.settings import Settings


def test_the_clock_is_in_universal_time():
    assert now().tzinfo is UTC
    assert today() == now().date()


def test_the_register_is_the_one_that_the_settings_name(tmp_path):
    file = tmp_path / "mine.gpkg"

    with register(Settings(register_file=file)) as engine:
        assert engine.url.database == str(file)


def test_the_gazetteer_comes_with_what_ships(gazetteer_cache, tmp_path):
    settings = Settings(cache_dir=gazetteer_cache, gazetteer_dir=tmp_path)

    opened = gazetteer(settings, lambda *_: None)

    assert set(opened.quarantined) == {"CB21 5RB", "CB5 8ZJ"}
    assert "Stevenage" in set(opened.places["name"])


def test_an_online_geocoder_must_be_configured(tmp_path):
    with pytest.raises(CommandError, match="SKILLSHED_GEOCODER_URL, or leave --online out"):
        online_geocoder(Settings())

    asked = online_geocoder(Settings(geocoder_url="http://127.0.0.1:9/", cache_dir=tmp_path))
    assert asked.name == "Nominatim at 127.0.0.1"
    assert asked.pause_seconds == 1
