"""Who needs technicians: sites, demand, champions, stakeholders, memberships, schools."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from app.db.base import Located, RegisterBase
from app.db.fields import choice, day, flag, items, number, text, whole
from geo.types import Audience, Stream


class Site(Located, RegisterBase):
    """A place where an employer's technicians work."""

    __tablename__ = "sites"
    KEY = ("site_id",)

    site_id: Mapped[str] = text("Id of the site", required=True)
    employer: Mapped[str] = text("Name of the employer", required=True)
    company_number: Mapped[str | None] = text("Company number, 8 characters")
    name: Mapped[str | None] = text("Name of the site")
    postcode: Mapped[str | None] = text("Postcode")
    latitude: Mapped[float | None] = number("Latitude as given", low=-90, high=90)
    longitude: Mapped[float | None] = number("Longitude as given", low=-180, high=180)
    segment: Mapped[str | None] = text("Segment of the sector")
    sic_codes: Mapped[str | None] = items("Industry codes")
    employees: Mapped[float | None] = number("People who work at the site")
    employees_low: Mapped[float | None] = number("Fewest who may work there")
    employees_high: Mapped[float | None] = number("Most who may work there")
    employer_employees: Mapped[float | None] = number("People who work for the whole employer")
    technicians: Mapped[float | None] = number("Technicians among those at the site")
    release_days_limit: Mapped[float | None] = number(
        "Days a year for which the site can spare a learner", high=366
    )
    units_hosted: Mapped[str | None] = items(
        "Codes of the units that can be learnt at the site; blank is not stated"
    )
    sensitive: Mapped[bool | None] = flag("Whether the site's place must not be shown")
    source: Mapped[str | None] = text("Where the row comes from")
    as_at: Mapped[date | None] = day("Date for which the row holds")


class Demand(RegisterBase):
    """Training places that a site says it needs."""

    __tablename__ = "demand"
    KEY = ("site_id", "programme_code", "stream")

    site_id: Mapped[str] = text("Site", required=True, refers_to="sites.site_id")
    programme_code: Mapped[str] = text(
        "Code of the programme", required=True, refers_to="programmes.programme_code"
    )
    stream: Mapped[str] = choice("Who is to be trained", Stream, required=True)
    places: Mapped[float] = number("Places a year", required=True)
    places_low: Mapped[float | None] = number("Fewest places a year that are likely")
    places_high: Mapped[float | None] = number("Most places a year that are likely")
    basis: Mapped[str | None] = text("What the number rests on")


class Champion(RegisterBase):
    """An employer's readiness to lead a pilot: an organisation's standing, never a person's."""

    __tablename__ = "champions"
    KEY = ("site_id",)

    site_id: Mapped[str] = text("Site", required=True, refers_to="sites.site_id")
    level: Mapped[int] = whole(
        "0 none, 1 named, 2 early indication, 3 written with places, 4 resourced with mentor",
        required=True,
        high=4,
    )
    support_needed: Mapped[str | None] = text("Support that it needs to lead")
    places_stated: Mapped[float | None] = number("Places a year that it stated")
    evidence: Mapped[str | None] = text("What the level rests on")
    as_at: Mapped[date | None] = day("Date for which the level holds")
    expires: Mapped[date | None] = day("Last day on which the level counts")


class Stakeholder(RegisterBase):
    """An organisation to be heard, and what it said."""

    __tablename__ = "stakeholders"
    KEY = ("organisation", "audience")

    organisation: Mapped[str] = text("Organisation", required=True)
    audience: Mapped[str] = choice("Audience that it speaks for", Audience, required=True)
    route: Mapped[str | None] = text("Route by which it is reached")
    stance: Mapped[str | None] = text("What it holds of the plan")
    evidence: Mapped[str | None] = text("What the stance rests on")
    as_at: Mapped[date | None] = day("Date for which the stance holds")


class Membership(RegisterBase):
    """An organisation that belongs to a body."""

    __tablename__ = "memberships"
    KEY = ("organisation", "body")

    organisation: Mapped[str] = text("Organisation", required=True)
    body: Mapped[str] = text("Body that it belongs to", required=True)


class School(Located, RegisterBase):
    """A school whose leavers may start as technicians."""

    __tablename__ = "schools"
    KEY = ("school_id",)

    school_id: Mapped[str] = text("Id of the school", required=True)
    name: Mapped[str] = text("Name", required=True)
    postcode: Mapped[str | None] = text("Postcode")
    leavers_per_year: Mapped[float | None] = number("Leavers a year")
    science_leavers_per_year: Mapped[float | None] = number("Leavers a year with a science")
    stage: Mapped[str | None] = text("Stage at which they leave")
