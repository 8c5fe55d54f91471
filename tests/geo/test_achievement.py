"""Achievement rates: shrinkage by hand, what is hidden, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from geo.achievement import (
    achievement_evidence,
    probability_at_least,
    probability_below,
    rate_score,
)
from geo.errors import InputError, MissingColumnsError, ScenarioError

TODAY = date(2026, 11, 24)
NATIONAL = {"programme_code": "P", "year": "2024/25", "rate": 0.65, "leavers": 400}


def own(year="2024/25", **row):
    return {"ukprn": "1", "programme_code": "P", "year": year, **row}


@pytest.fixture(scope="session")
def evidence(tables, scenario):
    def run(rows, *, as_of=TODAY, policy=scenario.quality, pairs=(("1", "P"),)):
        table = pd.DataFrame(list(pairs), columns=["ukprn", "programme_code"], dtype="str")
        return achievement_evidence(tables.achievements(rows), table, policy=policy, as_of=as_of)

    return run


def test_a_small_cohort_is_drawn_to_the_national_rate_by_hand(evidence):
    # n = 20, p = .80, mu = .65, n0 = 10: (16 + 6.5) / 30 = .75; Beta(22.5, 7.5).
    found = evidence([NATIONAL, own(rate=0.8, leavers=20)]).iloc[0]

    assert found["basis"] == "published"
    assert found["national_rate"] == 0.65
    assert found["leavers"] == 20
    assert found["achievement"] == pytest.approx(0.75, abs=1e-12)
    # From .50 it is .25 to the rate, and .35 to the best.
    assert found["score"] == pytest.approx(0.25 / 0.35, abs=1e-12)
    assert found["good_probability"] == pytest.approx(beta.sf(0.6, 22.5, 7.5), abs=1e-12)
    assert found["poor_probability"] == pytest.approx(beta.cdf(0.5, 22.5, 7.5), abs=1e-12)


def test_two_years_are_pooled_by_leavers_and_older_ones_are_not(evidence):
    # (30 * .9 + 10 * .5 + 10 * .65) / (40 + 10) = 38.5 / 50 = .77.
    rows = [
        NATIONAL,
        own(rate=0.9, leavers=30),
        own("2023/24", rate=0.5, leavers=10),
        own("2022/23", rate=0.0, leavers=1000),
    ]

    found = evidence(rows).iloc[0]

    assert found["leavers"] == 40
    assert found["achievement"] == pytest.approx(0.77, abs=1e-12)


def test_a_provider_whose_rates_are_all_older_is_unknown(evidence):
    found = evidence([NATIONAL, own("2022/23", rate=0.9, leavers=100)]).iloc[0]

    assert found["basis"] == "unknown"
    assert found[["leavers", "achievement", "score"]].isna().all()


def test_the_national_rate_is_that_of_the_latest_year_that_has_one(evidence):
    rows = [
        {**NATIONAL, "rate": None, "suppressed": True},
        {**NATIONAL, "year": "2023/24", "rate": 0.61},
        {**NATIONAL, "year": "2022/23", "rate": 0.9},
        own(rate=0.7, leavers=10),
    ]

    assert evidence(rows)["national_rate"].tolist() == [0.61]


def test_years_that_end_after_the_day_are_not_known_yet(evidence):
    rows = [NATIONAL, {**NATIONAL, "year": "2025/26", "rate": 0.7}]

    assert evidence(rows, as_of=date(2026, 7, 30))["national_rate"].tolist() == [0.65]
    assert evidence(rows, as_of=date(2026, 7, 31))["national_rate"].tolist() == [0.7]


@pytest.mark.parametrize(
    "cell",
    [
        {"suppressed": True},
        {"suppressed": True, "leavers": 12},
        # A rate of nobody knows how many leavers cannot be weighed, nor can leavers alone.
        {"rate": 0.95},
        {"leavers": 12},
        {},
    ],
)
def test_a_hidden_rate_scores_as_the_national_one_and_is_not_known(evidence, cell):
    found = evidence([NATIONAL, own(**cell)]).iloc[0]

    assert found["basis"] == "suppressed"
    assert found["score"] == pytest.approx(0.15 / 0.35, abs=1e-12)
    unknown = ["leavers", "achievement", "good_probability", "poor_probability"]
    assert found[unknown].isna().all()


def test_without_a_national_rate_nothing_is_guessed(evidence):
    rows = [
        {**NATIONAL, "programme_code": "Q"},
        own(rate=0.9, leavers=500),
        {**own(suppressed=True), "ukprn": "2"},
    ]

    found = evidence(rows, pairs=[("1", "P"), ("2", "P"), ("3", "Q")])

    assert found["basis"].tolist() == ["unknown"] * 3
    assert found["score"].isna().all()
    assert found["good_probability"].isna().all()


def test_no_leavers_say_nothing(evidence):
    rows = [NATIONAL, own(rate=1.0, leavers=0), own("2023/24", leavers=0)]

    assert evidence(rows)["basis"].tolist() == ["unknown"]


@pytest.mark.parametrize(
    ("rate", "hidden", "scored"),
    [
        # (20 * .8 + (10 + 30) * .65) / (20 + 10 + 30) = 42 / 60 = .70
        (0.8, {"leavers": 30}, 0.7),
        # As many leavers as were published: (16 + 30 * .65) / 50 = .71
        (0.8, {}, 0.71),
        # Below the national rate what is hidden does not help: (12 + 6.5) / 30
        (0.6, {"leavers": 30}, 18.5 / 30),
    ],
)
def test_one_hidden_year_never_pays(evidence, rate, hidden, scored):
    rows = [NATIONAL, own(rate=rate, leavers=20), own("2023/24", suppressed=True, **hidden)]

    found = evidence(rows).iloc[0]

    assert found["basis"] == "published"
    assert found["achievement"] == pytest.approx((20 * rate + 6.5) / 30, abs=1e-12)
    assert found["score"] == pytest.approx((scored - 0.5) / 0.35, abs=1e-12)


def test_scores_at_and_beyond_the_ends(scenario):
    rates = np.array([0.0, 0.5, 0.6, 0.675, 0.85, 1.0, np.nan])

    found = rate_score(rates, scenario.quality)

    assert found.tolist() == pytest.approx(
        [0.0, 0.0, 0.1 / 0.35, 0.5, 1.0, 1.0, np.nan], abs=1e-12, nan_ok=True
    )
    with pytest.raises(ScenarioError, match=r"'quality\.achievement_worst' is 0\.85, not below"):
        rate_score(rates, replace(scenario.quality, achievement_worst=0.85))


def test_a_distribution_of_one_value_is_inclusive_at_the_bottom():
    a, b = np.array([0.0, 3.0, np.nan]), np.array([3.0, 0.0, np.nan])

    for rate, least in ((0.0, [1.0, 1.0]), (0.6, [0.0, 1.0]), (1.0, [0.0, 1.0])):
        at_least = probability_at_least(rate, a, b)
        assert at_least[:2].tolist() == least
        assert (probability_below(rate, a, b) + at_least)[:2].tolist() == [1.0, 1.0]
        assert np.isnan(at_least[2])
        assert np.isnan(probability_below(rate, a, b)[2])


def test_rates_are_numbers_and_are_never_compared_as_text(tables, scenario):
    # Compared as text, '100.0' lies below '50' and '9.8' above '70'.
    texts = ["1.0", "1", "0.098", "0.075", "0.5", "0.6", "0.7"]
    pairs = pd.DataFrame({"ukprn": list("abcdefg"), "programme_code": "P"})
    rows = tables.achievements([{**NATIONAL}, *[{**own(), "ukprn": u} for u in "abcdefg"]])
    rows = rows.assign(rate=pd.Series(["0.6", *texts], dtype="str"), leavers=100_000)

    found = achievement_evidence(rows, pairs, policy=scenario.quality, as_of=TODAY)

    # At the edges themselves half of a wide distribution lies on either side.
    good = [1.0, 1.0, 0.0, 0.0, 0.0, 0.5, 1.0]
    poor = [0.0, 0.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    assert found["good_probability"].tolist() == pytest.approx(good, abs=0.01)
    assert found["poor_probability"].tolist() == pytest.approx(poor, abs=0.01)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("rate", "low", "'rate' in 'achievements' holds 'low'; give a number"),
        ("rate", "x", "'rate' in 'achievements' holds 'x'; give a number"),
        ("rate", 1.0001, "is 1.0001 for provider 1, programme P, year 2024/25; give a share"),
        ("rate", -0.1, "is -0.1 for provider 1"),
        ("rate", 65.4, "not per cent"),
        ("rate", np.inf, "is inf for provider 1"),
        ("leavers", -1, "'leavers' in 'achievements' holds -1"),
        ("leavers", "many", "'leavers' in 'achievements' holds 'many'"),
        ("suppressed", True, "provider 1, programme P, .* is suppressed and yet has a rate"),
        ("year", "2024", "'year' in 'achievements' holds '2024'; give an academic year"),
        ("year", "2024/26", "'year' in 'achievements' holds '2024/26'"),
        ("year", None, "missing values in year"),
        ("programme_code", None, "missing values in programme_code"),
    ],
)
def test_bad_rows_are_refused(tables, scenario, column, value, message):
    rows = tables.achievements([NATIONAL, own(rate=0.7, leavers=20)])
    rows[column] = [rows[column].iloc[0], value]
    pairs = pd.DataFrame({"ukprn": ["1"], "programme_code": ["P"]})

    with pytest.raises(InputError, match=message):
        achievement_evidence(rows, pairs, policy=scenario.quality, as_of=TODAY)


def test_a_row_that_is_there_twice_is_refused(evidence, tables, scenario):
    with pytest.raises(InputError, match="provider 1, programme P, year 2024/25 more than once"):
        evidence([NATIONAL, own(rate=0.7, leavers=20), own(rate=0.7, leavers=20)])
    with pytest.raises(InputError, match="the national rate, programme P, year 2024/25 more than"):
        evidence([NATIONAL, {**NATIONAL, "rate": 0.7}])
    with pytest.raises(MissingColumnsError, match="leavers"):
        achievement_evidence(
            tables.achievements([NATIONAL]).drop(columns="leavers"),
            pd.DataFrame(columns=["ukprn", "programme_code"], dtype="str"),
            policy=scenario.quality,
            as_of=TODAY,
        )


def test_empty_tables(evidence):
    assert evidence([], pairs=[]).empty
    assert evidence([NATIONAL], pairs=[]).empty
    assert evidence([])["basis"].tolist() == ["unknown"]


SHARES = st.floats(0, 1, allow_subnormal=False)
CELLS = st.fixed_dictionaries({"rate": SHARES, "leavers": st.integers(1, 300)})


@settings(max_examples=40)
@given(
    mu=SHARES,
    cells=st.lists(CELLS, min_size=1, max_size=2),
    hide=st.sets(st.integers(0, 1), min_size=1),
    states=st.booleans(),
)
def test_hiding_scores_no_more_than_publishing_the_national_rate(evidence, mu, cells, hide, states):
    national = {**NATIONAL, "rate": mu}
    years = ("2024/25", "2023/24")
    hidden, shown = [national], [national]
    for i, (year, cell) in enumerate(zip(years, cells, strict=False)):
        if i in hide:
            shown.append(own(year, **{**cell, "rate": mu}))
            hidden.append(own(year, suppressed=True, leavers=cell["leavers"] if states else None))
        else:
            # A publisher withholds the small cohorts, so that a published one is no smaller.
            published = {**cell, "leavers": max(c["leavers"] for c in cells)}
            shown.append(own(year, **published))
            hidden.append(own(year, **published))

    least, most = (evidence(rows).iloc[0] for rows in (hidden, shown))

    assert least["score"] <= most["score"] + 1e-12


@settings(max_examples=40)
@given(mu=SHARES, cells=st.lists(CELLS, min_size=1, max_size=2), n0=st.floats(0.5, 100))
def test_the_shrunk_rate_lies_between_own_and_national(evidence, scenario, mu, cells, n0):
    rows = [{**NATIONAL, "rate": mu}]
    rows += [own(y, **c) for y, c in zip(("2024/25", "2023/24"), cells, strict=False)]
    leavers = sum(cell["leavers"] for cell in cells)
    rate = sum(cell["leavers"] * cell["rate"] for cell in cells) / leavers

    found = evidence(rows, policy=replace(scenario.quality, prior_leavers=n0)).iloc[0]

    assert min(rate, mu) - 1e-12 <= found["achievement"] <= max(rate, mu) + 1e-12
    for column in ("score", "good_probability", "poor_probability"):
        assert 0 <= found[column] <= 1
    assert found["good_probability"] + found["poor_probability"] <= 1 + 1e-12


@settings(max_examples=40)
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(tables, scenario, data):
    rows = [{**NATIONAL, "rate": 0.61}, {**NATIONAL, "year": "2023/24", "rate": 0.6}]
    for ukprn in "123":
        for year in ("2023/24", "2024/25"):
            cell = data.draw(st.one_of(CELLS, st.just({"suppressed": True})))
            rows.append({**own(year, **cell), "ukprn": ukprn})
    order = data.draw(st.permutations(range(len(rows))))
    table = tables.achievements(rows)
    untouched = table.copy(deep=True)
    pairs = pd.DataFrame({"ukprn": list("123"), "programme_code": "P"})

    first = achievement_evidence(table, pairs, policy=scenario.quality, as_of=TODAY)
    again = achievement_evidence(
        table.iloc[list(order)], pairs, policy=scenario.quality, as_of=TODAY
    )

    pd.testing.assert_frame_equal(first, again, check_exact=True)
    pd.testing.assert_frame_equal(table, untouched)
