"""Types that more than one module of the analysis shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import geopandas as gpd
import pandas as pd

METRIC_CRS = "EPSG:27700"
"""British National Grid, in metres: the one CRS of every calculation."""


class Mode(StrEnum):
    """How an offer is delivered; each mode has its own travel tolerance."""

    DAY_RELEASE = "day_release"
    EVENING = "evening"
    BLOCK_DAILY = "block_daily"
    BLOCK_RESIDENTIAL = "block_residential"
    BLENDED = "blended"
    E_LEARNING = "e_learning"
    WORKPLACE = "workplace"
    MENTORING = "mentoring"
    SUMMER_SCHOOL = "summer_school"


class OfferStatus(StrEnum):
    """What is claimed of an offer. Unknown never counts as delivered."""

    DELIVERED = "delivered"
    COULD_DELIVER = "could_deliver"
    PLANNED = "planned"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


class Stream(StrEnum):
    """Who is to be trained: people who join, or people who are there."""

    NEW_STARTERS = "new_starters"
    EXISTING_WORKFORCE = "existing_workforce"


class UnitKind(StrEnum):
    """What a unit of a programme teaches."""

    KNOWLEDGE = "knowledge"
    PRACTICAL = "practical"


class UnitPlace(StrEnum):
    """Where a unit may be learnt."""

    PROVIDER = "provider"
    WORKPLACE = "workplace"
    EITHER = "either"


class Transport(StrEnum):
    """How a journey is made. A travel time that does not say is by car."""

    CAR = "car"
    PUBLIC_TRANSPORT = "public_transport"
    WALK = "walk"
    CYCLE = "cycle"


class Nation(StrEnum):
    """The four nations of the United Kingdom."""

    ENGLAND = "England"
    SCOTLAND = "Scotland"
    WALES = "Wales"
    NORTHERN_IRELAND = "Northern Ireland"


class Audience(StrEnum):
    """Whom a plan has to be put to."""

    EMPLOYERS = "employers and SMEs"
    PROVIDERS = "providers"
    EMPLOYEES = "employees"
    LEARNERS = "learners"
    TRADE_BODIES = "trade bodies"
    SOCIETIES = "societies"
    SCHOOLS = "schools"


class PrecisionClass(StrEnum):
    """How well the place of a point is known."""

    EXACT = "exact"
    POSTCODE_UNIT = "postcode_unit"
    POSTCODE_SHARED = "postcode_shared"
    POSTCODE_SECTOR = "postcode_sector"
    TOWN = "town"
    REGISTERED_OFFICE = "registered_office"
    UNKNOWN = "unknown"


class CandidateStanding(StrEnum):
    """What became of a company that may have a site of the sector."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """The register's tables as the analysis reads them: one moment, already in metres.

    Every table is sorted by its key. Lists inside a cell are separated by ``;``.
    Missing text is None or NaN, missing numbers are NaN: unknown, never zero.

    Attributes
    ----------
    sites, venues
        Points in EPSG:27700, indexed by ``site_id`` and ``venue_id``; a point may be missing.
        Besides the register's columns both carry ``authority``, ``region``, ``nation``,
        ``precision_class``, ``radius_metres`` and ``postcodes_within_3km``;
        ``venues`` carries ``provider``, the provider's name.
    providers
        Indexed by ``ukprn``.
    programmes
        Indexed by ``programme_code``.
    achievements, units, offers, demand, champions, travel_times
        Plain tables with the register's columns.
    barriers
        Lines of estuaries (``kind`` = ``estuary``) and polygons of islands (``island``),
        with ``name``, in EPSG:27700.
    places
        Well-known places by which clusters are named: points with ``name``, in EPSG:27700.
    stakeholders, memberships, area_employment
        Plain tables with the register's columns. Without rows nothing is recorded: unknown.
    schools
        Points in EPSG:27700 with ``name``.
    reference_clusters
        Well-known clusters that should be found, see :mod:`geo.reference_check`, EPSG:27700.
    """

    sites: gpd.GeoDataFrame
    venues: gpd.GeoDataFrame
    providers: pd.DataFrame
    achievements: pd.DataFrame
    programmes: pd.DataFrame
    units: pd.DataFrame
    offers: pd.DataFrame
    demand: pd.DataFrame
    champions: pd.DataFrame
    travel_times: pd.DataFrame
    barriers: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stakeholders: pd.DataFrame = field(
        default_factory=lambda: _no_rows("organisation", "audience", "stance")
    )
    memberships: pd.DataFrame = field(default_factory=lambda: _no_rows("organisation", "body"))
    area_employment: pd.DataFrame = field(
        default_factory=lambda: _no_rows("area_code", "employees")
    )
    schools: gpd.GeoDataFrame = field(default_factory=lambda: _no_points("name"))
    reference_clusters: gpd.GeoDataFrame = field(
        default_factory=lambda: _no_points("name", "part_of", "apart_from", "classes")
    )


def _no_rows(*columns: str) -> pd.DataFrame:
    """Return a table of which no row is recorded."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})


def _no_points(*columns: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(_no_rows(*columns), geometry=[], crs=METRIC_CRS)
