"""Claims: which pairs each unknown claim concerns, and on which it alone decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.assessment import assess
from geo.claims import (
    ClaimKind,
    claims_of_pairs,
    claims_of_silence,
    has_demand_row,
    unplaced_offers,
    unplaced_sites,
    unstated_pools,
    usual_number,
)
from geo.model import build_model

TODAY = date(2026, 11, 24)


@pytest.fixture
def assessed(scenario):
    def of(register):
        model = build_model(register, scenario, as_of=TODAY)
        return assess(model, model.select())

    return of


def test_a_pair_with_two_unknowns_is_of_both_claims_and_of_neither_alone(
    assessed, register, tables
):
    offers = tables.offers(
        [{"venue_id": "v1", "programme_code": "P", "status": "unknown", "units": "THEORY"}]
    )
    assessment = assessed(replace(register, offers=offers))

    found = {claims.kind: claims for claims in claims_of_pairs(assessment)}

    status, hosted = found[ClaimKind.STATUS], found[ClaimKind.HOSTED]
    # v1 is in reach of s1, s2 and s7, none of which says what it hosts.
    assert status.about.tolist() == [0]
    assert len(status.pairs.unit) == 3
    assert hosted.about.tolist() == [0, 1, 6]
    assert not status.alone.any()
    assert not hosted.alone.any()


def test_an_offer_without_limit_is_unknown_to_every_unit_of_its_programme(
    assessed, register, tables
):
    offers = tables.offers([{"venue_id": "v1", "programme_code": "Q", "mode": "mentoring"}])
    assessment = assessed(replace(register, offers=offers))

    found = {claims.kind: claims for claims in claims_of_pairs(assessment)}

    taught = found[ClaimKind.OFFER_UNITS]
    assert len(taught.pairs.unit) == 8
    assert taught.alone.all()
    assert taught.pairs.weight.tolist() == [1.0] * 8


def test_a_journey_across_water_is_one_claim_of_its_site_and_venue(assessed, register):
    found = {claims.kind: claims for claims in claims_of_pairs(assessed(register))}

    assert found[ClaimKind.JOURNEY].about.tolist() == [3 * 3 + 2]


def test_a_silent_venue_has_a_pool_for_each_programme(assessed, register, tables):
    offers = register.offers[register.offers["venue_id"] != "v1"].reset_index(drop=True)
    assessment = assessed(replace(register, offers=offers))

    silence = claims_of_silence(assessment)

    pools = len(assessment.places)
    assert silence.about.tolist() == [0]
    assert set(silence.pairs.pool) == {pools, pools + 1}
    assert silence.alone.all()


def test_pools_sites_and_venues_of_which_the_main_thing_is_missing(assessed, register, tables):
    venues = register.venues.copy()
    venues.loc["v1", "geometry"] = None
    offers = register.offers.assign(places_per_year=np.nan)
    assessment = assessed(replace(register, venues=venues, offers=offers))

    assert len(unstated_pools(assessment)) == 3
    assert unplaced_sites(assessment.model).tolist() == [5]
    assert [part.tolist() for part in unplaced_offers(assessment)] == [[0], [0]]
    assert not has_demand_row(assessment.model).any()


def test_the_usual_number_is_the_middle_of_a_range_or_one():
    assert usual_number(np.array([2.0, 0.0]), np.array([6.0, np.inf])).tolist() == [4.0, 1.0]


def test_nothing_is_claimed_of_no_offers_and_no_silence(assessed, register, tables):
    nothing = replace(register, offers=tables.offers(), venues=tables.venues({}))

    assessment = assessed(nothing)

    assert all(len(claims.about) == 0 for claims in claims_of_pairs(assessment))
    assert len(claims_of_silence(assessment).about) == 0
