"""Catchments of a table of pairs: any costs, either way unlike the other, and small cases."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import (
    require_columns,
    require_complete,
    require_known_ids,
    require_not_negative,
    require_unique,
)
from geo.decay import Decay, weights_of
from geo.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COLUMNS = ("from_id", "to_id", "cost")


@dataclass(frozen=True, slots=True, eq=False)
class TableCatchments:
    """Origins, venues, and the pairs of them whose cost is within a limit.

    Made by :func:`catchments_of_table`; the measures of :mod:`geo.catchment` take it.

    Attributes
    ----------
    origin_ids, venue_ids
        As given.
    demand, supply
        One number an origin and a venue, in the order of the ids.
    origin, venue, cost
        One entry a pair, positions and cost, sorted by the ids of the origin and of the venue.
    """

    origin_ids: pd.Index
    venue_ids: pd.Index
    demand: FloatArray
    supply: FloatArray
    origin: IntArray
    venue: IntArray
    cost: FloatArray

    def reach(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return how many venues each origin reaches, the position of the nearest, its cost.

        Of several at one cost the first by id; -1 and infinity where there is none.
        """
        count = np.bincount(self.origin, minlength=len(self.origin_ids))
        nearest = np.full(len(self.origin_ids), -1, dtype=np.int64)
        cost = np.full(len(self.origin_ids), math.inf)
        # The sort keeps the order of the ids among equals; the cheapest pair is written last.
        cheapest_last = np.argsort(self.cost, kind="stable")[::-1]
        nearest[self.origin[cheapest_last]] = self.venue[cheapest_last]
        cost[self.origin[cheapest_last]] = self.cost[cheapest_last]
        return count, nearest, cost

    def to_venues(self, decay: Decay, of_origins: FloatArray) -> FloatArray:
        """Return for every venue the weighted sum of a number over the origins that reach it."""
        weighted = weights_of(decay, self.cost) * of_origins[self.origin]
        return np.bincount(self.venue, weights=weighted, minlength=len(self.venue_ids)).astype(
            float
        )

    def to_origins(self, decay: Decay, of_venues: FloatArray) -> FloatArray:
        """Return for every origin the weighted sum of a number over the venues that it reaches."""
        weighted = weights_of(decay, self.cost) * of_venues[self.venue]
        return np.bincount(self.origin, weights=weighted, minlength=len(self.origin_ids)).astype(
            float
        )


def catchments_of_table(
    travel: pd.DataFrame, *, demand: pd.Series, supply: pd.Series, limit: float = math.inf
) -> TableCatchments:
    """Gather pairs, demand and supply for the measures of :mod:`geo.catchment`.

    Parameters
    ----------
    travel
        One row a pair that can be travelled: ``from_id``, ``to_id``, ``cost`` of the way there,
        0 or more, in minutes, metres or any unit. Pairs that are not there are out of reach; the
        way back is a pair of its own and counts for nothing here.
    demand
        0 or more, by unique id of the origin. An origin without a pair reaches nothing.
    supply
        0 or more, by unique id of the venue. A venue without a pair is reached by nobody; there
        may be no venue at all.
    limit
        In the unit of ``cost``; a pair of just this cost is within reach.

    Raises
    ------
    MissingColumnsError
        If ``travel`` lacks a column.
    InputError
        If a number is missing, negative or infinite, a pair or an id stands twice, ``travel``
        has an id that demand or supply lacks, or the limit is negative.
    """
    require_columns(travel, COLUMNS, table="travel")
    require_complete(travel[list(COLUMNS)], table="travel")
    if not limit >= 0:
        raise InputError(f"The limit must be 0 or more, not {limit:g}.")
    cost = amounts_of(travel["cost"], table="travel")
    needed = amounts_of(demand.rename("demand"), table="demand")
    offered = amounts_of(supply.rename("supply"), table="supply")
    origin_rank = rank_of_ids(demand.index, table="demand")
    venue_rank = rank_of_ids(supply.index, table="supply")
    require_known_ids(travel["from_id"], demand.index, table="travel")
    require_known_ids(travel["to_id"], supply.index, table="travel")
    _require_each_pair_once(travel)
    origin = demand.index.get_indexer(pd.Index(travel["from_id"])).astype(np.int64)
    venue = supply.index.get_indexer(pd.Index(travel["to_id"])).astype(np.int64)
    order = np.lexsort((venue_rank[venue], origin_rank[origin]))
    order = order[cost[order] <= limit]
    pairs = origin[order], venue[order], cost[order]
    # A decay is the caller's, and is given these very costs.
    pairs[2].setflags(write=False)
    return TableCatchments(demand.index, supply.index, needed, offered, *pairs)


def amounts_of(values: pd.Series, *, table: str) -> FloatArray:
    """Return numbers of 0 or more; ``InputError`` if one is missing, negative or no number."""
    if len(values) and not pd.api.types.is_numeric_dtype(values):
        raise InputError(f"{values.name!r} in {table!r} must hold numbers, not {values.dtype}.")
    require_complete(values.to_frame(), table=table)
    require_not_negative(values, table=table)
    return values.to_numpy(dtype=float)


def require_ids(ids: pd.Index, *, table: str) -> None:
    """Raise ``InputError`` if an id is missing or stands twice."""
    if ids.hasnans:
        raise InputError(f"{table!r} has a row without an id.")
    require_unique(ids, table=table)


def rank_of_ids(ids: pd.Index, *, table: str) -> IntArray:
    """Return the place of each id in their order; ``InputError`` if they have none."""
    require_ids(ids, table=table)
    try:
        order = ids.argsort()
    except TypeError as error:
        raise InputError(
            f"The ids of {table!r} cannot be put in order: let them be all text or all numbers."
        ) from error
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return rank


def _require_each_pair_once(travel: pd.DataFrame) -> None:
    """Raise ``InputError`` if a pair stands twice, with one cost or with several."""
    twice = travel.duplicated(["from_id", "to_id"])
    if twice.any():
        first = travel.loc[twice, ["from_id", "to_id"]].iloc[0]
        raise InputError(
            f"'travel' has {int(twice.sum())} pair(s) more than once, such as from "
            f"{first['from_id']} to {first['to_id']}: keep the row that counts."
        )
