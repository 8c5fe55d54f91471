"""What a fix is: a change of the register or the scenario that helps one demand unit, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.changes import Action, Change
from geo.cohort import minimum_cohorts
from geo.view import View

OFFER_KEY = ("venue_id", "programme_code", "mode")


@dataclass(frozen=True, slots=True)
class Fix:
    """What would take a demand unit further.

    Whether it does is never assumed: :mod:`geo.counterfactual` applies it and recomputes.

    Attributes
    ----------
    words
        A sentence; names in it come from outside, so that whoever shows it escapes it.
    changes
        Rows of the register to be changed, in order.
    settings
        Values of the scenario to be changed, by name.
    """

    words: str
    changes: tuple[Change, ...]
    settings: tuple[tuple[str, float], ...] = ()


def change_of(action: Action, table: str, key: Mapping[str, str], **values: Any) -> Change:  # noqa: ANN401
    """Return a change of one row."""
    named = tuple(sorted((name, str(value)) for name, value in key.items()))
    return Change(action, table, named, tuple(sorted(values.items())))


def set_row(table: str, key: Mapping[str, str], **values: Any) -> Change:  # noqa: ANN401
    """Return a change that sets values of a row."""
    return change_of(Action.SET, table, key, **values)


def add_row(table: str, key: Mapping[str, str], **values: Any) -> Change:  # noqa: ANN401
    """Return a change that adds a row."""
    return change_of(Action.ADD, table, key, **values)


def offer_row(view: View, offer: int) -> pd.Series:
    """Return the register's row of an offer."""
    return view.assessment.model.provision.offers.iloc[offer]


def offer_key(view: View, offer: int) -> dict[str, str]:
    """Return the key of an offer."""
    row = offer_row(view, offer)
    return {name: str(row[name]) for name in OFFER_KEY}


def said_offer(view: View, offer: int) -> str:
    """Return an offer in words: its venue and its mode."""
    row = offer_row(view, offer)
    return f"{view.venue_name(row['venue_id'])} ({str(row['mode']).replace('_', ' ')})"


def minimum_cohort(view: View) -> float:
    """Return the fewest starters with which the unit's programme runs."""
    model = view.assessment.model
    stated = model.register.programmes["min_cohort"].to_numpy(dtype=float, na_value=float("nan"))
    minimum = minimum_cohorts(stated, default=model.scenario.cohort.default_minimum)
    return float(minimum[view.programme])
