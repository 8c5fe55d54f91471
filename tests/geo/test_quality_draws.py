"""Draws of quality: the posterior behind a score, and labels when the rate is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.model import build_model
from geo.quality_draws import draw_quality

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def rated(tables, register):
    """Return the small world with rates: of many leavers, suppressed, and of nobody."""
    rates = tables.achievements(
        [
            {"ukprn": None, "programme_code": "P", "year": "2024/25", "rate": 0.6},
            {
                "ukprn": "10000001",
                "programme_code": "P",
                "year": "2024/25",
                "rate": 0.7,
                "leavers": 90,
            },
            {
                "ukprn": "10000002",
                "programme_code": "P",
                "year": "2024/25",
                "leavers": 5,
                "suppressed": True,
            },
        ]
    )
    return replace(register, achievements=rates)


@pytest.fixture(scope="module")
def model(rated, scenario):
    return build_model(rated, scenario, as_of=TODAY)


def offer_of(model, ukprn):
    offers = model.provision.offers
    return int(np.flatnonzero((offers["ukprn"] == ukprn) & (offers["programme_code"] == "P"))[0])


def drawn(model, count=2000):
    random = np.random.default_rng(1)
    scores, good = zip(*(draw_quality(model, random) for _ in range(count)), strict=True)
    return np.array(scores), np.array(good)


def test_scores_scatter_around_the_recorded_ones(model):
    scores, _ = drawn(model)
    quality = model.quality.set_index(["ukprn", "programme_code"])
    policy = model.scenario.quality
    at = offer_of(model, "10000001")

    # (90 * 0.7 + 10 * 0.6) / 100 = 0.69 with 100 leavers behind it; a score of 1 is 0.35 wide.
    deviation = (0.69 * 0.31 / 101) ** 0.5 / (policy.achievement_best - policy.achievement_worst)
    recorded = quality.loc[("10000001", "P")]
    weight = policy.weight_achievement / recorded["known_weight"]
    assert scores[:, at].mean() == pytest.approx(recorded["score"], abs=0.01)
    assert scores[:, at].std() == pytest.approx(weight * deviation, rel=0.1)


def test_a_suppressed_rate_is_drawn_from_the_national_one_and_is_never_good(model):
    scores, good = drawn(model)
    at = offer_of(model, "10000002")

    assert scores[:, at].std() > 1.5 * scores[:, offer_of(model, "10000001")].std()
    assert not good[:, at].any()


EASY = {"good_score": 0.0, "good_achievement": 0.0, "good_known_weight": 0.0}


def labels(rated, scenario, thresholds, **columns):
    """Return which draws label whose rate is published, and whose is suppressed, as good."""
    changed = replace(scenario, quality=replace(scenario.quality, **thresholds))
    built = build_model(rated, changed, as_of=TODAY)
    built = replace(built, quality=built.quality.assign(**columns))
    _, good = drawn(built, 20)
    return good[:, offer_of(built, "10000001")], good[:, offer_of(built, "10000002")]


def test_a_suppressed_rate_is_not_good_even_where_nothing_else_stands_against_it(rated, scenario):
    published, suppressed = labels(rated, scenario, EASY)

    assert published.all()
    assert not suppressed.any()


@pytest.mark.parametrize("threshold", EASY)
def test_one_threshold_that_is_not_reached_is_enough(rated, scenario, threshold):
    published, _ = labels(rated, scenario, EASY | {threshold: 1.01})

    assert not published.any()


def test_a_gate_that_fires_is_enough(rated, scenario):
    published, _ = labels(rated, scenario, EASY, gates="lapsed")

    assert not published.any()


def test_what_has_no_rate_is_not_drawn(model):
    scores, _ = drawn(model, 5)
    at = offer_of(model, "10000003")

    assert (scores[:, at] == scores[0, at]).all() or np.isnan(scores[:, at]).all()


def test_a_lapsed_offer_has_no_score(tables, register, scenario):
    offers = tables.offers([{"venue_id": "v1", "programme_code": "P", "status": "lapsed"}])
    lapsed = build_model(replace(register, offers=offers), scenario, as_of=TODAY)

    score, good = draw_quality(lapsed, np.random.default_rng(1))

    assert np.isnan(score).all()
    assert not good.any()
