"""Travel times: an estimate that says what it is, never over water, and routed times first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CrsError, InputError, MissingColumnsError
from geo.travel_time import (
    AREA_CLASSES,
    ESTIMATE,
    area_class,
    merge_routed,
    nearest_public_minutes,
    speed_kmh,
    straight_line_travel,
    travel_times_by,
)
from geo.types import Transport


def estimate(tables, scenario, sites, venues, *, limit=1000.0, barriers=()):
    far = tables.venues({key: {"at": at} for key, at in venues.items()})
    return straight_line_travel(
        tables.sites({key: {"at": at} for key, at in sites.items()}),
        far,
        tables.barriers(barriers),
        max_minutes=pd.Series(limit, index=far.index),
        policy=scenario.travel,
    )


def test_ten_kilometres_between_sparse_places_take_eighteen_minutes(tables, scenario):
    # 60 * 1.3 * 10 / 60 + 5 = 18.
    found = estimate(tables, scenario, {"s": (0, 0)}, {"v": (6000, 8000)})

    assert found.to_dict("records") == [
        {
            "site_id": "s",
            "venue_id": "v",
            "travel_minutes": pytest.approx(18.0),
            "sigma_minutes": 8.0,
            "transport": "car",
            "source": ESTIMATE,
            "lowest_minutes": pytest.approx(18.0),
        }
    ]


def test_the_speed_is_the_harmonic_mean_of_both_ends(tables, scenario):
    sites = tables.sites({"s": {"at": (0, 0), "postcodes_within_3km": 5000.0}})
    venues = tables.venues({"v": {"at": (10_000, 0)}})

    found = straight_line_travel(
        sites,
        venues,
        tables.barriers(),
        max_minutes=pd.Series({"v": 90.0}),
        policy=scenario.travel,
    )

    # 30 and 60 km/h: half of the way each, 2 / (1/30 + 1/60) = 40; 60 * 13 / 40 + 5 = 24.5.
    assert found["travel_minutes"].tolist() == pytest.approx([24.5])


def test_the_speed_class_begins_at_its_bound_and_the_unknown_is_medium(scenario):
    density = pd.Series([0, 499, 500, 4999, 5000, None], dtype="Float64")

    assert speed_kmh(density, scenario.travel).tolist() == [60, 60, 45, 45, 30, 45]
    assert [AREA_CLASSES[at] for at in area_class(density, scenario.travel)] == [
        "sparse",
        "sparse",
        "medium",
        "medium",
        "dense",
        "medium",
    ]


@pytest.mark.parametrize(("limit", "pairs"), [(18.0, 1), (17.999, 0), (4.9, 0), (0.0, 0)])
def test_a_journey_of_exactly_the_limit_is_kept(tables, scenario, limit, pairs):
    found = estimate(tables, scenario, {"s": (0, 0)}, {"v": (10_000, 0)}, limit=limit)

    assert len(found) == pairs


def test_no_minutes_are_guessed_over_water(tables, scenario):
    wash = ("The Wash", "estuary", shapely.LineString([(5000, -1), (5000, 1)]))

    found = estimate(tables, scenario, {"s": (0, 0)}, {"v": (10_000, 0)}, barriers=[wash])

    assert found["travel_minutes"].isna().tolist() == [True]
    assert found["sigma_minutes"].isna().tolist() == [True]
    assert found["source"].tolist() == ["unknown: across The Wash"]
    assert found["lowest_minutes"].tolist() == pytest.approx([18.0])


POINT = st.none() | st.tuples(st.integers(-60, 60), st.integers(-60, 60)).map(
    lambda at: (at[0] * 1000.0, at[1] * 1000.0)
)


@given(
    sites=st.dictionaries(st.sampled_from("abcd"), POINT, max_size=4),
    venues=st.dictionaries(st.sampled_from("uvwx"), POINT, max_size=4),
    limit=st.floats(0, 120),
)
def test_every_pair_within_the_limit_is_there_once_and_no_other(
    tables, scenario, sites, venues, limit
):
    found = estimate(tables, scenario, sites, venues, limit=limit)

    expected = {
        (s, v): 1.3 * np.hypot(a[0] - b[0], a[1] - b[1]) / 1000 + 5
        for s, a in sites.items()
        for v, b in venues.items()
        if a and b
    }
    pairs = list(zip(found["site_id"], found["venue_id"], strict=True))
    assert pairs == sorted(set(pairs))
    # Within a rounding of the limit either is right.
    assert set(pairs) >= {pair for pair, t in expected.items() if t < limit - 1e-9}
    assert set(pairs) <= {pair for pair, t in expected.items() if t < limit + 1e-9}
    assert found["travel_minutes"].tolist() == pytest.approx([expected[pair] for pair in pairs])


def test_the_order_of_rows_changes_nothing_and_inputs_stay(tables, scenario, register):
    limits = pd.Series(240.0, index=register.venues.index)
    before = (register.sites.copy(), register.venues.copy(), register.barriers.copy())

    def travel(sites, venues):
        return straight_line_travel(
            sites, venues, register.barriers, max_minutes=limits, policy=scenario.travel
        )

    there = travel(register.sites, register.venues)
    pd.testing.assert_frame_equal(travel(register.sites[::-1], register.venues[::-1]), there)
    assert len(there) > 10
    for was, now in zip(before, (register.sites, register.venues, register.barriers), strict=True):
        pd.testing.assert_frame_equal(was, now)


def test_tables_that_cannot_be_used_are_refused(tables, scenario, register, bad_number):
    limits = pd.Series(60.0, index=register.venues.index)

    def travel(sites=register.sites, venues=register.venues, limits=limits):
        straight_line_travel(
            sites, venues, register.barriers, max_minutes=limits, policy=scenario.travel
        )

    with pytest.raises(CrsError, match="sites is in EPSG:4326"):
        travel(sites=register.sites.to_crs("EPSG:4326"))
    with pytest.raises(InputError, match="'sites' has 1 id"):
        travel(sites=register.sites.iloc[[0, 0]])
    with pytest.raises(InputError, match="'venues' has 1 id"):
        travel(venues=register.venues.iloc[[0, 0]])
    with pytest.raises(InputError, match="'max_minutes' lacks a limit"):
        travel(limits=limits.iloc[1:])
    with pytest.raises(InputError, match="'max_minutes' in 'venues' holds"):
        travel(limits=limits * bad_number)


def merged(tables, scenario, routed, sites=None):
    sites = sites or {"s1": (0, 0), "s2": (1e6, 0)}
    estimated = estimate(tables, scenario, sites, {"v1": (10_000, 0), "v2": (20_000, 0)}, limit=90)
    known = pd.Index(sites), pd.Index(["v1", "v2"])
    result = merge_routed(
        estimated, tables.travel_times(routed), site_ids=known[0], venue_ids=known[1]
    )
    return estimated, result


def test_a_routed_time_replaces_the_estimate_of_its_pair_alone(tables, scenario):
    routed = [
        {"from_id": "s1", "to_id": "v1", "travel_minutes": 60.0, "transport": None},
        {"from_id": "s2", "to_id": "v1", "travel_minutes": 400.0},
        {"from_id": "s1", "to_id": "v2", "travel_minutes": 1.0, "transport": "walk"},
    ]

    estimated, found = merged(tables, scenario, routed)

    assert list(found.columns) == list(estimated.columns)
    by_pair = found.set_index(["site_id", "venue_id"])
    assert by_pair["lowest_minutes"].to_dict() == pytest.approx(
        {("s1", "v1"): 60.0, ("s1", "v2"): 31.0, ("s2", "v1"): 400.0}
    )
    assert by_pair["travel_minutes"].equals(by_pair["lowest_minutes"])
    assert by_pair["source"].tolist() == ["routed", ESTIMATE, "routed"]
    assert set(found["transport"]) == {"car"}


def test_routed_times_stand_where_nothing_is_estimated(tables, scenario):
    routed = [{"from_id": "s2", "to_id": "v1", "travel_minutes": 0.0}]

    estimated, found = merged(tables, scenario, routed, sites={"s2": None})

    assert len(estimated) == 0
    assert found["travel_minutes"].tolist() == [0.0]


def test_without_routed_times_the_estimates_stand(tables, scenario):
    estimated, found = merged(tables, scenario, [])

    pd.testing.assert_frame_equal(found, estimated)
    assert found is not estimated


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from_id": "x"}, "'from_id' in 'travel_times' are unknown, such as x"),
        ({"to_id": "x"}, "'to_id' in 'travel_times' are unknown, such as x"),
        ({"travel_minutes": -1.0}, "'travel_minutes' in 'travel_times' holds -1"),
        ({"travel_minutes": None}, "has missing minutes"),
        ({"travel_minutes": float("inf")}, "'travel_minutes' in 'travel_times' holds inf"),
        ({"sigma_minutes": -2.0}, "'sigma_minutes' in 'travel_times' holds -2"),
        ({"transport": "Car"}, "'transport' in 'travel_times' holds Car; it may hold car, public"),
        ({"to_id": "v2", "transport": None}, "a pair by car more than once, such as s1 to v2"),
    ],
)
def test_routed_times_that_cannot_be_used_are_refused(tables, scenario, change, words):
    sound = {"from_id": "s1", "to_id": "v1", "travel_minutes": 10.0}
    other = {"from_id": "s1", "to_id": "v2", "travel_minutes": 10.0}

    with pytest.raises(InputError, match=words):
        merged(tables, scenario, [other, sound | change])


def test_routed_times_need_all_their_columns(tables):
    short = tables.travel_times().drop(columns="source")

    with pytest.raises(MissingColumnsError, match="'travel_times' lacks source"):
        merge_routed(pd.DataFrame(), short, site_ids=pd.Index([]), venue_ids=pd.Index([]))


MINUTES = {("a", "b"): 10.0, ("b", "a"): 40.0, ("a", "c"): 25.0, ("c", "a"): 5.0, ("b", "c"): 7.0}


def test_there_and_back_may_differ_and_the_way_there_counts(tables, scenario):
    # Three places, each a site and a venue; c to b is not known.
    rows = [
        {"from_id": start, "to_id": end, "travel_minutes": minutes}
        for (start, end), minutes in MINUTES.items()
    ]
    places = pd.Index(["a", "b", "c"])
    nothing = estimate(tables, scenario, {"a": None}, {"a": None})

    found = merge_routed(nothing, tables.travel_times(rows), site_ids=places, venue_ids=places)

    pairs = found.set_index(["site_id", "venue_id"])["travel_minutes"]
    assert pairs.to_dict() == MINUTES


def by_public_transport(tables, rows):
    ids = pd.Index(["s1", "s2", "s3"]), pd.Index(["v1", "v2", "v3"])
    times = tables.travel_times([{"transport": "public_transport", **row} for row in rows])
    before = times.copy()
    found = travel_times_by(times, Transport.PUBLIC_TRANSPORT, site_ids=ids[0], venue_ids=ids[1])
    pd.testing.assert_frame_equal(times, before)
    return found


def nearest(public, pairs, units=3):
    positions = tuple(np.array([pair[i] for pair in pairs], dtype=np.int64) for i in range(3))
    return nearest_public_minutes(
        public,
        positions,
        site_ids=pd.Index(["s1", "s2", "s3"]),
        venue_ids=pd.Index(["v1", "v2", "v3"]),
        units=units,
    ).tolist()


def test_public_transport_is_kept_apart_from_car(tables):
    found = by_public_transport(
        tables,
        [
            {"from_id": "s2", "to_id": "v1", "travel_minutes": 80.0},
            {"from_id": "s1", "to_id": "v1", "travel_minutes": 20.0, "transport": "car"},
            {"from_id": "s1", "to_id": "v2", "travel_minutes": 10.0, "transport": None},
            {"from_id": "s1", "to_id": "v1", "travel_minutes": 55.0},
        ],
    )

    columns = ["site_id", "venue_id", "travel_minutes", "transport"]
    assert found[columns].to_numpy().tolist() == [
        ["s1", "v1", 55.0, "public_transport"],
        ["s2", "v1", 80.0, "public_transport"],
    ]
    # Unit 0 has two venues by public transport, unit 1 one that is only known by car.
    known = nearest(found, [(0, 0, 0), (0, 1, 0), (1, 0, 1), (0, 0, 0)])
    assert known == [55.0, pytest.approx(np.nan, nan_ok=True), pytest.approx(np.nan, nan_ok=True)]


def test_without_public_transport_every_unit_is_unknown(tables):
    assert np.isnan(nearest(by_public_transport(tables, []), [(0, 0, 0), (2, 2, 2)])).all()
    one = by_public_transport(tables, [{"from_id": "s1", "to_id": "v1", "travel_minutes": 0.0}])
    assert np.isnan(nearest(one, [])).all()
    assert nearest(one, [], units=0) == []


@given(
    known=st.dictionaries(
        st.tuples(st.integers(0, 2), st.integers(0, 2)), st.floats(0, 300), max_size=9
    ),
    pairs=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))),
)
def test_the_nearest_by_public_transport_is_the_least_of_what_is_known(tables, known, pairs):
    public = by_public_transport(
        tables,
        [
            {"from_id": f"s{s + 1}", "to_id": f"v{v + 1}", "travel_minutes": minutes}
            for (s, v), minutes in known.items()
        ],
    )

    expected = [
        min((known[s, v] for u, s, v in pairs if u == unit and (s, v) in known), default=np.nan)
        for unit in range(3)
    ]
    assert nearest(public, pairs) == pytest.approx(expected, nan_ok=True)
    assert nearest(public, pairs[::-1]) == pytest.approx(expected, nan_ok=True)
