"""The map of a run, from its coverage, the venues that it analysed and its clusters."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from app.db.runs import RunRecord
from app.services.notices import ATTRIBUTION, chief_assumptions
from geo.maps.coverage import coverage_map
from geo.maps.page import MapCaption, render_page
from geo.scenario import Scenario
from geo.types import OfferStatus, Register

_BEST_FIRST = (
    OfferStatus.DELIVERED,
    OfferStatus.PLANNED,
    OfferStatus.COULD_DELIVER,
    OfferStatus.UNKNOWN,
    OfferStatus.LAPSED,
)


def map_page(
    coverage: gpd.GeoDataFrame,
    register: Register,
    clusters: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    *,
    record: RunRecord,
    scenario: Scenario,
) -> str:
    """Return the page of the map; its scripts and styles are linked as folium links them.

    Parameters
    ----------
    coverage
        One row a shown site and programme, EPSG:4326.
    register
        What was analysed, with the scenario's changes laid over it.
    """
    reported = coverage["programme_code"].unique()
    titles = register.programmes["title"]
    sensitive = register.sites["sensitive"].fillna(value=False)
    caption = MapCaption(
        title="Skillshed: who can reach training",
        run_id=record.run_id,
        as_of=record.as_of,
        attribution=ATTRIBUTION,
        illustrative=record.illustrative,
        assumptions=chief_assumptions(scenario),
        withheld_sites=int(sensitive.sum()),
    )
    return render_page(
        coverage_map(
            coverage,
            venues_shown(register),
            clusters,
            regions,
            programmes={str(code): str(titles[code]) for code in sorted(reported)},
            caption=caption,
        )
    )


def venues_shown(register: Register) -> gpd.GeoDataFrame:
    """Return the venues in EPSG:4326 with their best status and their offers in words."""
    venues = register.venues.to_crs("EPSG:4326").reset_index()
    offers = register.offers
    order = {status.value: place for place, status in enumerate(_BEST_FIRST)}
    best = offers["status"].map(order).groupby(offers["venue_id"]).min()
    statuses = np.array([status.value for status in _BEST_FIRST], dtype=object)
    place = venues["venue_id"].map(best).fillna(order[OfferStatus.UNKNOWN]).astype(int)
    said = offers["programme_code"] + " " + offers["mode"] + ": " + offers["status"]
    texts = said.str.replace("_", " ").groupby(offers["venue_id"]).agg("; ".join)
    shown = venues.assign(
        status=statuses[place.to_numpy()],
        offers=venues["venue_id"].map(texts).fillna("no offer recorded: unknown"),
    )
    columns = ["venue_id", "name", "provider", "status", "offers", "geometry"]
    return gpd.GeoDataFrame(shown[columns])
