"""Partners: further venues whose blocks teach what neither an offer nor the site covers.

An offer and the blocks of its partners are a bundle of legs. A leg is an offer within its own
travel limit of the site, and for which the site can spare the release; the legs together must fit
the annual travel budget. The place that a learner of a bundle takes is one of the offer's own
pool; a partner's block takes no place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.legs import Legs
from geo.set_cover import DECIMALS, SetCover, set_cover
from geo.skills import Known, ProgrammeCover, StateArray

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NOBODY = -1
"""Stands where there is no further partner."""


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """The pairs of site and offer that partners improve, sorted by site, then offer.

    Attributes
    ----------
    site, offer
        Positions; offers without a travel limit are there too, for the sites concerned.
    cover
        :class:`geo.skills.Known` with partners: ``YES``, or ``UNKNOWN`` where it was ``NO``.
    partners
        Pairs × the most partners allowed: positions of offers, ascending, then :data:`NOBODY`.
    offer_count
        How many offers there are.
    """

    site: IntArray
    offer: IntArray
    cover: StateArray
    partners: IntArray
    offer_count: int

    @classmethod
    def none(cls, offer_count: int) -> Completed:
        """Return what is complete without any partner: nothing."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty.astype(np.int8), empty.reshape(0, 0), offer_count)

    def cover_at(self, site: IntArray, offer: IntArray) -> StateArray:
        """Return the cover of some pairs; ``NO`` where partners improve nothing."""
        found, row = self._find(site, offer)
        cover = np.full(len(row), Known.NO, dtype=np.int8)
        cover[found] = self.cover[row[found]]
        return cover

    def partners_of(self, site: int, offer: int) -> tuple[int, ...]:
        """Return the partners of one pair, as positions of offers; none where it needs none."""
        found, row = self._find(np.array([site]), np.array([offer]))
        partners = self.partners[row[found]].ravel()
        return tuple(partners[partners != NOBODY].tolist())

    def _find(self, site: IntArray, offer: IntArray) -> tuple[BoolArray, IntArray]:
        """Say which pairs are here, and at which row."""
        key = self.site * self.offer_count + self.offer
        asked = site * self.offer_count + offer
        row = np.searchsorted(key, asked)
        # One more key, which nothing asks for, stands past the end.
        return np.append(key, -1)[row] == asked, row


def completed_pairs(
    legs: Legs, *, max_partners: int, delivered: BoolArray, possible: BoolArray
) -> Completed:
    """Find the pairs whose units are covered once partners join, and the partners that do it.

    A partner is a delivered block of the same programme within its own travel limit of the site.
    The fewest are taken; of as few those with the least travel; of these the lowest positions.
    Units that a partner states count as they stand; one that states none covers all that a
    provider can teach. A bundle is certain if every part of it is: else it may be, if unknown
    journeys were as short as they can be, and offers that are possible were delivered.

    Parameters
    ----------
    max_partners
        How many may join one offer, 0 or more; a partner is one offer, so two blocks of one
        venue are two. 0 completes nothing.
    delivered, possible
        By offer: whether it counts as a partner for certain, and whether it may.
    """
    tables = []
    for detail in legs.skills.details if max_partners > 0 else ():
        for least, joining in ((Known.YES, delivered), (Known.UNKNOWN, possible)):
            tables += _completed_of(legs, detail, least, joining & legs.may_join, max_partners)
    if not tables:
        return Completed.none(len(legs.unlimited))
    found = pd.concat(tables, ignore_index=True).sort_values(
        ["site", "offer", "cover"], ascending=[True, True, False], kind="stable"
    )
    # What is certain stands before what may be.
    found = found.drop_duplicates(["site", "offer"])
    partners = found.drop(columns=["site", "offer", "cover"]).to_numpy(dtype=np.int64)
    return Completed(
        site=found["site"].to_numpy(dtype=np.int64),
        offer=found["offer"].to_numpy(dtype=np.int64),
        cover=found["cover"].to_numpy(dtype=np.int8),
        partners=partners,
        offer_count=len(legs.unlimited),
    )


def minimal_partners(legs: Legs, site: int, offer: int, *, delivered: BoolArray) -> SetCover:
    """Find the fewest partners that would complete one pair, however many a scenario allows.

    Parameters
    ----------
    delivered
        By offer: whether it counts as a partner.

    Returns
    -------
    ``chosen`` are positions of offers; empty where the pair needs none, None where no set of
    partners completes it within the travel budget. ``cost`` is the partners' travel in minutes a
    learner and year, ``uncovered`` the positions of units that no partner within reach teaches,
    in the order of the programme's units.
    """
    for detail in legs.skills.details:
        for row in np.flatnonzero(detail.offers == offer):
            at_site = detail.at_site[legs.skills.group_of_site[site]]
            lacking = np.flatnonzero(np.maximum(detail.at_venue[row], at_site) < Known.YES)
            joining, costs = _partners_at(legs, site, detail.offers, delivered)
            own = _own_minutes(legs, site, offer)
            found = set_cover(
                detail.at_venue[np.searchsorted(detail.offers, joining)][:, lacking],
                costs=costs,
                cost_limit=max(legs.budget_minutes - own, -1.0),
            )
            return SetCover(
                None if found.chosen is None else tuple(joining[list(found.chosen)].tolist()),
                found.cost,
                found.exact,
                found.lower_bound,
                tuple(lacking[list(found.uncovered)].tolist()),
            )
    return SetCover((), 0.0, exact=True, lower_bound=0, uncovered=())


