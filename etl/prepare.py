"""Prepares one table's rows of a file for loading: cleaned, checked, placed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from app.db.base import RegisterBase
from app.db.models import Area, CandidateSite, TravelTime, Venue
from etl.clean.areas import check_delivery_areas
from etl.clean.rows import clean_rows
from etl.clean.transport import fill_transport
from etl.errors import GazetteerError
from etl.gazetteer import Gazetteer
from etl.geocode import Aids, Geocoded, geocode
from etl.online_geocoder import OnlineGeocoder, place_online
from etl.rejects import join_rejects
from etl.report import Distances, summarise
from etl.sources.feed import Part, no_lines
from etl.sources.tabular import RawTable
from etl.tables import is_located, model_of


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """What placing rows needs.

    Attributes
    ----------
    authorities
        ``authority_code``, ``authority``, ``region``, ``nation``.
    gazetteer
        The postcodes; needed for a table whose rows stand at a place.
    wanted
        Keys that are loaded though the register does not hold them yet, where a source only adds
        to what it holds.
    aids
        What else is known of places, such as polygons that the user has loaded.
    online
        Is asked for rows of a file that the postcodes cannot place; None asks nobody.
    """

    authorities: pd.DataFrame
    gazetteer: Gazetteer | None = None
    wanted: frozenset[str] = frozenset()
    aids: Aids | None = None
    online: OnlineGeocoder | None = None

    def seals(self) -> tuple[str, ...]:
        """Return what tells these tools from others that would place rows elsewhere."""
        shapes = b""
        if self.aids and self.aids.areas is not None:
            areas = self.aids.areas
            shapes = b"".join([*areas.geometry.to_wkb(), repr(areas["code"].tolist()).encode()])
        return (
            hashlib.sha256(self.authorities.to_csv(index=False).encode()).hexdigest(),
            self.gazetteer.seal if self.gazetteer else "",
            hashlib.sha256(shapes).hexdigest(),
            self.online.name if self.online else "",
        )

    def locate(self, rows: pd.DataFrame, *, by_postcode: bool = False) -> gpd.GeoDataFrame:
        """Place rows, those among them that cannot be placed with no point and no reason lost."""
        numbered = rows.reset_index(drop=True)
        kept = self.ask_online(self.geocode(numbered, by_postcode=by_postcode), numbered).rows
        return gpd.GeoDataFrame(kept.reindex(numbered.index).set_axis(rows.index, axis=0))

    def geocode(
        self, rows: pd.DataFrame, *, by_postcode: bool = False, registered_office: bool = False
    ) -> Geocoded:
        """Return rows with points and rejects, as :func:`etl.geocode.geocode`."""
        if self.gazetteer is None:
            raise GazetteerError("These rows stand at a place: open the gazetteer first.")
        return geocode(
            rows,
            self.gazetteer,
            self.authorities,
            place_by_postcode=by_postcode,
            registered_office=registered_office,
            aids=self.aids,
        )

    def ask_online(self, placed: Geocoded, rows: pd.DataFrame) -> Geocoded:
        """Return what is placed with what the online geocoder places of the rest, if there is one.

        ``rows`` are those that ``placed`` was made of.
        """
        if self.online is None or self.gazetteer is None:
            return placed
        return place_online(placed, rows, self.online, self.gazetteer, self.authorities)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One table's rows of a file: cleaned, checked and placed.

    Attributes
    ----------
    part
        The rows as they were read.
    model
        The register table.
    rows
        Rows to load, typed, indexed by line, with a column ``geometry`` where the table has one.
    rejects
        Rows refused so far.
    spoken
        The fields of which the source speaks.
    notes
        What is to be said of the rows.
    distances
        How far given coordinates lie from the postcodes' points.
    """

    part: Part
    model: type[RegisterBase]
    rows: pd.DataFrame
    rejects: pd.DataFrame
    spoken: tuple[str, ...]
    notes: tuple[str, ...] = ()
    distances: Distances | None = None
    also: pd.Series = field(default_factory=no_lines)


def prepare_part(
    part: Part,
    tools: Tools,
    *,
    file: str,
    suggestions: Mapping[str, str] | None = None,
) -> Prepared:
    """Clean, check and place the rows of one table.

    Parameters
    ----------
    part
        The rows as they were read.
    tools
        What placing them needs.
    file
        Name of the file, for messages.
    suggestions
        What to do about a required field that is blank, by field.

    Returns
    -------
    Every row of the part is in exactly one of the rows and the rejects.

    Raises
    ------
    ColumnsError
        If a column is none of the table's, or a required one is missing.
    GazetteerError
        If rows are to be placed and there is no gazetteer.
    """
    model = model_of(part.table)
    raw = RawTable(name=file, sha256="", cells=part.cells, rejects=join_rejects([]))
    if model is TravelTime:
        raw = fill_transport(raw)
    cleaned = clean_rows(raw, model, date_format=part.date_format, suggestions=suggestions)
    prepared = Prepared(
        part=part,
        model=model,
        rows=cleaned.rows,
        rejects=cleaned.rejects,
        spoken=tuple(map(str, raw.cells.columns)),
        also=part.also,
    )
    if model is Area and part.shapes is not None:
        shapes = part.shapes.loc[prepared.rows.index]
        prepared = replace(prepared, rows=gpd.GeoDataFrame(prepared.rows, geometry=shapes))
    if model is Venue:
        prepared = _without(prepared, check_delivery_areas(prepared.rows, tools.authorities))
    return _place(prepared, tools) if is_located(model) else prepared


def _without(prepared: Prepared, refused: pd.DataFrame) -> Prepared:
    """Return what is prepared without the rows that are refused."""
    return replace(
        prepared,
        rows=prepared.rows[~prepared.rows.index.isin(refused["line"])],
        rejects=join_rejects([prepared.rejects, refused]),
    )


def _place(prepared: Prepared, tools: Tools) -> Prepared:
    office = prepared.model is CandidateSite
    placed = tools.geocode(
        prepared.rows, by_postcode=prepared.part.place_by_postcode, registered_office=office
    )
    if not office:
        # Where a company is registered says little of where it works: nobody is asked for that.
        placed = tools.ask_online(placed, prepared.rows)
    return replace(
        prepared,
        rows=placed.rows,
        rejects=join_rejects([prepared.rejects, placed.rejects]),
        notes=(*prepared.notes, *placed.notes),
        distances=summarise(placed.offsets_metres),
    )
