"""The model: what is computed once from a register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.model import build_model, has_point, unknown_offer_minutes
from geo.selection import Tier
from geo.types import Mode

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def model(register, scenario):
    return build_model(register, scenario, as_of=TODAY)


def test_units_are_the_rows_of_demand_and_pairs_are_of_their_programme(model):
    units, provision = model.units, model.provision

    assert len(units) == len(model.demand) == 16
    assert units.demand.tolist() == pytest.approx(model.demand["demand"].tolist(), nan_ok=True)
    assert (provision.programme[model.pairs.offer] == units.programme[model.pairs.unit]).all()


def test_offers_know_their_provider_and_how_fresh_their_claim_is(register, scenario):
    offers = register.offers.assign(as_at=[TODAY, None, date(2020, 1, 1), TODAY])

    model = build_model(replace(register, offers=offers), scenario, as_of=TODAY)

    assert model.provision.offers["fresh"].tolist() == [True, False, False, True]
    assert model.provision.offers["ukprn"].tolist() == [
        "10000001",
        "10000002",
        "10000002",
        "10000003",
    ]


def test_a_site_without_a_point_is_not_placed(model):
    assert model.units.placed[model.demand["site_id"] == "s6"].tolist() == [False, False]
    assert has_point(model.register.sites).sum() == 7


def test_a_silent_venue_is_measured_in_minutes(tables, register, scenario):
    # 5 + 1.3 * 10 minutes from s1, and no offer is recorded of it.
    venues = tables.venues({"v9": {"at": (400_000, 310_000)}})

    model = build_model(
        replace(register, venues=venues, offers=register.offers.iloc[:0]), scenario, as_of=TODAY
    )

    minutes = dict(zip(model.demand["site_id"], model.units.silent_minutes, strict=True))
    assert minutes["s1"] == pytest.approx(18.0)
    assert np.isinf(minutes["s6"])
    assert unknown_offer_minutes(scenario) == 90.0


def test_a_silent_venue_is_no_farther_than_a_day_allows(with_changes):
    assert unknown_offer_minutes(with_changes("tolerance", {"budget_hours": 10})) == pytest.approx(
        10 * 60 / 22
    )


def test_selections_are_made_from_its_own_offers(model):
    # Nothing is dated, so that nothing is verified.
    assert model.select().counted.sum() == 3
    assert model.select(Tier.VERIFIED).counted.sum() == 0
    assert model.select(mode=Mode.EVENING).possible.sum() == 0


def test_steps_are_told(register, scenario):
    steps: list[str] = []

    build_model(register, scenario, as_of=TODAY, progress=steps.append)

    assert steps == ["Travel times", "Reach and skills", "Quality"]