def _partners_at(
    legs: Legs, site: int, offers: IntArray, delivered: BoolArray
) -> tuple[IntArray, FloatArray]:
    """Return the partners for certain at one site among some offers, and the travel to each."""
    first, last = np.searchsorted(legs.site, [site, site + 1])
    here = np.arange(first, last)
    counts = (delivered & legs.may_join)[legs.offer[here]] & np.isfinite(legs.minutes[here])
    here = here[counts & np.isin(legs.offer[here], offers)]
    anywhere = offers[(delivered & legs.may_join & legs.unlimited)[offers]]
    joining = np.concatenate([legs.offer[here], anywhere])
    minutes = np.concatenate([legs.minutes[here], np.zeros(len(anywhere))])
    order = np.argsort(joining)
    return joining[order], minutes[order]


def _own_minutes(legs: Legs, site: int, offer: int) -> float:
    """Return the travel of one leg; infinite where it is unknown or out of reach."""
    if legs.unlimited[offer]:
        return 0.0
    first, last = np.searchsorted(legs.site, [site, site + 1])
    here = first + np.flatnonzero(legs.offer[first:last] == offer)
    return float(legs.minutes[here].min(initial=np.inf))


@dataclass(frozen=True, slots=True, eq=False)
class _Options:
    """Kinds of partner by the units that they teach, and the best of each kind at some sites.

    ``kinds`` is kinds × units; ``minutes`` and ``partner`` are sites × kinds, infinite and
    :data:`NOBODY` where there is none.
    """

    kinds: BoolArray
    minutes: FloatArray
    partner: IntArray

    def at(self, sites: IntArray, units: BoolArray) -> _Options:
        """Return the options at some sites, by what they teach of some units."""
        useful = np.flatnonzero(self.kinds[:, units].any(axis=1))
        kinds, kind_of = np.unique(self.kinds[useful][:, units], axis=0, return_inverse=True)
        minutes = np.full((len(sites), len(kinds)), np.inf)
        partner = np.full((len(sites), len(kinds)), NOBODY, dtype=np.int64)
        for kind in range(len(kinds)):
            same = useful[kind_of.reshape(-1) == kind]
            travel, who = self.minutes[np.ix_(sites, same)], self.partner[np.ix_(sites, same)]
            minutes[:, kind] = travel.min(axis=1)
            nearest = travel == minutes[:, [kind]]
            partner[:, kind] = np.where(nearest, who, np.iinfo(np.int64).max).min(axis=1)
        return _Options(kinds, minutes, partner)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of site and offer, and the offer's travel in minutes a learner and year."""

    site: IntArray
    offer: IntArray
    minutes: FloatArray

    def where(self, keep: BoolArray | IntArray) -> _Pairs:
        return _Pairs(self.site[keep], self.offer[keep], self.minutes[keep])

    def and_anywhere(self, offers: IntArray, sites: IntArray) -> _Pairs:
        """Return these and the pairs of ``offers``, which have no travel limit, with ``sites``."""
        return _Pairs(
            np.concatenate([self.site, np.tile(sites, len(offers))]),
            np.concatenate([self.offer, np.repeat(offers, len(sites))]),
            np.concatenate([self.minutes, np.zeros(len(offers) * len(sites))]),
        )


def _pairs_of(legs: Legs, offers: IntArray, least: Known) -> _Pairs:
    """Return the pairs of some offers that count at one degree of certainty."""
    among = np.zeros(len(legs.unlimited), dtype=np.bool_)
    among[offers] = True
    if least is Known.YES:
        known = among[legs.offer] & np.isfinite(legs.minutes)
        return _Pairs(legs.site, legs.offer, legs.minutes).where(known)
    return _Pairs(legs.site, legs.offer, legs.lowest_minutes).where(among[legs.offer])


