"""Inspection grades of both schemes, and what they are refused for."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError, MissingColumnsError
from geo.inspection import GRADES, Scheme, inspection_scores

TODAY = date(2026, 11, 24)
CARD = "five points in separate areas"
FOUR = "four points"


@pytest.fixture
def inspect(tables, scenario):
    def run(rows, *, as_of=TODAY):
        full = {ukprn: {"nation": "England", **row} for ukprn, row in rows.items()}
        providers = tables.providers(full)
        return inspection_scores(providers, policy=scenario.quality, as_of=as_of)

    return run


def one(inspect, grades, scheme=CARD, **row):
    found = inspect({"1": {"inspection_scheme": scheme, "inspection_grades": grades, **row}})
    return found.loc["1"]


@pytest.mark.parametrize(
    ("grades", "score"),
    [
        # Scales as published: exceptional 1, strong .85, expected .7, needs attention .35, 0.
        ("apprenticeships=exceptional", 1.0),
        ("apprenticeships=strong", 0.85),
        ("apprenticeships=expected", 0.7),
        ("apprenticeships=needs attention", 0.35),
        ("apprenticeships=urgent improvement", 0.0),
        # The mean of the areas that are used: (.35 + .85) / 2.
        ("apprenticeships=needs attention;whole provider=strong", 0.6),
        # Each area counts once, however long its name: (1 + .7) / 2.
        (
            "apprenticeships achievement=exceptional;apprenticeships curriculum=expected standard",
            0.85,
        ),
        # Two areas of apprenticeships and one of the whole provider: (1 + 1 + .7) / 3.
        ("apprenticeships a=exceptional;apprenticeships b=Exceptional;inclusion=expected", 0.9),
        # Adult learning is another matter, and a blank grade is unknown.
        ("adult learning=urgent improvement; Apprenticeships = STRONG  standard ", 0.85),
        ("apprenticeships=;whole provider=expected", 0.7),
    ],
)
def test_report_cards_are_scored_by_area(inspect, grades, score):
    found = one(inspect, grades)

    assert found["score"] == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize(
    ("grades", "score"),
    [
        # The older scale: 1, .75, .4, 0; Ofsted's tables print the grades as digits.
        ("overall effectiveness=outstanding", 1.0),
        ("overall effectiveness=good;apprenticeships=requires improvement", 0.575),
        ("overall=2; apprenticeships=1", 0.875),
        ("overall=4", 0.0),
    ],
)
def test_the_older_four_points_have_a_scale_of_their_own(inspect, grades, score):
    assert one(inspect, grades, FOUR)["score"] == pytest.approx(score, abs=1e-12)
    assert one(inspect, grades, None)["score"] == pytest.approx(score, abs=1e-12)


def test_every_grade_has_one_scheme_and_both_have_grades():
    schemes = dict.fromkeys(Scheme, frozenset())
    for scheme, value in GRADES.values():
        schemes[scheme] |= {value}

    report_card, four_point = schemes.values()
    assert (len(report_card), len(four_point)) == (5, 4)
    assert not report_card & four_point


def test_the_order_of_areas_changes_nothing(inspect):
    # (1 + .35) + .35 is not (.35 + .35) + 1 in floating point.
    areas = ("apprenticeships=exceptional", "inclusion=needs attention", "overall=needs attention")
    rows = {
        f"{i}": {"inspection_grades": ";".join(order)}
        for i, order in enumerate(permutations(areas))
    }

    assert len(set(inspect(rows)["score"])) == 1


@pytest.mark.parametrize(
    ("scheme", "grades", "message"),
    [
        (CARD, "apprenticeships=good", "Provider 1 has the grade 'good' in 'apprenticeships', of"),
        (FOUR, "overall=strong", "Provider 1 has the grade 'strong' .* state its scheme"),
        (None, "overall=good;apprenticeships=strong", "Provider 1 .* grades of one inspection"),
        (CARD, "overall=good;apprenticeships=strong", "Provider 1 has the grade 'good'"),
        # Another scheme's grade is refused in an area that is not used as well.
        (CARD, "apprenticeships=strong;adult learning=2", "Provider 1 has the grade '2'"),
        (CARD, "apprenticeships=brilliant", "'brilliant' in 'apprenticeships'; give 'exceptional'"),
        (CARD, "safeguarding=met", "'met' in 'safeguarding'.*'safeguarding_met'"),
        (CARD, "strong", "Provider 1 has grades that do not read area=grade"),
        (CARD, "overall=strong;Overall=expected", "Provider 1 has 'overall' graded twice"),
        ("six points", None, "Provider 1 was inspected by the scheme 'six points'; give 'five"),
    ],
)
def test_scales_are_never_mixed(inspect, scheme, grades, message):
    with pytest.raises(InputError, match=message):
        one(inspect, grades, scheme)


def test_another_nations_scheme_has_no_score_here(inspect):
    found = inspect(
        {
            "1": {
                "nation": "Scotland",
                "inspection_scheme": "Education Scotland",
                "inspection_grades": "leadership=very good",
            },
            "2": {
                "nation": "Scotland",
                "inspection_scheme": CARD,
                "inspection_grades": "overall=strong",
            },
        }
    )

    assert found["score"].isna().tolist() == [True, False]
    with pytest.raises(InputError, match="another nation's inspection needs its own scheme"):
        one(inspect, "leadership=very good", None, nation="Scotland")
    with pytest.raises(InputError, match="scheme 'education scotland'"):
        one(inspect, "leadership=very good", "Education Scotland", nation=None)


def test_the_lowest_grades_fail_in_an_area_that_is_used(inspect):
    found = inspect(
        {
            "1": {"inspection_grades": "apprenticeships=urgent improvement;overall=strong"},
            "2": {"inspection_grades": "overall=4"},
            "3": {"inspection_grades": "adult learning=urgent improvement;overall=strong"},
            "4": {"safeguarding_met": False},
            "5": {"safeguarding_met": True, "inspection_grades": "overall=needs attention"},
        }
    )

    assert found["failing"].tolist() == ["urgent improvement", "inadequate", "", "", ""]
    assert found["safeguarding_failed"].tolist() == [False, False, False, True, False]


def test_an_inspection_after_the_day_is_not_known_yet(inspect):
    rows = {
        when: {
            "inspection_grades": "overall=urgent improvement",
            "inspection_date": date.fromisoformat(when),
            "safeguarding_met": False,
        }
        for when in ("2026-11-24", "2026-11-25")
    }

    found = inspect(rows)

    assert found["score"].isna().tolist() == [False, True]
    assert found["failing"].tolist() == ["urgent improvement", ""]
    assert found["safeguarding_failed"].tolist() == [True, False]


def test_nothing_is_known_of_nobody_and_of_the_uninspected(inspect, tables, scenario):
    assert inspect({}).empty
    found = inspect({"1": {}, "2": {"inspection_grades": ";"}})
    assert found["score"].isna().all()
    with pytest.raises(MissingColumnsError, match="inspection_grades"):
        inspection_scores(
            tables.providers({"1": {}}).drop(columns="inspection_grades"),
            policy=scenario.quality,
            as_of=TODAY,
        )
    twice = tables.providers({"1": {}})
    with pytest.raises(InputError, match="more than once"):
        inspection_scores(pd.concat([twice, twice]), policy=scenario.quality, as_of=TODAY)


WORDS = [word for word, (scheme, _) in GRADES.items() if scheme is Scheme.REPORT_CARD]


@settings(max_examples=40)
@given(
    grades=st.lists(
        st.lists(st.sampled_from([*WORDS, ""]), min_size=0, max_size=3), min_size=1, max_size=5
    ),
    order=st.randoms(use_true_random=False),
)
def test_scores_are_means_whatever_the_order(tables, scenario, grades, order):
    areas = ("apprenticeships", "inclusion", "adult learning")
    rows = {
        f"{i}": {
            "nation": "England",
            "inspection_grades": ";".join(
                f"{area}={grade}" for area, grade in zip(areas, row, strict=False)
            ),
        }
        for i, row in enumerate(grades)
    }
    providers = tables.providers(rows)
    untouched = providers.copy(deep=True)

    found = inspection_scores(providers, policy=scenario.quality, as_of=TODAY)

    for i, row in enumerate(grades):
        values = [getattr(scenario.quality, GRADES[grade][1]) for grade in row[:2] if grade]
        expected = sum(values) / len(values) if values else np.nan
        assert found["score"].iloc[i] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    shuffled = list(rows)
    order.shuffle(shuffled)
    again = inspection_scores(providers.loc[shuffled], policy=scenario.quality, as_of=TODAY)
    pd.testing.assert_frame_equal(again.loc[found.index], found, check_exact=True)
    pd.testing.assert_frame_equal(providers, untouched)
