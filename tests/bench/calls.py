"""Measure what following the list of calls is worth on simulated truth, and print a table."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
import tomllib
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[1]
DEFAULT = TESTS.parent / "data" / "scenarios" / "default.toml"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    count = parser.parse_args().worlds
    sys.path.insert(0, str(TESTS))
    import following_the_list  # noqa: PLC0415

    spec = importlib.util.spec_from_file_location("makers", TESTS / "geo" / "conftest.py")
    makers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(makers)
    start = time.perf_counter()
    found = following_the_list.ratios(
        makers.Tables(),
        tomllib.loads(DEFAULT.read_text(encoding="utf-8")),
        worlds_count=count,
    )
    low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
    print("<!-- bench:calls -->")
    print(
        "| worlds | where a call is needed | calls by the list ÷ at random, median | middle half |"
    )
    print("|---:|---:|---:|---:|")
    print(f"| {count} | {len(found)} | {middle:.2f} | {low:.2f} to {high:.2f} |")
    print(f"\nIt took {time.perf_counter() - start:.0f} s.")
    print("<!-- /bench:calls -->")


if __name__ == "__main__":
    main()
