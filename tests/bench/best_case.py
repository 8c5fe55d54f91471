"""Time the best-case allocation beside the same model built through PuLP, and print a table.

8,000 sites, 1,500 venues and 8 programmes around towns, as many places as are needed, and a third
of the venues with one pool for all their programmes, so that nearly everything is one component:
the hardest case. PuLP and its bundled CBC get smaller problems first and larger ones while they
keep within the time limit. Every measurement is a process of its own: wall time of building and
solving, from arrays of pairs to the optimum, and the largest resident set.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csc_array
from scipy.spatial import cKDTree

from geo.best_case import best_case
from geo.bottlenecks import find_bottlenecks
from geo.places import make_weights

PROGRAMMES, TOWNS = 8, 40
REACH_METRES = 45_000.0
FULL = 8_000
SIZES = (250, 500, 1_000, 2_000, 4_000, FULL)
AGREEMENT = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Pairs of demand unit and pool, places needed by unit, and places by pool."""

    unit: npt.NDArray[np.int64]
    pool: npt.NDArray[np.int64]
    demand: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]


def make_world(sites: int, *, seed: int = 1) -> World:
    """Draw a world of so many sites, and venues in proportion."""
    random = np.random.default_rng(seed)
    venues = sites * 1_500 // 8_000
    towns = random.uniform((250_000, 100_000), (600_000, 700_000), (TOWNS, 2))
    size = 1 / np.arange(1, TOWNS + 1)

    def around(count: int) -> cKDTree:
        centre = towns[random.choice(TOWNS, count, p=size / size.sum())]
        return cKDTree(centre + random.normal(0, 12_000, (count, 2)))

    near = around(sites).sparse_distance_matrix(around(venues), REACH_METRES, output_type="ndarray")
    site, venue = near["i"].astype(np.int64), near["j"].astype(np.int64)
    # Each venue offers half of the programmes; a third of them share one pool over these.
    offered = random.random((venues, PROGRAMMES)) < 0.5
    shares = random.random(venues) < 1 / 3
    number = np.arange(venues * PROGRAMMES).reshape(venues, PROGRAMMES)
    number[shares] = number[shares, :1]
    units, pools = [], []
    for programme in range(PROGRAMMES):
        here = offered[venue, programme]
        units.append(site[here] * PROGRAMMES + programme)
        pools.append(number[venue[here], programme])
    used, pool = np.unique(np.concatenate(pools), return_inverse=True)
    demand = random.lognormal(0, 1.2, sites * PROGRAMMES)
    places = random.choice([4.0, 8.0, 15.0, 30.0], len(used))
    return World(np.concatenate(units), pool, demand, places * demand.sum() / places.sum())


def ours(world: World) -> dict[str, Any]:
    """Solve it as the product does."""
    weights = make_weights(
        world.unit,
        world.pool,
        np.ones(len(world.unit)),
        shape=(len(world.demand), len(world.places)),
        everywhere={},
    )
    best = best_case(weights, demand=world.demand, places=world.places)
    solved = time.perf_counter()
    found = find_bottlenecks(best, most=20)
    return {
        "served": best.served,
        "status": best.components["status"].iloc[0],
        "gap": float(best.components["gap"].max()),
        "components": len(best.components),
        "bottlenecks": found.candidates,
        "bottleneck_seconds": time.perf_counter() - solved,
    }


def one_piece(world: World) -> dict[str, Any]:
    """Give every pair to HiGHS at once, by interior point, through scipy."""
    count, sources = len(world.unit), len(world.demand)
    ends = np.column_stack([world.unit, world.pool + sources]).ravel()
    limits = np.concatenate([world.demand, world.places])
    matrix = csc_array(
        (np.ones(2 * count), ends, np.arange(0, 2 * count + 1, 2)), shape=(len(limits), count)
    )
    result = linprog(-np.ones(count), A_ub=matrix, b_ub=limits, method="highs-ipm")
    return {"served": -float(result.fun), "status": result.message}


def through_pulp(world: World) -> dict[str, Any]:
    """Build the model with PuLP, and solve it with the CBC that comes with it."""
    # Imported here, for the other measurements must not pay for it.
    import pulp  # noqa: PLC0415

    problem = pulp.LpProblem("best_case", pulp.LpMaximize)
    amounts = [pulp.LpVariable(f"x{k}", lowBound=0) for k in range(len(world.unit))]
    problem += pulp.LpAffineExpression((amount, 1) for amount in amounts)
    for end, limit in ((world.unit, world.demand), (world.pool, world.places)):
        order = np.argsort(end, kind="stable")
        first = np.searchsorted(end[order], np.arange(len(limit) + 1))
        for row in np.flatnonzero(np.diff(first)).tolist():
            mine = order[first[row] : first[row + 1]].tolist()
            total = pulp.LpAffineExpression((amounts[k], 1) for k in mine)
            problem += total <= float(limit[row])
    status = problem.solve(pulp.PULP_CBC_CMD(msg=False))
    return {"served": float(pulp.value(problem.objective)), "status": pulp.LpStatus[status]}


