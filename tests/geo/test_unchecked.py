"""Unchecked facts: what a missing or uncertain value could do to the lead, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.ranking import rank
from geo.scenario import Criterion
from geo.unchecked import unchecked_facts


def ranking_of(rows, ready=2):
    criteria = [Criterion(n, "one", 0.5, 0.0, 1.0, "linear", "assumption") for n in ("a", "b")]
    values = pd.DataFrame(rows, columns=["a", "b"], dtype=float).set_axis(
        pd.Index(list("xyz")[: len(rows)], name="cluster_id")
    )
    level = pd.Series(ready, index=values.index)
    return rank(values, criteria, champion_level=level, pilot_ready_level=2)


def test_a_missing_value_counts_by_how_often_another_would_lead():
    # x scores 0.65 with its blank at a half, y 0.6: below 0.4 of the scale x falls behind y.
    ranking = ranking_of([[0.8, np.nan], [0.6, 0.6]])
    worlds = np.repeat(ranking.scaled.sort_index().to_numpy()[None], 3, axis=0)

    [fact] = unchecked_facts(ranking, worlds, pd.Index(["x", "y"])).to_dict("records")

    assert (fact["cluster_id"], fact["criterion"], fact["known"]) == ("x", "b", False)
    assert fact["changes_leader"] == pytest.approx(0.4, abs=0.01)
    assert fact["moves_score"] == pytest.approx(0.5)


def test_an_uncertain_value_counts_by_its_worlds():
    ranking = ranking_of([[0.8, 0.5], [0.6, 0.6]])
    worlds = np.repeat(ranking.scaled.sort_index().to_numpy()[None], 4, axis=0)
    worlds[:, 1, 0] = [0.5, 0.6, 0.65, 0.9]

    [fact] = unchecked_facts(ranking, worlds, pd.Index(["x", "y"])).to_dict("records")

    # y has 0.3 from b and x 0.65 in all: of four worlds the one above 0.7 would do.
    assert (fact["cluster_id"], fact["criterion"], fact["known"]) == ("y", "a", True)
    assert fact["changes_leader"] == 0.25
    assert fact["moves_score"] == pytest.approx(0.2)


def test_who_cannot_lead_is_not_looked_at():
    ranking = ranking_of([[0.8, np.nan], [0.6, np.nan]], ready=1)

    assert unchecked_facts(ranking, np.zeros((1, 2, 2)), pd.Index(["x", "y"])).empty
    alone = ranking_of([[0.8, np.nan]])
    assert unchecked_facts(alone, np.zeros((1, 1, 2)), pd.Index(["x"])).empty
