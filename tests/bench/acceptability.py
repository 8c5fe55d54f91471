"""Time SMAA beside what a user would call instead, draw by draw, and print a Markdown table.

100 alternatives, 14 criteria and 100,000 draws of weights, ranks included. The peers are the
public functions of pymcdm and scikit-criteria for the weighted sum, called once for each draw; they
are timed over fewer draws and their time is multiplied, which favours neither. Ours also counts
pairwise wins and central weights, which theirs does not.

Run it with ``.venv/bin/python tests/bench/acceptability.py``; it needs ``pymcdm`` and
``scikit-criteria``.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from geo.smaa import acceptability, agreed_weights

ALTERNATIVES, CRITERIA, DRAWS = 100, 14, 100_000
PEER_DRAWS = 500
RUNS = 3


def main() -> None:
    """Print the table."""
    random = np.random.default_rng(20261124)
    values = random.random((ALTERNATIVES, CRITERIA))
    weights = agreed_weights(random.dirichlet(np.ones(CRITERIA)), DRAWS, random, concentration=30)
    ours = min(timed(lambda: acceptability(values[None], weights, random)) for _ in range(RUNS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {DRAWS:,} draws, {ALTERNATIVES} alternatives, {CRITERIA} criteria | time | ours is |")
    print("|---|---:|---:|")
    print(f"| Skillshed, wins and central weights too | {ours:.2f} s, {peak:.0f} MB | 1 |")
    some = weights[:PEER_DRAWS]
    for name, rank in (("pymcdm", by_pymcdm(values)), ("scikit-criteria", by_skcriteria(values))):
        agree(values, some[0], rank(some[0]), name)
        seconds = timed(lambda rank=rank: [rank(one) for one in some]) * DRAWS / PEER_DRAWS
        print(f"| {name}, called per draw | {seconds:.0f} s | {seconds / ours:.0f} times faster |")


def by_pymcdm(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what ranks by pymcdm's weighted sum."""
    from pymcdm.methods import WSM  # noqa: PLC0415

    method, types = WSM(), np.ones(CRITERIA)
    return lambda weights: method.rank(method(values, weights, types))


def by_skcriteria(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what ranks by scikit-criteria's weighted sum."""
    import skcriteria  # noqa: PLC0415
    from skcriteria.agg.simple import WeightedSumModel  # noqa: PLC0415

    method = WeightedSumModel()
    matrix = skcriteria.mkdm(values, [max] * CRITERIA)
    return lambda weights: method.evaluate(matrix.replace(weights=weights)).rank_


def agree(values: np.ndarray, weights: np.ndarray, ranks: np.ndarray, name: str) -> None:
    """Stop if a peer's first is not ours: then they would not measure the same."""
    if int(np.argmin(ranks)) != int(np.argmax(values @ weights)):
        sys.exit(f"{name} ranks another alternative first: the two measure different things.")


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
