"""Time how often the layer of sites is served as it is stored and as built per request.

8,000 sites, one uvicorn worker in a process of its own, four clients at once on kept connections.
The layer built per request is made by the very function that makes the stored one, from tables
that are in memory already, and answered through the same application, so that only the building
differs. Not named after the protocol: this folder comes first on the path of its scripts, and the
module would stand in for the standard library's.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import uvicorn
from fastapi import Response
from fastapi.routing import APIRoute

from app.db.engine import make_engine, writing
from app.db.runs import RunRecord, RunTables, store_run
from app.db.schema import upgrade
from app.main import create_app
from app.services.layers import GEOJSON, coverage_layer, coverage_layer_name, pack
from app.settings import Settings

SITES, CLIENTS, WARM_UP, ROUNDS = 8_000, 4, 2, 3
PROGRAMME = "P1"
STORED = f"/api/v1/coverage/sites?programme={PROGRAMME}"
BUILT = "/built"
SAID = {"run_id": "bench", "programme": PROGRAMME}
CLASSES = ("covered", "delivered_too_few_places", "could_be_delivered", "no_reach", "unknown")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an answer came, how long one took, and what came over the wire."""

    per_second: float
    median_milliseconds: float
    content_bytes: int


def make_rows(sites: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Draw the rows of a layer: every property filled as a run fills it."""
    random = np.random.default_rng(seed)
    demand = random.gamma(1.5, 2.0, sites)
    available = demand * random.uniform(0, 1.5, sites)
    gap_class = random.choice(CLASSES, sites)
    rows = pd.DataFrame(
        {
            "site_id": [f"site-{n:05d}" for n in range(sites)],
            "employer": [f"Employer {n % 3_000} Laboratories Ltd" for n in range(sites)],
            "name": [f"Building {n % 40}" for n in range(sites)],
            "programme_code": PROGRAMME,
            "demand": demand,
            "reachable_venues": random.integers(0, 30, sites),
            "nearest_minutes": random.uniform(3, 90, sites),
            "places_available": available,
            "places_low": available * 0.8,
            "places_high": available * 1.3,
            "unmet": np.maximum(0.0, demand - available),
            "shortfall_certain": np.maximum(0.0, demand - 2 * available),
            "gap_class": gap_class,
            "reason": [
                f"Within reach are {n % 9} places for {n % 7} learners." for n in range(sites)
            ],
            "fix": "More places at the nearest venue that delivers it.",
            "authority": [f"Authority {n % 360}" for n in range(sites)],
            "region": [f"Region {n % 12}" for n in range(sites)],
            "nation": "England",
            "cluster_id": [f"cl-{n % 40}" for n in range(sites)],
        }
    )
    points = gpd.points_from_xy(
        random.uniform(-5, 1.7, sites), random.uniform(50.2, 58.5, sites), crs="EPSG:4326"
    )
    return gpd.GeoDataFrame(rows, geometry=points)


def make_register(path: Path, rows: gpd.GeoDataFrame) -> None:
    """Write a register with one run, which keeps the layer."""
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    record = RunRecord(
        run_id="bench",
        snapshot="bench",
        scenario="bench",
        scenario_name="bench",
        scenario_content="{}",
        as_of=date(2026, 1, 1),
        code_version="bench",
        illustrative=True,
        summary=f'{{"programmes": ["{PROGRAMME}"]}}',
        finished_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    nothing = gpd.GeoDataFrame(
        {"cluster_id": []}, geometry=gpd.GeoSeries([], crs="EPSG:4326")
    ).set_index("cluster_id")
    rankings = pd.DataFrame({name: [] for name in ("values", "contributions", "missing")})
    tables = RunTables(pd.DataFrame(), nothing, pd.DataFrame(), rankings)
    layer = pack(coverage_layer(rows, SAID), GEOJSON)
    with writing(engine) as connection:
        store_run(connection, record, tables, {coverage_layer_name(PROGRAMME): layer})
    engine.dispose()


def serve(path: Path, port: int) -> None:
    """Serve the register, and the same layer built anew for each request."""
    rows = make_rows(SITES)
    app = create_app(Settings(register_file=path))

    def build() -> Response:
        return Response(coverage_layer(rows, SAID), media_type=GEOJSON)

    app.router.routes.insert(0, APIRoute(BUILT, build))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@contextmanager
def served(path: Path) -> Iterator[int]:
    """Serve in a process of its own; the port, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, __file__, "--serve", str(path), "--port", str(port)]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("The service did not start.")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def measured(port: int, path: str, headers: Mapping[str, str], seconds: float) -> Rate:
    """Ask for a path again and again, some clients at once.

    Raises
    ------
    SystemExit
        If an answer is no success.
    """
    taken: list[float] = []
    sizes: list[int] = []
    barrier = threading.Barrier(CLIENTS + 1)
    stop = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for turn in range(WARM_UP):
            sizes.append(_ask(connection, path, headers))
            if turn == WARM_UP - 1:
                barrier.wait()
        while not stop.is_set():
            start = time.perf_counter()
            _ask(connection, path, headers)
            taken.append(time.perf_counter() - start)
        connection.close()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    return Rate(len(taken) / elapsed, 1000 * statistics.median(taken), sizes[-1])


def mean_of(rates: list[Rate]) -> Rate:
    """Return the mean rate of rounds of equal length."""
    return Rate(
        statistics.mean(rate.per_second for rate in rates),
        statistics.mean(rate.median_milliseconds for rate in rates),
        rates[0].content_bytes,
    )


def etag_of(port: int) -> str:
    """Return the tag of the layer as a client keeps it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", STORED, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.getheader("ETag"))


def _ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> int:
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in (200, 304):
        sys.exit(f"{path} answered {answer.status}: {content[:300]!r}")
    return len(content)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def print_table(seconds: float) -> None:
    """Measure every way of answering and print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.gpkg"
        make_register(path, make_rows(SITES))
        with served(path) as port:
            gzip = {"Accept-Encoding": "gzip"}
            ways = {
                "built per request": (BUILT, {}),
                "stored compressed, unpacked for who asks so": (STORED, {}),
                "stored compressed, sent as it is": (STORED, gzip),
                "the same, not changed (304)": (STORED, gzip | {"If-None-Match": etag_of(port)}),
            }
            # In turns, so that what else the machine does meets all of them alike.
            turns = [
                {
                    name: measured(port, path_of, headers, seconds / ROUNDS)
                    for name, (path_of, headers) in ways.items()
                }
                for _ in range(ROUNDS)
            ]
    rates = {name: mean_of([turn[name] for turn in turns]) for name in ways}
    base = rates["built per request"].per_second
    print("<!-- bench:http -->")
    print(f"| layer of {SITES:,} sites | requests/s | times | median | bytes |")
    print("|---|---:|---:|---:|---:|")
    for name, rate in rates.items():
        print(
            f"| {name} | {rate.per_second:,.1f} | {rate.per_second / base:,.0f} | "
            f"{rate.median_milliseconds:,.1f} ms | {rate.content_bytes:,} |"
        )
    print(
        f"\nOne uvicorn worker, {CLIENTS} clients at once on the same {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}."
    )
    print("<!-- /bench:http -->")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="time for each line")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.port)
    else:
        print_table(given.seconds)


if __name__ == "__main__":
    main()
