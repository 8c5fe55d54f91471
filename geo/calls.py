"""Calls to make first: what is unknown, in the order of how much to know it could change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.claims import (
    ClaimKind,
    PairClaims,
    claims_of_pairs,
    claims_of_silence,
    has_demand_row,
    unplaced_offers,
    unplaced_sites,
    unstated_pools,
    usual_number,
)
from geo.gaps import GapClass, classify
from geo.imputation import demand_ranges, usual_places
from geo.questions import ask
from geo.stages import BoolArray, FloatArray, IntArray
from geo.swing import (
    Moves,
    Pairs,
    State,
    Swing,
    known_state,
    swing_of_demand,
    swing_of_pairs,
    swing_of_places,
)
from geo.top_areas import Shifts, areas_of, naming_gains, shifts_of

CALL_COLUMNS = (
    "rank",
    "table",
    "key",
    "field",
    "question",
    "demand_affected",
    "served_swing",
    "units_affected",
    "units_could_change",
    "areas_settled",
    "score",
)

PLENTY = 1000.0
"""Times all known demand: the places of a pool that is taken to have as many as are needed."""


def calls_to_make(assessment: Assessment) -> pd.DataFrame:
    """Return every unknown claim as a question, the one to ask first on top.

    Of an offer whether it is delivered, and if it is remote what it teaches; of a delivered pool
    how many places it has; of a venue without offers what it delivers; of a site how many work
    there and what it hosts; journeys across water; sites and venues without a place.

    First come the claims that help most to name the areas with the largest gaps, by
    ``areas_settled``; the rest, and those alike in it, go by ``score``.

    ``areas_settled`` is by how many more areas the answer makes that naming right, on average, see
    :func:`geo.top_areas.naming_gains`; the areas are authorities, and the scenario says how many
    are named. ``score`` is in places a year: by how much unmet demand, added up over the units
    whichever way it goes, would differ between the claim turning out well and badly. Since a
    claim often settles little while another about the same pairs is open, it is the mean of two
    such figures: all else at what is known now, and what those pairs depend on besides turning
    out well. Equal scores go by the demand affected, then the units, then table, key and field.
    The list is of one moment: once a call is made, the others may matter more or less, so that it
    is worth making anew after each answer.

    Returns
    -------
    ``CALL_COLUMNS``: ``table``, ``key`` (the row's key columns) and ``field`` say what to fill in;
    ``demand_affected`` is the demand of the units concerned, places a year, with the usual demand
    of the programme where it is unknown; ``served_swing`` by how many places a year the total
    served could move, all else at what is known now; ``units_affected``; ``units_could_change``
    how many of these are of unknown gap class, or have enough places in one case and not in the
    other. An empty table if nothing is unknown.
    """
    weigher = _Weigher(assessment)
    parts = [weigher.of_pairs(claims) for claims in claims_of_pairs(assessment)]
    parts += [
        weigher.of_pairs(claims_of_silence(assessment)),
        weigher.of_places(),
        weigher.of_demand(),
        weigher.of_stated_demand(),
        weigher.of_unplaced_sites(),
        weigher.of_unplaced_venues(),
    ]
    weighed = [part for part in parts if len(part.table)]
    if not weighed:
        return pd.DataFrame(columns=list(CALL_COLUMNS))
    table = pd.concat([ask(assessment, part.table) for part in weighed], ignore_index=True)
    settled = weigher.areas_settled(Shifts.join([part.shifts for part in weighed]))
    table = table.assign(areas_settled=settled)
    order = table.assign(text=[str(sorted(key.items())) for key in table["key"]])
    # Equal sums may differ in their last digit by the order of their parts.
    order[["score", "demand_affected"]] = order[["score", "demand_affected"]].round(6)
    first = ["areas_settled", "score", "demand_affected", "units_affected"]
    order = order.sort_values(
        [*first, "table", "text", "field"], ascending=[False] * len(first) + [True] * 3
    )
    table = table.loc[order.index].reset_index(drop=True)
    return table.assign(rank=np.arange(1, len(table) + 1))[list(CALL_COLUMNS)]


@dataclass(frozen=True, slots=True, eq=False)
class _Weighed:
    """Claims of a kind, one row each, and by how much each shifts the gaps of areas."""

    table: pd.DataFrame
    shifts: Shifts


class _Weigher:
    """What the claims of one assessment are weighed with; nothing changes once it is made."""

    def __init__(self, assessment: Assessment) -> None:
        model = assessment.model
        self.assessment = assessment
        self.units = model.units
        self.ranges = demand_ranges(model.demand, policy=model.scenario.supply)
        self.plenty = PLENTY * (1.0 + float(np.nansum(model.units.demand)))
        self.usual = usual_places(
            assessment.places,
            model.provision.pools.first(model.provision.programme),
            programmes=model.units.shape[1],
            policy=model.scenario.supply,
        )
        unknown = np.isnan(model.units.demand)
        middle = usual_number(self.ranges.low, self.ranges.high)
        self.demand = np.where(unknown, middle, np.nan_to_num(model.units.demand))
        self.is_unknown = classify(assessment.stages) == GapClass.UNKNOWN
        places = assessment.places
        if not assessment.capacity_tested:
            # Where no places are stated at all, to be reached is to be served.
            places = np.full(len(places), self.plenty)
        self.state: State = known_state(
            assessment.valid,
            demand=model.units.demand,
            places=places,
            enough_ratio=model.scenario.gaps.enough_places_ratio,
        )
        authority = model.register.sites["authority_code"].reset_index(drop=True)
        self.areas = areas_of(authority.iloc[model.units.site], self.state)

    def areas_settled(self, shifts: Shifts) -> FloatArray:
        """Return how many more areas each claim helps to name, to the hundredth; 0 if none."""
        scenario = self.assessment.model.scenario
        gains = naming_gains(
            self.areas, shifts, top=int(scenario.evidence.top_areas), seed=scenario.seed
        )
        return np.maximum(gains.round(2), 0.0)

    def of_pairs(self, claims: PairClaims) -> _Weighed:
        """Weigh claims that make pairs valid."""
        count = len(claims.about)
        sole, all_well = self._places_well()
        alone = swing_of_pairs(self.state, claims.pairs.where(claims.alone), sole, claims=count)
        together = swing_of_pairs(self.state, claims.pairs, all_well, claims=count)
        return self._table(claims.kind, claims.about, claims.pairs, (alone, together))

    def of_places(self) -> _Weighed:
        """Weigh numbers of places that are not stated."""
        pool = unstated_pools(self.assessment)
        ranges = self.assessment.place_ranges
        swing, pairs = swing_of_places(
            self.state,
            pool,
            low=ranges.low[pool],
            high=np.minimum(ranges.high[pool], self.plenty),
        )
        return self._table(ClaimKind.PLACES, pool, pairs, (swing, swing))

    def of_demand(self) -> _Weighed:
        """Weigh demand that is unknown because the size of its site is, by site."""
        unknown = np.isnan(self.units.demand) & self.units.placed
        unit = np.flatnonzero(unknown & ~has_demand_row(self.assessment.model))
        sites, claim = np.unique(self.units.site[unit], return_inverse=True)
        return self._demand(ClaimKind.DEMAND, sites, unit, claim.astype(np.int64))

    def of_stated_demand(self) -> _Weighed:
        """Weigh demand whose own row states no number, by unit."""
        unknown = np.isnan(self.units.demand) & self.units.placed
        unit = np.flatnonzero(unknown & has_demand_row(self.assessment.model))
        return self._demand(ClaimKind.STATED_DEMAND, unit, unit, np.arange(len(unit)))

    def _demand(
        self, kind: ClaimKind, about: IntArray, unit: IntArray, claim: IntArray
    ) -> _Weighed:
        high = np.where(np.isinf(self.ranges.high), 1.0, self.ranges.high)
        served, moved, unmet = swing_of_demand(
            self.state, unit, low=self.ranges.low[unit], high=high[unit]
        )
        pairs = Pairs(claim, unit, np.zeros(len(unit), dtype=np.int64), np.zeros(len(unit)))
        swing = Swing(
            _sums(claim, served, len(about)),
            _sums(claim, moved, len(about)),
            np.zeros(len(about), dtype=np.int64),
            Moves.of_units(claim, unit, unmet[1], unmet[0]),
        )
        return self._table(kind, about, pairs, (swing, swing))

    def of_unplaced_sites(self) -> _Weighed:
        """Weigh sites without a point: anything could be near, so all their demand be served."""
        sites = unplaced_sites(self.assessment.model)
        unit = np.flatnonzero(np.isin(self.units.site, sites))
        claim = np.searchsorted(sites, self.units.site[unit])
        unmet = self.state.demand[unit] - self.state.served[unit]
        none = np.zeros(len(unit), dtype=np.int64)
        amount = _sums(claim, unmet, len(sites))
        moves = Moves.of_units(claim, unit, -unmet, np.zeros(len(unit)))
        swing = Swing(amount, amount, np.zeros(len(sites), dtype=np.int64), moves)
        pairs = Pairs(claim, unit, none, np.zeros(len(unit)))
        return self._table(ClaimKind.UNPLACED_SITE, sites, pairs, (swing, swing))

    def of_unplaced_venues(self) -> _Weighed:
        """Weigh venues without a point: their places could serve whoever needs the programme."""
        model = self.assessment.model
        offers, venue = unplaced_offers(self.assessment)
        venues, claim = np.unique(venue, return_inverse=True)
        pool, programme = model.provision.pool[offers], model.provision.programme[offers]
        unmet = self.state.demand - self.state.served
        by_programme = _sums(self.units.programme, unmet, self.units.shape[1])
        most = np.minimum(self.assessment.possible_ranges.high[pool], by_programme[programme])
        once = pd.DataFrame({"claim": claim, "pool": pool, "most": most})
        once = once.drop_duplicates(["claim", "pool"])
        amount = _sums(once["claim"].to_numpy(), once["most"].to_numpy(), len(venues))
        reached = pd.DataFrame({"claim": claim, "programme": programme}).drop_duplicates()
        each = reached.merge(
            pd.DataFrame({"programme": self.units.programme, "unit": np.arange(len(self.units))}),
            on="programme",
        )
        units = each["unit"].to_numpy(dtype=np.int64)
        none = np.zeros(len(units), dtype=np.int64)
        pairs = Pairs(each["claim"].to_numpy(dtype=np.int64), units, none, np.zeros(len(units)))
        # Where such a venue lies is unknown, and so is whose gap it would close.
        nobody = Moves.of_units(none[:0], none[:0], np.empty(0), np.empty(0))
        swing = Swing(amount, amount, np.zeros(len(venues), dtype=np.int64), nobody)
        return self._table(ClaimKind.UNPLACED_VENUE, venues, pairs, (swing, swing))

    def _places_well(self) -> tuple[FloatArray, FloatArray]:
        """Return places of every pool if a claim about it alone turns out well, and if all do."""
        possible = self.assessment.possible_ranges
        silent = np.tile(self.usual.high, len(self.assessment.model.register.venues))
        silent = np.minimum(silent, self.plenty)
        if not self.assessment.capacity_tested:
            most = np.full(len(possible.middle), self.plenty)
            return np.concatenate([most, silent]), np.concatenate([most, silent])
        middle = np.nan_to_num(possible.middle, nan=0.0)
        most = np.where(np.isnan(possible.middle), possible.high, possible.middle)
        return (
            np.concatenate([middle, silent]),
            np.concatenate([np.minimum(most, self.plenty), silent]),
        )

    def _table(
        self, kind: ClaimKind, about: IntArray, pairs: Pairs, swings: tuple[Swing, Swing]
    ) -> _Weighed:
        """Return one row a claim of a kind."""
        alone, together = swings
        count, wide = len(about), max(len(self.units), 1)
        key = np.unique(pairs.claim * wide + pairs.unit)
        claim, unit = key // wide, key % wide
        unknown = _count(claim, self.is_unknown[unit], count)
        crossed = np.maximum(alone.crossed, together.crossed)
        units = _count(claim, np.ones(len(claim), dtype=np.bool_), count)
        table = pd.DataFrame(
            {
                "kind": kind.value,
                "about": about,
                "demand_affected": _sums(claim, self.demand[unit], count),
                "served_swing": np.abs(alone.served),
                "units_affected": units,
                "units_could_change": np.maximum(unknown, crossed),
                "score": (alone.moved + together.moved) / 2.0,
            }
        )
        shifts = shifts_of(self.areas, alone.moves, together.moves, claims=count)
        return _Weighed(table, shifts)


def _sums(group: IntArray, amount: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group, weights=amount, minlength=groups).astype(np.float64)


def _count(group: IntArray, marked: BoolArray, groups: int) -> npt.NDArray[np.int64]:
    return np.bincount(group[marked], minlength=groups).astype(np.int64)
