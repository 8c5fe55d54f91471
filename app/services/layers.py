"""The large answers of a run: made once, stored compressed, sent as they are."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from app.db.runs import Layer
from app.services.notices import ATTRIBUTION

GEOJSON = "application/geo+json"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
CLUSTERS = "clusters.geojson"
GROUPS = "groups.json"
MAP = "map.html"

_MINUTES, _PLACES, _SHARES, _COORDINATES = 1, 2, 4, 6
_DECIMALS = {
    "demand": _PLACES,
    "places_available": _PLACES,
    "places_low": _PLACES,
    "places_high": _PLACES,
    "unmet": _PLACES,
    "shortfall_certain": _PLACES,
    "nearest_minutes": _MINUTES,
    "small_firm_share": _SHARES,
    "largest_employer_share": _SHARES,
    "diversity": _SHARES,
    "employment": _PLACES,
    "width_metres": 0,
    "boundary_stability": _SHARES,
    "location_quotient": _SHARES,
    "location_quotient_low": _SHARES,
    "location_quotient_high": _SHARES,
    "audiences_engaged": 0,
    "one_voice_share": _SHARES,
}
COVERAGE_PROPERTIES = (
    "site_id",
    "employer",
    "name",
    "programme_code",
    "demand",
    "reachable_venues",
    "nearest_minutes",
    "places_available",
    "places_low",
    "places_high",
    "unmet",
    "shortfall_certain",
    "gap_class",
    "reason",
    "fix",
    "authority",
    "region",
    "nation",
    "cluster_id",
)


def coverage_layer_name(programme_code: str) -> str:
    """Return the name of the layer of sites for a programme."""
    return f"coverage/{programme_code}.geojson"


def pack(content: bytes, media_type: str) -> Layer:
    """Compress ``content``; the same content always gives the same bytes."""
    return Layer(media_type=media_type, content=gzip.compress(content, compresslevel=6, mtime=0))


def unpack(layer: Layer) -> bytes:
    """Return the content of a layer."""
    return gzip.decompress(layer.content)


def coverage_layer(rows: gpd.GeoDataFrame, provenance: Mapping[str, Any]) -> bytes:
    """Return sites with their coverage of one programme as GeoJSON.

    Parameters
    ----------
    rows
        One row a site in EPSG:4326 with the columns of ``COVERAGE_PROPERTIES``; sensitive sites
        left out. A site whose place is unknown has no geometry.
    provenance
        Members that say where the numbers come from: run, snapshot, scenario.
    """
    return _collection(rows, list(COVERAGE_PROPERTIES), "site_id", provenance)


def clusters_layer(clusters: gpd.GeoDataFrame, provenance: Mapping[str, Any]) -> bytes:
    """Return footprints of clusters in EPSG:4326, with their class and strength, as GeoJSON."""
    rows = clusters.reset_index()
    properties = [name for name in rows.columns if name != rows.geometry.name]
    return _collection(rows, properties, "cluster_id", provenance)


def groups_layer(groups: pd.DataFrame) -> bytes:
    """Return the groups of every site, as they were when the run was computed."""
    columns: dict[str, list[Any]] = {"site_id": groups.index.tolist()}
    columns |= {str(name): groups[name].tolist() for name in groups.columns}
    return orjson.dumps(columns)


def _collection(
    rows: gpd.GeoDataFrame, properties: list[str], key: str, provenance: Mapping[str, Any]
) -> bytes:
    columns = {name: _sent(rows[name], _DECIMALS.get(name)) for name in properties}
    shapes = _geometries(rows.geometry)
    features = [
        {
            "type": "Feature",
            "id": identifier,
            "geometry": shape,
            "properties": dict(zip(properties, values, strict=True)),
        }
        for identifier, shape, values in zip(
            columns[key], shapes, zip(*columns.values(), strict=True), strict=True
        )
    ]
    collection = {
        "type": "FeatureCollection",
        **provenance,
        "attribution": ATTRIBUTION,
        "features": features,
    }
    return orjson.dumps(collection)


def _sent(values: pd.Series, decimals: int | None) -> list[Any]:
    """Return a column as it is sent: rounded, and missing values as null."""
    if decimals is None:
        return [None if pd.isna(value) else value for value in values.tolist()]
    numbers = values.to_numpy(dtype=float, na_value=np.nan).round(decimals) + 0.0
    return [None if np.isnan(number) else number for number in numbers.tolist()]


def _geometries(shapes: gpd.GeoSeries) -> list[dict[str, Any] | None]:
    """Return each geometry as GeoJSON with six decimals; null where there is none."""
    rounded = shapely.transform(shapes.to_numpy(), lambda points: points.round(_COORDINATES))
    return [None if shape is None else shapely.geometry.mapping(shape) for shape in rounded]
