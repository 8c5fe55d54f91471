"""Time the steps of the demo, each as a process of its own, and print a Markdown table.

Run it with ``make bench``. It works in temporary folders with empty caches, so that it measures
what a first user meets, and touches nothing else. Wall time is what a clock
shows; peak memory is the largest resident set of the process, as the kernel counts it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKILLSHED = str(Path(sys.executable).parent / "skillshed")
COMPILE_GAZETTEER = (
    "from app.settings import Settings; from etl.gazetteer import open_gazetteer; "
    "open_gazetteer(Settings().cache_dir)"
)
TABLES_IN_ORDER = (
    "from app.db.models import REGISTER_MODELS; "
    "print(*(model.__tablename__ for model in REGISTER_MODELS))"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    seconds: float
    peak_bytes: int


def measured(command: Sequence[str], *, folder: Path, environment: dict[str, str]) -> Cost:
    """Run ``command`` in ``folder`` and measure it.

    Raises
    ------
    SystemExit
        If the command fails; its own words are printed first.
    """
    with (folder / "output.txt").open("w+b") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_maxrss * unit)


def register_files() -> list[tuple[str, Path]]:
    """Tables of the illustrative register with their files, each after what it refers to."""
    printed = subprocess.run(
        [sys.executable, "-c", TABLES_IN_ORDER], capture_output=True, text=True, check=True
    )
    files = [(name, ROOT / "data" / "register" / f"{name}.csv") for name in printed.stdout.split()]
    return [(name, file) for name, file in files if file.is_file()]


def steps() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the name of each step and its commands, for one folder."""
    yield "compile the gazetteer (once on a machine)", [[sys.executable, "-c", COMPILE_GAZETTEER]]
    files = register_files()
    loads = [[SKILLSHED, "load", name, str(file)] for name, file in files]
    yield "make the register", [[SKILLSHED, "db", "upgrade"]]
    yield f"load {len(files)} tables, a process each", loads
    yield "load them again, unchanged", loads
    yield "compute a run", [[SKILLSHED, "run"]]
    yield "write the map", [[SKILLSHED, "map", "--out", "map.html"]]
    yield "write the tables", [[SKILLSHED, "export", "--out", "out"]]


def demos() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the demo as a user runs it, for a folder of its own."""
    demo = [SKILLSHED, "demo", "--no-serve"]
    yield "`skillshed demo --no-serve`, all of it from nothing", [demo]
    yield "the same again, nothing changed", [demo]


def environment_in(folder: Path) -> dict[str, str]:
    """Return this process's environment with a register and a cache of their own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SKILLSHED_")}
    return {
        **plain,
        "SKILLSHED_CACHE_DIR": str(folder / "cache"),
        "SKILLSHED_REGISTER_FILE": str(folder / "skillshed.gpkg"),
    }


def print_lines(chosen: Iterable[tuple[str, list[list[str]]]]) -> None:
    """Measure steps in one new folder and print a line as soon as each is done."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for step, commands in chosen:
            costs = [
                measured(command, folder=folder, environment=environment_in(folder))
                for command in commands
            ]
            seconds = sum(cost.seconds for cost in costs)
            megabytes = max(cost.peak_bytes for cost in costs) / 1e6
            print(f"| {step} | {seconds:.1f} s | {megabytes:,.0f} MB |", flush=True)


def main() -> None:
    """Run from the command line."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print("| step | wall time | peak memory |")
    print("|---|---:|---:|")
    print_lines(steps())
    print_lines(demos())
    print(
        f"\n{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; by `make bench`."
    )


if __name__ == "__main__":
    main()
