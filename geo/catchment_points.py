"""Catchments of points with a limit in metres, computed by tiles: no matrix is ever held."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.catchment_table import amounts_of, rank_of_ids, require_ids
from geo.contracts import require_columns, require_metres
from geo.decay import Decay, Steps, largest_square, of_squares, weights_of
from geo.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Origins of a tile stand close together, and a block of distances stays in a core's cache.
ORIGINS_PER_TILE = 512
DISTANCES_PER_BLOCK = 2**15
# Sums are taken over this many groups of tiles, then over the groups, whatever the threads: so
# the same bits come out.
GROUPS = 64

_Result = TypeVar("_Result")
_Number = TypeVar("_Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """Origins that stand close together: a slice of the order of the tiles, and its corners."""

    start: int
    stop: int
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PointCatchments:
    """Origins and the venues within a straight-line limit of them.

    Made by :func:`catchments_of_points`; the measures of :mod:`geo.catchment` take it.

    Attributes
    ----------
    origin_ids, venue_ids
        As given.
    demand, supply
        One number an origin and a venue, in the order of the ids.
    limit
        Metres, inclusive.
    threads
        How many work at once; the results are the same bit for bit.
    """

    origin_ids: pd.Index
    venue_ids: pd.Index
    demand: FloatArray
    supply: FloatArray
    limit: float
    threads: int
    _square: float
    _origins: FloatArray
    _origin_order: IntArray
    _venues: FloatArray
    _venue_order: IntArray
    _tiles: tuple[_Tile, ...]

    def to_venues(self, decay: Decay, of_origins: FloatArray) -> FloatArray:
        """Return for every venue the weighted sum of a number over the origins that reach it."""
        ordered = of_origins[self._origin_order]

        def add_up(tiles: Iterable[_Tile]) -> FloatArray:
            total = np.zeros(len(self.venue_ids))
            for tile in tiles:
                here = ordered[tile.start : tile.stop]
                rows, constant, blocks = self._weights(tile, decay)
                total[rows] += constant * here.sum()
                for block, weight in blocks:
                    total[block] += np.einsum("ij,j->i", weight, here)
            return total

        total = np.zeros(len(self.venue_ids))
        for part in self._by_group(add_up):
            total += part
        return _as_given(total, self._venue_order)

    def to_origins(self, decay: Decay, of_venues: FloatArray) -> FloatArray:
        """Return for every origin the weighted sum of a number over the venues that it reaches."""
        ordered = of_venues[self._venue_order]
        total = np.zeros(len(self.origin_ids))

        def add_up(tiles: Iterable[_Tile]) -> None:
            for tile in tiles:
                here = total[tile.start : tile.stop]
                rows, constant, blocks = self._weights(tile, decay)
                here += (constant * ordered[rows]).sum()
                for block, weight in blocks:
                    here += np.einsum("i,ij->j", ordered[block], weight)

        self._by_group(add_up)
        return _as_given(total, self._origin_order)

    def reach(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return how many venues each origin reaches, the position of the nearest, its metres.

        Of several at one distance the first by id; -1 and infinity where there is none.
        """
        count = np.zeros(len(self.origin_ids), dtype=np.int64)
        nearest = np.full(len(self.origin_ids), -1, dtype=np.int64)
        squares = np.full(len(self.origin_ids), math.inf)

        def look(tiles: Iterable[_Tile]) -> None:
            for tile in tiles:
                here = slice(tile.start, tile.stop)
                least, most = self._reach_of(tile)
                within = most <= self._square
                count[here] += np.count_nonzero(within)
                unsure = np.flatnonzero(~within & (least <= self._square))
                for _, square in self._blocks(tile, unsure):
                    count[here] += (square <= self._square).sum(axis=0, dtype=np.int32)
                # What is wholly behind a venue that all of the tile is near cannot be the nearest.
                behind = min(self._square, most.min(initial=math.inf))
                near = np.flatnonzero(least <= behind)
                self._find_nearest(tile, near, nearest[here], squares[here])

        self._by_group(look)
        order = self._origin_order
        metres = np.sqrt(_as_given(squares, order))
        return _as_given(count, order), _as_given(nearest, order), metres

    def _by_group(self, work: Callable[[Iterable[_Tile]], _Result]) -> list[_Result]:
        """Do ``work`` for each group of tiles and return the results in the groups' order."""
        bounds = np.linspace(0, len(self._tiles), GROUPS + 1).astype(int)
        groups = [self._tiles[a:b] for a, b in pairwise(bounds) if b > a]
        if self.threads == 1:
            return [work(group) for group in groups]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, groups))

    def _find_nearest(
        self, tile: _Tile, rows: IntArray, nearest: IntArray, squares: FloatArray
    ) -> None:
        """Write down each origin's nearest of these venues, and its distance squared."""
        for block, square in self._blocks(tile, rows):
            # Along contiguous memory the search is many times faster.
            by_origin = np.ascontiguousarray(square.T)
            first = by_origin.argmin(axis=1)
            shortest = by_origin[np.arange(len(first)), first]
            nearer = (shortest < squares) & (shortest <= self._square)
            nearest[nearer] = self._venue_order[block[first[nearer]]]
            squares[nearer] = shortest[nearer]

    def _weights(
        self, tile: _Tile, decay: Decay
    ) -> tuple[IntArray, FloatArray, Iterator[tuple[IntArray, FloatArray]]]:
        """Return the venues of one weight for the whole tile, that weight, and blocks of others.

        Rounding keeps order, so no distance in the tile is computed below the least or above the
        most of its corners: a venue of the same step at both is in that step for every origin.
        """
        least, most = self._reach_of(tile)
        rows = np.flatnonzero(least <= self._square)
        squared = of_squares(decay)
        constant = np.zeros(len(rows), dtype=np.bool_)
        if isinstance(squared, Steps):
            breaks = np.unique([*squared.limits, self._square])
            constant = np.searchsorted(breaks, least[rows]) == np.searchsorted(breaks, most[rows])
        alike, varied = rows[constant], rows[~constant]
        return alike, weights_of(squared, most[alike]), self._varied(tile, varied, most, squared)

    def _varied(
        self, tile: _Tile, rows: IntArray, most: FloatArray, squared: Decay
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield venues and their weights for each origin of the tile, 0 beyond the limit."""
        whole = most[rows] <= self._square
        for block, square in self._blocks(tile, rows[whole]):
            yield block, weights_of(squared, square)
        for block, square in self._blocks(tile, rows[~whole]):
            within = square <= self._square
            # A decay need not know what to say beyond the limit, so it is not asked.
            weight = weights_of(squared, np.minimum(square, self._square))
            yield block, np.where(within, weight, 0.0)

    def _blocks(self, tile: _Tile, rows: IntArray) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield a few venues at a time and their squared metres to the tile's origins.

        Venues × origins. Squares keep the order of distances, and most uses need no root.
        """
        east, north = self._origins[:, tile.start : tile.stop]
        step = max(1, DISTANCES_PER_BLOCK // (tile.stop - tile.start))
        for start in range(0, len(rows), step):
            block = rows[start : start + step]
            venues = self._venues[:, block]
            yield block, _square_of(venues[0][:, None] - east, venues[1][:, None] - north)

    def _reach_of(self, tile: _Tile) -> tuple[FloatArray, FloatArray]:
        """Return the least and the most squared metres from each venue to the tile's corners."""
        before = tile.low[:, None] - self._venues
        after = self._venues - tile.high[:, None]
        least = np.maximum(np.maximum(before, after), 0.0)
        most = np.maximum(np.abs(before), np.abs(after))
        return _square_of(*least), _square_of(*most)


def catchments_of_points(
    origins: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    *,
    limit_metres: float,
    threads: int = 1,
) -> PointCatchments:
    """Gather points, demand and supply for the measures of :mod:`geo.catchment`.

    Distances are straight lines, computed whenever a measure needs them: memory is a few numbers
    a point, and time grows with the pairs within the limit. The order of the rows changes no bit
    of a result.

    Parameters
    ----------
    origins
        Points in one projected CRS in metres, such as EPSG:27700, indexed by unique ids, with
        ``demand``, 0 or more. Several may stand at one place.
    venues
        Points in the same CRS, indexed by unique ids, with ``supply``, 0 or more. There may be
        none.
    limit_metres
        A venue as far away as this is within reach. 0 leaves what stands at the very place.
    threads
        How many work at once, 1 or more.

    Raises
    ------
    CrsError
        If the tables are not in one CRS in metres.
    InputError
        If a geometry is not a point or is missing, an id stands twice, a number is missing,
        negative or infinite, or the limit is not a length.
    """
    require_metres(origins=origins, venues=venues)
    if not (0 <= limit_metres < math.inf):
        raise InputError(f"The limit must be 0 metres or more, and finite, not {limit_metres:g}.")
    if threads < 1:
        raise InputError(f"There must be 1 thread or more, not {threads}.")
    for points, column, table in ((origins, "demand", "origins"), (venues, "supply", "venues")):
        require_columns(points, [column], table=table)
    demand = amounts_of(origins["demand"], table="origins")
    supply = amounts_of(venues["supply"], table="venues")
    require_ids(origins.index, table="origins")
    origin_places = _places_of(origins, table="origins")
    venue_places = _places_of(venues, table="venues")
    venue_order = np.argsort(rank_of_ids(venues.index, table="venues"))
    origin_order, tiles = _tiles_of(origin_places, origins.index)
    return PointCatchments(
        origin_ids=origins.index,
        venue_ids=venues.index,
        demand=demand,
        supply=supply,
        limit=float(limit_metres),
        threads=threads,
        _square=largest_square(float(limit_metres)),
        _origins=np.ascontiguousarray(origin_places[origin_order].T),
        _origin_order=origin_order,
        _venues=np.ascontiguousarray(venue_places[venue_order].T),
        _venue_order=venue_order,
        _tiles=tiles,
    )


def _places_of(points: gpd.GeoDataFrame, *, table: str) -> FloatArray:
    """Return the coordinates of points, points × 2; ``InputError`` if one is no point."""
    geometry = points.geometry.to_numpy()
    is_point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    is_point &= ~shapely.is_empty(geometry)
    places = np.full((len(geometry), 2), np.nan)
    places[is_point] = shapely.get_coordinates(geometry[is_point])
    wrong = ~np.isfinite(places).all(axis=1)
    if wrong.any():
        raise InputError(
            f"{table!r} has {int(wrong.sum())} row(s) without a point, such as "
            f"{points.index[wrong][0]}: give each a point, or leave the row out."
        )
    return places


def _tiles_of(places: FloatArray, ids: pd.Index) -> tuple[IntArray, tuple[_Tile, ...]]:
    """Order points into tiles of neighbours, the same whatever the order of the rows."""
    if not len(places):
        return np.zeros(0, dtype=np.int64), ()
    order = _order_of_places(places, ids)
    tree = cKDTree(places[order], leafsize=ORIGINS_PER_TILE, compact_nodes=False)
    order = order[tree.indices]
    placed = places[order]
    nodes, starts = [tree.tree], []
    while nodes:
        node = nodes.pop()
        if node.split_dim < 0:
            starts.append(node.start_idx)
        else:
            nodes += [node.greater, node.lesser]
    starts.sort()
    low, high = np.minimum.reduceat(placed, starts), np.maximum.reduceat(placed, starts)
    stops = [*starts[1:], len(placed)]
    return order, tuple(map(_Tile, starts, stops, low, high))


def _order_of_places(places: FloatArray, ids: pd.Index) -> IntArray:
    """Sort points by east, north, and by id where several share one place."""
    # Complex numbers sort by their real part, then by the imaginary one: one sort for both.
    order = np.argsort(places[:, 0] + 1j * places[:, 1], kind="stable")
    placed = places[order]
    new_place = (placed[1:] != placed[:-1]).any(axis=1)
    place = np.concatenate([[0], np.cumsum(new_place)])
    alone = np.concatenate([[True], new_place]) & np.concatenate([new_place, [True]])
    shared = np.flatnonzero(~alone)
    by_id = rank_of_ids(ids[order[shared]], table="origins")
    order[shared] = order[shared[np.lexsort((by_id, place[shared]))]]
    return order


def _square_of(east: FloatArray, north: FloatArray) -> FloatArray:
    """Return the squared length of each vector; the arrays given are used up."""
    np.multiply(east, east, out=east)
    np.multiply(north, north, out=north)
    east += north
    return east


def _as_given(values: npt.NDArray[_Number], order: IntArray) -> npt.NDArray[_Number]:
    """Put values that stand in ``order`` back to where they came from."""
    given = np.empty_like(values)
    given[order] = values
    return given
