"""Cursors: opaque texts that say behind which row a page begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from app.db.errors import BadCursorError


def write_cursor(key: Sequence[str]) -> str:
    """Return the cursor behind the row of ``key``."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode()


def read_cursor(cursor: str, parts: int) -> list[str]:
    """Return the key of a cursor, which has so many ``parts``.

    Raises
    ------
    BadCursorError
        If it is no cursor, or one of another list.
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, UnicodeError):
        raise BadCursorError(cursor) from None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(k, str) for k in key):
        raise BadCursorError(cursor)
    return key
