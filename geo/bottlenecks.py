"""Bottlenecks: the pools where one more place would let more demand be served."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geo.best_case import BestCase
from geo.flow import Flow, Network
from geo.stages import Provision

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ONE_PLACE = 1.0
_NOTHING = 1e-9
"""An amount of places below this is the solver's rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Bottlenecks:
    """Pools where one more place would be filled by demand that is unmet in the best case.

    Attributes
    ----------
    pool, gain
        The pools with the greatest gain in places a year more served, up to 1; the greatest
        first, equal ones by component and position.
    candidates
        How many pools could gain at all, listed or not. None but these gains anything.
    exhaustive
        Whether no pool that is not listed could gain more than a listed one.
    """

    pool: IntArray
    gain: FloatArray
    candidates: int
    exhaustive: bool


def find_bottlenecks(best: BestCase, *, most: int, recomputed: int = 500) -> Bottlenecks:
    """Find the pools of which one more place would raise the demand served the most.

    From units that lack places, a pool can be reached by handing on: whoever holds a place that
    such a unit could use moves to another pool. One more place helps where, and only where, such
    a chain ends. The gain is recomputed for each by finding the largest flow again, with one more
    place, from the one that was found without.

    Parameters
    ----------
    most
        How many pools to list.
    recomputed
        Of how many kinds of pool the gain is recomputed at most; ``exhaustive`` says whether that
        was enough.

    References
    ----------
    Ford, L. R. and Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of
    Mathematics 8, 399-404 (augmenting paths).
    """
    chains = _Chains.of(best.network, best.flow)
    opened = np.append(_opened_sinks(best.network, best.flow), np.False_)
    candidate = np.flatnonzero(opened[best.node_of_pool])
    candidate = candidate[np.lexsort((candidate, best.component_of_pool[candidate]))]
    nodes = best.node_of_pool[candidate].tolist()
    gains: dict[int, float] = {}
    full = 0
    for node in nodes:
        if node not in gains:
            if full >= most or len(gains) >= recomputed:
                break
            gains[node] = chains.gain(node)
        full += gains[node] >= ONE_PLACE - _NOTHING
    gain = np.array([gains.get(node, 0.0) for node in nodes])
    listed = np.flatnonzero(gain > _NOTHING)
    listed = listed[np.argsort(-gain[listed].round(9), kind="stable")][:most]
    return Bottlenecks(
        pool=candidate[listed],
        gain=gain[listed],
        candidates=len(candidate),
        exhaustive=full >= most or set(nodes) == set(gains),
    )


def bottleneck_table(
    found: Bottlenecks, best: BestCase, provision: Provision, *, places: FloatArray
) -> pd.DataFrame:
    """Name the pools that are bottlenecks.

    Parameters
    ----------
    places
        Places a year, one a pool, as in ``best``.

    Returns
    -------
    One row a pool, in the order of ``found``: ``component``, ``pool`` in words, ``ukprn``,
    ``venue_ids`` and ``programme_codes`` of its offers (sorted, joined by ";"), ``places`` and
    ``gain`` in places a year.
    """
    offers = provision.offers.assign(pool=provision.pool)
    offers = offers[offers["pool"].isin(found.pool)]
    named = {
        name: offers.groupby("pool")[column].agg(_joined).reindex(found.pool).to_numpy(dtype=object)
        for name, column in (
            ("ukprn", "ukprn"),
            ("venue_ids", "venue_id"),
            ("programme_codes", "programme_code"),
        )
    }
    return pd.DataFrame(
        {
            "component": best.component_of_pool[found.pool],
            "pool": pd.Series(
                [pool_in_words(provision.pools.keys[q]) for q in found.pool], dtype="str"
            ),
            **{name: pd.Series(texts, dtype="str") for name, texts in named.items()},
            "places": places[found.pool],
            "gain": found.gain,
        }
    )


def pool_in_words(key: str) -> str:
    """Return the key of a pool, as :func:`geo.pools.make_pools` makes it, in words."""
    kind, *parts = key.split("\x1f")
    if kind == "offer":
        venue, programme, mode = parts
        return f"{programme} at {venue}, {mode}"
    if kind == "provider":
        provider, programme = parts
        return f"{programme} by {provider}"
    return f"pool {parts[0]}"


def _joined(values: pd.Series) -> str:
    return ";".join(sorted(set(values)))


