"""Who trains, where, for what: providers, achievements, venues, programmes, units, offers."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from app.db.base import Located, RegisterBase
from app.db.fields import choice, day, flag, items, number, text, whole
from geo.types import Mode, Nation, OfferStatus, UnitKind, UnitPlace

UKPRN = r"[0-9]{8}"


class Provider(RegisterBase):
    """An organisation that trains."""

    __tablename__ = "providers"
    KEY = ("ukprn",)

    ukprn: Mapped[str] = text(
        "UK provider reference number, 8 digits", required=True, pattern=UKPRN
    )
    name: Mapped[str] = text("Name of the organisation", required=True)
    provider_type: Mapped[str | None] = text("Kind of organisation, in the source's words")
    nation: Mapped[str | None] = choice("Nation whose rules it works under", Nation)
    register_status: Mapped[str | None] = text("Its standing on the official register")
    inspection_scheme: Mapped[str | None] = text("Scheme by which it was inspected")
    inspection_grades: Mapped[str | None] = items("Grades as area=grade; scales are never mixed")
    inspection_date: Mapped[date | None] = day("Date of the inspection")
    safeguarding_met: Mapped[bool | None] = flag("Whether safeguarding was found effective")
    employer_stars: Mapped[float | None] = number("Mean stars from employers", low=1, high=4)
    employer_reviews: Mapped[int | None] = whole("Employers who gave stars")
    learner_stars: Mapped[float | None] = number("Mean stars from learners", low=1, high=4)
    learner_reviews: Mapped[int | None] = whole("Learners who gave stars")
    website: Mapped[str | None] = text("Address of its pages")
    source: Mapped[str | None] = text("Where the row comes from")
    licence: Mapped[str | None] = text("Licence of the source")
    as_at: Mapped[date | None] = day("Date for which the row holds")


class Programme(RegisterBase):
    """A qualification or standard."""

    __tablename__ = "programmes"
    KEY = ("programme_code",)

    programme_code: Mapped[str] = text("Code of the programme", required=True)
    title: Mapped[str] = text("Title", required=True)
    level_rqf: Mapped[int | None] = whole("Level, England, Wales and Northern Ireland", high=8)
    level_scqf: Mapped[int | None] = whole("Level, Scotland", high=12)
    award: Mapped[str | None] = text("What is awarded")
    pathway: Mapped[str | None] = text("Pathway that it belongs to")
    nation: Mapped[str | None] = choice("Nation for which it is meant; blank is all", Nation)
    min_cohort: Mapped[int | None] = whole("Fewest starters with which it runs", low=1)
    demand_share: Mapped[float | None] = number("Share of technicians who need it (0 to 1)", high=1)
    recognised_by: Mapped[str | None] = items("Bodies that recognise it")
    registration: Mapped[str | None] = text("Professional registration that it leads to")
    progresses_to: Mapped[str | None] = items("Codes of the programmes that follow")


class Unit(RegisterBase):
    """A part of a programme."""

    __tablename__ = "units"
    KEY = ("programme_code", "unit_code")

    programme_code: Mapped[str] = text(
        "Code of the programme", required=True, refers_to="programmes.programme_code"
    )
    unit_code: Mapped[str] = text("Code of the unit", required=True)
    title: Mapped[str | None] = text("Title")
    kind: Mapped[str] = choice("Knowledge or practical", UnitKind, required=True)
    place: Mapped[str] = choice("Where it may be learnt", UnitPlace, required=True)
    facilities: Mapped[str | None] = items("Facilities that it needs")


class Achievement(RegisterBase):
    """How many who started a programme achieved it."""

    __tablename__ = "achievements"
    KEY = ("ukprn", "programme_code", "year")

    ukprn: Mapped[str | None] = text(
        "Provider; blank is the national rate", pattern=UKPRN, refers_to="providers.ukprn"
    )
    programme_code: Mapped[str] = text(
        "Code of the programme", required=True, refers_to="programmes.programme_code"
    )
    year: Mapped[str] = text("Academic year, such as 2024/25", required=True)
    rate: Mapped[float | None] = number("Achievement rate (0 to 1)", high=1)
    leavers: Mapped[int | None] = whole("Leavers behind the rate")
    suppressed: Mapped[bool | None] = flag("Whether the publisher withheld the rate")


class Venue(Located, RegisterBase):
    """A place where a provider delivers; its registered office is not one."""

    __tablename__ = "venues"
    KEY = ("venue_id",)

    venue_id: Mapped[str] = text("Id of the venue", required=True)
    ukprn: Mapped[str] = text("Provider", required=True, pattern=UKPRN, refers_to="providers.ukprn")
    name: Mapped[str] = text("Name of the venue", required=True)
    postcode: Mapped[str | None] = text("Postcode")
    latitude: Mapped[float | None] = number("Latitude as given", low=-90, high=90)
    longitude: Mapped[float | None] = number("Longitude as given", low=-180, high=180)
    delivery_area: Mapped[str | None] = items(
        "Names of nations, regions or authority codes served at the workplace"
    )
    facilities: Mapped[str | None] = items("Facilities")
    source: Mapped[str | None] = text("Where the row comes from")
    as_at: Mapped[date | None] = day("Date for which the row holds")


class Offer(RegisterBase):
    """One venue, one programme, one delivery mode."""

    __tablename__ = "offers"
    KEY = ("venue_id", "programme_code", "mode")

    venue_id: Mapped[str] = text("Venue", required=True, refers_to="venues.venue_id")
    programme_code: Mapped[str] = text(
        "Code of the programme", required=True, refers_to="programmes.programme_code"
    )
    mode: Mapped[str] = choice("Delivery mode", Mode, required=True)
    status: Mapped[str] = choice("What is claimed of the offer", OfferStatus, required=True)
    pool_id: Mapped[str | None] = text("Offers that share places have the same pool")
    places_per_year: Mapped[float | None] = number("Places a year")
    places_low: Mapped[float | None] = number("Fewest places a year that are likely")
    places_high: Mapped[float | None] = number("Most places a year that are likely")
    places_basis: Mapped[str | None] = choice(
        "What the places rest on", ("declared", "forecast", "leavers", "imputed")
    )
    last_starts: Mapped[int | None] = whole("Starters in the last year")
    round_trips_per_year: Mapped[float | None] = number("Journeys there and back in a year")
    release_days_per_year: Mapped[float | None] = number("Days a year away from work", high=366)
    units: Mapped[str | None] = items("Codes of the units that it covers; blank is not stated")
    source: Mapped[str | None] = text("Where the row comes from")
    as_at: Mapped[date | None] = day("Date for which the claim holds")
