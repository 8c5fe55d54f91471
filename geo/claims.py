"""Claims that are unknown: which there are, and which pairs of unit and pool each concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.model import Model, has_point, travel_table
from geo.reach import release_fits
from geo.skills import Known
from geo.stages import BoolArray, FloatArray, IntArray, UnitPairs
from geo.swing import Pairs
from geo.types import Mode

_REMOTE = (Mode.E_LEARNING, Mode.MENTORING)


class ClaimKind(StrEnum):
    """What is not known."""

    STATUS = "status"
    OFFER_UNITS = "offer_units"
    HOSTED = "hosted"
    JOURNEY = "journey"
    SILENT = "silent"
    PLACES = "places"
    DEMAND = "demand"
    STATED_DEMAND = "stated_demand"
    UNPLACED_SITE = "unplaced_site"
    UNPLACED_VENUE = "unplaced_venue"


@dataclass(frozen=True, slots=True, eq=False)
class PairClaims:
    """Claims of one kind that make pairs valid if they turn out well.

    Attributes
    ----------
    kind
        What is not known.
    about
        Position of what each claim is about: an offer, a site or a venue; of a journey the site
        times the number of venues, plus the venue.
    pairs
        The pairs that need it.
    alone
        Which of these depend on nothing else that is unknown.
    """

    kind: ClaimKind
    about: IntArray
    pairs: Pairs
    alone: BoolArray


def claims_of_pairs(assessment: Assessment) -> list[PairClaims]:
    """Return the claims on status, units of skills and journeys."""
    model = assessment.model
    provision = model.provision
    pairs = _possible_pairs(assessment)
    status = assessment.selection.offered[pairs.offer] == Known.UNKNOWN
    way = pairs.in_time == Known.UNKNOWN
    untaught, unhosted = _unknown_cover(model, pairs)
    count = np.sum([status, way, untaught, unhosted], axis=0)
    site = model.units.site[pairs.unit]
    venue_of_offer = model.register.venues.index.get_indexer(
        pd.Index(provision.offers["venue_id"])
    ).astype(np.int64)
    ways = site * len(model.register.venues) + venue_of_offer[pairs.offer]
    kinds = (
        (ClaimKind.STATUS, status, pairs.offer),
        (ClaimKind.OFFER_UNITS, untaught, pairs.offer),
        (ClaimKind.HOSTED, unhosted, site),
        (ClaimKind.JOURNEY, way, ways),
    )
    return [
        _pair_claims(kind, about[needs], pairs.where(needs), provision.pool, count[needs] == 1)
        for kind, needs, about in kinds
    ]


def claims_of_silence(assessment: Assessment) -> PairClaims:
    """Return the claims on venues of which no offer is recorded.

    Each would have a pool of its own for each programme: the pool of venue v and programme p
    stands behind those that are known, at v times the number of programmes plus p.
    """
    model = assessment.model
    register, units = model.register, model.units
    silent = register.venues.index.difference(pd.Index(register.offers["venue_id"]))
    there = register.venues.loc[silent]
    known_times = register.travel_times[register.travel_times["to_id"].isin(silent)]
    travel = travel_table(
        replace(register, venues=there, travel_times=known_times),
        model.scenario,
        register.offers.iloc[:0],
        np.empty(0),
    )
    travel = travel[travel["lowest_minutes"] <= assessment.selection.silent_minutes]
    site = register.sites.index.get_indexer(pd.Index(travel["site_id"]))
    venue = register.venues.index.get_indexer(pd.Index(travel["venue_id"]))
    programmes = units.shape[1]
    unit = units.at(np.repeat(site, programmes), np.tile(np.arange(programmes), len(site)))
    pool = np.repeat(venue, programmes) * programmes + np.tile(np.arange(programmes), len(site))
    pool = pool + len(model.provision.pools.keys)
    kept = unit >= 0
    about, claim = np.unique(np.repeat(venue, programmes)[kept], return_inverse=True)
    pairs = Pairs(claim.astype(np.int64), unit[kept], pool[kept], np.ones(int(kept.sum())))
    return PairClaims(ClaimKind.SILENT, about, pairs, np.ones(int(kept.sum()), dtype=np.bool_))


def unstated_pools(assessment: Assessment) -> IntArray:
    """Return the pools of delivered offers of which no number of places is known."""
    exists = np.zeros(len(assessment.places), dtype=np.bool_)
    exists[assessment.model.provision.pool[assessment.selection.counted]] = True
    return np.flatnonzero(exists & np.isnan(assessment.places))


def has_demand_row(model: Model) -> BoolArray:
    """Say of which units the register has a row of demand, even if that states no number."""
    rows = model.register.demand[["site_id", "programme_code"]]
    asked = pd.MultiIndex.from_frame(model.demand[["site_id", "programme_code"]])
    return np.asarray(asked.isin(pd.MultiIndex.from_frame(rows)), dtype=np.bool_)


def unplaced_sites(model: Model) -> IntArray:
    """Return the sites with demand units that have no point."""
    return np.unique(model.units.site[~model.units.placed])


def unplaced_offers(assessment: Assessment) -> tuple[IntArray, IntArray]:
    """Return offers that may be delivered within a limit at venues without a point, and these."""
    model = assessment.model
    provision, venues = model.provision, model.register.venues
    venue = venues.index.get_indexer(pd.Index(provision.offers["venue_id"]))
    reaching = np.zeros(len(provision.offers), dtype=np.bool_)
    # A venue whose area or whose journeys are stated reaches sites without a point of its own.
    reaching[provision.pairs["offer"].to_numpy()] = True
    lost = ~has_point(venues)[venue] & ~provision.unlimited & ~reaching
    offers = np.flatnonzero(lost & assessment.selection.possible)
    return offers, venue[offers]


def _pair_claims(
    kind: ClaimKind, about: IntArray, pairs: UnitPairs, pool: IntArray, alone: BoolArray
) -> PairClaims:
    which, claim = np.unique(about, return_inverse=True)
    made = Pairs(claim.astype(np.int64), pairs.unit, pool[pairs.offer], pairs.weight)
    return PairClaims(kind, which, made, alone)


def _possible_pairs(assessment: Assessment) -> UnitPairs:
    """Return the pairs that may be valid and are not known to be, those without limit included."""
    model, selection = assessment.model, assessment.selection
    pairs = _joined(model.pairs, _unlimited_pairs(assessment))
    sure = np.minimum(pairs.in_time, pairs.cover)
    sure = np.minimum(sure, selection.offered[pairs.offer])
    return pairs.where(sure == Known.UNKNOWN)


def _unlimited_pairs(assessment: Assessment) -> UnitPairs:
    """Return the pairs of offers without limit that may be valid and are not known to be."""
    model, selection = assessment.model, assessment.selection
    units, provision = model.units, model.provision
    offers = np.flatnonzero(provision.unlimited & selection.possible)
    of_programme = [np.flatnonzero(units.programme == p) for p in range(units.shape[1])]
    reached = [of_programme[provision.programme[offer]] for offer in offers]
    offer = np.repeat(offers, [len(mine) for mine in reached])
    unit = np.concatenate([np.empty(0, dtype=np.int64), *reached])
    site = units.site[unit]
    fits = release_fits(provision.release_days[offer], provision.release_limit[site])
    cover = provision.cover_at(site, offer).astype(np.int8)
    unsure = fits & (np.minimum(cover, selection.offered[offer]) == Known.UNKNOWN)
    count = len(unit)
    return UnitPairs(
        unit,
        offer,
        np.full(count, np.nan),
        np.full(count, Known.YES, dtype=np.int8),
        cover,
        np.ones(count),
    ).where(unsure)


def _joined(first: UnitPairs, second: UnitPairs) -> UnitPairs:
    return UnitPairs(
        np.concatenate([first.unit, second.unit]),
        np.concatenate([first.offer, second.offer]),
        np.concatenate([first.minutes, second.minutes]),
        np.concatenate([first.in_time, second.in_time]),
        np.concatenate([first.cover, second.cover]),
        np.concatenate([first.weight, second.weight]),
    )


def _unknown_cover(model: Model, pairs: UnitPairs) -> tuple[BoolArray, BoolArray]:
    """Say of which pairs the units that the offer teaches are unknown, and those hosted."""
    provision = model.provision
    offers = provision.offers
    unknown = pairs.cover == Known.UNKNOWN
    silent = offers["mode"].isin(_REMOTE).to_numpy() & offers["units"].isna().to_numpy()
    hosted = model.register.sites["units_hosted"].isna().to_numpy(dtype=bool)
    groups = provision.skills.group_of_site[hosted]
    asks = np.zeros(len(offers), dtype=np.bool_)
    if len(groups):
        for detail in provision.skills.details:
            open_at_site = detail.at_site[groups[0]] == Known.UNKNOWN
            asks[detail.offers] = (open_at_site & (detail.at_venue != Known.YES)).any(axis=1)
    at_site = hosted[model.units.site[pairs.unit]]
    return unknown & silent[pairs.offer], unknown & asks[pairs.offer] & at_site


def usual_number(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the middle of ranges that were imputed; 1 where nothing bounds them."""
    middle: npt.NDArray[np.float64] = np.where(np.isinf(high), 1.0, (low + high) / 2.0)
    return middle
