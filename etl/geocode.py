"""Geocoding: a point for every row, with how it was found and how far off it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from app.db.base import GEOCODED_COLUMNS
from etl.gazetteer import BRITISH_GRID, Gazetteer
from etl.given_coordinates import (
    AGREE_METRES,
    CROWD_POSTCODES,
    CROWD_RADIUS_METRES,
    WGS84,
    check_given,
    transform,
)
from etl.postcode_points import find_points
from etl.refusals import refuse
from etl.rejects import join_rejects, make_rejects
from geo.types import PrecisionClass

# Assumptions of ours.
EXACT_RADIUS_METRES = 50.0
"""A given coordinate is taken to be this good."""

FORMATION_FROM = 100
"""So many organisations that give one postcode use an address for hire, such as an agent's."""

_NATIONS = {"E": "England", "S": "Scotland", "W": "Wales", "N": "Northern Ireland"}
_MADE = tuple(name for name in GEOCODED_COLUMNS if name != "geom")


@dataclass(frozen=True, slots=True, eq=False)
class Aids:
    """What else may be known of places.

    Attributes
    ----------
    areas
        Polygons with ``code``: a row that has coordinates and no postcode lies in the authority
        whose polygon holds it. Without one, its authority is the nearest postcode's.
    organisations_at
        How many organisations give a postcode (written as SG1 2NY), in a register of all.
    """

    areas: gpd.GeoDataFrame | None = None
    organisations_at: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Geocoded:
    """Rows with their points, and rows refused, each with its reason.

    Attributes
    ----------
    rows
        The rows that were kept, on their index, with ``geometry`` (EPSG:4326, missing where the
        place is unknown) and the columns that geocoding makes.
    rejects
        The rows that were refused; ``line`` is their index.
    offsets_metres
        Distance from the postcode's point to the given coordinates, for kept rows that have
        both, on their index.
    notes
        What is to be said of the file, in sentences.
    suggestions
        Kept rows whose postcode should be corrected, in the columns of rejects: the postcode as
        it is written stays, and the suggestion is the one by which the row was placed.
    """

    rows: gpd.GeoDataFrame
    rejects: pd.DataFrame
    offsets_metres: pd.Series
    notes: tuple[str, ...] = ()
    suggestions: pd.DataFrame = field(default_factory=lambda: join_rejects([]))


def geocode(
    rows: pd.DataFrame,
    gazetteer: Gazetteer,
    authorities: pd.DataFrame,
    *,
    place_by_postcode: bool = False,
    registered_office: bool = False,
    aids: Aids | None = None,
) -> Geocoded:
    """Give every row a point, or a reason why it has none.

    Parameters
    ----------
    rows
        Cleaned rows, with ``postcode``, and ``latitude`` and ``longitude`` in degrees, and
        ``town``, if the table has them. A blank postcode without coordinates or town is loaded as
        a place unknown.
    gazetteer
        The postcodes.
    authorities
        ``authority_code``, ``authority``, ``region`` and ``nation``.
    place_by_postcode
        Only measure how far given coordinates lie from the postcode's point; use none of them.
    registered_office
        The postcodes are those of registered offices: the workplace may be anywhere, so what has a
        point gets the class ``registered_office`` and no radius.
    aids
        What else is known.

    Returns
    -------
    Every row is in exactly one of ``rows`` and ``rejects``. Given coordinates win where they lie
    within ``AGREE_METRES`` of the postcode's point (of a sector, a district, a town or a shared
    point: beyond its radius); elsewhere the postcode's point does, and the distance between them
    is its radius. Coordinates say nothing that lie outside the United Kingdom, that fit with
    their sign flipped, or at which the file has ``CROWD_POSTCODES`` or more postcodes. The order
    of the postcode's own points is that of :func:`etl.postcode_points.find_points`.
    """
    points = find_points(rows, gazetteer, authorities)
    work = points.join(check_given(rows, points, gazetteer))
    strange = int((work["given"] & ~work["in_bounds"]).sum())
    if place_by_postcode:
        # The distance stays; from here on the row gives no coordinates, not even half of them.
        work[["given", "in_bounds", "half", "swapped", "flipped"]] = False
        work[["latitude", "longitude"]] = np.nan
        work["crowd"] = 0
    has_point = work["precision_class"] != ""
    near = work["distance_metres"] <= AGREE_METRES
    checked = work["agreed"] | (~has_point & work["offset"].isna() & near)
    work["wins"] = work["in_bounds"] & checked & ~work["flipped"]
    rejects = refuse(rows, work, gazetteer)
    kept = ~rows.index.isin(rejects["line"])
    rows, work = rows[kept], work[kept]
    placed = _place(work)
    placed = describe(placed, work, gazetteer, authorities, aids or Aids())
    if registered_office:
        placed = _as_registered_offices(placed)
    suggestions = _suggest(rows, work)
    made = rows.assign(
        postcode=work["postcode"].fillna(rows["postcode"]), **{name: placed[name] for name in _MADE}
    )
    return Geocoded(
        notes=tuple(_notes(placed, strange, len(suggestions))),
        rows=gpd.GeoDataFrame(made, geometry=_points(placed, work), crs=WGS84),
        rejects=rejects,
        offsets_metres=work.loc[work["offset"].notna(), "offset"].rename("offset_metres"),
        suggestions=suggestions,
    )


