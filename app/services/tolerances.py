"""How far a learner is expected to travel, at several budgets: what pages and answers show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.policies import TolerancePolicy
from geo.tolerance import tolerance_by_budget

BUDGETS_HOURS = (30.0, 60.0, 90.0)


@dataclass(frozen=True, slots=True)
class ModeLimit:
    """The limits of one mode in minutes one way, inclusive; all infinite where it has none."""

    mode: str
    minutes: tuple[float, ...]
    own_minutes: float

    @property
    def limited(self) -> bool:
        """Whether the mode has a limit at all."""
        return math.isfinite(self.own_minutes)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits by mode at several annual travel budgets and at a scenario's own."""

    budgets_hours: tuple[float, ...]
    own_budget_hours: float
    modes: tuple[ModeLimit, ...]


def limits_by_mode(policy: TolerancePolicy) -> Limits:
    """Return the limits of every mode at the budgets that are shown, and at the policy's own."""
    own = policy.budget_hours
    table = tolerance_by_budget(policy, [*BUDGETS_HOURS, own])
    return Limits(
        budgets_hours=BUDGETS_HOURS,
        own_budget_hours=own,
        modes=tuple(
            ModeLimit(str(mode), tuple(map(float, row[:-1])), float(row[-1]))
            for mode, row in zip(table.index, table.to_numpy(dtype=float), strict=True)
        ),
    )
