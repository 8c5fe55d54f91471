"""Which errors are told in one line: those that say what the user can do."""

from __future__ import annotations

from pydantic import ValidationError

from app.db.errors import DatabaseError
from etl.errors import EtlError
from geo.errors import GeoError


class CommandError(Exception):
    """A command cannot do what was asked; the message says what to do."""


EXPECTED = (CommandError, DatabaseError, EtlError, GeoError, OSError, ValidationError)
