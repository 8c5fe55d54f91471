"""The layers that sites stand on: basemap of regions, cluster footprints, training venues.

Names from outside travel as data. The page's script writes them with ``textContent``, never as
HTML, and folium writes the data itself with every ``<``, ``>``, ``&`` and ``'`` escaped.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.utilities import JsCode

from geo.maps.palette import COAST, LAND

BASEMAP_PANE = "basemap"
COORDINATE_DECIMALS = 6
VENUE_PROPERTIES = ("venue_id", "name", "provider", "status", "offers")
CLUSTER_PROPERTIES = ("name", "cluster_class", "employers", "employment")


def region_layer(regions: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw the regions as the basemap: under everything, deaf to the pointer."""
    return folium.GeoJson(
        features(regions, ("name",)),
        name="Regions",
        control=False,
        pane=BASEMAP_PANE,
        interactive=False,
        style=JsCode(
            f"() => ({{fillColor: '{LAND}', fillOpacity: 1, color: '{COAST}', weight: 0.75}})"
        ),
    )


def cluster_layer(clusters: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw the footprints of clusters; the page's script writes their names beside them."""
    return folium.GeoJson(
        features(clusters, CLUSTER_PROPERTIES),
        name="Clusters",
        style=JsCode("skillshed.clusterStyle"),
        on_each_feature=JsCode("skillshed.onCluster"),
    )


def venue_layer(venues: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw venues as squares, by the best status of their offers."""
    return folium.GeoJson(
        features(venues.sort_values("venue_id"), VENUE_PROPERTIES),
        name="Training venues",
        style=JsCode("skillshed.venueStyle"),
        pointToLayer=JsCode("skillshed.venueMarker"),
        on_each_feature=JsCode("skillshed.onVenue"),
    )


def features(table: gpd.GeoDataFrame, properties: Iterable[str]) -> dict[str, Any]:
    """Return GeoJSON of the rows that have a geometry, longitude before latitude.

    Coordinates have 6 decimals, whole numbers none; unknown is null.
    """
    placed = table[table.geometry.notna() & ~table.geometry.is_empty]
    shapes = shapely.transform(
        placed.geometry.to_numpy(), lambda points: np.round(points, COORDINATE_DECIMALS)
    )
    columns = {name: [_sent(value) for value in placed[name]] for name in properties}
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
            for row, shape in zip(rows, shapes, strict=True)
        ],
    }


def unplaced(table: gpd.GeoDataFrame, key: Hashable) -> int:
    """Count the ids of ``table`` that have no geometry and so cannot be drawn."""
    return int(table.loc[table.geometry.isna() | table.geometry.is_empty, key].nunique())


def _sent(value: str | float | None) -> str | int | None:
    if pd.isna(value):
        return None
    return str(value) if isinstance(value, str) else round(value)
