"""Pages of what a run found: a stored run never changes, so a place in the list is a cursor."""

from __future__ import annotations

import pandas as pd

from app.db.cursors import read_cursor, write_cursor
from app.db.errors import BadCursorError
from app.schemas.queries import PageQuery


def page_of(rows: pd.DataFrame, query: PageQuery) -> tuple[pd.DataFrame, str | None]:
    """Return the page of ``rows`` that is asked for, and the cursor behind it, None on the last.

    Raises
    ------
    BadCursorError
        If the cursor is none of such a list.
    """
    start = 0 if query.cursor is None else _position(query.cursor)
    end = start + query.limit
    return rows.iloc[start:end], write_cursor([str(end)]) if end < len(rows) else None


def _position(cursor: str) -> int:
    [position] = read_cursor(cursor, 1)
    # As isdecimal alone would let other scripts' digits through, and int() a sign.
    if not (position.isascii() and position.isdecimal() and len(position) < 10):
        raise BadCursorError(cursor)
    return int(position)
