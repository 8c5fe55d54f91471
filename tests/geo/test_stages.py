"""Stages: what each demand unit attains, from pairs that are given here by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geo.gaps import classify
from geo.skills import SkillsCover
from geo.stages import (
    DemandUnits,
    Provision,
    assess,
    has_status,
    unit_pairs,
    units_of_unlimited,
)
from geo.types import OfferStatus

NO, UNKNOWN, YES = 0, 1, 2


def units_of(demand, *, sites=None, programmes=None, placed=True, near=False, shape=None):
    """Make demand units: by default a site each, of the only programme."""
    count = len(demand)
    site = np.arange(count) if sites is None else np.array(sites)
    programme = np.zeros(count, dtype=np.int64) if programmes is None else np.array(programmes)
    return DemandUnits(
        site=site,
        programme=programme,
        demand=np.array(demand, dtype=float),
        placed=np.full(count, placed),
        near_unknown_venue=np.full(count, near),
        shape=shape or (count, 1),
    )


def provision_of(offers, pairs, *, sites):
    """Make provision.

    Offers are rows of status, places, possible places (NaN and infinite by default), cover (one a
    site or one for all), pool, programme, unlimited; pairs are site, offer, in_time, weight.
    """
    table = pd.DataFrame(
        {
            "venue_id": [f"v{i}" for i in range(len(offers))],
            "programme_code": ["P" for _ in offers],
            "status": [offer.get("status", "delivered") for offer in offers],
        }
    )
    pools = [offer.get("pool", i) for i, offer in enumerate(offers)]
    known, possible = np.full(len(offers), np.nan), np.full(len(offers), np.inf)
    for pool, offer in zip(pools, offers, strict=True):
        if "places" in offer:
            possible[pool] = offer["places"]
            if offer.get("status", "delivered") == "delivered":
                known[pool] = offer["places"]
    states = [np.broadcast_to(offer.get("cover", YES), sites) for offer in offers]
    columns = list(zip(*pairs, strict=True)) or [()] * 4
    return Provision(
        offers=table,
        programme=np.array([offer.get("programme", 0) for offer in offers], dtype=np.int64),
        unlimited=np.array([offer.get("unlimited", False) for offer in offers], dtype=bool),
        pool=np.array(pools, dtype=np.int64),
        places_known=known,
        places_possible=possible,
        pairs=pd.DataFrame(
            {
                "site": np.array(columns[0], dtype=np.int64),
                "offer": np.array(columns[1], dtype=np.int64),
                "minutes": np.full(len(pairs), 10.0),
                "in_time": np.array(columns[2], dtype=np.int8),
                "weight": np.array(columns[3], dtype=float),
            }
        ),
        skills=SkillsCover(
            np.arange(sites), np.array(states, dtype=np.int8).reshape(len(offers), sites), ()
        ),
    )


def found(units, offers, pairs, ratio=0.8):
    provision = provision_of(offers, pairs, sites=units.shape[0])
    assessment = assess(units, provision, enough_ratio=ratio)
    return assessment, classify(assessment.stages).tolist()


def one(demand, offers, pairs=None, **kwargs):
    """Return the class of one unit that every offer reaches, if not said otherwise."""
    reached = [(0, o, YES, 1.0) for o, offer in enumerate(offers) if not offer.get("unlimited")]
    units = units_of([demand], **kwargs)
    assessment, (gap_class,) = found(units, offers, reached if pairs is None else pairs)
    return gap_class, assessment.places_available[0]


TWO = {"programme": 1}


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([{"places": 8.0}], "covered"),
        ([{"places": 7.99}], "delivered_too_few_places"),
        ([{"places": 7.99}, {"places": 0.01}], "covered"),
        ([{"places": 0.0}], "delivered_too_few_places"),
        # Two offers of a pool that holds 7 do not make 14.
        ([{"places": 7.0, "pool": 0}, {"places": 7.0, "pool": 0}], "delivered_too_few_places"),
        ([{"places": 9.0, "cover": NO}], "delivered_skill_missing"),
        ([{"places": 9.0, "cover": UNKNOWN}], "unknown"),
        ([{"places": 7.0, "cover": UNKNOWN}], "delivered_skill_missing"),
        # Unknown offers, unknown places: hoped for, never counted.
        ([{"status": "unknown", "places": 9.0}, {"places": 1.0}], "unknown"),
        ([{"status": "unknown", "places": 1.0}, {"places": 1.0}], "delivered_too_few_places"),
        ([{"places": 7.0}, {}], "unknown"),
        ([{"status": "unknown", "cover": NO}, {"places": 1.0, **TWO}], "wrong_programme"),
        # What could be, if the skills are not certainly missing.
        ([{"status": "could_deliver"}, {"places": 1.0, **TWO}], "could_be_delivered"),
        ([{"status": "planned", "cover": UNKNOWN}], "could_be_delivered"),
        ([{"status": "planned", "cover": NO}], "no_reach"),
        ([{"status": "planned", "cover": NO}, {"places": 1.0, **TWO}], "wrong_programme"),
        ([{"status": "lapsed", "places": 9.0}], "no_reach"),
        ([{"status": "planned", **TWO}, {"status": "lapsed", **TWO}], "no_reach"),
        ([], "no_reach"),
    ],
)
def test_the_class_of_a_unit_that_needs_ten_places(offers, expected):
    anywhere = {"places": 1.0, "programme": 2, "cover": NO}

    # The last offer, out of reach, makes capacity tested in every case.
    pairs = [(0, o, YES, 1.0) for o in range(len(offers))]
    gap_class, _ = one(10, [*offers, anywhere], pairs, shape=(1, 3))

    assert gap_class == expected


def test_an_unlimited_offer_covers_everywhere_and_is_no_other_programme():
    units = units_of([10.0, 10.0], sites=[0, 1], programmes=[0, 1], shape=(2, 2))
    offers = [{"places": 8.0, "unlimited": True, "cover": [YES, NO]}]

    _, classes = found(units, offers, [])

    assert classes == ["covered", "no_reach"]


def test_an_unlimited_offer_that_lacks_a_skill_says_so():
    assert one(10, [{"places": 9.0, "unlimited": True, "cover": NO}])[0] == (
        "delivered_skill_missing"
    )
    assert one(10, [{"places": 9.0, "unlimited": True, "cover": UNKNOWN}])[0] == "unknown"
    could = {"status": "could_deliver", "unlimited": True, "cover": UNKNOWN}
    assert one(10, [could])[0] == "could_be_delivered"


def test_another_programme_is_not_the_units_own():
    units = units_of([10.0, 10.0, 10.0], sites=[0, 0, 1], programmes=[0, 1, 1], shape=(2, 2))
    offers = [{"places": 1.0}, {"status": "lapsed", **TWO}]

    assessment, _ = found(units, offers, [(0, 0, YES, 1.0), (0, 1, YES, 1.0), (1, 1, YES, 1.0)])

    assert assessment.stages.other_programme.tolist() == [False, True, False]


def test_a_journey_that_is_unknown_is_hoped_for():
    offers, pairs = [{"places": 9.0}], [(0, 0, UNKNOWN, 0.5)]

    assert one(10, offers, pairs) == ("unknown", 0)
    assert one(20, offers, pairs) == ("no_reach", 0)


def test_an_unknown_journey_to_what_could_be_is_no_promise():
    offers = [{"status": "planned"}, {"places": 1.0, **TWO}]

    assert one(10, offers, [(0, 0, UNKNOWN, 1.0)], shape=(1, 2))[0] == "no_reach"


@pytest.mark.parametrize(
    ("demand", "offers", "expected"),
    [
        (math.nan, [{"places": 9.0}], "unknown"),
        (math.nan, [{"places": 9.0, "cover": NO}], "delivered_skill_missing"),
        (
            math.nan,
            [{"status": "planned"}, {"places": 1.0, "cover": NO, **TWO}],
            "could_be_delivered",
        ),
        (0.0, [{"places": 0.0}], "covered"),
        (0.0, [{"places": 1.0, "cover": NO}], "delivered_skill_missing"),
        (0.0, [{"status": "unknown", "places": 0.0}], "unknown"),
    ],
)
def test_demand_that_is_unknown_or_nothing(demand, offers, expected):
    gap_class, available = one(demand, [*offers, {"places": 1.0, "programme": 2}], shape=(1, 3))

    assert gap_class == expected
    assert math.isnan(available) == math.isnan(demand)


def test_places_go_by_demand_and_rivals_unknown_pairs_take_none():
    # Of 12 places the first gets 12 * 4/6, the second 12 * 2/6; the third, whose journey is
    # unknown, would have 12 * 6/12 with its own pair valid: 6 of 6.
    units = units_of([4.0, 2.0, 6.0])
    pairs = [(0, 0, YES, 1.0), (1, 0, YES, 1.0), (2, 0, UNKNOWN, 1.0)]

    assessment, classes = found(units, [{"places": 12.0}], pairs)

    assert assessment.places_available.tolist() == pytest.approx([8, 4, 0])
    assert classes == ["covered", "covered", "unknown"]


def test_exactly_enough_is_enough_whatever_the_rounding():
    # D * (w * (0.8 D / (w * D))) rounds a hair below 0.8 D for some of these weights.
    weights = np.linspace(0.5, 1, 101)
    for demand in (3.0, 7.0, 10.0):
        offers = [{"places": 0.8 * demand}]
        classes = {one(demand, offers, [(0, 0, YES, w)])[0] for w in weights}
        assert classes == {"covered"}
    assert one(10, [{"places": 8.0 - 1e-6}])[0] == "delivered_too_few_places"


def test_capacity_that_nobody_states_is_not_tested():
    units = units_of([4.0, np.nan, 6.0, 1.0, 1.0])
    offers = [{}, {"status": "unknown", "places": 100.0}, {"cover": NO}]
    pairs = [(0, 0, YES, 1.0), (1, 0, YES, 1.0), (2, 1, YES, 1.0), (3, 2, YES, 1.0)]

    assessment, classes = found(units, offers, pairs)

    # The place count of an unknown offer is no capacity; demand that is unknown needs none.
    assert not assessment.capacity_tested
    assert np.isnan(assessment.places_available).all()
    assert classes == ["covered", "covered", "unknown", "delivered_skill_missing", "no_reach"]


def test_silent_venues_and_missing_points_make_unknown_what_is_not_covered():
    for unknown in ({"near": True}, {"placed": False}):
        assert one(10, [{"places": 1.0}], [], **unknown)[0] == "unknown"
        assert one(10, [{"places": 1.0}], **unknown)[0] == "unknown"
        assert one(10, [{"places": 9.0}], **unknown)[0] == "covered"


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


def test_unlimited_offers_are_found_by_status_and_certainty():
    units = units_of([1.0, 1.0], sites=[0, 1])
    offers = [
        {"unlimited": True, "cover": [YES, UNKNOWN]},
        {"unlimited": True, "status": "lapsed"},
        {},
    ]
    provision = provision_of(offers, [], sites=2)
    delivered = has_status(provision, OfferStatus.DELIVERED)

    def reached(least):
        by_offer = units_of_unlimited(units, provision, delivered, least)
        return {offer: units.tolist() for offer, units in by_offer.items()}

    assert delivered.tolist() == [True, False, True]
    assert reached(YES) == {0: [True, False]}
    assert reached(UNKNOWN) == {0: [True, True]}


@pytest.mark.parametrize("demand", [[], [1.0]])
def test_without_offers_or_units_nothing_is_attained(demand):
    assessment, classes = found(units_of(demand), [], [])

    assert classes == ["no_reach"] * len(demand)
    assert not assessment.capacity_tested
