"""Time the look-up of a million postcodes beside one SQLite query a row, and print a table."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from app.settings import Settings
from etl.clean.postcodes import parse_postcodes
from etl.gazetteer import Gazetteer, open_gazetteer
from etl.geocode import geocode
from etl.postcode_points import find_points
from etl.reference import read_authorities

ROUNDS = 3


def text_of(key: int) -> str:
    """Return the postcode of a key."""
    text = int(key).to_bytes(8, "big")[:7].decode()
    return f"{text[:4].rstrip()} {text[4:]}"


def sqlite_of(gazetteer: Gazetteer, path: Path) -> sqlite3.Connection:
    """Put the same postcodes into a table with the postcode as its key, packed and analysed."""
    connection = sqlite3.connect(path)
    connection.execute(
        "create table postcodes (postcode text primary key, easting int, northing int, "
        "authority_code text, shared_by int) without rowid"
    )
    columns = (
        gazetteer.keys.tolist(),
        gazetteer.easting.tolist(),
        gazetteer.northing.tolist(),
        gazetteer.authority_codes[gazetteer.authority].tolist(),
        gazetteer.shared_by.tolist(),
    )
    rows = ((text_of(key), *rest) for key, *rest in zip(*columns, strict=True))
    connection.executemany("insert into postcodes values (?, ?, ?, ?, ?)", rows)
    connection.execute("analyze")
    connection.commit()
    # All of it in memory, so that no disk is measured.
    connection.execute("pragma cache_size = -400000")
    return connection


def best(work: Callable[[], object], rounds: int) -> float:
    """Return the least seconds of some rounds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postcodes", type=int, default=1_000_000)
    count = parser.parse_args().postcodes
    settings = Settings()
    gazetteer = open_gazetteer(settings.cache_dir)
    authorities = read_authorities(settings.data_path / "authorities.csv")
    keys = np.random.default_rng(1).choice(gazetteer.keys, count)
    postcodes = [text_of(key) for key in keys.tolist()]
    rows = pd.DataFrame({"postcode": pd.Series(postcodes, dtype="str")})

    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite_of(gazetteer, Path(folder) / "postcodes.sqlite")
        query = (
            "select easting, northing, authority_code, shared_by from postcodes where postcode = ?"
        )
        execute = connection.execute

        def one_by_one() -> list[tuple[object, ...]]:
            return [execute(query, (postcode,)).fetchone() for postcode in postcodes]

        found, expected = gazetteer.find(postcodes), one_by_one()
        same = found["shared_by"].tolist() == [row[3] for row in expected]
        peer = best(one_by_one, ROUNDS)
        connection.close()
    timed = {
        "one SQLite query a row, postcodes as the table has them": peer,
        "look-up: `Gazetteer.find`": best(lambda: gazetteer.find(postcodes), ROUNDS),
        "reading as written, and look-up": best(
            lambda: gazetteer.find(parse_postcodes(rows["postcode"])["postcode"]), ROUNDS
        ),
        "point, class, radius, method, directory": best(
            lambda: find_points(rows, gazetteer, authorities), 1
        ),
        "all of `geocode`: rejects, areas, postcodes within 3 km, geometry": best(
            lambda: geocode(rows, gazetteer, authorities), 1
        ),
    }
    print("<!-- bench:postcodes -->")
    print(f"| {count:,} postcodes, drawn at random | seconds | SQLite ÷ this |\n|---|---:|---:|")
    for name, seconds in timed.items():
        print(f"| {name} | {seconds:.2f} | {peer / seconds:.1f} |")
    print(f"\nThe answers are {'the same' if same else 'NOT the same'}.")
    print("<!-- /bench:postcodes -->")


if __name__ == "__main__":
    main()
