"""Changes laid over a register."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pandas as pd
import pytest

from geo.analysis import coverage_table
from geo.assessment import assess
from geo.changes import read_changes
from geo.errors import ScenarioError
from geo.model import build_model
from geo.overlay import apply_changes
from geo.scenario import make_scenario

KEY = {"venue_id": "v1", "programme_code": "P", "mode": "day_release"}
NEW = {"venue_id": "v1", "programme_code": "Q", "mode": "evening"}


def changed(register, **entry):
    return apply_changes(register, read_changes([{"action": "set", "table": "offers", **entry}]))


def test_values_are_set_and_nothing_else_changes(register):
    before = {f.name: getattr(register, f.name).copy() for f in fields(register)}

    found = changed(register, key=KEY, values={"places_per_year": 99, "status": "lapsed"})

    row = found.offers.set_index(list(KEY)).loc[tuple(KEY.values())]
    assert (row["places_per_year"], row["status"]) == (99.0, "lapsed")
    assert found.offers.dtypes.equals(register.offers.dtypes)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(register, name), table)


def test_rows_are_added_and_removed_in_the_order_of_their_keys(register):
    added = changed(register, action="add", key=NEW, values={"status": "delivered"})

    assert len(added.offers) == len(register.offers) + 1
    assert list(added.offers["venue_id"]) == sorted(added.offers["venue_id"])
    removed = changed(added, action="remove", key=NEW)
    pd.testing.assert_frame_equal(removed.offers, register.offers)


def test_a_row_of_an_indexed_table_is_set_by_its_id(register):
    found = changed(register, table="sites", key={"site_id": "s1"}, values={"employees": 7})

    assert found.sites.loc["s1", "employees"] == 7.0


def test_no_changes_leave_the_register_as_it_is(register):
    assert apply_changes(register, ()) is register


def test_a_scenario_with_changes_changes_the_answer(register, default_content):
    more = {"action": "set", "table": "offers", "key": KEY, "values": {"places_per_year": 99}}
    scenario = make_scenario(default_content, {"changes": [more]})

    model = build_model(register, scenario, as_of=date(2026, 11, 24))

    found = coverage_table(assess(model, model.select())).set_index(["site_id", "programme_code"])
    assert found.loc[("s1", "P"), "gap_class"] == "covered"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"table": "places", "key": KEY}, "cannot change the table 'places'"),
        ({"key": {"venue_id": "v1"}}, "is named by venue_id, programme_code, mode"),
        ({"key": NEW, "values": {"status": "lapsed"}}, "is not there"),
        ({"action": "remove", "key": NEW}, "is not there"),
        ({"action": "add", "key": KEY}, "is there already"),
        ({"key": KEY, "values": {"colour": "red"}}, "has no 'colour'"),
        ({"key": KEY, "values": {"places_per_year": "many"}}, "of the wrong type"),
        ({"action": "remove", "table": "sites", "key": {"site_id": "s1"}}, "cannot remove rows"),
        (
            {"table": "sites", "key": {"site_id": "s1"}, "values": {"geometry": 1}},
            "has no 'geometry'",
        ),
    ],
)
def test_a_change_that_does_not_fit_is_refused(register, entry, words):
    with pytest.raises(ScenarioError, match=words):
        changed(register, **entry)
