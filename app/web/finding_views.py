"""What the pages show of coverage by groups, calls, quality and one site: no markup here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app.services.coverage import CoverageTotals
from app.services.explanation import Explanation, Remedy
from app.web.words import COMPONENTS, LABELS, STREAMS
from geo.coverage import LARGE, NO_GROUP, SMALL, UNKNOWN_GROUP, Evidence
from geo.gaps import GapClass
from geo.maps.palette import GAP_SYMBOLS, Symbol
from geo.quality import QualityLabel
from geo.types import Stream

_NAN = math.nan


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """Totals of one group; places a year, NaN where unknown or not told."""

    labels: tuple[str, ...]
    sites: int
    demand: float
    demand_unknown_sites: int
    served: float
    served_low: float
    served_high: float
    unmet: float
    unmet_best_case: float
    unmet_certain: float
    unknown_share: float
    depth: float
    enough_evidence: bool

    @property
    def gap_share(self) -> float:
        """Share of demand that is unmet if nobody passes a place on, 0 to 1."""
        return self.unmet / self.demand if self.demand else _NAN


@dataclass(frozen=True, slots=True)
class QualityLine:
    """What is said of a provider's delivery of a programme."""

    provider: str
    programme_code: str
    nation: str
    label: str
    good: bool
    score: float
    score_low: float
    score_high: float
    known_weight: float
    achievement: float
    leavers: float
    gates: tuple[str, ...]
    components: tuple[tuple[str, float], ...]
    different_evidence: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a site and what it is.

    ``kind`` names how it is shown, and ``otherwise`` what stands in its place where it is NaN.
    """

    label: str
    value: float
    kind: str
    otherwise: str = "unknown"


@dataclass(frozen=True, slots=True)
class SiteView:
    """One site explained."""

    site_id: str
    employer: str
    gap_class: str
    symbol: Symbol
    sentence: str
    fix: str
    figures: tuple[Figure, ...]
    places_low: float
    places_high: float


@dataclass(frozen=True, slots=True)
class StepLine:
    """A fix, and what it was found to do; places a year, NaN where unknown."""

    words: str
    after: Symbol
    gap_class: str
    places_after: float


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What would close a site's gap; without steps, ``note`` says why."""

    steps: tuple[StepLine, ...]
    closed: bool
    note: str


def coverage_lines(
    rows: pd.DataFrame, by: Sequence[str], names: Mapping[str, Mapping[str, str]]
) -> tuple[CoverageLine, ...]:
    """Return totals as they are shown.

    Parameters
    ----------
    rows
        Totals of coverage with the columns of ``by``.
    names
        What groups are called, by grouping and group; those that are not there by themselves.
    """
    return tuple(
        _coverage_line(row, tuple(_group_words(name, str(row[name]), names) for name in by))
        for row in rows.to_dict("records")
    )


def size_lines(totals: CoverageTotals) -> tuple[CoverageLine, ...]:
    """Return the totals by size of the employer, small firms first."""
    order = [SMALL, LARGE, UNKNOWN_GROUP]
    rows = totals.by_size.sort_values("size", key=lambda sizes: sizes.map(order.index))
    return coverage_lines(rows, ["size"], {})


def quality_lines(rows: pd.DataFrame) -> tuple[QualityLine, ...]:
    """Return quality as it is shown."""
    return tuple(_quality_line(row) for row in rows.to_dict("records"))


def site_view(found: Explanation) -> SiteView:
    """Return one site's explanation as it is shown."""
    coverage = found.coverage
    figures = (
        ("Places needed a year", "demand", "places"),
        ("Of them for new starters", "demand_new_starters", "places"),
        ("Of them for the existing workforce", "demand_existing_workforce", "places"),
        ("Venues within reach", "reachable_venues", "quantity"),
        ("Minutes to the nearest, by car", "nearest_minutes", "minutes"),
        ("Minutes by public transport", "nearest_public_minutes", "minutes"),
        ("Places available after sharing", "places_available", "places"),
        ("Certain shortfall, which no sharing avoids", "shortfall_certain", "places"),
        ("Chance of a viable cohort", "cohort_probability", "share"),
    )
    # Where no venue is within reach these are nothing unknown.
    none = "none within reach" if not coverage["reachable_venues"] else "unknown"
    missing = {"nearest_minutes": none, "cohort_probability": none}
    shown = [
        Figure(label, _number(coverage[name]), kind, missing.get(name, "unknown"))
        for label, name, kind in figures
    ]
    shown.insert(7, Figure("Unmet if nobody passes a place on", found.unmet, "places"))
    return SiteView(
        site_id=found.site_id,
        employer=found.employer,
        gap_class=str(coverage["gap_class"]),
        symbol=GAP_SYMBOLS[GapClass(coverage["gap_class"])],
        sentence=str(coverage["reason"]),
        fix=str(coverage["fix"]),
        figures=tuple(shown),
        places_low=_number(coverage["places_low"]),
        places_high=_number(coverage["places_high"]),
    )


def remedy_view(found: Remedy) -> RemedyView:
    """Return what would close a gap as it is shown."""
    if found.counterfactual is None:
        return RemedyView((), closed=False, note=found.note or "")
    steps = tuple(
        StepLine(
            step.fix.words,
            GAP_SYMBOLS[step.gap_class_after],
            str(step.gap_class_after),
            step.places_after,
        )
        for step in found.counterfactual.steps
    )
    note = "" if steps else "No change was found that would help."
    return RemedyView(steps, found.counterfactual.closed, note)


def _coverage_line(row: Mapping[Any, Any], labels: tuple[str, ...]) -> CoverageLine:
    def told(name: str) -> float:
        return float(row.get(name, _NAN))

    return CoverageLine(
        labels=labels,
        sites=int(row["sites"]),
        demand=told("demand"),
        demand_unknown_sites=int(row["demand_unknown_sites"]),
        served=told("served"),
        served_low=told("served_low"),
        served_high=told("served_high"),
        unmet=told("unmet"),
        unmet_best_case=told("unmet_best_case"),
        unmet_certain=told("unmet_certain"),
        unknown_share=told("unknown_share"),
        depth=told("fgt1"),
        enough_evidence=row["evidence"] == Evidence.SUFFICIENT,
    )


def _group_words(grouping: str, group: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if grouping == "stream":
        return STREAMS[Stream(group)]
    if grouping == "cluster" and group == NO_GROUP:
        return "in no cluster"
    if group == UNKNOWN_GROUP:
        return "not known"
    return names.get(grouping, {}).get(group, group)


def _quality_line(row: Mapping[Any, Any]) -> QualityLine:
    label = QualityLabel(row["label"])
    numbers = ("score", "score_low", "score_high", "known_weight", "achievement", "leavers")
    parts = row["components"] if isinstance(row["components"], Mapping) else {}
    return QualityLine(
        provider=row["provider"] if isinstance(row["provider"], str) else str(row["ukprn"]),
        programme_code=str(row["programme_code"]),
        nation=row["nation"] if isinstance(row["nation"], str) else "not known",
        label=LABELS[label],
        good=label is QualityLabel.GOOD,
        gates=tuple(row["gates"]),
        components=tuple(
            (COMPONENTS.get(name, name), _number(parts[name])) for name in sorted(parts)
        ),
        different_evidence=bool(row["different_evidence"]),
        **{name: _number(row[name]) for name in numbers},
    )


def _number(value: float | None) -> float:
    return _NAN if value is None else float(value)
