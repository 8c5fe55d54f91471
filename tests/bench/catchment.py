"""Time the catchment measures beside PySAL's ``access``, and print a Markdown table.

Points are drawn at random, in towns of unlike size and alone between them, as in Great Britain;
everything within 60 km counts, with Gaussian weights. Every measurement is a process of its own.
Ours begins with the points; ``access`` cannot, and is given its table of pairs, whose making is
timed apart. Wall time is what a clock shows; memory is the largest resident set above what the
process held when its input was ready.

``access`` has no spatial availability: its enhanced two-step measure times demand is that, so
both of ours stand beside one of its. The results of both must agree to 1e-9.

Run it with ``.venv/bin/python tests/bench/catchment.py``; it needs ``access`` and ``matplotlib``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.catchment import enhanced_two_step_catchment, reach, spatial_availability
from geo.catchment_points import PointCatchments, catchments_of_points
from geo.decay import Gaussian

VENUES = 3_000
LIMIT = 60_000.0
SIGMA = 20_000.0
BESIDE_ACCESS = (50_000, 200_000)
ALONE = (100_000, 400_000, 800_000, 1_800_000)
AGREEMENT = 1e-9

Result = pd.Series
OURS: dict[str, Callable[[PointCatchments], Result]] = {
    "reach": lambda catchments: reach(catchments)["venues_reached"],
    "spatial availability": lambda catchments: spatial_availability(catchments, Gaussian(SIGMA)),
    "enhanced two-step": lambda catchments: enhanced_two_step_catchment(
        catchments, Gaussian(SIGMA)
    ),
}
# What access computes for each of ours.
PEER_OF = {
    "reach": "count",
    "spatial availability": "e2sfca",
    "enhanced two-step": "e2sfca",
}


def make_points(count: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw origins with demand and venues with supply, the same every time."""
    random = np.random.default_rng(20261124)
    towns = 150
    south = random.random(towns) < 0.75
    centre = np.column_stack(
        [
            random.uniform(180e3, 620e3, towns),
            np.where(
                south, random.uniform(90e3, 440e3, towns), random.uniform(440e3, 900e3, towns)
            ),
        ]
    )
    share = random.pareto(1.5, towns) + 0.3
    share /= share.sum()
    width = np.sqrt(share * towns) * 6e3

    def scatter(size: int) -> np.ndarray:
        town = random.choice(towns, size, p=share)
        place = centre[town] + random.normal(size=(size, 2)) * width[town][:, None]
        alone = random.random(size) < 0.25
        place[alone] = random.uniform((180e3, 90e3), (620e3, 700e3), (alone.sum(), 2))
        return place.round()

    venues = scatter(VENUES)
    origins = scatter(count)
    # One in a thousand lives on an island that is too far from everything.
    origins[::1000] = random.uniform((50e3, 1_150e3), (80e3, 1_200e3), origins[::1000].shape)
    return (
        gpd.GeoDataFrame(
            {"demand": random.integers(1, 50, count).astype(float)},
            geometry=gpd.points_from_xy(*origins.T),
            crs="EPSG:27700",
        ),
        gpd.GeoDataFrame(
            {"supply": random.integers(1, 200, VENUES).astype(float)},
            geometry=gpd.points_from_xy(*venues.T),
            crs="EPSG:27700",
        ),
    )


