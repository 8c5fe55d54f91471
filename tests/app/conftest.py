"""A tiny invented register with two runs, hand-made so that every sum can be checked by eye."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from findings_by_hand import HOSTILE, make_findings, of_site
from shapely import Point, box

from app.db.base import RegisterBase
from app.db.decisions import DecisionRecord, store_decision
from app.db.engine import make_engine, writing
from app.db.evidence import keep_claims
from app.db.loads import LoadRecord, add_load, read_load
from app.db.models import Offer, Programme, Provider, Site, Venue
from app.db.plans import PlanRecord, store_plan
from app.db.register import table_of, write_rows
from app.db.runs import RunRecord, RunTables, store_run
from app.db.schema import upgrade
from app.main import create_app
from app.services.findings import findings_layers
from app.services.growth import GROWTH, growth_document
from app.services.layers import (
    CLUSTERS,
    COVERAGE_PROPERTIES,
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
from app.services.rankings import ranking_layers
from app.services.scenarios import read_scenario
from app.services.strength import EMPLOYEES, employees_layer
from app.settings import Settings
from geo.build_up import BuildUp
from geo.coverage import groups_of_sites
from geo.gaps import STAGES_TESTED
from geo.growth import BestSet, Growth, Step
from geo.next_if import next_if
from geo.pilot import WORLD_DECIMALS, Ranked
from geo.ranking import rank
from geo.robustness import put_to_the_test
from geo.scenario import Scenario
from geo.shortlist import ShortlistRow, Starters
from geo.voices import audiences_heard

CURRENT, EARLIER = "run-current", "run-earlier"
DECISION = "DECISION"

PROVIDERS = [
    {"ukprn": "99000001", "name": f"College {HOSTILE}", "inspection_grades": "overall=2; care=1"},
    {"ukprn": "99000002", "name": "Example University", "safeguarding_met": True},
]
PROGRAMMES = [
    {"programme_code": "P1", "title": f"Laboratory {HOSTILE}", "level_rqf": 3, "demand_share": 0.5},
    {"programme_code": "P2", "title": "Bioprocessing", "recognised_by": "Body A;Body B"},
]
VENUES = [
    {"venue_id": "V1", "ukprn": "99000001", "name": "Main hall", "place": (0.1234567, 52.2)},
    {"venue_id": "V2", "ukprn": "99000001", "name": "Annexe", "place": None},
    {"venue_id": "V3", "ukprn": "99000002", "name": "Campus", "place": (-3.0, 56.5)},
]
OFFERS = [
    {"venue_id": "V1", "programme_code": "P1", "mode": "day_release", "status": "delivered"},
    {"venue_id": "V1", "programme_code": "P2", "mode": "evening", "status": "planned"},
    {"venue_id": "V3", "programme_code": "P1", "mode": "blended", "status": "unknown"},
]
# S3 and S7 are sensitive: one in the middle of a page and one at the very end.
SITES = [
    {
        "site_id": "S1",
        "employer_employees": 40,
        "employer": f"Bio {HOSTILE}",
        "region": "East",
        "place": (0.1, 52.2),
    },
    {
        "site_id": "S2",
        "employer_employees": 40,
        "employer": "Example Labs",
        "region": "East",
        "place": (0.11, 52.21),
    },
    {
        "site_id": "S3",
        "employer_employees": 40,
        "employer": "Hidden Labs",
        "region": "East",
        "place": (0.12, 52.22),
    },
    {
        "site_id": "S4",
        "employer_employees": 1000,
        "employer": "Northern Cells",
        "region": "North",
        "place": (-3.0, 56.4),
    },
    {
        "site_id": "S5",
        "employer_employees": 1000,
        "employer": "Northern Genes",
        "region": "North",
        "place": (-3.1, 56.4),
    },
    {"site_id": "S6", "employer": "Somewhere Ltd", "region": None, "place": None},
    {
        "site_id": "S7",
        "employer_employees": 1000,
        "employer": "Hidden Too",
        "region": "North",
        "place": (-3.2, 56.4),
    },
]
SENSITIVE = ("S3", "S7")
# site: demand, places available, gap class, minutes; demand of S4 is unknown.
COVERAGE = {
    "S1": (10.0, 10.0, "covered", 12.34),
    "S2": (4.005, 1.004, "delivered_too_few_places", 15.0),
    "S3": (2.0, 0.0, "no_reach", None),
    "S4": (None, None, "unknown", 30.0),
    "S5": (6.0, 0.0, "could_be_delivered", None),
    "S6": (1.0, 0.0, "unknown", None),
    "S7": (3.0, 3.0, "covered", 44.96),
}
MEMBERS = {"S1": "C1", "S2": "C1", "S3": "C1", "S4": "C2", "S5": "C2"}


def register_rows(model: type[RegisterBase], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows with every column of the model; what they do not say is missing."""
    ours = ("fid", "valid_from")
    names = [column.name for column in table_of(model).columns if column.name not in ours]
    table = pd.DataFrame(rows).reindex(columns=[*names, "place"]).astype(object)
    table = table.where(table.notna(), None)
    if "geom" not in names:
        return table[names]
    points = [None if place is None else Point(place) for place in table["place"]]
    names.remove("geom")
    return gpd.GeoDataFrame(table[names], geometry=gpd.GeoSeries(points, crs="EPSG:4326"))


