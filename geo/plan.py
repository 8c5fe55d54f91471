"""A pilot's plan: whether milestones and targets are on track on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo.errors import InputError

_ROUNDING = 1e-9


class Standing(StrEnum):
    """How a part of a plan stands on a day."""

    DONE = "done"
    ON_TRACK = "on_track"
    LATE = "late"
    NOT_MEASURABLE = "not_measurable"


@dataclass(frozen=True, slots=True)
class Target:
    """A number that a plan is to reach.

    Attributes
    ----------
    baseline
        What it was on ``starts_on``; NaN is not known.
    target
        What it is to be on ``due``: above the baseline it is to rise, below it to fall.
    starts_on, due
        The days of the two; ``due`` comes after.
    """

    baseline: float
    target: float
    starts_on: date
    due: date

    def __post_init__(self) -> None:
        if self.due <= self.starts_on:
            raise InputError(
                f"A target is due on {self.due}, not after its start on {self.starts_on}."
            )
        if not math.isfinite(self.target):
            raise InputError(f"A target is {self.target}; give a number.")


def expected_on(target: Target, day: date) -> float:
    """Return what a number should be on a day: on the straight line from baseline to target.

    The baseline before the start, the target from ``due`` on; NaN without a baseline before then.
    That progress is even is an assumption of ours.
    """
    if day >= target.due:
        return target.target
    passed = (day - target.starts_on).days / (target.due - target.starts_on).days
    return target.baseline + (target.target - target.baseline) * max(0.0, passed)


def standing_of_target(target: Target, value: float, day: date) -> Standing:
    """Say how a number stands that is ``value`` on a day; NaN is not known.

    ``DONE`` once it has reached the target, ``ON_TRACK`` if it is at least as far as the straight
    line, else ``LATE``. Without a value or a baseline it is ``NOT_MEASURABLE``: whether it is to
    rise or to fall is then not known.
    """
    if math.isnan(value) or math.isnan(target.baseline):
        return Standing.NOT_MEASURABLE
    rises = 1.0 if target.target >= target.baseline else -1.0
    if rises * (value - target.target) >= -_ROUNDING:
        return Standing.DONE
    ahead = rises * (value - expected_on(target, day))
    return Standing.ON_TRACK if ahead >= -_ROUNDING else Standing.LATE


def standing_of_milestone(due: date, done_on: date | None, day: date) -> Standing:
    """Say how a milestone stands on a day; one that is done later than that day is not done yet."""
    if done_on is not None and done_on <= day:
        return Standing.DONE
    return Standing.LATE if day > due else Standing.ON_TRACK
