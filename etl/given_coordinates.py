"""Coordinates that a file gives, checked against the postcode and against one another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from etl.gazetteer import BRITISH_GRID, Gazetteer
from geo.types import PrecisionClass

WGS84 = "EPSG:4326"

UK_BOUNDS = (-8.75, 49.75, 2.1, 61.0)
"""West, south, east and north of the United Kingdom, in degrees."""

# Assumptions of ours.
AGREE_METRES = 5000.0
"""Given coordinates this near the postcode's point are believed; nearer a postcode, so is it."""

FLIP_METRES = 1000.0
"""With its sign flipped, a longitude lies so near the postcode's point, and as given farther."""

CROWD_POSTCODES = 5
"""So many different postcodes at the same coordinates: a town's centre, not a site's place."""

CROWD_RADIUS_METRES = 5000.0
"""Of such coordinates where no row says by its postcode how far off they are."""

_CROWD_PERCENTILE = 90.0
_DECIMALS = 5
_SITES = (PrecisionClass.POSTCODE_UNIT.value, "")


def check_given(rows: pd.DataFrame, points: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Compare given coordinates with the points of :func:`etl.postcode_points.find_points`.

    Returns
    -------
    On the index of ``rows``: ``latitude``, ``longitude``; ``given`` (both are there) and ``half``
    (one is); ``in_bounds`` of the United Kingdom; ``given_easting`` and ``given_northing`` in
    metres of EPSG:27700; ``offset``, the distance to the postcode's point; ``distance_metres`` to
    the nearest postcode and its ``nearest_code``; ``agreed``, the coordinates lie where the
    postcode is; ``swapped`` and ``flipped``, they would if latitude and longitude were swapped or
    the longitude had the other sign; ``crowd``, how many postcodes the file has at these very
    coordinates, and ``crowd_metres``, the distance within which 90 % of them lie.
    """
    checked = pd.DataFrame(index=rows.index)
    for column in ("latitude", "longitude"):
        checked[column] = rows[column].astype(float) if column in rows else np.nan
    checked["given"] = checked["latitude"].notna() & checked["longitude"].notna()
    checked["half"] = checked["latitude"].notna() != checked["longitude"].notna()
    checked["in_bounds"] = checked["given"] & inside(checked["longitude"], checked["latitude"])
    metres = ["given_easting", "given_northing", "offset", "distance_metres", "crowd_metres"]
    checked[metres] = np.nan
    checked["nearest_code"] = pd.Series(pd.NA, index=rows.index, dtype="str")
    checked[["agreed", "swapped", "flipped"]] = False
    checked["crowd"] = 0
    asked = checked["given"].to_numpy()
    if asked.any():
        part = _compare(checked[asked].copy(), points[asked], gazetteer)
        checked.loc[asked, part.columns] = part
    return checked


def _compare(given: pd.DataFrame, points: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    latitude, longitude = given["latitude"], given["longitude"]
    within = given["in_bounds"]
    offset, easting, northing = _offset(longitude, latitude, points)
    given["given_easting"] = easting.where(within)
    given["given_northing"] = northing.where(within)
    given["offset"] = offset.where(within)
    at = given.index[within]
    nearest = gazetteer.nearest(given.loc[at, ["given_easting", "given_northing"]].to_numpy(float))
    given.loc[at, "distance_metres"] = nearest["distance_metres"].array
    given.loc[at, "nearest_code"] = nearest["authority_code"].array
    # A wider class of point is off by its own radius before the coordinates are.
    slack = points["radius_metres"].where(
        ~points["precision_class"].isin(_SITES) | (points["refusal"] != ""), 0.0
    )
    slack = slack.fillna(0.0)
    given["agreed"] = given["offset"] <= AGREE_METRES + slack
    turned = _offset(latitude, longitude, points)[0]
    given["swapped"] = ~within & inside(latitude, longitude) & ~(turned > AGREE_METRES + slack)
    mirrored = _offset(-longitude, latitude, points)[0]
    wrong = ~within | (given["offset"] > FLIP_METRES)
    given["flipped"] = wrong & (mirrored <= FLIP_METRES) & ~(2 * mirrored > offset)
    return _crowds(given, points)


def _crowds(given: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Count how many different postcodes stand at the very same coordinates."""
    table = given.loc[given["in_bounds"], ["latitude", "longitude"]].round(_DECIMALS)
    table["postcode"] = points["postcode"]
    table["offset"] = given["offset"]
    place = table.groupby(["latitude", "longitude"])
    given["crowd"] = place["postcode"].transform("nunique").reindex(given.index, fill_value=0)
    crowded = table[given["crowd"].reindex(table.index) >= CROWD_POSTCODES]
    spread = crowded.groupby(["latitude", "longitude"])["offset"].transform(
        lambda metres: (
            np.nanpercentile(metres, _CROWD_PERCENTILE) if metres.notna().any() else np.nan
        )
    )
    given["crowd_metres"] = spread.reindex(given.index).astype(float)
    return given


def _offset(
    longitude: pd.Series, latitude: pd.Series, points: pd.DataFrame
) -> tuple[pd.Series, pd.Series, pd.Series]:
    x, y = transform(longitude, latitude, from_crs=WGS84, to_crs=BRITISH_GRID)
    metres = np.hypot(x - points["easting"].to_numpy(), y - points["northing"].to_numpy())
    index = longitude.index
    return pd.Series(metres, index), pd.Series(x, index), pd.Series(y, index)


def transform(
    x: pd.Series, y: pd.Series, *, from_crs: str, to_crs: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates in another system, longitude or easting first; missing stays missing."""
    transformer = Transformer.from_crs(from_crs, to_crs, always_xy=True)
    found = transformer.transform(x.to_numpy(float), y.to_numpy(float))
    # Missing in, infinite out: turn it back.
    first, second = (np.where(np.isfinite(part), part, np.nan) for part in found)
    return first, second


def inside(longitude: pd.Series, latitude: pd.Series) -> pd.Series:
    """Say which coordinates, in degrees, lie within the bounds of the United Kingdom."""
    west, south, east, north = UK_BOUNDS
    return longitude.between(west, east) & latitude.between(south, north)
