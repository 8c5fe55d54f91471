"""What commands start from."""

from __future__ import annotations

from datetime import UTC

from app.cli.context import now, register, today
from app.settings import Settings


def test_the_clock_is_in_universal_time():
    assert now().tzinfo is UTC
    assert today() == now().date()


def test_the_register_is_the_one_that_the_settings_name(tmp_path):
    file = tmp_path / "mine.gpkg"

    with register(Settings(register_file=file)) as engine:
        assert engine.url.database == str(file)
