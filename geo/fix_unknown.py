"""Fixes of what is unknown: one unknown of a demand unit at a time, as if it turned out well."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.changes import Change
from geo.fix import Fix, add_row, said_offer, set_row
from geo.fix_offers import as_delivered, new_offer
from geo.fix_places import stated_demand
from geo.fix_skills import taught
from geo.skills import Known
from geo.tolerance import DAILY_MODES, tolerance_table
from geo.types import Mode, Transport
from geo.view import View, journeys


def settled(view: View) -> Fix | None:
    """Return the unit's first unknown as settled in its favour; None where none was found."""
    model = view.assessment.model
    if not model.units.placed[view.unit]:
        return _placed(view)
    if np.isnan(view.demand) and view.assessment.capacity_tested:
        return stated_demand(view)
    return _settled_offer(view) or _settled_venue(view)


def _placed(view: View) -> Fix | None:
    """Return the site as lying beside a venue that delivers the programme, or else may."""
    model, selection = view.assessment.model, view.assessment.selection
    offers = model.provision.offers
    points = model.register.venues.geometry
    points = points[points.notna() & ~points.is_empty].to_crs("EPSG:4326")
    mine = (model.provision.programme == view.programme) & offers["venue_id"].isin(points.index)
    for chosen in (selection.counted & mine, selection.possible & mine):
        if chosen.any():
            venue_id = str(offers["venue_id"][chosen].iloc[0])
            point = points[venue_id]
            change = set_row(
                "sites",
                {"site_id": view.site_id},
                longitude=round(point.x, 6),
                latitude=round(point.y, 6),
            )
            return Fix(f"If the site lies beside {view.venue_name(venue_id)}.", (change,))
    return None


def _settled_offer(view: View) -> Fix | None:
    """Return the offer of which the least is unknown, the nearest of such, with it all settled."""
    rows = view.rows
    hoped = rows["possible"] & (rows["cover"] != Known.NO) & (rows["in_time"] != Known.NO)
    status = ~rows["counted"]
    places = rows["places"].isna() & view.assessment.capacity_tested
    journey, skills = rows["in_time"] == Known.UNKNOWN, rows["cover"] == Known.UNKNOWN
    rows = rows.assign(status=status, unstated=places, journey=journey, skills=skills)
    rows["unknowns"] = rows[["status", "unstated", "journey", "skills"]].sum(axis=1)
    found = rows[hoped & rows["good"] & (rows["unknowns"] > 0)]
    if found.empty:
        return None
    row = found.sort_values("unknowns", kind="stable").iloc[0]
    offer = int(row["offer"])
    words, changes = [], []
    if row["status"] or row["unstated"]:
        words.append("is delivered" + (", with the places of a cohort" if row["unstated"] else ""))
        changes.append(as_delivered(view, offer))
    if row["journey"]:
        words.append(f"lies {row['lowest_minutes']:.0f} minutes away by road")
        changes.append(_journey(view, str(row["venue_id"]), float(row["lowest_minutes"])))
    skilled = taught(view, offer) if row["skills"] else None
    if skilled is not None:
        words.append(f"covers every unit: {skilled.words.rstrip('.')}")
        changes += skilled.changes
    return Fix(f"If {said_offer(view, offer)} {', and '.join(words)}.", tuple(changes))


def _settled_venue(view: View) -> Fix | None:
    """Return the nearest venue of which no offer is recorded, as one that delivers."""
    model = view.assessment.model
    near = journeys(view, _longest_daily(view))
    silent = ~near["venue_id"].isin(model.register.offers["venue_id"])
    near = near[silent & (near["lowest_minutes"] <= view.assessment.selection.silent_minutes)]
    if near.empty:
        return None
    row = near.iloc[0]
    venue_id = str(row["venue_id"])
    changes = [new_offer(view, venue_id, _longest_daily(view).value)]
    if pd.isna(row["travel_minutes"]):
        changes.append(_journey(view, venue_id, float(row["lowest_minutes"])))
    return Fix(
        f"If {view.venue_name(venue_id)}, of which no offer is recorded, delivers it.",
        tuple(changes),
    )


def _longest_daily(view: View) -> Mode:
    """Return the daily mode that allows the longest journey."""
    limits = tolerance_table(view.assessment.model.scenario.tolerance)
    return max(DAILY_MODES, key=lambda mode: float(limits[mode]))


def _journey(view: View, venue_id: str, minutes: float) -> Change:
    key = {"from_id": view.site_id, "to_id": venue_id, "transport": Transport.CAR.value}
    return add_row("travel_times", key, travel_minutes=minutes, source="scenario")
