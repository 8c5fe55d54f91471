"""What is known of a provider whatever the programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError, MissingColumnsError
from geo.standing import provider_standing

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def standing(tables, scenario):
    def run(rows, policy=scenario.quality):
        full = {ukprn: {"nation": "England", **row} for ukprn, row in rows.items()}
        return provider_standing(tables.providers(full), policy=policy, as_of=TODAY)

    return run


def test_views_are_shrunk_to_the_mean_of_the_nation_by_hand(standing):
    found = standing(
        {
            # The mean is (10 * 4 + 30 * 2) / 40 = 2.5, worth 10 reviews.
            "1": {"employer_stars": 4.0, "employer_reviews": 10},
            "2": {"employer_stars": 2.0, "employer_reviews": 30, "learner_stars": 3.1},
            # Another nation has a mean of its own: (4 * 3 + 10 * 3) / 14 = 3.
            "3": {"employer_stars": 3.0, "employer_reviews": 4, "nation": "Scotland"},
            # Without a nation, the mean of all: (40 + 60 + 12 + 1) / 45.
            "4": {"employer_stars": 1.0, "employer_reviews": 1, "nation": None},
            "5": {"employer_stars": None, "employer_reviews": 7, "learner_reviews": 3},
        }
    )

    # (40 + 25) / 20 = 3.25, (60 + 25) / 40 = 2.125, and (1 + 1130 / 45) / 11.
    of_all = ((1 + 1130 / 45) / 11 - 1) / 3
    expected = [0.75, 0.375, 2 / 3, of_all, np.nan]
    assert found["employer_view"].tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert found["employer_few"].tolist() == [False, False, True, True, False]
    # Stars without reviews, and reviews without stars, are unknown.
    assert found["learner_view"].isna().all()
    assert not found["learner_few"].any()


@pytest.mark.parametrize(("reviews", "few"), [(4, True), (5, False)])
def test_five_reviews_are_not_few(standing, reviews, few):
    row = {"learner_stars": 4.0, "learner_reviews": reviews}

    assert standing({"1": row})["learner_few"].tolist() == [few]


def test_no_reviews_are_no_view_whatever_the_prior(standing, scenario):
    rows = {
        "1": {"learner_stars": 4.0, "learner_reviews": 0},
        "2": {"learner_stars": 3.0, "learner_reviews": 20},
    }

    for prior in (0.0, 10.0):
        found = standing(rows, replace(scenario.quality, prior_reviews=prior))
        assert found["learner_view"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("status", "off", "lapsed"),
    [
        ("active", False, False),
        (" Active ", False, False),
        ("Not Currently Starting New Apprentices", False, False),
        (None, False, False),
        ("Removed", True, False),
        ("not on the register", True, False),
        ("lapsed", False, True),
        ("Expired", False, True),
        ("closed", False, True),
    ],
)
def test_words_of_the_register(standing, status, off, lapsed):
    found = standing({"1": {"register_status": status}}).loc["1"]

    assert (found["off_register"], found["lapsed"]) == (off, lapsed)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"register_status": "perhaps"}, "Provider 1 has the register status 'perhaps'; give one"),
        ({"employer_stars": 4.5, "employer_reviews": 1}, "Provider 1 has 4.5 in 'employer_stars'"),
        ({"learner_stars": 0.9}, "Provider 1 has 0.9 in 'learner_stars'; give 1 to 4"),
        ({"learner_reviews": -1}, "'learner_reviews' in 'providers' holds -1"),
    ],
)
def test_what_cannot_be_is_refused(standing, row, message):
    with pytest.raises(InputError, match=message):
        standing({"1": row})


def test_empty_and_incomplete_tables(standing, tables, scenario):
    assert standing({}).empty
    with pytest.raises(MissingColumnsError, match="learner_reviews"):
        provider_standing(
            tables.providers().drop(columns="learner_reviews"),
            policy=scenario.quality,
            as_of=TODAY,
        )


VIEW = st.tuples(st.floats(1, 4), st.integers(0, 100), st.sampled_from(["England", "Wales", None]))


@settings(max_examples=40)
@given(views=st.lists(VIEW, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
def test_views_lie_between_own_and_the_mean_whatever_the_order(tables, scenario, views, order):
    rows = {
        f"{i}": {"nation": nation, "learner_stars": stars, "learner_reviews": reviews}
        for i, (stars, reviews, nation) in enumerate(views)
    }
    providers = tables.providers(rows)
    untouched = providers.copy(deep=True)

    found = provider_standing(providers, policy=scenario.quality, as_of=TODAY)

    for i, (stars, reviews, nation) in enumerate(views):
        peers = [v for v in views if v[1] and (nation is None or v[2] == nation)]
        if not reviews:
            assert np.isnan(found["learner_view"].iloc[i])
            continue
        mean = sum(v[0] * v[1] for v in peers) / sum(v[1] for v in peers)
        low, high = sorted([(stars - 1) / 3, (mean - 1) / 3])
        assert max(0, low - 1e-12) <= found["learner_view"].iloc[i] <= min(1, high + 1e-12)
    shuffled = list(rows)
    order.shuffle(shuffled)
    again = provider_standing(providers.loc[shuffled], policy=scenario.quality, as_of=TODAY)
    pd.testing.assert_frame_equal(found, again, check_exact=True)
    pd.testing.assert_frame_equal(providers, untouched)
