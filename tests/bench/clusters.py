"""Time clusters beside scikit-learn on the same points, and print a Markdown table.

The sites are those of the synthetic register of the United Kingdom, for 200,000 many of them, each
moved anew. Every measurement is a process of its own; memory is the largest resident set above what
the process held when its points were ready.

Run it with ``.venv/bin/python tests/bench/clusters.py``; it needs ``scikit-learn``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN, HDBSCAN

sys.path.insert(0, str(Path(__file__).parents[1]))

from synthetic_uk import synthetic_uk

from geo.campuses import find_campuses, point_metres
from geo.clusters import find_clusters
from geo.scenario import Scenario, make_scenario
from geo.stability import resample_clusters
from geo.types import METRIC_CRS

DEFAULT = Path(__file__).parents[2] / "data" / "scenarios" / "default.toml"
SIZES = (8_000, 200_000)
WIDE_METRES = 30_000.0
PLACES = gpd.GeoDataFrame({"name": pd.Series(dtype="str")}, geometry=[], crs=METRIC_CRS)


def make_sites(count: int) -> gpd.GeoDataFrame:
    """Return so many sites; those beyond the register are copies of it, a few kilometres off."""
    register = synthetic_uk()
    random = np.random.default_rng(2)
    rows = np.concatenate([np.arange(len(register)), random.integers(len(register), size=count)])
    sites = register.iloc[rows[:count]]
    points = point_metres(sites)
    points[len(register) :] += random.normal(0, 3_000, points[len(register) :].shape)
    index = pd.Index([f"S{number:06}" for number in range(count)], name="site_id", dtype="str")
    made = sites.set_axis(index).set_geometry(gpd.points_from_xy(*points.T, crs=METRIC_CRS))
    return made.assign(employer=[f"Employer {number}" for number in range(count)])


def works(scenario: Scenario, sites: gpd.GeoDataFrame) -> Mapping[str, Callable[[], object]]:
    """Return what is measured, by name."""
    points = point_metres(sites)
    policy = scenario.clusters
    wide = replace(policy, campus_eps_metres=WIDE_METRES, max_width_metres=2e6)
    # With its cluster_selection_epsilon scikit-learn 1.9 fails on such points.
    hdbscan = HDBSCAN(min_cluster_size=10, min_samples=5, copy=True)
    return {
        "campuses": lambda: find_campuses(sites, policy),
        "clusters": lambda: find_clusters(sites, PLACES, policy),
        "campuses, 30 km": lambda: find_campuses(sites, wide),
        "200 resamples": lambda: resample_clusters(
            sites,
            find_clusters(sites, PLACES, policy),
            policy=policy,
            stability=scenario.stability,
            rng=np.random.default_rng(1),
        ),
        "DBSCAN": lambda: DBSCAN(eps=3000, min_samples=5).fit(points),
        "DBSCAN, 30 km": lambda: DBSCAN(eps=WIDE_METRES, min_samples=5).fit(points),
        "HDBSCAN": lambda: hdbscan.fit(points),
    }


def measure(name: str, count: int) -> dict[str, float]:
    """Measure one thing once, after a small one that loads what is needed."""
    scenario = make_scenario(tomllib.loads(DEFAULT.read_text(encoding="utf-8")))
    if name != "200 resamples":
        works(scenario, make_sites(500))[name]()
    work = works(scenario, make_sites(count))[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "megabytes": (after - before) / 1024}


def measured_apart(name: str, count: int) -> dict[str, float] | None:
    """Measure in a process of its own; None if it runs out of memory."""
    command = [sys.executable, __file__, name, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: dict[str, float] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return found


def main() -> None:
    """Print the table, or measure what the command line names."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
        return
    print("| sites | what | time | memory | times DBSCAN |")
    print("|---:|---|---:|---:|---:|")
    for count in SIZES:
        peer = measured_apart("DBSCAN", count)
        names = ["DBSCAN", "HDBSCAN", "DBSCAN, 30 km", "campuses", "clusters", "campuses, 30 km"]
        for name in names + (["200 resamples"] if count == SIZES[0] else []):
            found = peer if name == "DBSCAN" else measured_apart(name, count)
            if found is None:
                print(f"| {count:,} | {name} | not possible | – | – |")
                continue
            ratio = found["seconds"] / peer["seconds"] if peer else float("nan")
            print(
                f"| {count:,} | {name} | {found['seconds']:.2f} s | {found['megabytes']:,.0f} MB "
                f"| {ratio:.1f} |"
            )


if __name__ == "__main__":
    main()
