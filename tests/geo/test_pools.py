"""Pools: a place exists once, whoever may fill it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError, MissingColumnsError
from geo.pools import make_pools


def offers_of(tables, rows):
    offers = tables.offers([{"venue_id": "v", "programme_code": "P", **row} for row in rows])
    return offers.assign(ukprn=pd.Series([row.get("ukprn", "1") for row in rows], dtype="str"))


def test_shared_places_count_once_and_own_places_apart(tables):
    offers = offers_of(
        tables,
        [
            {"mode": "blended", "pool_id": "lab", "places_per_year": 10.0},
            {"mode": "block_daily", "pool_id": "lab", "places_per_year": 12.0},
            {"mode": "day_release", "places_per_year": 5.0},
            {"mode": "e_learning", "pool_id": "lab"},
            {"mode": "evening"},
            {"mode": "workplace"},
        ],
    )

    pools = make_pools(offers)

    # lab of three modes; the day release's own; the provider's two that state nothing.
    groups = pools.of_offer.tolist()
    assert len(pools.keys) == 3
    assert groups[0] == groups[1] == groups[3]
    assert groups[4] == groups[5]
    assert len({groups[0], groups[2], groups[4]}) == 3
    places = pools.places(pd.Series(np.ones(6, dtype=bool)))
    assert places[groups].tolist() == pytest.approx(
        [12, 12, 5, 12, math.nan, math.nan], nan_ok=True
    )


def test_only_the_counted_offers_give_places(tables):
    offers = offers_of(
        tables,
        [
            {"mode": "blended", "pool_id": "lab", "places_per_year": 10.0},
            {"mode": "evening", "pool_id": "lab", "places_per_year": 12.0},
        ],
    )
    pools = make_pools(offers)

    assert pools.places(pd.Series([True, False])).tolist() == [10.0]
    assert pools.places(pd.Series([False, False])).tolist() == pytest.approx(
        [math.nan], nan_ok=True
    )


def test_no_places_is_a_number_and_blank_is_none(tables):
    pools = make_pools(offers_of(tables, [{"places_per_year": 0.0}]))

    assert pools.places(pd.Series([True])).tolist() == [0.0]


def test_a_pool_named_like_another_kind_stays_apart(tables):
    rows = [{"mode": "blended", "places_per_year": 1.0}, {"mode": "evening", "pool_id": "1\x1fP"}]

    assert len(make_pools(offers_of(tables, rows)).keys) == 2


def test_providers_and_programmes_share_nothing_that_is_not_said(tables):
    rows = [
        {"venue_id": "v", "ukprn": "1"},
        {"venue_id": "w", "ukprn": "1"},
        {"venue_id": "x", "ukprn": "2"},
        {"venue_id": "y", "ukprn": "2", "programme_code": "Q"},
    ]

    groups = make_pools(offers_of(tables, rows)).of_offer.tolist()

    assert groups[0] == groups[1]
    assert len(set(groups)) == 3


row = st.fixed_dictionaries(
    {
        "venue_id": st.sampled_from("vw"),
        "programme_code": st.sampled_from("PQ"),
        "mode": st.sampled_from(["blended", "evening"]),
        "pool_id": st.sampled_from([None, "a", "b"]),
        "places_per_year": st.none() | st.floats(0, 100),
    }
)


@given(rows=st.lists(row, max_size=8), data=st.data())
def test_the_order_of_offers_changes_no_pool_and_inputs_stay(tables, rows, data):
    offers = offers_of(tables, rows)
    before = offers.copy()
    turn = data.draw(st.permutations(range(len(rows))))
    everything = pd.Series(np.ones(len(rows), dtype=bool))

    pools, turned = make_pools(offers), make_pools(offers.iloc[turn].reset_index(drop=True))

    assert turned.keys.equals(pools.keys)
    assert turned.of_offer.tolist() == pools.of_offer[turn].tolist()
    places = pools.places(everything)
    assert turned.places(everything).tolist() == pytest.approx(places.tolist(), nan_ok=True)
    # Every pool belongs to some offer, and holds no more than the most that one states.
    assert set(pools.of_offer) == set(range(len(pools.keys)))
    assert np.nansum(places) <= offers["places_per_year"].sum() + 1e-9
    pd.testing.assert_frame_equal(offers, before)


def test_no_offers_make_no_pools(tables):
    empty = tables.offers().assign(ukprn=pd.Series([], dtype="str"))

    pools = make_pools(empty)

    assert len(pools.keys) == len(pools.of_offer) == 0
    assert pools.places(pd.Series([], dtype=bool)).tolist() == []


def test_wrong_offers_are_refused(tables, bad_number):
    with pytest.raises(MissingColumnsError, match="'offers' lacks ukprn"):
        make_pools(tables.offers())
    with pytest.raises(InputError, match="'places_per_year' in 'offers' holds"):
        make_pools(offers_of(tables, [{"places_per_year": bad_number}]))


def test_the_first_offer_of_a_pool_speaks_for_it(tables):
    offers = offers_of(
        tables,
        [
            {"mode": "blended", "pool_id": "lab"},
            {"mode": "block_daily", "pool_id": "hall"},
            {"mode": "day_release", "pool_id": "lab"},
        ],
    )
    pools = make_pools(offers)

    found = pools.first(np.array([7, 8, 9]))

    assert dict(zip(pools.keys, found.tolist(), strict=True)) == {
        "pool\x1flab": 7,
        "pool\x1fhall": 8,
    }
    assert make_pools(offers.iloc[:0]).first(np.empty(0, dtype=np.int64)).tolist() == []
