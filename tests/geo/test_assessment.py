"""The assessment: what each demand unit attains, from pairs that are given here by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from positions import NO, UNKNOWN, YES, provision_of, units_of

from geo.assessment import assess
from geo.gaps import classify
from geo.model import Model
from geo.selection import Tier
from geo.stages import unit_pairs
from geo.types import Mode, Register

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def model_of(tables, scenario):
    """Return a maker of models: every programme needs one starter, if not said otherwise."""

    def make(units, offers, pairs, *, minimum=1, labels=None, scenario=scenario):
        provision = provision_of(offers, pairs, sites=units.shape[0])
        programmes = {f"P{i}": {"min_cohort": minimum} for i in range(units.shape[1])}
        register = Register(
            sites=tables.sites({}),
            venues=tables.venues({}),
            providers=tables.providers(),
            achievements=tables.achievements(),
            programmes=tables.programmes(programmes),
            units=tables.units(),
            offers=tables.offers(),
            demand=tables.demand(),
            champions=tables.champions(),
            travel_times=tables.travel_times(),
            barriers=tables.barriers(),
            places=tables.places({}),
        )
        label = labels or ["insufficient_evidence"] * len(offers)
        return Model(
            register=register,
            scenario=scenario,
            as_of=TODAY,
            demand=pd.DataFrame(
                {
                    "programme_code": [f"P{i}" for i in units.programme],
                    "demand": units.demand,
                    "demand_low": units.demand,
                    "demand_high": units.demand,
                }
            ),
            units=units,
            provision=provision,
            pairs=unit_pairs(units, provision),
            quality=pd.DataFrame(),
            label=np.array(label, dtype=object),
        )

    return make


@pytest.fixture(scope="session")
def found(model_of):
    def find(units, offers, pairs, **kwargs):
        model = model_of(units, offers, pairs, **kwargs)
        assessment = assess(model, model.select())
        return assessment, classify(assessment.stages).tolist()

    return find


@pytest.fixture(scope="session")
def one(found):
    """Return the class of one unit that every offer reaches, if not said otherwise."""

    def find(demand, offers, pairs=None, *, minimum=1, labels=None, **kwargs):
        reached = [(0, o, YES, 1.0) for o, offer in enumerate(offers) if not offer.get("unlimited")]
        units = units_of([demand], **kwargs)
        assessment, (gap_class,) = found(
            units, offers, reached if pairs is None else pairs, minimum=minimum, labels=labels
        )
        return gap_class, assessment.places_available[0]

    return find


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
def test_the_class_of_a_unit_that_needs_ten_places(one, offers, expected):
    anywhere = {"places": 1.0, "programme": 2, "cover": NO}

    # The last offer, out of reach, makes capacity tested in every case.
    pairs = [(0, o, YES, 1.0) for o in range(len(offers))]
    gap_class, _ = one(10, [*offers, anywhere], pairs, shape=(1, 3))

    assert gap_class == expected


def test_an_unlimited_offer_covers_everywhere_and_is_no_other_programme(found):
    units = units_of([10.0, 10.0], sites=[0, 1], programmes=[0, 1], shape=(2, 2))
    offers = [{"places": 8.0, "unlimited": True, "cover": [YES, NO]}]

    _, classes = found(units, offers, [])

    assert classes == ["covered", "no_reach"]


def test_an_unlimited_offer_that_lacks_a_skill_says_so(one):
    assert one(10, [{"places": 9.0, "unlimited": True, "cover": NO}])[0] == (
        "delivered_skill_missing"
    )
    assert one(10, [{"places": 9.0, "unlimited": True, "cover": UNKNOWN}])[0] == "unknown"
    could = {"status": "could_deliver", "unlimited": True, "cover": UNKNOWN}
    assert one(10, [could])[0] == "could_be_delivered"


def test_another_programme_is_not_the_units_own(found):
    units = units_of([10.0, 10.0, 10.0], sites=[0, 0, 1], programmes=[0, 1, 1], shape=(2, 2))
    offers = [{"places": 1.0}, {"status": "lapsed", **TWO}]

    assessment, _ = found(units, offers, [(0, 0, YES, 1.0), (0, 1, YES, 1.0), (1, 1, YES, 1.0)])

    assert assessment.stages.other_programme.tolist() == [False, True, False]


def test_a_journey_that_is_unknown_is_hoped_for(one):
    offers, pairs = [{"places": 9.0}], [(0, 0, UNKNOWN, 0.5)]

    assert one(10, offers, pairs) == ("unknown", 0)
    assert one(20, offers, pairs) == ("no_reach", 0)


def test_an_unknown_journey_to_what_could_be_is_no_promise(one):
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
def test_demand_that_is_unknown_or_nothing(one, demand, offers, expected):
    gap_class, available = one(demand, [*offers, {"places": 1.0, "programme": 2}], shape=(1, 3))

    assert gap_class == expected
    assert math.isnan(available) == math.isnan(demand)


def test_places_go_by_demand_and_rivals_unknown_pairs_take_none(found):
    # Of 12 places the first gets 12 * 4/6, the second 12 * 2/6; the third, whose journey is
    # unknown, would have 12 * 6/12 with its own pair valid: 6 of 6.
    units = units_of([4.0, 2.0, 6.0])
    pairs = [(0, 0, YES, 1.0), (1, 0, YES, 1.0), (2, 0, UNKNOWN, 1.0)]

    assessment, classes = found(units, [{"places": 12.0}], pairs)

    assert assessment.places_available.tolist() == pytest.approx([8, 4, 0])
    assert classes == ["covered", "covered", "unknown"]


def test_exactly_enough_is_enough_whatever_the_rounding(one):
    # D * (w * (0.8 D / (w * D))) rounds a hair below 0.8 D for some of these weights.
    weights = np.linspace(0.5, 1, 101)
    for demand in (3.0, 7.0, 10.0):
        offers = [{"places": 0.8 * demand}]
        classes = {one(demand, offers, [(0, 0, YES, w)])[0] for w in weights}
        assert classes == {"covered"}
    assert one(10, [{"places": 8.0 - 1e-6}])[0] == "delivered_too_few_places"


def test_capacity_that_nobody_states_is_not_tested(found):
    units = units_of([4.0, np.nan, 6.0, 1.0, 1.0])
    offers = [{}, {"status": "unknown", "places": 100.0}, {"cover": NO}]
    pairs = [(0, 0, YES, 1.0), (1, 0, YES, 1.0), (2, 1, YES, 1.0), (3, 2, YES, 1.0)]

    assessment, classes = found(units, offers, pairs)

    # The place count of an unknown offer is no capacity; demand that is unknown needs none.
    assert not assessment.capacity_tested
    assert np.isnan(assessment.places_available).all()
    assert classes == ["covered", "covered", "unknown", "delivered_skill_missing", "no_reach"]


def test_silent_venues_and_missing_points_make_unknown_what_is_not_covered(one):
    for unknown in ({"near": True}, {"placed": False}):
        assert one(10, [{"places": 1.0}], [], **unknown)[0] == "unknown"
        assert one(10, [{"places": 1.0}], **unknown)[0] == "unknown"
        assert one(10, [{"places": 9.0}], **unknown)[0] == "covered"


@pytest.mark.parametrize("demand", [[], [1.0]])
def test_without_offers_or_units_nothing_is_attained(found, demand):
    assessment, classes = found(units_of(demand), [], [])

    assert classes == ["no_reach"] * len(demand)
    assert not assessment.capacity_tested


def test_too_few_starters_are_no_cohort_and_last_years_starters_are_proof(one):
    # P(Poisson(8) >= 8) = 0.547, P(Poisson(7) >= 8) = 0.401: tables of the Poisson distribution.
    offers = [{"places": 99.0, "last_starts": math.nan}]

    assert one(8, offers, minimum=8)[0] == "covered"
    assert one(7, offers, minimum=8)[0] == "delivered_no_viable_cohort"
    assert one(7, [{**offers[0], "last_starts": 8.0}], minimum=8)[0] == "covered"
    assert one(7, [{**offers[0], "last_starts": 7.0}], minimum=8)[0] == "delivered_no_viable_cohort"


def test_the_chance_of_a_cohort_is_the_best_of_what_is_reached(found):
    offers = [{"places": 99.0, "last_starts": math.nan}, {"places": 1.0}]

    assessment, _ = found(
        units_of([8.0, 7.0, 1.0]), offers, [(0, 0, YES, 1.0), (2, 1, YES, 1.0)], minimum=8
    )

    assert assessment.cohort_probability.tolist() == pytest.approx(
        [0.5470, math.nan, 1.0], abs=5e-5, nan_ok=True
    )


def test_unknown_demand_beside_makes_the_missing_cohort_unknown(found):
    offers = [{"places": 99.0, "last_starts": math.nan}]
    pairs = [(0, 0, YES, 1.0), (1, 0, YES, 1.0)]

    _, classes = found(units_of([7.0, np.nan]), offers, pairs, minimum=8)

    assert classes == ["unknown", "unknown"]


def test_places_of_a_cohort_that_does_not_run_are_not_enough_places(one):
    # Ten places run for sure, of forty needed; thirty more would need 60 starters.
    proven = {"places": 10.0}
    hopeless = {"places": 30.0, "last_starts": math.nan, "programme": 0}

    assert one(40, [proven, hopeless], minimum=60)[0] == "delivered_too_few_places"
    assert one(40, [proven, {**hopeless, "last_starts": 60.0}], minimum=60)[0] == "covered"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["good", "good"], "covered"),
        (["not_good", "not_good"], "delivered_not_good"),
        (["not_good", "good"], "delivered_not_good"),
        (["insufficient_evidence", "not_good"], "covered"),
        (["insufficient_evidence", "insufficient_evidence"], "covered"),
    ],
)
def test_places_with_providers_that_are_not_good_do_not_cover(one, labels, expected):
    # Nine places of ten suffice with the first provider alone, one place with the second does not.
    offers = [{"places": 9.0}, {"places": 1.0}]

    assert one(10, offers, labels=labels)[0] == expected


def test_not_good_without_capacity_is_told_by_who_is_reached(one):
    assert one(10, [{}], labels=["not_good"])[0] == "delivered_not_good"
    assert one(10, [{}, {}], labels=["not_good", "good"])[0] == "covered"


def test_release_that_a_site_cannot_spare_is_out_of_reach(found):
    # The pair of reach says no; an offer elsewhere makes capacity tested.
    offers = [{"places": 9.0, "release_days": 21.0}, {"places": 1.0, **TWO}]

    assessment, classes = found(units_of([1.0], shape=(1, 2)), offers, [(0, 0, NO, 1.0)])

    assert classes == ["no_reach"]
    assert assessment.places_available.tolist() == [0]


def test_a_tier_counts_only_what_its_evidence_bears_out(model_of):
    units = units_of([1.0])
    offers = [{"places": 9.0, "fresh": False}]
    model = model_of(units, offers, [(0, 0, YES, 1.0)], labels=["good"])

    classes = {tier: classify(assess(model, model.select(tier)).stages)[0] for tier in Tier}

    assert classes == {"any": "covered", "verified": "unknown", "good": "unknown"}


def test_a_selection_in_which_no_offer_counts_has_no_places_and_nothing_unknown(model_of):
    offers = [{"places": 10.0}, {"places": np.nan, "status": "planned"}]
    model = model_of(units_of([4.0]), offers, [(0, 0, YES, 1.0), (0, 1, YES, 1.0)])

    evening = assess(model, model.select(mode=Mode.EVENING))

    assert evening.capacity_tested
    assert evening.places_available.tolist() == [0.0]
