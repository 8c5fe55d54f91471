"""References: a value that must be the key of a row of another table."""

from __future__ import annotations

from collections.abc import Mapping, Set
from difflib import get_close_matches

import pandas as pd

from etl.rejects import join_rejects, make_rejects

MAX_COMPARED = 20_000
"""Closest keys are sought among at most so many; comparing more takes minutes."""

MAX_SOUGHT = 200
"""Closest keys are sought for at most so many values of a file."""


def check_references(rows: pd.DataFrame, known: Mapping[str, tuple[str, Set[str]]]) -> pd.DataFrame:
    """Return rejects for the rows that refer to something unknown.

    Parameters
    ----------
    rows
        Cleaned rows, indexed by line.
    known
        By field, the name of the table that it refers to and the keys that this table has.
        A blank refers to nothing and passes.
    """
    tables = []
    left = pd.Series(data=True, index=rows.index)
    for field, (table, keys) in known.items():
        broken = rows[field].notna() & ~rows[field].isin(list(keys)) & left
        left &= ~broken
        if broken.any():
            values = rows.loc[broken, field]
            advice = _advise(values, table, keys) | _misplaced(values, field, known)
            tables.append(
                make_rejects(
                    rows.index[broken],
                    field=field,
                    rule=f"unknown in {table}",
                    values=values,
                    suggestions=[advice[value] for value in values],
                )
            )
    return join_rejects(tables)


def _misplaced(
    values: pd.Series, field: str, known: Mapping[str, tuple[str, Set[str]]]
) -> dict[str, str]:
    """Suggest the right way round for values that stand in a table of another field."""
    own = known[field][0]
    return {
        value: f"it stands in {table}: {field} takes one of {own}, {other} one of {table}"
        for other, (table, keys) in known.items()
        if table != own
        for value in values.unique()
        if value in keys
    }


def _advise(values: pd.Series, table: str, keys: Set[str]) -> dict[str, str]:
    if not keys:
        return dict.fromkeys(values.unique(), f"load {table} first: it is empty")
    words = sorted(keys)[:MAX_COMPARED]
    advice = {}
    for at, value in enumerate(values.unique()):
        close = get_close_matches(value, words, n=1, cutoff=0.7) if at < MAX_SOUGHT else []
        meant = f", or write {close[0]} if you mean that" if close else ""
        advice[value] = f"load it into {table} first{meant}"
    return advice
