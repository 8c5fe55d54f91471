"""The register as a command finds it."""

from __future__ import annotations

import sqlalchemy as sa

from app.db.errors import RegisterMissingError
from app.db.schema import require_current, upgrade


def ensure_register(engine: sa.Engine) -> None:
    """Make the register if there is none; raise if there is one of another release."""
    try:
        require_current(engine)
    except RegisterMissingError:
        upgrade(engine)