METHODS: dict[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "ours": ("`geo.best_case`", ours),
    "one_piece": ("all pairs to HiGHS at once, interior point", one_piece),
    "pulp": ("PuLP with CBC", through_pulp),
}


def measure(method: str, sites: int, limit_seconds: float) -> dict[str, Any] | None:
    """Run one measurement in a process of its own; None if it ran out of time or memory."""
    command = [sys.executable, __file__, "--only", method, "--sites", str(sites)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            printed, _ = process.communicate(timeout=limit_seconds)
        except subprocess.TimeoutExpired:
            # Its solver is a process of its own, in the same session.
            os.killpg(process.pid, signal.SIGKILL)
            return None
    # Killed for want of memory.
    if process.returncode == -signal.SIGKILL:
        return None
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed with {process.returncode}.")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def peak_megabytes() -> float:
    """Return the largest resident set of this process or of a child, whichever is larger."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * unit / 1e6


def run_one(method: str, sites: int) -> None:
    """Take one measurement in this process, and print it as JSON."""
    world = make_world(sites)
    started = time.perf_counter()
    found = METHODS[method][1](world)
    found["seconds"] = time.perf_counter() - started - found.get("bottleneck_seconds", 0.0)
    found |= {"pairs": len(world.unit), "megabytes": peak_megabytes()}
    print(json.dumps(found))


def row(sites: int, method: str, found: dict[str, Any] | None, limit_seconds: float) -> str:
    """Return a line of the table."""
    name = METHODS[method][0]
    if found is None:
        return f"| {sites:,} | – | {name} | over {limit_seconds:.0f} s | – | – | – | – |"
    gap = f"{found['gap']:.0e}" if "gap" in found else "–"
    return (
        f"| {sites:,} | {found['pairs']:,} | {name} | {found['seconds']:.1f} s | "
        f"{found['megabytes']:,.0f} MB | {found['served']:,.4f} | {found['status']} | {gap} |"
    )


def agree(mine: dict[str, Any], other: dict[str, Any]) -> None:
    """Stop if two optima differ."""
    if abs(mine["served"] - other["served"]) > AGREEMENT * mine["served"]:
        sys.exit(f"The optima differ: {mine['served']!r} and {other['served']!r}.")


def measure_all(limit_seconds: float) -> tuple[dict[str, Any], dict[str, tuple[int, float, float]]]:
    """Measure every size by each method until it runs out of time, and print a line for each.

    Returns what ours found at the last size; and by other method its largest size, and its time
    and memory there over ours.
    """
    within = list(METHODS)
    mine: dict[str, Any] = {}
    largest: dict[str, tuple[int, float, float]] = {}
    for sites in SIZES:
        for method in tuple(within):
            found = measure(method, sites, limit_seconds)
            print(row(sites, method, found, limit_seconds), flush=True)
            if found is None:
                within.remove(method)
            elif method == "ours":
                mine = found
            else:
                agree(mine, found)
                speed = found["seconds"] / mine["seconds"]
                largest[method] = sites, speed, found["megabytes"] / mine["megabytes"]
        if "ours" not in within:
            sys.exit("The product itself ran out of time.")
    return mine, largest


def compare(limit_seconds: float) -> None:
    """Print the table, and what it comes to."""
    print("<!-- bench:best-case -->")
    print("| sites | pairs | method | wall time | peak memory | served | status | gap |")
    print("|---:|---:|---|---:|---:|---:|---|---:|")
    mine, largest = measure_all(limit_seconds)
    print(f"\nThe optima agree to {AGREEMENT:g} of their value.")
    for method, (sites, speed, memory) in largest.items():
        name = METHODS[method][0]
        print(
            f"{sites:,} sites are the most that {name} solved within {limit_seconds:.0f} s: it "
            f"took {speed:.0f} times our time and {memory:.1f} times our memory."
        )
        if sites != FULL:
            least = limit_seconds / mine["seconds"]
            print(f"At {FULL:,} sites it would take more than {least:.0f} times our time.")
    print(
        f"At {FULL:,} sites, {mine['components']:,} components and {mine['bottlenecks']:,} pools "
        f"that are bottlenecks; to list 20 of them took {mine['bottleneck_seconds']:.1f} s more."
    )
    print(
        f"\n{FULL:,} sites, 1,500 venues, {PROGRAMMES} programmes; {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}."
    )
    print("<!-- /bench:best-case -->")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit-seconds", type=float, default=300.0)
    parser.add_argument("--only", choices=list(METHODS), help="take one measurement")
    parser.add_argument("--sites", type=int, default=FULL, help="with --only")
    chosen = parser.parse_args()
    if chosen.only:
        run_one(chosen.only, chosen.sites)
    else:
        compare(chosen.limit_seconds)


if __name__ == "__main__":
    main()
