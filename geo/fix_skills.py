"""Fixes of missing skills: who would have to teach, or host, what is lacking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo.fix import Fix, offer_key, offer_row, said_offer, set_row
from geo.partners import minimal_partners
from geo.skills import NONE_HOSTED, Known
from geo.types import Mode, UnitKind, UnitPlace
from geo.view import View


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Codes of units: those that an offer and a site have, and those each would have to add."""

    offer_has: tuple[str, ...]
    site_has: tuple[str, ...]
    to_teach: tuple[str, ...]
    to_host: tuple[str, ...]


def missing_skills(view: View) -> Fix | None:
    """Return who completes the nearest delivered offer: partners, else its venue and the site."""
    rows = view.rows[view.rows["counted"] & (view.rows["in_time"] == Known.YES)]
    for offer in rows["offer"]:
        found = with_partners(view, int(offer)) or taught(view, int(offer))
        if found is not None:
            return found
    return None


def with_partners(view: View, offer: int) -> Fix | None:
    """Return the fewest blocks of other venues that would complete an offer.

    None where no set of them does, or where the scenario allows as many already.
    """
    model = view.assessment.model
    counted = view.assessment.selection.counted
    found = minimal_partners(model.legs(), view.site, offer, delivered=counted).chosen
    if not found or len(found) <= model.scenario.skills.max_partners:
        return None
    blocks = " and ".join(said_offer(view, partner) for partner in found)
    return Fix(
        f"Let the learners of {said_offer(view, offer)} take a block at {blocks}.",
        (),
        (("skills.max_partners", float(len(found))),),
    )


def taught(view: View, offer: int) -> Fix | None:
    """Return what its venue must teach, and the site host, for an offer to cover every unit.

    A unit that the offer may teach is added there, and any other at the site. None where nothing
    is lacking, or where a unit can be learnt at neither.
    """
    lacking = _lacking(view, offer)
    if lacking is None:
        return None
    row = offer_row(view, offer)
    words, changes = [], []
    if lacking.to_teach:
        words.append(f"{view.venue_name(row['venue_id'])} teaches {', '.join(lacking.to_teach)}")
        units = _joined(row["units"], lacking.offer_has, lacking.to_teach)
        changes.append(set_row("offers", offer_key(view, offer), units=units))
    if lacking.to_host:
        words.append(f"the site hosts {', '.join(lacking.to_host)}")
        stated = view.assessment.model.register.sites["units_hosted"].iloc[view.site]
        hosted = _joined(stated, lacking.site_has, lacking.to_host)
        changes.append(set_row("sites", {"site_id": view.site_id}, units_hosted=hosted))
    sentence = " and ".join(words)
    return Fix(f"{sentence[0].upper()}{sentence[1:]}.", tuple(changes))


def _lacking(view: View, offer: int) -> _Lacking | None:
    skills = view.assessment.model.provision.skills
    for detail in skills.details:
        if offer not in detail.offers:
            continue
        at_venue = detail.at_venue[np.searchsorted(detail.offers, offer)]
        at_site = detail.at_site[skills.group_of_site[view.site]]
        codes = np.array(detail.codes, dtype=object)
        short = codes[np.maximum(at_venue, at_site) < Known.YES]
        where = {code: _where(view, offer, code) for code in short}
        if not where or None in where.values():
            return None
        return _Lacking(
            tuple(codes[at_venue == Known.YES]),
            tuple(codes[at_site == Known.YES]),
            tuple(code for code in short if where[code] is UnitPlace.PROVIDER),
            tuple(code for code in short if where[code] is UnitPlace.WORKPLACE),
        )
    return None


def _where(view: View, offer: int, code: str) -> UnitPlace | None:
    """Return where a unit is to be learnt: with the offer if it may teach it, else at the site."""
    units = view.assessment.model.register.units
    mine = (units["programme_code"] == view.programme_code) & (units["unit_code"] == code)
    unit = units[mine].iloc[0]
    place = UnitPlace(unit["place"])
    remote = offer_row(view, offer)["mode"] == Mode.E_LEARNING
    if place is UnitPlace.WORKPLACE or (remote and unit["kind"] == UnitKind.PRACTICAL):
        return None if place is UnitPlace.PROVIDER else UnitPlace.WORKPLACE
    return UnitPlace.PROVIDER


def _joined(stated: object, assumed: Iterable[str], more: Iterable[str]) -> str:
    """Return a list's cell with more codes; where it is blank, with those it was taken to have."""
    blank = stated is None or (isinstance(stated, float) and np.isnan(stated))
    codes = list(assumed) if blank else [part.strip() for part in str(stated).split(";")]
    kept = [code for code in codes if code and code != NONE_HOSTED]
    return ";".join([*kept, *(code for code in more if code not in kept)])
