"""Time a full recompute at the size of the whole sector, step by step, and print a table.

8,000 sites, 1,500 venues and 8 programmes, drawn at random; every measure, programme, mode and
tier. One process; wall time of each step, and the largest resident set so far.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
import tomllib
from datetime import date
from pathlib import Path

from synthetic import synthetic_register

from geo.analysis import analyse
from geo.scenario import make_scenario

DEFAULT = Path(__file__).parents[2] / "data" / "scenarios" / "default.toml"
AS_OF = date(2026, 11, 1)


class Steps:
    """Prints a line of the table whenever a step ends."""

    def __init__(self) -> None:
        self.name = ""
        self.started = self.begun = time.perf_counter()

    def __call__(self, name: str) -> None:
        """Begin a step."""
        now = time.perf_counter()
        if self.name:
            print(f"| {self.name} | {now - self.started:.1f} s | {peak_megabytes():,.0f} MB |")
        self.name, self.started = name, now


def peak_megabytes() -> float:
    """Return the largest resident set of this process so far."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=8_000)
    parser.add_argument("--venues", type=int, default=1_500)
    parser.add_argument("--programmes", type=int, default=8)
    chosen = parser.parse_args()
    register = synthetic_register(
        sites=chosen.sites, venues=chosen.venues, programmes=chosen.programmes
    )
    scenario = make_scenario(tomllib.loads(DEFAULT.read_text(encoding="utf-8")))
    print("<!-- bench:analysis -->")
    print("| step | wall time | peak memory so far |")
    print("|---|---:|---:|")
    steps = Steps()
    analyse(register, scenario, as_of=AS_OF, progress=steps)
    steps("")
    total = time.perf_counter() - steps.begun
    print(f"| **all** | **{total:.1f} s** | **{peak_megabytes():,.0f} MB** |")
    print(
        f"\n{chosen.sites:,} sites, {chosen.venues:,} venues, {len(register.offers):,} offers, "
        f"{chosen.programmes} programmes; {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )
    print("<!-- /bench:analysis -->")


if __name__ == "__main__":
    main()
