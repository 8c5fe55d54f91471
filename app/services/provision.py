"""How good provision is, what hangs on each provider, and the best that sharing could do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from app.db.runs import RunRecord
from app.services.coverage import require_programme
from app.services.disclosure import read_names
from app.services.findings import (
    ALL_PROGRAMMES,
    BEST_CASE,
    BOTTLENECKS,
    CONCENTRATION,
    FRAGILITY,
    FRAGILITY_PAIRS,
    QUALITY,
    parts_of,
    read_finding,
    read_findings,
)

QUALITY_COLUMNS = (
    "ukprn",
    "provider",
    "programme_code",
    "nation",
    "label",
    "score",
    "score_low",
    "score_high",
    "known_weight",
    "gates",
    "achievement",
    "leavers",
    "components",
    "different_evidence",
)
LOSS_COLUMNS = ("ukprn", "provider", "places_lost", "served_lost", "covered_lost", "share")
PAIR_COLUMNS = ("ukprn_a", "ukprn_b", "provider_a", "provider_b", "served_lost")
COMPONENT_COLUMNS = (
    "component",
    "demand",
    "served",
    "unmet",
    "sites",
    "pools",
    "programme_codes",
    "status",
    "gap",
)
BOTTLENECK_COLUMNS = (
    "component",
    "pool",
    "ukprn",
    "provider",
    "venue_ids",
    "programme_codes",
    "places",
    "gain",
)


@dataclass(frozen=True, slots=True, eq=False)
class Fragility:
    """What is lost if providers stop.

    Attributes
    ----------
    losses
        ``LOSS_COLUMNS``, the greatest loss of places served first.
    pairs
        ``PAIR_COLUMNS`` of the worst pairs over all programmes.
    concentration
        ``share``, ``providers`` and ``alarm``; None where nothing is within reach.
    """

    losses: pd.DataFrame
    pairs: pd.DataFrame
    concentration: Mapping[str, Any] | None


def quality_of(
    connection: sa.Connection, run: RunRecord, *, programme: str | None = None
) -> pd.DataFrame:
    """Return the quality of every provider and programme, with lists as lists.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    RunTooOldError
        If the run keeps no quality.
    """
    require_programme(run, programme)
    rows = _with_columns(read_findings(connection, run, QUALITY), QUALITY_COLUMNS)
    if programme is not None:
        rows = rows[rows["programme_code"] == programme]
    rows = rows.assign(
        provider=_named(rows["ukprn"], read_names(connection).providers),
        gates=rows["gates"].map(parts_of),
    )
    ordered = rows.sort_values(["programme_code", "ukprn"], ignore_index=True)
    return ordered[list(QUALITY_COLUMNS)]


def fragility_of(
    connection: sa.Connection, run: RunRecord, *, programme: str | None = None
) -> Fragility:
    """Return what is lost if a provider stops, for a programme or for all together.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    RunTooOldError
        If the run keeps no fragility.
    """
    require_programme(run, programme)
    scope = programme or ALL_PROGRAMMES
    providers = read_names(connection).providers
    losses = _with_columns(
        read_findings(connection, run, FRAGILITY), (*LOSS_COLUMNS, "programme_code")
    )
    losses = losses[losses["programme_code"] == scope]
    losses = losses.assign(provider=_named(losses["ukprn"], providers))
    pairs = _with_columns(read_findings(connection, run, FRAGILITY_PAIRS), PAIR_COLUMNS)
    pairs = pairs.assign(
        provider_a=_named(pairs["ukprn_a"], providers),
        provider_b=_named(pairs["ukprn_b"], providers),
    )
    return Fragility(
        losses=_worst_first(losses, ["ukprn"])[list(LOSS_COLUMNS)],
        pairs=_worst_first(pairs, ["ukprn_a", "ukprn_b"])[list(PAIR_COLUMNS)],
        concentration=read_finding(connection, run, CONCENTRATION).get(scope),
    )


def best_case_of(connection: sa.Connection, run: RunRecord) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the components of the best case and their bottlenecks, with lists as lists.

    Raises
    ------
    RunTooOldError
        If the run keeps no best case.
    """
    components = _with_columns(read_findings(connection, run, BEST_CASE), COMPONENT_COLUMNS)
    components = components.assign(programme_codes=components["programme_codes"].map(parts_of))
    pools = _with_columns(read_findings(connection, run, BOTTLENECKS), BOTTLENECK_COLUMNS)
    pools = pools.assign(
        provider=_named(pools["ukprn"], read_names(connection).providers),
        venue_ids=pools["venue_ids"].map(parts_of),
        programme_codes=pools["programme_codes"].map(parts_of),
    )
    return components.sort_values("component", ignore_index=True), pools[list(BOTTLENECK_COLUMNS)]


def _with_columns(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows of a finding; a table without rows lost its columns nowhere but here."""
    return rows.reindex(columns=[*columns, *(name for name in rows if name not in columns)])


def _named(ukprn: pd.Series, providers: Mapping[str, str]) -> pd.Series:
    return pd.Series([providers.get(one) for one in ukprn], index=ukprn.index, dtype=object)


def _worst_first(rows: pd.DataFrame, ties: list[str]) -> pd.DataFrame:
    falling = [False, *(True for _ in ties)]
    return rows.sort_values(["served_lost", *ties], ascending=falling, ignore_index=True)
