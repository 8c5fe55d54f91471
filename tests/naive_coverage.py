"""Coverage by a plain reading of the definitions: the measure that the analysis is held against.

Loops over pairs, one number at a time, written from the definitions and sharing no code with the
analysis; and small random worlds to compare the two on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from geo.types import Mode, OfferStatus, Register

WATER = 435_000.0
LIMITS = {
    "day_release": 45.0,
    "evening": 22.5,
    "block_daily": 60.0,
    "block_residential": 240.0,
    "blended": 90.0,
    "e_learning": math.inf,
    "workplace": 90.0,
    "mentoring": math.inf,
    "summer_school": 240.0,
}
UNITS = {
    "P": [
        ("K", "knowledge", "either"),
        ("L", "practical", "either"),
        ("W", "practical", "workplace"),
    ],
    "Q": [("K", "knowledge", "provider"), ("L", "practical", "provider")],
    "R": [],
}
NO, UNKNOWN, YES = 0, 1, 2


class Naive:
    """The definitions read literally: one site, one offer, one number at a time."""

    def __init__(self, register: Register) -> None:
        self.sites = dict(register.sites.iterrows())
        self.venues = dict(register.venues.iterrows())
        self.offers = [row for _, row in register.offers.iterrows()]
        self.stated = [row for _, row in register.demand.iterrows()]
        self.routed = {
            (row.from_id, row.to_id): row.travel_minutes
            for row in register.travel_times.itertuples()
        }
        self.shares = register.programmes["demand_share"].to_dict()
        minimum = register.programmes["min_cohort"].astype(float)
        self.minimum = minimum.fillna(8.0).to_dict()
        delivered = [o for o in self.offers if o.status == "delivered"]
        self.tested = any(not math.isnan(o.places_per_year) for o in delivered)
        self.units = list(product(self.sites, self.shares))

    def minutes(self, site: str, venue: str) -> tuple[float, bool]:
        """Minutes, and whether they are known; infinite where there is no point."""
        if (site, venue) in self.routed:
            return self.routed[site, venue], True
        a, b = self.sites[site].geometry, self.venues[venue].geometry
        if a is None or b is None:
            return math.inf, True
        return 5 + 1.3 * math.dist((a.x, a.y), (b.x, b.y)) / 1000, (a.x < WATER) == (b.x < WATER)

    def limit(self, offer: pd.Series) -> float:
        trips = offer.round_trips_per_year
        if math.isnan(trips) or offer["mode"] == "workplace":
            return LIMITS[offer["mode"]]
        cap = 240 if offer["mode"] in ("block_residential", "summer_school") else 90
        half = 0.5 if offer["mode"] == "evening" else 1
        return min(cap, half * 3600 / (2 * trips)) if trips else math.inf

    def reach(self, site: str, offer: pd.Series) -> tuple[int, float]:
        """Whether the offer is in time, and the weight if it is."""
        if offer.release_days_per_year > self.sites[site].release_days_limit:
            return NO, 0.0
        area = self.venues[offer.venue_id].delivery_area
        if offer["mode"] == "workplace" and isinstance(area, str):
            at = self.sites[site]
            here = {str(n).lower() for n in (at.nation, at.region, at.authority_code)}
            return (YES if here & {a.strip().lower() for a in area.split(";")} else NO), 1.0
        limit = self.limit(offer)
        if limit == math.inf:
            return YES, 1.0
        t, known = self.minutes(site, offer.venue_id)
        if t > limit:
            return NO, 0.0
        full = 2 / 3 * limit
        return (YES if known else UNKNOWN), 1.0 if t <= full else 1 - 0.5 * (t - full) / (
            limit - full
        )

    def cover(self, site: str, offer: pd.Series) -> int:
        remote = offer["mode"] in ("e_learning", "mentoring")
        hosted, listed = self.sites[site].units_hosted, offer.units
        state = UNKNOWN if remote and not UNITS[offer.programme_code] else YES
        for code, kind, place in UNITS[offer.programme_code]:
            at_venue = (
                (UNKNOWN if remote else YES)
                if not isinstance(listed, str)
                else (YES if code in listed.split(";") else NO)
            )
            if place == "workplace" or (kind == "practical" and offer["mode"] == "e_learning"):
                at_venue = NO
            at_site = (
                (YES if place == "workplace" else UNKNOWN)
                if not isinstance(hosted, str)
                else (YES if code in hosted.split(";") else NO)
            )
            state = min(state, max(at_venue, NO if place == "provider" else at_site))
        return state

    def demand(self, site: str, programme: str) -> float:
        found = []
        for stream, rate in (("new_starters", 0.047), ("existing_workforce", 0.01)):
            said = [
                d.places
                for d in self.stated
                if (d.site_id, d.programme_code, d.stream) == (site, programme, stream)
            ]
            people = self.sites[site].employees
            found.append(said[0] if said else people * 0.25 * rate * self.shares[programme])
        known = [places for places in found if not math.isnan(places)]
        return sum(known) if known else math.nan

    def pool(self, offer: pd.Series) -> tuple[str, ...]:
        if isinstance(offer.pool_id, str):
            return ("pool", offer.pool_id)
        if not math.isnan(offer.places_per_year):
            return ("offer", offer.venue_id, offer.programme_code, offer["mode"])
        return ("provider", self.venues[offer.venue_id].ukprn, offer.programme_code)

    def places(self, statuses: set[str]) -> dict[tuple[str, ...], float]:
        most: dict[tuple[str, ...], float] = {}
        for o in self.offers:
            if o.status in statuses and not math.isnan(o.places_per_year):
                most[self.pool(o)] = max(most.get(self.pool(o), 0.0), o.places_per_year)
        return most

    def weights(
        self, statuses: set[str], least: int, runs: Callable[[pd.Series], bool] = lambda _: True
    ) -> dict[tuple[str, str], dict]:
        """Pool weights of every unit over pairs that are at least so sure, of offers that run."""
        found: dict[tuple[str, str], dict] = {unit: {} for unit in self.units}
        for site, p in self.units:
            for o in self.offers:
                state, weight = self.reach(site, o)
                if (
                    o.programme_code == p
                    and o.status in statuses
                    and runs(o)
                    and min(state, self.cover(site, o)) >= least
                ):
                    mine = found[site, p]
                    mine[self.pool(o)] = max(mine.get(self.pool(o), 0.0), weight)
        return found

    def chance(self, sure: dict, pairs: dict, demand: dict, known: dict) -> dict:
        """Return the chance of a cohort by pool and programme, starters shared over their pools.

        A pair that is not sure is shared with the sure ones only.
        """
        starters: dict[tuple, float] = defaultdict(float)
        for unit, by_pool in pairs.items():
            mine = {q: w * known.get(q, 1.0) for q, w in by_pool.items()}
            for q, size in mine.items():
                others = sum(w * known.get(r, 1.0) for r, w in sure[unit].items() if r != q)
                if size > 0 and demand[unit] > 0:
                    starters[q, unit[1]] += demand[unit] * size / (size + others)
        return {
            key: 1.0
            - sum(math.exp(-x) * x**k / math.factorial(k) for k in range(int(self.minimum[key[1]])))
            for key, x in starters.items()
        }

    def usual_demand(self, demand: dict) -> dict:
        filled = dict(demand)
        for p in self.shares:
            known = [d for (_, q), d in demand.items() if q == p and not math.isnan(d)]
            if len(known) < 5:
                known = [d for d in demand.values() if not math.isnan(d)]
            usual = float(np.quantile(known, 0.95, method="weibull")) if known else 1e3
            filled |= {u: usual for u, d in demand.items() if u[1] == p and math.isnan(d)}
        return filled

    def coverage(self) -> dict[tuple[str, str], tuple[float, str]]:
        demand = {unit: self.demand(*unit) for unit in self.units}
        sure = self.weights({"delivered"}, YES)
        known, possible = self.places({"delivered"}), self.places({"delivered", "unknown"})
        maybe = self.weights({"delivered", "unknown"}, UNKNOWN)
        chance = self.chance(sure, sure, demand, known)
        usual = self.chance(sure, maybe, self.usual_demand(demand), known)

        def proven(o: pd.Series) -> bool:
            return any(
                other.status == "delivered"
                and (self.pool(other), other.programme_code) == (self.pool(o), o.programme_code)
                and float(-1 if pd.isna(other.last_starts) else other.last_starts)
                >= self.minimum[o.programme_code]
                for other in self.offers
            )

        def runs(o: pd.Series, by: dict) -> bool:
            return proven(o) or by.get((self.pool(o), o.programme_code), 0.0) >= 0.5

        running = self.weights({"delivered"}, YES, lambda o: runs(o, chance))
        hoped = self.weights(
            {"delivered", "unknown"},
            UNKNOWN,
            lambda o: o.status == "unknown" or runs(o, chance) or runs(o, usual),
        )
        self.valid = {unit: bool(by_pool) for unit, by_pool in sure.items()}
        result = {}
        for unit in self.units:
            d = demand[unit]
            available = self.shared(sure, demand, known)[unit]
            run = self.shared(running, demand, known)[unit]
            best = 0.0
            competing = self.competing(running, demand)
            for q, w in hoped[unit].items():
                if d > 0:
                    rivals = max(competing[q] - d * running[unit].get(q, 0.0), 0.0)
                    best += possible.get(q, math.inf) * d * w / (d * w + rivals)
            reached = (bool(running[unit]), bool(hoped[unit]))
            result[unit] = (
                available if self.tested else math.nan,
                self.gap_class(unit, d, run, best, reached),
            )
        return result

    def competing(self, weights: dict, demand: dict) -> dict:
        found: dict[tuple[str, ...], float] = defaultdict(float)
        for unit, by_pool in weights.items():
            for q, w in by_pool.items():
                found[q] += w * (0 if math.isnan(demand[unit]) else demand[unit])
        return found

    def shared(self, weights: dict, demand: dict, places: dict) -> dict:
        competing = self.competing(weights, demand)
        found = {}
        for unit, by_pool in weights.items():
            d = demand[unit]
            parts = (places.get(q, 0.0) * d * w / competing[q] for q, w in by_pool.items() if d > 0)
            found[unit] = math.nan if math.isnan(d) else sum(parts)
        return found

    def gap_class(self, unit, d, available, best, reached) -> str:
        site, p = unit
        sure, hoped = reached
        in_time = [o for o in self.offers if self.reach(site, o)[0] == YES]
        mine = [o for o in in_time if o.programme_code == p]
        need = 0.8 * d * (1 - 1e-9)
        listed = {o.venue_id for o in self.offers}
        silent = any(self.minutes(site, v)[0] <= 90 for v in self.venues if v not in listed)
        hopeful = hoped and (not self.tested or math.isnan(d) or best >= need)
        could = ("could_deliver", "planned")
        questions = [
            (sure and (not self.tested or available >= need), "covered"),
            (hopeful or silent or self.sites[site].geometry is None, "unknown"),
            (sure, "delivered_too_few_places"),
            (self.valid[unit], "delivered_no_viable_cohort"),
            (any(o.status == "delivered" for o in mine), "delivered_skill_missing"),
            (
                any(o.status in could and self.cover(site, o) != NO for o in mine),
                "could_be_delivered",
            ),
            (
                any(
                    o.programme_code != p
                    and o.status == "delivered"
                    and math.isfinite(self.limit(o))
                    for o in in_time
                ),
                "wrong_programme",
            ),
        ]
        return next((answer for holds, answer in questions if holds), "no_reach")


GRID = st.one_of(
    st.none(),
    st.tuples(
        st.integers(40, 46).map(lambda x: x * 10_000.0),
        st.integers(30, 32).map(lambda y: y * 10_000.0),
    ),
)
HOSTED = st.sampled_from([None, "none", "L", "K;L", "K;L;W", "W"])


@st.composite
def rows_of_worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the rows of a small world."""
    site_ids = [f"s{i}" for i in range(draw(st.integers(1, 4)))]
    venue_ids = [f"v{i}" for i in range(draw(st.integers(1, 4)))]
    keys = list(product(venue_ids, UNITS, [m.value for m in Mode]))
    offers = [
        {
            "venue_id": v,
            "programme_code": p,
            "mode": m,
            "status": draw(st.sampled_from(["delivered", *OfferStatus])),
            "pool_id": draw(st.sampled_from([None, None, "one", "two"])),
            "places_per_year": draw(st.sampled_from([None, None, 0.0, 1.0, 4.0, 30.0])),
            "round_trips_per_year": draw(st.sampled_from([None, None, None, 0.0, 30.0, 12.0])),
            "units": draw(st.sampled_from([None, None, "K", "L", "K;L", "K;L;W"])),
            "last_starts": draw(st.sampled_from([None, None, 0, 1, 8])),
            "release_days_per_year": draw(st.sampled_from([None, None, 20.0, 40.0])),
        }
        for v, p, m in draw(st.lists(st.sampled_from(keys), max_size=9, unique=True))
    ]
    return {
        "sites": {
            s: {
                "at": draw(GRID),
                "employees": draw(st.sampled_from([None, 0.0, 40.0, 300.0, 2000.0])),
                "units_hosted": draw(HOSTED),
                "release_days_limit": draw(st.sampled_from([None, None, None, 20.0])),
                "nation": draw(st.sampled_from([None, "Wales", "England"])),
            }
            for s in site_ids
        },
        "venues": {
            v: {
                "at": draw(GRID),
                "ukprn": draw(st.sampled_from(["10000001", "10000002"])),
                "delivery_area": draw(st.sampled_from([None, "wales ; Scotland", "E07000011"])),
            }
            for v in venue_ids
        },
        "offers": offers,
        "demand": [
            {
                "site_id": s,
                "programme_code": p,
                "stream": k,
                "places": draw(st.sampled_from([0.0, 3.0])),
            }
            for s, p, k in draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(site_ids),
                        st.sampled_from(list(UNITS)),
                        st.sampled_from(["new_starters", "existing_workforce"]),
                    ),
                    max_size=3,
                    unique=True,
                )
            )
        ],
        "travel_times": [
            {
                "from_id": s,
                "to_id": v,
                "travel_minutes": draw(st.sampled_from([45.0, 60.0, 90.0, 91.0])),
            }
            for s, v in draw(
                st.lists(
                    st.tuples(st.sampled_from(site_ids), st.sampled_from(venue_ids)),
                    max_size=3,
                    unique=True,
                )
            )
        ],
    }


def world(tables: Any, rows: dict[str, Any]) -> Register:
    """Make the register of some rows, by the ``tables`` fixture."""
    return Register(
        sites=tables.sites(rows["sites"]),
        venues=tables.venues(rows["venues"]),
        providers=tables.providers(),
        achievements=tables.achievements(),
        programmes=tables.programmes(
            {
                "P": {"demand_share": 0.5, "min_cohort": 1},
                "Q": {"demand_share": 0.2, "min_cohort": 2},
                "R": {"demand_share": 0.3},
            }
        ),
        units=tables.units(
            [
                {"programme_code": p, "unit_code": code, "kind": kind, "place": place}
                for p, units in UNITS.items()
                for code, kind, place in units
            ]
        ),
        offers=tables.offers(rows["offers"]),
        demand=tables.demand(rows["demand"]),
        champions=tables.champions(),
        travel_times=tables.travel_times(rows["travel_times"]),
        barriers=tables.barriers(
            [("The Wash", "estuary", shapely.LineString([(WATER, 0), (WATER, 900_000)]))]
        ),
        places=tables.places({"Hereby": (400_000.0, 300_000.0)}),
    )
