"""Make the illustrative register: real places by postcode, invented organisations.

The same seed and the same files give the same bytes. What is made is laid down in
``illustrative/plan.toml`` and ``illustrative/postcodes.csv``. Run it from anywhere::

    python data/make_register.py
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from illustrative import industry, programmes, provision, voices
from illustrative.plan import Area, read_areas
from illustrative.table import Row, as_csv

SEED = 20261101

COLUMNS: dict[str, tuple[str, ...]] = {
    "providers": (
        "ukprn", "name", "provider_type", "nation", "register_status", "inspection_scheme",
        "inspection_grades", "inspection_date", "safeguarding_met", "employer_stars",
        "employer_reviews", "learner_stars", "learner_reviews", "website", "source", "licence",
        "as_at",
    ),
    "achievements": ("ukprn", "programme_code", "year", "rate", "leavers", "suppressed"),
    "venues": (
        "venue_id", "ukprn", "name", "postcode", "latitude", "longitude", "delivery_area",
        "facilities", "source", "as_at",
    ),
    "programmes": (
        "programme_code", "title", "level_rqf", "level_scqf", "award", "pathway", "nation",
        "min_cohort", "demand_share", "recognised_by", "registration", "progresses_to",
    ),
    "units": ("programme_code", "unit_code", "title", "kind", "place", "facilities"),
    "offers": (
        "venue_id", "programme_code", "mode", "status", "pool_id", "places_per_year", "places_low",
        "places_high", "places_basis", "last_starts", "round_trips_per_year",
        "release_days_per_year", "units", "source", "as_at",
    ),
    "sites": (
        "site_id", "employer", "company_number", "name", "postcode", "latitude", "longitude",
        "segment", "sic_codes", "employees", "employees_low", "employees_high",
        "employer_employees", "technicians", "release_days_limit", "units_hosted", "sensitive",
        "source", "as_at",
    ),
    "demand": (
        "site_id", "programme_code", "stream", "places", "places_low", "places_high", "basis",
    ),
    "champions": (
        "site_id", "level", "support_needed", "places_stated", "evidence", "as_at", "expires",
    ),
    "stakeholders": ("organisation", "audience", "route", "stance", "evidence", "as_at"),
    "memberships": ("organisation", "body"),
    "schools": (
        "school_id", "name", "postcode", "leavers_per_year", "science_leavers_per_year", "stage",
    ),
}  # fmt: skip
"""The columns of a register file, by table; ``latitude`` and ``longitude`` stay blank."""

KEYS: dict[str, tuple[str, ...]] = {
    "providers": ("ukprn",),
    "achievements": ("ukprn", "programme_code", "year"),
    "venues": ("venue_id",),
    "programmes": ("programme_code",),
    "units": ("programme_code", "unit_code"),
    "offers": ("venue_id", "programme_code", "mode"),
    "sites": ("site_id",),
    "demand": ("site_id", "programme_code", "stream"),
    "champions": ("site_id",),
    "stakeholders": ("organisation", "audience"),
    "memberships": ("organisation", "body"),
    "schools": ("school_id",),
}

WORKING = {"sites": ("area", "nation"), "venues": ("area",), "providers": ("area",)}
"""What rows carry while they are made, and files do not."""


def make_tables() -> dict[str, list[Row]]:
    """Return the rows of every table, by its name."""
    areas = read_areas()
    # One stream of numbers a table, so that a change to one leaves the others as they are.
    streams = dict(
        zip(sorted(COLUMNS), np.random.default_rng(SEED).spawn(len(COLUMNS)), strict=True)
    )
    sites = industry.make_sites(areas, streams["sites"])
    demand = industry.make_demand(sites, streams["demand"])
    providers = provision.make_providers(areas, streams["providers"])
    venues = provision.make_venues(areas, providers, streams["venues"])
    needed = places_needed(areas, sites, demand)
    offers = provision.make_offers(areas, venues, needed, streams["offers"])
    schools = voices.make_schools(areas, streams["schools"])
    return {
        "providers": providers,
        "achievements": provision.make_achievements(
            providers, venues, offers, streams["achievements"]
        ),
        "venues": venues,
        "programmes": programmes.programme_rows(),
        "units": programmes.unit_rows(),
        "offers": offers,
        "sites": sites,
        "demand": demand,
        "champions": industry.make_champions(areas, sites, streams["champions"]),
        "stakeholders": voices.make_stakeholders(
            sites, providers, schools, streams["stakeholders"]
        ),
        "memberships": voices.make_memberships(sites, providers, streams["memberships"]),
        "schools": schools,
    }


def places_needed(
    areas: list[Area], sites: list[Row], demand: list[Row]
) -> dict[tuple[str, str], float]:
    """Return the places a year that an area's sites need, by area and programme code."""
    stated: dict[tuple[str, str], float] = defaultdict(float)
    for row in demand:
        stated[str(row["site_id"]), str(row["programme_code"])] += float(str(row["places"]))
    needed: dict[tuple[str, str], float] = defaultdict(float)
    for area in areas:
        local = [site for site in sites if site["area"] == area.name]
        for code in {programmes.code_for(pathway, area.nation) for pathway in area.provides}:
            rate = programmes.TRAINED_PER_YEAR * programmes.share_of(code)
            for site in local:
                estimate = industry.people_at(site, area.typical) * rate
                needed[area.name, code] += stated.get((str(site["site_id"]), code), estimate)
    return needed


def write_tables(folder: Path) -> None:
    """Write every table as a CSV file into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_tables().items():
        dropped = WORKING.get(name, ())
        kept = [{k: v for k, v in row.items() if k not in dropped} for row in rows]
        text = as_csv(kept, COLUMNS[name], KEYS[name])
        (folder / f"{name}.csv").write_text(text, "utf-8", newline="")
        print(f"{name}.csv: {len(rows)} rows")


def main() -> None:
    """Write the register beside this script, or into the folder that is given."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    register = Path(__file__).with_name("register")
    parser.add_argument("--out", type=Path, default=register, help="folder of the CSV files")
    write_tables(parser.parse_args().out)


if __name__ == "__main__":
    main()
