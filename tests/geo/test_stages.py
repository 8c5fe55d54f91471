"""Pairs of demand unit and offer, and the offers that reach every unit."""

from __future__ import annotations

import numpy as np
from positions import NO, UNKNOWN, YES, provision_of, units_of

from geo.stages import unit_pairs, units_of_unlimited


def test_pairs_are_of_the_units_programme_and_of_units_that_exist():
    units = units_of([1.0, 1.0], sites=[0, 1], programmes=[0, 1], shape=(2, 2))
    offers = [{"cover": [YES, NO]}, {"programme": 1, "cover": [NO, UNKNOWN]}]
    pairs = [(0, 0, YES, 1.0), (0, 1, YES, 1.0), (1, 0, YES, 1.0), (1, 1, UNKNOWN, 0.5)]

    made = unit_pairs(units, provision_of(offers, pairs, sites=2))

    assert made.unit.tolist() == [0, 1]
    assert made.offer.tolist() == [0, 1]
    assert made.cover.tolist() == [YES, UNKNOWN]
    assert made.in_time.tolist() == [YES, UNKNOWN]
    assert made.weight.tolist() == [1, 0.5]


def test_unlimited_offers_are_found_by_certainty():
    units = units_of([1.0, 1.0], sites=[0, 1])
    offers = [
        {"unlimited": True, "cover": [YES, UNKNOWN]},
        {"unlimited": True, "status": "lapsed"},
        {},
    ]
    provision = provision_of(offers, [], sites=2)
    delivered = np.array([True, False, True])

    def reached(least):
        by_offer = units_of_unlimited(units, provision, delivered, least)
        return {offer: units.tolist() for offer, units in by_offer.items()}

    assert reached(YES) == {0: [True, False]}
    assert reached(UNKNOWN) == {0: [True, True]}


def test_the_strongest_pair_of_a_unit_and_pool_comes_first():
    units = units_of([1.0, 1.0])
    offers = [{"pool": 1}, {"pool": 0}, {"pool": 0}]
    pairs = [(0, 0, YES, 1.0), (0, 1, YES, 0.5), (0, 2, YES, 0.75), (1, 0, YES, 0.5)]

    made = unit_pairs(units, provision_of(offers, pairs, sites=2))

    assert made.unit.tolist() == [0, 0, 0, 1]
    assert made.offer.tolist() == [2, 1, 0, 0]


def test_an_unlimited_offer_reaches_only_sites_that_can_spare_its_release():
    # Every site of these tests can spare 20 days.
    units = units_of([1.0, 1.0])
    offers = [{"unlimited": True, "release_days": days} for days in (20.0, 20.5)]
    provision = provision_of(offers, [], sites=2)

    reached = units_of_unlimited(units, provision, np.array([True, True]), YES)

    assert [reached[offer].all() for offer in (0, 1)] == [True, False]
    assert not reached[1].any()
