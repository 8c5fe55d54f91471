"""A small invented register for the maps, with names as hostile as outside text can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.gaps import GapClass
from geo.maps.page import MapCaption

HOSTILE = (
    "</script><script>window.hit = 1; alert(1)</script>",
    "<img src=x onerror='window.hit = 2; alert(2)'>",
    "\"quotes\" 'and' `${(window.hit = 3)}` \u2028 \u2029 {{ 7 * 7 }} {% raw %}",
    "<!-- & &lt;b&gt; -->",
    "__proto__",
)
LEVEL_3, LEVEL_5 = "ST0248", "ST0601"
COORDINATES = {  # latitude, longitude
    "Cambridge": (52.1744, 0.1351),
    "Stevenage": (51.8961, -0.2030),
    "Dundee": (56.4575, -2.9870),
}


@dataclass(frozen=True, slots=True, eq=False)
class Drawable:
    """The tables that a coverage map takes."""

    sites: gpd.GeoDataFrame
    venues: gpd.GeoDataFrame
    clusters: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame
    programmes: dict[str, str]
    caption: MapCaption


def _point(town: str) -> shapely.Point:
    latitude, longitude = COORDINATES[town]
    return shapely.Point(longitude, latitude)


def _sites(names: tuple[str, ...]) -> gpd.GeoDataFrame:
    towns = list(COORDINATES)
    kinds = [kind.value for kind in GapClass]
    rows = [
        {
            "site_id": f"s{number}",
            "employer": name,
            "name": "Main works" if number else None,
            "programme_code": code,
            "demand": np.nan if number == 1 else 3.2,
            "reachable_venues": number % 2,
            "nearest_minutes": 32.14 if number % 2 else np.nan,
            "places_available": 1.504,
            "unmet": np.nan if number == 1 else 1.696,
            "gap_class": kinds[(number + shift) % len(kinds)],
            "reason": f"Because of {name}",
            "fix": name,
            "geometry": _point(towns[number % len(towns)]),
        }
        for shift, code in enumerate((LEVEL_3, LEVEL_5))
        for number, name in enumerate(names)
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _drawable(names: tuple[str, ...], titles: tuple[str, str], title: str) -> Drawable:
    towns = list(COORDINATES)
    statuses = ("delivered", "could_deliver", "planned", "lapsed", "unknown")
    venues = gpd.GeoDataFrame(
        {
            "venue_id": [f"v{number}" for number in range(len(names))],
            "name": [f"College {name}" for name in names],
            "provider": list(names),
            "status": [statuses[number % len(statuses)] for number in range(len(names))],
            "offers": list(names),
        },
        geometry=[_point(towns[number % len(towns)]) for number in range(len(names))],
        crs="EPSG:4326",
    )
    clusters = gpd.GeoDataFrame(
        {
            "name": list(names[:3]),
            "cluster_class": ["anchor_site", "cluster", "emerging"],
            "employers": [1, 7, 5],
            "employment": [900.0, 1200.0, 90.0],
        },
        geometry=[_point(town).buffer(0.1) for town in towns],
        index=["c0", "c1", "c2"],
        crs="EPSG:4326",
    )
    regions = gpd.GeoDataFrame(
        {"name": ["South", names[0]]},
        geometry=[shapely.box(-5, 50, 1.7, 54), shapely.box(-6, 55, -2, 58)],
        crs="EPSG:4326",
    )
    caption = MapCaption(
        title=title,
        run_id="0123456789abcdef0123456789abcdef",
        as_of=date(2026, 11, 3),
        attribution=f"Invented by {names[0]}",
        illustrative=True,
        assumptions=("Travel: straight-line estimate", names[0]),
        withheld_sites=2,
    )
    programmes = {LEVEL_3: titles[0], LEVEL_5: titles[1]}
    return Drawable(_sites(names), venues, clusters, regions, programmes, caption)


@pytest.fixture(scope="session")
def drawable() -> Drawable:
    """Five sites and venues in three towns, two programmes; two pairs share a point."""
    names = ("Alpha Biologics", "Beta Devices", "Gamma Trials", "Delta Enzymes", "Alpha Biologics")
    return _drawable(names, ("Laboratory technician", "Technician scientist"), "Coverage")


@pytest.fixture(scope="session")
def hostile() -> Drawable:
    """Five more, with hostile text in every place that outside text can have."""
    return _drawable(HOSTILE, (HOSTILE[0], HOSTILE[2]), HOSTILE[0])
