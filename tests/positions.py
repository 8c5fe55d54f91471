"""Provision and demand units by position, made by hand for the tests of the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.partners import Completed
from geo.pools import Pools
from geo.skills import SkillsCover
from geo.stages import DemandUnits, Provision

NO, UNKNOWN, YES = 0, 1, 2


def units_of(demand, *, sites=None, programmes=None, placed=True, near=False, shape=None):
    """Make demand units: by default a site each, of the only programme."""
    count = len(demand)
    site = np.arange(count) if sites is None else np.array(sites)
    programme = np.zeros(count, dtype=np.int64) if programmes is None else np.array(programmes)
    return DemandUnits(
        site=site,
        programme=programme,
        demand=np.array(demand, dtype=float),
        placed=np.full(count, placed),
        silent_minutes=np.full(count, 30.0 if near else np.inf),
        shape=shape or (count, 1),
    )


def provision_of(
    offers: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[int, int, int, float]], *, sites: int
) -> Provision:
    """Make provision.

    Offers are rows of status, places, cover (one a site or one for all), pool, programme,
    unlimited, mode, fresh, last_starts (99 by default, so that every cohort is proven) and
    release_days; pairs are site, offer, in_time, weight.
    """
    table = pd.DataFrame(
        {
            "venue_id": [f"v{i}" for i in range(len(offers))],
            "programme_code": [f"P{offer.get('programme', 0)}" for offer in offers],
            "status": [offer.get("status", "delivered") for offer in offers],
            "mode": [offer.get("mode", "day_release") for offer in offers],
            "fresh": [offer.get("fresh", True) for offer in offers],
            "ukprn": [f"1000000{i}" for i in range(len(offers))],
            "places_low": pd.Series([o.get("low", np.nan) for o in offers], dtype="float64"),
            "places_high": pd.Series([o.get("high", np.nan) for o in offers], dtype="float64"),
            "last_starts": pd.Series(
                [offer.get("last_starts", 99.0) for offer in offers], dtype="float64"
            ),
        }
    )
    pools = [offer.get("pool", i) for i, offer in enumerate(offers)]
    states = [np.broadcast_to(offer.get("cover", YES), sites) for offer in offers]
    columns = list(zip(*pairs, strict=True)) or [()] * 4
    return Provision(
        offers=table,
        programme=np.array([offer.get("programme", 0) for offer in offers], dtype=np.int64),
        unlimited=np.array([offer.get("unlimited", False) for offer in offers], dtype=bool),
        pools=Pools(
            of_offer=np.array(pools, dtype=np.int64),
            keys=pd.Index([f"pool {i:03}" for i in range(len(offers))]),
            stated=np.array([offer.get("places", np.nan) for offer in offers], dtype=float),
        ),
        pairs=pd.DataFrame(
            {
                "site": np.array(columns[0], dtype=np.int64),
                "offer": np.array(columns[1], dtype=np.int64),
                "minutes": np.full(len(pairs), 10.0),
                "in_time": np.array(columns[2], dtype=np.int8),
                "weight": np.array(columns[3], dtype=float),
            }
        ),
        skills=SkillsCover(
            np.arange(sites), np.array(states, dtype=np.int8).reshape(len(offers), sites), ()
        ),
        release_days=np.array([o.get("release_days", np.nan) for o in offers], dtype=float),
        release_limit=np.full(sites, 20.0),
        completed=Completed.none(len(offers)),
    )
