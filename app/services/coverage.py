"""Totals of a run's coverage, by any grouping, from what the run stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.runs import RunRecord, read_coverage, read_layer
from app.services.findings import (
    ALL_MODES,
    ANY_TIER,
    BEST_CASE,
    BEST_CASE_OF_UNIT,
    has_findings,
    parts_of,
    read_bounds,
    read_finding,
    read_findings,
    variant_layer_name,
)
from app.services.layers import GROUPS, unpack
from app.services.scenarios import scenario_of
from geo.coverage import STREAM, by_stream, small_firm_gap_ratio, totals, unmet_best_case

_PLACES = ("places_available", "places_low", "places_high")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which demand units count, and which offers count as delivered.

    Attributes
    ----------
    programme
        Code of a programme; None is every one.
    mode
        One delivery mode; "" is every one.
    tier
        Of evidence: ``any``, ``verified`` or ``good``.
    """

    programme: str | None = None
    mode: str = ALL_MODES
    tier: str = ANY_TIER

    @property
    def is_variant(self) -> bool:
        """Whether fewer offers count than those that the run's own coverage is of."""
        return (self.tier, self.mode) != (ANY_TIER, ALL_MODES)


@dataclass(frozen=True, slots=True, eq=False)
class CoverageTotals:
    """Totals by groups and by size of the employer, see :func:`geo.coverage.totals`.

    Attributes
    ----------
    rows
        With ``unmet_best_case`` where every group is a union of whole components.
    by_size
        The same demand by ``size``.
    small_firm_gap_ratio
        The gap share of small firms as a multiple of that of large employers, or NaN.
    """

    rows: pd.DataFrame
    by_size: pd.DataFrame
    small_firm_gap_ratio: float


def coverage_totals(
    connection: sa.Connection, run: RunRecord, chosen: Filter = Filter(), *, by: Sequence[str] = ()
) -> CoverageTotals:
    """Return the totals of a run as :func:`geo.coverage.totals` gives them.

    The groups of the sites are those of the run, not of the register as it is now.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    InputError
        If coverage cannot be grouped as asked.
    RunTooOldError
        If the run keeps no coverage by tier and mode.
    """
    require_programme(run, chosen.programme)
    units = _in_groups(connection, run, coverage_of(connection, run, chosen))
    limit = scenario_of(run).evidence.insufficient_share
    split = by_stream(units) if STREAM in by else units
    rows = totals(split, by=by, insufficient_share=limit)
    if not by and not chosen.is_variant and has_findings(connection, run):
        # Of all together the run keeps a bound that counts each place once, which a sum may not.
        kept = read_bounds(connection, run, chosen.programme)["served_high"]
        rows = rows.assign(served_high=np.nan if kept is None else kept)
    if "component" in units and STREAM not in by and not chosen.is_variant:
        best = unmet_best_case(units, _components(connection, run), by=by)
        rows = rows if best is None else rows.assign(unmet_best_case=best)
    by_size = totals(units, by=["size"], insufficient_share=limit)
    return CoverageTotals(rows, by_size, small_firm_gap_ratio(by_size))


def coverage_of(connection: sa.Connection, run: RunRecord, chosen: Filter) -> pd.DataFrame:
    """Return the demand units that count, each with its places by the offers that count.

    Raises
    ------
    RunTooOldError
        If the run keeps no coverage by tier and mode.
    """
    coverage = read_coverage(connection, run.run_id, programme_code=None, texts=False)
    if chosen.is_variant:
        coverage = in_variant(connection, run, coverage, chosen)
    if has_findings(connection, run):
        coverage["component"] = np.array(
            read_finding(connection, run, BEST_CASE_OF_UNIT), dtype=np.int64
        )
    if chosen.programme is not None:
        coverage = coverage[coverage["programme_code"] == chosen.programme]
    return coverage.assign(programme=coverage["programme_code"])


def in_variant(
    connection: sa.Connection, run: RunRecord, coverage: pd.DataFrame, chosen: Filter
) -> pd.DataFrame:
    """Return the whole coverage of a run with the places that fewer offers give.

    Raises
    ------
    RunTooOldError
        If the run keeps no coverage by tier and mode.
    """
    variant = read_findings(connection, run, variant_layer_name(chosen.tier, chosen.mode))
    # The certain shortfall is known for all offers together only.
    return coverage.drop(columns="shortfall_certain").assign(
        **{column: variant[column].astype(float).to_numpy() for column in _PLACES},
        gap_class=variant["gap_class"].to_numpy(),
    )


def require_programme(run: RunRecord, programme: str | None) -> None:
    """Raise ``NotFoundError`` unless the run reports on the programme."""
    if programme is not None and programme not in orjson.loads(run.summary)["programmes"]:
        raise NotFoundError("programme", programme)


def _in_groups(connection: sa.Connection, run: RunRecord, coverage: pd.DataFrame) -> pd.DataFrame:
    stored = orjson.loads(unpack(read_layer(connection, run.run_id, GROUPS)))
    groups = pd.DataFrame(stored).set_index("site_id")
    return coverage.join(groups, on="site_id")


def _components(connection: sa.Connection, run: RunRecord) -> pd.DataFrame:
    """Return the components of the best case with how many units the run reports of each.

    A component that serves a programme on which the run does not report is never whole.
    """
    components = read_findings(connection, run, BEST_CASE)
    reported = set(orjson.loads(run.summary)["programmes"])
    of_unit = np.array(read_finding(connection, run, BEST_CASE_OF_UNIT), dtype=np.int64)
    units = pd.Series(of_unit).value_counts().reindex(components["component"], fill_value=0)
    whole = [reported.issuperset(parts_of(codes)) for codes in components["programme_codes"]]
    return components.assign(units=np.where(np.array(whole, dtype=bool), units.to_numpy(), -1))
