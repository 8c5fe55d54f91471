"""Invented providers, their venues, and what these offer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from illustrative.names import PROVIDER_TYPES, provider_name
from illustrative.plan import LICENCE, SOURCE, Area
from illustrative.programmes import MODULES_CODE, code_for, unit_codes
from illustrative.table import Row, chance, pick, some_day

_FACILITIES = (
    "teaching laboratory", "containment laboratory", "HPLC", "spectrometry", "PCR laboratory",
    "pilot fermenter", "chromatography skid", "clean room",
)  # fmt: skip
_ROUND_TRIPS = {
    "day_release": 38,
    "evening": 36,
    "block_daily": 30,
    "block_residential": 6,
    "blended": 11,
    "summer_school": 1,
}
_STATUS = {
    "d": "delivered",
    "f": "delivered",
    "s": "delivered",
    "b": "delivered",
    "c": "could_deliver",
    "p": "planned",
    "l": "lapsed",
    "u": "unknown",
}
_PROVIDERS_PER_VENUE = 0.45
_ENOUGH, _TOO_FEW = 2.6, 0.4
"""Places per place needed in the area where they are enough, and where they are too few."""


@dataclass(frozen=True, slots=True)
class _Extra:
    """One offer that is not in the plan's letters: the less usual modes."""

    area: str
    code: str
    mode: str
    status: str
    places: int
    whole: bool = True


_EXTRAS = (
    _Extra("London", MODULES_CODE, "e_learning", "delivered", 40, whole=False),
    _Extra("Glasgow", MODULES_CODE, "mentoring", "delivered", 8, whole=False),
    _Extra("Cambridge", MODULES_CODE, "summer_school", "delivered", 3),
    _Extra("Dundee", MODULES_CODE, "summer_school", "delivered", 2),
    _Extra("Manchester", MODULES_CODE, "blended", "delivered", 6),
    _Extra("Oxford", MODULES_CODE, "blended", "delivered", 4),
    _Extra("Leeds", "FDG-UK", "blended", "delivered", 4),
    _Extra("Nottingham", "HLA-ENG", "blended", "delivered", 2),
    _Extra("Dundee", "BIO-UK", "block_residential", "delivered", 3),
    _Extra("Stoke-on-Trent", "FDG-UK", "block_residential", "could_deliver", 10),
    _Extra("Birmingham", "ALA-ENG", "workplace", "delivered", 6),
    _Extra("Cardiff", "ALA-WAL", "workplace", "delivered", 3),
)
_WORKPLACE_AREAS = {"Birmingham": "West Midlands", "Cardiff": "Wales"}


