"""Pairs of site and venue whose journey is worth routing, and those that are routed already."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.model import travel_table
from geo.scenario import Scenario
from geo.tolerance import longest_daily_minutes, tolerance_minutes
from geo.travel_time import UNKNOWN_PREFIX
from geo.types import Register, Transport

ENGINES = ("osrm", "valhalla", "openrouteservice")
"""Routing engines whose times the register caches."""

PAIR = ["site_id", "venue_id"]


def pairs_to_route(
    register: Register, scenario: Scenario, *, include_sensitive: bool = False
) -> pd.DataFrame:
    """Return the pairs whose straight line is within the venue's longest journey.

    Changes of rows that the scenario makes are not laid over the register: only pairs that it
    holds can be routed and kept.

    Parameters
    ----------
    include_sensitive
        Whether sites marked sensitive take part; to route a pair tells the engine where both
        stand.

    Returns
    -------
    ``site_id``, ``venue_id``, ``lowest_minutes`` (the estimate as if there were no water) and
    ``across`` (the water between the two, or ""). Pairs across water first, since nothing is
    known of them; then the shortest first.
    """
    offers = register.offers
    limits = tolerance_minutes(offers["mode"], offers["round_trips_per_year"], scenario.tolerance)
    bare = replace(register, travel_times=register.travel_times.iloc[:0])
    travel = travel_table(bare, scenario, offers, limits)
    if not include_sensitive:
        marked = register.sites["sensitive"].fillna(value=False).astype(bool)
        travel = travel[~travel["site_id"].isin(register.sites.index[marked])]
    blocked = travel["travel_minutes"].isna()
    across = travel["source"].str.removeprefix(UNKNOWN_PREFIX).where(blocked, "")
    pairs = travel[[*PAIR, "lowest_minutes"]].assign(across=across)
    order = pairs.assign(dry=pairs["across"] == "")
    return (
        order.sort_values(["dry", "lowest_minutes", *PAIR])
        .drop(columns="dry")
        .reset_index(drop=True)
    )


def without_known(
    pairs: pd.DataFrame, travel_times: pd.DataFrame, *, refresh: bool = False
) -> pd.DataFrame:
    """Leave out the pairs whose time by car the register holds.

    With ``refresh`` only times from elsewhere than a routing engine, such as a measured one, are
    left out, so that the engine's are asked for again.
    """
    by_car = travel_times["transport"].fillna(Transport.CAR.value) == Transport.CAR.value
    held = travel_times[by_car]
    if refresh:
        held = held[~is_cached(held["source"])]
    known = pd.MultiIndex.from_frame(held[["from_id", "to_id"]])
    there = pd.MultiIndex.from_frame(pairs[PAIR]).isin(known)
    return pairs[~there].reset_index(drop=True)


def sample_pairs(
    pairs: pd.DataFrame, count: int, scenario: Scenario, *, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw pairs at random for a calibration, each as likely as any other.

    Only pairs that are estimated, hence not across water, and only journeys within the longest
    that a learner makes daily: there a minute decides.

    Returns
    -------
    ``count`` pairs in the order of ``pairs``, or all if there are no more.

    Raises
    ------
    InputError
        If ``count`` is below 1.
    """
    if count < 1:
        raise InputError(f"A sample of {count} pairs was asked for; ask for 1 or more.")
    longest = longest_daily_minutes(scenario.tolerance)
    fit = (pairs["across"] == "") & (pairs["lowest_minutes"] <= longest)
    places = np.flatnonzero(fit.to_numpy())
    drawn = generator.permutation(places)[:count]
    return pairs.iloc[np.sort(drawn)].reset_index(drop=True)


def cache_source(engine: str, profile: str, day: str) -> str:
    """Return what a cached time says of its source."""
    return f"routed: {engine}, {profile}, {day}"


def is_cached(source: pd.Series) -> pd.Series:
    """Say which sources are those of cached times of a routing engine."""
    prefixes = tuple(cache_source(engine, "", "").removesuffix(", ") for engine in ENGINES)
    return source.fillna("").str.startswith(prefixes).astype(bool)
