"""The plan of the register: its areas, read from ``plan.toml`` and ``postcodes.csv``."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = "Illustrative data (invented)"
LICENCE = "CC0-1.0"

SCOTTISH = (
    "Edinburgh", "Roslin", "Dundee", "Glasgow", "Newhouse", "Aberdeen", "Inverness", "St Andrews",
    "Oban", "Wick", "Stornoway", "Lerwick", "Kirkwall", "Dumfries", "Galashiels",
)  # fmt: skip
WELSH = ("Cardiff", "Swansea", "Newport", "Aberystwyth", "Wrexham", "Bangor")
NORTHERN_IRISH = ("Belfast", "Londonderry", "Craigavon")


@dataclass(frozen=True, slots=True)
class Area:
    """A town or campus, with what stands there.

    Attributes
    ----------
    provides
        Letter of the plan by letter of the pathway.
    providers_of
        Area whose providers teach here; its own name, or that of a neighbour.
    parks, town
        Postcodes of multi-occupier parks, and of the town centre.
    anchor_employees
        Employees of the one employer that outweighs the others; 0 is none.
    champion, champion_expired
        Level of the employer that would lead a pilot (None is none), and whether it has lapsed.
    """

    name: str
    nation: str
    sites: int
    typical: int
    venues: int
    provides: dict[str, str]
    silent: bool
    providers_of: str
    anchor_employees: int
    champion: int | None
    champion_expired: bool
    parks: tuple[str, ...]
    town: tuple[str, ...]

    @property
    def postcodes(self) -> tuple[str, ...]:
        """All postcodes, parks first."""
        return self.parks + self.town


def read_areas() -> list[Area]:
    """Return the areas in the order of the plan."""
    postcodes: dict[tuple[str, str], list[str]] = {}
    with (HERE / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            postcodes.setdefault((row["area"], row["kind"]), []).append(row["postcode"])
    plan = tomllib.loads((HERE / "plan.toml").read_text("utf-8"))
    return [_area(entry, postcodes) for entry in plan["areas"]]


def _area(entry: dict[str, Any], postcodes: dict[tuple[str, str], list[str]]) -> Area:
    name = entry["name"]
    return Area(
        name=name,
        nation=_nation(name),
        sites=entry["sites"],
        typical=entry["typical"],
        venues=entry.get("venues", 0),
        provides=dict(pair.split(":") for pair in entry.get("provides", "").split()),
        silent=entry.get("silent", False),
        providers_of=entry.get("providers_of", name),
        anchor_employees=entry.get("anchor_employees", 0),
        champion=entry.get("champion"),
        champion_expired=entry.get("champion_expired", False),
        parks=tuple(postcodes.get((name, "park"), ())),
        town=tuple(postcodes.get((name, "town"), ())),
    )


def _nation(area: str) -> str:
    if area in SCOTTISH:
        return "Scotland"
    if area in WELSH:
        return "Wales"
    return "Northern Ireland" if area in NORTHERN_IRISH else "England"
