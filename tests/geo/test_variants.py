"""Variants: coverage recomputed for a tier of evidence or a mode."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geo.assessment import assess
from geo.model import build_model
from geo.selection import Tier
from geo.types import Mode
from geo.variants import VARIANT_COLUMNS, all_variants, measured, variant_keys, variant_table

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def model(register, scenario):
    return build_model(register, scenario, as_of=TODAY)


def test_there_is_one_for_every_tier_and_mode_but_the_whole():
    keys = list(variant_keys())

    assert len(keys) == len(set(keys)) == 3 * 10 - 1
    assert ("any", "") not in keys
    assert ("good", "") in keys
    assert ("any", "day_release") in keys


def test_every_table_has_a_row_a_unit(model):
    tables = all_variants(model)

    assert set(tables) == set(variant_keys())
    for table in tables.values():
        assert tuple(table.columns) == VARIANT_COLUMNS
        assert len(table) == len(model.units)


def test_the_mode_of_every_offer_is_the_whole(model):
    # All of the small world is day release; what could be Q is there too.
    whole = measured(assess(model, model.select()))

    pd.testing.assert_frame_equal(variant_table(model, Tier.ANY, Mode.DAY_RELEASE), whole)


def test_a_mode_that_nobody_offers_reaches_nobody(model):
    table = variant_table(model, Tier.ANY, Mode.EVENING)

    placed = model.units.placed
    assert set(table["gap_class"][placed]) == {"no_reach"}


def test_what_is_undated_is_not_verified(model):
    table = variant_table(model, Tier.VERIFIED, None)

    assert "covered" not in set(table["gap_class"])
    assert table["places_low"].dropna().tolist() == [0.0] * 0 or (table["places_low"] <= 0).any()