def coverage_rows(programme_code: str) -> pd.DataFrame:
    """Return the coverage of a programme; of P2 nobody has any."""
    rows = []
    for site_id, (demand, available, gap_class, minutes) in COVERAGE.items():
        none = programme_code == "P2"
        rows.append(
            {
                "site_id": site_id,
                "programme_code": programme_code,
                "demand": demand,
                "demand_low": demand,
                "demand_high": demand,
                "demand_basis": "stated",
                "reachable_venues": 0 if none or minutes is None else 1,
                "nearest_venue_id": None if none or minutes is None else "V1",
                "nearest_minutes": None if none else minutes,
                "places_available": 0.0 if none and demand is not None else available,
                "gap_class": "no_reach" if none else gap_class,
                "reason": "as it was made",
                "fix": "nothing",
                **of_site(site_id, programme_code),
            }
        )
    return pd.DataFrame(rows)


def run_tables(scenario: Scenario) -> RunTables:
    """Return the tables of a run: C1 is ready and ranked second, C2 leads without a champion."""
    clusters = gpd.GeoDataFrame(
        {
            "name": [f"Cambridge {HOSTILE}", "Dundee"],
            "cluster_class": ["anchor_led", "cluster"],
            "sites": [3, 2],
            "campuses": [1, 1],
            "employers": [3, 2],
            "small_firm_share": [1 / 3, None],
            "employment": [1234.5, 300.0],
            "employment_unknown_sites": [0, 1],
            "largest_employer_share": [0.6, None],
            "diversity": [0.123456, None],
            "width_metres": [1500.4, 6000.0],
        },
        index=pd.Index(["C1", "C2"], name="cluster_id"),
        geometry=[box(0.0, 52.1, 0.2000001, 52.3), box(-3.2, 56.3, -2.9, 56.5)],
        crs="EPSG:4326",
    )
    sites = pd.DataFrame(
        [{"site_id": s, "cluster_id": c, "campus_id": f"{c}-1"} for s, c in MEMBERS.items()]
    )
    return RunTables(
        coverage=pd.concat([coverage_rows("P1"), coverage_rows("P2")]).sort_values(
            ["site_id", "programme_code"], ignore_index=True
        ),
        clusters=clusters,
        cluster_sites=sites,
        rankings=pd.concat([_ranking(scenario, scope) for scope in ("all", "P1", "P2")]),
    )


def _ranking(scenario: Scenario, scope: str) -> pd.DataFrame:
    names = [criterion.name for criterion in scenario.ranking.criteria]
    weight = 1 / len(names)
    rows = [
        {
            "scope": scope,
            "cluster_id": cluster_id,
            "rank": rank,
            "score": score,
            "pilot_ready": ready,
            "champion_site_id": "S1" if ready else None,
            "champion_level": 2 if ready else 0,
            "support_needed": f"a room {HOSTILE}" if ready else None,
            "values": {"employment": 1234.5, "champion_level": 2.0},
            "contributions": dict.fromkeys(names, score * weight),
            "missing": names[3:],
        }
        for cluster_id, rank, score, ready in (("C2", 1, 0.7, False), ("C1", 2, 0.56789, True))
    ]
    return pd.DataFrame(rows)


