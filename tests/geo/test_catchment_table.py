"""Tables of pairs: what is refused, with which words, and what is stated instead."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geo.catchment import enhanced_two_step_catchment, reach, spatial_availability
from geo.catchment_table import catchments_of_table
from geo.decay import UNIFORM
from geo.errors import InputError, MissingColumnsError

TRAVEL = pd.DataFrame(
    {
        "from_id": ["s1", "s1", "s2", "s3"],
        "to_id": ["v1", "v2", "v1", "v2"],
        "cost": [20.0, 45.0, 60.0, 75.0],
    }
)
DEMAND = pd.Series({"s1": 2.0, "s2": 10.0, "s3": 4.0})
SUPPLY = pd.Series({"v1": 10.0, "v2": 10.0})


def made(travel=TRAVEL, demand=DEMAND, supply=SUPPLY, limit=60.0):
    return catchments_of_table(travel, demand=demand, supply=supply, limit=limit)


def with_cost(cost):
    return TRAVEL.assign(cost=[20.0, 45.0, cost, 75.0])


def test_pairs_beyond_the_limit_are_left_out_and_the_rest_is_sorted():
    catchments = made(TRAVEL.iloc[::-1])

    assert catchments.origin.tolist() == [0, 0, 1]
    assert catchments.venue.tolist() == [0, 1, 0]
    assert catchments.cost.tolist() == [20, 45, 60]
    assert made(limit=math.inf).cost.tolist() == [20, 45, 60, 75]
    assert made(limit=0).cost.tolist() == []


def test_costs_there_and_back_may_differ():
    both = pd.DataFrame(
        {"from_id": ["a", "b"], "to_id": ["b", "a"], "cost": [10.0, 50.0]},
    )
    people = pd.Series({"a": 1.0, "b": 1.0})

    found = reach(catchments_of_table(both, demand=people, supply=people, limit=30))

    assert found["venues_reached"].to_dict() == {"a": 1, "b": 0}


def test_of_venues_at_one_cost_the_first_by_id_is_the_nearest():
    travel = TRAVEL.assign(cost=30.0).iloc[[1, 0, 2, 3]]

    found = reach(made(travel, supply=SUPPLY.iloc[::-1]))

    assert found["nearest_id"].to_dict() == {"s1": "v1", "s2": "v1", "s3": "v2"}


def test_ids_may_be_numbers_and_keep_the_order_given():
    travel = pd.DataFrame({"from_id": [10, 9], "to_id": [1, 1], "cost": [5, 5]})

    available = spatial_availability(
        catchments_of_table(
            travel, demand=pd.Series({10: 1, 9: 3}), supply=pd.Series({1: 8}), limit=5
        )
    )

    assert available.to_dict() == {10: 2, 9: 6}
    assert list(available.index) == [10, 9]


def test_an_id_without_a_pair_stays():
    catchments = made(
        demand=pd.concat([DEMAND, pd.Series({"s0": 7.0})]),
        supply=pd.concat([SUPPLY, pd.Series({"v0": 5.0})]),
    )

    available = spatial_availability(catchments)

    assert available["s0"] == 0
    assert available.sum() == SUPPLY.sum()


@pytest.mark.parametrize("columns", [{"cost": float}, {}])
def test_an_empty_table_reaches_nothing(columns):
    empty = pd.DataFrame({"from_id": [], "to_id": [], "cost": []}, dtype=object).astype(columns)

    catchments = made(empty)

    assert spatial_availability(catchments).tolist() == [0, 0, 0]
    assert reach(catchments)["nearest_cost"].tolist() == [math.inf] * 3


def test_no_origins_and_no_venues_at_all():
    nobody = pd.Series([], index=pd.Index([], dtype="str"), dtype=float)

    catchments = made(TRAVEL.iloc[:0], nobody, nobody)

    assert spatial_availability(catchments).empty
    assert catchments.to_venues(UNIFORM, catchments.demand).tolist() == []


def test_inputs_are_unchanged_and_a_decay_cannot_change_them_either():
    travel, demand, supply = TRAVEL.copy(), DEMAND.copy(), SUPPLY.copy()
    catchments = made(travel, demand, supply)

    def halves_its_input(cost):
        cost *= 0.5
        return cost

    with pytest.raises(ValueError, match="read-only"):
        enhanced_two_step_catchment(catchments, halves_its_input)
    reach(catchments)

    pd.testing.assert_frame_equal(travel, TRAVEL)
    pd.testing.assert_series_equal(demand, DEMAND)
    pd.testing.assert_series_equal(supply, SUPPLY)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"travel": with_cost(-1.0)}, "'cost' in 'travel' holds -1"),
        ({"travel": with_cost(math.inf)}, "'cost' in 'travel' holds inf"),
        ({"travel": with_cost(math.nan)}, "'travel' has missing values in cost"),
        ({"travel": TRAVEL.assign(cost="20")}, "'cost' in 'travel' must hold numbers"),
        (
            {"travel": TRAVEL.assign(to_id=["v1", None, "v1", "v2"])},
            "'travel' has missing values in to_id",
        ),
        (
            {"travel": pd.concat([TRAVEL, TRAVEL.iloc[[2]].assign(cost=50.0)])},
            r"'travel' has 1 pair\(s\) more than once, such as from s2 to v1",
        ),
        ({"demand": DEMAND.drop("s2")}, "'from_id' in 'travel' are unknown, such as s2"),
        ({"supply": SUPPLY.drop("v2")}, "'to_id' in 'travel' are unknown, such as v2"),
        ({"supply": SUPPLY.iloc[:0]}, "'to_id' in 'travel' are unknown, such as v1, v2"),
        ({"demand": DEMAND.replace(10.0, np.nan)}, "'demand' has missing values"),
        ({"demand": DEMAND.replace(10.0, -1.0)}, "'demand' in 'demand' holds -1"),
        ({"demand": DEMAND.astype(str)}, "'demand' in 'demand' must hold numbers"),
        ({"supply": SUPPLY.replace(10.0, math.inf)}, "'supply' in 'supply' holds inf"),
        ({"demand": pd.concat([DEMAND, DEMAND])}, r"'demand' has 3 id\(s\) more than once"),
        (
            {"supply": pd.concat([SUPPLY, pd.Series({None: 1.0})])},
            "'supply' has a row without an id",
        ),
        (
            {"supply": pd.concat([SUPPLY, pd.Series({3: 1.0})])},
            "ids of 'supply' cannot be put in order",
        ),
        ({"limit": -1.0}, "limit must be 0 or more, not -1"),
        ({"limit": math.nan}, "limit must be 0 or more, not nan"),
    ],
)
def test_what_cannot_be_used_is_refused(changed, match):
    with pytest.raises(InputError, match=match):
        made(**changed)


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnsError, match="'travel' lacks cost"):
        made(TRAVEL.rename(columns={"cost": "minutes"}))
