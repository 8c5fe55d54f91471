"""Good provision: scores by hand, thresholds at their edges, gates, and what never happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError, ScenarioError
from geo.quality import COMPONENTS, QualityLabel, provision_quality
from geo.types import Mode

TODAY = date(2026, 11, 24)
NATIONAL = {"programme_code": "P", "year": "2024/25", "rate": 0.65, "leavers": 400}
UNITS = [
    {"programme_code": "P", "unit_code": "LAB1", "kind": "practical", "place": "provider"},
    {"programme_code": "P", "unit_code": "LAB2", "kind": "practical", "place": "either"},
    {"programme_code": "P", "unit_code": "THEORY", "kind": "knowledge", "place": "either"},
]
FULL = {
    "nation": "England",
    "register_status": "active",
    "inspection_scheme": "five points in separate areas",
    "inspection_grades": "apprenticeships=strong;whole provider=expected",
    "safeguarding_met": True,
    "employer_stars": 4.0,
    "employer_reviews": 10,
    "learner_stars": 3.4,
    "learner_reviews": 4,
}
RATE = {"ukprn": "1", "programme_code": "P", "year": "2024/25", "rate": 0.75, "leavers": 90}
# Rates so sure that every probability of interest is 0 or 1.
EXCELLENT = {**RATE, "rate": 0.9, "leavers": 10_000}
ONLY_INSPECTION = {f"weight_{name}": float(name == "inspection") for name in COMPONENTS}


@pytest.fixture(scope="session")
def judge(tables, scenario):
    """Judge provider 1, whose offers are day release and evening with half the practical units."""

    def run(provider=FULL, rates=(NATIONAL, RATE), *, offers=None, others=None, **values):
        rows = {"1": provider, **(others or {})}
        if offers is None:
            offers = [{"mode": mode, "units": "LAB1;THEORY"} for mode in ("day_release", "evening")]
        table = tables.offers([{"venue_id": "v", "programme_code": "P", **row} for row in offers])
        table = table.assign(ukprn=pd.Series("1", index=table.index, dtype="str"))
        return provision_quality(
            tables.providers(rows),
            tables.achievements(rates),
            table,
            tables.units(UNITS),
            policy=replace(scenario.quality, **values),
            as_of=TODAY,
        )

    return run


def test_a_provider_by_hand(judge):
    # Another provider makes the mean of employers' stars (10 * 4 + 30 * 2) / 40 = 2.5.
    other = {"nation": "England", "employer_stars": 2.0, "employer_reviews": 30}

    [row] = judge(others={"2": other}).to_dict("records")

    expected = {
        "inspection": 0.775,  # (.85 + .7) / 2
        "achievement": 0.24 / 0.35,  # (90 * .75 + 10 * .65) / 100 = .74
        "practical": 0.5,  # one unit of two
        "employer_view": 0.75,  # (10 * 4 + 10 * 2.5) / 20 = 3.25
        "learner_view": 0.8,  # (3.4 - 1) / 3
        "flexibility": 1 / 3,  # two modes of six
    }
    assert row["components"] == pytest.approx(expected, abs=1e-12)
    # .19375 + .1714286 + .1 + .075 + .08 + .0333333
    assert row["score"] == pytest.approx(0.653511905, abs=1e-9)
    assert row["score_low"] == row["score_high"] == row["score"]
    assert row["known_weight"] == 1
    assert row["label"] == "good"
    assert row["gates"] == ""
    assert row["achievement"] == pytest.approx(0.74, abs=1e-12)
    assert row["leavers"] == 90
    assert (row["achievement_basis"], row["national_rate"]) == ("published", 0.65)
    assert (row["nation"], row["different_evidence"]) == ("England", False)
    assert row["few_reviews"] == "learner_view"


def test_what_is_unknown_is_left_out_and_widens_the_interval(judge):
    provider = {**FULL, "inspection_grades": None, "employer_stars": None, "learner_stars": None}

    [row] = judge(provider, offers=[{"mode": "evening"}]).to_dict("records")

    # Achievement and flexibility are known: (.25 * .24 / .35 + .1 / 6) / .35.
    known = 0.25 * 0.24 / 0.35 + 0.1 / 6
    assert row["score"] == pytest.approx(known / 0.35, abs=1e-12)
    assert row["score_low"] == pytest.approx(known, abs=1e-12)
    assert row["score_high"] == pytest.approx(known + 0.65, abs=1e-12)
    assert row["known_weight"] == pytest.approx(0.35, abs=1e-12)
    assert row["label"] == "insufficient_evidence"
    unknown = [name for name, value in row["components"].items() if value is None]
    assert unknown == ["inspection", "practical", "employer_view", "learner_view"]


def test_a_suppressed_rate_scores_as_the_national_one_but_is_not_known(judge):
    cell = {**RATE, "rate": None, "leavers": None, "suppressed": True}

    [row] = judge(rates=[NATIONAL, cell]).to_dict("records")
    [published] = judge(rates=[NATIONAL, {**RATE, "rate": 0.65}]).to_dict("records")

    assert row["score"] == pytest.approx(published["score"], abs=1e-12)
    assert row["known_weight"] == pytest.approx(0.75, abs=1e-12)
    assert row["score_high"] - row["score_low"] == pytest.approx(0.25, abs=1e-12)
    assert row["components"]["achievement"] is None
    assert row["achievement_basis"] == "suppressed"
    assert np.isnan([row["achievement"], row["leavers"]]).all()


@pytest.mark.parametrize(("grade", "label"), [(0.65, "good"), (0.649999, "not_good")])
def test_a_score_at_the_threshold_is_good(judge, grade, label):
    values = {**ONLY_INSPECTION, "grade_strong": grade, "grade_expected": grade}

    assert judge(rates=[NATIONAL, EXCELLENT], **values)["label"].tolist() == [label]


def test_a_threshold_that_is_met_but_for_rounding_is_met(judge):
    # In floating point .95 * .65 / .95 is 0.6499999999999999.
    values = {**ONLY_INSPECTION, "weight_inspection": 0.95}
    values |= {"grade_strong": 0.65, "grade_expected": 0.65}

    found = judge(rates=[NATIONAL, EXCELLENT], **values)

    assert found["score"].tolist() != [0.65]
    assert found["label"].tolist() == ["good"]


@pytest.mark.parametrize(("weight", "label"), [(0.35, "insufficient_evidence"), (0.36, "not_good")])
def test_an_upper_bound_at_the_threshold_may_still_be_good(judge, weight, label):
    # Inspection scores 0 and practical units are unknown: the upper bound is 1 less the weight.
    values = dict.fromkeys(ONLY_INSPECTION, 0.0)
    values |= {"weight_inspection": weight, "weight_practical": 1 - weight}
    provider = {**FULL, "inspection_grades": "overall=needs attention"}

    found = judge(provider, offers=[{}], grade_needs_attention=0.0, **values)

    assert found["score_high"].tolist() == pytest.approx([1 - weight], abs=1e-12)
    assert found["label"].tolist() == [label]


@pytest.mark.parametrize(("least", "label"), [(0.6, "good"), (0.61, "insufficient_evidence")])
def test_known_weight_at_the_threshold_is_enough(judge, least, label):
    # Inspection, achievement and flexibility: .25 + .25 + .10.
    provider = {**FULL, "employer_stars": None, "learner_stars": None}

    found = judge(
        provider, [NATIONAL, EXCELLENT], offers=[{}, {"mode": "evening"}], good_known_weight=least
    )

    assert found["known_weight"].tolist() == pytest.approx([0.6], abs=1e-12)
    assert found["label"].tolist() == [label]


def test_the_probability_of_a_good_rate_at_the_threshold_is_enough(judge):
    # No leavers but the prior's: Beta(1, 1) is even, so that P(p >= .25) is .75.
    rates = [{**NATIONAL, "rate": 0.5}, {**RATE, "rate": 0.5, "leavers": 1}]
    even = {"prior_leavers": 1.0, "good_achievement": 0.25, "good_score": 0.0}

    for least, label in ((0.75, "good"), (0.7501, "insufficient_evidence")):
        found = judge(rates=rates, good_probability=least, **even)
        assert found["label"].tolist() == [label]


def test_the_probability_of_a_poor_rate_at_the_threshold_gates(judge):
    rates = [{**NATIONAL, "rate": 0.5}, {**RATE, "rate": 0.5, "leavers": 1}]
    even = {"prior_leavers": 1.0, "poor_achievement": 0.75}

    for least, gates in ((0.75, "achievement rate probably below 75%"), (0.7501, "")):
        assert judge(rates=rates, poor_probability=least, **even)["gates"].tolist() == [gates]


def test_good_provision_needs_a_rate_of_its_own(judge):
    weights = {**ONLY_INSPECTION, "good_score": 0.5, "good_probability": 0.0}
    hidden = {**RATE, "rate": None, "suppressed": True}

    assert judge(**weights)["label"].tolist() == ["good"]
    for rates in ([NATIONAL, hidden], [NATIONAL], [RATE]):
        assert judge(rates=rates, **weights)["label"].tolist() == ["insufficient_evidence"]


@pytest.mark.parametrize(
    ("provider", "rate", "gates"),
    [
        ({"inspection_grades": "inclusion=urgent improvement"}, 0.9, "urgent improvement"),
        (
            {"inspection_scheme": "four points", "inspection_grades": "overall=inadequate"},
            0.9,
            "inadequate",
        ),
        ({"safeguarding_met": False}, 0.9, "safeguarding not met"),
        ({}, 0.45, "achievement rate probably below 50%"),
        ({"register_status": "removed"}, 0.9, "not on the register"),
        ({"register_status": "lapsed"}, 0.9, "lapsed"),
        (
            {"register_status": "lapsed", "safeguarding_met": False},
            0.2,
            "safeguarding not met;achievement rate probably below 50%;lapsed",
        ),
    ],
)
def test_a_gate_that_fires_is_never_good(judge, provider, rate, gates):
    # Without the gate the evidence would do.
    values = {"good_score": 0.0, "good_probability": 0.0}
    rates = [NATIONAL, {**EXCELLENT, "rate": rate}]

    assert judge(rates=[NATIONAL, EXCELLENT], **values)["label"].tolist() == ["good"]
    found = judge({**FULL, **provider}, rates, **values)
    assert found["gates"].tolist() == [gates]
    assert found["label"].tolist() == ["not_good"]


def test_a_row_for_all_that_is_claimed_and_not_lapsed(tables, scenario):
    claims = ["delivered", "could_deliver", "planned", "unknown", "lapsed"]
    offers = tables.offers(
        [{"venue_id": s, "programme_code": "P", "status": s} for s in claims]
        + [{"venue_id": "a", "programme_code": "Q", "status": "delivered"}]
        + [{"venue_id": "b", "programme_code": "Q", "status": "lapsed"}]
    )
    ukprn = offers["venue_id"].map({**dict(zip(claims, "12345", strict=True)), "a": "5", "b": "5"})

    found = provision_quality(
        tables.providers(),
        tables.achievements(),
        offers.assign(ukprn=ukprn),
        tables.units(),
        policy=scenario.quality,
        as_of=TODAY,
    )

    keys = list(zip(found["ukprn"], found["programme_code"], strict=True))
    assert keys == [("1", "P"), ("2", "P"), ("3", "P"), ("4", "P"), ("5", "Q")]
    # Of providers of whom nothing is known: only delivered offers have modes.
    assert found["known_weight"].tolist() == pytest.approx([0.1, 0, 0, 0, 0.1])
    assert np.isnan(found["score"]).tolist() == [False, True, True, True, False]
    assert found["score_low"].tolist() == [0.0] * 5
    assert found["score_high"].tolist() == pytest.approx([0.9, 1, 1, 1, 0.9])
    assert (found["label"] == QualityLabel.INSUFFICIENT_EVIDENCE).all()
    assert found["nation"].tolist() == [None] * 5
    assert found["different_evidence"].all()


@pytest.mark.parametrize(
    ("nation", "different"),
    [
        ("England", False),
        ("Scotland", True),
        ("Wales", True),
        ("Northern Ireland", True),
        (None, True),
    ],
)
def test_the_evidence_of_another_nation_is_marked(judge, nation, different):
    found = judge({**FULL, "nation": nation})

    assert found["different_evidence"].tolist() == [different]
    assert found["nation"].tolist() == [nation]


def test_empty_tables(judge):
    found = judge(offers=[])

    assert found.empty
    assert set(found.columns) == set(judge().columns)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "sometimes"}, "'status' in 'offers' holds sometimes"),
        ({"mode": "telepathy"}, "'mode' in 'offers' holds telepathy"),
        ({"programme_code": None}, "'offers' has missing values in programme_code"),
    ],
)
def test_offers_that_cannot_be_are_refused(judge, change, message):
    with pytest.raises(InputError, match=message):
        judge(offers=[change])


def test_weights_of_nothing_are_refused(judge):
    with pytest.raises(ScenarioError, match="Every weight of 'quality' is 0"):
        judge(**dict.fromkeys(ONLY_INSPECTION, 0.0))


GRADES = st.sampled_from([None, "overall=strong", "overall=needs attention", "overall=exceptional"])
STARS = st.one_of(st.none(), st.floats(1, 4))
PROVIDERS = st.fixed_dictionaries(
    {
        "nation": st.sampled_from(["England", "Scotland", None]),
        "inspection_grades": GRADES,
        "register_status": st.sampled_from([None, "active", "lapsed"]),
        "safeguarding_met": st.sampled_from([None, True, False]),
        "employer_stars": STARS,
        "employer_reviews": st.one_of(st.none(), st.integers(0, 60)),
        "learner_stars": STARS,
        "learner_reviews": st.one_of(st.none(), st.integers(0, 60)),
    }
)
RATES = st.fixed_dictionaries(
    {
        "rate": st.one_of(st.none(), st.floats(0, 1)),
        "leavers": st.one_of(st.none(), st.integers(0, 99)),
    }
)
OFFERS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([str(mode) for mode in Mode]),
        "status": st.sampled_from(["delivered", "delivered", "unknown", "planned"]),
        "units": st.sampled_from([None, "LAB1", "LAB1;LAB2", "THEORY"]),
    }
)


@st.composite
def worlds(draw):
    """Draw providers, achievement rows and offers of three providers and one programme."""
    ids = ["1", "2", "3"]
    providers = {ukprn: draw(PROVIDERS) for ukprn in ids}
    rates = [{**NATIONAL, "rate": draw(st.floats(0, 1))}]
    rates += [{**RATE, "ukprn": ukprn, **draw(RATES)} for ukprn in ids]
    drawn = [(ukprn, draw(OFFERS)) for ukprn in ids for _ in range(draw(st.integers(1, 3)))]
    offers = [
        {"venue_id": f"v{i}", "programme_code": "P", "ukprn": ukprn, **row}
        for i, (ukprn, row) in enumerate(drawn)
    ]
    return providers, rates, offers


@pytest.fixture(scope="session")
def judge_world(tables, scenario):
    def run(world, order=None):
        providers, rates, offers = world
        parts = [
            tables.providers(providers),
            tables.achievements(rates),
            tables.offers(offers).assign(
                ukprn=pd.Series([o["ukprn"] for o in offers], dtype="str")
            ),
            tables.units(UNITS),
        ]
        if order is not None:
            parts = [part.sample(frac=1, random_state=order) for part in parts]
        before = [part.copy(deep=True) for part in parts]
        found = provision_quality(*parts, policy=scenario.quality, as_of=TODAY)
        for part, untouched in zip(parts, before, strict=True):
            pd.testing.assert_frame_equal(part, untouched)
        return found

    return run


@settings(max_examples=20)
@given(world=worlds(), order=st.integers(0, 1000))
def test_scores_agree_with_their_parts_whatever_the_order(judge_world, scenario, world, order):
    found = judge_world(world)

    pd.testing.assert_frame_equal(found, judge_world(world, order), check_exact=True)
    for row in found.to_dict("records"):
        weights = {name: getattr(scenario.quality, f"weight_{name}") for name in COMPONENTS}
        known = {name: value for name, value in row["components"].items() if value is not None}
        sums = sum(weights[name] * value for name, value in known.items())
        weight = sum(weights[name] for name in known)
        assert row["known_weight"] == pytest.approx(weight, abs=1e-12)
        assert row["score_low"] == pytest.approx(sums, abs=1e-12)
        assert row["score_high"] == pytest.approx(sums + 1 - weight, abs=1e-12)
        if row["achievement_basis"] == "suppressed":
            at_national = min(max((row["national_rate"] - 0.5) / 0.35, 0), 1)
            sums, weight = sums + 0.25 * at_national, weight + 0.25
        expected = sums / weight if weight else np.nan
        assert row["score"] == pytest.approx(expected, abs=1e-12, nan_ok=True)
        assert 0 <= row["score_low"] <= row["score_high"] <= 1
        if weight:
            assert row["score_low"] <= row["score"] <= row["score_high"]
        assert (row["label"] == "not_good") == bool(row["gates"] or row["score_high"] < 0.65 - 1e-9)
        if row["label"] == "good":
            assert row["achievement_basis"] == "published"


@settings(max_examples=20)
@given(world=worlds(), blank=st.sampled_from(["inspection_grades", "units", "rate"]))
def test_knowing_more_never_widens_the_interval(judge_world, world, blank):
    providers, rates, offers = world
    less = {
        "inspection_grades": (
            {**providers, "1": {**providers["1"], "inspection_grades": None}},
            rates,
            offers,
        ),
        "units": (
            providers,
            rates,
            [{**o, "units": None} if o["ukprn"] == "1" else o for o in offers],
        ),
        "rate": (
            providers,
            [{**r, "rate": None} if r.get("ukprn") == "1" else r for r in rates],
            offers,
        ),
    }[blank]

    more_known, less_known = (judge_world(w).iloc[0] for w in (world, less))

    # A blank list of units of e-learning hides nothing, as e-learning teaches no practical unit.
    assert less_known["known_weight"] <= more_known["known_weight"] + 1e-12
    assert less_known["score_low"] <= more_known["score_low"] + 1e-12
    assert less_known["score_high"] >= more_known["score_high"] - 1e-12


@settings(max_examples=20)
@given(world=worlds())
def test_hiding_a_rate_scores_no_more_than_publishing_the_national_one(judge_world, world):
    providers, rates, offers = world
    mu = rates[0]["rate"]
    own = {**rates[1], "leavers": rates[1]["leavers"] or 12}
    hidden = [rates[0], {**own, "rate": None, "suppressed": True}, *rates[2:]]
    average = [rates[0], {**own, "rate": mu}, *rates[2:]]

    scores = [judge_world((providers, r, offers))["score"].iloc[0] for r in (hidden, average)]

    assert scores[0] == pytest.approx(scores[1], abs=1e-12)
