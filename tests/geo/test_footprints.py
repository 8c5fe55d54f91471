"""Footprints: always drawable, and silent on sensitive sites."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo.errors import InputError
from geo.footprints import MARGIN_METRES, footprints

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=40, deadline=None)


def make_sites(points, sensitive=None):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    index = pd.Index([f"s{i}" for i in range(len(points))], name="site_id", dtype="str")
    return gpd.GeoDataFrame(
        pd.DataFrame(
            {"sensitive": pd.array(sensitive or [None] * len(points), "boolean")}, index=index
        ),
        geometry=gpd.points_from_xy(points[:, 0], points[:, 1]),
        crs="EPSG:27700",
    )


def group(sites, groups):
    return pd.Series(groups, index=sites.index, dtype="str")


coordinates = st.floats(0, 700_000, allow_nan=False)


@quick
@given(
    rows=st.lists(
        st.tuples(coordinates, coordinates, st.sampled_from("abc"), st.booleans()), max_size=20
    ),
    seed=st.integers(0, 99),
)
def test_every_group_has_one_valid_polygon_round_its_shown_sites(rows, seed):
    sites = make_sites([row[:2] for row in rows], [row[3] for row in rows])
    groups = group(sites, [row[2] for row in rows])
    before = sites.copy()

    drawn = footprints(sites, groups)

    assert list(drawn.index) == sorted(set(groups))
    assert drawn.crs == sites.crs
    assert (drawn.geom_type == "Polygon").all()
    assert drawn.is_valid.all()
    assert not drawn.is_empty.any()
    for site_id, name in groups[~sites["sensitive"].fillna(value=False)].items():
        assert drawn[name].buffer(1e-3).covers(sites.geometry[site_id])
    shuffled = groups.sample(frac=1, random_state=seed)
    assert footprints(sites, shuffled).geom_equals(drawn).all()
    pd.testing.assert_frame_equal(sites, before)


def test_one_point_gives_a_disc_and_a_square_gives_a_rounded_square():
    sites = make_sites([(0, 0), (100_000, 0), (101_000, 0), (100_000, 1000), (101_000, 1000)])

    drawn = footprints(sites, group(sites, ["disc", *["square"] * 4]))

    # Areas: pi r^2, and side^2 + 4 side r + pi r^2; the rounding of corners costs 0.7 % of a disc.
    disc = np.pi * MARGIN_METRES**2
    assert drawn["disc"].area == pytest.approx(disc, rel=0.01)
    assert drawn["square"].area == pytest.approx(1e6 + 4e3 * MARGIN_METRES + disc, rel=0.01)


@quick
@given(x=coordinates, y=coordinates)
def test_a_sensitive_site_does_not_shape_the_outline(x, y):
    without = make_sites([(0, 0), (1000, 500)])
    with_it = make_sites([(0, 0), (1000, 500), (x, y)], [False, False, True])

    [expected] = footprints(without, group(without, ["a", "a"]))
    [drawn] = footprints(with_it, group(with_it, ["a"] * 3))

    assert drawn.equals(expected)


def test_a_group_of_sensitive_sites_is_drawn_as_a_square_of_the_grid():
    sites = make_sites([(528_100, 276_900), (529_100, 276_800)], [True, True])

    [drawn] = footprints(sites, group(sites, ["a", "a"]))

    assert drawn.equals(box(520_000, 270_000, 530_000, 280_000))


def test_no_group_and_sites_that_cannot_be_drawn():
    sites = make_sites([(0, 0)])
    assert footprints(sites, group(sites[:0], [])).empty
    with pytest.raises(InputError, match="'sites' lacks 1 grouped site"):
        footprints(sites, pd.Series({"nowhere": "a"}))
    sites.loc["s0", "geometry"] = None
    with pytest.raises(InputError, match="have no point, such as s0"):
        footprints(sites, group(sites, ["a"]))
    sites.loc["s0", "geometry"] = Point()
    with pytest.raises(InputError, match="have no point, such as s0"):
        footprints(sites, group(sites, ["a"]))
