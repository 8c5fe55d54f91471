"""Gap classes: one for every demand unit, and the order in which they are asked."""

from __future__ import annotations

from dataclasses import fields
from itertools import product

import numpy as np
import pytest

from geo.errors import InputError
from geo.gaps import (
    STAGES_NOT_TESTED,
    STAGES_TESTED,
    TESTED_CLASSES,
    GapClass,
    Stages,
    classify,
)

NAMES = [field.name for field in fields(Stages)]


def stages_of(rows):
    columns = np.array(rows, dtype=bool).reshape(len(rows), len(NAMES)).T
    return Stages(**dict(zip(NAMES, columns, strict=True)))


def nested(row):
    in_time, skills, enough, *_ = row
    return in_time >= skills >= enough


def read_off(row):
    """DOMAIN.md 3.3.6 in plain words, without A3 and A5."""
    in_time, skills, enough, could_be, other, favourable = row
    questions = [
        (enough, "covered"),
        (favourable, "unknown"),
        (skills, "delivered_too_few_places"),
        (in_time, "delivered_skill_missing"),
        (could_be, "could_be_delivered"),
        (other, "wrong_programme"),
    ]
    return next((answer for holds, answer in questions if holds), "no_reach")


def test_every_combination_of_stages_has_the_class_that_the_rule_says():
    rows = [row for row in product([False, True], repeat=len(NAMES)) if nested(row)]

    found = classify(stages_of(rows))

    assert found.tolist() == [read_off(row) for row in rows]
    # Each class that can be told apart appears, and no other.
    assert set(found) == {kind.value for kind in TESTED_CLASSES}


@pytest.mark.parametrize(
    "row", [(0, 1, 0, 0, 0, 0), (1, 0, 1, 0, 0, 0), (0, 0, 1, 0, 0, 0), (0, 1, 1, 1, 1, 1)]
)
def test_stages_that_are_not_nested_are_refused(row):
    with pytest.raises(InputError, match="not nested"):
        classify(stages_of([(1, 1, 1, 0, 0, 0), row]))


def test_no_units_have_no_class():
    assert classify(stages_of([])).tolist() == []


def test_classifying_leaves_the_stages_alone():
    stages = stages_of([(1, 1, 0, 1, 0, 1)])
    classify(stages)

    assert [getattr(stages, name).tolist() for name in NAMES] == [
        [True],
        [True],
        [False],
        [True],
        [False],
        [True],
    ]


def test_the_nine_classes_stand_in_order_and_two_wait_for_their_stages():
    # PRODUCT.md, "nine gap classes".
    assert [kind.value for kind in GapClass] == [
        "covered",
        "delivered_not_good",
        "delivered_too_few_places",
        "delivered_no_viable_cohort",
        "delivered_skill_missing",
        "could_be_delivered",
        "wrong_programme",
        "no_reach",
        "unknown",
    ]
    assert set(GapClass) - set(TESTED_CLASSES) == {
        GapClass.DELIVERED_NOT_GOOD,
        GapClass.DELIVERED_NO_VIABLE_COHORT,
    }
    assert list(TESTED_CLASSES) == [kind for kind in GapClass if kind in TESTED_CLASSES]
    assert (STAGES_TESTED, STAGES_NOT_TESTED) == (("A1", "A2", "A4"), ("A3", "A5"))