def _notes(placed: pd.DataFrame, strange: int, repaired: int) -> list[str]:
    counts = placed["precision_class"].value_counts().items()
    classes = ", ".join(f"{name} {rows}" for name, rows in counts)
    notes = [f"Places by precision: {classes or 'none'}."]
    if strange:
        notes.append(f"Coordinates outside the United Kingdom, not compared: {strange} row(s).")
    if repaired:
        notes.append(
            f"Postcodes to correct: {repaired} row(s) were placed by a repaired postcode, which "
            "their method names; the postcode stays as it is written."
        )
    return notes


def _suggest(rows: pd.DataFrame, work: pd.DataFrame) -> pd.DataFrame:
    at = work["repaired"] != ""
    return make_rejects(
        rows.index[at],
        field="postcode",
        rule="repaired postcode",
        values=rows.loc[at, "postcode"],
        suggestions=work.loc[at, "repaired"],
    )


def _place(work: pd.DataFrame) -> pd.DataFrame:
    """Choose the point of each row, in metres, and say how well it is known."""
    has_point = (work["precision_class"] != "") & (work["refusal"] == "")
    crowd = work["in_bounds"] & (work["crowd"] >= CROWD_POSTCODES)
    wins = work["wins"] & ~crowd
    centre = work["wins"] & crowd & ~has_point
    by_postcode = has_point & ~wins
    far = by_postcode & work["in_bounds"] & ~crowd & ~work["flipped"]
    used = wins | centre
    placed = pd.DataFrame(index=work.index)
    placed["easting"] = work["given_easting"].where(used, work["easting"].where(has_point))
    placed["northing"] = work["given_northing"].where(used, work["northing"].where(has_point))
    radius = work["radius_metres"].where(by_postcode)
    radius = radius.mask(wins, EXACT_RADIUS_METRES)
    radius = radius.mask(centre, work["crowd_metres"].fillna(CROWD_RADIUS_METRES))
    placed["radius_metres"] = radius.mask(far, np.fmax(work["offset"], radius))
    classes = work["precision_class"].where(by_postcode, str(PrecisionClass.UNKNOWN))
    classes = classes.mask(wins, str(PrecisionClass.EXACT))
    placed["precision_class"] = classes.mask(centre, str(PrecisionClass.TOWN))
    method = work["geocode_method"].where(by_postcode).mask(wins, "given coordinates")
    placed["geocode_method"] = method.mask(centre, "given coordinates that many share").astype(
        "str"
    )
    _remark(placed, work, far=far, crowd=crowd & by_postcode)
    placed["given"] = used
    return placed


def _remark(placed: pd.DataFrame, work: pd.DataFrame, *, far: pd.Series, crowd: pd.Series) -> None:
    """Say what became of coordinates that were given and not used."""
    strange = work["given"] & ~work["in_bounds"] & ~work["flipped"]
    for at, remark in (
        (far, "; the given coordinates lie {} km away"),
        (strange & ~work["swapped"], "; the given coordinates lie outside the United Kingdom"),
        (strange & work["swapped"], "; the given latitude and longitude are swapped"),
        (work["flipped"], "; the given longitude has the wrong sign"),
        (crowd, "; the given coordinates are those of {} postcodes"),
    ):
        # Hardly any row of a large file has a remark.
        if at.any():
            told = (
                work.loc[at, "crowd"] if at is crowd else work.loc[at, "offset"].div(1000).round(1)
            )
            text = told.astype("str").map(remark.format).astype("str")
            placed.loc[at, "geocode_method"] += text


