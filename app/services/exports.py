"""Files of a run: the same numbers as the API, from the same stored run."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.runs import RunRecord, read_layer
from app.services.calls import calls_to_make
from app.services.findings import LIST_SEPARATOR, has_findings
from app.services.growth import growth_rows, has_growth
from app.services.layers import CLUSTERS, coverage_layer_name, unpack
from app.services.notices import ATTRIBUTION, ILLUSTRATIVE
from app.services.provision import best_case_of, fragility_of, quality_of
from app.services.ranking_answer import ranked_clusters
from app.services.rankings import read_stored

COVERAGE_GEOJSON = "coverage.geojson"
COVERAGE_CSV = "coverage.csv"
CLUSTERS_GEOJSON = "clusters.geojson"
RANKING_CSV = "ranking.csv"
CALLS_CSV = "calls.csv"
QUALITY_CSV = "quality.csv"
FRAGILITY_CSV = "fragility.csv"
BEST_CASE_CSV = "best_case.csv"
GROWTH_CSV = "growth.csv"
DATA_QUALITY_CSV = "data_quality.csv"
ALL = "all"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_run(connection: sa.Connection, run: RunRecord, folder: Path) -> list[Path]:
    """Write the tables of a run into ``folder``, each file whole or not at all.

    Returns
    -------
    The files: coverage of every site and programme as GeoJSON and CSV, footprints of clusters as
    GeoJSON, the rankings as CSV, and if the run keeps them the calls to make first, the quality of
    provision, what is lost if a provider stops, the best case, and the growth from every pilot, as
    CSV.
    """
    features = _coverage_features(connection, run)
    coverage = _collection(connection, run, features)
    rows = [feature["properties"] for feature in features]
    written = {
        COVERAGE_GEOJSON: orjson.dumps(coverage),
        COVERAGE_CSV: _csv(run, rows),
        CLUSTERS_GEOJSON: unpack(read_layer(connection, run.run_id, CLUSTERS)),
        RANKING_CSV: _csv(run, _ranking_rows(connection, run)),
    }
    if has_findings(connection, run):
        written |= _findings(connection, run)
    if has_growth(connection, run):
        written[GROWTH_CSV] = _csv(run, map(_flat, growth_rows(connection, run)))
    folder.mkdir(parents=True, exist_ok=True)
    return [write_file(folder / name, content) for name, content in written.items()]


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all: readers see the old one until the new one is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)  # noqa: PTH105 - replaces on every system, which rename does not
    return path


def defused(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _coverage_features(connection: sa.Connection, run: RunRecord) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = []
    for code in orjson.loads(run.summary)["programmes"]:
        layer = unpack(read_layer(connection, run.run_id, coverage_layer_name(code)))
        features += orjson.loads(layer)["features"]
    for feature in features:
        # One site has a feature for each programme, and an id may stand only once.
        properties = feature["properties"]
        feature["id"] = f"{properties['site_id']}/{properties['programme_code']}"
    return features


def _collection(
    connection: sa.Connection, run: RunRecord, features: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the features under the members that the layers of the API carry."""
    members = orjson.loads(unpack(read_layer(connection, run.run_id, CLUSTERS)))
    return {**members, "attribution": ATTRIBUTION, "features": features}


def _ranking_rows(connection: sa.Connection, run: RunRecord) -> list[dict[str, Any]]:
    scopes = [None, *orjson.loads(run.summary)["programmes"]]
    return [
        _ranking_row(scope or ALL, row)
        for scope in scopes
        for row in ranked_clusters(read_stored(connection, run, programme=scope))
    ]


def _ranking_row(scope: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a ranked cluster with one value a cell, criteria last."""
    values = {f"value_{key}": value for key, value in row.pop("values").items()}
    parts = {f"contribution_{key}": value for key, value in row.pop("contributions").items()}
    flip, short = row.pop("flip", None) or {}, row.pop("shortlist", {})
    said = {"programme": scope, **row, "pilot_ready": "yes" if row["pilot_ready"] else "no"}
    said |= {f"flip_{key}": value for key, value in flip.items()}
    said |= {f"shortlist_{key}": value for key, value in short.items() if key not in said}
    return _flat(said) | parts | values


def _findings(connection: sa.Connection, run: RunRecord) -> dict[str, bytes]:
    scopes = [None, *orjson.loads(run.summary)["programmes"]]
    losses = [
        {"programme": scope or ALL, **row}
        for scope in scopes
        for row in fragility_of(connection, run, programme=scope).losses.to_dict("records")
    ]
    rows: dict[str, pd.DataFrame] = {
        CALLS_CSV: calls_to_make(connection, run).rows,
        QUALITY_CSV: quality_of(connection, run),
        FRAGILITY_CSV: pd.DataFrame(losses),
        BEST_CASE_CSV: best_case_of(connection, run)[0],
    }
    return {name: _csv(run, map(_flat, table.to_dict("records"))) for name, table in rows.items()}


def _flat(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with one value a cell: lists joined, and a column for each part of a mapping."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{part}": one for part, one in value.items()}
        else:
            flat[str(name)] = LIST_SEPARATOR.join(value) if isinstance(value, list) else value
    return flat


def _csv(run: RunRecord, rows: Iterable[dict[str, Any]]) -> bytes:
    """Return rows as CSV, each with the run that it comes from; missing values are blank."""
    # As objects: a column of counts that are blank here and there would else become fractions.
    table = pd.DataFrame(list(rows), dtype=object)
    table["run_id"] = run.run_id
    table["as_of"] = run.as_of.isoformat()
    table["notice"] = ILLUSTRATIVE if run.illustrative else ""
    return write_csv(table)


def write_csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV for spreadsheets: no cell is a formula, and missing is blank."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([defused(name) for name in table.columns])
    for row in table.itertuples(index=False):
        writer.writerow(["" if pd.isna(value) else defused(value) for value in row])
    return text.getvalue().encode("utf-8-sig")
