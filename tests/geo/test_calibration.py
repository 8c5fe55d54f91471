"""Calibration: known speeds are found again, errors are those of unseen pairs, the gate is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from geo.calibration import (
    GATE_PAIRS,
    MAX_PAIRS,
    MIN_PAIRS,
    Gate,
    calibrate,
    calibration_sample,
    estimated_minutes,
    gate,
)
from geo.errors import InputError
from geo.travel_time import AREA_CLASSES, straight_line_travel

SPEEDS = ("speed_kmh_dense", "speed_kmh_medium", "speed_kmh_sparse")


def pairs_of(count, *, seed=1, classes=(0, 1, 2)):
    """Return pairs with every mix of area classes; their routed minutes are still to be set."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "site_id": [f"s{i:05d}" for i in range(count)],
            "venue_id": "v",
            "routed_minutes": 0.0,
            "kilometres": random.uniform(1, 60, count),
            "site_class": random.choice(classes, count),
            "venue_class": random.choice(classes, count),
            "nation": random.choice(["England", "Wales"], count),
        }
    )


def routed(pairs, policy, noise=0.0, seed=2):
    error = np.random.default_rng(seed).normal(0, 1, len(pairs)) * noise
    minutes = np.maximum(estimated_minutes(pairs, policy) + error, 0)
    return pairs.assign(routed_minutes=minutes)


def speeds(policy):
    return [getattr(policy, name) for name in SPEEDS]


def test_the_estimate_of_a_sample_is_that_of_the_travel_table(tables, scenario):
    # 30 and 60 km/h at the ends: 40 km/h; 60 * 1.3 * 10 / 40 + 5 = 24.5.
    pair = pairs_of(1).assign(kilometres=10.0, site_class=0, venue_class=2)

    assert estimated_minutes(pair, scenario.travel).tolist() == pytest.approx([24.5])


def test_known_speeds_are_found_again(scenario):
    true = replace(
        scenario.travel, speed_kmh_dense=22.0, speed_kmh_medium=51.0, speed_kmh_sparse=73.0
    )
    sample = routed(pairs_of(300), true)
    before = sample.copy()

    found = calibrate(sample, scenario.travel)

    pd.testing.assert_frame_equal(sample, before)
    assert speeds(found.policy) == pytest.approx([22.0, 51.0, 73.0], rel=1e-9)
    assert found.policy == replace(
        scenario.travel, **{name: getattr(found.policy, name) for name in SPEEDS}
    )
    assert (found.fitted, found.kept) == (AREA_CLASSES, ())
    every = found.errors.set_index(["by", "group"]).loc[("all", "all")]
    assert every["pairs"] == 300
    assert every["median_before"] > 5
    assert every["p90_after"] == pytest.approx(0, abs=1e-7)
    assert (found.gate_before, found.gate_after) == (Gate.FAILED, Gate.PASSED)


def test_fixed_minutes_are_found_again_where_asked_for(scenario):
    true = replace(scenario.travel, speed_kmh_dense=25.0, fixed_minutes=8.5)
    sample = routed(pairs_of(300), true)

    found = calibrate(sample, scenario.travel, fit_fixed=True)

    assert found.policy.fixed_minutes == pytest.approx(8.5, abs=1e-7)
    assert found.policy.speed_kmh_dense == pytest.approx(25.0, rel=1e-7)
    assert calibrate(sample, scenario.travel).policy.fixed_minutes == 5.0


def test_a_tenth_of_wild_times_hardly_moves_the_fit(scenario):
    true = replace(scenario.travel, speed_kmh_sparse=70.0)
    sample = routed(pairs_of(400), true)
    wild = sample["routed_minutes"].to_numpy().copy()
    wild[::10] *= 8
    found = calibrate(sample.assign(routed_minutes=wild), scenario.travel)

    assert speeds(found.policy) == pytest.approx([30.0, 45.0, 70.0], rel=1e-6)


@examples(max_examples=25)
@given(
    given_speeds=st.tuples(*[st.floats(12, 100)] * 3),
    noise=st.floats(0, 4),
    count=st.integers(150, 260),
)
def test_the_fit_is_never_worse_than_what_it_began_with_and_order_changes_nothing(
    scenario, given_speeds, noise, count
):
    true = replace(scenario.travel, **dict(zip(SPEEDS, given_speeds, strict=True)))
    sample = routed(pairs_of(count), true, noise)

    found = calibrate(sample, scenario.travel)

    def total(policy):
        return np.abs(estimated_minutes(sample, policy) - sample["routed_minutes"]).sum()

    assert total(found.policy) <= min(total(scenario.travel), total(true)) + 1e-6
    assert speeds(found.policy) == pytest.approx(given_speeds, rel=0.25)
    shuffled = calibrate(sample[::-1], scenario.travel)
    assert shuffled.policy == found.policy
    pd.testing.assert_frame_equal(shuffled.errors, found.errors)


def test_errors_are_those_of_pairs_that_the_fit_has_not_seen(scenario):
    sample = routed(pairs_of(60), scenario.travel, noise=6.0)

    found = calibrate(sample, scenario.travel)

    seen = np.abs(estimated_minutes(sample, found.policy) - sample["routed_minutes"]).median()
    every = found.errors.set_index("by").loc["all"]
    before = np.abs(estimated_minutes(sample, scenario.travel) - sample["routed_minutes"])
    assert every["median_before"] == pytest.approx(before.median())
    assert every["p90_before"] == pytest.approx(before.quantile(0.9))
    assert every["median_after"] != seen


