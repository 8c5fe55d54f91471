"""Bundles of legs by a plain reading of the definitions, for holding the analysis against.

Loops over sets of partners, one number at a time, and shares no code with the search.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd

from geo.legs import make_legs
from geo.partners import completed_pairs, minimal_partners
from geo.skills import skills_cover

UNITS = {
    "P": [
        ("K", "knowledge", "provider"),
        ("L", "practical", "provider"),
        ("M", "practical", "either"),
        ("W", "practical", "workplace"),
    ],
    "Q": [("K", "knowledge", "either"), ("L", "practical", "provider")],
}
TRIPS = {
    "day_release": 40,
    "evening": 40,
    "block_daily": 30,
    "block_residential": 6,
    "blended": 11,
    "summer_school": 2,
    "workplace": 0,
    "mentoring": 0,
    "e_learning": 0,
}
LIMITS = {
    "day_release": 45,
    "evening": 22.5,
    "block_daily": 60,
    "block_residential": 240,
    "blended": 90,
    "summer_school": 240,
    "workplace": 90,
    "mentoring": math.inf,
    "e_learning": math.inf,
}
JOINING = ("block_daily", "block_residential", "summer_school")


class Bundle:
    """Legs of some offers at some sites, and what a plain reading says of them.

    ``minutes`` are by site and offer, NaN where unknown (then 10 at least), missing where there
    is no pair.
    """

    def __init__(self, tables, policy, offers, minutes, hosted=(None,)):
        rows = [
            {"venue_id": f"v{i:02}", "programme_code": "P", **row} for i, row in enumerate(offers)
        ]
        self.offers = tables.offers(rows)
        units = [
            {"programme_code": p, "unit_code": c, "kind": k, "place": at}
            for p, parts in UNITS.items()
            for c, k, at in parts
        ]
        self.hosted = list(hosted)
        self.budget = 60.0 * policy.budget_hours
        self.minutes = {}
        pairs = []
        for (site, offer), t in sorted(minutes.items()):
            limit = LIMITS[self.offers.loc[offer, "mode"]]
            lowest = 10.0 if math.isnan(t) else t
            if lowest <= limit < math.inf:
                self.minutes[site, offer] = t
                pairs.append((site, offer, t, lowest, 1 if math.isnan(t) else 2))
        columns = ["site", "offer", "minutes", "lowest_minutes", "in_time"]
        self.skills = skills_cover(
            self.offers, tables.units(units), pd.Series(self.hosted, dtype="str")
        )
        table = pd.DataFrame(pairs, columns=columns)
        self.legs = make_legs(table, self.offers, self.skills, policy)
        self.delivered = (self.offers["status"] == "delivered").to_numpy()
        self.possible = self.offers["status"].isin(["delivered", "unknown"]).to_numpy()

    def completed(self, most):
        return completed_pairs(
            self.legs, max_partners=most, delivered=self.delivered, possible=self.possible
        )

    def minimal(self, site, offer):
        return minimal_partners(self.legs, site, offer, delivered=self.delivered)

    # What follows is a plain loop, written from the definitions.

    def spent(self, site, offer, *, surely):
        """Travel a year of one leg; infinite where there is none."""
        mode = self.offers.loc[offer, "mode"]
        if LIMITS[mode] == math.inf:
            return 0.0
        t = self.minutes.get((site, offer), math.inf)
        t = (math.inf if surely else 10.0) if math.isnan(t) else t
        return 0.0 if mode == "workplace" and t < math.inf else 2 * TRIPS[mode] * t

    def has(self, offer, unit):
        code, kind, place = unit
        mode, listed = self.offers.loc[offer, "mode"], self.offers.loc[offer, "units"]
        if place == "workplace" or (kind == "practical" and mode == "e_learning"):
            return 0
        if not isinstance(listed, str):
            return 1 if mode in ("e_learning", "mentoring") else 2
        return 2 if code in listed.split(";") else 0

    def hosts(self, site, unit):
        code, _, place = unit
        hosted = self.hosted[site]
        if place == "provider":
            return 0
        if hosted is None:
            return 2 if place == "workplace" else 1
        return 2 if code in hosted.split(";") else 0

    def state(self, site, offer, partners=()):
        programme = self.offers.loc[offer, "programme_code"]
        return min(
            max(self.hosts(site, u), *(self.has(o, u) for o in (offer, *partners)))
            for u in UNITS[programme]
        )

    def best(self, site, offer, least, most, *, surely):
        """Return the best partners that lift the pair to ``least``; None if there are none."""
        joining = self.delivered if surely else self.possible
        same = self.offers["programme_code"] == self.offers.loc[offer, "programme_code"]
        candidates = [
            o
            for o in np.flatnonzero(joining & same & self.offers["mode"].isin(JOINING))
            if self.spent(site, o, surely=surely) < math.inf
        ]
        own = self.spent(site, offer, surely=surely)
        found = []
        for size in range(min(most, len(candidates)) + 1):
            for chosen in combinations(map(int, candidates), size):
                extra = sum(self.spent(site, o, surely=surely) for o in chosen)
                fits = own + extra <= self.budget
                if fits and self.state(site, offer, chosen) >= least:
                    found.append((size, extra, chosen))
        return min(found)[2] if found else None
