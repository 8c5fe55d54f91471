"""Geocoding: a point for every row, with how it was found and how far off it may be."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from app.db.base import GEOCODED_COLUMNS
from etl.clean.postcodes import confusions, parse_postcodes
from etl.gazetteer import BRITISH_GRID, Gazetteer
from etl.rejects import join_rejects, make_rejects
from geo.types import PrecisionClass

# Assumptions of ours, in metres. No source states how far a postcode's point lies from a door.
EXACT_RADIUS_METRES = 50.0
"""A given coordinate is taken to be this good."""

UNIT_RADIUS_METRES = 100.0
"""A postcode of some fifteen addresses: its point is the address nearest their middle."""

SHARED_RADIUS_METRES = 1000.0
"""Large users' postcodes stand at a shared point; SG1 2NY is 0.7 km from its site."""

SHARED_FROM = 10
"""So many postcodes at one point make it a shared one."""

AGREE_METRES = 5000.0
"""Given coordinates this near the postcode's point are believed; nearer a postcode, so is it."""

UK_BOUNDS = (-8.75, 49.75, 2.1, 61.0)
"""West, south, east and north of the United Kingdom, in degrees."""

_WGS84 = "EPSG:4326"
_NATIONS = {"E": "England", "S": "Scotland", "W": "Wales", "N": "Northern Ireland"}
_MADE = tuple(name for name in GEOCODED_COLUMNS if name != "geom")


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
    """

    rows: gpd.GeoDataFrame
    rejects: pd.DataFrame
    offsets_metres: pd.Series
    notes: tuple[str, ...] = ()


def geocode(
    rows: pd.DataFrame,
    gazetteer: Gazetteer,
    authorities: pd.DataFrame,
    *,
    place_by_postcode: bool = False,
    registered_office: bool = False,
) -> Geocoded:
    """Give every row a point, or a reason why it has none.

    Parameters
    ----------
    rows
        Cleaned rows, with ``postcode``, and ``latitude`` and ``longitude`` in degrees if the
        table has them. A blank postcode without coordinates is loaded as a place unknown.
    gazetteer
        The postcodes.
    authorities
        ``authority_code``, ``authority``, ``region`` and ``nation``.
    place_by_postcode
        Only measure how far given coordinates lie from the postcode's point; use none of them.
    registered_office
        The postcodes are those of registered offices: the workplace may be anywhere, so what has a
        point gets the class ``registered_office`` and no radius.

    Returns
    -------
    Every row is in exactly one of ``rows`` and ``rejects``. Given coordinates win where they lie
    within ``AGREE_METRES`` of the postcode's point (or of the sector's radius beyond); elsewhere
    the postcode's point does, and the distance between them is its radius. Given coordinates
    outside the United Kingdom say nothing: a row with a postcode is placed by that.
    """
    work = _gather(rows, gazetteer)
    strange = int((work["given"] & ~work["in_bounds"]).sum())
    if place_by_postcode:
        # The distance stays; from here on the row gives no coordinates, not even half of them.
        work[["given", "in_bounds"]] = False
        work[["latitude", "longitude"]] = np.nan
    rejects = _refuse(rows, work, gazetteer)
    kept = ~rows.index.isin(rejects["line"])
    rows, work = rows[kept], work[kept]
    placed = _place(work)
    placed = _describe(placed, work, gazetteer, authorities)
    if registered_office:
        placed = _as_registered_offices(placed)
    points = _points(placed, work)
    made = rows.assign(postcode=work["postcode"], **{name: placed[name] for name in _MADE})
    notes = [_count(placed["precision_class"])]
    if strange:
        notes.append(f"Coordinates outside the United Kingdom, not compared: {strange} row(s).")
    return Geocoded(
        notes=tuple(notes),
        rows=gpd.GeoDataFrame(made, geometry=points, crs=_WGS84),
        rejects=rejects,
        offsets_metres=work.loc[work["offset"].notna(), "offset"].rename("offset_metres"),
    )


def _count(classes: pd.Series) -> str:
    counts = ", ".join(f"{name} {rows}" for name, rows in classes.value_counts().items())
    return f"Places by precision: {counts or 'none'}."


def _gather(rows: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Put what is known of each row's place side by side."""
    parsed = parse_postcodes(rows["postcode"])
    work = parsed.join(gazetteer.find(parsed["postcode"]).set_index(rows.index))
    work["radius"] = np.nan
    work["sector"] = False
    unknown = work["postcode"].notna() & ~work["found"]
    sectors = gazetteer.find_sectors(work.loc[unknown, "postcode"])
    for column, made in (
        ("easting", "easting"),
        ("northing", "northing"),
        ("radius", "radius_metres"),
        ("authority_code", "authority_code"),
    ):
        work.loc[unknown, column] = sectors[made].array
    work.loc[unknown, "sector"] = work.loc[unknown, "easting"].notna()
    for column in ("latitude", "longitude"):
        work[column] = rows.get(column, np.nan)
    work["given"] = work["latitude"].notna() & work["longitude"].notna()
    work["in_bounds"] = work["given"] & _inside(work["longitude"], work["latitude"])
    given = _transform(work["longitude"], work["latitude"], from_crs=_WGS84, to_crs=BRITISH_GRID)
    work["given_easting"], work["given_northing"] = given
    work.loc[~work["in_bounds"], ["given_easting", "given_northing"]] = np.nan
    work["offset"] = np.hypot(
        work["given_easting"] - work["easting"], work["given_northing"] - work["northing"]
    )
    return work.join(_nearest(work, gazetteer))


