"""Small cases of units that share pools: makers, strategies and a plain reading of the optimum."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.places import Weights, make_weights

UNITS, POOLS = 6, 4

matrices = arrays(float, (UNITS, POOLS), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0]))
reaches = st.dictionaries(st.integers(0, POOLS - 1), arrays(np.bool_, UNITS), max_size=2)
amounts = st.floats(0, 1000) | st.integers(0, 12).map(float)
demands = arrays(float, UNITS, elements=st.just(np.nan) | amounts)
supplies = arrays(float, POOLS, elements=st.sampled_from([np.nan, np.inf]) | amounts)


def weights_of(matrix: np.ndarray, everywhere: Mapping[int, np.ndarray] | None = None) -> Weights:
    """Make weights of a dense matrix, units × pools."""
    matrix = np.asarray(matrix, dtype=float)
    unit, pool = np.nonzero(matrix)
    return make_weights(
        unit, pool, matrix[unit, pool], shape=matrix.shape, everywhere=everywhere or {}
    )


def dense(matrix: np.ndarray, everywhere: Mapping[int, np.ndarray]) -> np.ndarray:
    """Return every weight in one matrix, units × pools."""
    full = np.array(matrix, dtype=float)
    for pool, reached in everywhere.items():
        full[reached, pool] = 1.0
    return full


def most_served(reached: np.ndarray, demand: np.ndarray, places: np.ndarray) -> float:
    """Return the most that can be served: the least that any set of pools and the rest allow.

    By the theorem of Hall and of Ford and Fulkerson, one set for each subset of the pools.
    """
    demand, places = np.nan_to_num(demand), np.nan_to_num(places, posinf=np.inf)
    reached = np.asarray(reached) > 0
    least = np.inf
    for chosen in product([False, True], repeat=len(places)):
        taken = np.array(chosen, dtype=bool)
        beyond = reached[:, ~taken].any(axis=1)
        least = min(least, float(demand[beyond].sum() + places[taken].sum()))
    return least
