"""A synthetic register of life-science sites over Great Britain, of which the truth is known.

Centres are real towns; how sites lie around them is drawn at random, by no parameter of ours: each
town has campuses a few kilometres off, each campus sites within some hundred metres, and further
sites lie scattered around towns and in the country.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.types import METRIC_CRS

SITES = 7_900
# Longitude, latitude, and how much of the industry there is; the first are well known for it.
TOWNS: dict[str, tuple[float, float, float]] = {
    "London": (-0.1225, 51.5203, 14),
    "Cambridge": (0.1243, 52.1984, 10),
    "Oxford": (-1.2615, 51.7508, 8),
    "Manchester": (-2.2467, 53.479, 4),
    "Edinburgh": (-3.1949, 55.9546, 4),
    "Stevenage": (-0.1959, 51.9015, 3),
    "Leeds": (-1.5467, 53.7983, 3),
    "Nottingham": (-1.142, 52.953, 3),
    "Alderley Park": (-2.2301, 53.2775, 2.5),
    "Cardiff": (-3.1791, 51.4791, 2.5),
    "Liverpool": (-2.9884, 53.4073, 2.5),
    "Newcastle": (-1.6171, 54.9713, 2.5),
    "Dundee": (-2.9743, 56.4616, 2),
    "Glasgow": (-4.2518, 55.8642, 2),
    "Birmingham": (-1.8904, 52.4862, 2),
    "Bristol": (-2.5879, 51.4545, 2),
    "Sandwich": (1.3414, 51.2754, 1.5),
    "Hull": (-0.3405, 53.7451, 1.5),
    "York": (-1.0815, 53.959, 1),
    "Sheffield": (-1.4701, 53.3811, 1),
    "Leicester": (-1.1332, 52.6369, 1),
    "Southampton": (-1.4044, 50.9097, 1),
    "Norwich": (1.2974, 52.6309, 1),
    "Reading": (-0.9731, 51.4543, 1),
    "Aberdeen": (-2.0943, 57.1497, 1),
    "Swansea": (-3.9436, 51.6214, 0.7),
    "Plymouth": (-4.1427, 50.3755, 0.5),
    "Exeter": (-3.5339, 50.7184, 0.5),
    "Inverness": (-4.2247, 57.4778, 0.5),
    "Middlesbrough": (-1.2349, 54.5742, 0.5),
}
# Further places of the industry near some of them.
BESIDE: dict[str, tuple[tuple[float, float], ...]] = {
    "Oxford": (
        (-1.216, 51.717),
        (-1.306, 51.818),
        (-1.283, 51.671),
        (-1.228, 51.659),
        (-1.2914, 51.6203),
        (-1.311, 51.5735),
    ),
    "Edinburgh": ((-3.1673, 55.862), (-3.321, 55.91)),
    "Liverpool": ((-2.8724, 53.3473), (-2.64, 53.343)),
    "Cambridge": (
        (0.139, 52.174),
        (0.146, 52.235),
        (0.206, 52.132),
        (0.239, 52.118),
        (0.186, 52.079),
        (0.221, 52.062),
    ),
}
HUNTINGDON = (-0.1842, 52.3302)


def synthetic_uk(seed: int = 1) -> gpd.GeoDataFrame:
    """Return the sites as the register has them, with ``town``, where each belongs ("" nowhere)."""
    random = np.random.default_rng(seed)
    towns, points = _points(random)
    employees = np.ceil(random.lognormal(2.9, 1.2, len(points)))
    # One large employer at Huntingdon, and a few small ones.
    first = towns.index("Huntingdon")
    employees[first : first + HUNTINGDON_SITES] = [1100, 40, 25, 12]
    band = random.random(len(points)) < 0.2
    ids = [f"S{number:05}" for number in random.permutation(len(points))]
    count = len(points)
    employer = [f"Employer {number}" for number in random.integers(0, int(count * 0.87), count)]
    precise = random.choice(
        ["exact", "postcode_unit", "postcode_shared", "postcode_sector"],
        count,
        p=[0.3, 0.6, 0.07, 0.03],
    )
    radius = {"exact": 25.0, "postcode_unit": 100.0, "postcode_shared": 500.0}
    table = pd.DataFrame(
        {
            "town": towns,
            "employer": employer,
            "company_number": None,
            "employees": np.where(band, np.nan, employees),
            "employees_low": np.where(band, np.floor(employees / 2), np.nan),
            "employees_high": np.where(band, employees * 2, np.nan),
            "employer_employees": employees * random.choice([1.0, 1.0, 3.0], count),
            "authority": towns,
            "precision_class": precise,
            "radius_metres": [radius.get(one, 3000.0) for one in precise],
            "sensitive": random.random(count) < 0.01,
        },
        index=pd.Index(ids, name="site_id", dtype="str"),
    )
    shapes = gpd.points_from_xy(points[:, 0], points[:, 1], crs=METRIC_CRS)
    sites = gpd.GeoDataFrame(table, geometry=shapes).astype(
        {"company_number": "str", "sensitive": "boolean", "town": "str", "authority": "str"}
    )
    return sites.sort_index()


HUNTINGDON_SITES = 4
_ALONE, _AROUND = 0.12, 0.25


def _points(random: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Return the town and the point of every site."""
    names = list(TOWNS)
    centres = _metres([(east, north) for east, north, _ in TOWNS.values()])
    beside = {name: _metres(list(points)) for name, points in BESIDE.items()}
    weights = np.array([size for *_, size in TOWNS.values()])
    alone, around = int(SITES * _ALONE), int(SITES * _AROUND)
    together = SITES - alone - around - HUNTINGDON_SITES
    towns: list[str] = []
    parts = []
    for name, count in zip(
        names, random.multinomial(together, weights / weights.sum()), strict=True
    ):
        centre = centres[names.index(name)]
        campuses = 2 + count // 60
        middles = centre + random.normal(0, 2_500, (campuses, 2))
        middles[0] = centre
        if name in beside:
            middles = np.concatenate([middles, beside[name]])
        at = random.integers(len(middles), size=count)
        parts.append(middles[at] + random.normal(0, 350, (count, 2)))
        towns += [name] * count
    # Around towns, thinning out; and in the country, between any two towns.
    town = random.choice(len(names), around, p=weights / weights.sum())
    away = random.exponential(9_000, around)
    angle = random.uniform(0, 2 * np.pi, around)
    parts.append(centres[town] + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    one, other = random.integers(len(names), size=(2, alone))
    share = random.random((alone, 1))
    between = centres[one] * share + centres[other] * (1 - share)
    parts.append(between + random.normal(0, 15_000, (alone, 2)))
    towns += [""] * (around + alone) + ["Huntingdon"] * HUNTINGDON_SITES
    [huntingdon] = _metres([HUNTINGDON])
    parts.append(huntingdon + random.normal(0, 400, (HUNTINGDON_SITES, 2)))
    return towns, np.concatenate(parts)


def _metres(points: list[tuple[float, float]]) -> np.ndarray:
    east, north = zip(*points, strict=True)
    shapes = gpd.GeoSeries(gpd.points_from_xy(east, north, crs="EPSG:4326")).to_crs(METRIC_CRS)
    return np.column_stack([shapes.x, shapes.y])
