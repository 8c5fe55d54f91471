"""The layers that sites stand on: basemap of regions, cluster footprints, training venues.

Names from outside travel as data: ``script_json`` makes them harmless in the script, and the
page's script writes them with ``textContent``, never as HTML.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from folium.template import Template
from folium.utilities import JsCode

from geo.maps.palette import COAST, LAND
from geo.maps.script import script_json

BASEMAP_PANE = "basemap"
COORDINATE_DECIMALS = 6
VENUE_PROPERTIES = ("venue_id", "name", "provider", "status", "offers")
CLUSTER_PROPERTIES = ("name", "cluster_class", "employers", "employment")


class FeatureLayer(folium.FeatureGroup):
    """A GeoJSON layer, like folium's, whose data cannot be run as a template or end the script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.geoJSON({{ this.json }}, {{ this.leaflet|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        data: dict[str, Any],
        name: str,
        *,
        control: bool = True,
        **options: str | bool | JsCode,
    ) -> None:
        super().__init__(name=name, control=control)
        self._name = "FeatureLayer"
        self.data = data
        self.json = script_json(data)
        self.leaflet = options


def region_layer(regions: gpd.GeoDataFrame) -> FeatureLayer:
    """Draw the regions as the basemap: under everything, deaf to the pointer."""
    return FeatureLayer(
        features(regions, ("name",)),
        name="Regions",
        control=False,
        pane=BASEMAP_PANE,
        interactive=False,
        style=JsCode(
            f"() => ({{fillColor: '{LAND}', fillOpacity: 1, color: '{COAST}', weight: 0.75}})"
        ),
    )


def cluster_layer(clusters: gpd.GeoDataFrame) -> FeatureLayer:
    """Draw the footprints of clusters; the page's script writes their names beside them."""
    return FeatureLayer(
        features(clusters, CLUSTER_PROPERTIES),
        name="Clusters",
        style=JsCode("skillshed.clusterStyle"),
        onEachFeature=JsCode("skillshed.onCluster"),
    )


def venue_layer(venues: gpd.GeoDataFrame) -> FeatureLayer:
    """Draw venues as squares, by the best status of their offers.

    Venues of one point get a number, ``fan``, by which the page sets them apart.
    """
    ordered = venues.sort_values("venue_id")
    numbered = ordered.assign(fan=ordered.groupby(ordered.geometry.to_wkb()).cumcount())
    return FeatureLayer(
        features(numbered, (*VENUE_PROPERTIES, "fan")),
        name="Training venues",
        style=JsCode("skillshed.venueStyle"),
        pointToLayer=JsCode("skillshed.venueMarker"),
        onEachFeature=JsCode("skillshed.onVenue"),
    )


def features(table: gpd.GeoDataFrame, properties: Iterable[str]) -> dict[str, Any]:
    """Return GeoJSON of the rows that have a geometry, longitude before latitude.

    Coordinates have 6 decimals, whole numbers none; unknown is null.
    """
    placed = table[has_place(table)]
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
    return int(table.loc[~has_place(table), key].nunique())


def has_place(table: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell of each row whether it has a geometry that can be drawn."""
    shapes = table.geometry.to_numpy()
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)), dtype=np.bool_)


def _sent(value: str | float | None) -> str | int | None:
    if pd.isna(value):
        return None
    return str(value) if isinstance(value, str) else round(value)
