"""Weights as functions of cost: values that the catchment measures take.

Every one of them is called with an array of costs, 0 or more, and returns weights, 0 or more, of
the same shape. Any function that does the same will do in its place. The limit of a catchment
applies besides: beyond it a weight is 0, whatever the function says.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InputError

FloatArray = npt.NDArray[np.float64]
Decay = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Steps:
    """One weight up to each limit, inclusive; 0 beyond the last.

    Attributes
    ----------
    limits
        In the unit of the costs, ascending; the last may be infinite.
    weights
        As many, 0 or more.

    References
    ----------
    Luo, W. and Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.
    """

    limits: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.limits or len(self.limits) != len(self.weights):
            raise InputError(
                f"Steps need as many weights as limits, one at least, not {len(self.weights)} "
                f"for {len(self.limits)}."
            )
        rising = all(a < b for a, b in zip(self.limits, self.limits[1:], strict=False))
        if not (rising and self.limits[0] >= 0):
            raise InputError(f"Limits of steps must ascend from 0 or more, not {self.limits}.")
        if not all(0 <= weight < math.inf for weight in self.weights):
            raise InputError(f"Weights of steps must be 0 or more, and finite, not {self.weights}.")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        weight = np.zeros(np.shape(cost))
        # From the outermost inwards, so that the narrowest step that holds a cost is its weight.
        for limit, value in zip(self.limits[::-1], self.weights[::-1], strict=True):
            np.copyto(weight, value, where=cost <= limit)
        return weight


@dataclass(frozen=True, slots=True)
class Gaussian:
    """``exp(-cost² / (2 sigma²))``: 1 at 0, 0.61 at ``sigma``, which is above 0."""

    sigma: float

    def __post_init__(self) -> None:
        _require_above_zero(self.sigma, "sigma")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        exponent = np.square(cost, dtype=float)
        exponent *= -0.5 / self.sigma**2
        return np.asarray(np.exp(exponent, out=exponent))


@dataclass(frozen=True, slots=True)
class Exponential:
    """``exp(-cost / scale)``: 1 at 0, 0.37 at ``scale``, which is above 0."""

    scale: float

    def __post_init__(self) -> None:
        _require_above_zero(self.scale, "scale")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        exponent = cost * (-1 / self.scale)
        return np.asarray(np.exp(exponent, out=exponent))


@dataclass(frozen=True, slots=True)
class InversePower:
    """``cost ** -exponent``, and below ``least_cost`` the weight at ``least_cost``; both above 0.

    Without a least cost a venue on the spot would weigh infinitely much.
    """

    exponent: float
    least_cost: float

    def __post_init__(self) -> None:
        _require_above_zero(self.exponent, "exponent")
        _require_above_zero(self.least_cost, "least cost")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        return np.asarray(np.maximum(cost, float(self.least_cost)) ** -self.exponent)


@dataclass(frozen=True, slots=True)
class Parabolic:
    """``1 - (cost / scale)²`` up to ``scale``, which is above 0; 0 beyond (Epanechnikov)."""

    scale: float

    def __post_init__(self) -> None:
        _require_above_zero(self.scale, "scale")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        return np.asarray(np.maximum(1 - np.square(cost / self.scale), 0.0))


@dataclass(frozen=True, slots=True)
class RaisedCosine:
    """``(1 + cos(pi cost / scale)) / 2`` up to ``scale``, which is above 0; 0 beyond."""

    scale: float

    def __post_init__(self) -> None:
        _require_above_zero(self.scale, "scale")

    def __call__(self, cost: FloatArray) -> FloatArray:
        """Return the weight of each cost."""
        within = np.minimum(cost / self.scale, 1.0)
        return np.asarray((1 + np.cos(math.pi * within)) / 2)


def of_squares(decay: Decay) -> Decay:
    """Return the decay as a function of squared costs, without a root where none is needed."""
    if isinstance(decay, Steps):
        return Steps(tuple(largest_square(limit) for limit in decay.limits), decay.weights)
    if isinstance(decay, Gaussian):
        # exp(-c² / (2 s²)) is exp(-q / (2 s²)) at q = c².
        return Exponential(2 * decay.sigma**2)

    def of_root(square: FloatArray) -> FloatArray:
        # Checked here, so that an error names the cost and not its square.
        return weights_of(decay, np.sqrt(square))

    return of_root


def largest_square(limit: float) -> float:
    """Return the largest number whose square root, as computed, is within ``limit``.

    So that a square is compared with the very result of comparing its root.
    """
    square = limit * limit
    while math.sqrt(square) > limit:
        square = math.nextafter(square, 0)
    while square < math.inf and math.sqrt(math.nextafter(square, math.inf)) <= limit:
        square = math.nextafter(square, math.inf)
    return square


def weights_of(decay: Decay, cost: FloatArray) -> FloatArray:
    """Return the weights of ``cost``, and refuse those that no measure can use.

    Raises
    ------
    InputError
        If the function does not return one weight a cost, 0 or more and finite.
    """
    weight = np.asarray(decay(cost), dtype=float)
    if weight.shape != cost.shape:
        raise InputError(
            f"The decay returned {weight.shape} weights for {cost.shape} costs; it must return "
            "one a cost."
        )
    # NaN fails both comparisons.
    if weight.size and not (weight.min() >= 0 and weight.max() < math.inf):
        wrong = ~((weight >= 0) & (weight < math.inf))
        raise InputError(
            f"The decay gives {weight[wrong][0]:g} at cost {cost[wrong][0]:g}; a weight must be "
            "0 or more, and finite."
        )
    return weight


def _require_above_zero(value: float, name: str) -> None:
    """Raise ``InputError`` unless ``value`` is above 0 and finite."""
    if not 0 < value < math.inf:
        raise InputError(f"The {name} must be above 0, and finite, not {value:g}.")


UNIFORM = Steps(limits=(math.inf,), weights=(1.0,))
"""Everything within the limit counts alike."""
