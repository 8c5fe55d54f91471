"""Matches as they are stored, and which row each id means by them."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.engine import writing
from app.db.errors import NotFoundError
from app.db.loads import LoadRecord, add_load
from app.db.matches import (
    RULE,
    SPEAKS_OF,
    Identities,
    Standing,
    add_matches,
    columns_with_ids,
    forget_unused,
    list_matches,
    open_proposals,
    read_identities,
    read_match,
    referring,
    set_standing,
)
from app.db.models import Achievement, Champion, Demand, Offer, Provider, Site, TravelTime, Venue
from app.db.register import ID_SEPARATOR

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def found(*pairs):
    return pd.DataFrame(
        [(*pair[:2], 0.8, "names 1.00", pair[2]) for pair in pairs],
        columns=["source_row", "row_id", "score", "evidence", "standing"],
    )


def add(connection, *pairs, table="venues"):
    return add_matches(connection, table, found(*pairs), speaker="s", load_id=None, at=NOON)


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def test_matches_are_stored_once(connection):
    assert add(connection, ("a", "x", "accepted"), ("b", "y", "proposed")) == 2
    assert add(connection, ("a", "x", "proposed"), ("b", "z", "proposed")) == 1

    first, second, third = list_matches(connection, table="venues")

    assert (first.standing, first.decided_by, first.decided_at) == ("accepted", RULE, NOON)
    assert (second.standing, second.decided_by, second.decided_at) == ("proposed", None, None)
    assert third.row_id == "z"
    assert read_match(connection, first.match_id) == first
    assert not list_matches(connection, table="sites")
    with pytest.raises(NotFoundError, match="No match has the id '99'"):
        read_match(connection, 99)


def test_only_accepted_matches_say_which_row_is_meant(connection):
    add(connection, ("a", "x", "accepted"), ("b", "y", "proposed"))
    add(connection, ("x", "z", "accepted"))

    identities = read_identities(connection)

    assert identities.of("venues") == {"a": "z", "x": "z"}
    assert identities.meant("venues", "b") == "b"
    assert identities.meant("sites", "a") == "a"


def test_what_became_another_row_meanwhile_waits_no_longer(connection):
    add(connection, ("a", "x", "proposed"), ("a", "y", "proposed"), ("x", "a", "proposed"))
    match = list_matches(connection)[0]
    load = LoadRecord(0, "venues", "(review)", "", NOON, 1, 0, 0, 0, 0)
    load_id = add_load(connection, load)
    assert len(open_proposals(connection)) == 3

    set_standing(
        connection, match.match_id, Standing.ACCEPTED, by="chair", at=NOON, load_id=load_id
    )

    assert not open_proposals(connection)
    decided = read_match(connection, match.match_id)
    assert (decided.standing, decided.decided_by, decided.load_id) == ("accepted", "chair", load_id)


def test_what_nobody_decided_goes_with_the_last_word_of_its_row(connection):
    add(connection, ("a", "x", "accepted"), ("b", "y", "proposed"), ("c", "z", "rejected"))

    assert forget_unused(connection) == 2

    assert [one.source_row for one in list_matches(connection)] == ["c"]


def test_the_columns_that_hold_ids_are_those_of_the_models():
    assert columns_with_ids(Venue) == {"venue_id": "venues", "ukprn": "providers"}
    assert columns_with_ids(TravelTime) == {"from_id": "sites", "to_id": "venues"}
    assert columns_with_ids(Achievement) == {"ukprn": "providers"}
    assert referring(["sites"]) == [Site, Demand, Champion, TravelTime]
    assert referring(["providers"])[0] is Provider


def test_rows_and_ids_are_translated_in_keys_and_references():
    identities = Identities({"venues": {"a": "b", "b": "c"}, "providers": {"1": "2"}})
    rows = pd.DataFrame({"venue_id": ["a", "z", None], "ukprn": ["1", "3", None]}, dtype="str")

    translated = identities.translate(Venue, rows)

    assert translated["venue_id"].tolist()[:2] == ["c", "z"]
    assert translated["ukprn"].tolist()[:2] == ["2", "3"]
    assert translated.iloc[2].isna().all()
    assert rows["venue_id"].tolist()[0] == "a"
    key = ID_SEPARATOR.join(("a", "P", "day_release"))
    assert identities.row_id(Venue, f"mine{SPEAKS_OF}a") == "c"
    assert identities.row_id(Offer, key) == ID_SEPARATOR.join(("c", "P", "day_release"))


ids = st.sampled_from("abcde")


@given(matches=st.dictionaries(ids, ids), row=ids)
def test_an_id_means_one_row_whatever_the_matches_are(matches, row):
    identities = Identities({"venues": matches})

    meant = identities.meant("venues", row)

    assert meant in {row, *matches.values()}
    no_circle = len({*matches} & {*matches.values()}) == 0
    if no_circle:
        assert meant == matches.get(row, row)
        assert identities.meant("venues", meant) == meant