def _nearest(work: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the nearest postcode's distance and authority, where coordinates are given."""
    asked = work["in_bounds"]
    points = work.loc[asked, ["given_easting", "given_northing"]].to_numpy(float)
    found = gazetteer.nearest(points).set_index(work.index[asked])
    return found.rename(columns={"authority_code": "nearest_code"}).reindex(work.index)


def _refuse(rows: pd.DataFrame, work: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the rejects; the first rule that a row breaks counts."""
    has_postcode = work["postcode"].notna()
    has_point = work["easting"].notna()
    believed = work["in_bounds"] & (work["distance_metres"] <= AGREE_METRES)
    irish = work["postcode"].str.startswith("BT", na=False) & (not gazetteer.northern_ireland)
    half = work["latitude"].notna() != work["longitude"].notna()
    needed = work["given"] & ~has_point & ~irish & ~work["broken"]
    lost = has_postcode & ~has_point & ~work["given"] & ~irish
    found = []
    left = pd.Series(data=True, index=rows.index)
    for rule, field, broken in (
        ("broken postcode", "postcode", work["broken"]),
        ("postcode not open", "postcode", irish),
        ("half a coordinate", "longitude", half),
        ("outside the United Kingdom", "latitude", needed & ~work["in_bounds"]),
        ("far from every postcode", "latitude", needed & work["in_bounds"] & ~believed),
        ("postcode without coordinates", "postcode", lost & work["found"]),
        ("unknown postcode", "postcode", lost & ~work["found"]),
    ):
        at = broken & left
        left &= ~broken
        if at.any():
            found.append(
                make_rejects(
                    rows.index[at],
                    field=field,
                    rule=rule,
                    values=_shown(rows, work, field, at),
                    suggestions=_advise(rule, work[at], gazetteer),
                )
            )
    return join_rejects(found)


def _shown(rows: pd.DataFrame, work: pd.DataFrame, field: str, at: pd.Series) -> list[object]:
    if field == "postcode":
        return list(rows.loc[at, "postcode"])
    degrees = work.loc[at, ["latitude", "longitude"]]
    texts = degrees.map("{:g}".format).mask(degrees.isna(), "blank")
    return list(texts["latitude"].astype("str") + ", " + texts["longitude"].astype("str"))


def _advise(rule: str, work: pd.DataFrame, gazetteer: Gazetteer) -> list[str]:
    if rule == "broken postcode":
        return list(work["suggestion"])
    if rule == "unknown postcode":
        return _confused(work["postcode"], gazetteer)
    advice = pd.Series(_ADVICE[rule], index=work.index)
    if rule == "outside the United Kingdom":
        latitude, longitude = (
            work["longitude"].map("{:g}".format).astype("str"),
            work["latitude"].map("{:g}".format).astype("str"),
        )
        swapped = "these look swapped: write latitude " + latitude + " and longitude " + longitude
        advice = advice.mask(_inside(work["latitude"], work["longitude"]), swapped)
    return list(advice)


def _confused(postcodes: pd.Series, gazetteer: Gazetteer) -> list[str]:
    """Return the known postcode that each may be if O was taken for 0, or I for 1, in it."""
    options = [confusions(postcode) for postcode in postcodes]
    flat = sorted({option for some in options for option in some})
    known = {
        option for option, found in zip(flat, gazetteer.find(flat)["found"], strict=True) if found
    }
    return [next((o for o in some if o in known), _ADVICE["unknown postcode"]) for some in options]


_ADVICE = {
    "unknown postcode": "correct the postcode, or give latitude and longitude",
    "postcode not open": (
        "postcodes of Northern Ireland are switched off: switch them on if you hold the licence"
    ),
    "half a coordinate": "give both latitude and longitude, or neither",
    "outside the United Kingdom": "correct latitude and longitude, in degrees, or leave both blank",
    "far from every postcode": "correct latitude and longitude: no postcode lies within 5 km",
    "postcode without coordinates": "give latitude and longitude: the postcode has no point",
}


def _place(work: pd.DataFrame) -> pd.DataFrame:
    """Choose the point of each row, in metres, and say how well it is known."""
    has_point = work["easting"].notna()
    shared = work["shared_by"] >= SHARED_FROM
    agreed = work["offset"] <= AGREE_METRES + work["radius"].fillna(0.0)
    wins = work["in_bounds"] & (agreed | ~has_point)
    far = work["in_bounds"] & ~wins
    strange = work["given"] & ~work["in_bounds"]
    by_postcode = has_point & ~wins
    choices: list[tuple[pd.Series, PrecisionClass, float, str]] = [
        (wins, PrecisionClass.EXACT, EXACT_RADIUS_METRES, "given coordinates"),
        (by_postcode & work["sector"], PrecisionClass.POSTCODE_SECTOR, np.nan, "postcode sector"),
        (
            by_postcode & shared,
            PrecisionClass.POSTCODE_SHARED,
            SHARED_RADIUS_METRES,
            "postcode, at a point that others share",
        ),
        (by_postcode, PrecisionClass.POSTCODE_UNIT, UNIT_RADIUS_METRES, "postcode"),
    ]
    conditions = [choice[0].to_numpy() for choice in choices]
    methods = np.select(conditions, [choice[3] for choice in choices], default="")
    radius = np.select(conditions, [choice[2] for choice in choices], default=np.nan)
    radius = np.where(conditions[1] & ~conditions[0], work["radius"], radius)
    radius = np.where(far, np.fmax(work["offset"], radius), radius)
    placed = pd.DataFrame(index=work.index)
    placed["easting"] = work["given_easting"].where(wins, work["easting"])
    placed["northing"] = work["given_northing"].where(wins, work["northing"])
    placed["precision_class"] = np.select(
        conditions, [str(choice[1]) for choice in choices], default=str(PrecisionClass.UNKNOWN)
    )
    placed["radius_metres"] = radius
    placed["geocode_method"] = pd.Series(methods, index=work.index, dtype="str").replace("", pd.NA)
    away = (work["offset"] / 1000).map("{:.1f}".format).astype("str")
    placed.loc[far, "geocode_method"] += "; the given coordinates lie " + away[far] + " km away"
    placed.loc[strange, "geocode_method"] += (
        "; the given coordinates lie outside the United Kingdom"
    )
    placed["given"] = wins
    return placed


def _describe(
    placed: pd.DataFrame, work: pd.DataFrame, gazetteer: Gazetteer, authorities: pd.DataFrame
) -> pd.DataFrame:
    """Add where each point lies: authority, region, nation, and how dense it is there."""
    placed = placed.copy()
    known = placed["easting"].notna()
    # A postcode says its authority better than the postcode next to a point does.
    exact = work["found"] & work["authority_code"].notna()
    code = work["authority_code"].where(exact | ~placed["given"], work["nearest_code"])
    placed["authority_code"] = code.where(known).astype("str")
    named = authorities.set_index("authority_code")
    for column in ("authority", "region", "nation"):
        placed[column] = placed["authority_code"].map(named[column]).astype("str")
    first = placed["authority_code"].str[:1].map(_NATIONS).astype("str")
    placed["nation"] = placed["nation"].fillna(first)
    placed["gazetteer"] = pd.Series(gazetteer.vintage, index=placed.index, dtype="str").where(known)
    points = placed.loc[known, ["easting", "northing"]].to_numpy(float)
    counts = pd.Series(pd.NA, index=placed.index, dtype="Int64")
    counts[known] = gazetteer.count_within(points)
    placed["postcodes_within_3km"] = counts
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
    longitude, latitude = _transform(
        placed["easting"], placed["northing"], from_crs=BRITISH_GRID, to_crs=_WGS84
    )
    longitude = np.where(placed["given"], work["longitude"], longitude)
    latitude = np.where(placed["given"], work["latitude"], latitude)
    points = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), index=placed.index, crs=_WGS84)
    return points.where(placed["easting"].notna(), None)


def _transform(
    x: pd.Series, y: pd.Series, *, from_crs: str, to_crs: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    transformer = Transformer.from_crs(from_crs, to_crs, always_xy=True)
    found = transformer.transform(x.to_numpy(float), y.to_numpy(float))
    # Missing in, infinite out: turn it back.
    first, second = (np.where(np.isfinite(part), part, np.nan) for part in found)
    return first, second


def _inside(longitude: pd.Series, latitude: pd.Series) -> pd.Series:
    west, south, east, north = UK_BOUNDS
    return longitude.between(west, east) & latitude.between(south, north)
