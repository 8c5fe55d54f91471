"""Changes laid over a register."""

from __future__ import annotations

from dataclasses import fields, replace
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


def test_a_site_is_added_at_its_point_and_removed_with_what_belongs_to_it(register):
    added = apply_changes(
        register,
        read_changes(
            [
                {
                    "action": "add",
                    "table": "sites",
                    "key": {"site_id": "s0"},
                    "values": {"employer": "Invented", "longitude": 0.1313, "latitude": 52.1751},
                },
                {
                    "action": "add",
                    "table": "demand",
                    "key": {"site_id": "s0", "programme_code": "P", "stream": "new_starters"},
                    "values": {"places": 3},
                },
            ]
        ),
    )

    site = added.sites.loc["s0"]
    # Cambridge Biomedical Campus stands near TL 460 550 on the National Grid.
    assert (round(site.geometry.x, -3), round(site.geometry.y, -3)) == (546_000, 255_000)
    assert (site["precision_class"], site["radius_metres"]) == ("exact", 0.0)
    assert added.sites.index.is_monotonic_increasing
    assert added.sites.index.name == "site_id"
    assert added.sites.crs == register.sites.crs
    assert added.sites.dtypes.equals(register.sites.dtypes)

    again = changed(added, action="remove", table="sites", key={"site_id": "s0"})
    for name in ("sites", "demand"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(register, name))


def test_a_provider_takes_its_venues_and_their_offers_along(register):
    ukprn = register.venues.loc["v1", "ukprn"]

    found = changed(register, action="remove", table="providers", key={"ukprn": ukprn})

    assert ukprn not in set(found.venues["ukprn"])
    assert "v1" not in set(found.offers["venue_id"])
    assert set(found.offers["venue_id"]) <= set(found.venues.index)
    assert len(found.offers) < len(register.offers)


def test_a_venue_that_is_added_bears_the_name_of_its_provider(register):
    found = apply_changes(
        register,
        read_changes(
            [
                {
                    "action": "add",
                    "table": "providers",
                    "key": {"ukprn": "10000009"},
                    "values": {"name": "Invented college"},
                },
                {
                    "action": "add",
                    "table": "venues",
                    "key": {"venue_id": "v0"},
                    "values": {"ukprn": "10000009", "name": "Invented venue"},
                },
            ]
        ),
    )

    assert found.venues.loc["v0", "provider"] == "Invented college"
    assert found.venues.loc["v0"].geometry is None


def test_a_travel_time_that_says_no_means_is_named_as_by_car(register):
    row = {"from_id": "s1", "to_id": "v1"}
    added = changed(
        register,
        action="add",
        table="travel_times",
        key=row | {"transport": "car"},
        values={"travel_minutes": 30},
    )
    silent = replace(added, travel_times=added.travel_times.assign(transport=None))

    found = changed(
        silent, table="travel_times", key=row | {"transport": "car"}, values={"travel_minutes": 40}
    )

    assert found.travel_times["travel_minutes"].tolist() == [40.0]


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
        (
            {"action": "remove", "table": "sites", "key": {"site_id": "nobody"}},
            "is not there",
        ),
        ({"action": "add", "key": NEW | {"venue_id": "v0"}}, "'v0' .* is not in 'venues'"),
        (
            {
                "action": "add",
                "table": "venues",
                "key": {"venue_id": "w"},
                "values": {"ukprn": "9"},
            },
            "'9' .* is not in 'providers'",
        ),
        (
            {"table": "sites", "key": {"site_id": "s1"}, "values": {"longitude": 0.1}},
            "both longitude and latitude",
        ),
        (
            {
                "table": "sites",
                "key": {"site_id": "s1"},
                "values": {"longitude": 52.2, "latitude": 0.1},
            },
            "far from the United Kingdom",
        ),
        (
            {
                "table": "sites",
                "key": {"site_id": "s1"},
                "values": {"longitude": "east", "latitude": 52.2},
            },
            "is 'east'; give a number",
        ),
        (
            {"table": "sites", "key": {"site_id": "s1"}, "values": {"geometry": 1}},
            "has no 'geometry'",
        ),
    ],
)
def test_a_change_that_does_not_fit_is_refused(register, entry, words):
    with pytest.raises(ScenarioError, match=words):
        changed(register, **entry)
