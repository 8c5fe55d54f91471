"""Points by tiles: equal to the table, whatever the tiles, the threads and the order of rows."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import MultiPoint, Point, box

from geo.catchment import (
    balanced_catchment,
    enhanced_two_step_catchment,
    reach,
    spatial_availability,
    three_step_catchment,
)
from geo.catchment_points import DISTANCES_PER_BLOCK, ORIGINS_PER_TILE, catchments_of_points
from geo.catchment_table import catchments_of_table
from geo.decay import UNIFORM, Gaussian, Steps
from geo.errors import CrsError, InputError, MissingColumnsError

LIMIT = 30_000.0
STEPS = Steps(limits=(10_000, 20_000, 45_000), weights=(1.0, 0.68, 0.22))


def points(east, north, column, amounts, *, prefix):
    return gpd.GeoDataFrame(
        {column: np.asarray(amounts, dtype=float)},
        index=pd.Index([f"{prefix}{i}" for i in range(len(amounts))]),
        geometry=gpd.points_from_xy(east, north),
        crs="EPSG:27700",
    )


@pytest.fixture(scope="module")
def world():
    """Return more origins than five tiles hold, in towns and alone, and more venues than a block.

    Towns are on a grid of 1 km, so that many stand at one place and many pairs just on a limit.
    """
    random = np.random.default_rng(4)
    count, venues = 6 * ORIGINS_PER_TILE, 3 * DISTANCES_PER_BLOCK // ORIGINS_PER_TILE

    def spread(size):
        town = random.normal(0, 12_000, (size, 2)).round(-3) + np.array([400_000, 300_000])
        alone = random.uniform(300_000, 500_000, (size, 2))
        return np.where(random.random((size, 1)) < 0.7, town, alone).T

    east, north = spread(venues)
    east[0] += 500_000  # Nobody is near the first venue.
    return (
        points(*spread(count), "demand", random.integers(0, 40, count), prefix="s"),
        points(east, north, "supply", random.integers(0, 90, venues), prefix="v"),
    )


@pytest.fixture(scope="module")
def as_table(world):
    """Return the same catchments, from a table of all pairs."""
    origins, venues = world
    metres = np.hypot(
        origins.geometry.x.to_numpy()[:, None] - venues.geometry.x.to_numpy(),
        origins.geometry.y.to_numpy()[:, None] - venues.geometry.y.to_numpy(),
    )
    travel = pd.DataFrame(
        {
            "from_id": np.repeat(origins.index.to_numpy(), len(venues)),
            "to_id": np.tile(venues.index.to_numpy(), len(origins)),
            "cost": metres.ravel(),
        }
    )
    return catchments_of_table(
        travel[metres.ravel() <= LIMIT],
        demand=origins["demand"],
        supply=venues["supply"],
        limit=LIMIT,
    )


def results_of(catchments):
    """Return every measure, weighted by steps and by a curve, as one table."""
    found = reach(catchments)
    for name, decay in (("uniform", UNIFORM), ("steps", STEPS), ("curve", Gaussian(12_000))):
        found[f"available_{name}"] = spatial_availability(catchments, decay)
        found[f"two_step_{name}"] = enhanced_two_step_catchment(catchments, decay)
        found[f"three_step_{name}"] = three_step_catchment(catchments, decay)
        found[f"balanced_{name}"] = balanced_catchment(catchments, decay)
    return found


def test_tiles_give_what_the_table_gives(world, as_table):
    catchments = catchments_of_points(*world, limit_metres=LIMIT)

    found, expected = results_of(catchments), results_of(as_table)

    # Whole counts and names exactly; sums are taken in another order.
    exact = ["venues_reached", "nearest_id"]
    pd.testing.assert_frame_equal(found[exact], expected[exact])
    rest = expected.columns.difference(exact)
    assert np.isfinite(found[rest.drop("nearest_cost")]).all(axis=None)
    pd.testing.assert_frame_equal(found[rest], expected[rest], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(world, threads):
    alone = catchments_of_points(*world, limit_metres=LIMIT)

    pd.testing.assert_frame_equal(
        results_of(replace(alone, threads=threads)), results_of(alone), check_exact=True
    )


def test_the_order_of_rows_changes_no_bit(world):
    origins, venues = world
    random = np.random.default_rng(5)
    shuffled = catchments_of_points(
        origins.sample(frac=1, random_state=random),
        venues.sample(frac=1, random_state=random),
        limit_metres=LIMIT,
    )

    found = results_of(shuffled)

    expected = results_of(catchments_of_points(origins, venues, limit_metres=LIMIT))
    pd.testing.assert_frame_equal(found.loc[origins.index], expected, check_exact=True)


def test_everything_that_is_reached_is_handed_out(world):
    catchments = catchments_of_points(*world, limit_metres=LIMIT)
    reached = catchments.to_venues(UNIFORM, catchments.demand) > 0

    available = spatial_availability(catchments, STEPS)

    assert 0 < reached.sum() < len(reached)
    assert available.sum() == pytest.approx(catchments.supply[reached].sum(), rel=1e-12)


def test_inputs_are_unchanged(world):
    origins, venues = world
    before = origins.copy(), venues.copy()

    results_of(catchments_of_points(origins, venues, limit_metres=LIMIT))

    pd.testing.assert_frame_equal(pd.DataFrame(origins), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(pd.DataFrame(venues), pd.DataFrame(before[1]))


def three_four_five(limit):
    """Return one origin with venues on the spot, 5 km and 5.0001 km away, of supply 1, 2 and 4."""
    return catchments_of_points(
        points([500_000], [200_000], "demand", [1], prefix="s"),
        points(
            [503_000, 500_000, 503_000.1],
            [204_000, 200_000, 204_000],
            "supply",
            [2, 1, 4],
            prefix="v",
        ),
        limit_metres=limit,
    )


@pytest.mark.parametrize(("limit", "available"), [(0, 1), (4_999.9, 1), (5_000, 3), (5_001, 7)])
def test_the_limit_is_inclusive_down_to_the_very_place(limit, available):
    assert spatial_availability(three_four_five(limit)).tolist() == [available]
    # A curve, not steps, takes the other way through the tiles.
    assert spatial_availability(three_four_five(limit), np.ones_like).tolist() == [available]


def test_a_decay_is_not_asked_beyond_the_limit():
    # Two origins, so that a venue is within the limit of one and beyond that of the other.
    catchments = catchments_of_points(
        points([0, 9_000], [0, 0], "demand", [1, 1], prefix="s"),
        points([0, 5_000], [0, 0], "supply", [6, 8], prefix="v"),
        limit_metres=5_000,
    )

    found = enhanced_two_step_catchment(catchments, lambda metres: 1 - metres / 5_000)

    # The first origin has the second venue on its limit, with weight 0.
    assert found.tolist() == pytest.approx([6, 8])


def test_an_error_of_a_decay_names_the_metres():
    with pytest.raises(InputError, match="The decay gives -1000 at cost 5000"):
        enhanced_two_step_catchment(three_four_five(5_000), lambda metres: 4_000 - metres)


def test_points_at_one_place_share_what_they_reach():
    catchments = catchments_of_points(
        points([0, 0, 0], [0, 0, 0], "demand", [1, 2, 5], prefix="s"),
        points([0, 0], [0, 0], "supply", [4, 12], prefix="v"),
        limit_metres=0,
    )

    assert spatial_availability(catchments).tolist() == [2, 4, 10]
    assert reach(catchments)["nearest_id"].tolist() == ["v0", "v0", "v0"]


def test_nothing_in_reach_no_venues_and_no_origins():
    far = points([0], [0], "supply", [5], prefix="v")
    lonely = points([90_000], [0], "demand", [3], prefix="s")

    for catchments in (
        catchments_of_points(lonely, far, limit_metres=1_000),
        catchments_of_points(lonely, far.iloc[:0], limit_metres=1_000),
    ):
        assert spatial_availability(catchments).tolist() == [0]
        assert spatial_availability(catchments, Gaussian(500)).tolist() == [0]
        assert reach(catchments).iloc[0].tolist() == [0, None, math.inf]
    nobody = catchments_of_points(lonely.iloc[:0], far, limit_metres=1_000)
    assert spatial_availability(nobody).empty
    assert reach(nobody).empty


@pytest.mark.parametrize(
    ("geometry", "match"),
    [
        (box(0, 0, 1, 1), r"'origins' has 1 row\(s\) without a point, such as s1"),
        (MultiPoint([(0, 0), (1, 1)]), r"without a point, such as s1"),
        (Point(), r"without a point, such as s1"),
        (None, r"without a point, such as s1"),
        (Point(math.inf, 0), r"without a point, such as s1"),
    ],
)
def test_what_is_no_point_is_refused(geometry, match):
    origins = points([0, 1], [0, 1], "demand", [1, 1], prefix="s")
    origins.geometry = gpd.GeoSeries([Point(0, 0), geometry], index=origins.index, crs=origins.crs)

    with pytest.raises(InputError, match=match):
        catchments_of_points(
            origins, points([0], [0], "supply", [1], prefix="v"), limit_metres=1_000
        )


@pytest.mark.parametrize(
    ("demand", "match"),
    [
        ([1, math.nan], "'origins' has missing values in demand"),
        ([1, -2], "'demand' in 'origins' holds -2"),
        ([1, math.inf], "'demand' in 'origins' holds inf"),
    ],
)
def test_impossible_demand_is_refused(demand, match):
    with pytest.raises(InputError, match=match):
        catchments_of_points(
            points([0, 0], [0, 0], "demand", demand, prefix="s"),
            points([0], [0], "supply", [1], prefix="v"),
            limit_metres=1_000,
        )


def test_impossible_tables_and_limits_are_refused():
    origins = points([0, 1], [0, 1], "demand", [1, 1], prefix="s")
    venues = points([0], [0], "supply", [1], prefix="v")

    with pytest.raises(CrsError, match="Distances need one projected CRS in metres"):
        catchments_of_points(origins.to_crs(4326), venues.to_crs(4326), limit_metres=1)
    with pytest.raises(MissingColumnsError, match="'venues' lacks supply"):
        catchments_of_points(origins, venues[["geometry"]], limit_metres=1)
    with pytest.raises(InputError, match=r"'origins' has 1 id\(s\) more than once, such as s0"):
        catchments_of_points(origins.rename({"s1": "s0"}), venues, limit_metres=1)
    for limit in (-1, math.inf, math.nan):
        with pytest.raises(InputError, match="limit must be 0 metres or more, and finite"):
            catchments_of_points(origins, venues, limit_metres=limit)
    with pytest.raises(InputError, match="1 thread or more, not 0"):
        catchments_of_points(origins, venues, limit_metres=1, threads=0)
