"""Settings, read from the environment once, at start-up.

Every setting has the prefix ``SKILLSHED_``: ``SKILLSHED_PORT=8080``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from platformdirs import user_cache_path, user_data_path
from pydantic import Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

POSTGRESQL = "postgresql+psycopg"
_CHECKOUT_DATA = Path(__file__).resolve().parents[1] / "data"


class Settings(BaseSettings):
    """Every setting of the service: bounded, secrets masked, units in names.

    Raises
    ------
    pydantic.ValidationError
        If a value is out of bounds; it names the setting and never repeats the value, because a
        database's address may hold a password.
    """

    model_config = SettingsConfigDict(
        env_prefix="SKILLSHED_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        None,
        description="Address of a PostGIS database, such as postgresql://user:word@host/name; "
        "without it the register is the embedded file.",
    )
    register_file: Path = Field(
        Path("skillshed.gpkg"), description="The embedded register, a GeoPackage file."
    )
    database_pool_size: int = Field(
        5, ge=1, le=100, description="Connections that are kept open to the database."
    )
    database_timeout_seconds: float = Field(
        10, gt=0, le=600, description="How long to wait for the database."
    )
    data_dir: Path | None = Field(
        None,
        description="Folder of mappings, scenarios and the illustrative register; without it the "
        "checkout's own, else the installed one.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("skillshed"),
        description="Folder for files that can be made again, such as the compiled gazetteer.",
    )
    gazetteer_dir: Path = Field(
        default_factory=lambda: user_data_path("skillshed") / "postcodes",
        description="Folder of the postcode directories that the user has added.",
    )
    northern_ireland: bool = Field(
        default=True, description="Whether postcodes of Northern Ireland are looked up."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")

    routing_engine: Literal["osrm", "valhalla", "openrouteservice"] | None = Field(
        None, description="Routing engine for travel times; without it none is asked."
    )
    routing_url: HttpUrl | None = Field(
        None, description="Address of the routing engine, such as http://127.0.0.1:5000."
    )
    routing_key: SecretStr | None = Field(None, description="Key that OpenRouteService asks for.")
    routing_batch_size: int = Field(
        100, ge=2, le=5000, description="Places of one request, sites and venues together."
    )
    routing_pause_seconds: float = Field(
        1, ge=0, le=600, description="Pause before each request to the routing engine."
    )
    routing_timeout_seconds: float = Field(
        60, gt=0, le=600, description="How long to wait for the routing engine."
    )
    routing_retries: int = Field(
        3, ge=0, le=10, description="How often a request that failed is sent again."
    )
    routing_backoff_seconds: float = Field(
        2, ge=0, le=60, description="Wait before the first retry; twice as long before each next."
    )
    routing_snap_metres: float = Field(
        1000, gt=0, le=35_000, description="Farthest that a place may be from the nearest road."
    )

    courses_url: HttpUrl | None = Field(
        None,
        description="Address of the Find Apprenticeship Training API; without it none is asked.",
    )
    courses_key: SecretStr | None = Field(None, description="Subscription key that it asks for.")
    courses_pause_seconds: float = Field(
        1, ge=0, le=600, description="Pause before each request to the API."
    )
    courses_timeout_seconds: float = Field(
        60, gt=0, le=600, description="How long to wait for the API."
    )
    courses_retries: int = Field(
        3, ge=0, le=10, description="How often a request that failed is sent again."
    )
    courses_backoff_seconds: float = Field(
        2, ge=0, le=60, description="Wait before the second retry is twice this, then 4 times …"
    )
    geocoder_url: HttpUrl | None = Field(
        None,
        description="Address of a Nominatim server; without it no online geocoder is asked.",
    )
    geocoder_pause_seconds: float = Field(
        1, ge=0, le=600, description="Pause between requests to the online geocoder."
    )
    geocoder_timeout_seconds: float = Field(
        10, gt=0, le=600, description="How long to wait for the online geocoder."
    )

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _database_url(value)
        return value

    @property
    def url(self) -> str:
        """Address of the register for SQLAlchemy, with its password: never show it."""
        if self.database_url is not None:
            return _database_url(self.database_url)
        return sa.URL.create("sqlite", database=str(self.register_file)).render_as_string()

    @property
    def data_path(self) -> Path:
        """Folder of what ships with the product: a checkout's own wins over the installed one."""
        if self.data_dir is not None:
            return self.data_dir
        return shipped_data_path()


def shipped_data_path() -> Path:
    """Return the folder that ships: the checkout's own, else the installed one."""
    if (_CHECKOUT_DATA / "scenarios").is_dir():
        return _CHECKOUT_DATA
    return Path(sys.prefix) / "share" / "skillshed" / "data"


def _database_url(secret: SecretStr) -> str:
    """Return the address with the driver that the product brings."""
    remedy = (
        "give an address such as postgresql://user:word@host/name, or name an embedded register "
        "by SKILLSHED_REGISTER_FILE"
    )
    try:
        url = sa.make_url(secret.get_secret_value())
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError(f"it is no address of a database; {remedy}") from None
    if url.drivername not in ("postgresql", "postgres", POSTGRESQL):
        raise ValueError(f"{url.drivername!r} is not a database that Skillshed uses; {remedy}")
    return url.set(drivername=POSTGRESQL).render_as_string(hide_password=False)
