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
    TIERS,
    criterion_words,
)
from geo.clusters import ClusterClass
from geo.coverage import Evidence, totals
from geo.gaps import GapClass
from geo.maps.palette import CLUSTER_SYMBOLS, GAP_SYMBOLS, Symbol
from geo.scenario import Criterion, Scenario
from geo.selection import Tier

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
    served_low: float
    served_high: float
    unmet: float
    unmet_best_case: float
    unmet_certain: float
    served_share: float
    enough_evidence: bool
    gaps: tuple[GapRow, ...]
    bar: tuple[Segment, ...]

    @property
    def unknown_share(self) -> float:
        """Share of the sites whose demand is unknown, 0 to 1; NaN if there is no site."""
        return _ratio(self.demand_unknown_sites, self.sites)


@dataclass(frozen=True, slots=True)
class TierLine:
    """What is served by the offers of one tier of evidence; places a year."""

    label: str
    served: float
    served_low: float
    served_high: float
    covered: float
    unknown_share: float


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


def totals_view(
    coverage: pd.DataFrame,
    *,
    code: str,
    title: str,
    bounds: Mapping[str, Any] | None = None,
    insufficient_share: float = 1.0,
) -> Totals:
    """Return the totals of ``coverage``: rows as the run stored them, of one programme or all.

    Parameters
    ----------
    bounds
        What the run keeps of the same rows: ``served_high``, and ``unmet_best_case``, None where
        it is not unique.
    insufficient_share
        Share of demand of unknown class above which no rate is shown.
    """
    row = totals(coverage, insufficient_share=insufficient_share).iloc[0]
    best = (bounds or {}).get("unmet_best_case")
    gaps = tuple(
        GapRow(
            name=kind.value,
            symbol=GAP_SYMBOLS[kind],
            explanation=GAP_EXPLANATIONS[kind],
            sites=int(row["gap_class_sites"][kind.value]),
            demand=float(row["gap_classes"][kind.value]),
        )
        for kind in GapClass
    )
    counts = coverage["gap_class"].value_counts()
    return Totals(
        code=code,
        title=title,
        sites=int(row["sites"]),
        demand_unknown_sites=int(row["demand_unknown_sites"]),
        demand=float(row["demand"]),
        served=float(row["served"]),
        served_low=float(row.get("served_low", math.nan)),
        served_high=_served_high(row, bounds),
        unmet=float(row["unmet"]),
        unmet_best_case=math.nan if best is None else float(best),
        unmet_certain=float(row.get("unmet_certain", math.nan)),
        served_share=_ratio(float(row["served"]), float(row["demand"])),
        enough_evidence=row["evidence"] == Evidence.SUFFICIENT,
        gaps=gaps,
        bar=_stacked(
            [
                (kind.value, GAP_SYMBOLS[kind].label, float(counts.get(kind.value, 0)))
                for kind in GapClass
            ],
            whole=float(len(coverage)),
        ),
    )


def _served_high(row: Mapping[Any, Any] | pd.Series, bounds: Mapping[str, Any] | None) -> float:
    """Return the upper bound of what is served: the run's where it keeps one, else the sum."""
    if bounds is None:
        return float(row.get("served_high", math.nan))
    kept = bounds.get("served_high")
    return math.nan if kept is None else float(kept)


def programme_views(
    coverage: pd.DataFrame,
    titles: Mapping[str, str],
    bounds: Mapping[str, Mapping[str, Any]],
    *,
    insufficient_share: float = 1.0,
) -> tuple[Totals, ...]:
    """Return the totals of every programme in ``coverage``, in the order of their codes."""
    return tuple(
        totals_view(
            rows,
            code=str(code),
            title=titles.get(str(code), str(code)),
            bounds=bounds.get(str(code)),
            insufficient_share=insufficient_share,
        )
        for code, rows in coverage.groupby("programme_code", sort=True)
    )


def tier_lines(
    coverage_of_tier: Mapping[str, pd.DataFrame], bounds: Mapping[str, Any] | None = None
) -> tuple[TierLine, ...]:
    """Return what is served by tier, from the coverage of each; the bounds are of any evidence."""
    lines = []
    for tier, coverage in coverage_of_tier.items():
        row = totals(coverage).iloc[0]
        lines.append(
            TierLine(
                label=TIERS[Tier(tier)],
                served=float(row["served"]),
                served_low=float(row["served_low"]),
                served_high=_served_high(row, bounds if tier == Tier.ANY else None),
                covered=float(row["gap_classes"][GapClass.COVERED.value]),
                unknown_share=float(row["unknown_share"]),
            )
        )
    return tuple(lines)


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
