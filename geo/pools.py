"""Pools: places that exist once, however many offers they are shared over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns, require_not_negative

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """The pools of some offers.

    Attributes
    ----------
    of_offer
        Position of each offer's pool, in the order of the offers.
    keys
        The pools in sorted order.
    stated
        ``places_per_year`` of each offer; NaN is unknown.
    """

    of_offer: npt.NDArray[np.int64]
    keys: pd.Index
    stated: FloatArray

    def places(self, counted: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the places a year of every pool by the offers that ``counted`` marks.

        They are the most that any of these offers states, for each may fill the whole pool, and
        a pool's places count once over its modes, venues and programmes. NaN where none states
        any: unknown, never 0.
        """
        found = np.full(len(self.keys), -np.inf)
        stated = counted & ~np.isnan(self.stated)
        np.maximum.at(found, self.of_offer[stated], self.stated[stated])
        return np.where(np.isinf(found), np.nan, found)

    def first(self, of_offers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what the first offer of each pool has; -1 for a pool without any."""
        found = np.full(len(self.keys), -1, dtype=np.int64)
        found[self.of_offer[::-1]] = of_offers[::-1]
        return found


def make_pools(offers: pd.DataFrame) -> Pools:
    """Group offers into the pools whose places they share.

    The pool is the offer's ``pool_id``; without one it is the offer itself if places were
    declared for it, else all offers of the programme by the provider.

    Parameters
    ----------
    offers
        ``ukprn``, ``venue_id``, ``programme_code``, ``mode``, ``pool_id``, ``places_per_year``.

    Raises
    ------
    InputError
        If places are negative or infinite.
    """
    needed = ("ukprn", "venue_id", "programme_code", "mode", "pool_id", "places_per_year")
    require_columns(offers, needed, table="offers")
    require_not_negative(offers["places_per_year"], table="offers")
    keys = _keys(offers)
    pools = pd.Index(np.sort(keys.unique()), name="pool_key")
    return Pools(
        of_offer=pools.get_indexer(pd.Index(keys)).astype(np.int64),
        keys=pools,
        stated=offers["places_per_year"].to_numpy(dtype=float, na_value=np.nan),
    )


def _keys(offers: pd.DataFrame) -> pd.Series:
    """Return a key for each offer; the prefix keeps the three kinds of pool apart."""
    own = (
        "offer\x1f"
        + offers["venue_id"]
        + "\x1f"
        + offers["programme_code"]
        + "\x1f"
        + offers["mode"]
    )
    shared = "provider\x1f" + offers["ukprn"] + "\x1f" + offers["programme_code"]
    keys = own.where(offers["places_per_year"].notna(), shared)
    return ("pool\x1f" + offers["pool_id"]).where(offers["pool_id"].notna(), keys)
