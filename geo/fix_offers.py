"""Fixes by offers that do not exist yet: started, added by a venue, or brought within reach."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from geo.changes import Change
from geo.fix import Fix, add_row, minimum_cohort, offer_key, offer_row, said_offer, set_row
from geo.quality import QualityLabel
from geo.skills import Known
from geo.tolerance import tolerance_table
from geo.types import Mode, OfferStatus
from geo.view import View, has_offer, journeys, others_delivered

NEW_PROVIDER, NEW_VENUE = "new-provider", "new-venue"
"""Ids of the provider and the venue that a fix adds where nothing else is within reach."""


def started_offer(view: View) -> Fix | None:
    """Return the nearest offer that could be delivered or is planned, as delivered."""
    rows = view.rows
    could = rows[rows["could"] & (rows["in_time"] == Known.YES) & (rows["cover"] != Known.NO)]
    if could.empty:
        return None
    offer = int(could["offer"].iloc[0])
    return Fix(f"Start the offer at {said_offer(view, offer)}.", (as_delivered(view, offer),))


def added_programme(view: View) -> Fix | None:
    """Return the programme as added by the nearest venue that delivers another."""
    return _added(view, avoid=())


def brought_within_reach(view: View) -> Fix | None:
    """Return a block at the nearest venue, residential if far, else a new venue at the site."""
    return _block(view, avoid=()) or _new_venue(view)


def another_provider(view: View) -> Fix | None:
    """Return the programme as added by a provider that is not labelled not good for it."""
    quality = view.assessment.model.quality
    mine = quality["programme_code"] == view.programme_code
    avoid = quality.loc[mine & (quality["label"] == QualityLabel.NOT_GOOD), "ukprn"]
    return _added(view, avoid=set(avoid)) or _block(view, avoid=set(avoid)) or _new_venue(view)


def as_delivered(view: View, offer: int) -> Change:
    """Return an offer of the register as delivered: of a cohort's places, if it states none."""
    values: dict[str, Any] = {"status": OfferStatus.DELIVERED.value}
    if np.isnan(offer_row(view, offer)["places_per_year"]) and view.assessment.capacity_tested:
        values["places_per_year"] = minimum_cohort(view)
    return set_row("offers", offer_key(view, offer), **values)


def new_offer(view: View, venue_id: str, mode: str, **values: Any) -> Change:  # noqa: ANN401
    """Return the unit's programme as delivered by a venue, with the places of one cohort.

    An offer of the mode that is there already, such as a lapsed one, is set so.
    """
    key = {"venue_id": venue_id, "programme_code": view.programme_code, "mode": mode}
    stated = values | {"status": OfferStatus.DELIVERED.value}
    if view.assessment.capacity_tested:
        stated["places_per_year"] = minimum_cohort(view)
    limit = view.assessment.model.register.sites["release_days_limit"].iloc[view.site]
    if not pd.isna(limit):
        stated["release_days_per_year"] = float(limit)
    if has_offer(view, venue_id, mode):
        return set_row("offers", key, **stated)
    return add_row("offers", key, **stated)


def _added(view: View, avoid: Collection[str]) -> Fix | None:
    """Return the programme as added where another is delivered in time, by the same mode."""
    for offer in others_delivered(view)["offer"]:
        row = offer_row(view, int(offer))
        if row["ukprn"] in avoid:
            continue
        values = {}
        if not pd.isna(row["round_trips_per_year"]):
            values["round_trips_per_year"] = float(row["round_trips_per_year"])
        change = new_offer(view, str(row["venue_id"]), str(row["mode"]), **values)
        return Fix(
            f"{said_offer(view, int(offer))} adds the programme, with "
            f"{minimum_cohort(view):g} places a year.",
            (change,),
        )
    return None


def _block(view: View, avoid: Collection[str]) -> Fix | None:
    """Return a block at the nearest venue, first of those that deliver the programme already.

    It is daily where the journey allows it, and residential where not.
    """
    model = view.assessment.model
    known = journeys(view, Mode.BLOCK_RESIDENTIAL).dropna(subset=["travel_minutes"])
    known = known[~known["venue_id"].map(model.register.venues["ukprn"]).isin(list(avoid))]
    if known.empty:
        return None
    offers = model.provision.offers
    mine = view.assessment.selection.counted & (model.provision.programme == view.programme)
    delivers = known["venue_id"].isin(offers.loc[mine, "venue_id"])
    best = known[delivers].iloc[0] if delivers.any() else known.iloc[0]
    venue_id = str(best["venue_id"])
    daily = float(tolerance_table(model.scenario.tolerance)[Mode.BLOCK_DAILY])
    mode = Mode.BLOCK_DAILY if best["travel_minutes"] <= daily else Mode.BLOCK_RESIDENTIAL
    return Fix(
        f"{view.venue_name(venue_id)}, {best['travel_minutes']:.0f} minutes away, delivers it in "
        f"a {'daily' if mode is Mode.BLOCK_DAILY else 'residential'} block, with "
        f"{minimum_cohort(view):g} places a year.",
        (new_offer(view, venue_id, mode.value),),
    )


def _new_venue(view: View) -> Fix | None:
    """Return a new venue of a new provider at the place of the site."""
    register = view.assessment.model.register
    point = register.sites.geometry.iloc[view.site]
    if point is None or point.is_empty or NEW_VENUE in register.venues.index:
        return None
    place = register.sites.geometry.iloc[[view.site]].to_crs("EPSG:4326").iloc[0]
    changes = (
        add_row("providers", {"ukprn": NEW_PROVIDER}, name="A new provider"),
        add_row(
            "venues",
            {"venue_id": NEW_VENUE},
            ukprn=NEW_PROVIDER,
            name="A new venue",
            longitude=round(place.x, 6),
            latitude=round(place.y, 6),
        ),
        new_offer(view, NEW_VENUE, Mode.DAY_RELEASE.value),
    )
    return Fix(
        f"A new venue beside the site delivers it, with {minimum_cohort(view):g} places a year.",
        changes,
    )
