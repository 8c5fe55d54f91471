"""Time Companies House at full size beside the bare columnar reader, and print a Markdown table.

Five million invented companies are written in the real layout into a temporary folder. The bare
reader scans the file and keeps the rows with a code of the sector. We do that and more: line and
fingerprint, rows that do not fit, companies at each postcode, tags, places, and the rows in an
embedded register. Every measurement is a process of its own, and its clock starts when its imports
are done; memory is the largest resident set of the process, which holds mapped pages of the file.

Run it with ``.venv/bin/python tests/bench/companies_house.py``; it takes 2.3 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from company_file import write_companies

from app.db.engine import make_engine
from app.db.schema import upgrade
from app.settings import Settings
from etl.gazetteer import NO_COORDINATE, Gazetteer, open_gazetteer
from etl.pipeline import AUTO, load_file
from etl.reference import read_reference
from etl.sector import shipped_sector
from etl.sources.companies_house import read_companies
from etl.sources.probe import Probe

COUNT = 5_000_000
POSTCODES = 1_000_000
SIC = tuple(f"SICCode.SicText_{number}" for number in range(1, 5))


def some_postcodes(gazetteer: Gazetteer) -> list[str]:
    """Return real postcodes that have a point, drawn at random."""
    placed = np.flatnonzero(gazetteer.easting != NO_COORDINATE)
    count = min(POSTCODES, len(placed))
    at = np.sort(np.random.default_rng(1).choice(placed, count, replace=False))
    texts = gazetteer.keys[at].astype(">u8").view("S8").tolist()
    return [f"{text[:4].decode().strip()} {text[4:7].decode()}" for text in texts]


def scan_bare(file: Path, _folder: Path) -> int:
    """Scan and filter with polars alone."""
    sought = list(shipped_sector().sought)
    of_sector = reduce(or_, (pl.col(name).str.head(5).is_in(sought) for name in SIC))
    columns = ("CompanyName", " CompanyNumber", "RegAddress.PostCode", "CompanyStatus", *SIC)
    scan = pl.scan_csv(file, infer_schema=False).filter(of_sector).select(columns)
    return scan.collect(engine="streaming").height


def read_only(file: Path, _folder: Path) -> int:
    """Read and tag."""
    return len(read_companies(Probe(file), shipped_sector()).parts[0].cells)


def load(file: Path, folder: Path) -> int:
    """Load the file into the embedded register of the folder, as ``skillshed load auto`` does."""
    settings = Settings(register_file=folder / "skillshed.gpkg")
    engine = make_engine(settings.url)
    report = load_file(
        engine,
        AUTO,
        file,
        authorities=read_reference(settings.data_path).authorities,
        gazetteer=open_gazetteer(settings.cache_dir),
    )
    engine.dispose()
    return sum(table.inserted + table.updated + table.unchanged for table in report.tables)


def write(file: Path, _folder: Path) -> int:
    """Write the file, apart as well: a child of a large process counts as large as it."""
    write_companies(file, COUNT, some_postcodes(open_gazetteer(Settings().cache_dir)))
    return COUNT


def make(_file: Path, folder: Path) -> int:
    """Make an empty register."""
    engine = make_engine(Settings(register_file=folder / "skillshed.gpkg").url)
    upgrade(engine)
    engine.dispose()
    return 0


WORKS: Mapping[str, Callable[[Path, Path], int]] = {
    "write": write,
    "make": make,
    "bare": scan_bare,
    "read": read_only,
    "load": load,
}


def measure(name: str, file: Path, folder: Path) -> dict[str, float]:
    """Measure one thing in this process."""
    start = time.perf_counter()
    rows = WORKS[name](file, folder)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "seconds": seconds, "megabytes": peak}


def measured_apart(name: str, file: Path, folder: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", name, "--file", file, "--folder", folder]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def print_table(repeats: int) -> None:
    """Write the file, measure, and print a line for each measurement."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "BasicCompanyDataAsOneFile-2026-11-01.csv"
        measured_apart("write", file, folder)
        # Once before, so that all of them find the file in memory.
        measured_apart("bare", file, folder)
        print("| what | rows | time | peak memory | times bare |")
        print("|---|---:|---:|---:|---:|")
        steps = ["bare", "read", "load, first", "load, again"]
        best: dict[str, dict[str, float]] = {}
        for turn in range(repeats):
            own = folder / str(turn)
            own.mkdir()
            measured_apart("make", file, own)
            for step in steps:
                found = measured_apart(step.partition(",")[0], file, own)
                if step not in best or found["seconds"] < best[step]["seconds"]:
                    best[step] = found
        for step in steps:
            found = best[step]
            ratio = found["seconds"] / best["bare"]["seconds"]
            print(
                f"| {step} | {found['rows']:,.0f} | {found['seconds']:.2f} s "
                f"| {found['megabytes']:,.0f} MB | {ratio:.2f} |"
            )
        again = best["load, again"]["seconds"] / best["load, first"]["seconds"]
        print(f"\n{COUNT:,} companies, best of {repeats}; again ÷ first: {again:.2f}.")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--measure", choices=WORKS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.file, given.folder)))
    else:
        print_table(given.repeats)


if __name__ == "__main__":
    main()
