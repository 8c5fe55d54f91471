"""Reach: which offers lie within their own travel time of which sites."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns, require_known_ids
from geo.policies import TolerancePolicy
from geo.skills import Known
from geo.tolerance import travel_weight
from geo.types import Mode

REACH_COLUMNS = ("site", "offer", "minutes", "lowest_minutes", "in_time", "weight")


def reach(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    offers: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    limit_minutes: npt.NDArray[np.float64],
    policy: TolerancePolicy,
) -> pd.DataFrame:
    """Return the pairs of site and offer within the offer's travel time, its limit included.

    Offers without a limit are left out: they reach every site, and are never made into pairs.
    An offer that takes more days of release than the site can spare is a pair that is not in time,
    kept so that it can be told; where either is not stated, the release is taken to fit.
    An offer at the workplace whose venue declares a ``delivery_area`` reaches the sites of that
    area, however far, and no other.

    Parameters
    ----------
    sites, venues
        Indexed by id; sites with ``nation``, ``region``, ``authority_code``,
        ``release_days_limit`` and, to tell counties, ``county``; venues with ``delivery_area``.
    offers
        ``venue_id``, ``mode``, ``release_days_per_year``, one row an offer.
    travel
        A table of :mod:`geo.travel_time`.
    limit_minutes
        Each offer's limit, in the order of ``offers``; infinite is no limit.

    Returns
    -------
    One row a pair: ``site`` and ``offer`` are positions, ``minutes`` one way (NaN where unknown),
    ``lowest_minutes`` as short as it can be (0 where the provider comes to a declared area),
    ``in_time`` a :class:`geo.skills.Known` (unknown where the journey is, no where the release
    does not fit), ``weight`` from 0.5 to
    1 as if an unknown journey were as short as it can be. Sorted by site, then offer.
    """
    require_columns(offers, ("venue_id", "mode", "release_days_per_year"), table="offers")
    require_known_ids(offers["venue_id"], venues.index, table="offers")
    area = venues["delivery_area"].reindex(offers["venue_id"]).to_numpy(dtype=object)
    declared = (offers["mode"] == Mode.WORKPLACE).to_numpy() & ~pd.isna(area)
    parts = [_within_area(sites, area, np.flatnonzero(declared))]

    site = sites.index.get_indexer(pd.Index(travel["site_id"]))
    venue = venues.index.get_indexer(pd.Index(travel["venue_id"]))
    at_venue = venues.index.get_indexer(pd.Index(offers["venue_id"]))
    lowest = travel["lowest_minutes"].to_numpy(dtype=float)
    known = travel["travel_minutes"].to_numpy(dtype=float)
    bounded = np.isfinite(limit_minutes) & ~declared
    # One limit at a time, so that memory holds only pairs that are within reach.
    for limit in np.unique(limit_minutes[bounded]):
        near = np.flatnonzero(lowest <= limit)
        chosen = np.flatnonzero(bounded & (limit_minutes == limit))
        pairs = pd.DataFrame({"venue": venue[near], "travel": near}).merge(
            pd.DataFrame({"venue": at_venue[chosen], "offer": chosen}), on="venue"
        )
        way = pairs["travel"].to_numpy()
        in_time = np.where(np.isnan(known[way]), Known.UNKNOWN, Known.YES).astype(np.int8)
        weight = travel_weight(lowest[way], np.full(len(way), limit), policy)
        minutes = (known[way], lowest[way])
        parts.append(_table(site[way], pairs["offer"].to_numpy(), minutes, in_time, weight))
    table = pd.concat(parts, ignore_index=True).sort_values(["site", "offer"], ignore_index=True)
    fits = release_fits(
        offers["release_days_per_year"].to_numpy(dtype=float)[table["offer"]],
        sites["release_days_limit"].to_numpy(dtype=float)[table["site"]],
    )
    return table.assign(in_time=table["in_time"].where(fits, np.int8(Known.NO)))


def release_fits(
    days_per_year: npt.NDArray[np.float64], days_limit: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Say whether a site can spare the days of release, the limit included.

    Where either number is not stated it is taken to fit: few sites state a limit, and to call
    every journey unknown for that would tell nothing.
    """
    return np.asarray(~(days_per_year > days_limit), dtype=np.bool_)


def _within_area(
    sites: gpd.GeoDataFrame,
    area: npt.NDArray[np.object_],
    offers: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Return the pairs of the offers that declare an area with the sites that lie in it."""
    named = [(o, name.strip().casefold()) for o in offers for name in str(area[o]).split(";")]
    names = pd.DataFrame(
        {
            "offer": np.array([offer for offer, _ in named], dtype=np.int64),
            "area": pd.Series([name for _, name in named], dtype="str"),
        }
    )
    sites_of = pd.concat(
        [
            pd.DataFrame({"site": np.arange(len(sites)), "area": sites[column].to_numpy()})
            for column in ("nation", "region", "county", "authority_code")
            if column in sites
        ]
    ).dropna()
    sites_of["area"] = sites_of["area"].astype("str").str.casefold()
    pairs = sites_of.merge(names, on="area").drop_duplicates(["site", "offer"])
    count = len(pairs)
    return _table(
        pairs["site"].to_numpy(dtype=np.int64),
        pairs["offer"].to_numpy(dtype=np.int64),
        (np.full(count, np.nan), np.zeros(count)),
        np.full(count, Known.YES, dtype=np.int8),
        np.ones(count),
    )


def _table(
    site: npt.NDArray[np.int64],
    offer: npt.NDArray[np.int64],
    minutes: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    in_time: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
) -> pd.DataFrame:
    columns = (site, offer, *minutes, in_time, weight)
    return pd.DataFrame(dict(zip(REACH_COLUMNS, columns, strict=True)))
