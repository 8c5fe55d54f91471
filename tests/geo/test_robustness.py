"""Robustness: verdicts by the written rule, flips, and draws that repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.ranking import rank
from geo.robustness import Verdict, put_to_the_test
from geo.scenario import Criterion

IDS = pd.Index(["w", "x", "y", "z"], name="cluster_id")


def criteria(*weights):
    return [
        Criterion(name, group, weight, 0.0, 1.0, "linear", "assumption")
        for name, group, weight in zip("abc", ("one", "one", "two"), weights, strict=True)
    ]


def ranked(rows, *, weights=(1.0, 1.0, 1.0), ready=(2, 2, 2, 2)):
    values = pd.DataFrame(rows, index=IDS[: len(rows)], columns=["a", "b", "c"], dtype=float)
    level = pd.Series(ready[: len(rows)], index=values.index)
    return rank(values, criteria(*weights), champion_level=level, pilot_ready_level=2)


@pytest.fixture(scope="module")
def policy(scenario):
    return replace(scenario.robustness, draws=2000)


def outcome(ranking, policy, worlds=None, stream=0):
    ids = ranking.scaled.index.sort_values()
    recorded = ranking.scaled.loc[ids].to_numpy()[None]
    return put_to_the_test(
        ranking, recorded if worlds is None else worlds, ids, policy=policy, seed=1, stream=stream
    )


def test_one_that_is_better_on_everything_leads(policy):
    found = outcome(ranked([[0.9, 0.9, 0.9], [0.5, 0.6, 0.5], [0.1, 0.2, 0.3]]), policy)

    assert found.verdict is Verdict.LEADS
    assert found.tied == ("w",)
    assert found.shares["p_rank_1"].tolist() == [1.0, 0.0, 0.0]
    assert found.shares["open_p_rank_1"].tolist() == [1.0, 0.0, 0.0]
    # No weights dethrone it.
    assert found.shares["flip_weight_change"].isna().all()


def test_those_that_beat_the_leader_often_enough_are_tied_with_it(policy):
    found = outcome(
        ranked(
            [[0.8, 0.2, 0.5], [0.2, 0.8, 0.49], [0.3, 0.3, 0.3], [0.8, 0.8, 0.8]],
            ready=(2, 2, 2, 1),
        ),
        policy,
    )

    assert found.verdict is Verdict.TIED_SET
    assert found.leader == "w"
    # z is better than all of them and not pilot-ready: it takes no part in the verdict.
    assert found.tied == ("w", "x")
    assert found.shares.loc["z", "p_rank_1"] == 1.0
    assert found.wins.loc["x", "w"] + found.wins.loc["w", "x"] == pytest.approx(1.0)
    assert 0.25 < found.wins.loc["x", "w"] < 0.5
    assert found.wins.loc["y", "w"] < 0.25


def test_the_edges_of_the_rule(policy):
    ranking = ranked([[0.8, 0.2, 0.5], [0.2, 0.8, 0.49]])
    beaten = float(outcome(ranking, policy).wins.loc["w", "x"])

    at_edge = replace(policy, leads_win_share=beaten)
    above = replace(policy, leads_win_share=beaten + 1e-9)

    assert outcome(ranking, at_edge).verdict is Verdict.LEADS
    assert outcome(ranking, above).verdict is Verdict.TIED_SET


def test_nobody_ready_and_nobody_at_all(policy):
    unready = outcome(ranked([[0.8, 0.2, 0.5], [0.2, 0.8, 0.5]], ready=(1, 0)), policy)
    nobody = outcome(ranked([]), policy, worlds=np.zeros((1, 0, 3)))
    alone = outcome(ranked([[0.4, 0.4, 0.4]]), policy)

    assert (unready.verdict, unready.leader, unready.tied) == (None, None, ())
    assert unready.shares["p_rank_1"].sum() == pytest.approx(1.0)
    assert (nobody.verdict, len(nobody.shares)) == (None, 0)
    assert (alone.verdict, alone.tied) == (Verdict.LEADS, ("w",))


def test_all_alike_are_one_tied_set(policy):
    found = outcome(ranked([[0.5, 0.5, 0.5]] * 3), policy)

    assert found.verdict is Verdict.TIED_SET
    assert found.tied == ("w", "x", "y")
    assert found.shares["p_rank_1"].tolist() == pytest.approx([1 / 3] * 3)
    assert found.shares["flip_weight_change"].tolist() == [0.0, 0.0, 0.0]


def test_a_criterion_that_is_missing_for_all_decides_nothing(policy):
    found = outcome(ranked([[0.9, np.nan, 0.9], [0.1, np.nan, 0.1]], weights=(1, 1, 1)), policy)

    assert found.verdict is Verdict.LEADS
    # It may still turn out either way: two unknowns of a third of the weight each.
    assert 0 < found.shares.loc["x", "p_rank_1"] < 0.1


def test_the_flip_is_told_of_the_leader_and_of_each_rival(policy):
    found = outcome(ranked([[0.9, 0.5, 0.5], [0.5, 0.8, 0.5], [0.0, 0.0, 0.6]]), policy)

    # w leads x by 0.1 / 3; a unit from a to b closes 0.4 + 0.3.
    assert found.shares.loc["x", "flip_rival"] == "w"
    assert found.shares.loc["x", "flip_weight_change"] == pytest.approx(0.1 / 3 / 0.7)
    assert found.shares.loc["w", "flip_rival"] == "x"
    assert found.shares.loc["w", "flip_weight_change"] == pytest.approx(0.1 / 3 / 0.7)


def test_the_same_seed_repeats_and_another_stream_does_not(policy):
    ranking = ranked([[0.8, 0.2, 0.5], [0.2, 0.8, 0.49]])

    one, again, other = (
        outcome(ranking, policy),
        outcome(ranking, policy),
        outcome(ranking, policy, stream=1),
    )

    pd.testing.assert_frame_equal(one.shares, again.shares)
    assert not one.shares["p_rank_1"].equals(other.shares["p_rank_1"])