def make_providers(areas: list[Area], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``providers``; each carries ``area``, which is no column."""
    rows: list[Row] = []
    for area in areas:
        if area.providers_of != area.name:
            continue
        for _ in range(math.ceil(area.venues * _PROVIDERS_PER_VENUE)):
            rows.append(_provider(area, len(rows), random))
    return rows


def _provider(area: Area, number: int, random: np.random.Generator) -> Row:
    kind = pick(random, PROVIDER_TYPES)
    english = area.nation == "England"
    inspected = english and chance(random, 0.7)
    reviewed = english and chance(random, 0.6)
    return {
        "area": area.name,
        "ukprn": f"999{number + 1:05d}",
        "name": provider_name(number, kind),
        "provider_type": kind,
        "nation": area.nation,
        "register_status": "active" if english else None,
        "inspection_scheme": "five points in separate areas" if inspected else None,
        "inspection_grades": _grades(random) if inspected else None,
        "inspection_date": some_day(random) if inspected else None,
        "safeguarding_met": True if inspected else None,
        "employer_stars": round(float(random.uniform(2.4, 4)), 1) if reviewed else None,
        "employer_reviews": int(random.integers(1, 12)) if reviewed else None,
        "learner_stars": round(float(random.uniform(2.4, 4)), 1) if reviewed else None,
        "learner_reviews": int(random.integers(2, 60)) if reviewed else None,
        "website": f"https://provider-{number + 1:03d}.example/",
        "source": SOURCE,
        "licence": LICENCE,
        "as_at": some_day(random),
    }


def _grades(random: np.random.Generator) -> str:
    grades = ("exceptional", "strong", "strong", "expected", "expected", "needs attention")
    return f"apprenticeships={pick(random, grades)};whole provider={pick(random, grades)}"


def make_venues(areas: list[Area], providers: list[Row], random: np.random.Generator) -> list[Row]:
    """Return the rows of ``venues``; each carries ``area``, which is no column."""
    rows: list[Row] = []
    for area in areas:
        local = [provider for provider in providers if provider["area"] == area.providers_of]
        for position in range(area.venues):
            # Teaching stands in the town where there is one; parks are for industry.
            postcodes = area.town or area.postcodes
            facilities = [name for name in _FACILITIES if chance(random, 0.4)]
            rows.append(
                {
                    "area": area.name,
                    "venue_id": f"EX-V{len(rows) + 1:03d}",
                    "ukprn": local[position % len(local)]["ukprn"],
                    "name": f"{area.name} venue {position + 1}",
                    "postcode": pick(random, postcodes),
                    "delivery_area": _WORKPLACE_AREAS.get(area.name) if position == 0 else None,
                    "facilities": ";".join(facilities) or None,
                    "source": SOURCE,
                    "as_at": some_day(random),
                }
            )
    return rows


def make_offers(
    areas: list[Area],
    venues: list[Row],
    needed: dict[tuple[str, str], float],
    random: np.random.Generator,
) -> list[Row]:
    """Return the rows of ``offers``.

    Parameters
    ----------
    needed
        Places a year that the sites of an area need, by area and programme code.
    """
    rows: list[Row] = []
    for area in areas:
        local = [str(venue["venue_id"]) for venue in venues if venue["area"] == area.name]
        if not local or area.silent:
            continue
        for turn, (pathway, letter) in enumerate(area.provides.items()):
            if letter != "-":
                code = code_for(pathway, area.nation)
                at = (local[turn % len(local)], local[(turn + 1) % len(local)])
                rows += _planned(code, letter, at, needed[area.name, code], random=random)
        rows += [
            _offer(local[0], extra.code, extra.mode, extra.status, random=random)
            | {
                "places_per_year": extra.places,
                "places_basis": "declared",
                "units": unit_codes(extra.code, whole=extra.whole),
            }
            for extra in _EXTRAS
            if extra.area == area.name
        ]
        rows += _fill(local, rows, area, random)
    return rows


def _planned(
    code: str, letter: str, at: tuple[str, str], needed: float, *, random: np.random.Generator
) -> list[Row]:
    """Return the offers of one programme in one area, by the plan's letter."""
    first = _offer(
        at[0], code, pick(random, ("day_release", "block_daily")), _STATUS[letter], random=random
    )
    if letter == "s":
        first["units"] = unit_codes(code, whole=False)
    elif chance(random, 0.5):
        first["units"] = unit_codes(code)
    if letter in "blu":
        return [first]
    places = math.ceil(needed * (_TOO_FEW if letter == "f" else _ENOUGH))
    first |= _places(places, random, estimated=letter in "cp")
    if letter != "d":
        return [first]
    # The same places, offered in another mode and at a second venue.
    pool = f"POOL-{at[0]}-{code}"
    modes = ("block_daily" if first["mode"] == "day_release" else "day_release", "evening")
    places_in_venues = [(at[0], modes[0])] if at[0] == at[1] else list(zip(at, modes, strict=True))
    others = [
        _offer(venue, code, mode, "delivered", random=random)
        | {
            "units": first.get("units"),
            "places_per_year": first["places_per_year"],
            "places_basis": "declared",
        }
        for venue, mode in places_in_venues
    ]
    return [row | {"pool_id": pool} for row in (first, *others)]


def _offer(venue: str, code: str, mode: str, status: str, *, random: np.random.Generator) -> Row:
    started = status == "delivered" and chance(random, 0.7)
    return {
        "venue_id": venue,
        "programme_code": code,
        "mode": mode,
        "status": status,
        "last_starts": int(random.integers(2, 16)) if started else None,
        "round_trips_per_year": _ROUND_TRIPS.get(mode) if chance(random, 0.3) else None,
        "release_days_per_year": _ROUND_TRIPS[mode]
        if mode in ("day_release", "block_daily")
        else None,
        "source": SOURCE,
        "as_at": some_day(random),
    }


def _places(places: int, random: np.random.Generator, *, estimated: bool) -> Row:
    """Return a number of places with what it rests on, and a range where it is no declaration."""
    basis = pick(random, ("forecast", "imputed")) if estimated else "declared"
    if not estimated and chance(random, 0.25):
        basis = "leavers"
    ranged = basis != "declared"
    return {
        "places_per_year": places,
        "places_low": math.floor(places * 0.7) if ranged else None,
        "places_high": math.ceil(places * 1.3) if ranged else None,
        "places_basis": basis,
    }


def _fill(local: list[str], rows: list[Row], area: Area, random: np.random.Generator) -> list[Row]:
    """Give every venue that the plan left without an offer a lapsed one, so that it is complete."""
    busy = {row["venue_id"] for row in rows}
    code = code_for("A" if area.nation != "Northern Ireland" else "G", area.nation)
    return [
        _offer(venue, code, "evening", "lapsed", random=random)
        for venue in local
        if venue not in busy
    ]


def make_achievements(
    providers: list[Row], venues: list[Row], offers: list[Row], random: np.random.Generator
) -> list[Row]:
    """Return the rows of ``achievements``: two years, most of small providers suppressed."""
    provider_of = {venue["venue_id"]: venue["ukprn"] for venue in venues}
    active = {provider["ukprn"] for provider in providers if provider["nation"] == "England"}
    delivered = sorted(
        {
            (str(provider_of[offer["venue_id"]]), str(offer["programme_code"]))
            for offer in offers
            if offer["status"] == "delivered"
        }
    )
    rows: list[Row] = []
    for year in ("2023/24", "2024/25"):
        codes = sorted({code for _, code in delivered})
        rows += [_achievement(None, code, year, 400, random) for code in codes]
        rows += [
            _achievement(ukprn, code, year, int(random.integers(2, 40)), random)
            for ukprn, code in delivered
            if ukprn in active
        ]
    return rows


def _achievement(
    ukprn: str | None, code: str, year: str, leavers: int, random: np.random.Generator
) -> Row:
    suppressed = leavers < 20
    rate = round(float(random.uniform(0.5, 0.8)), 3)
    return {
        "ukprn": ukprn,
        "programme_code": code,
        "year": year,
        "rate": None if suppressed else rate,
        "leavers": None if suppressed else leavers,
        "suppressed": suppressed,
    }
