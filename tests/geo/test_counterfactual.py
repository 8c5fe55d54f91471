"""Counterfactuals: fixes one after another, each recomputed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pandas as pd
import pytest
from small_world import delivered

from geo.assessment import assess
from geo.counterfactual import counterfactual
from geo.errors import InputError
from geo.gaps import classify
from geo.model import build_model
from geo.scenario import make_scenario

TODAY = date(2026, 11, 24)


def test_a_covered_unit_needs_nothing(world, told):
    gap_class, words, _, found = told(world(offers=[delivered()]))

    assert (gap_class, words, found.closed) == ("covered", [], True)


def test_the_steps_written_into_a_scenario_do_what_they_say(world, told, default_content):
    register = world(offers=[{"venue_id": "v1", "status": "planned"}, delivered("w")], minimum=12)
    _, _, after, found = told(register)

    assert len(after) > 1
    entries = []
    for step in found.steps:
        entries += [change.entry() for change in step.fix.changes]
        model = build_model(
            register, make_scenario(default_content, {"changes": entries}), as_of=TODAY
        )
        assert classify(assess(model, model.select()).stages)[0] == step.gap_class_after


def test_inputs_are_not_changed_and_the_answer_is_the_same_again(world, told):
    register = world(offers=[{"venue_id": "v1", "status": "planned"}, delivered("w")])
    before = {f.name: getattr(register, f.name).copy() for f in fields(register)}

    first = told(register)

    assert told(register) == first
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(register, name), table)


@pytest.mark.parametrize(("site_id", "code"), [("nobody", "P"), ("a", "nothing")])
def test_a_need_that_is_not_there_is_refused(world, scenario, site_id, code):
    with pytest.raises(InputError, match="has no demand for the programme"):
        counterfactual(world(), scenario, site_id=site_id, programme_code=code, as_of=TODAY)