def test_errors_are_told_by_nation_and_by_areas(scenario):
    sample = routed(pairs_of(400), scenario.travel, noise=3.0)

    errors = calibrate(sample, scenario.travel).errors

    assert errors.columns.tolist() == [
        "by", "group", "pairs", "median_before", "p90_before", "median_after", "p90_after",
    ]  # fmt: skip
    assert errors.groupby("by")["pairs"].sum().to_dict() == dict.fromkeys(
        ("all", "areas", "nation"), 400
    )
    assert errors.loc[errors["by"] == "nation", "group"].tolist() == ["England", "Wales"]
    assert errors.loc[errors["by"] == "areas", "group"].tolist() == [
        "dense to dense",
        "dense to medium",
        "dense to sparse",
        "medium to medium",
        "medium to sparse",
        "sparse to sparse",
    ]


def test_a_class_that_few_pairs_touch_keeps_its_speed(scenario):
    true = replace(scenario.travel, speed_kmh_medium=50.0, speed_kmh_sparse=70.0)
    few = pairs_of(MIN_PAIRS - 1, classes=(0, 1)).assign(site_class=0)
    many = pairs_of(200, classes=(1, 2)).assign(venue_id="w")
    sample = routed(pd.concat([few, many]), true)

    found = calibrate(sample, scenario.travel)

    assert (found.fitted, found.kept) == (("medium", "sparse"), ("dense",))
    assert speeds(found.policy) == pytest.approx([30.0, 50.0, 70.0], rel=1e-9)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([5.0] * 101 + [15.0] * 99, Gate.PASSED),
        ([5.0] * 99 + [5.1] * 101, Gate.FAILED),
        ([1.0] * 179 + [15.1] * 21, Gate.FAILED),
        ([0.0] * (GATE_PAIRS - 1), Gate.TOO_FEW_PAIRS),
        ([], Gate.TOO_FEW_PAIRS),
    ],
)
def test_the_gate_includes_its_bounds(errors, expected):
    assert gate(np.array(errors)) is expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pairs: pairs.iloc[: MIN_PAIRS - 1], "29 routed pairs to fit to, fewer than 30"),
        (lambda pairs: pairs.iloc[:0], "0 routed pairs"),
        (lambda pairs: pairs.iloc[np.zeros(MAX_PAIRS + 1, dtype=int)], f"more than {MAX_PAIRS}"),
        (lambda pairs: pairs.assign(routed_minutes=np.nan), "'routed_minutes'"),
        (lambda pairs: pairs.assign(routed_minutes=-1.0), "'routed_minutes'"),
        (lambda pairs: pairs.assign(kilometres=np.inf), "'kilometres'"),
        (lambda pairs: pairs.assign(kilometres=0.0), "No class of area has enough pairs"),
        (lambda pairs: pairs.assign(site_class=0, venue_class=2), "cannot tell the speeds"),
        (lambda pairs: pairs.assign(routed_minutes=0.5), "130 km/h, the end of what a car does"),
        (lambda pairs: pairs.assign(routed_minutes=9999.0), "5 km/h, the end of what a car does"),
    ],
)
def test_samples_that_cannot_be_fitted_are_refused(scenario, change, words):
    with pytest.raises(InputError, match=words):
        calibrate(change(routed(pairs_of(100), scenario.travel)), scenario.travel)


def test_the_sample_is_of_routed_car_journeys_over_land(tables, scenario, register):
    rows = [
        ("s1", "v1", 30.0, "car", "routed: osrm, driving, 2026-11-24"),
        ("s8", "v2", 20.0, None, "routed by r5py"),
        ("s1", "v3", 50.0, "car", "routed: osrm, driving, 2026-11-24"),
        ("s4", "v1", 80.0, "car", "routed"),
        ("s6", "v1", 10.0, "car", "routed"),
        ("s2", "v1", 10.0, "car", "measured by hand"),
        ("s3", "v1", 10.0, "car", None),
        ("s1", "v1", 99.0, "public_transport", "routed"),
    ]
    names = ["from_id", "to_id", "travel_minutes", "transport", "source"]
    times = tables.travel_times([dict(zip(names, row, strict=True)) for row in rows])
    barriers = tables.barriers(
        [
            ("The Wash", "estuary", shapely.LineString([(460_000, 0), (460_000, 900_000)])),
            ("Mainland", "island", shapely.box(0, 0, 900_000, 900_000)),
        ]
    )
    held = replace(register, travel_times=times, barriers=barriers)

    found = calibration_sample(held, scenario.travel)

    assert found.pairs[["site_id", "venue_id", "routed_minutes"]].to_numpy().tolist() == [
        ["s1", "v1", 30.0],
        ["s1", "v3", 50.0],
        ["s8", "v2", 20.0],
    ]
    assert found.pairs["nation"].tolist() == ["England"] * 3
    # s6 has no point, and s4 stands beyond The Wash.
    assert found.left_out == {"no point": 1, "across water": 1}
    assert len(calibration_sample(held, scenario.travel, source_prefix="measured").pairs) == 1
    assert len(calibration_sample(register, scenario.travel).pairs) == 0
    estimate = straight_line_travel(
        held.sites,
        held.venues,
        barriers,
        max_minutes=pd.Series(240.0, index=held.venues.index),
        policy=scenario.travel,
    ).set_index(["site_id", "venue_id"])["travel_minutes"]
    expected = estimate.reindex(pd.MultiIndex.from_frame(found.pairs[["site_id", "venue_id"]]))
    np.testing.assert_allclose(estimated_minutes(found.pairs, scenario.travel), expected, atol=1e-9)
