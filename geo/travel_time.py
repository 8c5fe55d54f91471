"""Travel tables: minutes one way from sites to venues."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.barriers import blocked_by
from geo.contracts import (
    TRAVEL_COLUMNS,
    require_columns,
    require_known_ids,
    require_metres,
    require_not_negative,
    require_unique,
)
from geo.errors import InputError
from geo.policies import TravelPolicy

FloatArray = npt.NDArray[np.float64]

ESTIMATE = "straight-line estimate"
UNKNOWN_PREFIX = "unknown: across "
CAR = "car"
_SLACK_METRES = 1.0
_ALL_COLUMNS = (*TRAVEL_COLUMNS, "lowest_minutes")


def straight_line_travel(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    max_minutes: pd.Series,
    policy: TravelPolicy,
) -> pd.DataFrame:
    """Estimate car minutes from straight lines, for pairs within each venue's longest journey.

    ``t = 60 * detour * d / v + fixed`` with ``d`` in km and ``v`` the harmonic mean of the speeds
    at the two ends, each by how many postcodes lie within 3 km. A pair across an estuary or a sea
    is not guessed: its minutes are missing, and ``lowest_minutes`` holds what the estimate would
    be without the water, for asking what could be.

    Parameters
    ----------
    sites, venues
        Points in EPSG:27700 indexed by unique ids, with ``postcodes_within_3km``. Rows without a
        point take part in no pair.
    barriers
        Estuaries and islands, see :func:`geo.barriers.blocked_by`.
    max_minutes
        Longest journey worth keeping, inclusive, by ``venue_id``.

    Returns
    -------
    One row a pair, sorted by site and venue: the travel columns and ``lowest_minutes``.

    Raises
    ------
    CrsError, InputError
        If the tables are not in metres, an id stands twice, or a limit is negative or missing.

    References
    ----------
    Boscoe, F., Henry, K. and Zdeb, M. (2012). A nationwide comparison of driving distance versus
    straight-line distance to hospitals. The Professional Geographer, 64(2), 188-196: straight
    lines track driving times well, except near shorelines and barriers.
    """
    require_metres(sites=sites, venues=venues)
    require_unique(sites.index, table="sites")
    require_unique(venues.index, table="venues")
    if (limits := max_minutes.reindex(venues.index)).isna().any():
        raise InputError("'max_minutes' lacks a limit for some venue.")
    require_not_negative(limits.rename("max_minutes"), table="venues")

    from_site, to_venue = _pairs_within(sites, venues, limits.to_numpy(dtype=float), policy)
    minutes = _estimate(sites, venues, from_site, to_venue, policy)
    keep = minutes <= limits.to_numpy(dtype=float)[to_venue]
    from_site, to_venue, minutes = from_site[keep], to_venue[keep], minutes[keep]

    water = blocked_by(
        sites.geometry.to_numpy()[from_site], venues.geometry.to_numpy()[to_venue], barriers
    )
    blocked = water != ""
    table = pd.DataFrame(
        {
            "site_id": sites.index.to_numpy()[from_site],
            "venue_id": venues.index.to_numpy()[to_venue],
            "travel_minutes": np.where(blocked, np.nan, minutes),
            "sigma_minutes": np.where(blocked, np.nan, policy.sigma_minutes),
            "transport": CAR,
            "source": np.where(blocked, UNKNOWN_PREFIX + water, ESTIMATE),
            "lowest_minutes": minutes,
        },
        columns=list(_ALL_COLUMNS),
    )
    return table.sort_values(["site_id", "venue_id"], ignore_index=True)


def speed_kmh(postcodes_within_3km: pd.Series, policy: TravelPolicy) -> FloatArray:
    """Return the assumed speed in km/h at each place, by how dense its postcodes are.

    A place whose density is missing has the middle speed.
    """
    density = postcodes_within_3km.to_numpy(dtype=float, na_value=np.nan)
    density = np.where(np.isnan(density), policy.medium_postcodes, density)
    return np.select(
        [density >= policy.dense_postcodes, density >= policy.medium_postcodes],
        [policy.speed_kmh_dense, policy.speed_kmh_medium],
        default=policy.speed_kmh_sparse,
    )


def merge_routed(
    estimated: pd.DataFrame,
    routed: pd.DataFrame,
    *,
    site_ids: pd.Index,
    venue_ids: pd.Index,
) -> pd.DataFrame:
    """Let routed or measured car minutes replace the estimate of the same pair.

    Parameters
    ----------
    estimated
        A table from :func:`straight_line_travel`.
    routed
        The register's ``travel_times``: ``from_id`` (site), ``to_id`` (venue),
        ``travel_minutes``, ``sigma_minutes``, ``transport``, ``source``. Only rows by car, or of
        no stated transport, count: public transport is never mixed with car times.

    Returns
    -------
    One row a pair, sorted by site and venue, columns as ``estimated``.

    Raises
    ------
    InputError
        If an id is unknown, a pair stands twice, or minutes are negative or missing.
    """
    needed = ("from_id", "to_id", "travel_minutes", "sigma_minutes", "transport", "source")
    require_columns(routed, needed, table="travel_times")
    require_known_ids(routed["from_id"], site_ids, table="travel_times")
    require_known_ids(routed["to_id"], venue_ids, table="travel_times")
    require_not_negative(routed["travel_minutes"], table="travel_times")
    if routed["travel_minutes"].isna().any():
        raise InputError("'travel_times' has missing minutes; leave the pair out instead.")
    by_car = routed[routed["transport"].fillna(CAR).eq(CAR)]
    pairs = by_car.rename(columns={"from_id": "site_id", "to_id": "venue_id"})
    if pairs.duplicated(["site_id", "venue_id"]).any():
        raise InputError("'travel_times' has a pair by car more than once; keep one.")
    if pairs.empty:
        return estimated.copy()
    pairs = pairs.assign(transport=CAR, lowest_minutes=pairs["travel_minutes"])
    merged = pd.concat([pairs[list(_ALL_COLUMNS)], estimated], ignore_index=True)
    merged = merged.drop_duplicates(["site_id", "venue_id"], keep="first")
    return merged.sort_values(["site_id", "venue_id"], ignore_index=True)


def _pairs_within(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    limits: FloatArray,
    policy: TravelPolicy,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return positions of all pairs that the fastest journey could make within the limit."""
    fastest = max(policy.speed_kmh_dense, policy.speed_kmh_medium, policy.speed_kmh_sparse)
    metres = (limits - policy.fixed_minutes) * fastest * 1000 / 60 / policy.detour_factor
    placed = np.flatnonzero(_has_point(venues) & (metres >= 0))
    if not len(placed) or not _has_point(sites).any():
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    position, from_site = sites.sindex.query(
        venues.geometry.to_numpy()[placed],
        predicate="dwithin",
        # A metre more than needed; the minutes themselves decide, so rounding loses no pair.
        distance=metres[placed] + _SLACK_METRES,
    )
    return from_site, placed[position]


def _estimate(
    sites: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    from_site: npt.NDArray[np.int64],
    to_venue: npt.NDArray[np.int64],
    policy: TravelPolicy,
) -> FloatArray:
    metres = np.hypot(
        sites.geometry.x.to_numpy()[from_site] - venues.geometry.x.to_numpy()[to_venue],
        sites.geometry.y.to_numpy()[from_site] - venues.geometry.y.to_numpy()[to_venue],
    )
    at_site = speed_kmh(sites["postcodes_within_3km"], policy)[from_site]
    at_venue = speed_kmh(venues["postcodes_within_3km"], policy)[to_venue]
    kmh = 2.0 / (1.0 / at_site + 1.0 / at_venue)
    minutes: FloatArray = (
        60.0 * policy.detour_factor * (metres / 1000.0) / kmh + policy.fixed_minutes
    )
    return minutes


def _has_point(table: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    return np.asarray(table.geometry.notna() & ~table.geometry.is_empty, dtype=np.bool_)
