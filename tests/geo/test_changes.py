"""Changes of rows that a scenario lists."""

from __future__ import annotations

from typing import Any

import pytest

from geo.changes import Action, Change, read_changes
from geo.errors import ScenarioError

KEY = {"venue_id": "V1", "programme_code": "P", "mode": "evening"}


def test_a_change_is_read_with_its_key_and_values_in_order():
    entry = {"action": "set", "table": "offers", "key": KEY, "values": {"status": "delivered"}}

    [change] = read_changes([entry])

    assert change == Change(
        action=Action.SET,
        table="offers",
        key=(("mode", "evening"), ("programme_code", "P"), ("venue_id", "V1")),
        values=(("status", "delivered"),),
    )


def test_a_removal_needs_no_values():
    [change] = read_changes([{"action": "remove", "table": "offers", "key": KEY}])

    assert change.values == ()


def test_no_changes_are_none():
    assert read_changes([]) == ()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"action": "drop", "table": "offers", "key": KEY}, "'drop'"),
        ({"action": "set", "table": "offers"}, "this one has action, table"),
        ({"action": "set", "table": "offers", "key": KEY, "vals": {}}, "vals"),
        ({}, "this one has nothing"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_in_words(entry: dict[str, Any], words: str):
    with pytest.raises(ScenarioError, match=words):
        read_changes([entry])
