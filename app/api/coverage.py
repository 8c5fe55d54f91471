"""Coverage: totals by any grouping, and the layer of sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
import pandas as pd
from fastapi import APIRouter, Query, Request, Response

from app.api.provenance import chosen_run, rests_on
from app.api.records import (
    PLACES_DECIMALS,
    SCORE_DECIMALS,
    plain,
    rounded,
    rounded_values,
)
from app.api.responses import json_answer, stored_answer
from app.db.runs import read_layer
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import CoverageQuery, LayerQuery
from app.schemas.results import CoverageSites, CoverageTotals
from app.services.coverage import Filter, coverage_totals, require_programme
from app.services.findings import ALL_MODES
from app.services.layers import coverage_layer_name
from geo.coverage import Evidence

router = APIRouter(prefix="/coverage", tags=["coverage"])

_BOUNDS = ("served_low", "served_high", "unmet_certain", "unmet_best_case")
_RATES = ("fgt0", "fgt1", "fgt2", "unknown_share")


@router.get("", response_model=CoverageTotals, responses=problems(404, 422, 503))
def read_coverage(
    query: Annotated[CoverageQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Totals of demand, served and unmet, and how deep the gaps are, whole or by groups.

    Totals agree across every grouping; sites in no cluster form the group `none`, and sites of
    which nothing is known the group `unknown`. A mode and a tier are filters: places are shared
    anew with their offers alone. Small firms are always split out, by the same filters.
    """
    run = chosen_run(connection, query.run)
    chosen = Filter(query.programme, query.mode or ALL_MODES, query.tier)
    found = coverage_totals(connection, run, chosen, by=query.dimensions)
    summary = orjson.loads(run.summary)
    answer = rests_on(connection, run, query.programme) | {"tier": query.tier}
    if query.mode is not None:
        answer["mode"] = query.mode
    tested = ("stages_tested", "capacity_tested")
    return json_answer(
        answer
        | {name: summary[name] for name in tested}
        | {
            "rows": totals_rows(found.rows, query.dimensions),
            "small_firms": {
                "groups": [_size_group(row) for row in totals_rows(found.by_size, ["size"])],
                "gap_ratio": rounded(found.small_firm_gap_ratio, SCORE_DECIMALS),
            },
        }
    )


@router.get("/sites", response_model=CoverageSites, responses=problems(404, 422, 503))
def read_coverage_sites(
    request: Request, query: Annotated[LayerQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Every site with its coverage of a programme, as GeoJSON; sensitive sites are withheld."""
    run = chosen_run(connection, query.run)
    require_programme(run, query.programme)
    layer = read_layer(connection, run.run_id, coverage_layer_name(query.programme))
    return stored_answer(request, layer.content, layer.media_type)


def totals_rows(rows: pd.DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    """Return totals as they are sent, so that `served` and `unmet` add up to `demand`."""
    return [_totals_row(row, by) for row in rows.to_dict("records")]


def _totals_row(row: Mapping[Any, Any], by: Sequence[str]) -> dict[str, Any]:
    demand = rounded(row["demand"], PLACES_DECIMALS)
    served = rounded(row["served"], PLACES_DECIMALS)
    # Rounded each for itself the three could miss each other by 0.01.
    unmet = None if served is None or demand is None else demand - served
    return {
        **{name: plain(row[name]) for name in by},
        "sites": plain(row["sites"]),
        "demand": demand,
        "demand_unknown_sites": plain(row["demand_unknown_sites"]),
        "served": served,
        "unmet": rounded(unmet, PLACES_DECIMALS),
        **{name: rounded(row[name], PLACES_DECIMALS) for name in _BOUNDS if name in row},
        **{name: rounded(row[name], SCORE_DECIMALS) for name in _RATES},
        "evidence": str(row["evidence"]),
        "gap_classes": rounded_values(row["gap_classes"], PLACES_DECIMALS),
        "gap_class_sites": {name: plain(count) for name, count in row["gap_class_sites"].items()},
    }


def _size_group(row: Mapping[str, Any]) -> dict[str, Any]:
    told = ("size", "sites", "demand", "demand_unknown_sites", "served", "unmet")
    known = row["evidence"] == Evidence.SUFFICIENT and row["unmet"] is not None and row["demand"]
    share = row["unmet"] / row["demand"] if known else None
    return {name: row[name] for name in told} | {"gap_share": rounded(share, SCORE_DECIMALS)}
