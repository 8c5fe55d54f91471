"""A small world in which one site's gap is of the class that a test asks for.

Two sites side by side need ``P``; two venues stand near them and one beyond every journey. Each
venue says something of itself, or what it does not say would be unknown.
"""

from __future__ import annotations

import math
from dataclasses import replace

from geo.types import Register

HOME, NEAR, FAR = (400_000, 300_000), (402_000, 300_000), (480_000, 300_000)
BEYOND = (400_000, 900_000)


def delivered(venue="v1", **more):
    """Return an offer of plenty of places by day release, unless said otherwise."""
    return {"venue_id": venue, "places_per_year": 100.0, **more}


def small_world(tables, *, offers=(), demand=(10.0, 10.0), minimum=1, units=(), **more):
    """Return a register: ``demand`` of the two sites for ``P``, and its offers and units."""
    stated = [
        {"site_id": site, "programme_code": "P", "stream": stream, "places": places}
        for site, needed in zip(("a", "b"), demand, strict=True)
        for stream, places in (("new_starters", needed), ("existing_workforce", 0.0))
        if not math.isnan(needed)
    ]
    made = Register(
        sites=tables.sites({"a": {"at": HOME}, "b": {"at": HOME}}),
        venues=tables.venues(
            {"v1": {"at": NEAR}, "v2": {"at": NEAR, "ukprn": "10000002"}, "w": {"at": BEYOND}}
        ),
        providers=tables.providers({"10000001": {}, "10000002": {}}),
        achievements=tables.achievements(),
        programmes=tables.programmes(
            {"P": {"demand_share": 0.5, "min_cohort": minimum}, "Q": {"demand_share": 0.5}}
        ),
        units=tables.units([{"programme_code": "P", **unit} for unit in units]),
        offers=tables.offers(
            [
                *({"programme_code": "P", **offer} for offer in offers),
                *(
                    {
                        "venue_id": v,
                        "programme_code": "Q",
                        "mode": "evening",
                        "status": "lapsed",
                    }
                    for v in ("v1", "v2", "w")
                ),
            ]
        ),
        demand=tables.demand(stated),
        champions=tables.champions(),
        travel_times=tables.travel_times(),
        barriers=tables.barriers(),
        places=tables.places({}),
    )
    return replace(made, **more)
