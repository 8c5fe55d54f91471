"""Changes that a scenario lays over the register's rows; the register itself is never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo.errors import ScenarioError


class Action(StrEnum):
    """What a change does to a row."""

    ADD = "add"
    SET = "set"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the register that a scenario adds, sets values of, or removes.

    ``key`` names the row by the key columns of its table; ``values`` are the columns that the
    change gives, none for a removal.
    """

    action: Action
    table: str
    key: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, Any], ...] = ()

    def entry(self) -> dict[str, Any]:
        """Return the change as the content of a scenario lists it."""
        entry = {"action": str(self.action), "table": self.table, "key": dict(self.key)}
        return entry | ({"values": dict(self.values)} if self.values else {})


def read_changes(entries: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that the content of a scenario lists.

    Raises
    ------
    ScenarioError
        If an entry lacks a part, has one too many, or names an unknown action.
    """
    return tuple(_read_change(entry) for entry in entries)


def _read_change(entry: Mapping[str, Any]) -> Change:
    unknown = sorted(set(entry) - {"action", "table", "key", "values"})
    if unknown or not {"action", "table", "key"} <= set(entry):
        raise ScenarioError(
            "A change of a scenario has 'action', 'table', 'key' and, unless it removes, "
            f"'values'; this one has {', '.join(sorted(entry)) or 'nothing'}."
        )
    if entry["action"] not in list(Action):
        raise ScenarioError(
            f"The action of a change is {entry['action']!r}; give {', '.join(Action)}."
        )
    return Change(
        action=Action(entry["action"]),
        table=str(entry["table"]),
        key=tuple(sorted((str(k), str(v)) for k, v in entry["key"].items())),
        values=tuple(sorted(entry.get("values", {}).items())),
    )
