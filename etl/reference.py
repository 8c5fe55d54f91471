"""The reference tables that ship with the product: authorities, places, well-known clusters ..."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataSourceError

from etl.errors import SourceError
from etl.sources.tabular import read_content, read_table
from geo.types import METRIC_CRS

_WGS84 = "EPSG:4326"
_FILES = (
    "authorities.csv",
    "barriers.geojson",
    "places.csv",
    "reference_clusters.csv",
    "regions.geojson",
)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Everything that is looked up and not loaded.

    Attributes
    ----------
    authorities
        ``authority_code``, ``authority``, ``county``, ``region``, ``nation``.
    barriers
        Lines of estuaries and polygons of islands, EPSG:27700.
    places
        Well-known places, EPSG:27700.
    reference_clusters
        Well-known clusters that should be found, see :mod:`geo.reference_check`, EPSG:27700.
    regions
        The 12 regions and nations, EPSG:4326.
    content_hash
        SHA-256 of the files, in hexadecimal digits.
    """

    authorities: pd.DataFrame
    barriers: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    reference_clusters: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame
    content_hash: str


def read_reference(data_dir: Path) -> Reference:
    """Read all reference tables of a data folder.

    Raises
    ------
    SourceError
        If a file is missing or lacks a column.
    """
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update(hashlib.sha256(read_content(data_dir / name)).digest())
    return Reference(
        authorities=read_authorities(data_dir / "authorities.csv"),
        barriers=read_barriers(data_dir / "barriers.geojson"),
        places=read_places(data_dir / "places.csv"),
        reference_clusters=read_reference_clusters(data_dir / "reference_clusters.csv"),
        regions=read_regions(data_dir / "regions.geojson"),
        content_hash=digest.hexdigest(),
    )


def read_authorities(path: Path) -> pd.DataFrame:
    """Read the authorities, sorted by ``authority_code``.

    Besides ``authority``, ``region`` and ``nation`` each has its ``county``: the area of the
    county council that it lies in, or the authority itself where it has no council above it.
    A ceremonial county may be larger: Peterborough is no part of Cambridgeshire here.
    """
    table = _read_csv(path, ("authority_code", "authority", "county", "region", "nation"))
    if table["authority_code"].duplicated().any():
        raise SourceError(f"{path.name} has an authority_code more than once: delete one.")
    return table.sort_values("authority_code", ignore_index=True)


def read_places(path: Path) -> gpd.GeoDataFrame:
    """Read the well-known places: points with ``name``, in EPSG:27700, sorted by name."""
    return _read_points(path, ("name",))


def read_reference_clusters(path: Path) -> gpd.GeoDataFrame:
    """Read the reference list of :mod:`geo.reference_check`, in EPSG:27700, sorted by name."""
    return _read_points(path, ("name", "part_of", "apart_from", "classes"))


def read_quarantined(path: Path) -> dict[str, str]:
    """Read the postcodes whose published point is known to be wrong, each with the reason."""
    table = _read_csv(path, ("postcode", "reason", "source"))
    return dict(zip(table["postcode"], table["reason"], strict=True))


def _read_points(path: Path, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    table = _read_csv(path, (*columns, "latitude", "longitude"))
    degrees = table[["longitude", "latitude"]].apply(pd.to_numeric, errors="coerce")
    if degrees.isna().to_numpy().any():
        raise SourceError(f"{path.name} has a place without coordinates in degrees: correct it.")
    points = gpd.points_from_xy(degrees["longitude"], degrees["latitude"], crs=_WGS84)
    places = gpd.GeoDataFrame(table[list(columns)], geometry=points).to_crs(METRIC_CRS)
    return places.sort_values("name", ignore_index=True)


def read_barriers(path: Path) -> gpd.GeoDataFrame:
    """Read lines of estuaries and polygons of islands: ``name``, ``kind``, in EPSG:27700."""
    return _read_shapes(path, ("name", "kind")).to_crs(METRIC_CRS)


def read_regions(path: Path) -> gpd.GeoDataFrame:
    """Read the regions of the base map: ``name``, ``nation``, in EPSG:4326."""
    return _read_shapes(path, ("name", "nation"))


def _read_csv(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    raw = read_table(path)
    if len(raw.rejects):
        line = raw.rejects["line"].iloc[0]
        raise SourceError(f"{path.name} has a line that does not fit its header: line {line}.")
    _require(path, columns, raw.cells)
    return raw.cells[list(columns)].reset_index(drop=True)


def _read_shapes(path: Path, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    read_content(path)
    try:
        shapes = gpd.read_file(path)
    except (DataSourceError, ValueError):
        raise SourceError(f"{path.name} is no GeoJSON: put the one of the release back.") from None
    _require(path, columns, shapes)
    if shapes.geometry.isna().any():
        raise SourceError(f"{path.name} has a feature without a shape: put the release's back.")
    kept = shapes[[*columns, "geometry"]].to_crs(_WGS84)
    return kept.sort_values(list(columns), ignore_index=True)


def _require(path: Path, columns: tuple[str, ...], table: pd.DataFrame) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise SourceError(
            f"{path.name} lacks the column {missing[0]!r}; it has {', '.join(table.columns)}."
        )
