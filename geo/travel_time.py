"""Travel tables: minutes one way from sites to venues."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.barriers import blocked_by
from geo.contracts import (
    TRAVEL_COLUMNS,
    require_choices,
    require_columns,
    require_known_ids,
    require_metres,
    require_not_negative,
    require_unique,
)
from geo.errors import InputError
from geo.policies import TravelPolicy
from geo.types import Transport

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ESTIMATE = "straight-line estimate"
UNKNOWN_PREFIX = "unknown: across "
_SLACK_METRES = 1.0
_ALL_COLUMNS = (*TRAVEL_COLUMNS, "lowest_minutes")
_REGISTER_COLUMNS = (
    "from_id",
    "to_id",
    "travel_minutes",
    "sigma_minutes",
    "transport",
    "source",
)
AREA_CLASSES = ("dense", "medium", "sparse")
"""Classes of area by how many postcodes lie within 3 km, in the order of their positions."""


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
            "transport": Transport.CAR.value,
            "source": np.where(blocked, UNKNOWN_PREFIX + water, ESTIMATE),
            "lowest_minutes": minutes,
        },
        columns=list(_ALL_COLUMNS),
    )
    return table.sort_values(["site_id", "venue_id"], ignore_index=True)


def area_class(postcodes_within_3km: pd.Series, policy: TravelPolicy) -> IntArray:
    """Return each place's position in :data:`AREA_CLASSES`; each class begins at its bound.

    A place whose density is missing is of the middle class.
    """
    density = postcodes_within_3km.to_numpy(dtype=float, na_value=np.nan)
    density = np.where(np.isnan(density), policy.medium_postcodes, density)
    bounds = [density >= policy.dense_postcodes, density >= policy.medium_postcodes]
    return np.select(bounds, [0, 1], default=2).astype(np.int64)


def speed_kmh(postcodes_within_3km: pd.Series, policy: TravelPolicy) -> FloatArray:
    """Return the assumed speed in km/h at each place, by how dense its postcodes are."""
    speeds = (policy.speed_kmh_dense, policy.speed_kmh_medium, policy.speed_kmh_sparse)
    return np.array(speeds, dtype=float)[area_class(postcodes_within_3km, policy)]


def travel_times_by(
    travel_times: pd.DataFrame,
    transport: Transport,
    *,
    site_ids: pd.Index,
    venue_ids: pd.Index,
) -> pd.DataFrame:
    """Return the register's travel times by one means of travel.

    Parameters
    ----------
    travel_times
        The register's ``travel_times``: ``from_id`` (site), ``to_id`` (venue),
        ``travel_minutes``, ``sigma_minutes``, ``transport``, ``source``. A row that states no
        means of travel is by car. The way back may take another time, and is not used.

    Returns
    -------
    One row a pair, sorted by site and venue: the travel columns. A pair that is absent is
    unknown; no other means of travel ever stands in for it.

    Raises
    ------
    InputError
        If an id or a means of travel is unknown, a pair stands twice for this one, or minutes are
        negative or missing.
    """
    require_columns(travel_times, _REGISTER_COLUMNS, table="travel_times")
    require_known_ids(travel_times["from_id"], site_ids, table="travel_times")
    require_known_ids(travel_times["to_id"], venue_ids, table="travel_times")
    require_not_negative(travel_times["travel_minutes"], table="travel_times")
    require_not_negative(travel_times["sigma_minutes"], table="travel_times")
    if travel_times["travel_minutes"].isna().any():
        raise InputError("'travel_times' has missing minutes; leave the pair out instead.")
    means = travel_times["transport"].fillna(Transport.CAR.value)
    require_choices(means, tuple(Transport), table="travel_times")
    pairs = travel_times[means == transport.value].rename(
        columns={"from_id": "site_id", "to_id": "venue_id"}
    )
    if (twice := pairs.duplicated(["site_id", "venue_id"])).any():
        first = pairs[twice].iloc[0]
        raise InputError(
            f"'travel_times' has a pair by {transport.value} more than once, such as "
            f"{first['site_id']} to {first['venue_id']}; keep one."
        )
    pairs = pairs.assign(transport=transport.value)[list(TRAVEL_COLUMNS)]
    return pairs.sort_values(["site_id", "venue_id"], ignore_index=True)


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
        The register's ``travel_times``, see :func:`travel_times_by`. Only times by car count:
        public transport is never mixed with car times.

    Returns
    -------
    One row a pair, sorted by site and venue, columns as ``estimated``.

    Raises
    ------
    InputError
        As :func:`travel_times_by` does.
    """
    pairs = travel_times_by(routed, Transport.CAR, site_ids=site_ids, venue_ids=venue_ids)
    if pairs.empty:
        return estimated.copy()
    pairs = pairs.assign(lowest_minutes=pairs["travel_minutes"])
    merged = pd.concat([pairs[list(_ALL_COLUMNS)], estimated], ignore_index=True)
    merged = merged.drop_duplicates(["site_id", "venue_id"], keep="first")
    return merged.sort_values(["site_id", "venue_id"], ignore_index=True)


def nearest_public_minutes(
    public: pd.DataFrame,
    pairs: tuple[IntArray, IntArray, IntArray],
    *,
    site_ids: pd.Index,
    venue_ids: pd.Index,
    units: int,
) -> FloatArray:
    """Return the shortest known journey by public transport of each demand unit.

    Parameters
    ----------
    public
        A table of :func:`travel_times_by` for public transport.
    pairs
        Demand unit, site and venue of each pair to look at, as three arrays of positions: into
        the result, ``site_ids`` and ``venue_ids``. Pairs may stand more than once.
    units
        How many demand units there are.

    Returns
    -------
    Minutes one way, one a demand unit; NaN where public transport is known to none of its
    venues. A venue whose journey is not known may be nearer still.
    """
    nearest = np.full(units, np.inf)
    unit, site, venue = pairs
    if len(public) and len(unit):
        wide = len(venue_ids)
        at_site = site_ids.get_indexer(pd.Index(public["site_id"]))
        at_venue = venue_ids.get_indexer(pd.Index(public["venue_id"]))
        keys = at_site * wide + at_venue
        order = np.argsort(keys, kind="stable")
        keys, minutes = keys[order], public["travel_minutes"].to_numpy(dtype=float)[order]
        wanted = site * wide + venue
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = keys[at] == wanted
        np.minimum.at(nearest, unit[known], minutes[at[known]])
    return np.where(np.isinf(nearest), np.nan, nearest)


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
