"""Reads a pilot's plan as a working group writes it down, in a small TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.agreed_file import date_of, read_toml, refuse_persons, require_keys, text_of
from etl.errors import SourceError

PLACES_DELIVERED = "places_delivered"
"""The measure of an output: places a year that are delivered within reach of the cluster."""

_KEYS = ("name", "cluster_id", "starts_on", "milestones", "outputs", "kpis")
_MILESTONE = ("name", "due", "done_on")
_OUTPUT = ("programme_code", "places_per_year", "due", "baseline")
_KPI = ("measure", "programme_code", "target", "due", "baseline")


@dataclass(frozen=True, slots=True)
class PlanMilestone:
    """Something that is to be done by a day."""

    name: str
    due: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class PlanTarget:
    """A number that is to be reached by a day.

    ``programme_code`` is None for all programmes together; ``baseline`` is None if it is to be
    taken from the run that the plan is recorded on.
    """

    measure: str
    programme_code: str | None
    target: float
    due: date
    baseline: float | None


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan: outputs are the places that are to be delivered, by programme."""

    name: str
    cluster_id: str
    starts_on: date
    milestones: tuple[PlanMilestone, ...]
    outputs: tuple[PlanTarget, ...]
    kpis: tuple[PlanTarget, ...]


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan.

    Raises
    ------
    SourceError
        If the file cannot be read, something is missing or not as it should be, a due day does not
        come after the start, or a text holds an e-mail address or a telephone number.
    """
    entry = read_toml(path, what="plan")
    require_keys(path, entry, known=_KEYS, what="plan")
    starts_on = date_of(path, entry, "starts_on")
    found = PlanFile(
        name=text_of(path, entry, "name"),
        cluster_id=text_of(path, entry, "cluster_id"),
        starts_on=starts_on,
        milestones=tuple(_milestone(path, one) for one in _tables(path, entry, "milestones")),
        outputs=tuple(_output(path, one) for one in _tables(path, entry, "outputs")),
        kpis=tuple(_kpi(path, one) for one in _tables(path, entry, "kpis")),
    )
    targets = (*found.outputs, *found.kpis)
    for target in targets:
        if target.due <= starts_on:
            raise SourceError(
                f"{path.name}: {target.measure!r} is due on {target.due}, not after the start on "
                f"{starts_on}."
            )
    _refuse_twice(path, [(one.measure, one.programme_code) for one in targets])
    _refuse_twice(path, [(one.name, None) for one in found.milestones])
    refuse_persons(path, (found.name, *(one.name for one in found.milestones)), what="plan")
    return found


def _tables(path: Path, entry: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    given = entry.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise SourceError(f"{path.name}: write each of {name!r} under [[{name}]].")
    return given


def _milestone(path: Path, entry: Mapping[str, Any]) -> PlanMilestone:
    require_keys(path, entry, known=_MILESTONE, what="milestone")
    done = date_of(path, entry, "done_on") if "done_on" in entry else None
    return PlanMilestone(text_of(path, entry, "name"), date_of(path, entry, "due"), done)


def _output(path: Path, entry: Mapping[str, Any]) -> PlanTarget:
    require_keys(path, entry, known=_OUTPUT, what="output")
    return PlanTarget(
        PLACES_DELIVERED,
        text_of(path, entry, "programme_code"),
        _number(path, entry, "places_per_year"),
        date_of(path, entry, "due"),
        _number(path, entry, "baseline") if "baseline" in entry else None,
    )


def _kpi(path: Path, entry: Mapping[str, Any]) -> PlanTarget:
    require_keys(path, entry, known=_KPI, what="KPI")
    return PlanTarget(
        text_of(path, entry, "measure"),
        text_of(path, entry, "programme_code") if "programme_code" in entry else None,
        _number(path, entry, "target"),
        date_of(path, entry, "due"),
        _number(path, entry, "baseline") if "baseline" in entry else None,
    )


def _number(path: Path, entry: Mapping[str, Any], name: str) -> float:
    given = entry.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not abs(given) <= 1e9:
        raise SourceError(f"{path.name}: {name!r} is {given!r}; give a number.")
    return float(given)


def _refuse_twice(path: Path, keys: list[tuple[str, str | None]]) -> None:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            named = " of ".join(part for part in key if part)
            raise SourceError(f"{path.name} names {named!r} twice; leave one.")
