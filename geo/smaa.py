"""SMAA: how often each alternative comes where, over weights and data that nobody knows exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.errors import InputError

SHOWN_LOW, SHOWN_HIGH = 0.05, 0.95
"""The interval of ranks that is reported: what 90 % of the draws lie within."""

TIE = 1e-12
"""Scores nearer than this are equal: what rounding may do to a sum of a few numbers up to 1."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_DRAWS_AT_ONCE = 4096
_PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Acceptability:
    """What came of the draws; alternatives in the order in which they were given.

    Attributes
    ----------
    draws
        How many were made. A share p of them has a standard error of sqrt(p * (1 - p) / draws).
    rank_share
        Alternatives × ranks: the share of draws in which an alternative has a rank, the first
        column being rank 1. Each row and each column sums to 1; alternatives that tie share the
        ranks that they take up together.
    wins
        Alternatives × alternatives: the share of draws in which the row beats the column, a tie
        counting half; NaN on the diagonal.
    central_weights
        Alternatives × criteria: the mean of the weights with which an alternative is first; NaN if
        it never is.
    """

    draws: int
    rank_share: FloatArray
    wins: FloatArray
    central_weights: FloatArray

    @property
    def first(self) -> FloatArray:
        """Share of draws in which each alternative is first."""
        return np.asarray(self.rank_share[:, :1].sum(axis=1))

    @property
    def top_three(self) -> FloatArray:
        """Share of draws in which each alternative is among the first three."""
        return np.asarray(self.rank_share[:, :3].sum(axis=1))

    @property
    def rank_low(self) -> IntArray:
        """Rank that an alternative has or betters in 5 % of draws."""
        return self._rank_at(SHOWN_LOW)

    @property
    def rank_high(self) -> IntArray:
        """Rank that an alternative has or betters in 95 % of draws."""
        return self._rank_at(SHOWN_HIGH)

    def _rank_at(self, share: float) -> IntArray:
        # A hair less, since a cumulated sum may end just below the share that it reached.
        reached = np.cumsum(self.rank_share, axis=1) >= share - 1e-9
        return np.asarray((~reached).sum(axis=1) + 1, dtype=np.intp)


def agreed_weights(
    weights: FloatArray, draws: int, rng: np.random.Generator, *, concentration: float
) -> FloatArray:
    """Draw weights around those that were agreed: Dirichlet(concentration × weights).

    A weight of 0 stays 0. Returns draws × criteria, each row summing to 1.
    """
    _require_weights(weights)
    drawn = np.zeros((draws, len(weights)))
    used = weights > 0
    drawn[:, used] = rng.dirichlet(concentration * weights[used] / weights.sum(), draws)
    return drawn


