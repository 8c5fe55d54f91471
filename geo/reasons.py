"""Why a demand unit has its gap class, and the cheapest fix, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.assessment import reached as reached_units
from geo.gaps import BoolArray, GapClass
from geo.quality import QualityLabel
from geo.skills import Known
from geo.stages import UnitPairs, units_of_unlimited

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]
Texts = tuple[TextArray, TextArray]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest offer of some kind to each demand unit.

    Attributes
    ----------
    offer
        Position of the offer; -1 where there is none.
    minutes
        Minutes one way; NaN where there is none or the journey is unknown.
    """

    offer: IntArray
    minutes: FloatArray


def nearest(count: int, pairs: UnitPairs, chosen: BoolArray) -> Nearest:
    """Return for each of ``count`` units the nearest offer among the ``chosen`` pairs.

    Equal minutes go to the first offer; unknown minutes come last.
    """
    unit, offer, minutes = pairs.unit[chosen], pairs.offer[chosen], pairs.minutes[chosen]
    order = np.lexsort((offer, np.nan_to_num(minutes, nan=np.inf), unit))
    unit, offer, minutes = unit[order], offer[order], minutes[order]
    first = np.ones(len(unit), dtype=bool)
    first[1:] = unit[1:] != unit[:-1]
    found = Nearest(np.full(count, -1, dtype=np.int64), np.full(count, np.nan))
    found.offer[unit[first]] = offer[first]
    found.minutes[unit[first]] = minutes[first]
    return found


def nearest_delivered(assessment: Assessment) -> Nearest:
    """Return the nearest offer that counts as delivered and is known to lie within travel time."""
    model = assessment.model
    pairs = model.pairs
    near = assessment.selection.counted[pairs.offer] & (pairs.in_time == Known.YES)
    return nearest(len(model.units), pairs, near)


def reachable_venues(assessment: Assessment) -> IntArray:
    """Count the venues with a delivered offer of the programme within travel time.

    Venues whose offer has no travel limit count for every unit of the programme.
    """
    model = assessment.model
    units, provision, pairs = model.units, model.provision, model.pairs
    delivered = assessment.selection.counted
    venue, _ = pd.factorize(provision.offers["venue_id"])
    anywhere = np.flatnonzero(delivered & provision.unlimited)
    everywhere = pd.DataFrame(
        {"programme": provision.programme[anywhere], "venue": venue[anywhere]}
    ).drop_duplicates()
    by_programme = np.bincount(everywhere["programme"], minlength=units.shape[1])

    within = delivered[pairs.offer] & (pairs.in_time == Known.YES)
    found = pd.DataFrame(
        {
            "unit": pairs.unit[within],
            "programme": provision.programme[pairs.offer[within]],
            "venue": venue[pairs.offer[within]],
        }
    ).drop_duplicates()
    counted = found.merge(everywhere.assign(twice=True), on=["programme", "venue"], how="left")
    once = counted.loc[counted["twice"].isna(), "unit"].to_numpy(dtype=np.int64)
    near = np.bincount(once, minlength=len(units))
    return np.asarray(near + by_programme[units.programme], dtype=np.int64)


