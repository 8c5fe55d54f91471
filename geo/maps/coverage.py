"""The coverage map: which sites have a place for their technicians, by programme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import folium
import geopandas as gpd
from folium.map import CustomPane

from geo.clusters import ClusterClass
from geo.contracts import require_choices, require_columns, require_unique
from geo.errors import InputError
from geo.gaps import GapClass
from geo.maps.layers import (
    BASEMAP_PANE,
    CLUSTER_PROPERTIES,
    COORDINATE_DECIMALS,
    VENUE_PROPERTIES,
    cluster_layer,
    has_place,
    region_layer,
    unplaced,
    venue_layer,
)
from geo.maps.legend import cluster_legend, gap_legend, notes, venue_legend
from geo.maps.page import TABLE_TWIN, MapCaption, MapPage, OfflineMap
from geo.maps.script import DrawingScript, Label, PageScript
from geo.maps.search import NameSearch
from geo.maps.sites import SITE_PROPERTIES, SiteLayer, site_tables
from geo.types import OfferStatus

DEGREES = "EPSG:4326"
UNITED_KINGDOM = ((49.9, -8.2), (58.7, 1.8))
"""South-west and north-east (latitude, longitude): what is shown when there is nothing to fit."""

_CLOSEST_START = 11


def coverage_map(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clusters: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    *,
    programmes: Mapping[str, str],
    caption: MapCaption,
) -> folium.Map:
    """Draw sites by gap class, a layer a programme, with venues, clusters and regions.

    Parameters
    ----------
    sites
        One row per site and programme: ``site_id``, ``programme_code`` and ``SITE_PROPERTIES``.
        Demand and places a year, minutes one way; NaN is unknown. A site may have no point.
    venues
        ``venue_id``, ``name``, ``provider``, ``status`` (the best of its offers), ``offers``.
    clusters
        Footprints indexed by ``cluster_id``: ``name``, ``cluster_class``, ``employers``,
        ``employment`` (persons).
    regions
        The basemap: polygons with ``name``.
    programmes
        Title by ``programme_code``, in the order of the layers; the first is shown on opening.

    Returns
    -------
    A map in its page. ``geo.maps.page.render_page`` makes HTML of it; the links of that HTML are
    the caller's to replace.

    Raises
    ------
    InputError
        If a table lacks a column, holds a class that nobody knows, or is not in EPSG:4326.
    """
    _check(sites, venues, clusters, regions)
    _check_programmes(sites, programmes)
    labelled = _told_apart(programmes)
    page = MapPage(caption, _legend(sites, venues, clusters, labelled, caption))
    drawn = OfflineMap((54.5, -3.5))
    page.add_child(drawn)
    tables = site_tables(sites, venues, list(programmes))
    drawn.add_child(DrawingScript(tables.sites, tables.texts))
    drawn.add_child(CustomPane(BASEMAP_PANE, z_index=200))
    venue_drawing, cluster_drawing = venue_layer(venues), cluster_layer(clusters.sort_index())
    for layer in (region_layer(regions), cluster_drawing, venue_drawing):
        drawn.add_child(layer)
    site_drawings = [
        SiteLayer(title, tables.coverage[code], show=position == 0)
        for position, (code, title) in enumerate(labelled.items())
    ]
    for sites_of_programme in site_drawings:
        drawn.add_child(sites_of_programme)
    drawn.fit_bounds(_bounds(sites, venues, clusters), padding=(24, 24), max_zoom=_CLOSEST_START)
    drawn.add_child(folium.LayerControl(collapsed=False))
    drawn.add_child(
        PageScript(
            f"Map: {caption.title}. {TABLE_TWIN}",
            site_layers=[layer.get_name() for layer in site_drawings],
            venues=venue_drawing.get_name(),
            clusters=cluster_drawing.get_name(),
            labels=_labels(clusters, regions),
        )
    )
    drawn.add_child(NameSearch(venue_drawing))
    return drawn


def _check(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clusters: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
) -> None:
    require_columns(sites, ("programme_code", *SITE_PROPERTIES), table="sites")
    require_columns(venues, VENUE_PROPERTIES, table="venues")
    require_columns(clusters, CLUSTER_PROPERTIES, table="clusters")
    require_columns(regions, ("name",), table="regions")
    require_choices(sites["gap_class"], list(GapClass), table="sites")
    require_choices(venues["status"], list(OfferStatus), table="venues")
    require_choices(clusters["cluster_class"], list(ClusterClass), table="clusters")
    require_unique(sites.set_index(["site_id", "programme_code"]).index, table="sites")
    require_unique(venues.set_index("venue_id").index, table="venues")
    require_unique(clusters.index, table="clusters")
    tables = {"sites": sites, "venues": venues, "clusters": clusters, "regions": regions}
    for name, table in tables.items():
        if table.crs != DEGREES:
            raise InputError(
                f"A map needs longitude and latitude ({DEGREES}), but {name!r} is in {table.crs}. "
                f"Call .to_crs({DEGREES!r})."
            )


def _check_programmes(sites: gpd.GeoDataFrame, programmes: Mapping[str, str]) -> None:
    if not programmes:
        raise InputError("A coverage map needs at least one programme.")
    require_choices(sites["programme_code"], list(programmes), table="sites")


def _told_apart(programmes: Mapping[str, str]) -> dict[str, str]:
    """Return the titles, with the code where two programmes have the same one."""
    count = Counter(programmes.values())
    return {
        code: f"{title} ({code})" if count[title] > 1 else title
        for code, title in programmes.items()
    }


def _legend(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clusters: gpd.GeoDataFrame,
    programmes: Mapping[str, str],
    caption: MapCaption,
) -> str:
    reading = ["Sites and venues of one place are set apart on the screen: venues in the middle."]
    missing_sites, missing_venues = unplaced(sites, "site_id"), unplaced(venues, "venue_id")
    if missing_sites:
        reading.append(f"Sites whose place is unknown, counted but not drawn: {missing_sites:,}.")
    if missing_venues:
        reading.append(f"Venues whose place is unknown, counted but not drawn: {missing_venues:,}.")
    if caption.withheld_sites:
        reading.append(
            f"Sites withheld because they are sensitive, neither drawn nor counted in this "
            f"legend: {caption.withheld_sites:,}."
        )
    return "".join(
        (
            gap_legend(sites, programmes),
            venue_legend(venues["status"]),
            cluster_legend(clusters["cluster_class"]),
            notes([*reading, TABLE_TWIN], heading="Reading this map"),
            notes(caption.assumptions, heading="Assumptions"),
        )
    )


def _labels(clusters: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> list[Label]:
    """Return the names to write: large clusters first, then small ones, then regions."""
    ordered = clusters.sort_index().sort_values("employment", ascending=False, kind="stable")
    return [
        Label(
            str(name),
            round(point.y, COORDINATE_DECIMALS),
            round(point.x, COORDINATE_DECIMALS),
            kind,
        )
        for table, kind in ((ordered, "cluster"), (regions.sort_values("name"), "region"))
        for name, point in zip(
            table.loc[has_place(table), "name"],
            table.geometry[has_place(table)].representative_point(),
            strict=True,
        )
    ]


def _bounds(*tables: gpd.GeoDataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the south-west and north-east corner (latitude, longitude) of what is drawn."""
    found = [table.total_bounds for table in tables if has_place(table).any()]
    if not found:
        return UNITED_KINGDOM
    west, south = min(box[0] for box in found), min(box[1] for box in found)
    east, north = max(box[2] for box in found), max(box[3] for box in found)
    return (float(south), float(west)), (float(north), float(east))
