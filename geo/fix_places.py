"""Fixes of places and cohorts: how many more places, or starters, would be enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from geo.assessment import weights_of
from geo.changes import Change
from geo.cohort import Intake, expected_starters, starters_per_place
from geo.fix import Fix, add_row, minimum_cohort, offer_key, said_offer, set_row
from geo.gaps import ROUNDING
from geo.imputation import demand_ranges
from geo.places import demand_at_pools, weight_of
from geo.quality import QualityLabel
from geo.skills import Known
from geo.types import Stream
from geo.view import View

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

FEWEST_IN_COHORT = 6
"""The smallest cohort that a fix proposes: 6 to 12 are usual. An assumption."""

LEAST_PLACES = 0.01
"""Places a year that a need is taken to have at the least, where none is stated anywhere."""


def more_places(view: View) -> Fix | None:
    """Return how many places a year would be enough, at the pool where the fewest more are."""
    chosen = view.assessment.selection.counted & view.assessment.viable
    return _enough_places(view, chosen, float(view.assessment.running_places[view.unit]))


def places_with_others(view: View) -> Fix | None:
    """Return how many places would be enough with providers that are not labelled not good."""
    others = view.assessment.model.label != QualityLabel.NOT_GOOD
    chosen = view.assessment.selection.counted & view.assessment.viable & others
    return _enough_places(view, chosen, float(view.assessment.good_places[view.unit]))


def viable_cohort(view: View) -> Fix | None:
    """Return a smaller cohort, or as many more starters nearby as make it come together."""
    return _cohort_at(view, view.valid)


def cohort_with_others(view: View) -> Fix | None:
    """Return what makes a cohort come together with a provider that is not labelled not good."""
    rows = view.valid
    return _cohort_at(view, rows[rows["good"] & ~rows["viable"]])


def _cohort_at(view: View, rows: pd.DataFrame) -> Fix | None:
    if rows.empty:
        return None
    starters = _starters(view)[rows["pool"].to_numpy(dtype=np.int64)]
    best = int(np.argmax(starters))
    venue = view.venue_name(str(rows["venue_id"].iloc[best]))
    minimum, least = minimum_cohort(view), view.assessment.model.scenario.cohort.viable_probability
    sizes = np.arange(FEWEST_IN_COHORT, int(np.ceil(minimum)))
    viable = sizes[special.gammainc(sizes, starters[best]) >= least]
    if len(viable):
        smaller = int(viable.max())
        return Fix(
            f"Agree on {smaller} starters in place of {minimum:g} for a cohort of the programme; "
            f"{starters[best]:.1f} a year are expected at {venue}.",
            (set_row("programmes", {"programme_code": view.programme_code}, min_cohort=smaller),),
        )
    # The mean with which a Poisson count reaches the minimum just so often.
    needed = float(special.gammaincinv(minimum, least)) * (1.0 + ROUNDING)
    return _more_starters(view, int(rows["pool"].iloc[best]), needed - float(starters[best]), venue)


def _enough_places(view: View, chosen: BoolArray, available: float) -> Fix | None:
    """Return the places a year that would be enough at the pool of which the unit gets most.

    Parameters
    ----------
    chosen
        The offers whose places count.
    available
        The places that the unit has with them now.
    """
    if np.isnan(view.demand):
        return stated_demand(view)
    rows = view.valid[chosen[view.valid["offer"].to_numpy(dtype=np.int64)]]
    share = _own_share(view, rows, chosen)
    if not share.max(initial=0.0) > 0:
        return None
    best = rows.iloc[int(np.argmax(share))]
    ratio = view.assessment.model.scenario.gaps.enough_places_ratio
    missing = max(ratio * view.demand - available, 0.0) / float(share.max())
    had = 0.0 if np.isnan(best["places"]) else float(best["places"])
    places = float(np.ceil(had + missing - ROUNDING))
    offer = int(best["offer"])
    return Fix(
        f"{places:g} places a year in place of {had:g} at {said_offer(view, offer)}, since "
        "everyone in reach shares them.",
        (set_row("offers", offer_key(view, offer), places_per_year=places),),
    )


def _own_share(view: View, rows: pd.DataFrame, chosen: BoolArray) -> FloatArray:
    """Return the share of each row's pool that the unit gets, 0 to 1."""
    model = view.assessment.model
    weights = weights_of(model, chosen, Known.YES)
    pool = rows["pool"].to_numpy(dtype=np.int64)
    own = view.demand * weight_of(weights, np.full(len(pool), view.unit), pool)
    competing = demand_at_pools(weights, model.units.demand)[pool]
    share = np.divide(own, competing, out=np.zeros(len(pool)), where=competing > 0)
    return np.asarray(share)


def _starters(view: View) -> FloatArray:
    """Return the expected starters a year of the unit's programme by pool."""
    assessment = view.assessment
    units = assessment.model.units
    intake = Intake(
        units.demand,
        units.programme,
        units.shape[1],
        assessment.model.scenario.cohort.take_up,
    )
    starters = expected_starters(assessment.valid, intake, places=assessment.places)
    return starters[:, view.programme]


def _more_starters(view: View, pool: int, missing: float, venue: str) -> Fix | None:
    """Return the starters that are missing at a pool, at the site nearby that sends it most."""
    model = view.assessment.model
    units = model.units
    sent = starters_per_place(view.assessment.valid, pool, places=view.assessment.places)
    sent = sent * model.scenario.cohort.take_up
    hidden = model.register.sites["sensitive"].fillna(value=False).to_numpy(dtype=bool)
    others = (units.programme == view.programme) & ~hidden[units.site]
    others[view.unit] = False
    at = int(np.argmax(np.where(others, sent, 0.0)))
    if not (others[at] and sent[at] > 0):
        at = view.unit
    if not sent[at] > 0:
        return None
    extra = float(np.ceil(100.0 * missing / float(sent[at])) / 100.0)
    site_id = str(model.register.sites.index[units.site[at]])
    employer = str(model.register.sites["employer"].iloc[units.site[at]])
    where = "the site itself" if at == view.unit else f"{employer} ({site_id})"
    return Fix(
        f"{extra:g} more starters a year in reach of {venue}, so that a cohort comes together; "
        f"computed as if all of them were at {where}.",
        (_more_demand(view, at, extra),),
    )


def stated_demand(view: View) -> Fix:
    """Return the site's need as the least that the scenario assumes of one that is unknown."""
    model = view.assessment.model
    least = float(demand_ranges(model.demand, policy=model.scenario.supply).low[view.unit])
    places = max(round(least, 2), LEAST_PLACES)
    return Fix(
        f"If the site needs {places:g} places a year.", (_more_demand(view, view.unit, places),)
    )


def _more_demand(view: View, unit: int, extra: float) -> Change:
    """Return the change by which a unit needs so many more places a year for new starters."""
    model = view.assessment.model
    key = {
        "site_id": str(model.register.sites.index[model.units.site[unit]]),
        "programme_code": view.programme_code,
        "stream": Stream.NEW_STARTERS.value,
    }
    had = float(model.demand[f"demand_{Stream.NEW_STARTERS}"].iloc[unit])
    places = extra + (0.0 if np.isnan(had) else had)
    stated = model.register.demand
    there = (stated[list(key)].astype("str") == list(key.values())).all(axis=1).any()
    if there:
        return set_row("demand", key, places=places, places_low=places, places_high=places)
    return add_row("demand", key, places=places)
