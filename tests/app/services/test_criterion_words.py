"""Words of the criteria, and sentences of what would have to change."""

from __future__ import annotations

import pytest

from app.services.criterion_words import CRITERIA, criterion_words, next_if_sentence, quantity

NOTHING = {
    "champion_level": None,
    "criterion": None,
    "value": None,
    "needed": None,
    "short_of": 0.0,
}


def test_every_criterion_of_the_scenario_has_words(scenario):
    assert {criterion.name for criterion in scenario.ranking.criteria} == set(CRITERIA)
    assert criterion_words("new_one") == "New one"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"champion_level": 2.0, "short_of": -0.1},
            "Next, if it had a champion of level 2 (early indication): it would lead instead of X.",
        ),
        (
            {"criterion": "champion_level", "value": 2.0, "needed": 4.0, "short_of": 0.03},
            "Next, if level of the champion became 4 (now 2): it would draw level with X.",
        ),
        (
            {
                "champion_level": 2.0,
                "criterion": "location_quotient",
                "needed": 2.96,
                "short_of": 0.03,
            },
            (
                "Next, if it had a champion of level 2 (early indication) and specialisation "
                "(location quotient), not known yet, turned out to be 3.0: it would draw level "
                "with X."
            ),
        ),
        (
            {"champion_level": 2.0, "short_of": 0.2},
            (
                "Even if it had a champion of level 2 (early indication), no single change that "
                "can be worked on lifts it to X: it lacks 0.200 of score."
            ),
        ),
        (
            {"short_of": 0.2},
            "No single change that can be worked on lifts it to X: it lacks 0.200 of score.",
        ),
        ({}, "It ties with X."),
    ],
)
def test_what_would_have_to_change_is_said(change, said):
    assert next_if_sentence(NOTHING | change, "X") == said


def test_where_nobody_leads_a_champion_is_all():
    change = NOTHING | {"champion_level": 2.0, "short_of": -0.5}

    assert next_if_sentence(change, None).endswith("it could lead.")


def test_quantities_are_read_out_in_their_unit():
    assert quantity("one_voice_share", 0.256) == "0.26"
    assert quantity("employment", 12_345.6) == "12,346"
    assert quantity("location_quotient", 3.26) == "3.3"
    assert quantity("champion_level", 4.0) == "4"
