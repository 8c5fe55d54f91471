"""Every gap class of the illustrative register: the fix that is stated does what it says.

The fixes are written into a scenario as a user would write them, and the whole register is
computed from that scenario. ``FIXES_PER_CLASS=50 make test ARGS=tests/data/test_fixes.py`` tries
up to so many demand units of each class.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping

import numpy as np
import pytest

from app.db.engine import reading
from app.services.snapshot import take_snapshot
from geo.analysis import coverage_table
from geo.assessment import assess
from geo.counterfactual import counterfactual
from geo.gaps import GapClass
from geo.model import build_model
from geo.scenario import make_scenario

PER_CLASS = int(os.environ.get("FIXES_PER_CLASS", "10"))
GAPS = [kind for kind in GapClass if kind is not GapClass.COVERED]


@pytest.fixture(scope="module")
def illustrative(demo):
    with reading(demo.engine) as connection:
        return take_snapshot(connection).register(demo.reference)


@pytest.fixture(scope="module")
def classes(demo, illustrative, default):
    return computed(illustrative, make_scenario(default), demo.run.as_of)


@pytest.fixture(scope="module")
def default(data_dir):
    return tomllib.loads((data_dir / "scenarios" / "default.toml").read_text(encoding="utf-8"))


def computed(register, scenario, as_of):
    """Return the gap class and places of every unit as the tables of a run say them."""
    model = build_model(register, scenario, as_of=as_of)
    table = coverage_table(assess(model, model.select()))
    return table.set_index(["site_id", "programme_code"])[["gap_class", "places_available"]]


def laid_over(default, fixes):
    """Return the scenario that lists the fixes, made from the content of a scenario's file."""
    content: dict[str, object] = {
        "changes": [change.entry() for fix in fixes for change in fix.changes]
    }
    for name, value in (setting for fix in fixes for setting in fix.settings):
        section, parameter = name.split(".")
        more = content.setdefault(section, {})
        assert isinstance(more, Mapping)
        content[section] = {**more, parameter: {"value": value}}
    return make_scenario(default, content)


@pytest.mark.slow
@pytest.mark.parametrize("kind", GAPS)
def test_the_fix_that_is_stated_changes_the_class_as_stated(
    demo, illustrative, default, classes, kind
):
    units = classes.index[classes["gap_class"] == kind]
    assert len(units) >= PER_CLASS or len(units) > 40
    random = np.random.default_rng(20261124)
    chosen = [units[i] for i in random.permutation(len(units))[:PER_CLASS]]

    for site_id, code in chosen:
        found = counterfactual(
            illustrative,
            make_scenario(default),
            site_id=site_id,
            programme_code=code,
            as_of=demo.run.as_of,
        )

        fixes = [step.fix for step in found.steps]
        after = computed(illustrative, laid_over(default, fixes), demo.run.as_of)
        now = after.loc[(site_id, code)]
        assert found.gap_class == kind
        assert now["gap_class"] == found.steps[-1].gap_class_after == GapClass.COVERED
        assert found.closed
        np.testing.assert_equal(now["places_available"], found.steps[-1].places_after)
