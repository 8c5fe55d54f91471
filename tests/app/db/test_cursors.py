"""Cursors: what was written is read, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.cursors import read_cursor, write_cursor
from app.db.errors import BadCursorError


@given(
    key=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=3
    )
)
def test_what_was_written_is_read(key):
    assert read_cursor(write_cursor(key), len(key)) == key


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ü",
        "AAAA",
        "W10=",
        "e30=",
        "WzFd",
        write_cursor("ab"),
        write_cursor(["\x00"]),
        write_cursor(["\ud800"]),
    ],
)
def test_anything_else_is_refused(cursor):
    with pytest.raises(BadCursorError, match="is no cursor"):
        read_cursor(cursor, 1)
