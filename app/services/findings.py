"""What a run found beside coverage, clusters and rankings: stored as layers, read as tables."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.runs import Layer, RunRecord, find_layer, read_layer
from app.services.layers import JSON, pack, unpack
from geo.analysis import Analysis

BEST_CASE = "best_case.json"
BEST_CASE_OF_UNIT = "best_case_of_unit.json"
BOTTLENECKS = "bottlenecks.json"
CALLS = "calls.json"
CONCENTRATION = "concentration.json"
FRAGILITY = "fragility.json"
FRAGILITY_PAIRS = "fragility_pairs.json"
QUALITY = "quality.json"
SUMMARY = "summary.json"

TIERS = ("any", "verified", "good")
ANY_TIER, ALL_MODES, ALL_PROGRAMMES = "any", "", ""
_FILE_OF_ALL_MODES = "all"
LIST_SEPARATOR = ";"


def variant_layer_name(tier: str, mode: str) -> str:
    """Return the name of the layer of coverage by one tier and mode; "" is every mode."""
    return f"variants/{tier}/{mode or _FILE_OF_ALL_MODES}.json"


def findings_layers(findings: Analysis) -> dict[str, Layer]:
    """Return the layers that keep what an analysis found beside coverage, unrounded, by name."""
    tables = {
        BEST_CASE: findings.best_case,
        BOTTLENECKS: findings.bottlenecks,
        QUALITY: findings.quality,
        FRAGILITY: findings.fragility,
        FRAGILITY_PAIRS: findings.fragility_pairs,
        CALLS: findings.calls,
        **{variant_layer_name(*key): table for key, table in sorted(findings.variants.items())},
    }
    others: dict[str, object] = {
        BEST_CASE_OF_UNIT: findings.best_case_of_unit.tolist(),
        CONCENTRATION: dict(findings.concentration),
        SUMMARY: dict(findings.summary),
    }
    contents = {name: _columns(table) for name, table in tables.items()} | others
    return {
        name: pack(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), JSON)
        for name, content in contents.items()
    }


def read_finding(connection: sa.Connection, run: RunRecord, name: str) -> Any:  # noqa: ANN401
    """Return what a layer of findings holds.

    Raises
    ------
    RunTooOldError
        If the run has none of that name.
    """
    return orjson.loads(unpack(read_layer(connection, run.run_id, name)))


def read_findings(connection: sa.Connection, run: RunRecord, name: str) -> pd.DataFrame:
    """Return the table that a layer of findings holds; missing numbers are NaN.

    Raises
    ------
    RunTooOldError
        If the run has none of that name.
    """
    return pd.DataFrame(read_finding(connection, run, name))


def has_findings(connection: sa.Connection, run: RunRecord) -> bool:
    """Say whether the run keeps findings; one of an earlier release does not."""
    return find_layer(connection, run.run_id, SUMMARY) is not None


def read_bounds(connection: sa.Connection, run: RunRecord, programme: str | None) -> dict[str, Any]:
    """Return the bounds of a run's totals for a programme, or for all together.

    ``served_low`` and ``served_high``, ``unmet_best_case`` (places a year), ``unknown_share`` of
    demand and ``evidence``.

    Raises
    ------
    RunTooOldError
        If the run keeps none.
    """
    found: dict[str, Any] = read_finding(connection, run, SUMMARY)[programme or ALL_PROGRAMMES]
    return found


def parts_of(listed: str | list[str]) -> list[str]:
    """Return the parts of a list that stands in one cell."""
    if isinstance(listed, str):
        return [part for part in listed.split(LIST_SEPARATOR) if part]
    return [str(part) for part in listed]


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        str(name): [None if _is_missing(value) else value for value in table[name].tolist()]
        for name in table.columns
    }


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
