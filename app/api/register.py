"""The register, page by page: programmes, providers, venues, offers and sites."""

from __future__ import annotations

from typing import Annotated, Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from fastapi import APIRouter, Query, Response

from app.api.records import point_features, register_items
from app.api.responses import GEOJSON_TYPE, geojson_answer, json_answer
from app.db.base import RegisterBase
from app.db.history import read_page_as_of
from app.db.models import Offer, Programme, Provider, Site, Venue
from app.db.register import next_cursor, read_page
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import Format, PlacesQuery, RegisterQuery
from app.schemas.register import (
    OfferItem,
    ProgrammeItem,
    ProviderItem,
    SiteItem,
    VenueItem,
    page_schema,
)
from app.services.difference import moment_of
from app.services.disclosure import hidden_sites

router = APIRouter(tags=["register"], responses=problems(404, 422, 503))

_GEOJSON: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of the list; with `f=geojson` as a FeatureCollection.",
        "content": {GEOJSON_TYPE: {"schema": {"$ref": "#/components/schemas/PlacesCollection"}}},
    }
}


@router.get("/programmes", response_model=page_schema(ProgrammeItem))
def read_programmes(
    query: Annotated[RegisterQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Qualifications and standards, in the order of their codes."""
    return _page(_Reader(connection, query), Programme)


@router.get("/providers", response_model=page_schema(ProviderItem))
def read_providers(
    query: Annotated[RegisterQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Organisations that train, in the order of their reference numbers."""
    return _page(_Reader(connection, query), Provider)


@router.get("/offers", response_model=page_schema(OfferItem))
def read_offers(
    query: Annotated[RegisterQuery, Query()], connection: ConnectionDependency
) -> Response:
    """List what each venue is said to deliver, in which mode and with what standing."""
    return _page(_Reader(connection, query), Offer)


@router.get("/venues", response_model=page_schema(VenueItem), responses=_GEOJSON)
def read_venues(
    query: Annotated[PlacesQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Places where providers deliver, in the order of their ids."""
    reader = _Reader(connection, query)
    rows = reader.read(Venue, query.cursor)
    rest = {"next": next_cursor(Venue, rows, query.limit), **reader.as_of}
    if query.f is Format.GEOJSON:
        return _collection(point_features(rows, Venue, key="venue_id"), rest)
    return json_answer({"items": register_items(rows, Venue), **rest})


@router.get("/sites", response_model=page_schema(SiteItem, withholds=True), responses=_GEOJSON)
def read_sites(
    query: Annotated[PlacesQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Places where technicians work, in the order of their ids; sensitive ones are withheld.

    So are, in the register as it once was, those that are sensitive today.
    """
    rows, rest = _shown_sites(_Reader(connection, query))
    if query.f is Format.GEOJSON:
        return _collection(point_features(rows, Site, key="site_id"), rest)
    return json_answer({"items": register_items(rows, Site), **rest})


class _Reader:
    """Reads pages of the register as it is, or as it was at the moment that is asked for."""

    def __init__(self, connection: sa.Connection, query: RegisterQuery) -> None:
        self.query = query
        self._connection = connection
        self._moment = None if query.as_of is None else moment_of(connection, query.as_of)

    @property
    def as_of(self) -> dict[str, Any]:
        """What the answer says of the moment; nothing where the register is read as it is."""
        return {} if self._moment is None else {"as_of": self._moment}

    def read(self, model: type[RegisterBase], after: str | None) -> Any:  # noqa: ANN401 - pandas
        """Return the page behind the cursor ``after``."""
        limit = self.query.limit
        if self._moment is None:
            return read_page(self._connection, model, after=after, limit=limit)
        return read_page_as_of(self._connection, model, self._moment, after=after, limit=limit)

    def hidden_sites(self) -> frozenset[str]:
        """Return the ids of the sites that must not be shown."""
        moments = () if self._moment is None else (self._moment,)
        return hidden_sites(self._connection, *moments)


def _page(reader: _Reader, model: type[RegisterBase]) -> Response:
    rows = reader.read(model, reader.query.cursor)
    following = next_cursor(model, rows, reader.query.limit)
    items = register_items(rows, model)
    return json_answer({"items": items, "next": following, **reader.as_of})


def _collection(features: list[dict[str, Any]], members: dict[str, Any]) -> Response:
    return geojson_answer({"type": "FeatureCollection", "features": features, **members})


def _shown_sites(reader: _Reader) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return a page of the sites that may be shown, its cursor and how many were left out.

    The cursor is made from the last site that is shown, since it can be read: made from a
    sensitive one it would tell its id.
    """
    limit, following = reader.query.limit, reader.query.cursor
    hidden = list(reader.hidden_sites())
    pages: list[pd.DataFrame] = []
    found = 0
    while found < limit and (following is not None or not pages):
        pages.append(reader.read(Site, following))
        following = next_cursor(Site, pages[-1], limit)
        found += int((~pages[-1]["site_id"].isin(hidden)).sum())
    rows = gpd.GeoDataFrame(pd.concat(pages, ignore_index=True))
    shown = gpd.GeoDataFrame(rows[~rows["site_id"].isin(hidden)].head(limit))
    last = following is None and found <= limit
    passed = len(rows) if last else int(shown.index[-1]) + 1
    return shown, {
        "next": None if last else next_cursor(Site, shown, limit),
        "withheld": passed - len(shown),
        **reader.as_of,
    }
