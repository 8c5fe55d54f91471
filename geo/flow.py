"""The largest flow from sources to sinks over admissible arcs, with a cut that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from geo.errors import NotSolvedError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

CLOSED_FORM = "closed form"
"""The status of what needed no solver."""

_SMALL_ARCS = 20_000
"""Up to so many arcs the simplex method is the faster."""
_ARCS_AT_FIRST = 6
"""Arcs of each source that the first programme holds."""
_SETTLING_ROUNDS = 50
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Sources, sinks and the arcs between them, by position.

    Attributes
    ----------
    demand
        The most that each source sends, above 0.
    places
        The most that each sink takes, 0 or more; may be infinite.
    source, sink
        The ends of each arc, each pair once; every arc carries any amount.
    """

    demand: FloatArray
    places: FloatArray
    source: IntArray
    sink: IntArray

    def components(self) -> IntArray:
        """Return a number for each source, then each sink: the same where arcs join them."""
        sources, count = len(self.demand), len(self.demand) + len(self.places)
        arcs = np.ones(len(self.source), dtype=np.int8)
        joined = csr_array((arcs, (self.source, self.sink + sources)), shape=(count, count))
        _, label = connected_components(joined, directed=False)
        return np.asarray(label, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A largest flow, one of many, and a smallest cut.

    Attributes
    ----------
    arc, amount
        The arcs that carry something, and how much.
    in_full
        The sources in the cut: each sends all that it has.
    taken
        The sinks in the cut: each takes all that it can. What the two sets hold together is as
        much as any flow can carry.
    status
        By source: the solver's own status, or ``CLOSED_FORM``.
    """

    arc: IntArray
    amount: FloatArray
    in_full: BoolArray
    taken: BoolArray
    status: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """The flow of one programme; sources, sinks and arcs by position in it."""

    arc: IntArray
    amount: FloatArray
    in_full: BoolArray
    taken: BoolArray
    status: str


def largest_flow(network: Network) -> Flow:
    """Send as much as possible from the sources to the sinks.

    Maximise the sum of ``x_iq``, with ``sum_q x_iq <= demand_i`` and ``sum_i x_iq <= places_q``.
    What follows without a solver is settled first; each connected part of the rest is a sparse
    linear programme for HiGHS, by the interior point method if large, by simplex if not.

    Raises
    ------
    NotSolvedError
        If the solver says that it found no optimum.

    References
    ----------
    Ford, L. R. and Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of
    Mathematics 8, 399-404.
    Huangfu, Q. and Hall, J. A. J. (2018). Parallelizing the dual revised simplex method.
    Mathematical Programming Computation 10, 119-142 (HiGHS).
    """
    in_full = np.zeros(len(network.demand), dtype=np.bool_)
    taken = np.zeros(len(network.places), dtype=np.bool_)
    status = np.full(len(network.demand), CLOSED_FORM, dtype=object)
    left, arcs, amounts = _settle(network, in_full, taken)
    for part in _connected_parts(network, left):
        sources, source = np.unique(network.source[part], return_inverse=True)
        sinks, sink = np.unique(network.sink[part], return_inverse=True)
        found = _solve(Network(network.demand[sources], network.places[sinks], source, sink))
        arcs.append(part[found.arc])
        amounts.append(found.amount)
        in_full[sources], taken[sinks], status[sources] = found.in_full, found.taken, found.status
    none = np.zeros(0)
    arc, amount = np.concatenate([none.astype(np.int64), *arcs]), np.concatenate([none, *amounts])
    carries = amount > 0
    return Flow(arc[carries], amount[carries], in_full, taken, status)


def _settle(
    network: Network, in_full: BoolArray, taken: BoolArray
) -> tuple[IntArray, list[IntArray], list[FloatArray]]:
    """Settle what needs no solver; mark it, and return the arcs left and the flow so far.

    A sink with room for every source that reaches it serves them in full: other sinks could do
    no better by them, and are left to the others. Likewise a source that could fill every sink
    that it reaches fills them. Each may make the next so.
    """
    demand, places = network.demand, network.places
    left = np.arange(len(network.source))
    arcs: list[IntArray] = []
    amounts: list[FloatArray] = []
    for _ in range(_SETTLING_ROUNDS):
        before = len(left)
        source, sink = network.source[left], network.sink[left]
        asked = np.bincount(sink, demand[source], len(places))
        roomy = left[(places >= asked)[sink]]
        arcs.append(_first_of(network.source[roomy], roomy))
        amounts.append(demand[network.source[arcs[-1]]])
        in_full[network.source[roomy]] = True

        left = left[~in_full[source]]
        source, sink = network.source[left], network.sink[left]
        offered = np.bincount(source, places[sink], len(demand))
        hungry = left[(demand >= offered)[source]]
        arcs.append(_first_of(network.sink[hungry], hungry))
        amounts.append(places[network.sink[arcs[-1]]])
        taken[network.sink[hungry]] = True

        left = left[~taken[sink]]
        if len(left) == before:
            break
    return left, arcs, amounts


def _first_of(group: IntArray, arcs: IntArray) -> IntArray:
    """Return the first arc of each group."""
    return arcs[np.unique(group, return_index=True)[1]]


def _connected_parts(network: Network, arcs: IntArray) -> Sequence[IntArray]:
    """Return the arcs by connected part."""
    if not len(arcs):
        return []
    rest = Network(network.demand, network.places, network.source[arcs], network.sink[arcs])
    label = rest.components()[rest.source]
    order = np.argsort(label, kind="stable")
    return np.split(arcs[order], np.flatnonzero(np.diff(label[order])) + 1)


def _solve(network: Network) -> _Solved:
    """Solve one connected part.

    The first programme holds a few arcs of each source. By its prices one sees which other arcs
    could raise the flow; they are added until there are none, and so the last programme's optimum
    is that of all arcs (column generation). It needs a small part of the time and memory.
    """
    source, sink = network.source, network.sink
    chosen = np.zeros(len(source), dtype=np.bool_)
    missing = np.arange(len(source))
    while len(missing):
        chosen[_some_of_each(network, missing)] = True
        arc = np.flatnonzero(chosen)
        amount, taken, status = _programme(network, arc)
        in_full = np.zeros(len(network.demand), dtype=np.bool_)
        in_full[source[arc[~taken[sink[arc]]]]] = True
        missing = np.flatnonzero(~chosen & ~in_full[source] & ~taken[sink])
    return _Solved(arc, _feasible(network, arc, amount), in_full, taken, status)


def _some_of_each(network: Network, arcs: IntArray) -> IntArray:
    """Return a few of each source's arcs, spread over the sinks by a fixed scramble."""
    source, sink = network.source[arcs], network.sink[arcs]
    scramble = (source * 2_654_435_761 + sink * 2_654_404_609) & 0xFFFFFFFF
    scramble = (scramble ^ (scramble >> 13)) * 1_274_126_177 & 0xFFFFFFFF
    order = np.lexsort((scramble, source))
    at = np.arange(len(arcs))
    starts = np.ones(len(arcs), dtype=np.bool_)
    starts[1:] = source[order][1:] != source[order][:-1]
    rank = at - np.maximum.accumulate(np.where(starts, at, 0))
    return arcs[order[rank < _ARCS_AT_FIRST]]


def _programme(network: Network, arc: IntArray) -> tuple[FloatArray, BoolArray, str]:
    """Solve the programme of some arcs; return their amounts, the sinks in the cut, the status."""
    sources, count = len(network.demand), len(arc)
    ends = np.column_stack([network.source[arc], network.sink[arc] + sources]).ravel()
    limits = np.concatenate([network.demand, network.places])
    matrix = csc_array(
        (np.ones(2 * count), ends, np.arange(0, 2 * count + 1, 2)), shape=(len(limits), count)
    )
    # Tolerances are absolute, and so the amounts are brought near 1.
    scale = float(network.demand.mean())
    small = len(network.source) <= _SMALL_ARCS
    result = linprog(
        -np.ones(count),
        A_ub=matrix,
        b_ub=limits / scale,
        method="highs-ds" if small else "highs-ipm",
        options={
            "primal_feasibility_tolerance": _TOLERANCE,
            "dual_feasibility_tolerance": _TOLERANCE,
        },
    )
    if result.status != 0:
        raise NotSolvedError(
            f"The best-case allocation of {sources:,} demands and {len(network.places):,} pools "
            f"over {count:,} pairs has no optimum that can be trusted: {result.message}"
        )
    price = -result.ineqlin.marginals[sources:]
    return result.x * scale, price > 0.5, _own_words(result.message)


def _own_words(message: str) -> str:
    """Return the solver's own status from the library's message about it."""
    return message[message.find("(") + 1 : message.rfind(")")] if "(" in message else message


def _feasible(network: Network, arc: IntArray, amount: FloatArray) -> FloatArray:
    """Trim a flow by the solver's tolerance, so that no source and no sink exceeds its limit."""
    amount = np.maximum(amount, 0.0)
    for end, limit in ((network.source[arc], network.demand), (network.sink[arc], network.places)):
        total = np.bincount(end, amount, len(limit))
        share = np.divide(limit, total, out=np.ones_like(total), where=total > limit)
        amount = amount * share[end]
    return amount
