"""Stored runs: whole or not at all, the newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from app.db.engine import reading, writing
from app.db.errors import BadCursorError, NoRunError, NotFoundError, RunTooOldError
from app.db.runs import (
    Layer,
    RunRecord,
    RunTables,
    current_run,
    find_run,
    list_runs,
    read_cluster_sites,
    read_clusters,
    read_coverage,
    read_layer,
    read_ranking,
    read_run,
    renew_run,
    store_run,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RECORD = RunRecord(
    run_id="r1",
    snapshot="s",
    scenario="c",
    scenario_name="default",
    scenario_content="{}",
    as_of=date(2026, 11, 1),
    code_version="v",
    illustrative=True,
    summary="{}",
    finished_at=NOON,
)
LAYERS = {"a.geojson": Layer("application/geo+json", b"\x1f\x8b\x00")}


def tables():
    coverage = pd.DataFrame(
        {
            "site_id": ["s1", "s2"],
            "programme_code": ["p", "p"],
            "demand": [1.5, float("nan")],
            "demand_low": [1.0, float("nan")],
            "demand_high": [2.0, float("nan")],
            "demand_basis": ["stated", "unknown"],
            "reachable_venues": [1, 0],
            "nearest_venue_id": ["v1", None],
            "nearest_minutes": [12.5, float("nan")],
            "places_available": [0.1 + 0.2, float("nan")],
            "gap_class": ["covered", "unknown"],
            "reason": ["r", "r"],
            "fix": ["", "f"],
            "demand_new_starters": [1.0, float("nan")],
            "demand_existing_workforce": [0.5, float("nan")],
            "places_low": [0.0, float("nan")],
            "places_high": [2.5, float("nan")],
            "shortfall_certain": [0.25, float("nan")],
            "cohort_probability": [0.75, float("nan")],
            "nearest_public_minutes": [48.5, float("nan")],
        }
    )
    cluster = {
        "name": "Somewhere",
        "cluster_class": "cluster",
        "sites": 2,
        "campuses": 1,
        "employers": 2,
        "small_firm_share": float("nan"),
        "employment": 10.0,
        "employment_unknown_sites": 1,
        "largest_employer_share": 1.0,
        "diversity": 0.0,
        "width_metres": 5.0,
    }
    clusters = gpd.GeoDataFrame(
        [cluster],
        index=pd.Index(["cl-1"], name="cluster_id"),
        geometry=[box(0, 50, 1, 51)],
        crs="EPSG:4326",
    )
    members = pd.DataFrame({"site_id": ["s1"], "cluster_id": ["cl-1"], "campus_id": ["s1"]})
    ranking = {
        "scope": "all",
        "cluster_id": "cl-1",
        "rank": 1,
        "score": 0.5,
        "pilot_ready": True,
        "champion_site_id": None,
        "champion_level": 2,
        "support_needed": None,
        "values": {"employment": 10.0},
        "contributions": {"employment": 0.06},
        "missing": ["gap_depth"],
    }
    return RunTables(coverage, clusters, members, pd.DataFrame([ranking]))


def test_a_run_comes_back_as_it_was_stored(engine):
    with writing(engine) as connection:
        store_run(connection, RECORD, tables(), LAYERS)

    with reading(engine) as connection:
        assert read_run(connection, "r1") == RECORD == current_run(connection)
        coverage = read_coverage(connection, "r1", programme_code="p")
        pd.testing.assert_frame_equal(coverage, tables().coverage, check_dtype=False)
        assert len(read_coverage(connection, "r1", programme_code="other")) == 0
        numbers = read_coverage(connection, "r1", programme_code="p", texts=False)
        pd.testing.assert_frame_equal(numbers, coverage.drop(columns=["reason", "fix"]))
        [cluster] = read_clusters(connection, "r1").to_dict("records")
        assert cluster["geometry"].equals(box(0, 50, 1, 51))
        assert read_cluster_sites(connection, "r1")["cluster_id"].tolist() == ["cl-1"]
        [row] = read_ranking(connection, "r1", "all").to_dict("records")
        assert row["values"] == {"employment": 10.0}
        assert row["missing"] == ["gap_depth"]
        assert read_layer(connection, "r1", "a.geojson") == LAYERS["a.geojson"]


def test_storing_it_again_leaves_it_alone(engine):
    with writing(engine) as connection:
        store_run(connection, RECORD, tables(), LAYERS)
        store_run(connection, replace(RECORD, finished_at=NOON + timedelta(1)), tables(), {})

        assert current_run(connection) == RECORD


def test_half_a_run_is_never_seen(engine):
    broken = replace(tables(), rankings=tables().rankings.assign(rank=None))

    with pytest.raises(Exception, match=r"(?i)null"), writing(engine) as connection:
        store_run(connection, RECORD, broken, LAYERS)

    with reading(engine) as connection:
        assert find_run(connection, "r1") is None


def test_the_newest_is_current_and_a_renewed_one_is_the_newest(engine):
    with writing(engine) as connection:
        store_run(connection, RECORD, tables(), {})
        later = replace(RECORD, run_id="r2", finished_at=NOON + timedelta(hours=1))
        store_run(connection, later, tables(), {})
        assert current_run(connection).run_id == "r2"

        renew_run(connection, "r1", finished_at=NOON + timedelta(hours=2))

        assert current_run(connection).run_id == "r1"


def test_runs_are_listed_page_by_page(engine):
    with writing(engine) as connection:
        for number in range(5):
            # Two of them finished at the same moment.
            finished = NOON + timedelta(minutes=number // 2)
            store_run(
                connection, replace(RECORD, run_id=f"r{number}", finished_at=finished), tables(), {}
            )

    with reading(engine) as connection:
        first, cursor = list_runs(connection, after=None, limit=3)
        second, end = list_runs(connection, after=cursor, limit=3)
        with pytest.raises(BadCursorError):
            list_runs(connection, after="x", limit=3)

    assert [run.run_id for run in first + second] == ["r4", "r2", "r3", "r0", "r1"]
    assert end is None


def test_what_is_not_there_is_named(engine):
    with reading(engine) as connection:
        with pytest.raises(NoRunError):
            current_run(connection)
        with pytest.raises(NotFoundError, match="No run has the id 'x'"):
            read_run(connection, "x")
        with pytest.raises(RunTooOldError, match="compute it again by `skillshed run`"):
            read_layer(connection, "x", "map.html")


def test_of_a_run_of_an_earlier_release_the_newer_columns_are_unknown(engine):
    added = ["demand_new_starters", "places_low", "shortfall_certain", "nearest_public_minutes"]
    older = replace(tables(), coverage=tables().coverage.drop(columns=added))

    with writing(engine) as connection:
        store_run(connection, RECORD, older, {})
        found = read_coverage(connection, "r1", programme_code=None)

    assert found[added].isna().all(axis=None)
    assert found[added].dtypes.eq("float64").all()
