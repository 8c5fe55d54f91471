"""The register, page by page: programmes, providers, venues, offers and sites."""

from __future__ import annotations

from typing import Annotated, Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from fastapi import APIRouter, Query, Response

from app.api.records import point_features, register_items, without_sensitive
from app.api.responses import GEOJSON_TYPE, geojson_answer, json_answer
from app.db.base import RegisterBase
from app.db.models import Offer, Programme, Provider, Site, Venue
from app.db.register import next_cursor, read_page
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import Format, PageQuery, PlacesQuery
from app.schemas.register import (
    OfferItem,
    ProgrammeItem,
    ProviderItem,
    SiteItem,
    VenueItem,
    page_schema,
)

router = APIRouter(tags=["register"], responses=problems(422, 503))

_GEOJSON: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of the list; with `f=geojson` as a FeatureCollection.",
        "content": {GEOJSON_TYPE: {"schema": {"$ref": "#/components/schemas/PlacesCollection"}}},
    }
}


@router.get("/programmes", response_model=page_schema(ProgrammeItem))
def read_programmes(
    query: Annotated[PageQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Qualifications and standards, in the order of their codes."""
    return _page(connection, Programme, query)


@router.get("/providers", response_model=page_schema(ProviderItem))
def read_providers(
    query: Annotated[PageQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Organisations that train, in the order of their reference numbers."""
    return _page(connection, Provider, query)


@router.get("/offers", response_model=page_schema(OfferItem))
def read_offers(query: Annotated[PageQuery, Query()], connection: ConnectionDependency) -> Response:
    """List what each venue is said to deliver, in which mode and with what standing."""
    return _page(connection, Offer, query)


@router.get("/venues", response_model=page_schema(VenueItem), responses=_GEOJSON)
def read_venues(
    query: Annotated[PlacesQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Places where providers deliver, in the order of their ids."""
    rows = read_page(connection, Venue, after=query.cursor, limit=query.limit)
    following = next_cursor(Venue, rows, query.limit)
    if query.f is Format.GEOJSON:
        return _collection(point_features(rows, Venue, key="venue_id"), {"next": following})
    return json_answer({"items": register_items(rows, Venue), "next": following})


@router.get("/sites", response_model=page_schema(SiteItem, withholds=True), responses=_GEOJSON)
def read_sites(
    query: Annotated[PlacesQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Places where technicians work, in the order of their ids; sensitive ones are withheld."""
    rows, rest = _shown_sites(connection, query)
    if query.f is Format.GEOJSON:
        return _collection(point_features(rows, Site, key="site_id"), rest)
    return json_answer({"items": register_items(rows, Site), **rest})


def _page(connection: sa.Connection, model: type[RegisterBase], query: PageQuery) -> Response:
    rows = read_page(connection, model, after=query.cursor, limit=query.limit)
    return json_answer(
        {
            "items": register_items(rows, model),
            "next": next_cursor(model, rows, query.limit),
        }
    )


def _collection(features: list[dict[str, Any]], members: dict[str, Any]) -> Response:
    return geojson_answer({"type": "FeatureCollection", "features": features, **members})


def _shown_sites(
    connection: sa.Connection, query: PageQuery
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return a page of the sites that may be shown, its cursor and how many were left out.

    The cursor is made from the last site that is shown, since it can be read: made from a
    sensitive one it would tell its id.
    """
    pages: list[pd.DataFrame] = []
    following, found = query.cursor, 0
    while found < query.limit and (following is not None or not pages):
        pages.append(read_page(connection, Site, after=following, limit=query.limit))
        following = next_cursor(Site, pages[-1], query.limit)
        found += len(without_sensitive(pages[-1]))
    rows = gpd.GeoDataFrame(pd.concat(pages, ignore_index=True))
    shown = gpd.GeoDataFrame(without_sensitive(rows).head(query.limit))
    last = following is None and found <= query.limit
    passed = len(rows) if last else int(shown.index[-1]) + 1
    return shown, {
        "next": None if last else next_cursor(Site, shown, query.limit),
        "withheld": passed - len(shown),
    }
