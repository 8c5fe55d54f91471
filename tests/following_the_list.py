"""Simulated truth: how many calls it takes until the areas with the largest gaps are named rightly.

Three of seven areas are named, by what is known. Who follows the list makes its first call, loads
the answer and makes the list anew; who does not makes the same calls in random order. A call about
an offer or a site settles all of its row; one about an offer the places of its pool, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import worlds

from geo.assessment import assess
from geo.calls import calls_to_make
from geo.model import build_model
from geo.scenario import make_scenario

TOP, SHUFFLES, SEED = 3, 5, 7
TODAY = date(2026, 11, 24)
SETTLED = {
    "offers": ("status", "taught"),
    "sites": ("employees", "hosted"),
    "demand": ("demand",),
}

Blanks = Mapping[str, np.ndarray]
Row = tuple[str, int]


def ratios(tables: Any, default_content: Mapping[str, Any], *, worlds_count: int) -> list[float]:
    """Return calls by the list over calls in random order, of the worlds where any is needed."""
    scenario = make_scenario(default_content, {"evidence": {"top_areas": {"value": TOP}}})
    random = np.random.default_rng(SEED)
    made = [worlds.make_world(random, number) for number in range(worlds_count)]
    found = []
    for one in made:
        blanks = dict(worlds.blank(random, one))
        # Face to face a blank list is assumed to be whole, and so is nothing to call about.
        blanks["taught"] &= one.mode == "mentoring"
        by_list = _by_list(tables, scenario, one, blanks)
        if by_list:
            found.append(by_list / _by_chance(random, tables, scenario, one, blanks))
    return found


def _by_list(tables: Any, scenario: Any, one: worlds.World, blanks: Blanks) -> int:
    made: list[Row] = []
    known = blanks
    while not _is_right(one, known):
        row = next(row for row in _rows(tables, scenario, one, known) if row not in made)
        made.append(row)
        known = _settled(one, known, row)
    return len(made)


def _by_chance(
    random: np.random.Generator, tables: Any, scenario: Any, one: worlds.World, blanks: Blanks
) -> float:
    rows = _rows(tables, scenario, one, blanks)
    counts = []
    for _ in range(SHUFFLES):
        known, count = blanks, 0
        for position in random.permutation(len(rows)):
            if _is_right(one, known):
                break
            known, count = _settled(one, known, rows[position]), count + 1
        counts.append(count)
    return float(np.mean(counts))


def _rows(tables: Any, scenario: Any, one: worlds.World, blanks: Blanks) -> list[Row]:
    """Return the rows that the calls of the list are about, in its order, each once."""
    model = build_model(worlds.register_of(tables, [one], [blanks]), scenario, as_of=TODAY)
    offers = {worlds.offer_key(one, offer): offer for offer in range(len(one.venue))}
    rows = [
        ("offers", offers[row.key["venue_id"], row.key["programme_code"], row.key["mode"]])
        if row.table == "offers"
        else (str(row.table), int(row.key["site_id"][-2:]))
        for row in calls_to_make(assess(model, model.select())).itertuples()
    ]
    return list(dict.fromkeys(rows))


def _settled(one: worlds.World, blanks: Blanks, row: Row) -> Blanks:
    table, position = row
    known = {field: hidden.copy() for field, hidden in blanks.items()}
    for field in SETTLED[table]:
        known[field][position] = False
    if table == "offers":
        known["places"][one.pool == one.pool[position]] = False
    return known


def _is_right(one: worlds.World, blanks: Blanks) -> bool:
    """Say whether the areas that are named by what is known are those of the truth."""
    known = {
        field: np.where(
            blanks[field].reshape(-1, *[1] * (values.ndim - 1)), np.zeros_like(values), values
        )[None]
        for field, values in one.fields.items()
    }
    return _top_areas(one, known) == _top_areas(one, worlds.truth_of(one))


def _top_areas(one: worlds.World, fields: Mapping[str, np.ndarray]) -> set[int]:
    unmet = np.maximum(worlds.demand_in(one, fields) - worlds.places_in(one, fields), 0).sum(2)
    by_area = np.array([unmet[0, one.area == area].sum() for area in range(worlds.AREAS)])
    return set(np.argsort(-by_area.round(6), kind="stable")[:TOP].tolist())