def _opened_sinks(network: Network, flow: Flow) -> BoolArray:
    """Say which sinks a chain of moves leads to from a source with unmet demand."""
    shape = (len(network.demand), len(network.places))
    ones = np.ones(len(network.source), dtype=np.int32)
    reaches = csr_array((ones, (network.sink, network.source)), shape=shape[::-1])
    moved = flow.arc[flow.amount > _NOTHING]
    ones = np.ones(len(moved), dtype=np.int32)
    held_by = csr_array((ones, (network.source[moved], network.sink[moved])), shape=shape)
    sources = _unmet(network, flow) > _NOTHING
    while True:
        sinks = np.asarray(reaches @ sources.astype(np.int32) > 0)
        more = sources | np.asarray(held_by @ sinks.astype(np.int32) > 0)
        if (more == sources).all():
            return sinks
        sources = more


def _unmet(network: Network, flow: Flow) -> FloatArray:
    sent = np.bincount(network.source[flow.arc], flow.amount, len(network.demand))
    return np.asarray(network.demand - sent, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Chains:
    """A flow, ready to be raised: unmet demand, who reaches a sink, and where each source sends."""

    unmet: FloatArray
    first: IntArray
    reached_by: IntArray
    sent: Mapping[int, Mapping[int, float]]

    @classmethod
    def of(cls, network: Network, flow: Flow) -> _Chains:
        order = np.lexsort((network.source, network.sink))
        first = np.searchsorted(network.sink[order], np.arange(len(network.places) + 1))
        sent: dict[int, dict[int, float]] = {}
        ends = network.source[flow.arc].tolist(), network.sink[flow.arc].tolist()
        for source, sink, amount in zip(*ends, flow.amount.tolist(), strict=True):
            sent.setdefault(source, {})[sink] = amount
        return cls(_unmet(network, flow), first, network.source[order], sent)

    def gain(self, sink: int) -> float:
        """Return how much more is served with one more place at the sink."""
        state = _Raised(self, sink)
        gained = 0.0
        while gained < ONE_PLACE - _NOTHING:
            added = state.raise_once(ONE_PLACE - gained)
            if added == 0.0:
                break
            gained += added
        return min(gained, ONE_PLACE)


class _Raised:
    """The flow of some chains while it is raised towards one sink; only changes are copied."""

    def __init__(self, chains: _Chains, target: int) -> None:
        self.chains = chains
        self.target = target
        self.unmet = chains.unmet.copy()
        self.sent: dict[int, dict[int, float]] = {}

    def sent_by(self, source: int) -> Mapping[int, float]:
        """Return where a source sends, and how much."""
        return self.sent.get(source) or self.chains.sent.get(source, {})

    def raise_once(self, most: float) -> float:
        """Send up to ``most`` along one shortest chain of moves; return how much, 0 for none."""
        into: dict[int, int] = {}
        freed_by: dict[int, int] = {self.target: -1}
        waiting = deque([self.target])
        seen = np.zeros(len(self.unmet), dtype=np.bool_)
        while waiting:
            sink = waiting.popleft()
            sources = self.chains.reached_by[self.chains.first[sink] : self.chains.first[sink + 1]]
            sources = sources[~seen[sources]]
            seen[sources] = True
            if len(sources) and self.unmet[sources].max() > _NOTHING:
                last = int(sources[self.unmet[sources].argmax()])
                into[last] = sink
                return self._move(last, into, freed_by, most)
            for source in sources.tolist():
                into[source] = sink
                for held, amount in self.sent_by(source).items():
                    if amount > _NOTHING and held not in freed_by:
                        freed_by[held] = source
                        waiting.append(held)
        return 0.0

    def _move(
        self, last: int, into: Mapping[int, int], freed_by: Mapping[int, int], most: float
    ) -> float:
        """Move each source of the chain into its sink, out of the one that the next waits for."""
        moves = []
        source, amount = last, min(most, float(self.unmet[last]))
        while (mover := freed_by[into[source]]) >= 0:
            amount = min(amount, self.sent_by(mover)[into[source]])
            moves.append((mover, into[source]))
            source = mover
        self.unmet[last] -= amount
        for source, out_of in [(last, -1), *moves]:
            changed = dict(self.sent_by(source))
            if out_of >= 0:
                changed[out_of] -= amount
            changed[into[source]] = changed.get(into[source], 0.0) + amount
            self.sent[source] = changed
        return amount