def make_pairs(origins: gpd.GeoDataFrame, venues: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Make the table of pairs that ``access`` needs, in the quickest way of GeoPandas."""
    found = venues.sindex.query(origins.geometry, predicate="dwithin", distance=LIMIT)
    east = origins.geometry.x.to_numpy()[found[0]] - venues.geometry.x.to_numpy()[found[1]]
    north = origins.geometry.y.to_numpy()[found[0]] - venues.geometry.y.to_numpy()[found[1]]
    return {"origin": found[0], "dest": found[1], "cost": np.sqrt(east * east + north * north)}


def resident_bytes(name: str) -> int:
    """Return the resident set of this process: ``VmRSS`` now, or ``VmHWM``, the largest so far."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measured(work: Callable[[], Result]) -> tuple[Result, dict[str, float]]:
    """Do the work and return its result with seconds and extra bytes."""
    with suppress(OSError):
        # Forget the peak that making the input has left, where the kernel can.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = resident_bytes("VmRSS")
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    return result, {"seconds": seconds, "bytes": max(0, resident_bytes("VmHWM") - before)}


def run_ours(measure: str, count: int, folder: Path, threads: int) -> dict[str, float]:
    """Measure one of ours, from the points on."""
    origins, venues = make_points(count)
    result, cost = measured(
        lambda: OURS[measure](
            catchments_of_points(origins, venues, limit_metres=LIMIT, threads=threads)
        )
    )
    np.save(folder / f"ours {measure} {count}.npy", result.to_numpy())
    return {**cost, "total": float(result.sum())}


def run_pairs(_: str, count: int, folder: Path, __: int) -> dict[str, float]:
    """Measure the making of the table of pairs, and keep it for ``access``."""
    origins, venues = make_points(count)
    start = time.perf_counter()
    pairs = make_pairs(origins, venues)
    seconds = time.perf_counter() - start
    for name, column in pairs.items():
        np.save(folder / f"{name} {count}.npy", column)
    return {"seconds": seconds}


def run_access(measure: str, count: int, folder: Path, _: int) -> dict[str, float]:
    """Measure one of ``access``, its table of pairs given."""
    from access import Access, weights  # noqa: PLC0415

    origins, venues = make_points(count)
    columns = {name: np.load(folder / f"{name} {count}.npy") for name in ("origin", "dest", "cost")}
    made = Access(
        demand_df=pd.DataFrame({"id": origins.index, "demand": origins["demand"]}),
        demand_index="id",
        demand_value="demand",
        supply_df=pd.DataFrame({"id": venues.index, "supply": venues["supply"], "one": 1.0}),
        supply_index="id",
        supply_value=["supply", "one"],
        cost_df=pd.DataFrame(columns, copy=False),
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    del columns
    work = {
        "count": lambda: made.weighted_catchment(name="found", supply_values="one", max_cost=LIMIT),
        "e2sfca": lambda: made.enhanced_two_stage_fca(
            name="found", supply_values="supply", max_cost=LIMIT, weight_fn=weights.gaussian(SIGMA)
        ),
    }[measure]
    result, cost = measured(work)
    # It leaves out what reaches nothing, where ours is 0.
    values = result.iloc[:, 0].reindex(origins.index).fillna(0.0).to_numpy()
    if measure == "e2sfca":
        np.save(
            folder / f"access spatial availability {count}.npy",
            values * origins["demand"].to_numpy(),
        )
    name = {"count": "reach", "e2sfca": "enhanced two-step"}[measure]
    np.save(folder / f"access {name} {count}.npy", values)
    return cost


RUNNERS = {"ours": run_ours, "pairs": run_pairs, "access": run_access}


def repeated(runs: int, *one: Any) -> list[dict[str, float]]:
    """Run one measurement several times, each in a new process, and return what it printed."""
    found = []
    for _ in range(runs):
        command = [sys.executable, __file__, "--one", *map(str, one)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed with {done.returncode}.")
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def median(runs: list[dict[str, float]], name: str) -> float:
    """Return the median of one number over the runs."""
    return statistics.median(run[name] for run in runs)


def shown(runs: list[dict[str, float]]) -> str:
    """Show seconds as median (least to most), and the median of the extra memory."""
    seconds = sorted(run["seconds"] for run in runs)
    least, most = f"{seconds[0]:.2f}", f"{seconds[-1]:.2f}"
    memory = f"{median(runs, 'bytes') / 1e6:,.0f} MB"
    return f"{median(runs, 'seconds'):.2f} s ({least} to {most}) | {memory}"


def require_agreement(measure: str, count: int, folder: Path) -> None:
    """Leave with an error unless ours and theirs agree for every origin."""
    ours, theirs = (np.load(folder / f"{who} {measure} {count}.npy") for who in ("ours", "access"))
    np.testing.assert_allclose(ours, theirs, rtol=AGREEMENT, atol=0, err_msg=measure)


def print_beside_access(count: int, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure ours and theirs at one size, print a line for each, and return them."""
    [pairs] = repeated(1, "pairs", "-", count, folder, options.threads)
    theirs = {
        measure: repeated(options.runs, "access", measure, count, folder, options.threads)
        for measure in ("count", "e2sfca")
    }
    ours = {}
    for measure, peer in PEER_OF.items():
        ours[measure] = repeated(options.runs, "ours", measure, count, folder, options.threads)
        require_agreement(measure, count, folder)
        mine, his = ours[measure], theirs[peer]
        ratio = median(his, "seconds") / median(mine, "seconds")
        whole = (median(his, "seconds") + pairs["seconds"]) / median(mine, "seconds")
        share = median(mine, "bytes") / median(his, "bytes")
        reached = ours["reach"][0]["total"] / 1e6
        print(
            f"| {count:,} × {VENUES:,} ({reached:.1f} M) | {measure} | {shown(mine)} | "
            f"{shown(his)} | {ratio:,.0f} times | {whole:,.0f} times | {share:.1%} |",
            flush=True,
        )
    return {**ours, **theirs}


def print_alone(count: int, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure ours at one size, print a line for each measure at the largest, and return them."""
    largest = count == max(ALONE)
    runs = options.runs if largest else 1
    ours = {
        measure: repeated(runs, "ours", measure, count, folder, options.threads) for measure in OURS
    }
    for measure in OURS if largest else ():
        reached = ours["reach"][0]["total"] / 1e6
        print(
            f"| {count:,} × {VENUES:,} ({reached:.1f} M) | {measure} | {shown(ours[measure])} | "
            "not possible | – | – | – | – |",
            flush=True,
        )
    return ours


def draw(figure: Path, found: dict[int, dict[str, Any]]) -> None:
    """Draw time against pairs, with a line of proportion for the eye."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415
    from matplotlib.ticker import NullFormatter, ScalarFormatter  # noqa: PLC0415

    counts = sorted(found)
    pairs = np.array([found[count]["reach"][0]["total"] for count in counts]) / 1e6
    _, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    for measure, marker in zip(OURS, "os^", strict=True):
        seconds = [median(found[count][measure], "seconds") for count in counts]
        axes.loglog(pairs, seconds, marker=marker, label=measure)
    beside = [position for position, count in enumerate(counts) if "e2sfca" in found[count]]
    for measure, marker in (("count", "o"), ("e2sfca", "^")):
        seconds_of_access = [median(found[counts[k]][measure], "seconds") for k in beside]
        style = {"color": "grey", "marker": marker, "label": f"access, {measure}, pairs given"}
        axes.loglog(pairs[beside], seconds_of_access, "--", **style)
    axes.loglog(pairs, seconds[-1] * pairs / pairs[-1], "k:", label="in proportion to the pairs")
    axes.set_xticks(pairs.round(1))
    axes.xaxis.set_minor_formatter(NullFormatter())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(ScalarFormatter())
    axes.set(
        xlabel="pairs within 60 km, millions",
        ylabel="seconds",
        title=f"Catchment measures, {counts[0]:,} to {counts[-1]:,} origins × {VENUES:,} venues",
    )
    axes.legend()
    figure.parent.mkdir(parents=True, exist_ok=True)
    plt.savefig(figure, dpi=150, metadata={"Software": None})


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="of each measurement")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of ours")
    parser.add_argument("--figure", type=Path, default=Path("out/catchment_time.png"))
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        who, measure, count, folder, threads = options.one
        print(json.dumps(RUNNERS[who](measure, int(count), Path(folder), int(threads))))
        return
    print("<!-- bench:catchment -->")
    print(
        "| origins × venues (pairs) | measure | Skillshed | extra memory "
        "| `access`, its pairs given | extra memory "
        "| faster | faster, with making its pairs | share of memory |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    found = {}
    with tempfile.TemporaryDirectory() as name:
        for count in BESIDE_ACCESS:
            found[count] = print_beside_access(count, Path(name), options)
        for count in ALONE:
            found[count] = print_alone(count, Path(name), options)
    print(
        f"\nMedian of {options.runs} runs (least to most), a process each; results equal to "
        f"{AGREEMENT:g}. {os.cpu_count()} cores, {options.threads} thread(s), {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}; by `make bench`."
    )
    print("<!-- /bench:catchment -->")
    draw(options.figure, found)


if __name__ == "__main__":
    main()
