"""Ranges: what is stated, what leavers tell, and what may be where nobody says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.imputation import demand_ranges, pool_ranges, usual_places
from geo.policies import SupplyPolicy
from geo.pools import make_pools

HALF = SupplyPolicy(imputed_low_quantile=0.0, imputed_high_quantile=1.0)


def ranges_of(tables, rows, *, achievements=(), counted=None, policy=HALF):
    offers = tables.offers([{"programme_code": "P", **row} for row in rows])
    offers = offers.assign(ukprn=[f"1000000{v[1:]}" for v in offers["venue_id"]])
    pools = make_pools(offers)
    marked = np.ones(len(offers), dtype=bool) if counted is None else np.array(counted)
    found = pool_ranges(pools, offers, tables.achievements(achievements), marked, policy=policy)
    by_offer = pools.of_offer
    return [(found.middle[q], found.low[q], found.high[q]) for q in by_offer]


def test_what_is_stated_counts_with_its_own_range(tables):
    rows = [
        {"venue_id": "v1", "places_per_year": 10.0, "places_low": 8.0, "places_high": 15.0},
        {"venue_id": "v2", "places_per_year": 6.0},
    ]

    assert ranges_of(tables, rows) == [(10, 8, 15), (6, 6, 6)]


def test_of_several_offers_of_a_pool_the_most_counts(tables):
    rows = [
        {"venue_id": "v1", "pool_id": "q", "places_per_year": 10.0, "places_high": 12.0},
        {"venue_id": "v1", "pool_id": "q", "mode": "evening", "places_per_year": 4.0},
    ]

    assert ranges_of(tables, rows) == [(10, 10, 12)] * 2


def test_leavers_stand_in_where_a_provider_states_nothing(tables):
    rows = [{"venue_id": "v1"}, {"venue_id": "v2", "places_per_year": 6.0}]
    leavers = [
        {"ukprn": "10000001", "programme_code": "P", "year": "2023/24", "leavers": 12},
        {"ukprn": "10000001", "programme_code": "P", "year": "2024/25", "leavers": 20},
        {"ukprn": "10000001", "programme_code": "P", "year": "2022/23", "leavers": None},
        {"ukprn": None, "programme_code": "P", "year": "2024/25", "leavers": 900},
    ]

    assert ranges_of(tables, rows, achievements=leavers) == [(16, 12, 20), (6, 6, 6)]


def test_leavers_of_a_provider_that_states_places_elsewhere_are_not_counted_twice(tables):
    rows = [{"venue_id": "v1", "mode": "evening"}, {"venue_id": "v1", "places_per_year": 6.0}]
    leavers = [{"ukprn": "10000001", "programme_code": "P", "year": "2024/25", "leavers": 20}]

    found = ranges_of(tables, rows, achievements=leavers)

    assert sorted(found, key=str) == [(6, 6, 6), (pytest.approx(np.nan, nan_ok=True), 6, 6)]


def test_of_an_unknown_pool_only_a_range_is_said(tables):
    rows = [
        {"venue_id": "v1"},
        {"venue_id": "v2", "places_per_year": 2.0},
        {"venue_id": "v3", "places_per_year": 30.0},
        {"venue_id": "v4", "programme_code": "Q"},
    ]

    found = ranges_of(tables, rows)

    assert np.isnan(found[0][0])
    assert found[0][1:] == (2, 30)
    # Nothing is stated of the other programme: all programmes stand in.
    assert found[3][1:] == (2, 30)


def test_where_nothing_is_stated_anywhere_there_is_no_bound(tables):
    [(middle, low, high)] = ranges_of(tables, [{"venue_id": "v1"}])

    assert np.isnan(middle)
    assert (low, high) == (0, np.inf)


def test_offers_that_do_not_count_tell_nothing(tables):
    rows = [{"venue_id": "v1", "places_per_year": 10.0}, {"venue_id": "v2", "places_per_year": 6.0}]

    found = ranges_of(tables, rows, counted=[False, True])

    assert np.isnan(found[0][0])
    assert found[0][1:] == (6, 6)


def test_demand_keeps_its_range_and_unknown_demand_has_that_of_the_others():
    demand = pd.DataFrame(
        {
            "programme_code": ["P", "P", "P", "Q"],
            "demand": [4.0, 10.0, np.nan, np.nan],
            "demand_low": [3.0, np.nan, np.nan, np.nan],
            "demand_high": [6.0, 12.0, np.nan, np.nan],
        }
    )
    before = demand.copy()

    found = demand_ranges(demand, policy=HALF)

    assert found.low.tolist() == [3, 10, 4, 4]
    assert found.high.tolist() == [6, 12, 10, 10]
    pd.testing.assert_frame_equal(demand, before)
    assert demand_ranges(demand.iloc[:0], policy=HALF).low.tolist() == []


@given(
    stated=st.lists(st.none() | st.floats(0, 50), min_size=1, max_size=6),
    quantiles=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
)
def test_the_low_end_is_never_above_the_middle_or_the_high_end(tables, stated, quantiles):
    rows = [{"venue_id": f"v{i}", "places_per_year": n} for i, n in enumerate(stated)]

    for middle, low, high in ranges_of(tables, rows, policy=SupplyPolicy(*quantiles)):
        assert low <= high
        assert np.isnan(middle) or low <= middle <= high


def test_few_numbers_in_a_programme_give_way_to_those_of_all(tables):
    rows = [
        {"venue_id": f"v{i}", "programme_code": "P", "places_per_year": 10.0 + i} for i in range(5)
    ]
    rows += [{"venue_id": "v5", "programme_code": "Q", "places_per_year": 40.0}]
    rows += [{"venue_id": "v6"}, {"venue_id": "v7", "programme_code": "Q"}]

    found = ranges_of(tables, rows)

    # Of P five numbers are stated, of Q one.
    assert found[6][1:] == (10, 14)
    assert found[7][1:] == (10, 40)


def test_quantiles_leave_the_same_share_beyond_them_whatever_the_sample():
    # Nine numbers: the tenth falls below the least of them once in ten times.
    places = np.arange(1.0, 10.0)
    tenth = SupplyPolicy(imputed_low_quantile=0.1, imputed_high_quantile=0.9)

    found = usual_places(places, np.zeros(9, dtype=np.int64), programmes=2, policy=tenth)

    assert np.isnan(found.middle).all()
    assert found.low.tolist() == pytest.approx([1.0, 1.0])
    assert found.high.tolist() == pytest.approx([9.0, 9.0])