def run_record(run_id: str, scenario: Scenario, *, finished_at: datetime) -> RunRecord:
    """Return what a run says of itself."""
    summary = {
        "programmes": ["P1", "P2"],
        "sites": len(SITES),
        "withheld_sites": len(SENSITIVE),
        "unplaced_sites": 1,
        "unplaced_venues": 1,
        "capacity_tested": True,
        "stages_tested": list(STAGES_TESTED),
        "clusters": 2,
        "reference_check": "Reference list: 1 of 15 well-known clusters found.",
    }
    return RunRecord(
        run_id=run_id,
        snapshot="snapshot-1",
        scenario=scenario.scenario_id,
        scenario_name=scenario.name,
        scenario_content=scenario.content,
        as_of=date(2026, 11, 1),
        code_version="code-1",
        illustrative=True,
        summary=orjson.dumps(summary).decode(),
        finished_at=finished_at,
    )


def _layers(sites: gpd.GeoDataFrame, tables: RunTables, scenario: Scenario) -> dict[str, Any]:
    members = pd.Series(MEMBERS, name="cluster_id")
    indexed = sites.set_index("site_id")
    groups = groups_of_sites(indexed, members, small_firm_employees=250)
    shown = indexed.drop(index=list(SENSITIVE)).assign(cluster_id=members)
    layers = {
        CLUSTERS: pack(clusters_layer(tables.clusters, {"run_id": "x"}), GEOJSON),
        GROUPS: pack(groups_layer(groups), JSON),
        MAP: pack(b"<!DOCTYPE html><html><head></head><body>The map</body></html>", HTML),
    }
    for code, rows in tables.coverage.groupby("programme_code"):
        found = rows[rows["site_id"].isin(shown.index)]
        short = (found["demand"] - found["places_available"]).clip(lower=0)
        wanted = [name for name in shown.columns if name in COVERAGE_PROPERTIES]
        joined = found.assign(unmet=short).join(shown[[*wanted, "geometry"]], on="site_id")
        layer = coverage_layer(gpd.GeoDataFrame(joined), {"programme": code})
        layers[coverage_layer_name(str(code))] = pack(layer, GEOJSON)
    layers[GROWTH] = growth_layer()
    layers[EMPLOYEES] = employees_layer(
        indexed.reindex(columns=["employees", "employees_low", "employees_high"])
    )
    return layers | findings_layers(make_findings(tables.coverage)) | tested_layers(scenario)


def growth_layer() -> Any:
    """Return what is kept of the growth after C1, to which C2 adds three places."""
    steps = (Step(1, 10.0, 0.0), Step(0, 13.0, 3.0))
    sets = (BestSet((1,), 10.0, 10.0), BestSet((0, 1), 13.0, 13.0))
    growth = Growth(10.0, steps, sets, exact=True, without_effect=())
    found = BuildUp(("C2", "C1"), {"C1": growth}, {"C2": 2})
    return pack(orjson.dumps(growth_document(found)), JSON)


