"""One demand unit and its view of the provision: what it takes to say what would help it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.delivery import RELEVANT_MODES
from geo.quality import QualityLabel
from geo.reach import release_fits
from geo.skills import Known
from geo.stages import IntArray
from geo.tolerance import tolerance_table
from geo.travel_time import merge_routed, straight_line_travel
from geo.types import Mode

_WAY = ["offer", "minutes", "lowest_minutes", "in_time"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One demand unit, and the offers as it sees them.

    Attributes
    ----------
    unit, site, programme
        Positions.
    rows
        Offers of the unit's programme that reach it, the nearest first: ``offer`` and ``pool``
        (positions), ``venue_id``, ``mode``, ``minutes`` one way (NaN where unknown or without a
        limit), ``lowest_minutes``, ``in_time`` and ``cover`` (:class:`geo.skills.Known`),
        ``counted``, ``possible``, ``could``, ``good`` (not labelled not good), ``viable``, and
        ``places`` a year of the pool (NaN unknown).
    """

    assessment: Assessment
    unit: int
    site: int
    programme: int
    rows: pd.DataFrame

    @property
    def site_id(self) -> str:
        """The id of the unit's site."""
        return str(self.assessment.model.register.sites.index[self.site])

    @property
    def programme_code(self) -> str:
        """The code of the unit's programme."""
        return str(self.assessment.model.register.programmes.index[self.programme])

    @property
    def demand(self) -> float:
        """Places a year that the unit needs, NaN where unknown."""
        return float(self.assessment.model.units.demand[self.unit])

    @property
    def valid(self) -> pd.DataFrame:
        """The offers that are delivered in time with every unit covered, for certain."""
        sure = (self.rows["in_time"] == Known.YES) & (self.rows["cover"] == Known.YES)
        return pd.DataFrame(self.rows[self.rows["counted"] & sure])

    def venue_name(self, venue_id: str) -> str:
        """Return what a venue is called; its id where it has no name."""
        name = self.assessment.model.register.venues["name"].get(venue_id)
        return venue_id if name is None or pd.isna(name) else str(name)


def view_of(assessment: Assessment, site_id: str, programme_code: str) -> View | None:
    """Return the view of one site's need of a programme; None where there is no such need."""
    model = assessment.model
    site = int(model.register.sites.index.get_indexer(pd.Index([site_id]))[0])
    programme = int(model.register.programmes.index.get_indexer(pd.Index([programme_code]))[0])
    if site < 0 or programme < 0:
        return None
    unit = int(model.units.at(np.array([site]), np.array([programme]))[0])
    if unit < 0:
        return None
    return View(assessment, unit, site, programme, _rows(assessment, site, programme))


def _rows(assessment: Assessment, site: int, programme: int) -> pd.DataFrame:
    provision = assessment.model.provision
    pairs = provision.pairs
    of_programme = provision.programme[pairs["offer"].to_numpy(dtype=np.int64)] == programme
    near = pairs.loc[(pairs["site"].to_numpy() == site) & of_programme, _WAY]
    rows: pd.DataFrame = pd.concat([near, _anywhere(assessment, site, programme)])
    offer = rows["offer"].to_numpy(dtype=np.int64)
    rows = rows.assign(
        cover=provision.cover_at(np.full(len(offer), site), offer), **_described(assessment, offer)
    )
    order = ["minutes", "offer"]
    return pd.DataFrame(rows.sort_values(order, na_position="last", ignore_index=True))


def _anywhere(assessment: Assessment, site: int, programme: int) -> pd.DataFrame:
    """Return the offers without a travel limit, which reach every site that can spare the days."""
    provision = assessment.model.provision
    offer = np.flatnonzero(provision.unlimited & (provision.programme == programme))
    fits = release_fits(
        provision.release_days[offer], np.full(len(offer), provision.release_limit[site])
    )
    in_time = np.where(fits, Known.YES, Known.NO).astype(np.int8)
    values = (offer.astype(np.int64), np.nan, 0.0, in_time)
    return pd.DataFrame(dict(zip(_WAY, values, strict=True)))


def _described(assessment: Assessment, offer: IntArray) -> dict[str, Any]:
    model, selection = assessment.model, assessment.selection
    offers, pool = model.provision.offers, model.provision.pool[offer]
    return {
        "pool": pool,
        "venue_id": offers["venue_id"].to_numpy(dtype=object)[offer],
        "mode": offers["mode"].to_numpy(dtype=object)[offer],
        "counted": selection.counted[offer],
        "possible": selection.possible[offer],
        "could": selection.could[offer],
        "good": model.label[offer] != QualityLabel.NOT_GOOD,
        "viable": assessment.viable[offer],
        "places": assessment.places[pool],
    }


def has_offer(view: View, venue_id: str, mode: str) -> bool:
    """Say whether the register has an offer of the unit's programme, whatever its status."""
    offers = view.assessment.model.register.offers
    same = (offers["venue_id"] == venue_id) & (offers["mode"] == mode)
    return bool((same & (offers["programme_code"] == view.programme_code)).any())


def others_delivered(view: View) -> pd.DataFrame:
    """Return the delivered offers of other programmes in time for the site.

    ``offer``, ``minutes``: first those by modes that can carry a whole programme, of these the
    nearest. Those without a travel limit are not among them.
    """
    provision = view.assessment.model.provision
    pairs = provision.pairs
    offer = pairs["offer"].to_numpy(dtype=np.int64)
    wanted = (
        (pairs["site"].to_numpy() == view.site)
        & (pairs["in_time"].to_numpy() == Known.YES)
        & view.assessment.selection.counted[offer]
        & (provision.programme[offer] != view.programme)
    )
    found = pairs.loc[wanted, ["offer", "minutes"]]
    modes = provision.offers["mode"].to_numpy(dtype=object)[found["offer"]]
    found = found.assign(partial=~np.isin(modes, RELEVANT_MODES))
    order = ["partial", "minutes", "offer"]
    return pd.DataFrame(found.sort_values(order, na_position="last", ignore_index=True))


def journeys(view: View, mode: Mode) -> pd.DataFrame:
    """Return the travel from the site to every venue within a mode's limit, the nearest first.

    ``venue_id``, ``travel_minutes`` (NaN where unknown) and ``lowest_minutes``.
    """
    model = view.assessment.model
    register, policy = model.register, model.scenario.travel
    limit = float(tolerance_table(model.scenario.tolerance)[mode])
    site = register.sites.iloc[[view.site]]
    everywhere = pd.Series(limit, index=register.venues.index)
    estimated = straight_line_travel(
        site, register.venues, register.barriers, max_minutes=everywhere, policy=policy
    )
    routed = register.travel_times[register.travel_times["from_id"] == view.site_id]
    table = merge_routed(estimated, routed, site_ids=site.index, venue_ids=register.venues.index)
    near = pd.DataFrame(table[table["lowest_minutes"] <= limit])
    return near.sort_values(["lowest_minutes", "venue_id"], ignore_index=True)
