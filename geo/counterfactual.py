"""Counterfactuals: what would close a gap, each step applied to the register and recomputed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from geo.assessment import Assessment, assess
from geo.changes import Change
from geo.errors import InputError
from geo.fix import Fix
from geo.fixes import fix_of
from geo.gaps import GapClass, classify
from geo.model import build_model
from geo.scenario import Scenario
from geo.types import Register
from geo.view import View, view_of

MOST_STEPS = 8
"""After so many steps a gap that is still open is left so: there are nine classes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One fix, and what the unit is once this and all before it are done.

    Attributes
    ----------
    fix
        What is changed, in words and as a scenario takes it.
    gap_class_after
        As recomputed over the whole register.
    places_after
        Places available a year, NaN where the demand is unknown or capacity is not tested.
    """

    fix: Fix
    gap_class_after: GapClass
    places_after: float


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would take a demand unit to a covered one.

    Attributes
    ----------
    gap_class
        What it is now.
    steps
        In order; none for a unit that is covered, or where no fix was found.
    """

    gap_class: GapClass
    steps: tuple[Step, ...]

    @property
    def closed(self) -> bool:
        """Whether the last step leaves the unit covered."""
        last = self.steps[-1].gap_class_after if self.steps else self.gap_class
        return last is GapClass.COVERED


def counterfactual(
    register: Register, scenario: Scenario, *, site_id: str, programme_code: str, as_of: date
) -> Counterfactual:
    """Find what would close the gap of one demand unit, one cheapest fix after another.

    After each fix the whole register is computed anew with all changes so far, exactly as a
    scenario that lists them is; nothing is estimated. The fixes are the cheapest found by the
    rule of each class (:mod:`geo.fixes`), taken one at a time; that no cheaper combination exists
    is not claimed. A unit that is ``unknown`` is settled in its favour, one unknown at a time.

    Raises
    ------
    InputError
        If the site has no demand for the programme, or a table cannot be used as it stands.
    """
    view = _view(register, scenario, site_id, programme_code, as_of)
    before = gap_class = _gap_class(view)
    steps: list[Step] = []
    changes: tuple[Change, ...] = ()
    settings: dict[str, float] = {}
    while gap_class is not GapClass.COVERED and len(steps) < MOST_STEPS:
        fix = _fix(view, gap_class)
        # A fix that was made already helps no more the second time.
        if fix is None or fix in (step.fix for step in steps):
            break
        changes += fix.changes
        settings |= dict(fix.settings)
        changed = scenario.with_changes(changes, settings)
        view = _view(register, changed, site_id, programme_code, as_of)
        gap_class = _gap_class(view)
        places = float(view.assessment.places_available[view.unit])
        steps.append(Step(fix, gap_class, places))
    return Counterfactual(before, tuple(steps))


def _view(
    register: Register, scenario: Scenario, site_id: str, programme_code: str, as_of: date
) -> View:
    model = build_model(register, scenario, as_of=as_of)
    view = view_of(assess(model, model.select()), site_id, programme_code)
    if view is None:
        raise InputError(
            f"The site {site_id!r} has no demand for the programme {programme_code!r}; name a site "
            "and a programme that the run reports on."
        )
    return view


def _gap_class(view: View) -> GapClass:
    return _class_at(view.assessment, view.unit)


def _class_at(assessment: Assessment, unit: int) -> GapClass:
    return GapClass(str(classify(assessment.stages)[unit]))


def _fix(view: View, gap_class: GapClass) -> Fix | None:
    """Return the fix of the class; of an unknown that cannot be settled, of what is known."""
    found = fix_of(view, gap_class)
    if found is not None or gap_class is not GapClass.UNKNOWN:
        return found
    stages = view.assessment.stages
    sure = replace(stages, favourably_covered=stages.favourably_covered & False)
    return fix_of(view, _class_at(replace(view.assessment, stages=sure), view.unit))
