"""Questions: what to ask about an unknown claim, in plain words, and where the answer goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.claims import ClaimKind
from geo.model import Model
from geo.stages import IntArray
from geo.types import Mode

Question = tuple[str, Mapping[str, str], str, str]
"""Table, key of the row, field, and the question."""

_OFFER_KEY = ("venue_id", "programme_code", "mode")


def ask(assessment: Assessment, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims with ``table``, ``key``, ``field`` and ``question``.

    Parameters
    ----------
    claims
        ``kind``, a :class:`geo.claims.ClaimKind`, the same in every row, and ``about``, the
        position of what the claim is about, see :class:`geo.claims.PairClaims`; of places a pool.
    """
    model = assessment.model
    kind = ClaimKind(claims["kind"].iloc[0])
    about = claims["about"].to_numpy(dtype=np.int64)
    if kind is ClaimKind.PLACES:
        asked = [_places(model, offers) for offers in _offers_of_pools(assessment, about)]
    else:
        asked = [_QUESTIONS[kind](model, int(position)) for position in about]
    columns = ["table", "key", "field", "question"]
    made = pd.DataFrame(asked, columns=columns, index=claims.index)
    return pd.concat([made, claims.drop(columns=["kind", "about"])], axis=1)


def _offers_of_pools(assessment: Assessment, pools: IntArray) -> list[list[int]]:
    """Return the delivered offers of each pool that state no places."""
    provision = assessment.model.provision
    silent = assessment.selection.counted & np.isnan(provision.pools.stated)
    offers = pd.Series(np.flatnonzero(silent), dtype="int64")
    by_pool = offers.groupby(provision.pool[silent]).agg(list)
    return list(by_pool.reindex(pools))


def _offer_key(model: Model, offer: int) -> dict[str, str]:
    row = model.provision.offers.iloc[offer]
    return {name: str(row[name]) for name in _OFFER_KEY}


def _mode(mode: object) -> str:
    return str(Mode(str(mode))).replace("_", " ")


def _title(model: Model, code: str) -> str:
    title = model.register.programmes["title"].get(code)
    return code if pd.isna(title) else f"{title} ({code})"


def _venue(model: Model, venue_id: str) -> str:
    row = model.register.venues.loc[venue_id]
    name = venue_id if pd.isna(row["name"]) else str(row["name"])
    return name if pd.isna(row["provider"]) else f"{row['provider']}, {name}"


def _site(model: Model, site_id: str) -> str:
    row = model.register.sites.loc[site_id]
    name = site_id if pd.isna(row["name"]) else str(row["name"])
    return name if pd.isna(row["employer"]) else f"{row['employer']}, {name}"


def _status(model: Model, offer: int) -> Question:
    key = _offer_key(model, offer)
    question = (
        f"Does {_venue(model, key['venue_id'])} deliver {_title(model, key['programme_code'])} "
        f"by {_mode(key['mode'])} now?"
    )
    return "offers", key, "status", question


def _units(model: Model, offer: int) -> Question:
    key = _offer_key(model, offer)
    question = (
        f"Which units of {_title(model, key['programme_code'])} does "
        f"{_venue(model, key['venue_id'])} teach by {_mode(key['mode'])}?"
    )
    return "offers", key, "units", question


def _places(model: Model, offers: list[int]) -> Question:
    """Ask of a pool; the answer goes to its first offer, and counts for all of them."""
    key = _offer_key(model, offers[0])
    others = f", over its {len(offers)} offers together" if len(offers) > 1 else ""
    question = (
        f"How many places a year does {_venue(model, key['venue_id'])} have in "
        f"{_title(model, key['programme_code'])}{others}?"
    )
    return "offers", key, "places_per_year", question


def _silent(model: Model, venue: int) -> Question:
    venue_id = str(model.register.venues.index[venue])
    question = f"What does {_venue(model, venue_id)} deliver? No offer of it is recorded."
    return "venues", {"venue_id": venue_id}, "offers", question


def _hosted(model: Model, site: int) -> Question:
    site_id = str(model.register.sites.index[site])
    question = f"Which practical units can be learnt at {_site(model, site_id)}?"
    return "sites", {"site_id": site_id}, "units_hosted", question


def _journey(model: Model, way: int) -> Question:
    site, venue = divmod(way, len(model.register.venues))
    site_id = str(model.register.sites.index[site])
    venue_id = str(model.register.venues.index[venue])
    question = (
        f"How many minutes does the journey from {_site(model, site_id)} to "
        f"{_venue(model, venue_id)} take by car? Water lies between."
    )
    return "travel_times", {"from_id": site_id, "to_id": venue_id}, "travel_minutes", question


def _demand(model: Model, site: int) -> Question:
    row = model.register.sites.iloc[site]
    site_id = str(model.register.sites.index[site])
    counts = row[["employees", "employees_low", "employees_high", "technicians"]]
    if counts.isna().all():
        question = f"How many people work at {_site(model, site_id)}?"
        return "sites", {"site_id": site_id}, "employees", question
    if pd.isna(row["nation"]):
        question = f"In which nation is {_site(model, site_id)}?"
        return "sites", {"site_id": site_id}, "postcode", question
    question = f"How many technicians does {_site(model, site_id)} want to train a year?"
    return "sites", {"site_id": site_id}, "technicians", question


def _stated_demand(model: Model, unit: int) -> Question:
    row = model.demand.iloc[unit]
    site_id, code = str(row["site_id"]), str(row["programme_code"])
    rows = model.register.demand
    mine = rows[(rows["site_id"] == site_id) & (rows["programme_code"] == code)]
    key = {"site_id": site_id, "programme_code": code, "stream": str(mine["stream"].min())}
    question = f"How many places a year does {_site(model, site_id)} need in {_title(model, code)}?"
    return "demand", key, "places", question


def _unplaced_site(model: Model, site: int) -> Question:
    site_id = str(model.register.sites.index[site])
    return "sites", {"site_id": site_id}, "postcode", f"Where is {_site(model, site_id)}?"


def _unplaced_venue(model: Model, venue: int) -> Question:
    venue_id = str(model.register.venues.index[venue])
    return "venues", {"venue_id": venue_id}, "postcode", f"Where is {_venue(model, venue_id)}?"


_QUESTIONS: Mapping[ClaimKind, Callable[[Model, int], Question]] = {
    ClaimKind.STATUS: _status,
    ClaimKind.OFFER_UNITS: _units,
    ClaimKind.SILENT: _silent,
    ClaimKind.HOSTED: _hosted,
    ClaimKind.JOURNEY: _journey,
    ClaimKind.DEMAND: _demand,
    ClaimKind.STATED_DEMAND: _stated_demand,
    ClaimKind.UNPLACED_SITE: _unplaced_site,
    ClaimKind.UNPLACED_VENUE: _unplaced_venue,
}
