"""Pages of what a run found: every row once, and cursors that are none refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.pages import page_of
from app.db.cursors import write_cursor
from app.db.errors import BadCursorError
from app.schemas.queries import PageQuery


@given(rows=st.integers(0, 30), limit=st.integers(1, 12))
def test_pages_hold_every_row_once_and_end(rows, limit):
    table = pd.DataFrame({"rank": range(rows)})
    found, cursor = [], None
    while True:
        page, cursor = page_of(table, PageQuery(limit=limit, cursor=cursor))
        found += page["rank"].tolist()
        assert len(page) <= limit
        if cursor is None:
            break
    assert found == list(range(rows))


@pytest.mark.parametrize(
    "key", [["-1"], ["1.5"], ["x"], [""], ["²"], ["٣"], ["1" * 10], ["1", "2"]]
)
def test_what_is_no_place_in_the_list_is_refused(key):
    with pytest.raises(BadCursorError):
        page_of(pd.DataFrame({"rank": [1]}), PageQuery(cursor=write_cursor(key)))


def test_beyond_the_end_there_is_nothing():
    page, cursor = page_of(pd.DataFrame({"rank": [1]}), PageQuery(cursor=write_cursor(["7"])))
    assert (len(page), cursor) == (0, None)
