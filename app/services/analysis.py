"""Compute a run: take a snapshot, call the analysis, store what it found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import geopandas as gpd
import orjson
import sqlalchemy as sa

from app.db.engine import reading, writing
from app.db.history import latest_change
from app.db.runs import Layer, RunRecord, RunTables, find_run, renew_run, store_run
from app.services.findings import findings_layers
from app.services.growth import GROWTH, growth_document
from app.services.layers import (
    CLUSTERS,
    GEOJSON,
    GROUPS,
    HTML,
    JSON,
    MAP,
    clusters_layer,
    coverage_layer,
    coverage_layer_name,
    groups_layer,
    pack,
)
from app.services.map_page import map_page
from app.services.rankings import ranking_layers
from app.services.snapshot import ReferenceTables, Snapshot, take_snapshot
from app.services.strength import EMPLOYEES, employees_layer
from geo.analysis import Analysis, analyse
from geo.coverage import groups_of_sites
from geo.gaps import STAGES_TESTED
from geo.scenario import Scenario

WGS84 = "EPSG:4326"
_ID_DIGITS = 16
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is to be computed.

    Attributes
    ----------
    scenario
        The parameters.
    as_of
        The day on which standings are judged; part of the run's id.
    programmes
        Codes to report on; None is all of the register's.
    """

    scenario: Scenario
    as_of: date
    programmes: tuple[str, ...] | None = None


def compute_run(
    engine: sa.Engine,
    reference: ReferenceTables,
    request: RunRequest,
    *,
    now: datetime,
    progress: Progress = lambda _: None,
) -> RunRecord:
    """Compute and store a run; one that is stored already only becomes the current one again.

    Parameters
    ----------
    now
        When the run is stored; no part of any result.
    progress
        Called with the name of each step as it begins.

    Raises
    ------
    InputError
        If the register cannot be analysed as it stands.
    """
    progress("Snapshot")
    with reading(engine) as connection:
        snapshot = take_snapshot(connection)
        register_moment = latest_change(connection)
    code_version = hash_of_sources()
    run_id = _run_id(snapshot, reference, request, code_version)
    with writing(engine) as connection:
        if find_run(connection, run_id) is not None:
            return renew_run(connection, run_id, finished_at=now)

    analysis = analyse(
        snapshot.register(reference),
        request.scenario,
        as_of=request.as_of,
        programmes=request.programmes,
        progress=progress,
    )
    record = RunRecord(
        run_id=run_id,
        snapshot=snapshot.content_hash,
        scenario=request.scenario.scenario_id,
        scenario_name=request.scenario.name,
        scenario_content=request.scenario.content,
        as_of=request.as_of,
        code_version=code_version,
        illustrative=snapshot.illustrative,
        summary=json.dumps(_summary(analysis), sort_keys=True),
        finished_at=now,
        register_moment=register_moment,
    )
    progress("Layers and map")
    layers = _layers(analysis, request.scenario, reference, record)
    progress("Storing")
    with writing(engine) as connection:
        store_run(connection, record, _tables(analysis), layers)
    return record


def hash_of_sources() -> str:
    """Return a hash of the sources of ``geo``: the version of the code that computes."""
    digest = hashlib.sha256()
    for path, source in sorted(_sources(files("geo"), "geo")):
        digest.update(f"{path}\n".encode())
        digest.update(source)
    return digest.hexdigest()[:_ID_DIGITS]


def provenance(record: RunRecord) -> dict[str, Any]:
    """Return where the numbers of a run come from, as every answer says it."""
    return {
        "run_id": record.run_id,
        "snapshot": record.snapshot,
        "scenario": record.scenario,
        "as_of": record.as_of.isoformat(),
        "illustrative": record.illustrative,
    }


def _sources(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, name)
        elif entry.name.endswith(".py"):
            found.append((name, entry.read_bytes().replace(b"\r\n", b"\n")))
    return found


def _run_id(
    snapshot: Snapshot, reference: ReferenceTables, request: RunRequest, code_version: str
) -> str:
    parts = {
        "snapshot": snapshot.content_hash,
        "reference": reference.content_hash,
        "scenario": request.scenario.content,
        "as_of": request.as_of.isoformat(),
        "code": code_version,
        "programmes": sorted(set(request.programmes)) if request.programmes else None,
    }
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _summary(analysis: Analysis) -> dict[str, Any]:
    sites = analysis.register.sites
    return {
        "programmes": sorted(analysis.coverage["programme_code"].unique().tolist()),
        "sites": len(sites),
        "withheld_sites": int(sites["sensitive"].fillna(value=False).sum()),
        "unplaced_sites": int(sites["geometry"].isna().sum()),
        "unplaced_venues": analysis.unplaced_venues,
        "capacity_tested": analysis.capacity_tested,
        "stages_tested": list(STAGES_TESTED),
        "clusters": len(analysis.clusters),
        "reference_check": analysis.reference_check.sentence(),
    }


def _tables(analysis: Analysis) -> RunTables:
    return RunTables(
        coverage=analysis.coverage,
        clusters=analysis.clusters.to_crs(WGS84),
        cluster_sites=analysis.cluster_sites,
        rankings=analysis.rankings,
    )


def _layers(
    analysis: Analysis,
    scenario: Scenario,
    reference: ReferenceTables,
    record: RunRecord,
) -> Mapping[str, Layer]:
    sites = analysis.register.sites.to_crs(WGS84)
    cluster = analysis.cluster_sites.set_index("site_id")["cluster_id"]
    shown = sites[~sites["sensitive"].fillna(value=False).astype(bool)]
    rows = _coverage_rows(shown.assign(cluster_id=cluster.reindex(shown.index)), analysis)
    clusters = analysis.clusters.to_crs(WGS84)
    groups = groups_of_sites(
        sites, cluster, small_firm_employees=scenario.clusters.small_firm_employees
    )
    said = provenance(record)
    layers = {
        coverage_layer_name(str(code)): pack(
            coverage_layer(part, said | {"programme": code}), GEOJSON
        )
        for code, part in rows.groupby("programme_code", sort=True)
    }
    page = map_page(
        rows, analysis.register, clusters, reference.regions, record=record, scenario=scenario
    )
    return {
        **layers,
        CLUSTERS: pack(clusters_layer(clusters, said), GEOJSON),
        GROUPS: pack(groups_layer(groups), JSON),
        MAP: pack(page.encode(), HTML),
        **findings_layers(analysis),
        EMPLOYEES: employees_layer(analysis.register.sites),
        GROWTH: pack(orjson.dumps(growth_document(analysis.build_up)), JSON),
        **ranking_layers(
            analysis.ranked,
            analysis.clusters.index,
            audiences=analysis.audiences,
            manual_sites=analysis.manual_sites,
        ),
    }


def _coverage_rows(sites: gpd.GeoDataFrame, analysis: Analysis) -> gpd.GeoDataFrame:
    """Return one row a shown site and programme, with the site's own columns and point."""
    columns = ["employer", "name", "authority", "region", "nation", "cluster_id", "geometry"]
    coverage = analysis.coverage[analysis.coverage["site_id"].isin(sites.index)]
    short = (coverage["demand"] - coverage["places_available"]).clip(lower=0.0)
    joined = coverage.assign(unmet=short).join(sites[columns], on="site_id")
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=WGS84)
