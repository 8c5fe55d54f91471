"""The register as it is sent. Each field is described once, where its column is defined."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geojson_pydantic import Feature, FeatureCollection, Point
from pydantic import BaseModel, ConfigDict, Field, create_model

from app.db.base import Located, RegisterBase
from app.db.fields import Kind, fields_of
from app.db.models import Offer, Programme, Provider, Site, Venue

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.LIST: list[str],
    Kind.WHOLE: int,
    Kind.NUMBER: float,
    Kind.FLAG: bool,
    Kind.DATE: date,
    Kind.CHOICE: str,
}

PLACED: dict[str, Any] = {
    "geocode_method": (str | None, Field(description="How the point was found.")),
    "precision_class": (str | None, Field(description="How well the place is known.")),
    "radius_metres": (float | None, Field(description="Within which the true place lies.")),
    "gazetteer": (str | None, Field(description="Gazetteer in which the postcode was found.")),
    "authority_code": (str | None, Field(description="Code of the local authority.")),
    "authority": (str | None, Field(description="Local authority.")),
    "region": (str | None, Field(description="ITL1 region.")),
    "nation": (str | None, Field(description="Nation.")),
    "postcodes_within_3km": (int | None, Field(description="Postcodes within 3 km.")),
}
"""What geocoding adds to a row, apart from the point itself."""

_COORDINATES: dict[str, Any] = {
    "latitude": (float | None, Field(description="Latitude of the point, WGS 84, as placed.")),
    "longitude": (float | None, Field(description="Longitude of the point, WGS 84, as placed.")),
}


AS_OF = "Moment as of which the register was read; absent where it is read as it is now."


class PlacesCollection(FeatureCollection[Feature[Point, dict[str, Any]]]):
    """Places as GeoJSON, longitude before latitude (RFC 7946); a place may be unknown."""

    next: str | None = Field(None, description="Cursor of the next page; null on the last.")
    withheld: int | None = Field(None, ge=0, description="Places left out because sensitive.")
    as_of: datetime | None = Field(None, description=AS_OF)


def item_schema(model: type[RegisterBase]) -> type[BaseModel]:
    """Return the schema of one row of ``model``: blank is sent as null, a list as an array."""
    fields = fields_of(model.metadata.tables[model.__tablename__])
    wanted: dict[str, Any] = {
        name: (
            _TYPES[field.kind] if field.required else _TYPES[field.kind] | None,
            Field(description=field.meaning),
        )
        for name, field in fields.items()
    }
    if issubclass(model, Located):
        wanted |= {name: _COORDINATES[name] for name in _COORDINATES if name in wanted}
        wanted |= PLACED
    return create_model(
        model.__name__,
        __config__=ConfigDict(extra="forbid", frozen=True),
        __doc__=model.__doc__,
        **wanted,
    )


def page_schema(item: type[BaseModel], *, withholds: bool = False) -> type[BaseModel]:
    """Return the schema of a page of ``item``; ``withholds`` where sensitive rows are left out."""
    wanted: dict[str, Any] = {
        "items": (list[item], Field(description="In the order of their ids.")),  # type: ignore[valid-type]
        "next": (str | None, Field(description="Cursor of the next page; null on the last.")),
        "as_of": (datetime, Field(None, description=AS_OF)),
    }
    if withholds:
        wanted["withheld"] = (int, Field(ge=0, description="Rows left out because sensitive."))
    return create_model(f"{item.__name__}Page", __config__=ConfigDict(extra="forbid"), **wanted)


ProviderItem = item_schema(Provider)
ProgrammeItem = item_schema(Programme)
VenueItem = item_schema(Venue)
OfferItem = item_schema(Offer)
SiteItem = item_schema(Site)
