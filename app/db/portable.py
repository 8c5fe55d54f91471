"""Texts and moments that are stored, sorted and read alike on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point. SQLite does so by itself, PostgreSQL by its locale unless told."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. A value without a time zone is refused: nobody knows what it means."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn any time zone into UTC; SQLite keeps none, so there it goes without."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The moment {value.isoformat()} has no time zone.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
