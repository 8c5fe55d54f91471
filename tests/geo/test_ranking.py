"""Ranking: a worked example, and what must hold for any clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError, MissingColumnsError
from geo.ranking import MISSING_SCORE, rank, scale, unscale
from geo.scenario import Criterion

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=60, deadline=None)


def criterion(name, weight, worst, best, scaling="linear"):
    return Criterion(name, "test", weight, worst, best, scaling, "assumption")


EMPLOYMENT = criterion("employment", 0.12, 250, 10_000, "log")
SMALL_FIRMS = criterion("small_firm_share", 0.05, 0, 0.9)
CHAMPION = criterion("champion_level", 0.10, 0, 4)
MINUTES = criterion("minutes", 0.08, 90, 10)
COST = criterion("cost", 0.05, 1000, 10, "log")
CRITERIA = (EMPLOYMENT, SMALL_FIRMS, CHAMPION, MINUTES, COST)


def make_values(rows, ids=None):
    index = pd.Index(ids or [f"c{i:02d}" for i in range(len(rows))], name="cluster_id", dtype="str")
    return pd.DataFrame(rows, index=index, columns=[c.name for c in CRITERIA], dtype=float)


def ranked(values, levels=0, criteria=CRITERIA, ready=2.0):
    levels = pd.Series(levels, index=values.index)
    return rank(values, criteria, champion_level=levels, pilot_ready_level=ready)


def scaled_as(one, value):
    values = pd.DataFrame({one.name: [value]}, index=["c"], dtype=float)
    return float(ranked(values, criteria=[one]).scaled.iloc[0, 0])


def test_a_worked_example():
    # The weights 0.12, 0.05 and 0.10 sum to 0.27; goalposts as in the default scenario.
    #
    # a: employment 2500 is ln(10) / ln(40) = 2.302585 / 3.688879 = 0.624196 of the way;
    #    small firms 0.45 / 0.9 = 0.5; champion 2 / 4 = 0.5.
    #    (0.12 * 0.624196 + 0.05 * 0.5 + 0.10 * 0.5) / 0.27 = 0.149904 / 0.27 = 0.555198
    # b: employment 250 is 0; small firms missing, so 0.5; champion 4 is 1.
    #    (0 + 0.05 * 0.5 + 0.10) / 0.27 = 0.125 / 0.27 = 0.462963
    values = pd.DataFrame(
        {
            "employment": [250.0, 2500.0],
            "small_firm_share": [np.nan, 0.45],
            "champion_level": [4.0, 2.0],
        },
        index=["b", "a"],
    )

    ranking = ranked(values, levels=[4, 2], criteria=[EMPLOYMENT, SMALL_FIRMS, CHAMPION], ready=3.0)

    assert ranking.score.to_dict() == pytest.approx({"a": 0.555198, "b": 0.462963}, abs=5e-7)
    assert ranking.rank.to_dict() == {"a": 1, "b": 2}
    assert ranking.contributions.loc["a"].tolist() == pytest.approx(
        [0.277421, 0.092593, 0.185185], abs=5e-7
    )
    assert ranking.contributions.loc["b"].tolist() == pytest.approx(
        [0, 0.092593, 0.370370], abs=5e-7
    )
    assert ranking.missing.to_dict() == {"a": [], "b": ["small_firm_share"]}
    assert np.isnan(ranking.scaled.loc["b", "small_firm_share"])
    # a has the better score, but only b is ready.
    assert ranking.pilot_ready.to_dict() == {"a": False, "b": True}
    assert ranking.leader == "b"


@pytest.mark.parametrize(
    ("one", "value", "scaled"),
    [
        (EMPLOYMENT, 250, 0),
        (EMPLOYMENT, 10_000, 1),
        (EMPLOYMENT, np.sqrt(250 * 10_000), 0.5),
        (EMPLOYMENT, 100, 0),
        (EMPLOYMENT, 0, 0),
        (EMPLOYMENT, -5, 0),
        (EMPLOYMENT, 1e9, 1),
        (SMALL_FIRMS, 0.3, 1 / 3),
        (SMALL_FIRMS, -1, 0),
        (SMALL_FIRMS, 1, 1),
        (MINUTES, 90, 0),
        (MINUTES, 10, 1),
        (MINUTES, 30, 0.75),
        (MINUTES, 200, 0),
        (MINUTES, 0, 1),
        (COST, 1000, 0),
        (COST, 100, 0.5),
        (COST, 10, 1),
        (COST, 5000, 0),
        (COST, 0, 1),
    ],
)
def test_values_are_scaled_between_the_goalposts_and_cut(one, value, scaled):
    assert scaled_as(one, value) == pytest.approx(scaled, abs=1e-12)


numbers = st.one_of(st.just(np.nan), st.floats(-1e5, 1e5))
tables = st.lists(st.tuples(*[numbers] * len(CRITERIA)), max_size=12).map(make_values)
weights = st.tuples(*[st.floats(0, 1)] * len(CRITERIA)).filter(lambda found: sum(found) > 1e-6)


def weighted(found):
    return [
        criterion(c.name, weight, c.worst, c.best, c.scaling)
        for c, weight in zip(CRITERIA, found, strict=True)
    ]


@quick
@given(values=tables, found=weights)
def test_the_score_is_the_sum_of_its_contributions_and_from_0_to_1(values, found):
    before = values.copy()
    criteria = weighted(found)

    ranking = ranked(values, criteria=criteria)

    assert ((ranking.score >= 0) & (ranking.score <= 1)).all()
    assert ranking.contributions.sum(axis=1).to_numpy() == pytest.approx(ranking.score.to_numpy())
    assert (ranking.contributions >= 0).all(axis=None)
    known = values.loc[ranking.rank.index].notna()
    assert (ranking.scaled.notna() == known).all(axis=None)
    for cluster_id, missing in ranking.missing.items():
        assert missing == list(known.columns[~known.loc[cluster_id]])
    pd.testing.assert_frame_equal(values, before)


@quick
@given(values=tables.filter(len), found=weights, data=st.data())
def test_taking_one_away_reorders_none_of_the_rest(values, found, data):
    gone = data.draw(st.sampled_from(list(values.index)))
    whole = ranked(values, criteria=weighted(found))

    rest = ranked(values.drop(index=gone), criteria=weighted(found))

    # To the last bit: a difference in rounding could part a tie.
    pd.testing.assert_series_equal(rest.score, whole.score.drop(gone), check_exact=True)
    assert list(rest.rank.index) == [i for i in whole.rank.index if i != gone]


@quick
@given(values=tables.filter(len), found=weights, step=st.floats(0, 1e5), data=st.data())
def test_a_step_towards_the_best_never_lowers_the_score(values, found, step, data):
    row = data.draw(st.sampled_from(list(values.index)))
    column = data.draw(st.sampled_from(CRITERIA))
    values.loc[row, column.name] = values[column.name].fillna(50.0)[row]
    better = values.copy()
    better.loc[row, column.name] += step if column.best > column.worst else -step
    criteria = weighted(found)

    before, after = ranked(values, criteria=criteria), ranked(better, criteria=criteria)

    assert after.score[row] >= before.score[row]
    assert after.rank[row] <= before.rank[row]


@quick
@given(values=tables, found=weights, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(values, found, seed):
    one = ranked(values, criteria=weighted(found))
    other = ranked(values.sample(frac=1, random_state=seed), criteria=weighted(found))

    for name in ("score", "rank", "pilot_ready", "missing"):
        pd.testing.assert_series_equal(getattr(one, name), getattr(other, name), check_exact=True)
    pd.testing.assert_frame_equal(one.contributions, other.contributions, check_exact=True)


def test_ties_share_the_better_rank_and_stand_in_the_order_of_ids():
    values = make_values([[500, 0.5, 2, 30, 100]] * 2 + [[9000, 0.9, 4, 10, 10]] * 2, list("dcba"))

    ranking = ranked(values, levels=[2, 2, 1, 1])

    assert ranking.rank.to_dict() == {"a": 1, "b": 1, "c": 3, "d": 3}
    assert list(ranking.rank.index) == list("abcd")
    assert ranking.leader == "c"


def test_there_is_no_leader_if_none_is_ready():
    values = make_values([[500, 0.5, 2, 30, 100]])

    assert ranked(values, levels=1).leader is None
    assert ranked(values, levels=2).leader == "c00"


def test_what_is_missing_counts_half():
    # Every known value is the middle of its scale, so the two clusters tie.
    assert MISSING_SCORE == 0.5
    values = make_values([[np.nan] * 5, [np.sqrt(250 * 10_000), 0.45, 2, 50, 100]])
    ranking = ranked(values)
    assert ranking.score.tolist() == pytest.approx([0.5, 0.5])
    assert ranking.missing["c00"] == [c.name for c in CRITERIA]


def test_a_level_may_be_a_whole_number_that_can_be_missing_and_must_not_be():
    values = make_values([[500, 0.5, 2, 30, 100]] * 2)
    levels = pd.Series([2, 1], index=values.index, dtype="Int64")
    assert ranked(values, levels).pilot_ready.tolist() == [True, False]
    with pytest.raises(InputError, match="'champion levels' has missing values"):
        rank(values, CRITERIA, champion_level=levels.iloc[:1], pilot_ready_level=2)


def test_no_cluster():
    ranking = ranked(make_values([]))

    assert ranking.score.empty
    assert ranking.missing.empty
    assert list(ranking.contributions.columns) == [c.name for c in CRITERIA]
    assert ranking.leader is None


def test_wrong_tables_are_refused():
    values = make_values([[500, 0.5, 2, 30, 100]] * 2)
    with pytest.raises(MissingColumnsError, match="'criterion values' lacks cost"):
        ranked(values.drop(columns="cost"))
    with pytest.raises(InputError, match="more than once, such as c"):
        rank(
            values.set_axis(["c", "c"]),
            CRITERIA,
            champion_level=pd.Series([1], index=["c"]),
            pilot_ready_level=2,
        )
    with pytest.raises(InputError, match="sum to 0"):
        ranked(values, criteria=[criterion("cost", 0, 1, 2)])


def test_a_value_goes_to_the_scale_and_back():
    for one in (criterion("x", 1.0, 2.0, 200.0), EMPLOYMENT, MINUTES, COST):
        for share in (0.0, 0.25, 1.0):
            value = unscale(share, one)
            assert float(scale(np.array([value]), one)[0]) == pytest.approx(share)
