"""Cursors: where a page of a list ends, as a text that callers hand back and need not read."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from app.db.errors import BadCursorError


def write_cursor(key: Sequence[str]) -> str:
    """Return the cursor behind the row with ``key``."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode()


def read_cursor(cursor: str, parts: int) -> list[str]:
    """Return the key that a cursor stands for.

    Raises
    ------
    BadCursorError
        If it is no cursor, or one of a list whose key has another number of ``parts``.
    """
    try:
        key = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise BadCursorError(cursor) from None
    fits = isinstance(key, list) and len(key) == parts and all(map(_is_storable, key))
    if not fits or write_cursor(key) != cursor:
        raise BadCursorError(cursor)
    return [str(part) for part in key]


def _is_storable(part: object) -> bool:
    """Whether a database can compare ``part`` with its texts: not every JSON text is one."""
    if not isinstance(part, str) or "\x00" in part:
        return False
    return part.isascii() or part.encode("utf-8", "replace").decode() == part
