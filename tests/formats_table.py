"""Print a table of every public format: its layouts, and what became of each row of a sample.

``PYTHONPATH=.:tests python tests/formats_table.py`` loads the samples of ``tests/public_samples``
one after the other into a register of its own, which knows half of the programmes that they name
and all of the providers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from app.db.engine import make_engine
from app.db.schema import upgrade
from app.settings import Settings
from etl.directories import add_directory
from etl.gazetteer import open_gazetteer
from etl.pipeline import AUTO, load_file
from etl.reference import read_reference
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS, POSTCODE_FORMATS

UKPRN_DIGITS = 8
AMONG_KEPT = ("without coordinates", "terminated")
HEAD = ("format", "layout", "read", "loaded", "unchanged", "rejected, by rule")


def samples(names: list[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the samples of the formats, each in a folder of its own."""
    for name in names:
        place = folder / name
        place.mkdir()
        module = import_module(f"public_samples.{name.replace('-', '_')}")
        for path in module.write(place):
            yield name, path


def named_keys(field: str, folder: Path) -> list[str]:
    """Return every value of a field, such as ``ukprn``, that a sample names, in order."""
    found: set[str] = set()
    for name, path in samples([known.name for known in FORMATS], folder):
        known = next(known for known in FORMATS if known.name == name)
        for part in known.read(Probe(path)).parts:
            if field in part.cells:
                found |= set(part.cells[field]) - {""}
    return sorted(found)


def write_base(folder: Path) -> list[tuple[str, Path]]:
    """Write providers and programmes of a register's own, of which the samples say more."""
    reading = folder / "read"
    reading.mkdir()
    ukprns = [key for key in named_keys("ukprn", reading) if len(key) == UKPRN_DIGITS]
    again = folder / "read again"
    again.mkdir()
    codes = named_keys("programme_code", again)[::2]
    tables = []
    for table, header, keys in (
        ("providers", "ukprn,name", ukprns),
        ("programmes", "programme_code,title", codes),
    ):
        path = folder / f"{table}.csv"
        path.write_text("\n".join([header, *(f"{key},Known as {key}" for key in keys)]) + "\n")
        tables.append((table, path))
    return tables


def rows(folder: Path) -> Iterator[tuple[object, ...]]:
    """Load every sample, and tell what became of its rows."""
    settings = Settings()
    gazetteer = open_gazetteer(settings.cache_dir)
    authorities = read_reference(settings.data_path).authorities
    engine = make_engine(f"sqlite:///{folder / 'register.gpkg'}")
    upgrade(engine)
    for table, path in write_base(folder):
        load_file(engine, table, path, authorities=authorities, gazetteer=gazetteer)
    for name, path in samples([known.name for known in FORMATS], folder):
        report = load_file(engine, AUTO, path, authorities=authorities, gazetteer=gazetteer)
        rules = {**report.rejected_by_rule, **report.set_aside}
        counts = (report.read, report.loaded, report.unchanged)
        yield name, report.layout, *counts, _told(report.rejected, rules)
    engine.dispose()
    for name, path in samples([known.name for known in POSTCODE_FORMATS], folder):
        added = add_directory(path, folder / "directories", as_at="2026-05")
        counts = dict(added.counts)
        read, kept = counts.pop("read"), counts.pop("kept")
        rules = {rule: lines for rule, lines in counts.items() if rule not in AMONG_KEPT}
        yield name, added.layout, read, kept, 0, _told(read - kept, rules)


def _told(rejected: int, rules: dict[str, int]) -> str:
    told = "; ".join(f"{rule} {lines}" for rule, lines in rules.items())
    return f"{rejected}: {told}" if rejected else "0"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        print("|", " | ".join(HEAD), "|")
        print("|", " | ".join("---" for _ in HEAD), "|")
        for row in rows(Path(folder)):
            print("|", " | ".join(map(str, row)), "|")


if __name__ == "__main__":
    main()
