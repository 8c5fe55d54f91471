"""Many lines that say one row: a list of courses names a venue and an offer again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pandas as pd

from etl.sources.feed import Part

_ID_DIGITS = 16
_BLANKS = r"\s+"
_BETWEEN = "\x1f"


def merged_part(table: str, rows: pd.DataFrame, key: Sequence[str], **rest: Any) -> Part:  # noqa: ANN401 - as Part has it
    """Return a part of one row per key, as the first of ``rows`` has it; others stand in ``also``.

    Parameters
    ----------
    table
        Name of the register table.
    rows
        Text, indexed by ``line``; where lines differ, the one that counts stands first.
    key
        Columns that make a row the same row.
    rest
        What else the part says; see :class:`etl.sources.feed.Part`.
    """
    lines = pd.Series(rows.index, index=rows.index)
    first = lines.groupby([rows[name] for name in key], sort=False).transform("first")
    again = first[first.index != first]
    also = pd.Series(
        again.to_numpy(), index=pd.Index(again.index, name="line"), dtype="int64", name="row"
    )
    return Part(table, rows[~rows.index.isin(again.index)].sort_index(), also=also, **rest)


def hashed_ids(source: str, *columns: pd.Series) -> pd.Series:
    """Return stable ids for rows without an id of their own: ``source`` and a hash.

    Parameters
    ----------
    source
        Short word for the source, the beginning of every id.
    columns
        What makes a row, all on one index. Case and the number of blanks make no difference.

    Examples
    --------
    >>> names = pd.Series(["Main  Campus", "main campus"])
    >>> hashed_ids("x", names).nunique()
    1
    """
    plain = [column.str.replace(_BLANKS, " ", regex=True).str.casefold() for column in columns]
    keys = plain[0]
    for column in plain[1:]:
        keys = keys + _BETWEEN + column
    made = {key: _hash(f"{source}{_BETWEEN}{key}") for key in keys.unique()}
    return (source + "-" + keys.map(made)).astype("str")


def tidy(texts: pd.Series) -> pd.Series:
    """Return texts with every run of blanks, line ends among them, as one blank."""
    return texts.str.replace(_BLANKS, " ", regex=True).str.strip()


def web_addresses(texts: pd.Series) -> pd.Series:
    """Return addresses of pages; blank where somebody's e-mail address stands in their place."""
    return texts.mask(texts.str.contains("@", regex=False), "")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:_ID_DIGITS]