def tested_layers(scenario: Scenario) -> dict[str, Any]:
    """Return what is kept of the ranking of C1, which is ready, and C2, which is not."""
    ids = pd.Index(["C1", "C2"], name="cluster_id", dtype="str")
    criteria = scenario.ranking.criteria
    values = pd.DataFrame(np.nan, index=ids, columns=[criterion.name for criterion in criteria])
    values["employment"], values["champion_level"] = [1234.5, 1500.0], [2.0, 0.0]
    level = values["champion_level"]
    ranking = rank(values, criteria, champion_level=level, pilot_ready_level=2.0)
    worlds = ranking.scaled.loc[ids].to_numpy()[None].round(WORLD_DECIMALS)
    short = Starters("P1", 5.2, 8.0, 3, ("C2",), pooling_suffices=False)
    ranked = Ranked(
        ranking=ranking,
        table=pd.DataFrame(),
        robustness=put_to_the_test(
            ranking, worlds, ids, policy=scenario.robustness, seed=scenario.seed, stream=0
        ),
        next_if=tuple(next_if(ranking, values, pilot_ready_level=2.0)),
        shortlist=(
            ShortlistRow("C1", short, 12.0, np.nan, ("starters",)),
            ShortlistRow("C2", short, 0.0, 0.0, ("champion", "starters", "places")),
        ),
        worlds=worlds,
    )
    stakeholders = pd.DataFrame(
        [(f"A body {HOSTILE}", "trade bodies", f"supports {HOSTILE}"), ("B", "schools", None)],
        columns=["organisation", "audience", "stance"],
    )
    return ranking_layers(
        dict.fromkeys(("all", "P1", "P2"), ranked),
        ids,
        audiences=audiences_heard(stakeholders),
        manual_sites=pd.DataFrame(columns=["site_id", "cluster_id", "campus_id"]),
    )


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Return the default scenario."""
    return read_scenario(Settings().data_path)


@pytest.fixture(scope="session")
def small_run_parts(scenario: Scenario) -> tuple[RunRecord, RunTables, dict[str, Any]]:
    """Return what is stored of a run of the small register."""
    tables = run_tables(scenario)
    sites = register_rows(Site, SITES)
    sites["sensitive"] = [True if s in SENSITIVE else None for s in sites["site_id"]]
    record = run_record("run-x", scenario, finished_at=datetime(2026, 11, 1, tzinfo=UTC))
    return record, tables, _layers(gpd.GeoDataFrame(sites), tables, scenario)


@pytest.fixture(scope="session")
def small_register(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> Path:
    """Write the register and its two runs; nobody may change the file."""
    path = tmp_path_factory.mktemp("small") / "skillshed.gpkg"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    tables = run_tables(scenario)
    sites = register_rows(Site, SITES)
    sites["sensitive"] = [True if s in SENSITIVE else None for s in sites["site_id"]]
    layers = _layers(gpd.GeoDataFrame(sites), tables, scenario)
    with writing(engine) as connection:
        for model, rows in (
            (Provider, PROVIDERS),
            (Programme, PROGRAMMES),
            (Venue, VENUES),
            (Offer, OFFERS),
        ):
            write_rows(connection, model, register_rows(model, rows))
        write_rows(connection, Site, sites)
        note_load(connection)
        for run_id, day in ((EARLIER, 1), (CURRENT, 2)):
            moment = datetime(2026, 11, day, 12, tzinfo=UTC)
            record = run_record(run_id, scenario, finished_at=moment)
            store_run(connection, record, tables, layers)
        store_decision(connection, decision(datetime(2026, 11, 3, tzinfo=UTC)))
        store_plan(connection, plan(datetime(2026, 11, 3, tzinfo=UTC)))
    engine.dispose()
    return path


def note_load(connection: sa.Connection) -> None:
    """Note that a list of the providers was loaded, with what it says of them."""
    record = LoadRecord(
        0, "providers", f"{HOSTILE}.csv", "ab", datetime(2026, 10, 1, tzinfo=UTC), 2, 2, 0, 0, 0,
        speaker="list", title=f"List {HOSTILE}", strength=2, spoken='{"providers": ["name"]}',
    )  # fmt: skip
    load = read_load(connection, add_load(connection, record))
    rows = pd.DataFrame(PROVIDERS)[["ukprn", "name"]]
    rows = rows.assign(source_row=rows["ukprn"])
    keep_claims(connection, Provider, rows, ["name"], load)


def plan(moment: datetime) -> PlanRecord:
    """Return a plan for C1."""
    target = {"measure": "places_delivered", "programme_code": "P1", "due": "2027-11-01"}
    document = {
        "name": f"Plan {HOSTILE}",
        "cluster_id": "C1",
        "starts_on": "2026-10-01",
        "milestones": [{"name": f"A step {HOSTILE}", "due": "2026-10-02", "done_on": None}],
        "outputs": [target | {"target": 20.0, "baseline": 10.0, "baseline_on": "2026-10-01"}],
        "kpis": [],
    }
    return PlanRecord("plan", CURRENT, moment, orjson.dumps(document))


def decision(moment: datetime) -> DecisionRecord:
    """Return a decision on the current run."""
    agreed = {
        "title": f"Start at C1 {HOSTILE}",
        "decided_on": "2026-11-03",
        "scope": "all",
        "cluster_id": "C1",
        "cluster_name": "Cambridge",
        "agreed_by": ["chair"],
        "reasons": "It is ready.",
        "conditions": [],
    }
    document = orjson.dumps({"criteria": {}, "decision": agreed, "ranking": {}, "run": {}})
    return DecisionRecord(DECISION, CURRENT, moment, document, None, None)


@pytest.fixture(scope="session")
def client(small_register: Path) -> Iterator[TestClient]:
    """Ask the service, which reads the small register."""
    with TestClient(create_app(Settings(register_file=small_register))) as asked:
        yield asked


@pytest.fixture
def client_without_run(tmp_path: Path) -> Iterator[TestClient]:
    """Ask the service, whose register is empty and has no run."""
    path = tmp_path / "empty.gpkg"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    with TestClient(create_app(Settings(register_file=path))) as asked:
        yield asked