def describe(
    placed: pd.DataFrame,
    work: pd.DataFrame,
    gazetteer: Gazetteer,
    authorities: pd.DataFrame,
    aids: Aids,
) -> pd.DataFrame:
    """Add where each point lies: authority, region, nation, and how dense it is there.

    Parameters
    ----------
    placed
        ``easting`` and ``northing`` in metres of EPSG:27700, ``geocode_method``, and ``given``:
        the point is that of coordinates, not of a postcode.
    work
        ``found``, ``authority_code``, ``nearest_code``, ``gazetteer``, ``postcode``, ``latitude``
        and ``longitude``.
    gazetteer, authorities, aids
        As in :func:`geocode`.
    """
    placed = placed.copy()
    known = placed["easting"].notna()
    # A postcode says its authority better than the postcode next to a point does.
    exact = work["found"] & work["authority_code"].notna()
    nearest = _containing(placed, work, authorities, aids).fillna(work["nearest_code"])
    code = work["authority_code"].where(exact | ~placed["given"], nearest)
    placed["authority_code"] = code.where(known).astype("str")
    named = authorities.set_index("authority_code")
    for column in ("authority", "region", "nation"):
        placed[column] = placed["authority_code"].map(named[column]).astype("str")
    first = placed["authority_code"].str[:1].map(_NATIONS).astype("str")
    placed["nation"] = placed["nation"].fillna(first)
    placed["gazetteer"] = work["gazetteer"].where(known)
    points = placed.loc[known, ["easting", "northing"]].to_numpy(float)
    counts = pd.Series(pd.NA, index=placed.index, dtype="Int64")
    counts[known] = gazetteer.count_within(points)
    placed["postcodes_within_3km"] = counts
    return _mark_formation(placed, work, aids)


def _containing(
    placed: pd.DataFrame, work: pd.DataFrame, authorities: pd.DataFrame, aids: Aids
) -> pd.Series:
    """Return the authority whose polygon holds each given point, where there are polygons."""
    codes = pd.Series(pd.NA, index=placed.index, dtype="str")
    if aids.areas is None or not placed["given"].any():
        return codes
    areas = aids.areas.loc[aids.areas["code"].isin(authorities["authority_code"])]
    given = work.loc[placed["given"], ["longitude", "latitude"]]
    stand = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(given["longitude"], given["latitude"]),
        index=given.index,
        crs=WGS84,
    )
    inside = stand.sjoin(areas[["code", "geometry"]].to_crs(WGS84), predicate="intersects")
    first = inside[~inside.index.duplicated()]
    codes[first.index] = first["code"].astype("str")
    return codes


def _mark_formation(placed: pd.DataFrame, work: pd.DataFrame, aids: Aids) -> pd.DataFrame:
    """Say of which rows the postcode is an address for hire; only coordinates of their own help."""
    if not aids.organisations_at:
        return placed
    count = work["postcode"].map(dict(aids.organisations_at)).fillna(0).astype(int)
    at = (count >= FORMATION_FROM) & placed["easting"].notna() & ~placed["given"]
    placed.loc[at, "precision_class"] = str(PrecisionClass.REGISTERED_OFFICE)
    # The workplace may be anywhere.
    placed.loc[at, "radius_metres"] = np.nan
    placed.loc[at, "geocode_method"] += (
        "; " + count[at].astype("str") + " organisations give this postcode: an address for hire"
    )
    return placed


def _as_registered_offices(placed: pd.DataFrame) -> pd.DataFrame:
    """Say of what has a point that it is the registered office's, however well that is known."""
    known = placed["easting"].notna()
    return placed.assign(
        precision_class=placed["precision_class"].mask(
            known, str(PrecisionClass.REGISTERED_OFFICE)
        ),
        geocode_method=placed["geocode_method"].mask(
            known, "registered office, by " + placed["geocode_method"]
        ),
        radius_metres=placed["radius_metres"].mask(known),
    )


def _points(placed: pd.DataFrame, work: pd.DataFrame) -> gpd.GeoSeries:
    """Return points in degrees; given coordinates come back as they were given."""
    longitude, latitude = transform(
        placed["easting"], placed["northing"], from_crs=BRITISH_GRID, to_crs=WGS84
    )
    longitude = np.where(placed["given"], work["longitude"], longitude)
    latitude = np.where(placed["given"], work["latitude"], latitude)
    points = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), index=placed.index, crs=WGS84)
    return points.where(placed["easting"].notna(), None)