def explain(assessment: Assessment, gap_class: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Return ``reason`` and ``fix`` of each demand unit, as plain text.

    The names come from outside: whoever shows the text escapes it.
    """
    model = assessment.model
    pairs = model.pairs
    could_pair = (
        assessment.selection.could[pairs.offer]
        & (pairs.in_time == Known.YES)
        & (pairs.cover != Known.NO)
    )
    near = nearest_delivered(assessment)
    could_near = nearest(len(model.units), pairs, could_pair)
    not_good = assessment.selection.counted & (model.label == QualityLabel.NOT_GOOD)
    poor_near = nearest(
        len(model.units), pairs, not_good[pairs.offer] & (pairs.in_time == Known.YES)
    )
    venue_names = model.register.venues["name"].reindex(model.provision.offers["venue_id"])
    writer = _Writer(venue_names.to_numpy(dtype=object), assessment, _too_much_release(assessment))
    writers: dict[GapClass, Callable[[IntArray], Texts]] = {
        GapClass.COVERED: lambda here: writer.covered(here, near),
        GapClass.DELIVERED_NOT_GOOD: lambda here: writer.not_good(here, poor_near),
        GapClass.DELIVERED_TOO_FEW_PLACES: lambda here: writer.too_few(here, near),
        GapClass.DELIVERED_NO_VIABLE_COHORT: lambda here: writer.no_cohort(here, near),
        GapClass.DELIVERED_SKILL_MISSING: lambda here: writer.skill_missing(here, near),
        GapClass.COULD_BE_DELIVERED: lambda here: writer.could_be(here, could_near),
        GapClass.WRONG_PROGRAMME: writer.wrong_programme,
        GapClass.NO_REACH: writer.no_reach,
        GapClass.UNKNOWN: lambda here: writer.unknown(here, _causes(assessment)),
    }
    reason = np.full(len(model.units), "", dtype=object)
    fix = np.full(len(model.units), "", dtype=object)
    for kind, write in writers.items():
        here = np.flatnonzero(gap_class == kind)
        reason[here], fix[here] = write(here)
    return pd.DataFrame({"reason": reason, "fix": fix})


def _too_much_release(assessment: Assessment) -> Nearest:
    """Return the delivered offer near by that takes too much release, of those the least."""
    model = assessment.model
    pairs = model.pairs
    blocked = assessment.selection.counted[pairs.offer] & (pairs.in_time == Known.NO)
    days = model.provision.release_days[pairs.offer]
    by_days = UnitPairs(pairs.unit, pairs.offer, days, pairs.in_time, pairs.cover, pairs.weight)
    return nearest(len(model.units), by_days, blocked)


@dataclass(frozen=True, slots=True, eq=False)
class _Cause:
    """Something unknown: the units that it concerns, what to ask, and of which offer."""

    found: BoolArray
    ask: str
    near: Nearest | None = None


def _causes(assessment: Assessment) -> list[_Cause]:
    """Return what may be unknown of a unit, in the order in which it is worth asking."""
    model = assessment.model
    units, provision, pairs = model.units, model.provision, model.pairs
    selection = assessment.selection
    unknown = selection.offered == Known.UNKNOWN
    possible = selection.possible
    # Where capacity is not tested, neither places nor demand decide anything.
    no_places = np.isinf(assessment.places_possible)[provision.pool] & assessment.capacity_tested
    hoped = possible[pairs.offer] & (pairs.cover != Known.NO) & (pairs.in_time != Known.NO)

    def of_offers(chosen: BoolArray, ask: str) -> _Cause:
        at = hoped & chosen[pairs.offer]
        found = _marked(len(units), pairs.unit[at])
        for reached in units_of_unlimited(
            units, provision, possible & chosen, Known.UNKNOWN
        ).values():
            found |= reached
        return _Cause(found, ask, nearest(len(units), pairs, at))

    reached = of_offers(np.ones_like(possible), "").found
    covered = reached_units(assessment.valid)
    blank_demand = np.isnan(units.demand) & reached & assessment.capacity_tested
    blocked = hoped & (pairs.in_time == Known.UNKNOWN)
    return [
        _Cause(~units.placed, "where the site is"),
        _Cause(blank_demand, "how many places the site needs"),
        _Cause(
            units.silent_minutes <= selection.silent_minutes,
            "what a venue nearby delivers, of which no offer is recorded",
        ),
        of_offers(unknown, "whether it is delivered"),
        of_offers(no_places, "how many places there are"),
        _Cause(
            _marked(len(units), pairs.unit[blocked]),
            "how long the journey across the water is",
            nearest(len(units), pairs, blocked),
        ),
        _Cause(
            _marked(len(units), pairs.unit[hoped & (pairs.cover == Known.UNKNOWN)])
            | (reached & ~covered),
            "whether the units at hand cover the programme",
        ),
        of_offers(
            possible & ~assessment.viable,
            "how many the sites nearby would start, so that a cohort may come together",
        ),
    ]


def _marked(count: int, positions: IntArray) -> BoolArray:
    found = np.zeros(count, dtype=np.bool_)
    found[positions] = True
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Writer:
    """Writes the sentences; each method returns the reasons and the fixes of some units."""

    names: TextArray
    assessment: Assessment
    too_much_release: Nearest

    def covered(self, here: IntArray, near: Nearest) -> Texts:
        """Covered: how many places there are."""
        fixes = np.full(len(here), "", dtype=object)
        if not self.assessment.capacity_tested:
            why = "A delivered offer is within travel time; no places are stated anywhere, so "
            return np.full(len(here), why + "capacity is not tested.", dtype=object), fixes

        def found(i: int) -> str:
            nearest_is = self._at(near, i, "; the nearest offer is at ")
            return f"{self._places(i)}{nearest_is}{self._blocks(near, i)}."

        return _each(here, found), fixes

    def not_good(self, here: IntArray, near: Nearest) -> Texts:
        """Not good: how much of what there is is good enough."""
        if not self.assessment.capacity_tested:
            why = "Every delivered offer within travel time is with a provider labelled not good."
            cure = "Raise the provision, or find another provider."
            return _same(here, why), _same(here, cure)
        good = self.assessment.good_places
        return (
            _each(
                here,
                lambda i: (
                    f"{self._places(i)}, but only {good[i]:.2f} of them with providers that "
                    "are not labelled not good."
                ),
            ),
            _each(
                here,
                lambda i: (
                    f"Raise the provision{self._at(near, i)}, or add places with another provider."
                ),
            ),
        )

    def no_cohort(self, here: IntArray, near: Nearest) -> Texts:
        """No viable cohort: how likely the best one is."""
        chance = self.assessment.cohort_probability
        least = self.assessment.model.scenario.cohort.viable_probability
        return (
            _each(
                here,
                lambda i: (
                    "It is delivered within travel time, but too few would start together: "
                    f"a cohort comes together with a probability of {chance[i]:.2f} at best, and "
                    f"{least:g} is asked."
                ),
            ),
            _each(
                here,
                lambda i: (
                    "Pool starters with sites nearby, or agree a smaller cohort"
                    f"{self._at(near, i, ', such as at ')}."
                ),
            ),
        )

    def too_few(self, here: IntArray, near: Nearest) -> Texts:
        """Too few places: how many are short."""
        share = f"{self.assessment.model.scenario.gaps.enough_places_ratio:.0%}"
        return (
            _each(here, lambda i: f"{self._places(i)}; enough would be {share} of the demand."),
            _each(here, lambda i: f"More places a year{self._at(near, i, ', such as at ')}."),
        )

    def skill_missing(self, here: IntArray, near: Nearest) -> Texts:
        """Skill missing: which units neither the nearest venue nor the site covers."""
        why = (
            "It is delivered within travel time, but no delivered offer covers every unit with "
            "what the site hosts; short of"
        )
        lacking = self._lacking(here, near)
        return (
            _each(here, lambda i: f"{why} {lacking[i]}{self._at(near, i)}."),
            _each(here, lambda i: f"Find a site or partner that teaches {lacking[i]}."),
        )

    def could_be(self, here: IntArray, near: Nearest) -> Texts:
        """Could be delivered: by whom."""
        why = "Nothing is delivered within travel time; it could be delivered or is planned"
        return (
            _each(here, lambda i: f"{self._release(i, why)}{self._at(near, i)}."),
            _each(here, lambda i: f"Start the offer{self._at(near, i)}."),
        )

    def wrong_programme(self, here: IntArray) -> Texts:
        """Wrong programme: others are delivered."""
        why = "Venues within travel time deliver other programmes, not this one."
        cure = "Ask a venue that delivers another programme nearby to add this one."
        return _each(here, lambda i: self._release(i, why)), _same(here, cure)

    def no_reach(self, here: IntArray) -> Texts:
        """No reach: nothing within travel time."""
        why = "No venue delivers any programme within its travel time."
        cure = "A residential block, delivery at the workplace, or a new venue nearby."
        return _each(here, lambda i: self._release(i) or why), _same(here, cure)

    def unknown(self, here: IntArray, causes: list[_Cause]) -> Texts:
        """Unknown: the first thing to find out."""

        def what(i: int) -> str:
            for cause in causes:
                if cause.found[i]:
                    return cause.ask + (self._at(cause.near, i) if cause.near else "")
            return "what would close the gap"

        asked = _each(here, what)
        return "Not known: " + asked + ".", "Find out " + asked + "."

    def _blocks(self, near: Nearest, i: int) -> str:
        """Return where the blocks are that complete the nearest offer, if partners do."""
        model = self.assessment.model
        completed = model.provision.completed
        if near.offer[i] < 0 or not len(completed.site):
            return ""
        partners = completed.partners_of(int(model.units.site[i]), int(near.offer[i]))
        at = " and ".join(str(self.names[partner]) for partner in partners)
        return f", with a block at {at}" if at else ""

    def _places(self, i: int) -> str:
        places, demand = self.assessment.places_available[i], self.assessment.model.units.demand[i]
        return f"{places:.2f} places a year are available for a demand of {demand:.2f}"

    def _release(self, i: int, then: str = "") -> str:
        """Return what takes too much release, if anything does, and what is to be said then."""
        offer = int(self.too_much_release.offer[i])
        if offer < 0:
            return then
        model = self.assessment.model
        days = model.provision.release_days[offer]
        limit = model.provision.release_limit[model.units.site[i]]
        said = (
            f"It is delivered at {self.names[offer]}, but takes {days:g} days of release a year, "
            f"and the site can spare {limit:g}."
        )
        return f"{said} {then}".rstrip()

    def _lacking(self, here: IntArray, near: Nearest) -> dict[int, str]:
        skills = self.assessment.model.provision.skills
        # Sites that host the same lack the same at the same offer, and many do.
        known: dict[tuple[int, int], str] = {}
        texts = {}
        for i in map(int, here):
            offer, site = int(near.offer[i]), int(self.assessment.model.units.site[i])
            key = (offer, int(skills.group_of_site[site]))
            if key not in known:
                codes = skills.lacking(offer, site) if offer >= 0 else ["practical units"]
                known[key] = ", ".join(codes) or "some unit"
            texts[i] = known[key]
        return texts

    def _at(self, near: Nearest, i: int, lead: str = " at ") -> str:
        if near.offer[i] < 0:
            return ""
        minutes = near.minutes[i]
        away = "" if np.isnan(minutes) else f", {minutes:.1f} minutes away"
        return f"{lead}{self.names[near.offer[i]]}{away}"


def _each(here: IntArray, write: Callable[[int], str]) -> TextArray:
    texts = np.empty(len(here), dtype=object)
    texts[:] = [write(int(i)) for i in here]
    return texts


def _same(here: IntArray, text: str) -> TextArray:
    return np.full(len(here), text, dtype=object)
