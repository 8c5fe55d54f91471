"""Covered demand: what is served once some clusters bring into delivery what could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array

from geo.assessment import Assessment, weights_of
from geo.best_case import best_case
from geo.flow import Network, largest_flow
from geo.skills import Known

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CoveredDemand:
    """Known demand that can be served, by the clusters that have joined.

    Attributes
    ----------
    before
        Places a year served with what is delivered now, if all is shared perfectly.
    parts
        The connected parts of what is not served yet and could be.
    opens
        By cluster the sinks that it brings into delivery, a bit each, over all parts.
    """

    before: float
    parts: tuple[_Part, ...]
    opens: Mapping[int, int]

    def served(self, clusters: frozenset[int]) -> float:
        """Return the places a year that can be filled once ``clusters`` have joined."""
        opened = 0
        for cluster in clusters:
            opened |= self.opens.get(cluster, 0)
        return self.before + sum(part.gain(opened) for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Units that lack places, the full pools that they share, and pools that could be.

    ``first_bit`` is that of its first sink; ``open_now`` says which sinks are delivered now.
    """

    network: Network
    first_bit: int
    open_now: npt.NDArray[np.bool_]
    before: float
    known: dict[int, float]

    def gain(self, opened: int) -> float:
        """Return what is served more than now; what opens the same sinks is solved once."""
        sinks = len(self.open_now)
        mine = opened >> self.first_bit & ((1 << sinks) - 1)
        if mine not in self.known:
            joined = np.array([bool(mine >> at & 1) for at in range(sinks)])
            places = np.where(self.open_now | joined, self.network.places, 0.0)
            self.known[mine] = _most(replace(self.network, places=places)) - self.before
        return self.known[mine]


def covered_demand(
    assessment: Assessment, could: pd.DataFrame, cluster_ids: Sequence[str]
) -> CoveredDemand:
    """Return covered demand as a function of the clusters that join.

    A cluster that joins brings every pool into delivery that could be delivered or is planned
    within reach of its sites; whoever reaches it may fill it. What is served is the best case,
    see :mod:`geo.best_case`: known demand only, and pools whose places are stated. As a largest
    flow it is monotone and submodular in the pools, and so in the clusters.

    Demand that is served now with the pools it shares stays as it is: where a largest flow leaves
    a smallest cut, more sinks can only help the sources outside of it (Ford and Fulkerson 1956).

    Parameters
    ----------
    could
        Pools by cluster, see :func:`geo.pilot.could_be_places`.
    cluster_ids
        The clusters; positions in it name them.
    """
    model, provision = assessment.model, assessment.model.provision
    demand, delivered = model.units.demand, assessment.places
    idle = np.isnan(delivered)[provision.pool]
    chosen = assessment.selection.counted | (assessment.selection.could & idle)
    weights = weights_of(model, chosen, Known.YES)
    now = best_case(weights, demand=demand, places=delivered)
    node = now.node_of_unit
    settled = np.append(now.flow.in_full, False)[node] & (node >= 0)
    left = np.where(settled, np.nan, demand)

    openers = _openers(could, cluster_ids)
    stated = could.dropna(subset=["places"]).drop_duplicates("pool")
    places = delivered.copy()
    places[stated["pool"].to_numpy(dtype=np.int64)] = stated["places"].to_numpy(dtype=float)
    matrix = weights.within_limits.tocoo()
    keep = (matrix.data > 0) & (left[matrix.row] > 0) & (places[matrix.col] > 0)
    unit, pool = matrix.row[keep].astype(np.int64), matrix.col[keep].astype(np.int64)
    for everywhere, reached in weights.everywhere.items():
        if places[everywhere] > 0:
            units = np.flatnonzero(reached & (left > 0))
            unit = np.concatenate([unit, units])
            pool = np.concatenate([pool, np.full(len(units), everywhere)])
    # Units that reach the same pools are one source.
    network, pools = _network(unit, pool, left, places)
    return CoveredDemand(now.served, *_parts(network, [openers.get(q) for q in pools]))


def _openers(could: pd.DataFrame, cluster_ids: Sequence[str]) -> Mapping[int, frozenset[int]]:
    position = {name: number for number, name in enumerate(cluster_ids)}
    grouped = could.assign(position=could["cluster_id"].map(position)).groupby("pool")["position"]
    return {int(str(pool)): frozenset(group.astype(int).tolist()) for pool, group in grouped}


def _network(
    unit: IntArray, pool: IntArray, demand: FloatArray, places: FloatArray
) -> tuple[Network, list[int]]:
    """Return the network of merged units, and the pool of each sink."""
    pools, sink = np.unique(pool, return_inverse=True)
    shape = (len(demand), len(pools))
    rows = coo_array((np.ones(len(unit)), (unit, sink)), shape=shape).tocsr()
    rows.sort_indices()
    kinds: dict[bytes, int] = {}
    kind = np.full(len(demand), -1, dtype=np.int64)
    first: list[int] = []
    for one in np.unique(unit):
        key = rows.indices[rows.indptr[one] : rows.indptr[one + 1]].tobytes()
        if key not in kinds:
            kinds[key] = len(first)
            first.append(int(one))
        kind[one] = kinds[key]
    inside = kind >= 0
    total = np.bincount(kind[inside], demand[inside], len(first)).astype(np.float64)
    merged = rows[first].tocoo()
    order = np.lexsort((merged.col, merged.row))
    source, sink = merged.row[order].astype(np.int64), merged.col[order].astype(np.int64)
    return Network(total, places[pools], source, sink), [int(one) for one in pools]


def _parts(
    network: Network, openers: Sequence[frozenset[int] | None]
) -> tuple[tuple[_Part, ...], Mapping[int, int]]:
    """Return the connected parts that some cluster can change, and what each cluster opens.

    ``openers`` are the clusters that bring each sink into delivery; None is delivered now.
    """
    found: list[_Part] = []
    opens: dict[int, int] = {}
    label = network.components()
    of_source, of_sink = label[: len(network.demand)], label[len(network.demand) :]
    bit = 0
    for part in np.unique(label):
        sinks = np.flatnonzero(of_sink == part)
        mine = [openers[at] for at in sinks.tolist()]
        if all(one is None for one in mine):
            continue
        sources = np.flatnonzero(of_source == part)
        arcs = of_source[network.source] == part
        small = Network(
            network.demand[sources],
            network.places[sinks],
            np.searchsorted(sources, network.source[arcs]),
            np.searchsorted(sinks, network.sink[arcs]),
        )
        open_now = np.array([one is None for one in mine])
        before = _most(replace(small, places=np.where(open_now, small.places, 0.0)))
        found.append(_Part(small, bit, open_now, before, {}))
        for at, clusters in enumerate(mine, start=bit):
            for cluster in clusters or ():
                opens[cluster] = opens.get(cluster, 0) | 1 << at
        bit += len(mine)
    return tuple(found), opens


def _most(network: Network) -> float:
    """Return the most that a network carries: what its smallest cut holds."""
    flow = largest_flow(network)
    return float(network.demand[flow.in_full].sum() + network.places[flow.taken].sum())