def _completed_of(
    legs: Legs, detail: ProgrammeCover, least: Known, joining: BoolArray, max_partners: int
) -> list[pd.DataFrame]:
    """Return the pairs of one programme that partners complete at one degree of certainty."""
    group = legs.skills.group_of_site
    base = np.maximum(detail.at_venue[:, None, :], detail.at_site[None, :, :])
    masks, mask_of = np.unique(
        (base < least).reshape(-1, base.shape[2]), axis=0, return_inverse=True
    )
    mask_of = mask_of.reshape(base.shape[:2])
    mine = _pairs_of(legs, detail.offers, least)
    sites, options = _options(legs, detail, mine.where(joining[mine.offer]), joining)
    mine = mine.and_anywhere(detail.offers[legs.unlimited[detail.offers]], sites)
    mine = mine.where(np.isin(mine.site, sites))
    of_pair = mask_of[np.searchsorted(detail.offers, mine.offer), group[mine.site]]

    tables = []
    # Pairs that lack the same units go together.
    for position in np.flatnonzero(masks.any(axis=1)):
        lacking = mine.where(of_pair == position)
        near, at = np.unique(np.searchsorted(sites, lacking.site), return_inverse=True)
        here = options.at(near, masks[position])
        done, chosen = _complete(lacking.minutes, at, here, legs.budget_minutes, max_partners)
        tables.append(_table(lacking.site[done], lacking.offer[done], least, chosen[done]))
    return tables


def _options(
    legs: Legs, detail: ProgrammeCover, partners: _Pairs, joining: BoolArray
) -> tuple[IntArray, _Options]:
    """Return the sites that some partner reaches, ascending, and the best of each kind there."""
    anywhere = detail.offers[(joining & legs.unlimited)[detail.offers]]
    sites = np.unique(partners.site)
    if len(anywhere):
        sites = np.arange(len(legs.skills.group_of_site))
    partners = partners.and_anywhere(anywhere, sites)
    kinds, kind_of = np.unique(detail.at_venue == Known.YES, axis=0, return_inverse=True)
    kind = kind_of.reshape(-1)[np.searchsorted(detail.offers, partners.offer)]
    at = np.searchsorted(sites, partners.site)
    minutes = np.full((len(sites), len(kinds)), np.inf)
    partner = np.full((len(sites), len(kinds)), NOBODY, dtype=np.int64)
    # The last to be written stays: the shortest travel, and of equals the lowest position.
    order = np.lexsort((-partners.offer, -partners.minutes))
    minutes[at[order], kind[order]] = partners.minutes[order]
    partner[at[order], kind[order]] = partners.offer[order]
    return sites, _Options(kinds, minutes, partner)


def _complete(
    minutes: FloatArray, at: IntArray, options: _Options, budget: float, max_partners: int
) -> tuple[BoolArray, IntArray]:
    """Say which of some pairs, all short of the same units, are completed, and by whom.

    ``minutes`` is the travel to the offer itself, ``at`` each pair's row in ``options``.
    """
    chosen = np.full((len(at), max_partners), NOBODY, dtype=np.int64)
    done = np.zeros(len(at), dtype=np.bool_)
    for size, sets in _covers(options.kinds, max_partners):
        travel, partners = _cheapest(options, sets, size)
        total = np.round(minutes + travel[at], DECIMALS)
        new = ~done & np.isfinite(total) & (total <= budget)
        chosen[new, :size] = partners[at[new]]
        done |= new
    return done, chosen


def _covers(kinds: BoolArray, most: int) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    """Yield by size, up to ``most``, the sets of kinds that teach every missing unit.

    A set grows only by kinds that teach the first unit it leaves open, so that few are tried;
    every set of which no member is needless is among them.
    """
    open_sets: set[tuple[int, ...]] = {()}
    for size in range(1, most + 1):
        grown: set[tuple[int, ...]] = set()
        for chosen in open_sets:
            left = ~kinds[list(chosen)].any(axis=0)
            first = int(np.argmax(left))
            more = np.flatnonzero(kinds[:, first])
            grown |= {tuple(sorted((*chosen, int(kind)))) for kind in more}
        whole = [chosen for chosen in sorted(grown) if kinds[list(chosen)].any(axis=0).all()]
        open_sets = grown - set(whole)
        yield size, whole


def _cheapest(
    options: _Options, sets: list[tuple[int, ...]], size: int
) -> tuple[FloatArray, IntArray]:
    """Return the least travel by site over some sets of kinds of one size, and the partners."""
    travel = np.full(len(options.minutes), np.inf)
    best = np.full((len(travel), size), NOBODY, dtype=np.int64)
    for chosen in sets:
        total = np.round(options.minutes[:, chosen].sum(axis=1), DECIMALS)
        partners = np.sort(options.partner[:, chosen], axis=1)
        better = (total < travel) | ((total == travel) & _before(partners, best))
        travel[better], best[better] = total[better], partners[better]
    return travel, best


def _before(first: IntArray, second: IntArray) -> BoolArray:
    """Say by row whether the first positions come before the second."""
    differs = first != second
    column = np.argmax(differs, axis=1)
    row = np.arange(len(column))
    return np.asarray(first[row, column] < second[row, column])


def _table(site: IntArray, offer: IntArray, cover: Known, partners: IntArray) -> pd.DataFrame:
    columns = {f"partner_{i}": partners[:, i] for i in range(partners.shape[1])}
    state = np.full(len(site), cover, dtype=np.int8)
    return pd.DataFrame({"site": site, "offer": offer, "cover": state, **columns})
