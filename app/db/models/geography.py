"""Areas that results are counted by, and travel times that were measured or routed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import RegisterBase
from app.db.fields import choice, day, number, text
from app.db.geometry import PortableGeometry
from geo.types import Transport


class Area(RegisterBase):
    """A polygon that results are counted by."""

    __tablename__ = "areas"
    KEY = ("kind", "code")

    code: Mapped[str] = text("Code of the area", required=True)
    name: Mapped[str] = text("Name", required=True)
    kind: Mapped[str] = text("Kind of area, such as region", required=True)
    geom: Mapped[Any] = mapped_column(PortableGeometry("MULTIPOLYGON", 4326), nullable=False)


class TravelTime(RegisterBase):
    """Minutes one way from a site to a venue. A pair that is absent is unknown."""

    __tablename__ = "travel_times"
    KEY = ("from_id", "to_id", "transport")

    from_id: Mapped[str] = text("Site", required=True, refers_to="sites.site_id")
    to_id: Mapped[str] = text("Venue", required=True, refers_to="venues.venue_id")
    travel_minutes: Mapped[float] = number("Minutes one way", required=True)
    sigma_minutes: Mapped[float | None] = number("Standard error in minutes")
    transport: Mapped[str | None] = choice("Means of travel; blank is car", Transport)
    source: Mapped[str | None] = text("Where the time comes from")


class AreaEmployment(RegisterBase):
    """People employed in an authority, in all sectors together."""

    __tablename__ = "area_employment"
    KEY = ("area_code",)

    area_code: Mapped[str] = text("Code of the local authority", required=True)
    employees: Mapped[float] = number("People employed there, all sectors together", required=True)
    source: Mapped[str | None] = text("Where the row comes from")
    as_at: Mapped[date | None] = day("Date for which the row holds")
