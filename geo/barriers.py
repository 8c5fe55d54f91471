"""Water between two places: where a straight line says nothing about the journey."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.contracts import require_choices, require_columns, require_metres

FloatArray = npt.NDArray[np.float64]
ESTUARY = "estuary"
ISLAND = "island"
_BLOCK = 250_000


def blocked_by(
    starts: npt.NDArray[np.object_],
    ends: npt.NDArray[np.object_],
    barriers: gpd.GeoDataFrame,
) -> npt.NDArray[np.object_]:
    """Name the water that lies between each start and its end.

    Parameters
    ----------
    starts, ends
        Points in EPSG:27700, one pair a position.
    barriers
        ``name``, ``kind`` and geometry in EPSG:27700: lines along estuaries, and islands.

    Returns
    -------
    One text a pair: the estuary that the straight line crosses, "the sea" where the two stand on
    different islands or where either stands on none, or "" where nothing lies between.
    """
    require_columns(barriers, ("name", "kind"), table="barriers")
    require_choices(barriers["kind"], (ESTUARY, ISLAND), table="barriers")
    if len(barriers):
        require_metres(barriers=barriers)
    estuaries = barriers[barriers["kind"] == ESTUARY]
    islands = barriers[barriers["kind"] == ISLAND]
    found = np.full(len(starts), "", dtype=object)
    for begin in range(0, len(starts), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        found[block] = _crossed_estuary(starts[block], ends[block], estuaries)
    if len(islands):
        from_island, to_island = _island(starts, islands), _island(ends, islands)
        found[(from_island != to_island) | (from_island < 0)] = "the sea"
    return found


def _crossed_estuary(
    starts: npt.NDArray[np.object_],
    ends: npt.NDArray[np.object_],
    estuaries: gpd.GeoDataFrame,
) -> npt.NDArray[np.object_]:
    crossed = np.full(len(starts), "", dtype=object)
    x0, y0, x1, y1 = (
        shapely.get_x(starts),
        shapely.get_y(starts),
        shapely.get_x(ends),
        shapely.get_y(ends),
    )
    # Reversed, so that of two estuaries the first of the table names the crossing.
    for name, line in reversed(list(zip(estuaries["name"], estuaries.geometry, strict=True))):
        west, south, east, north = line.bounds
        near = np.flatnonzero(
            (np.minimum(x0, x1) <= east)
            & (np.maximum(x0, x1) >= west)
            & (np.minimum(y0, y1) <= north)
            & (np.maximum(y0, y1) >= south)
        )
        shapely.prepare(line)
        ways = shapely.linestrings(
            np.stack([np.stack([x0[near], y0[near]], 1), np.stack([x1[near], y1[near]], 1)], 1)
        )
        crossed[near[shapely.intersects(line, ways)]] = name
    return crossed


def _island(points: npt.NDArray[np.object_], islands: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Return the position of the island under each point; -1 where there is none."""
    island = np.full(len(points), -1)
    for position, polygon in enumerate(islands.geometry):
        shapely.prepare(polygon)
        island[shapely.covers(polygon, points)] = position
    return island
