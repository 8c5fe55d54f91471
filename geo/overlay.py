"""Changes of a scenario laid over a register; the register itself is never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from geo.changes import Action, Change
from geo.errors import ScenarioError
from geo.types import Register

KEYS: Mapping[str, tuple[str, ...]] = {
    "sites": ("site_id",),
    "venues": ("venue_id",),
    "providers": ("ukprn",),
    "programmes": ("programme_code",),
    "units": ("programme_code", "unit_code"),
    "offers": ("venue_id", "programme_code", "mode"),
    "demand": ("site_id", "programme_code", "stream"),
    "achievements": ("ukprn", "programme_code", "year"),
}
"""Tables that a scenario may change, and the columns that name their rows."""

_INDEXED = ("sites", "venues", "providers", "programmes")
"""Tables that other rows refer to: a scenario sets their values, and adds or removes none."""


def apply_changes(register: Register, changes: Sequence[Change]) -> Register:
    """Return the register with the changes laid over it, in their order.

    Values of a row are set in any table; rows are added to and removed from those that no other
    table refers to. Columns keep their types, and rows are in the order of their keys.

    Raises
    ------
    ScenarioError
        If a change names an unknown table, column or row, adds a row that is there, or gives a
        value of the wrong type.
    """
    for change in changes:
        if change.table not in KEYS:
            raise ScenarioError(
                f"A scenario cannot change the table {change.table!r}; it can {', '.join(KEYS)}."
            )
        table = getattr(register, change.table)
        register = replace(register, **{change.table: _changed(table, change)})
    return register


def _changed(table: pd.DataFrame, change: Change) -> pd.DataFrame:
    indexed = change.table in _INDEXED
    if indexed and change.action is not Action.SET:
        raise ScenarioError(
            f"A scenario cannot {change.action} rows of {change.table!r}, to which others refer; "
            "it can set their values."
        )
    key = dict(change.key)
    names = KEYS[change.table]
    if set(key) != set(names):
        raise ScenarioError(f"A row of {change.table!r} is named by {', '.join(names)}.")
    _require_columns(table, change)
    rows = table.index == key[names[0]] if indexed else _matching(table, key)
    there = bool(rows.any())
    if there == (change.action is Action.ADD):
        fault = "is there already" if there else "is not there"
        raise ScenarioError(f"The row {key} of {change.table!r} {fault}.")
    if change.action is Action.REMOVE:
        return table[~rows].reset_index(drop=True)
    if change.action is Action.ADD:
        row = pd.DataFrame([key | dict(change.values)]).reindex(columns=table.columns)
        joined = pd.concat([table, _typed(row, table, change)], ignore_index=True)
        return joined.sort_values(list(names), ignore_index=True)
    changed = table.copy()
    values = pd.DataFrame([dict(change.values)])
    typed = _typed(values, table[list(values.columns)], change)
    for column in typed.columns:
        changed.loc[rows, column] = typed[column].iloc[0]
    return changed


def _require_columns(table: pd.DataFrame, change: Change) -> None:
    given = change.values  # noqa: PD011
    unknown = [name for name, _ in given if name not in table.columns]
    if unknown or "geometry" in dict(given):
        raise ScenarioError(
            f"{change.table!r} has no {(unknown or ['geometry'])[0]!r} that a scenario may change."
        )


def _matching(table: pd.DataFrame, key: Mapping[str, str]) -> pd.Series:
    found = pd.Series(data=True, index=table.index)
    for name, value in key.items():
        found &= table[name].astype("str") == value
    return found


def _typed(row: pd.DataFrame, table: pd.DataFrame, change: Change) -> pd.DataFrame:
    try:
        return row.astype(table.dtypes.to_dict())
    except (TypeError, ValueError) as error:
        raise ScenarioError(
            f"A value of the change of {change.table!r} is of the wrong type: {error}."
        ) from error