def open_weights(
    weights: FloatArray, groups: Sequence[str], draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw weights as if nothing were agreed: evenly over the groups, then evenly within each.

    Over all criteria at once no weight would ever be large (of 15 hardly one in a hundred draws
    has one above 0.4), which hides disagreement. A criterion of weight 0 is taken as struck from
    the list and stays 0. Returns draws × criteria, each row summing to 1.
    """
    _require_weights(weights)
    used = weights > 0
    names = np.array(groups, dtype=object)
    present = sorted({str(name) for name in names[used]})
    of_group = rng.dirichlet(np.ones(len(present)), draws)
    drawn = np.zeros((draws, len(weights)))
    for position, name in enumerate(present):
        mine = np.flatnonzero(used & (names == name))
        drawn[:, mine] = of_group[:, [position]] * rng.dirichlet(np.ones(len(mine)), draws)
    return drawn


def acceptability(
    worlds: FloatArray, weights: FloatArray, rng: np.random.Generator
) -> Acceptability:
    """Score every alternative with every draw of weights, each in a world drawn evenly.

    Parameters
    ----------
    worlds
        Worlds × alternatives × criteria: scaled values, 0 (worst) to 1 (best). What is missing
        (NaN) is drawn anew, evenly from 0 to 1, in every draw.
    weights
        Draws × criteria, each row summing to 1.
    rng
        Chooses worlds and missing values.

    Raises
    ------
    InputError
        If there is no world or no draw, or a value lies outside 0 to 1.

    References
    ----------
    Lahdelma, R. and Salminen, P. (2001). SMAA-2: stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454.
    """
    _require_values(worlds, weights)
    count, criteria = worlds.shape[1:]
    rank_share = np.zeros((count, count))
    wins = np.zeros((count, count))
    of_first = np.zeros((count, criteria))
    for drawn, scores in _scores(worlds, weights, rng):
        order = np.argsort(-scores, axis=1)
        gaps = np.take_along_axis(scores, order, axis=1)
        tied = (gaps[:, :-1] - gaps[:, 1:] <= TIE).any(axis=1)
        _count_ranks(order[~tied], drawn[~tied], (rank_share, wins, of_first))
        _count_ties(scores[tied], drawn[tied], (rank_share, wins, of_first))
    first = rank_share[:, 0].copy() if count else np.zeros(0)
    draws = len(weights)
    wins /= draws
    np.fill_diagonal(wins, np.nan)
    central = np.full((count, criteria), np.nan)
    np.divide(of_first, first[:, None], out=central, where=first[:, None] > 0)
    return Acceptability(draws, rank_share / draws, wins, central)


def _scores(
    worlds: FloatArray, weights: FloatArray, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield weights and scores, draws × alternatives, so many draws at once as fit in little."""
    gone = np.isnan(worlds)
    filled = np.where(gone, 0.0, worlds)
    world_of_draw = np.sort(rng.integers(len(worlds), size=len(weights)))
    for start in range(0, len(weights), _DRAWS_AT_ONCE):
        drawn = weights[start : start + _DRAWS_AT_ONCE]
        chosen = world_of_draw[start : start + _DRAWS_AT_ONCE]
        scores = np.empty((len(drawn), worlds.shape[1]))
        # World by world, for the draws that take the same one stand together.
        ends = np.append(np.flatnonzero(np.diff(chosen)) + 1, len(chosen))
        for begin, end in pairwise([0, *ends.tolist()]):
            world, mine = chosen[begin], drawn[begin:end]
            scores[begin:end] = mine @ filled[world].T
            for criterion in np.flatnonzero(gone[world].any(axis=0)):
                at = np.flatnonzero(gone[world][:, criterion])
                unknown = rng.random((end - begin, len(at)))
                scores[begin:end, at] += mine[:, [criterion]] * unknown
        yield drawn, scores


def _count_ranks(
    order: IntArray, drawn: FloatArray, into: tuple[FloatArray, FloatArray, FloatArray]
) -> None:
    """Count draws without a tie: ``order`` has the alternatives of each, best first."""
    rank_share, wins, of_first = into
    count = len(rank_share)
    if not len(order) or not count:
        return
    rank_share += np.bincount(
        (order * count + np.arange(count)).ravel(), minlength=count * count
    ).reshape(count, count)
    position = np.empty(order.shape, dtype=np.uint8 if count <= 256 else np.uint32)
    np.put_along_axis(position, order, np.arange(count, dtype=position.dtype)[None, :], axis=1)
    # Alternative by alternative, each in one block of memory.
    position = np.ascontiguousarray(position.T)
    for one in range(count):
        # Eight draws to a byte: counting bits is many times faster than adding up truths.
        beaten = np.packbits(position[one] < position, axis=1)
        wins[one] += np.bitwise_count(beaten).sum(axis=1, dtype=np.int64)
    for criterion in range(drawn.shape[1]):
        of_first[:, criterion] += np.bincount(
            order[:, 0], weights=drawn[:, criterion], minlength=count
        )


def _count_ties(
    scores: FloatArray, drawn: FloatArray, into: tuple[FloatArray, FloatArray, FloatArray]
) -> None:
    """Count draws in which alternatives tie: they share the ranks that they take up."""
    rank_share, wins, of_first = into
    count = len(rank_share)
    if not len(scores):
        return
    at_once = max(1, _PAIRS_AT_ONCE // (count * count))
    begun = np.zeros((count, count + 1))
    for start in range(0, len(scores), at_once):
        some, weights = scores[start : start + at_once], drawn[start : start + at_once]
        ahead = some[:, None, :] - some[:, :, None]
        equal = np.abs(ahead) <= TIE
        better = (ahead > 0) & ~equal
        # The rank at which the group of equals begins, and how many ranks it takes up.
        first, size = better.sum(axis=2), equal.sum(axis=2)
        wins += (np.where(equal, 0.5, 0.0) + better.transpose(0, 2, 1)).sum(axis=0)
        alternative = np.broadcast_to(np.arange(count), first.shape)
        share = 1.0 / size
        np.add.at(begun, (alternative, first), share)
        np.add.at(begun, (alternative, first + size), -share)
        of_first += np.where(first == 0, share, 0.0).T @ weights
    rank_share += np.cumsum(begun, axis=1)[:, :count]


def _require_weights(weights: FloatArray) -> None:
    if not (weights >= 0).all() or not weights.sum() > 0:
        raise InputError("Weights are 0 or more, and one at least is above 0.")


def _require_values(worlds: FloatArray, weights: FloatArray) -> None:
    if not len(worlds) or not len(weights):
        raise InputError("SMAA needs one world and one draw of weights at least.")
    if worlds.shape[2] != weights.shape[1]:
        raise InputError(
            f"The worlds have {worlds.shape[2]} criteria and the weights {weights.shape[1]}."
        )
    known = worlds[~np.isnan(worlds)]
    if known.size and not (known.min() >= 0 and known.max() <= 1):
        raise InputError("Scaled values lie from 0 to 1; scale them by their goalposts first.")
