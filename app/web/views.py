"""What the pages show, made from a run's tables: no markup here, no calculation in templates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app.web.words import (
    CHAMPION_LEVELS,
    GAP_EXPLANATIONS,
    SUB_INDEXES,
    criterion_words,
)
from geo.clusters import ClusterClass
from geo.coverage import totals
from geo.gaps import TESTED_CLASSES
from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, Symbol
from geo.scenario import Criterion, Scenario

NOT_COMPUTED = "not_computed"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: what it is, and from where to where it goes, in percent of the bar."""

    name: str
    label: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap class: how it is drawn, what it means, how many sites and how much demand."""

    name: str
    symbol: Symbol
    explanation: str
    sites: int
    demand: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Coverage of one programme, or of all together; places a year."""

    code: str
    title: str
    sites: int
    demand_unknown_sites: int
    demand: float
    served: float
    unmet: float
    served_share: float
    gaps: tuple[GapRow, ...]
    bar: tuple[Segment, ...]

    @property
    def unknown_share(self) -> float:
        """Share of the sites whose demand is unknown, 0 to 1; NaN if there is no site."""
        return _ratio(self.demand_unknown_sites, self.sites)


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion of one cluster; value is None and the criterion missing where not computed."""

    label: str
    sub_index: str
    value: float | None
    weight: float
    contribution: float
    missing: bool


@dataclass(frozen=True, slots=True)
class RankedCluster:
    """One line of the ranking."""

    cluster_id: str
    name: str
    class_label: str
    rank: int
    score: float
    pilot_ready: bool
    lacks: str
    champion: str
    support_needed: str
    criteria: tuple[CriterionRow, ...]
    missing: int
    bar: tuple[Segment, ...]


def totals_view(coverage: pd.DataFrame, *, code: str, title: str) -> Totals:
    """Return the totals of ``coverage``: rows as the run stored them, of one programme or all."""
    row = totals(coverage).iloc[0]
    gaps = tuple(
        GapRow(
            name=kind.value,
            symbol=GAP_SYMBOLS[kind],
            explanation=GAP_EXPLANATIONS[kind],
            sites=int(row["gap_class_sites"][kind.value]),
            demand=float(row["gap_classes"][kind.value]),
        )
        for kind in TESTED_CLASSES
    )
    counts = coverage["gap_class"].value_counts()
    return Totals(
        code=code,
        title=title,
        sites=int(row["sites"]),
        demand_unknown_sites=int(row["demand_unknown_sites"]),
        demand=float(row["demand"]),
        served=float(row["served"]),
        unmet=float(row["unmet"]),
        served_share=_ratio(float(row["served"]), float(row["demand"])),
        gaps=gaps,
        bar=_stacked(
            [
                (kind.value, GAP_SYMBOLS[kind].label, float(counts.get(kind.value, 0)))
                for kind in TESTED_CLASSES
            ],
            whole=float(len(coverage)),
        ),
    )


def programme_views(coverage: pd.DataFrame, titles: Mapping[str, str]) -> tuple[Totals, ...]:
    """Return the totals of every programme in ``coverage``, in the order of their codes."""
    return tuple(
        totals_view(rows, code=str(code), title=titles.get(str(code), str(code)))
        for code, rows in coverage.groupby("programme_code", sort=True)
    )


def ranking_views(
    ranking: pd.DataFrame, clusters: pd.DataFrame, scenario: Scenario
) -> tuple[RankedCluster, ...]:
    """Return the lines of a ranking.

    Parameters
    ----------
    ranking
        One row a cluster, ordered by rank.
    clusters
        Indexed by ``cluster_id``: ``name``, ``cluster_class``.
    """
    return tuple(
        _ranked(row, clusters.loc[row["cluster_id"]], scenario)
        for row in ranking.to_dict("records")
    )


def _ranked(row: Mapping[Any, Any], cluster: pd.Series, scenario: Scenario) -> RankedCluster:
    policy = scenario.ranking
    whole = sum(criterion.weight for criterion in policy.criteria)
    order = list(SUB_INDEXES)
    criteria = tuple(
        _criterion(one, row, one.weight / whole)
        for one in sorted(policy.criteria, key=lambda c: (order.index(c.sub_index), -c.weight))
    )
    level = int(row["champion_level"])
    needed = int(policy.pilot_ready_level)
    support = row["support_needed"]
    return RankedCluster(
        cluster_id=str(row["cluster_id"]),
        name=str(cluster["name"]),
        class_label=CLUSTER_SYMBOLS[ClusterClass(cluster["cluster_class"])].label,
        rank=int(row["rank"]),
        score=float(row["score"]),
        pilot_ready=bool(row["pilot_ready"]),
        lacks="" if row["pilot_ready"] else f"a champion of level {needed} or more",
        champion=f"{level}: {CHAMPION_LEVELS[level]}",
        support_needed=support if isinstance(support, str) else "",
        criteria=criteria,
        missing=sum(one.missing for one in criteria),
        bar=_score_bar(criteria),
    )


def _criterion(criterion: Criterion, row: Mapping[Any, Any], weight: float) -> CriterionRow:
    missing = criterion.name in row["missing"]
    value = row["values"].get(criterion.name)
    return CriterionRow(
        label=criterion_words(criterion.name),
        sub_index=criterion.sub_index,
        value=None if missing or value is None else float(value),
        weight=weight,
        contribution=float(row["contributions"][criterion.name]),
        missing=missing,
    )


def _score_bar(criteria: Sequence[CriterionRow]) -> tuple[Segment, ...]:
    """Return the score by sub-index; what rests on missing criteria stands apart, at the end."""
    parts = [
        (
            name,
            label,
            sum(c.contribution for c in criteria if c.sub_index == name and not c.missing),
        )
        for name, label in SUB_INDEXES.items()
    ]
    guessed = sum(c.contribution for c in criteria if c.missing)
    return _stacked([*parts, (NOT_COMPUTED, "Not computed, counted at half", guessed)], whole=1.0)


def _stacked(parts: Sequence[tuple[str, str, float]], *, whole: float) -> tuple[Segment, ...]:
    segments = []
    start = 0.0
    for name, label, size in parts:
        width = 100.0 * size / whole if whole else 0.0
        if width > 0:
            segments.append(Segment(name, label, round(start, 3), round(width, 3)))
        start += width
    return tuple(segments)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
