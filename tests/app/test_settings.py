"""Settings: where they come from, what they refuse, and that they tell no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from app import settings as settings_module
from app.settings import Settings

CHECKOUT = Path(settings_module.__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def no_settings_in_the_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SKILLSHED_{name.upper()}", raising=False)


def test_without_an_address_the_register_is_the_embedded_file():
    assert Settings().url == "sqlite:///skillshed.gpkg"


def test_a_file_name_with_marks_of_an_address_is_kept():
    path = "/srv/our register?v=1#%41.gpkg"
    assert sa.make_url(Settings(register_file=path).url).database == path


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_address_gets_the_driver_that_the_product_brings(scheme):
    settings = Settings(database_url=f"{scheme}://reader:p%40ss@host:5433/skills?sslmode=require")
    assert settings.url == "postgresql+psycopg://reader:p%40ss@host:5433/skills?sslmode=require"


def test_the_environment_is_read_and_a_blank_is_no_value(monkeypatch):
    monkeypatch.setenv("SKILLSHED_DATABASE_URL", "")
    monkeypatch.setenv("SKILLSHED_PORT", "8123")
    settings = Settings()
    assert settings.database_url is None
    assert settings.port == 8123


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_pool_size", 0),
        ("database_pool_size", 101),
        ("database_timeout_seconds", 0),
        ("port", 0),
        ("port", 65536),
        ("host", ""),
        ("northern_ireland", "perhaps"),
        ("database_url", "mysql://reader@host/skills"),
        ("database_url", "no address"),
        ("routing_engine", "google"),
        ("routing_url", "no address"),
        ("routing_batch_size", 1),
        ("routing_pause_seconds", -1),
        ("routing_retries", 11),
        ("routing_snap_metres", 0),
        ("courses_url", "no address"),
        ("courses_pause_seconds", 601),
        ("courses_timeout_seconds", 0),
        ("courses_retries", -1),
        ("courses_backoff_seconds", 61),
        ("colour", "red"),
    ],
)
def test_what_is_out_of_bounds_or_unknown_is_refused_by_name(name, value):
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})


def test_a_password_is_shown_nowhere():
    settings = Settings(database_url="postgresql://reader:hush@host/skills")
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump()} "
    assert "hush" not in settings.model_dump_json()
    with pytest.raises(ValidationError) as caught:
        Settings(database_url="mysql://reader:hush@host/skills")
    assert "hush" not in str(caught.value)


def test_no_engine_is_asked_unless_one_is_named_and_its_key_is_shown_nowhere():
    settings = Settings(routing_key="hush-hush")

    assert settings.routing_engine is None
    assert settings.routing_url is None
    assert "hush" not in f"{settings!r} {settings.model_dump_json()}"


def test_the_checkouts_own_data_wins_over_the_installed(tmp_path, monkeypatch):
    assert Settings().data_path == CHECKOUT / "data"
    assert Settings(data_dir=tmp_path).data_path == tmp_path
    monkeypatch.setattr(settings_module, "_CHECKOUT_DATA", tmp_path / "none")
    assert Settings().data_path == Path(sys.prefix) / "share" / "skillshed" / "data"


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
