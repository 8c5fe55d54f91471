"""Catchment measures: published examples, the articles' loops, and what must always hold."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from catchments_by_hand import balanced as balanced_by_hand
from catchments_by_hand import enhanced_two_step as enhanced_two_step_by_hand
from catchments_by_hand import reach as reach_by_hand
from catchments_by_hand import spatial_availability as spatial_availability_by_hand
from catchments_by_hand import three_step as three_step_by_hand
from catchments_by_hand import weights
from hypothesis import given
from hypothesis import strategies as st

from geo.catchment import (
    balanced_catchment,
    enhanced_two_step_catchment,
    reach,
    spatial_availability,
    three_step_catchment,
    two_step_catchment,
)
from geo.catchment_points import catchments_of_points
from geo.catchment_table import catchments_of_table
from geo.decay import UNIFORM, Exponential, Gaussian, InversePower, Parabolic, Steps
from geo.errors import InputError

GOLDEN = tomllib.loads(
    (Path(__file__).parents[1] / "golden" / "catchment.toml").read_text(encoding="utf-8")
)
SCENARIOS = GOLDEN["hospital"]["scenarios"]
DECAYS = [
    UNIFORM,
    Steps(limits=(20, 40, 60), weights=(1.0, 0.68, 0.22)),
    Gaussian(sigma=25),
    Exponential(scale=30),
    InversePower(exponent=1, least_cost=1),
    # Falls to 0 and rises again: nothing takes for granted that weights only fall.
    lambda cost: np.abs(1 - cost / 40),
]
MEASURES = {
    "available": spatial_availability,
    "two_step": lambda catchments, _: two_step_catchment(catchments),
    "enhanced_two_step": enhanced_two_step_catchment,
    "three_step": three_step_catchment,
    "three_step_by_cost": lambda catchments, decay: three_step_catchment(
        catchments, decay, selection=InversePower(exponent=1, least_cost=1)
    ),
    "balanced": balanced_catchment,
}


def catchments_of(cost, demand, supply, limit=math.inf, ids=None):
    """Make catchments of a matrix, origins × venues; an infinite cost is no pair."""
    origins = ids or [f"o{i}" for i in range(len(demand))]
    venues = ids or [f"v{j}" for j in range(len(supply))]
    rows = [
        (origins[i], venues[j], cost[i][j])
        for i in range(len(origins))
        for j in range(len(venues))
        if math.isfinite(cost[i][j])
    ]
    return catchments_of_table(
        pd.DataFrame(rows, columns=["from_id", "to_id", "cost"]).astype({"cost": float}),
        demand=pd.Series(demand, index=origins, dtype=float),
        supply=pd.Series(supply, index=venues, dtype=float),
        limit=limit,
    )


def by_hand(cost, demand, supply, limit, decay):
    """Return every measure from the loops, by its name in ``MEASURES``."""
    weight = weights(cost, limit, lambda c: float(decay(np.array([c]))[0]))
    uniform = weights(cost, limit, lambda _: 1.0)
    by_cost = weights(cost, limit, lambda c: 1 / max(c, 1))
    return {
        "available": spatial_availability_by_hand(weight, demand, supply),
        "two_step": enhanced_two_step_by_hand(uniform, demand, supply),
        "enhanced_two_step": enhanced_two_step_by_hand(weight, demand, supply),
        "three_step": three_step_by_hand(weight, weight, demand, supply),
        "three_step_by_cost": three_step_by_hand(weight, by_cost, demand, supply),
        "balanced": balanced_by_hand(weight, demand, supply),
    }


COSTS = st.one_of(st.just(math.inf), st.integers(0, 80), st.floats(0, 80))
AMOUNTS = st.one_of(st.just(0.0), st.floats(0.01, 1000))


@st.composite
def tables(draw):
    """Draw a table of costs with demand and supply, any of them empty, and a limit on a cost."""
    origins, venues = draw(st.integers(0, 5)), draw(st.integers(0, 4))
    cost = [[draw(COSTS) for _ in range(venues)] for _ in range(origins)]
    limits = [60.0, *(c for row in cost for c in row if math.isfinite(c))]
    return (
        cost,
        [draw(AMOUNTS) for _ in range(origins)],
        [draw(AMOUNTS) for _ in range(venues)],
        draw(st.sampled_from(limits)),
    )


@st.composite
def places(draw):
    """Draw points on a grid of a few metres, often several at one place, and a limit in metres."""
    spots = st.tuples(st.integers(0, 40), st.integers(0, 40))
    origins = draw(st.lists(spots, max_size=8))
    venues = draw(st.lists(spots, max_size=5))
    return (
        origins,
        venues,
        [draw(AMOUNTS) for _ in origins],
        [draw(AMOUNTS) for _ in venues],
        float(draw(st.integers(0, 60))),
    )


def points_of(spots, column, amounts, prefix):
    # Far from the origin of the grid, as in Great Britain.
    moved = np.array(spots, dtype=float).reshape(-1, 2) + np.array([530_000, 180_000])
    return gpd.GeoDataFrame(
        {column: np.array(amounts, dtype=float)},
        index=[f"{prefix}{i}" for i in range(len(spots))],
        geometry=gpd.points_from_xy(*moved.T),
        crs="EPSG:27700",
    )


# Published examples ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_hospitals_of_pysal_are_reproduced(name):
    example, scenario = GOLDEN["hospital"], SCENARIOS[name]
    numbers = example["demand"], example["supply"]
    by_distance = InversePower(exponent=1, least_cost=1)

    def up_to_limit(cost):
        return np.where(cost <= example["limit"], by_distance(cost), 0.0)

    two_step = enhanced_two_step_catchment(
        catchments_of(scenario["cost"], *numbers, example["limit"]), by_distance
    )
    # There a town chooses among all hospitals of the table, those beyond the limit too.
    three_step = three_step_catchment(
        catchments_of(scenario["cost"], *numbers), up_to_limit, selection=by_distance
    )

    assert two_step.tolist() == pytest.approx(scenario["two_step"], rel=1e-14)
    assert three_step.tolist() == pytest.approx(scenario["three_step"], rel=1e-14)
    for access in (two_step, three_step):
        assert (access * example["demand"]).sum() == pytest.approx(135, rel=1e-14)


def test_the_example_of_aceso_is_reproduced():
    example = GOLDEN["aceso"]
    catchments = catchments_of(
        example["cost"], example["demand"], example["supply"], example["limit"]
    )

    potential = catchments.to_venues(UNIFORM, catchments.demand)
    three_step = three_step_catchment(
        catchments, UNIFORM, selection=InversePower(exponent=1, least_cost=1e-8)
    )

    assert potential.tolist() == example["demand_potential"]
    assert two_step_catchment(catchments).tolist() == example["two_step"]
    assert three_step.tolist() == pytest.approx(example["three_step"], rel=1e-14)


def test_the_five_hexagons_of_ipea_are_reproduced():
    example = GOLDEN["belo_horizonte"]
    catchments = catchments_of(
        example["cost"], example["demand"], example["supply"], example["limit"], example["ids"]
    )

    # Printed to four places.
    assert two_step_catchment(catchments).tolist() == pytest.approx(example["two_step"], abs=5e-5)
    assert balanced_catchment(catchments).tolist() == pytest.approx(example["balanced"], abs=5e-5)


# The articles' loops ---------------------------------------------------------------------------


@given(table=tables(), decay=st.sampled_from(DECAYS))
def test_every_measure_of_a_table_is_that_of_the_loops(table, decay):
    catchments = catchments_of(*table)
    expected = by_hand(*table, decay)

    for name, measure in MEASURES.items():
        found = measure(catchments, decay)
        assert found.tolist() == pytest.approx(expected[name], rel=1e-9, abs=1e-300), name


@given(drawn=places(), decay=st.sampled_from(DECAYS))
def test_every_measure_of_points_is_that_of_the_loops(drawn, decay):
    origins, venues, demand, supply, limit = drawn
    catchments = catchments_of_points(
        points_of(origins, "demand", demand, "o"),
        points_of(venues, "supply", supply, "v"),
        limit_metres=limit,
    )
    cost = [[math.dist(origin, venue) for venue in venues] for origin in origins]
    expected = by_hand(cost, demand, supply, limit, decay)

    for name, measure in MEASURES.items():
        found = measure(catchments, decay)
        assert found.tolist() == pytest.approx(expected[name], rel=1e-9, abs=1e-300), name
    for column, values in zip(
        reach(catchments).to_dict("list").values(),
        zip(*reach_by_hand(cost, limit, list(catchments.venue_ids)), strict=True),
        strict=False,
    ):
        assert column == list(values)


@given(table=tables())
def test_reach_of_a_table_is_that_of_the_loops(table):
    cost, _, _, limit = table
    catchments = catchments_of(*table)

    found = reach(catchments)

    assert list(found.itertuples(index=False, name=None)) == reach_by_hand(
        cost, limit, list(catchments.venue_ids)
    )


# What must always hold -------------------------------------------------------------------------


@given(table=tables(), decay=st.sampled_from(DECAYS[:5]))
def test_what_is_handed_out_is_the_supply_of_the_venues_that_demand_reaches(table, decay):
    cost, demand, supply, limit = table
    catchments = catchments_of(*table)
    reached = [
        any(cost[i][j] <= limit and demand[i] > 0 and weigh > 0 for i, weigh in enumerate(column))
        for j, column in enumerate(_columns(cost, limit, decay, len(supply)))
    ]
    exists = sum(offered for offered, is_reached in zip(supply, reached, strict=True) if is_reached)

    available = spatial_availability(catchments, decay)

    assert available.sum() == pytest.approx(exists, rel=1e-9)
    per_demand = enhanced_two_step_catchment(catchments, decay)
    has_demand = np.array(demand, dtype=float) > 0
    assert (available / demand)[has_demand].tolist() == pytest.approx(
        per_demand[has_demand].tolist(), rel=1e-12
    )
    # Without demand there is a rate, and nothing is handed out at it.
    assert (available[~has_demand] == 0).all()


def _columns(cost, limit, decay, venues):
    rows = weights(cost, limit, lambda c: float(decay(np.array([c]))[0]))
    return [[row[j] for row in rows] for j in range(venues)]


@given(table=tables(), decay=st.sampled_from(DECAYS), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_bit(table, decay, seed):
    cost, demand, supply, limit = table
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(len(demand)), random.permutation(len(supply))
    travel = pd.DataFrame(
        [(f"o{i}", f"v{j}", c) for i, row in enumerate(cost) for j, c in enumerate(row)],
        columns=["from_id", "to_id", "cost"],
    )
    travel = travel[np.isfinite(travel["cost"].to_numpy(dtype=float))]
    given_order = catchments_of(*table)

    another = catchments_of_table(
        travel.sample(frac=1, random_state=random),
        demand=pd.Series(demand, index=[f"o{i}" for i in range(len(demand))], dtype=float).iloc[
            rows
        ],
        supply=pd.Series(supply, index=[f"v{j}" for j in range(len(supply))], dtype=float).iloc[
            columns
        ],
        limit=limit,
    )

    for name, measure in MEASURES.items():
        first, second = measure(given_order, decay), measure(another, decay)
        pd.testing.assert_series_equal(
            second.reindex(first.index), first, check_exact=True, obj=name
        )
    pd.testing.assert_frame_equal(
        reach(another).reindex(given_order.origin_ids), reach(given_order), check_exact=True
    )


# Stated results --------------------------------------------------------------------------------


def test_results_are_in_the_order_of_the_origins_and_named():
    catchments = catchments_of([[10.0], [20.0]], [1, 3], [8], ids=None)

    for measure in MEASURES.values():
        found = measure(catchments, UNIFORM)
        assert list(found.index) == ["o0", "o1"]
    assert spatial_availability(catchments).name == "available"
    assert two_step_catchment(catchments).name == "supply_per_demand"
    assert spatial_availability(catchments).tolist() == [2, 6]


def test_the_limit_is_inclusive():
    catchments = catchments_of([[60.0], [60.000001]], [1, 1], [6], limit=60)

    assert two_step_catchment(catchments).tolist() == [6, 0]
    assert reach(catchments)["venues_reached"].tolist() == [1, 0]


def test_an_origin_that_reaches_nothing_has_nothing_and_stays():
    catchments = catchments_of([[10.0], [math.inf]], [2, 5], [4])

    for measure in MEASURES.values():
        assert measure(catchments, UNIFORM).loc["o1"] == 0
    found = reach(catchments)
    assert found.loc["o1"].tolist() == [0, None, math.inf]
    assert found["venues_reached"].dtype == np.int64


@pytest.mark.parametrize("name", MEASURES)
def test_a_venue_that_no_demand_reaches_hands_nothing_out(name):
    catchments = catchments_of([[10.0, 10.0], [math.inf, 10.0]], [0, 4], [5, 8])

    found = MEASURES[name](catchments, UNIFORM)

    # Nobody competes for the first venue, whose rate would be 5 / 0.
    of_second = {"available": [0, 8], "balanced": [1, 1], "three_step": [1, 2]}
    expected = of_second.get(name.removesuffix("_by_cost"), [2, 2])
    assert found.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("name", MEASURES)
def test_no_supply_gives_nothing_to_anybody(name):
    for catchments in (catchments_of([[], []], [1, 2], []), catchments_of([[1.0]], [1], [0])):
        found = MEASURES[name](catchments, UNIFORM)

        assert len(found) == len(catchments.origin_ids)
        assert (found == 0).all()


@pytest.mark.parametrize("name", MEASURES)
def test_no_origins_have_no_results(name):
    catchments = catchments_of([], [], [5])

    assert MEASURES[name](catchments, UNIFORM).empty
    assert reach(catchments).empty


def test_venues_without_supply_are_reached_all_the_same():
    catchments = catchments_of([[10.0, 5.0]], [1], [3, 0])

    assert reach(catchments).loc["o0"].tolist() == [2, "v1", 5]


def test_three_steps_divide_demand_by_what_the_choice_goes_by():
    # 12 learners choose by weights 1 : 3, so that 3 and 9 compete for the two venues.
    catchments = catchments_of([[30.0, 10.0]], [12], [6, 18])

    def chosen(cost):
        return np.where(cost > 20, 1.0, 3.0)

    access = three_step_catchment(catchments, UNIFORM, selection=chosen)

    assert access.tolist() == pytest.approx([0.25 * 6 / 3 + 0.75 * 18 / 9])


def test_weights_too_small_to_divide_by_are_refused():
    catchments = catchments_of([[38.5], [1.0]], [1, 0], [1000])

    with pytest.raises(InputError, match="too little to divide by"):
        enhanced_two_step_catchment(catchments, Gaussian(sigma=1))


def test_weights_that_vanish_altogether_reach_nothing():
    catchments = catchments_of([[50.0], [5.0]], [1, 1], [7])

    assert spatial_availability(catchments, Parabolic(scale=40)).tolist() == [0, 7]
