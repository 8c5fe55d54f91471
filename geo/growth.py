"""Start small and build: in which order clusters join, so that covered demand grows fastest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

EXACT_CLUSTERS = 12
"""Up to so many clusters that add something, every order and every set is compared."""
DECIMALS = 6
"""Places a year that agree to so many decimals are equal, so that no tie is decided by rounding."""

Members = frozenset[int]
Value = Callable[[Members], float]


@dataclass(frozen=True, slots=True)
class Step:
    """A cluster that joins: its position, what is served with it, and what it adds to that."""

    cluster: int
    served: float
    added: float


@dataclass(frozen=True, slots=True)
class BestSet:
    """The clusters with which most is served, of all sets of their number.

    Attributes
    ----------
    clusters
        Positions, ascending; the pilot is one of them.
    served
        Places a year.
    at_most
        No set of the number serves more; ``served`` itself where every set was compared.
    """

    clusters: tuple[int, ...]
    served: float
    at_most: float


@dataclass(frozen=True, slots=True)
class Growth:
    """In which order clusters join.

    Attributes
    ----------
    before
        Places a year that are served before any joins.
    steps
        The pilot first if there is one, then every cluster that adds something to those before.
    best_sets
        Of 1 cluster, 2 and so on.
    exact
        Whether every order and every set was compared. If not, they are greedy ones.
    without_effect
        Positions of the clusters that add nothing to those before them, ascending.
    """

    before: float
    steps: tuple[Step, ...]
    best_sets: tuple[BestSet, ...]
    exact: bool
    without_effect: tuple[int, ...]


def grow(
    value: Value, candidates: Sequence[int], *, pilot: int | None, exact_limit: int = EXACT_CLUSTERS
) -> Growth:
    """Order clusters so that what is served, summed over the steps, is the most.

    Every step counts alike, and so the sum is what a programme serves over its years if one
    cluster joins in each. Of orders alike in it, the one that takes candidates earlier in the
    list first.

    If more than ``exact_limit`` clusters add something, the next is always the one that adds
    most, evaluated only as far as needed (Minoux), and for each number of clusters ``at_most`` is
    the least, over the sets that were passed, of what the set serves and the most that as many
    more clusters could add to it one by one: by submodularity no set serves more.

    Parameters
    ----------
    value
        What is served by a set of clusters, places a year: never less with one more (monotone),
        and one more never adds more to a larger set (submodular).
    candidates
        Positions of the clusters, in the order in which ties are decided.
    pilot
        The cluster that is first whatever it adds; None to choose it too.

    References
    ----------
    Nemhauser, G. L., Wolsey, L. A. and Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions, I. Mathematical Programming 14, 265-294.
    Minoux, M. (1978). Accelerated greedy algorithms for maximizing submodular set functions.
    Lecture Notes in Control and Information Sciences 7, 234-243.
    """

    @cache
    def served(members: Members) -> float:
        return round(value(members), DECIMALS)

    before = served(frozenset())
    start: Members = frozenset() if pilot is None else frozenset([pilot])
    others = [one for one in candidates if one != pilot]
    useful = [one for one in others if served(start | {one}) > served(start)]
    exact = len(useful) <= exact_limit
    order = _best_order(served, start, useful) if exact else _greedy_order(served, start, useful)
    steps = _steps(served, start, order)
    taken = {step.cluster for step in steps}
    sets = (
        _best_sets(served, start, useful) if exact else _greedy_sets(served, start, order, useful)
    )
    return Growth(
        before=before,
        steps=steps,
        # More clusters than there are steps serve no more.
        best_sets=tuple(sets[: len(steps)]),
        exact=exact,
        without_effect=tuple(sorted(set(others) - taken)),
    )


def _steps(served: Value, start: Members, order: Sequence[int]) -> tuple[Step, ...]:
    """Return the steps up to the last that adds something; the pilot's stands in any case."""
    steps, members = [], frozenset[int]()
    for cluster in (*start, *order):
        joined = members | {cluster}
        added = round(served(joined) - served(members), DECIMALS)
        if added > 0 or cluster in start:
            steps.append(Step(cluster, served(joined), added))
        members = joined
    return tuple(steps)


def _best_order(served: Value, start: Members, useful: Sequence[int]) -> list[int]:
    """Return the order with the largest sum: dynamic programming over the subsets that remain."""

    @cache
    def best(members: Members) -> tuple[float, tuple[int, ...]]:
        found: tuple[float, tuple[int, ...]] = (0.0, ())
        for cluster in useful:
            if cluster in members:
                continue
            joined = members | {cluster}
            rest, order = best(joined)
            total = round(served(joined) + rest, DECIMALS)
            if not found[1] or total > found[0]:
                found = (total, (cluster, *order))
        return found

    return list(best(start)[1])


def _greedy_order(served: Value, start: Members, useful: Sequence[int]) -> list[int]:
    """Return the order that always takes what adds most; gains of earlier sets are upper bounds."""
    members, order = start, list[int]()
    gain = {one: served(start | {one}) - served(start) for one in useful}
    place = {one: number for number, one in enumerate(useful)}
    while gain:
        fresh = set[int]()
        while True:
            first = min(gain, key=lambda one: (-gain[one], place[one]))
            if first in fresh:
                break
            gain[first] = round(served(members | {first}) - served(members), DECIMALS)
            fresh.add(first)
        members = members | {first}
        order.append(first)
        del gain[first]
    return order


def _best_sets(served: Value, start: Members, useful: Sequence[int]) -> list[BestSet]:
    """Return the best set of each size, of ties the one of candidates earlier in the list."""
    sets: dict[int, Members] = {0: start}
    # Subsets in the order of their candidates: the first of equal ones is kept.
    for mask in range(1, 2 ** len(useful)):
        members = start | {one for at, one in enumerate(useful) if mask >> at & 1}
        size = mask.bit_count()
        if size not in sets or served(members) > served(sets[size]):
            sets[size] = members
    return [
        BestSet(tuple(sorted(members)), served(members), served(members))
        for _, members in sorted(sets.items())
        if members
    ]


def _greedy_sets(
    served: Value, start: Members, order: Sequence[int], useful: Sequence[int]
) -> list[BestSet]:
    passed = [start]
    for cluster in order:
        passed.append(passed[-1] | {cluster})
    gains = [
        sorted((served(one | {c}) - served(one) for c in useful if c not in one), reverse=True)
        for one in passed
    ]
    found = []
    for number, members in enumerate(passed):
        bounds = [served(one) + sum(gain[:number]) for one, gain in zip(passed, gains, strict=True)]
        at_most = round(max(min(bounds), served(members)), DECIMALS)
        if members:
            found.append(BestSet(tuple(sorted(members)), served(members), at_most))
    return found
