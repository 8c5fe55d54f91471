"""Tables for the tests of the analysis: built as the register's reader returns them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from small_world import small_world

from geo.counterfactual import Counterfactual, counterfactual
from geo.scenario import Scenario, make_scenario
from geo.types import METRIC_CRS, Register

Point = tuple[float, float] | None
Row = Mapping[str, Any]

DEFAULT = Path(__file__).parents[2] / "data" / "scenarios" / "default.toml"
# Few postcodes at both ends, hence 60 km/h: 1.3 minutes a kilometre and 5 more.
SPARSE = 100.0
LOCATED: dict[str, str] = {
    "authority": "str",
    "authority_code": "str",
    "region": "str",
    "nation": "str",
    "precision_class": "str",
    "radius_metres": "float64",
    "postcodes_within_3km": "float64",
}
SITE: dict[str, str] = {
    "employer": "str",
    "company_number": "str",
    "name": "str",
    "segment": "str",
    "employees": "float64",
    "employees_low": "float64",
    "employees_high": "float64",
    "employer_employees": "float64",
    "technicians": "float64",
    "release_days_limit": "float64",
    "units_hosted": "str",
    "sensitive": "boolean",
    **LOCATED,
}
VENUE: dict[str, str] = {
    "ukprn": "str",
    "name": "str",
    "provider": "str",
    "delivery_area": "str",
    **LOCATED,
}
PROVIDER: dict[str, str] = {
    "name": "str",
    "nation": "str",
    "register_status": "str",
    "inspection_scheme": "str",
    "inspection_grades": "str",
    "inspection_date": "object",
    "safeguarding_met": "boolean",
    "employer_stars": "float64",
    "employer_reviews": "Int64",
    "learner_stars": "float64",
    "learner_reviews": "Int64",
    "as_at": "object",
}
ACHIEVEMENT: dict[str, str] = {
    "ukprn": "str",
    "programme_code": "str",
    "year": "str",
    "rate": "float64",
    "leavers": "Int64",
    "suppressed": "boolean",
}
PROGRAMME = {"title": "str", "nation": "str", "min_cohort": "Int64", "demand_share": "float64"}
UNIT = {"programme_code": "str", "unit_code": "str", "kind": "str", "place": "str"}
OFFER: dict[str, str] = {
    "venue_id": "str",
    "programme_code": "str",
    "mode": "str",
    "status": "str",
    "pool_id": "str",
    "places_per_year": "float64",
    "places_low": "float64",
    "places_high": "float64",
    "places_basis": "str",
    "last_starts": "Int64",
    "round_trips_per_year": "float64",
    "release_days_per_year": "float64",
    "units": "str",
    "as_at": "object",
}
DEMAND: dict[str, str] = {
    "site_id": "str",
    "programme_code": "str",
    "stream": "str",
    "places": "float64",
    "places_low": "float64",
    "places_high": "float64",
    "basis": "str",
}
CHAMPION: dict[str, str] = {
    "site_id": "str",
    "level": "Int64",
    "support_needed": "str",
    "places_stated": "float64",
    "as_at": "object",
    "expires": "object",
}
TRAVEL_TIME: dict[str, str] = {
    "from_id": "str",
    "to_id": "str",
    "travel_minutes": "float64",
    "sigma_minutes": "float64",
    "transport": "str",
    "source": "str",
}
AT: dict[str, Any] = {
    "authority": "Huntingdonshire",
    "authority_code": "E07000011",
    "region": "East of England",
    "nation": "England",
    "precision_class": "postcode_unit",
    "radius_metres": 100.0,
    "postcodes_within_3km": SPARSE,
}


def _table(rows: Sequence[Row], columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=t) for name, t in columns.items()}
    )


def _points(points: Sequence[Point]) -> list[shapely.Point | None]:
    return [None if at is None else shapely.Point(at) for at in points]


class Tables:
    """Makers of the register's tables; whatever a row leaves out is missing."""

    def sites(self, rows: Mapping[str, Row]) -> gpd.GeoDataFrame:
        full = [{"employer": f"Employer of {k}", **AT, **row} for k, row in rows.items()]
        table = _table(full, SITE).set_index(pd.Index(list(rows), name="site_id", dtype="str"))
        at = _points([row.get("at") for row in full])
        return gpd.GeoDataFrame(table, geometry=at, crs=METRIC_CRS)

    def venues(self, rows: Mapping[str, Row]) -> gpd.GeoDataFrame:
        full = [{"ukprn": "10000001", "name": f"Venue {k}", **AT, **r} for k, r in rows.items()]
        table = _table(full, VENUE).set_index(pd.Index(list(rows), name="venue_id", dtype="str"))
        at = _points([row.get("at") for row in full])
        return gpd.GeoDataFrame(table, geometry=at, crs=METRIC_CRS)

    def providers(self, rows: Mapping[str, Row] = {}) -> pd.DataFrame:
        table = _table([{"name": f"Provider {k}", **row} for k, row in rows.items()], PROVIDER)
        return table.set_index(pd.Index(list(rows), name="ukprn", dtype="str"))

    def achievements(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        return _table([{"suppressed": False, **row} for row in rows], ACHIEVEMENT)

    def programmes(self, rows: Mapping[str, Row]) -> pd.DataFrame:
        table = _table([{"title": code, **row} for code, row in rows.items()], PROGRAMME)
        return table.set_index(pd.Index(list(rows), name="programme_code", dtype="str"))

    def units(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        return _table(rows, UNIT)

    def offers(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        full = [{"mode": "day_release", "status": "delivered", **row} for row in rows]
        keys = ["venue_id", "programme_code", "mode"]
        return _table(full, OFFER).sort_values(keys, ignore_index=True)

    def demand(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        return _table([{"stream": "new_starters", **row} for row in rows], DEMAND)

    def champions(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        return _table(rows, CHAMPION)

    def travel_times(self, rows: Sequence[Row] = ()) -> pd.DataFrame:
        return _table(
            [{"transport": "car", "source": "routed", **row} for row in rows], TRAVEL_TIME
        )

    def barriers(self, rows: Sequence[tuple[str, str, shapely.Geometry]] = ()) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {
                "name": pd.Series([name for name, _, _ in rows], dtype="str"),
                "kind": pd.Series([kind for _, kind, _ in rows], dtype="str"),
            },
            geometry=[shape for _, _, shape in rows],
            crs=METRIC_CRS,
        )

    def places(self, rows: Mapping[str, tuple[float, float]]) -> gpd.GeoDataFrame:
        names = pd.Series(list(rows), dtype="str", name="name")
        at = _points(list(rows.values()))
        return gpd.GeoDataFrame({"name": names}, geometry=at, crs=METRIC_CRS)


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables()


@pytest.fixture(scope="session")
def default_content() -> dict[str, Any]:
    return tomllib.loads(DEFAULT.read_text(encoding="utf-8"))


# As few draws as will do, so that a test of something else does not wait for them.
FEW_DRAWS = {
    "stability": {"resamples": {"value": 5}},
    "robustness": {"draws": {"value": 100}, "worlds": {"value": 5}},
}


@pytest.fixture(scope="session")
def scenario(default_content: dict[str, Any]) -> Scenario:
    return make_scenario(default_content, FEW_DRAWS)


@pytest.fixture(scope="session")
def with_changes(default_content: dict[str, Any]) -> Callable[[str, Mapping[str, float]], Scenario]:
    """Return the default scenario with some values of one section changed."""

    def change(section: str, values: Mapping[str, float]) -> Scenario:
        changed = {section: {name: {"value": value} for name, value in values.items()}}
        return make_scenario(default_content, FEW_DRAWS | changed)

    return change


@pytest.fixture(scope="session")
def register(tables: Tables) -> Register:
    """Return a small world in which every class of gap that is tested appears.

    A square of land, with an estuary along x = 460 km. ``P`` has a practical unit that only a
    provider or a site that hosts it can teach; ``Q`` has no units.
    """
    return Register(
        sites=tables.sites(
            {
                "s1": {"at": (400_000, 300_000), "employees": 400.0, "employer_employees": 400.0},
                "s2": {"at": (410_000, 300_000), "employees": 4000.0, "segment": "pharma"},
                "s3": {"at": (400_000, 340_000), "employees": 100.0, "units_hosted": "none"},
                "s4": {"at": (470_000, 300_000), "employees": 100.0},
                "s5": {"at": (400_000, 500_000), "employees": 100.0},
                "s6": {"at": None, "employees": 50.0},
                "s7": {"at": (402_000, 300_000)},
                "s8": {"at": (400_000, 350_000), "employees": 100.0, "units_hosted": "LAB"},
            }
        ),
        venues=tables.venues(
            {
                "v1": {"at": (405_000, 300_000)},
                "v2": {"at": (400_000, 345_000), "ukprn": "10000002"},
                "v3": {"at": (455_000, 300_000), "ukprn": "10000003"},
            }
        ),
        providers=tables.providers({"10000001": {}, "10000002": {}, "10000003": {}}),
        achievements=tables.achievements(),
        # One starter is a cohort, so that the classes are told apart by other things.
        programmes=tables.programmes(
            {
                "P": {"demand_share": 0.5, "min_cohort": 1},
                "Q": {"demand_share": 0.25, "min_cohort": 1},
            }
        ),
        units=tables.units(
            [
                {
                    "programme_code": "P",
                    "unit_code": "LAB",
                    "kind": "practical",
                    "place": "either",
                },
                {
                    "programme_code": "P",
                    "unit_code": "THEORY",
                    "kind": "knowledge",
                    "place": "provider",
                },
            ]
        ),
        offers=tables.offers(
            [
                {"venue_id": "v1", "programme_code": "P", "places_per_year": 10.0},
                {
                    "venue_id": "v2",
                    "programme_code": "P",
                    "units": "THEORY",
                    "places_per_year": 5.0,
                },
                {"venue_id": "v2", "programme_code": "Q", "status": "could_deliver"},
                {"venue_id": "v3", "programme_code": "P", "places_per_year": 5.0},
            ]
        ),
        demand=tables.demand(),
        champions=tables.champions(),
        travel_times=tables.travel_times(),
        barriers=tables.barriers(
            [
                ("The Wash", "estuary", shapely.LineString([(460_000, 0), (460_000, 900_000)])),
                ("Mainland", "island", shapely.box(0, 0, 900_000, 900_000)),
            ]
        ),
        places=tables.places({"Hereby": (400_000, 300_000), "Farfield": (400_000, 500_000)}),
    )


@pytest.fixture(scope="session", params=[np.inf, -1.0], ids=["infinite", "negative"])
def bad_number(request: pytest.FixtureRequest) -> float:
    """Return a number that no quantity of a table may have."""
    return float(request.param)


@pytest.fixture(scope="session")
def world(tables: Tables) -> Callable[..., Register]:
    """Return a maker of small worlds."""
    return functools.partial(small_world, tables)


@pytest.fixture(scope="session")
def told(scenario: Scenario) -> Callable[..., tuple[str, list[str], list[str], Counterfactual]]:
    """Return a function that says class, words and classes after of the site ``a``, and all."""

    def tell(register: Register) -> tuple[str, list[str], list[str], Counterfactual]:
        found = counterfactual(
            register, scenario, site_id="a", programme_code="P", as_of=date(2026, 11, 24)
        )
        words = [step.fix.words for step in found.steps]
        after = [str(step.gap_class_after) for step in found.steps]
        return str(found.gap_class), words, after, found

    return tell
