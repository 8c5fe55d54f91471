"""Places that rows have had: the same location has the same place again.

A place depends on more than a row's postcode and coordinates, such as whether its source's
coordinates are to be used, or whether the address is a registered office. So a row that comes back
takes the place that it had, and only a location that was never seen is placed anew.
"""

from __future__ import annotations

from collections.abc import Hashable

import geopandas as gpd
import pandas as pd

from app.db.base import GEOCODED_COLUMNS
from app.db.evidence import LOCATION, Locate
from app.db.frames import GEOMETRY, to_texts
from etl.prepare import Tools

PLACED = tuple(GEOMETRY if name == "geom" else name for name in GEOCODED_COLUMNS)
"""The columns that geocoding makes, as a table of rows names them."""


def location_of(rows: pd.DataFrame) -> pd.Series:
    """Return what tells the location of each row, as one text."""
    parts = [to_texts(rows[name]).fillna("") for name in LOCATION if name in rows]
    joined = parts[0].astype("str")
    for part in parts[1:]:
        joined = joined + "\x1f" + part.astype("str")
    return joined


def remembering(tools: Tools, places: pd.DataFrame) -> Locate:
    """Return what gives rows the place that the same location had, or else a new one.

    Parameters
    ----------
    tools
        Place a location that was never seen.
    places
        Rows with their places and ``at``, their :func:`location_of`, indexed by row id. A row's own
        place goes before another's, an earlier one before a later.
    """
    first: dict[str, int] = {}
    own: dict[tuple[Hashable, str], int] = {}
    for at, (row, location) in enumerate(zip(places.index, places.get("at", ()), strict=True)):
        first.setdefault(location, at)
        own.setdefault((row, location), at)

    def locate(rows: pd.DataFrame) -> gpd.GeoDataFrame:
        asked = location_of(rows).items()
        seen = {row: own.get((row, place), first.get(place)) for row, place in asked}
        at = {row: position for row, position in seen.items() if position is not None}
        known = places.iloc[list(at.values())][list(PLACED)].set_axis(list(at), axis=0)
        new = rows[~rows.index.isin(list(at))]
        parts = [known, tools.locate(new)[list(PLACED)]] if len(new) else [known]
        found = pd.concat([pd.DataFrame(part) for part in parts if len(part)])
        return gpd.GeoDataFrame(found.reindex(rows.index))

    return locate


def framed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as :func:`app.db.register.write_rows` takes them, without their ids."""
    plain = pd.DataFrame(rows.reset_index(drop=True))
    if GEOMETRY not in plain:
        return plain
    framed: pd.DataFrame = gpd.GeoDataFrame(plain, geometry=GEOMETRY, crs="EPSG:4326")
    return framed
