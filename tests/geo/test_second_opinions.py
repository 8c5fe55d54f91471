"""Second opinions: a published example, by hand, and why they never make the ranking."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.second_opinions import geometric_mean, rank_correlation, second_opinions, topsis

GOLDEN = tomllib.loads(
    (Path(__file__).parents[1] / "golden" / "ranking.toml").read_text(encoding="utf-8")
)["topsis"]


def test_topsis_is_as_published():
    found = topsis(np.array(GOLDEN["values"], dtype=float), np.array(GOLDEN["weights"]))

    assert found.round(4).tolist() == pytest.approx(GOLDEN["closeness"], abs=1e-4)
    assert (-found).argsort().argsort().tolist() == [rank - 1 for rank in GOLDEN["rank"]]


def test_the_geometric_mean_as_by_hand():
    values = np.array([[0.25, 1.0], [0.0, 1.0]])

    found = geometric_mean(values, np.array([1.0, 1.0]))

    # The root of 0.25 * 1; a 0 counts as 0.01, whose root is 0.1.
    assert found == pytest.approx([0.5, 0.1])


def order_without(values, weights, gone):
    """Return the order of the rest by TOPSIS, with and without one alternative."""
    kept = [row for row in range(len(values)) if row != gone]
    whole = topsis(values, weights)[kept]
    rest = topsis(values[kept], weights)
    return whole.argsort().tolist(), rest.argsort().tolist()


def test_topsis_reorders_the_rest_when_a_loser_is_struck_off():
    random = np.random.default_rng(1)
    reversals = 0
    for _ in range(200):
        values, weights = random.random((14, 8)), random.dirichlet(np.ones(8))
        loser = int(topsis(values, weights).argmin())
        before, after = order_without(values, weights, loser)
        reversals += before != after
    # About half of such random decisions; that it happens at all rules it out as the ranking.
    assert reversals > 60


def test_opinions_stand_beside_each_other():
    scaled = pd.DataFrame({"a": [1.0, 0.5, 0.0], "b": [0.0, 0.5, 1.0]}, index=["x", "y", "z"])

    found = second_opinions(scaled, np.array([0.5, 0.5]))

    assert found["geometric_mean_rank"].to_dict() == {"x": 2, "y": 1, "z": 2}
    assert found["topsis_rank"].tolist() == [1, 1, 1]
    assert second_opinions(scaled.iloc[:0], np.ones(2)).empty


def test_all_alike_are_halfway():
    assert topsis(np.full((3, 2), 0.4), np.ones(2)).tolist() == [0.5, 0.5, 0.5]


def test_the_correlation_of_rankings():
    one = pd.Series([1, 2, 3], index=["x", "y", "z"])

    assert rank_correlation(one, one[::-1]) == pytest.approx(1)
    assert rank_correlation(one, 4 - one) == pytest.approx(-1)
    assert np.isnan(rank_correlation(one.iloc[:1], one.iloc[:1]))
