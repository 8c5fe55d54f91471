"""Places that must not be plotted as exact, each with what becomes of it.

Print the table with ``PYTHONPATH=.:tests python tests/postcode_traps.py``.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from platformdirs import user_cache_path
from public_samples import onspd

from etl.directories import add_directory
from etl.gazetteer import Gazetteer, open_gazetteer
from etl.geocode import Aids, Geocoded, geocode
from etl.reference import read_authorities, read_places, read_quarantined

DATA = Path(__file__).parent.parent / "data"
Given = tuple[str | None, float | None, float | None, str | None]


@dataclass(frozen=True)
class Trap:
    """One trap: its name, a row (postcode, latitude, longitude, town), and what becomes of it.

    ``becomes`` is a precision class, or the rule of a refusal; ``says`` stands in the method, or
    in the advice.
    """

    name: str
    row: Given
    becomes: str
    says: str
    metres: tuple[float, float] = (0.0, float("inf"))
    """Bounds of the radius."""


def _row(
    postcode: str | None,
    latitude: float | None = None,
    longitude: float | None = None,
    town: str | None = None,
) -> Given:
    return (postcode, latitude, longitude, town)


TRAPS = (
    Trap("BT postcode: Irish Grid", _row("BT7 1NN"), "postcode_unit", "postcode"),
    Trap(
        "large user at a shared point",
        _row("SG1 2NY"),
        "postcode_shared",
        "at a sorting office's point that 274 others share",
        (1000, 4000),
    ),
    Trap(
        "large user at a sorting office of 51 districts",
        _row("EC1A 1BB"),
        "postcode_shared",
        "at a sorting office's point that 1913 others share",
        (1000, 4000),
    ),
    Trap(
        "sorting office, listed",
        _row("CB21 5RB"),
        "quarantined postcode",
        "give latitude and longitude: terminated",
    ),
    Trap(
        "sorting office, listed, other district",
        _row("CB5 8ZJ"),
        "quarantined postcode",
        "give latitude and longitude: terminated",
    ),
    Trap(
        "sorting office, with coordinates of its own",
        _row("CB21 5RB", 52.1200, 0.2500),
        "exact",
        "given coordinates",
        (50, 50),
    ),
    Trap(
        "sorting office, with coordinates elsewhere",
        _row("CB21 5RB", 51.5, -0.1),
        "quarantined postcode",
        "give latitude and longitude",
    ),
    Trap(
        "terminated, at a sorting office",
        _row("CB1 0BJ"),
        "terminated postcode at a shared point",
        "a sorting office's",
    ),
    Trap(
        "terminated, at a point of its own",
        _row("CB1 9ZZ"),
        "postcode_unit",
        "postcode terminated 2015-03, at its last point",
        (500, 500),
    ),
    Trap(
        "PO box: the mean of its sector",
        _row("CB3 9ZY"),
        "postcode_sector",
        "mean of the postcode's sector",
        (1000, 10_000),
    ),
    Trap("PO boxes only in the district", _row("SA99 1AA"), "postcode without a place", "give lat"),
    Trap("no point in the directory", _row("IM1 1AA"), "postcode without coordinates", "give lat"),
    Trap(
        "O for 0", _row("CF24 ODE"), "postcode_sector", "repaired postcode CF24 0DE (written CF24"
    ),
    Trap("0 for O", _row("0X1 2JD"), "postcode_sector", "repaired postcode OX1 2JD (written 0X1"),
    Trap("I for 1", _row("SGI 1AA"), "postcode_sector", "repaired postcode SG1 1AA (written SGI"),
    Trap("no blank", _row("cb20aa"), "postcode_unit", "postcode", (100, 100)),
    Trap("unit that is not known", _row("SG1 2ZZ"), "postcode_sector", "postcode sector"),
    Trap("sector that is not known", _row("SG19 0ZZ"), "town", "postcode district"),
    Trap("sector alone", _row("SG1 2"), "postcode_sector", "postcode sector"),
    Trap("district alone", _row("SG1"), "town", "postcode district", (500, 10_000)),
    Trap("town alone", _row(None, town="Stevenage"), "town", "as the authority of its name"),
    Trap("town that is no authority", _row(None, town="alderley park"), "town", "by its centre"),
    Trap("nothing fits", _row("ZZ9 9ZZ"), "unknown postcode", "correct the postcode"),
    Trap("(0, 0)", _row(None, 0.0, 0.0), "outside the United Kingdom", "stand for no position"),
    Trap(
        "(0, 99.999999)",
        _row(None, 99.999999, 0.0),
        "outside the United Kingdom",
        "stand for no position",
    ),
    Trap(
        "(0, 99.999999) beside a postcode",
        _row("CB2 0AA", 99.999999, 0.0),
        "postcode_unit",
        "outside the United Kingdom",
        (100, 100),
    ),
    Trap(
        "swapped latitude and longitude",
        _row("CB2 0AA", 0.1351, 52.1744),
        "postcode_unit",
        "the given latitude and longitude are swapped",
        (100, 100),
    ),
    Trap(
        "swapped, without a postcode",
        _row(None, 0.1351, 52.1744),
        "outside the United Kingdom",
        "these look swapped: write latitude 52.1744",
    ),
    Trap(
        "flipped sign of the longitude",
        _row("CB2 0AA", 52.1744, -0.1351),
        "postcode_unit",
        "the given longitude has the wrong sign",
        (100, 100),
    ),
    Trap(
        "flipped sign, without a postcode",
        _row(None, 53.4669, 2.2336),
        "outside the United Kingdom",
        "the longitude looks flipped: write -2.2336",
    ),
    Trap(
        "centre of a city, given by many",
        _row("CB4 0WS", 52.2053, 0.1218),
        "postcode_unit",
        "the given coordinates are those of 6 postcodes",
        (100, 100),
    ),
    Trap(
        "centre of a city, given by many, no postcode",
        _row(None, 52.2053, 0.1218),
        "town",
        "given coordinates that many share",
        (1000, 6000),
    ),
    Trap(
        "company-formation address",
        _row("EC1V 2NX"),
        "registered_office",
        "4321 organisations give this postcode: an address for hire",
    ),
    Trap(
        "coordinates far from the postcode",
        _row("CB2 0AA", 52.2744, 0.1351),
        "postcode_unit",
        "the given coordinates lie 11.1 km away",
        (11_000, 11_300),
    ),
)

CROWD = tuple(
    _row(postcode, 52.2053, 0.1218)
    for postcode in ("CB1 1AB", "CB1 2DW", "CB2 1TN", "CB3 0AJ", "CB4 1XF")
)
"""The other organisations at the centre of Cambridge."""

ORGANISATIONS_AT = {"EC1V 2NX": 4321}
"""How many companies give a postcode: a number of ours, in the real order of size."""


def trap_gazetteer(cache_dir: Path, folder: Path) -> Gazetteer:
    """Return the installed gazetteer under an invented newer directory, with what ships."""
    sample = next(path for path in onspd.write(folder) if path.suffix == ".zip")
    add_directory(sample, folder / "postcodes", as_at="2026-06")
    return open_gazetteer(
        cache_dir,
        directories_dir=folder / "postcodes",
        quarantined=read_quarantined(DATA / "quarantined_postcodes.csv"),
        places=read_places(DATA / "places.csv"),
    )


def place_traps(gazetteer: Gazetteer) -> tuple[pd.DataFrame, Geocoded]:
    """Geocode all traps as one file; return the file and what came of it."""
    columns = ["postcode", "latitude", "longitude", "town"]
    rows = pd.DataFrame([*(trap.row for trap in TRAPS), *CROWD], columns=columns)
    rows = rows.astype({"postcode": "str", "latitude": float, "longitude": float, "town": "str"})
    rows.index = pd.RangeIndex(2, len(rows) + 2, name="line")
    authorities = read_authorities(DATA / "authorities.csv")
    return rows, geocode(rows, gazetteer, authorities, aids=Aids(organisations_at=ORGANISATIONS_AT))


def became(line: int, found: Geocoded) -> tuple[str, float, str]:
    """Return what became of a line: class or rule, radius in metres, and method or advice."""
    if line in found.rows.index:
        row = found.rows.loc[line]
        return row["precision_class"], row["radius_metres"], row["geocode_method"]
    reject = found.rejects.set_index("line").loc[line]
    return reject["rule"], float("nan"), reject["suggestion"]


def main() -> None:
    """Print the table of traps as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cache.mkdir()
        for kept in user_cache_path("skillshed").glob("postcodes-2*.npz"):
            (cache / kept.name).symlink_to(kept)
        rows, found = place_traps(trap_gazetteer(cache, Path(folder)))
    print("| trap | row | became | radius, m | says |\n|---|---|---|---|---|")  # noqa: T201
    for line, trap in zip(rows.index, TRAPS, strict=False):
        kind, metres, text = became(line, found)
        shown = ", ".join(str(cell) for cell in trap.row if cell is not None)
        radius = "" if pd.isna(metres) else f"{metres:.0f}"
        print(f"| {trap.name} | {shown} | {kind} | {radius} | {text} |")  # noqa: T201


if __name__ == "__main__":
    main()
