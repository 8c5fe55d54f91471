"""SMAA: against integrals by hand, brute force, ties, and what has to hold of any draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.errors import InputError
from geo.smaa import acceptability, agreed_weights, open_weights

quick = settings(max_examples=30, deadline=None)
DRAWS = 40_000
# Five standard errors of a share of a half: what 40,000 draws may be off by.
FIVE_ERRORS = 5 * 0.5 / DRAWS**0.5


def rng(seed=1):
    return np.random.default_rng(seed)


def evenly(criteria, draws=DRAWS):
    return rng().dirichlet(np.ones(criteria), draws)


def test_two_criteria_and_two_alternatives_as_by_hand():
    # The first wins where w * 1.0 + (1 - w) * 0.2 > 0.6, that is for weights above one half.
    worlds = np.array([[[1.0, 0.2], [0.6, 0.6]]])

    found = acceptability(worlds, evenly(2), rng())

    assert found.first == pytest.approx([0.5, 0.5], abs=FIVE_ERRORS)
    # The mean of the weights above one half is three quarters.
    assert found.central_weights[0] == pytest.approx([0.75, 0.25], abs=FIVE_ERRORS)


def test_the_published_kind_of_triangle():
    # Each of three alternatives is best on one criterion and nowhere else: a third of the simplex.
    found = acceptability(np.eye(3)[None], evenly(3), rng())

    assert found.first == pytest.approx(np.full(3, 1 / 3), abs=FIVE_ERRORS)
    assert found.rank_share == pytest.approx(np.full((3, 3), 1 / 3), abs=FIVE_ERRORS)
    # Of the largest of three parts of a broken stick the mean is 11/18.
    assert np.diag(found.central_weights) == pytest.approx(np.full(3, 11 / 18), abs=FIVE_ERRORS)


def test_a_missing_value_is_drawn_evenly():
    # One criterion: the unknown one beats 0.3 in seven of ten draws.
    found = acceptability(np.array([[[np.nan], [0.3]]]), np.ones((DRAWS, 1)), rng())

    assert found.first == pytest.approx([0.7, 0.3], abs=FIVE_ERRORS)


def test_worlds_are_drawn_evenly():
    worlds = np.array([[[1.0], [0.5]], [[0.0], [0.5]], [[0.2], [0.5]]])

    found = acceptability(worlds, np.ones((DRAWS, 1)), rng())

    assert found.first[0] == pytest.approx(1 / 3, abs=FIVE_ERRORS)


@quick
@given(
    worlds=arrays.arrays(
        float,
        st.tuples(st.just(1), st.integers(1, 6), st.integers(1, 4)),
        elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    )
)
def test_every_share_equals_brute_force(worlds):
    weights = rng(3).dirichlet(np.ones(worlds.shape[2]), 40)
    scores = weights @ worlds[0].T
    count = scores.shape[1]
    share, wins = np.zeros((count, count)), np.zeros((count, count))
    for row in scores:
        for one in range(count):
            ahead = sum(other > row[one] + 1e-12 for other in row)
            equal = sum(abs(other - row[one]) <= 1e-12 for other in row)
            share[one, ahead : ahead + equal] += 1 / equal / len(scores)
            for other in range(count):
                if abs(row[one] - row[other]) <= 1e-12:
                    wins[one, other] += 0.5 / len(scores)
                elif row[one] > row[other]:
                    wins[one, other] += 1 / len(scores)

    found = acceptability(worlds, weights, rng())

    np.fill_diagonal(wins, np.nan)
    assert found.rank_share == pytest.approx(share)
    assert found.wins == pytest.approx(wins, nan_ok=True)
    assert found.rank_share.sum(axis=0) == pytest.approx(np.ones(count))
    assert (found.rank_low <= found.rank_high).all()


def test_all_alike_share_every_rank():
    found = acceptability(np.full((1, 4, 2), 0.5), evenly(2, 100), rng())

    assert found.rank_share == pytest.approx(np.full((4, 4), 0.25))
    assert found.top_three == pytest.approx(np.full(4, 0.75))
    assert found.rank_low.tolist() == [1] * 4
    assert found.rank_high.tolist() == [4] * 4


def test_one_alternative_and_none():
    alone = acceptability(np.full((1, 1, 2), 0.5), evenly(2, 10), rng())
    nobody = acceptability(np.zeros((1, 0, 2)), evenly(2, 10), rng())

    assert alone.first.tolist() == [1.0]
    assert nobody.first.tolist() == []
    assert nobody.rank_high.tolist() == []


def test_the_same_seed_gives_the_same_shares_and_inputs_stay():
    worlds = rng(5).random((3, 5, 4))
    kept, weights = worlds.copy(), evenly(4, 500)

    one, other = (acceptability(worlds, weights, rng(7)) for _ in range(2))

    assert (one.rank_share == other.rank_share).all()
    assert (worlds == kept).all()


def test_agreed_weights_have_their_mean_and_a_weight_of_0_stays_0():
    given_weights = np.array([0.5, 0.0, 0.3, 0.2])

    drawn = agreed_weights(given_weights, DRAWS, rng(), concentration=30)

    assert drawn.mean(axis=0) == pytest.approx(given_weights, abs=0.002)
    # The variance of a Dirichlet's part: w (1 - w) / (concentration + 1).
    assert drawn[:, 0].var() == pytest.approx(0.25 / 31, rel=0.05)
    assert (drawn[:, 1] == 0).all()
    assert drawn.sum(axis=1) == pytest.approx(np.ones(DRAWS))


def test_open_weights_let_one_sub_index_weigh_most():
    weights = np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.1, 0.0])
    groups = ["a", "a", "b", "c", "c", "d", "d"]

    drawn = open_weights(weights, groups, DRAWS, rng())

    of_group = np.column_stack([drawn[:, :2].sum(axis=1), drawn[:, 2], drawn[:, 3:5].sum(axis=1)])
    # Four parts of a broken stick: one exceeds 0.4 with probability 4 * 0.6**3 - 6 * 0.2**3.
    assert (np.column_stack([of_group, drawn[:, 5]]) > 0.4).any(axis=1).mean() == pytest.approx(
        4 * 0.6**3 - 6 * 0.2**3, abs=FIVE_ERRORS
    )
    assert (drawn[:, 6] == 0).all()
    assert drawn.sum(axis=1) == pytest.approx(np.ones(DRAWS))


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -0.5]])
def test_weights_that_cannot_be_drawn_from_are_refused(weights):
    with pytest.raises(InputError, match="0 or more"):
        agreed_weights(np.array(weights), 10, rng(), concentration=30)
    with pytest.raises(InputError, match="0 or more"):
        open_weights(np.array(weights), ["a", "b"], 10, rng())


def test_values_that_are_not_scaled_are_refused():
    with pytest.raises(InputError, match="from 0 to 1"):
        acceptability(np.full((1, 2, 1), 1.5), np.ones((5, 1)), rng())
    with pytest.raises(InputError, match="2 criteria and the weights 1"):
        acceptability(np.zeros((1, 2, 2)), np.ones((5, 1)), rng())
    with pytest.raises(InputError, match="one world"):
        acceptability(np.zeros((0, 2, 1)), np.ones((5, 1)), rng())
