"""A snapshot: the register at one moment, and the hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from app.db.models import (
    REGISTER_MODELS,
    Achievement,
    AreaEmployment,
    Champion,
    Demand,
    Membership,
    Offer,
    Programme,
    Provider,
    School,
    Site,
    Stakeholder,
    TravelTime,
    Unit,
    Venue,
)
from app.db.register import read_table
from app.services.notices import ILLUSTRATIVE_PREFIX
from geo.types import METRIC_CRS, Register

_HASH_DIGITS = 16


class ReferenceTables(Protocol):
    """Tables of ours that results depend on and that are no part of the register."""

    @property
    def authorities(self) -> pd.DataFrame:
        """Authorities, with ``authority_code`` and ``county``."""

    @property
    def barriers(self) -> gpd.GeoDataFrame:
        """Estuaries and islands, EPSG:27700."""

    @property
    def places(self) -> gpd.GeoDataFrame:
        """Well-known places, EPSG:27700."""

    @property
    def reference_clusters(self) -> gpd.GeoDataFrame:
        """Well-known clusters that should be found, EPSG:27700."""

    @property
    def regions(self) -> gpd.GeoDataFrame:
        """Regions of the basemap, EPSG:4326."""

    @property
    def content_hash(self) -> str:
        """Hash of the files that the tables were read from."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The register at one moment.

    Attributes
    ----------
    content_hash
        Hash of every row of every register table; when rows were loaded does not matter.
    illustrative
        Whether any row says that it was invented.
    tables
        Every register table by name, as the database gave it.
    """

    content_hash: str
    illustrative: bool
    tables: Mapping[str, pd.DataFrame]

    def register(self, reference: ReferenceTables) -> Register:
        """Return the tables as the analysis reads them: in metres, indexed by their ids."""
        return Register(
            sites=_in_metres(self._sites(reference.authorities), "site_id"),
            venues=_in_metres(self._venues(), "venue_id"),
            providers=self.tables[Provider.__tablename__].set_index("ukprn"),
            achievements=self.tables[Achievement.__tablename__],
            programmes=self.tables[Programme.__tablename__].set_index("programme_code"),
            units=self.tables[Unit.__tablename__],
            offers=self.tables[Offer.__tablename__],
            demand=self.tables[Demand.__tablename__],
            champions=self.tables[Champion.__tablename__],
            travel_times=self.tables[TravelTime.__tablename__],
            barriers=reference.barriers,
            places=reference.places,
            reference_clusters=reference.reference_clusters,
            stakeholders=self.tables[Stakeholder.__tablename__],
            memberships=self.tables[Membership.__tablename__],
            area_employment=self.tables[AreaEmployment.__tablename__],
            schools=_in_metres(self.tables[School.__tablename__], "school_id"),
        )

    def _sites(self, authorities: pd.DataFrame) -> gpd.GeoDataFrame:
        sites = gpd.GeoDataFrame(self.tables[Site.__tablename__])
        counties = authorities.set_index("authority_code")["county"]
        return sites.assign(county=sites["authority_code"].map(counties).astype("str"))

    def _venues(self) -> gpd.GeoDataFrame:
        venues = gpd.GeoDataFrame(self.tables[Venue.__tablename__])
        names = self.tables[Provider.__tablename__].set_index("ukprn")["name"]
        return venues.assign(provider=venues["ukprn"].map(names))


def take_snapshot(connection: sa.Connection) -> Snapshot:
    """Read every register table within the connection's transaction, and hash what was read."""
    tables = {model.__tablename__: read_table(connection, model) for model in REGISTER_MODELS}
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"{name}\n".encode())
        digest.update(_canonical(tables[name]))
    return Snapshot(
        content_hash=digest.hexdigest()[:_HASH_DIGITS],
        illustrative=any(_is_illustrative(table) for table in tables.values()),
        tables=tables,
    )


def _canonical(table: pd.DataFrame) -> bytes:
    """Return the rows in the order of their key as text that is the same on every database."""
    plain = pd.DataFrame(table)
    if isinstance(table, gpd.GeoDataFrame):
        plain = plain.assign(geometry=table.geometry.to_wkb(hex=True))
    columns = sorted(plain.columns)
    return plain[columns].to_csv(index=False, lineterminator="\n").encode()


def _is_illustrative(table: pd.DataFrame) -> bool:
    if "source" not in table:
        return False
    return bool(table["source"].fillna("").str.startswith(ILLUSTRATIVE_PREFIX).any())


def _in_metres(table: pd.DataFrame, key: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table).set_index(key).to_crs(METRIC_CRS)
