"""Weight changes: against a linear programme, by what they do, and where none helps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geo.errors import InputError
from geo.weight_change import dethroning, leave_one_out, smallest_change

CASES = 300


def by_linear_programme(weights, margin):
    """Return half the least absolute change of weights with which the margin is 0, or None."""
    count = len(weights)
    own, none = np.eye(count), np.zeros(count)
    found = linprog(
        np.concatenate([none, np.full(count, 0.5)]),
        A_ub=np.block([[own, -own], [-own, -own], [margin[None], none[None]]]),
        b_ub=np.concatenate([weights, -weights, [0.0]]),
        A_eq=np.concatenate([np.ones(count), none])[None],
        b_eq=[1.0],
    )
    return None if found.status == 2 else float(found.fun)


def test_it_equals_a_linear_programme_on_300_random_cases():
    random = np.random.default_rng(20261124)
    hopeless = 0
    for _ in range(CASES):
        count = int(random.integers(2, 16))
        weights, one, other = (
            random.dirichlet(np.ones(count)),
            random.random(count),
            random.random(count),
        )
        if random.random() < 0.15:
            other = one * random.random(count)
        if weights @ one < weights @ other:
            one, other = other, one
        found = smallest_change(weights, one, other)
        expected = by_linear_programme(weights, one - other)
        assert (found is None) == (expected is None)
        if found is None:
            hopeless += 1
        else:
            assert found.amount == pytest.approx(expected, abs=1e-9)
    assert hopeless > 20


shares = st.floats(0.0, 1.0).map(lambda value: round(value, 3))


@settings(max_examples=200, deadline=None)
@given(data=st.data(), count=st.integers(2, 8))
def test_the_change_flips_the_leader_and_half_of_it_does_not(data, count):
    numbers = st.lists(shares, min_size=count, max_size=count).map(np.array)
    weights = data.draw(numbers.filter(lambda values: values.sum() > 0.1))
    weights = weights / weights.sum()
    leader, rival = data.draw(numbers), data.draw(numbers)
    if weights @ leader < weights @ rival:
        leader, rival = rival, leader

    found = smallest_change(weights, leader, rival)

    margin = leader - rival
    if found is None:
        assert (margin > 0).all()
        return
    assert (found.weights >= -1e-15).all()
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights @ margin == pytest.approx(0.0, abs=1e-12)
    if weights @ margin > 1e-9:
        halfway = (weights + found.weights) / 2
        assert halfway @ margin > 0
        beyond = found.weights + 1e-3 * (found.weights - weights)
        assert beyond @ margin < 0


def scaled(**rows):
    return pd.DataFrame(rows, index=["a", "b"]).T.rename_axis("cluster_id")


def test_rivals_stand_by_how_little_it_takes():
    table = scaled(x=[0.9, 0.5], y=[0.5, 0.8], z=[0.2, 0.2], v=[0.9, 0.4])

    found = dethroning(table, np.array([3.0, 1.0]), "x")

    # x leads y by 0.75 * 0.4 - 0.25 * 0.3 = 0.225; each unit from a to b closes 0.4 + 0.3.
    assert found.loc["y", "weight_change"] == pytest.approx(0.225 / 0.7)
    assert found.loc["y", "to_criterion"] == "b"
    # v is as good on a alone, and draws level with all weight there.
    assert found.loc["v", "weight_change"] == pytest.approx(0.25)
    assert np.isnan(found.loc["z", "weight_change"])
    assert list(found.index) == ["v", "y", "z"]


def test_without_a_criterion_the_leader_may_be_another():
    table = scaled(x=[1.0, 0.0], y=[0.4, 0.9])
    weights = np.array([0.8, 0.2])

    found = leave_one_out(table, weights, table.index)

    assert found["leader"].to_dict() == {"a": "y", "b": "x"}
    assert found["leader_changes"].to_dict() == {"a": True, "b": False}
    assert found["rank_correlation"].to_dict() == {"a": pytest.approx(-1), "b": pytest.approx(1)}
    assert found["largest_shift"].to_dict() == {"a": 1.0, "b": 0.0}
    # Who may not lead is left out of it, not out of the ranking.
    assert leave_one_out(table, weights, pd.Index(["x"]))["leader"].tolist() == ["x", "x"]


def test_all_weight_on_one_criterion_leaves_nothing_to_rank_by():
    found = leave_one_out(scaled(x=[1.0, 0.0], y=[0.4, 0.9]), np.array([1.0, 0.0]), pd.Index(["x"]))

    assert pd.isna(found.loc["a", "leader"])
    assert np.isnan(found.loc["a", "rank_correlation"])
    assert not found.loc["b", "leader_changes"]


def test_no_cluster_and_one():
    nobody = scaled().reindex(columns=["a", "b"])

    assert leave_one_out(nobody, np.ones(2), nobody.index)["leader"].isna().all()
    assert dethroning(scaled(x=[0.5, 0.5]), np.ones(2), "x").empty


def test_what_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="nothing to dethrone"):
        smallest_change(np.ones(1), np.array([0.1]), np.array([0.9]))
    with pytest.raises(InputError, match="0 or more"):
        smallest_change(np.array([-1.0, 2.0]), np.ones(2), np.zeros(2))
