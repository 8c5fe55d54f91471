"""Gap classes: one for every demand unit, and the order in which they are asked."""

from __future__ import annotations

from dataclasses import fields
from itertools import product

import numpy as np
import pytest

from geo.errors import InputError
from geo.gaps import GapClass, Stages, classify

NAMES = [field.name for field in fields(Stages)]


def stages_of(rows):
    columns = np.array(rows, dtype=bool).reshape(len(rows), len(NAMES)).T
    return Stages(**dict(zip(NAMES, columns, strict=True)))


def nested(row):
    in_time, skills, cohort, enough, good, *_ = row
    return in_time >= skills >= cohort >= enough >= good


def read_off(row):
    """Return what the rule says in plain words: the furthest stage, and unknown before all gaps."""
    in_time, skills, cohort, enough, good, could_be, other, favourable = row
    questions = [
        (good, "covered"),
        (favourable, "unknown"),
        (enough, "delivered_not_good"),
        (cohort, "delivered_too_few_places"),
        (skills, "delivered_no_viable_cohort"),
        (in_time, "delivered_skill_missing"),
        (could_be, "could_be_delivered"),
        (other, "wrong_programme"),
    ]
    return next((answer for holds, answer in questions if holds), "no_reach")


def test_every_combination_of_stages_has_the_class_that_the_rule_says():
    rows = [row for row in product([False, True], repeat=len(NAMES)) if nested(row)]

    found = classify(stages_of(rows))

    assert found.tolist() == [read_off(row) for row in rows]
    assert set(found) == {kind.value for kind in GapClass}


@pytest.mark.parametrize("stage", range(4))
def test_stages_that_are_not_nested_are_refused(stage):
    row = [0] * len(NAMES)
    row[stage + 1] = 1

    with pytest.raises(InputError, match="not nested"):
        classify(stages_of([(1, 1, 1, 1, 1, 0, 0, 0), row]))


def test_no_units_have_no_class():
    assert classify(stages_of([])).tolist() == []


def test_classifying_leaves_the_stages_alone():
    row = (1, 1, 1, 0, 0, 1, 0, 1)
    stages = stages_of([row])
    classify(stages)

    assert [getattr(stages, name).tolist() for name in NAMES] == [[bool(one)] for one in row]


def test_the_nine_classes_stand_in_order():
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
