"""Decay functions: printed values, bounds that are inclusive, and what they refuse."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.decay import (
    UNIFORM,
    Exponential,
    Gaussian,
    InversePower,
    Parabolic,
    RaisedCosine,
    Steps,
    largest_square,
    of_squares,
    weights_of,
)
from geo.errors import InputError

GOLDEN = tomllib.loads(
    (Path(__file__).parents[1] / "golden" / "catchment.toml").read_text(encoding="utf-8")
)
ALL = [
    UNIFORM,
    Steps(limits=(10, 20, 30), weights=(1.0, 0.68, 0.22)),
    Gaussian(sigma=20),
    Exponential(scale=15),
    InversePower(exponent=1.5, least_cost=1),
    Parabolic(scale=30),
    RaisedCosine(scale=30),
]


def at(decay, *costs):
    return weights_of(decay, np.array(costs, dtype=float)).tolist()


@pytest.mark.parametrize(
    ("decay", "name"),
    [
        (Gaussian(sigma=2), "gaussian"),
        (Parabolic(scale=2), "parabolic"),
        (RaisedCosine(scale=2), "raised_cosine"),
    ],
)
def test_values_of_aceso_are_reproduced(decay, name):
    assert at(decay, 0, 1, 100) == pytest.approx([1, GOLDEN["aceso"]["decay"][name], 0], abs=1e-15)


def test_steps_of_luo_and_qi_include_their_limits():
    # Luo and Qi (2009): 1, 0.68 and 0.22 for zones of 10 minutes up to 30.
    steps = Steps(limits=(10, 20, 30), weights=(1.0, 0.68, 0.22))

    assert at(steps, 0, 10, 10.001, 20, 30, 30.001) == [1, 1, 0.68, 0.68, 0.22, 0]


def test_other_functions_have_their_printed_form():
    assert at(Exponential(scale=10), 0, 10, 20) == pytest.approx([1, math.exp(-1), math.exp(-2)])
    assert at(InversePower(exponent=2, least_cost=0.5), 0, 0.5, 4) == pytest.approx([4, 4, 1 / 16])
    assert at(Parabolic(scale=4), 2, 4, 5) == pytest.approx([0.75, 0, 0])
    assert at(RaisedCosine(scale=4), 1, 4, 5) == pytest.approx(
        [(1 + math.cos(math.pi / 4)) / 2, 0, 0]
    )
    assert at(UNIFORM, 0, 1e12) == [1, 1]


@pytest.mark.parametrize("decay", ALL)
@given(costs=arrays(float, 20, elements=st.floats(0, 1e4)))
def test_weights_never_rise_with_cost_and_leave_the_costs_alone(decay, costs):
    costs = np.sort(costs)
    before = costs.copy()

    weights = weights_of(decay, costs)

    assert (weights >= 0).all()
    assert (weights <= decay(np.zeros(1))[0]).all()
    # An ulp of the exponential or the cosine may go the other way.
    assert (np.diff(weights) <= 1e-15).all()
    assert costs.tolist() == before.tolist()


@pytest.mark.parametrize("decay", [*ALL, lambda cost: 1 / (1 + cost)])
@given(costs=arrays(float, 20, elements=st.integers(0, 100)))
def test_of_squares_it_is_the_same_function(decay, costs):
    weights = weights_of(of_squares(decay), costs**2)

    assert weights.tolist() == pytest.approx(weights_of(decay, costs).tolist(), rel=1e-12)


@given(limit=st.one_of(st.floats(0, 1e7), st.integers(0, 10**6).map(float)))
def test_a_square_is_within_the_limit_just_where_its_root_is(limit):
    square = largest_square(limit)

    assert math.sqrt(square) <= limit
    assert math.sqrt(math.nextafter(square, math.inf)) > limit


def test_no_limit_squared_is_no_limit():
    assert largest_square(math.inf) == math.inf
    assert largest_square(0) == 0


@pytest.mark.parametrize("decay", ALL)
def test_no_costs_have_no_weights(decay):
    assert weights_of(decay, np.zeros((3, 0))).shape == (3, 0)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Steps(limits=(), weights=()), "one at least, not 0 for 0"),
        (lambda: Steps(limits=(10, 20), weights=(1,)), "not 1 for 2"),
        (lambda: Steps(limits=(20, 10), weights=(1, 0.5)), r"ascend .* not \(20, 10\)"),
        (lambda: Steps(limits=(10, 10), weights=(1, 0.5)), "ascend"),
        (lambda: Steps(limits=(-1, 10), weights=(1, 0.5)), "ascend"),
        (lambda: Steps(limits=(math.nan,), weights=(1,)), "ascend"),
        (lambda: Steps(limits=(10,), weights=(-0.1,)), r"0 or more, and finite, not \(-0.1,\)"),
        (lambda: Steps(limits=(10,), weights=(math.inf,)), "finite"),
        (lambda: Gaussian(sigma=0), "sigma must be above 0, and finite, not 0"),
        (lambda: Exponential(scale=-1), "scale must be above 0"),
        (lambda: Parabolic(scale=math.nan), "scale must be above 0"),
        (lambda: RaisedCosine(scale=math.inf), "scale must be above 0"),
        (lambda: InversePower(exponent=0, least_cost=1), "exponent must be above 0"),
        (lambda: InversePower(exponent=1, least_cost=0), "least cost must be above 0"),
    ],
)
def test_impossible_parameters_are_refused(make, match):
    with pytest.raises(InputError, match=match):
        make()


@pytest.mark.parametrize(
    ("decay", "match"),
    [
        (lambda cost: 5 - cost, "-2 at cost 7; a weight must be 0 or more"),
        (lambda cost: np.where(cost > 6, np.nan, 1), "nan at cost 7"),
        (lambda cost: np.where(cost > 6, np.inf, 1), "inf at cost 7"),
        (lambda cost: cost[:1], r"\(1,\) weights for \(2,\) costs"),
        (lambda _: 1.0, r"\(\) weights for \(2,\) costs"),
    ],
)
def test_a_function_that_gives_no_weights_is_refused(decay, match):
    with pytest.raises(InputError, match=match):
        weights_of(decay, np.array([1.0, 7.0]))
