"""A synthetic register of any size, for timing: places, people and offers are drawn at random."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.types import METRIC_CRS, Mode, OfferStatus, Register

TOWNS = 40
MODE_SHARES = (0.35, 0.1, 0.1, 0.05, 0.15, 0.1, 0.1, 0.03, 0.02)
STATUS_SHARES = (0.6, 0.2, 0.05, 0.05, 0.1)


def synthetic_register(
    *, sites: int, venues: int, programmes: int, offers_per_venue: float = 2.3, seed: int = 1
) -> Register:
    """Draw a register: sites and venues lie around towns, an estuary between some of them."""
    random = np.random.default_rng(seed)
    towns = random.uniform((250_000, 100_000), (600_000, 700_000), (TOWNS, 2))
    codes = [f"P{i}" for i in range(programmes)]
    return Register(
        sites=_sites(random, towns, sites),
        venues=_venues(random, towns, venues),
        providers=_providers(random, venues // 2 + 1),
        achievements=_achievements(random, codes, venues // 2 + 1),
        programmes=pd.DataFrame(
            {"title": codes, "nation": None, "min_cohort": 8, "demand_share": 1 / programmes},
            index=pd.Index(codes, name="programme_code", dtype="str"),
        ).astype({"nation": "str", "min_cohort": "Int64"}),
        units=pd.DataFrame(
            [
                (code, f"U{k}", ("knowledge", "practical")[k % 2], _PLACES[k % 3])
                for code in codes
                for k in range(5)
            ],
            columns=["programme_code", "unit_code", "kind", "place"],
        ),
        offers=_offers(random, codes, venues, offers_per_venue),
        demand=_empty(site_id="str", programme_code="str", stream="str", **_NUMBERS, basis="str"),
        champions=_champions(random, sites),
        travel_times=_empty(
            from_id="str",
            to_id="str",
            travel_minutes="float64",
            sigma_minutes="float64",
            transport="str",
            source="str",
        ),
        barriers=_barriers(),
        places=gpd.GeoDataFrame(
            {"name": [f"Town {i}" for i in range(TOWNS)]},
            geometry=shapely.points(towns),
            crs=METRIC_CRS,
        ),
    )


_PLACES = ("provider", "either", "workplace")
_NUMBERS = {"places": "float64", "places_low": "float64", "places_high": "float64"}


def _empty(**columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def _around(random: np.random.Generator, towns: np.ndarray, count: int) -> gpd.GeoSeries:
    at = towns[random.integers(0, len(towns), count)] + random.normal(0, 12_000, (count, 2))
    return gpd.GeoSeries(shapely.points(at), crs=METRIC_CRS)


def _located(random: np.random.Generator, count: int) -> dict[str, Any]:
    area = random.integers(0, 12, count)
    return {
        "authority": [f"Authority {i}" for i in area],
        "authority_code": [f"E{i:02}" for i in area],
        "region": [f"Region {i % 4}" for i in area],
        "nation": random.choice(["England", "Scotland"], count, p=[0.85, 0.15]),
        "precision_class": "postcode_unit",
        "radius_metres": 100.0,
        "postcodes_within_3km": random.choice([100.0, 1_000.0, 8_000.0], count),
    }


def _sites(random: np.random.Generator, towns: np.ndarray, count: int) -> gpd.GeoDataFrame:
    employees = random.lognormal(3.5, 1.2, count)
    hosted = random.choice(np.array([None, "U1", "U1;U2;U4", "none"], dtype=object), count)
    table = pd.DataFrame(
        {
            "employer": [f"Employer {i}" for i in range(count)],
            "company_number": pd.Series([None] * count, dtype="str"),
            "name": pd.Series([None] * count, dtype="str"),
            "segment": "bio",
            "employees": np.where(random.random(count) < 0.1, np.nan, employees),
            "employees_low": np.nan,
            "employees_high": np.nan,
            "employer_employees": employees,
            "technicians": np.nan,
            "release_days_limit": np.where(random.random(count) < 0.2, 30.0, np.nan),
            "units_hosted": pd.Series(hosted, dtype="str"),
            "sensitive": pd.array([False] * count, dtype="boolean"),
            **_located(random, count),
        },
    ).set_index(pd.Index([f"s{i:06}" for i in range(count)], name="site_id", dtype="str"))
    return gpd.GeoDataFrame(table, geometry=_around(random, towns, count).values, crs=METRIC_CRS)


def _venues(random: np.random.Generator, towns: np.ndarray, count: int) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "ukprn": [f"{10_000_000 + i // 2}" for i in range(count)],
            "name": [f"Venue {i}" for i in range(count)],
            "provider": "Provider",
            "delivery_area": pd.Series([None] * count, dtype="str"),
            **_located(random, count),
        }
    ).set_index(pd.Index([f"v{i:06}" for i in range(count)], name="venue_id", dtype="str"))
    return gpd.GeoDataFrame(table, geometry=_around(random, towns, count).values, crs=METRIC_CRS)


def _providers(random: np.random.Generator, count: int) -> pd.DataFrame:
    grades = random.choice(
        ["apprenticeships=strong", "apprenticeships=expected", "apprenticeships=needs attention"],
        count,
    )
    return pd.DataFrame(
        {
            "name": [f"Provider {i}" for i in range(count)],
            "nation": "England",
            "register_status": "active",
            "inspection_scheme": "five points in separate areas",
            "inspection_grades": grades,
            "inspection_date": None,
            "safeguarding_met": pd.array([True] * count, dtype="boolean"),
            "employer_stars": random.uniform(1, 4, count),
            "employer_reviews": pd.array(random.integers(0, 20, count), dtype="Int64"),
            "learner_stars": random.uniform(1, 4, count),
            "learner_reviews": pd.array(random.integers(0, 20, count), dtype="Int64"),
            "as_at": None,
        },
        index=pd.Index([f"{10_000_000 + i}" for i in range(count)], name="ukprn", dtype="str"),
    )


def _achievements(random: np.random.Generator, codes: list[str], providers: int) -> pd.DataFrame:
    national = [(None, code, "2024/25", 0.65, 500, False) for code in codes]
    rows = [
        (f"{10_000_000 + i}", code, "2024/25", float(random.uniform(0.4, 0.9)), 30, False)
        for i in range(providers)
        for code in random.choice(codes, 2, replace=False)
    ]
    table = pd.DataFrame(
        national + rows,
        columns=["ukprn", "programme_code", "year", "rate", "leavers", "suppressed"],
    )
    return table.astype({"ukprn": "str", "leavers": "Int64", "suppressed": "boolean"})


def _offers(
    random: np.random.Generator, codes: list[str], venues: int, per_venue: float
) -> pd.DataFrame:
    count = round(venues * per_venue)
    at = np.concatenate([np.arange(venues), random.integers(0, venues, count - venues)])
    table = pd.DataFrame(
        {
            # Every venue records an offer: a silent one would make all about it unknown.
            "venue_id": [f"v{i:06}" for i in at],
            "programme_code": random.choice(codes, count),
            "mode": random.choice([str(mode) for mode in Mode], count, p=MODE_SHARES),
        }
    ).astype("str")
    table = table.drop_duplicates().sort_values(
        ["venue_id", "programme_code", "mode"], ignore_index=True
    )
    count = len(table)
    listed = random.choice(np.array([None, "U0;U1;U2;U3", "U0;U1"], dtype=object), count)
    return table.assign(
        status=random.choice([str(status) for status in OfferStatus], count, p=STATUS_SHARES),
        pool_id=pd.Series([None] * count, dtype="str"),
        places_per_year=random.choice([np.nan, 8.0, 15.0, 30.0], count),
        places_low=np.nan,
        places_high=np.nan,
        places_basis=pd.Series([None] * count, dtype="str"),
        last_starts=pd.array([None] * count, dtype="Int64"),
        round_trips_per_year=np.nan,
        release_days_per_year=random.choice([np.nan, 20.0, 40.0], count),
        units=pd.Series(listed, dtype="str"),
        as_at=None,
    )


def _champions(random: np.random.Generator, sites: int) -> pd.DataFrame:
    chosen = np.sort(random.choice(sites, min(20, sites), replace=False))
    return pd.DataFrame(
        {
            "site_id": [f"s{i:06}" for i in chosen],
            "level": pd.array([2] * len(chosen), dtype="Int64"),
            "support_needed": None,
            "places_stated": np.nan,
            "evidence": None,
            "as_at": None,
            "expires": None,
        }
    )


def _barriers() -> gpd.GeoDataFrame:
    turn = np.linspace(0, 2 * np.pi, 2_000)
    island = shapely.Polygon(
        np.column_stack([400_000 + 500_000 * np.cos(turn), 400_000 + 700_000 * np.sin(turn)])
    )
    return gpd.GeoDataFrame(
        {"name": ["Estuary", "Island"], "kind": ["estuary", "island"]},
        geometry=[shapely.LineString([(480_000, 350_000), (560_000, 350_000)]), island],
        crs=METRIC_CRS,
    )
