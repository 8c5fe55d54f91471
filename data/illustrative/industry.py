"""Invented employers at real places: sites, the demand that they state, and champions."""

from __future__ import annotations

from datetime import date

import numpy as np

from illustrative.names import SEGMENTS, employer_name
from illustrative.plan import SOURCE, Area
from illustrative.programmes import TRAINED_PER_YEAR, code_for, hostable_units, share_of
from illustrative.table import Cell, Row, chance, pick, some_day

_SIC = {
    "biopharma": "21200",
    "medical technology": "32500;26600",
    "contract research": "72110",
    "industrial biotechnology": "72110;20590",
}
_SMALLEST, _LARGEST = 4, 600
_SPREAD = 0.75
"""Standard deviation of the logarithm of a site's employees."""

_SENSITIVE = (("Nottingham", 3), ("Edinburgh", 2))
"""Area and position of the sites whose place must not be shown."""

_PARK_SHARE = 0.6
_FEW_SITES = 6
"""So few sites stand together on the park, if there is one."""

_FEW_SMALLEST, _FEW_LARGEST = 0.5, 1.5
"""Bounds of a site in a small area, in times of what is typical: none outweighs the others."""

_SUPPORT = (
    "A mentor scheme for small firms nearby",
    "Help with the apprenticeship levy transfer",
    "A training venue within daily reach",
    "Time of a training officer to plan the first cohort",
)
_KNOWN_OF_FEW = 4
"""How many sites of a small area have a known size, for the same reason."""

_EVIDENCE = (
    "Asked, and declined", "Named at a meeting", "Said so at a meeting", "Wrote a letter",
    "Signed a plan with a mentor",
)  # fmt: skip
"""What a champion's level rests on, from level 0 up."""


