"""From each possible pilot, which clusters to add."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geo.assessment import assess
from geo.build_up import NO_PILOT, build_up
from geo.model import build_model

TODAY = date(2026, 11, 24)
NOTHING = pd.DataFrame(columns=["cluster_id", "programme_code", "pool", "places"])


@pytest.fixture(scope="module")
def assessment(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)
    return assess(model, model.select())


def ranking(ready):
    return pd.DataFrame({"cluster_id": ["B", "A"], "pilot_ready": ready})


def test_every_pilot_ready_cluster_has_a_path(assessment):
    found = build_up(assessment, NOTHING, ranking([True, False]))

    assert found.cluster_ids == ("B", "A")
    assert list(found.paths) == ["B"]
    assert [step.cluster for step in found.paths["B"].steps] == [0]
    assert found.paths["B"].without_effect == (1,)


def test_without_a_pilot_any_may_be_first(assessment):
    found = build_up(assessment, NOTHING, ranking([False, False]))

    assert list(found.paths) == [NO_PILOT]
    assert found.paths[NO_PILOT].steps == ()


def test_pools_without_places_are_counted_once_a_cluster(assessment):
    could = pd.DataFrame(
        [("A", "P", 0, float("nan")), ("A", "Q", 0, float("nan")), ("B", "P", 1, 4.0)],
        columns=NOTHING.columns,
    )

    assert build_up(assessment, could, ranking([True, True])).unstated_pools == {"A": 1}


def test_nothing_is_said_where_no_delivered_offer_states_places(assessment):
    untested = replace(assessment, capacity_tested=False)

    assert build_up(untested, NOTHING, ranking([True, True])).paths == {}
