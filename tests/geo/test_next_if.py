"""Next, if: the change is enough, nothing less is, and what cannot be worked on is not asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.next_if import next_if
from geo.ranking import rank
from geo.scenario import Criterion

CRITERIA = (
    Criterion("employment", "strength", 0.4, 250.0, 10_000.0, "log", "assumption"),
    Criterion("practical_skill_cover", "feasibility", 0.2, 0.5, 1.0, "linear", "assumption"),
    Criterion("champion_level", "readiness", 0.2, 0.0, 4.0, "linear", "assumption"),
    Criterion("one_voice_share", "readiness", 0.2, 0.0, 0.8, "linear", "assumption"),
)
NAMES = [criterion.name for criterion in CRITERIA]


def found_of(rows, level=2.0):
    values = pd.DataFrame.from_dict(rows, orient="index", columns=NAMES, dtype=float)
    values.index.name = "cluster_id"
    ranking = ranked(values, level)
    changes = next_if(ranking, values, pilot_ready_level=level)
    return values, ranking, {one.cluster_id: one for one in changes}


def ranked(values, level=2.0):
    return rank(values, CRITERIA, champion_level=values["champion_level"], pilot_ready_level=level)


def test_a_cluster_without_a_champion_needs_one_first():
    _, ranking, found = found_of(
        {"lead": [10_000, 0.75, 2, 0.4], "strong": [10_000, 1.0, 1, 0.8], "weak": [500, 0.5, 0, 0]}
    )

    assert ranking.leader == "lead"
    assert (found["strong"].champion_level, found["strong"].criterion) == (2.0, None)
    assert found["strong"].short_of < 0
    assert found["weak"].champion_level == 2.0
    assert "lead" not in found


def test_the_smallest_step_along_a_scale_is_asked():
    # b lacks 0.05: a quarter of the scale of skills or of voices, half a level of a champion.
    _, _, found = found_of({"a": [1000, 0.75, 2, 0.4], "b": [1000, 0.625, 2, 0.4]})

    change = found["b"]
    assert change.criterion in ("practical_skill_cover", "champion_level", "one_voice_share")
    assert change.short_of == pytest.approx(0.05)


def test_a_champions_level_is_a_whole_number():
    _, _, found = found_of({"a": [1000, 1.0, 2, 0.8], "b": [1000, 0.95, 2, 0.8]})

    assert found["b"].criterion == "champion_level" or found["b"].needed <= 1.0
    if found["b"].criterion == "champion_level":
        assert found["b"].needed == 3.0


def test_industry_cannot_be_ordered_but_may_turn_out():
    _, _, found = found_of(
        {"a": [10_000, 1, 4, 0.8], "b": [250, 1, 4, 0.8], "c": [np.nan, 1, 4, 0.8]}
    )

    assert found["b"].criterion is None
    assert found["b"].short_of == pytest.approx(0.4)
    assert (found["c"].criterion, found["c"].value) == ("employment", None)
    assert found["c"].needed == pytest.approx(10_000)


def test_where_nobody_can_lead_the_champion_is_all():
    _, ranking, found = found_of({"a": [1000, 1, 1, 0.5], "b": [500, 1, 0, 0.5]})

    assert ranking.leader is None
    assert {one.champion_level for one in found.values()} == {2.0}
    assert {one.criterion for one in found.values()} == {None}
    assert found_of({})[2] == {}


numbers = st.tuples(
    st.integers(250, 10_000),
    st.integers(50, 100).map(lambda n: n / 100),
    st.integers(0, 4),
    st.integers(0, 80).map(lambda n: n / 100),
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(numbers, min_size=2, max_size=5))
def test_the_change_is_enough_and_a_little_less_is_not(rows):
    values, ranking, found = found_of({f"c{n}": list(row) for n, row in enumerate(rows)})
    if ranking.leader is None:
        return
    for cluster, change in found.items():
        if change.short_of > 1e-12 and change.criterion is None:
            continue
        changed = values.copy()
        if change.champion_level is not None:
            changed.loc[cluster, "champion_level"] = change.champion_level
        if change.criterion is not None:
            changed.loc[cluster, change.criterion] = change.needed
        after = ranked(changed)
        assert after.score[cluster] >= after.score[ranking.leader] - 1e-9
        if change.criterion in ("practical_skill_cover", "one_voice_share"):
            changed.loc[cluster, change.criterion] = change.needed - 1e-3
            assert ranked(changed).score[cluster] < ranking.score[ranking.leader]