def make_sites(areas: list[Area], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``sites``; each carries ``area``, which is no column."""
    sites: list[Row] = []
    employers: list[tuple[str, str]] = []
    for area in areas:
        for position in range(area.sites):
            segment = pick(random, SEGMENTS)
            if len(employers) > 20 and not area.anchor_employees and chance(random, 0.1):
                # A second site of an employer that stands elsewhere.
                name, segment = employers[int(random.integers(len(employers) - 15))]
            else:
                name = employer_name(len(employers), segment)
                employers.append((name, segment))
            row = _site(area, position, random, segment=segment)
            row |= {"site_id": f"EX-S{len(sites) + 1:04d}", "employer": name}
            row["company_number"] = f"EX{employers.index((name, segment)) + 1:06d}"
            sites.append(row)
    return sites


def _site(area: Area, position: int, random: np.random.Generator, *, segment: str) -> Row:
    anchor = bool(area.anchor_employees) and position == 0
    drawn = float(np.exp(random.normal(np.log(area.typical), _SPREAD)))
    few = area.sites <= 2 * _FEW_SITES
    smallest = _FEW_SMALLEST * area.typical if few else _SMALLEST
    largest = _FEW_LARGEST * area.typical if few else _LARGEST
    people = area.anchor_employees if anchor else int(np.clip(drawn, smallest, largest))
    on_park = area.sites <= _FEW_SITES or anchor or chance(random, _PARK_SHARE)
    postcodes = (area.parks if on_park else area.town) or area.postcodes
    row: Row = {
        "area": area.name,
        "nation": area.nation,
        "name": f"{area.name} site {position + 1}",
        "postcode": pick(random, postcodes),
        "segment": segment,
        "sic_codes": _SIC[segment],
        "units_hosted": _hosted(random, anchor=anchor),
        "release_days_limit": [40, 30, 20, 12][int(random.integers(4))]
        if chance(random, 0.5)
        else None,
        "sensitive": (area.name, position) in _SENSITIVE,
        "source": SOURCE,
        "as_at": some_day(random),
    }
    return row | _size(people, random, known=anchor or (few and position < _KNOWN_OF_FEW))


def _size(people: int, random: np.random.Generator, *, known: bool) -> Row:
    """Return what is known of a site's size: a number, a band, or nothing."""
    kind = "number" if known else ("number", "band", "nothing")[_weighted(random, (0.78, 0.14))]
    row: Row = {
        "employees": people if kind == "number" else None,
        "employees_low": None,
        "employees_high": None,
        "technicians": None,
        "employer_employees": None,
    }
    if kind == "band":
        row["employees_low"], row["employees_high"] = int(people * 0.7), int(people * 1.4) + 1
    if kind == "number" and chance(random, 0.2):
        row["technicians"] = max(1, round(people * float(random.uniform(0.18, 0.34))))
    if chance(random, 0.85):
        row["employer_employees"] = int(people * random.choice([1, 1, 1, 2, 6, 20]))
    return row


def _weighted(random: np.random.Generator, shares: tuple[float, ...]) -> int:
    return int(np.searchsorted(np.cumsum(shares), random.random(), side="right"))


def _hosted(random: np.random.Generator, *, anchor: bool) -> str | None:
    """Return the units that a site hosts: a list, "none", or blank for not stated."""
    units = hostable_units()
    kind = 2 if anchor else _weighted(random, (0.18, 0.08))
    if kind == 0:
        return None
    if kind == 1:
        return "none"
    extra = [code for code in units["either"] if chance(random, 0.55)]
    return ";".join(sorted({*units["workplace"], *extra}))


def people_at(site: Row, typical: float) -> float:
    """Return a site's employees, the middle of its band, or what is typical where unknown."""
    number, low, high = (site[name] for name in ("employees", "employees_low", "employees_high"))
    if isinstance(number, int):
        return float(number)
    if isinstance(low, int) and isinstance(high, int):
        return (low + high) / 2
    return typical


def make_demand(sites: list[Row], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``demand``: what some sites state, with a range now and then."""
    rows: list[Row] = []
    for site in sites:
        if not chance(random, 0.2):
            continue
        nation = str(site["nation"])
        pathways = ("A", "B") if nation != "Northern Ireland" else ("G", "B")
        for pathway in pathways[: 1 + int(chance(random, 0.4))]:
            code = code_for(pathway, nation)
            likely = people_at(site, 40) * TRAINED_PER_YEAR * share_of(code)
            places = max(1, round(likely * float(random.uniform(0.8, 1.6))))
            rows.append(_stated(site, code, "new_starters", places, random=random))
            if places > 2:
                extra = max(1, places // 3)
                rows.append(_stated(site, code, "existing_workforce", extra, random=random))
    return rows


def _stated(site: Row, code: str, stream: str, places: int, *, random: np.random.Generator) -> Row:
    ranged = chance(random, 0.5)
    return {
        "site_id": site["site_id"],
        "programme_code": code,
        "stream": stream,
        "places": places,
        "places_low": max(0, places - 1) if ranged else None,
        "places_high": places + 2 if ranged else None,
        "basis": "Stated by the employer (invented)",
    }


def make_champions(areas: list[Area], sites: list[Row], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``champions``: the largest employer of each area that has one."""
    rows: list[Row] = []
    for area in areas:
        local = [site for site in sites if site["area"] == area.name and not site["sensitive"]]
        if area.name == "Huntingdon":
            rows.append(_huntingdon(local[0]))
        elif area.champion is not None:
            site = max(local, key=lambda site: (people_at(site, 0), str(site["site_id"])))
            rows.append(_champion(site, area.champion, random, expired=area.champion_expired))
    return rows


def _huntingdon(site: Row) -> Row:
    """Return the champion of the pilot's first idea: an early indication that needs support."""
    return {
        "site_id": site["site_id"],
        "level": 2,
        "support_needed": "A mentor, and a provider that teaches aseptic technique within reach",
        "places_stated": 12,
        "evidence": "Early indication at a meeting of the working group (invented)",
        "as_at": date(2026, 9, 15),
        "expires": date(2027, 9, 30),
    }


def _champion(site: Row, level: int, random: np.random.Generator, *, expired: bool) -> Row:
    stated: Cell = int(random.integers(3, 12)) if level >= 3 else None
    lasting = some_day(random, date(2027, 1, 31), date(2027, 12, 31))
    return {
        "site_id": site["site_id"],
        "level": level,
        "support_needed": pick(random, _SUPPORT) if level in (1, 2) else None,
        "places_stated": stated,
        "evidence": f"{_EVIDENCE[level]} (invented)",
        "as_at": some_day(random, date(2026, 2, 2), date(2026, 8, 31)),
        "expires": date(2026, 9, 30) if expired else lasting,
    }
