"""Best-case allocation: how much demand could be served if places were shared perfectly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geo.errors import NotSolvedError
from geo.flow import CLOSED_FORM, Flow, Network, largest_flow
from geo.places import Weights

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_NONE = -1
_LARGEST_GAP = 1e-7
_EQUAL_DEMAND_DECIMALS = 6
"""Totals that differ by less are equal when components are numbered: rounding must not decide."""


@dataclass(frozen=True, slots=True, eq=False)
class BestCase:
    """The most demand that can be served, by connected component.

    Who gets which place is not unique, and so only totals of components are stated.

    Attributes
    ----------
    components
        One row a component, the largest demand first: ``component`` from 1; ``demand``, ``served``
        and ``unmet`` in places a year; ``units`` with known demand above 0; ``pools`` whose places
        are known; ``status``, the solver's own or ``closed form``; ``gap`` between what an
        allocation serves and what a cut shows to be the most, as a share of the latter.
    component_of_unit
        0 where a unit's demand is 0 or unknown, or it reaches no pool whose places are known.
    component_of_pool
        0 where a pool's places are unknown, or no such unit reaches it.
    unreached
        Known demand of the units of no component, places a year; none of it can be served.
    network, flow
        The merged problem and one of its solutions, from which bottlenecks are recomputed.
    node_of_unit, node_of_pool
        Source of each unit and sink of each pool in ``network``; -1 for none.
    """

    components: pd.DataFrame
    component_of_unit: IntArray
    component_of_pool: IntArray
    unreached: float
    network: Network
    flow: Flow
    node_of_unit: IntArray
    node_of_pool: IntArray

    @property
    def served(self) -> float:
        """Places a year that can be filled in all."""
        return float(self.components["served"].sum())

    @property
    def unmet(self) -> float:
        """Places a year that must be missing, even if all are shared perfectly."""
        return float(self.components["unmet"].sum()) + self.unreached


def best_case(weights: Weights, *, demand: FloatArray, places: FloatArray) -> BestCase:
    """Share places so that as much demand as possible is served.

    Maximise ``sum x_iq`` with ``sum_q x_iq <= D_i`` and ``sum_i x_iq <= S_q``, over pairs of any
    weight above 0. Units that reach the same pools are one in the programme, and so are pools
    that the same units reach.

    Parameters
    ----------
    demand
        Places needed a year, one a unit, 0 or more; NaN is unknown, and competes for none.
    places
        Places a year, one a pool, 0 or more; NaN is unknown, and gives none; infinite is allowed.

    Raises
    ------
    NotSolvedError
        If the solver found no optimum, or its solution is not proven to be one.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the
    Regional Science Association 32, 101-118; here with every location given and with capacities.
    Ford, L. R. and Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of
    Mathematics 8, 399-404.
    """
    network, node_of_unit, node_of_pool = _merged(weights, demand, places)
    flow = largest_flow(network)
    label, lowest = _numbered(network, node_of_unit)
    of_source, of_sink = label[: len(network.demand)], label[len(network.demand) :]
    count = len(lowest)
    component_of_unit, component_of_pool = _of(node_of_unit, of_source), _of(node_of_pool, of_sink)
    needed = _totals(of_source - 1, network.demand, count)
    held = _totals(of_sink - 1, network.places, count)
    cut = _totals(of_source[flow.in_full] - 1, network.demand[flow.in_full], count)
    cut += _totals(of_sink[flow.taken] - 1, network.places[flow.taken], count)
    served = np.minimum(cut, np.minimum(needed, held))
    carried = _totals(of_source[network.source[flow.arc]] - 1, flow.amount, count)
    components = pd.DataFrame(
        {
            "component": np.arange(1, count + 1),
            "demand": needed,
            "served": served,
            "unmet": needed - served,
            "units": np.bincount(component_of_unit, minlength=count + 1)[1:],
            "pools": np.bincount(component_of_pool, minlength=count + 1)[1:],
            "status": _statuses(flow, of_source, count),
            "gap": _gaps(served, carried),
        }
    )
    unreached = float(np.nansum(demand[component_of_unit == 0]))
    return BestCase(
        components,
        component_of_unit,
        component_of_pool,
        unreached,
        network,
        flow,
        node_of_unit,
        node_of_pool,
    )


def certain_shortfall(weights: Weights, *, demand: FloatArray, places: FloatArray) -> FloatArray:
    """Return what each unit must lack even if every pool that it reaches were its own.

    ``max(0, D_i - sum S_q)`` over the pools that it reaches with any weight above 0.

    Parameters
    ----------
    demand
        Places needed a year, one a unit; NaN is unknown.
    places
        Places a year, one a pool; NaN is unknown, and counts as none; infinite is allowed.

    Returns
    -------
    Places a year, one a unit; NaN where the demand is unknown.
    """
    within = weights.within_limits.tocoo()
    given = np.nan_to_num(places, nan=0.0, posinf=np.inf)
    valid = within.data > 0
    reached = _totals(within.row[valid], given[within.col[valid]], len(demand))
    for pool, units in weights.everywhere.items():
        reached[units] += given[pool]
    return np.where(np.isnan(demand), np.nan, np.maximum(demand - reached, 0.0))


def component_table(
    best: BestCase, *, site: IntArray, programme: IntArray, programme_codes: Sequence[str]
) -> pd.DataFrame:
    """Return the components with their sites and programmes.

    Parameters
    ----------
    site, programme
        Position of each unit's site and programme.
    programme_codes
        The code of each programme.

    Returns
    -------
    ``component``, ``demand``, ``served``, ``unmet``, ``sites``, ``pools``, ``programme_codes``
    (sorted, joined by ";"), ``status``, ``gap``.
    """
    units = pd.DataFrame(
        {
            "component": best.component_of_unit,
            "site": site,
            "code": np.asarray(programme_codes, dtype=object)[programme],
        }
    )
    numbers = best.components["component"]
    sites = units.drop_duplicates(["component", "site"]).groupby("component").size()
    codes = units.drop_duplicates(["component", "code"]).sort_values(["component", "code"])
    joined = codes.groupby("component")["code"].agg(";".join)
    table = best.components.assign(
        sites=numbers.map(sites).astype("int64"),
        programme_codes=numbers.map(joined).astype("str"),
    )
    columns = ["component", "demand", "served", "unmet", "sites", "pools", "programme_codes"]
    return table[[*columns, "status", "gap"]]


def _merged(
    weights: Weights, demand: FloatArray, places: FloatArray
) -> tuple[Network, IntArray, IntArray]:
    """Return the network of merged units and pools, the source of each unit, the sink of a pool."""
    wants, stated = demand > 0, ~np.isnan(places)
    within = weights.within_limits.tocoo()
    keep = (within.data > 0) & wants[within.row] & stated[within.col]
    unit, pool = within.row[keep].astype(np.int64), within.col[keep].astype(np.int64)
    everywhere = {q: units & wants for q, units in weights.everywhere.items() if stated[q]}

    keys = _keys(len(demand))
    signs = _sums(pool, unit, keys, len(places))
    for position, units in everywhere.items():
        signs[position] += keys[units].sum(axis=0)
    node_of_pool, kept_pools = _groups(signs)
    # Only now are pools without a travel limit spread over their units: one of each kind.
    spread = {q: np.flatnonzero(units) for q, units in everywhere.items() if q in set(kept_pools)}
    alone = np.isin(pool, kept_pools)
    unit = np.concatenate([unit[alone], *spread.values()])
    pool = np.concatenate([pool[alone], *(np.full(len(at), q) for q, at in spread.items())])
    sink = node_of_pool[pool]
    node_of_unit, kept_units = _groups(_sums(unit, sink, _keys(len(kept_pools)), len(demand)))
    first = np.isin(unit, kept_units)
    source, sink = node_of_unit[unit[first]], sink[first]
    order = np.lexsort((sink, source))
    network = Network(
        _totals(node_of_unit, demand, len(kept_units)),
        _totals(node_of_pool, places, len(kept_pools)),
        source[order],
        sink[order],
    )
    return network, node_of_unit, node_of_pool


def _keys(count: int) -> npt.NDArray[np.uint64]:
    """Return 128 scrambled bits for each position (splitmix64), whose sums tell sets apart."""
    state = np.arange(1, 2 * count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (state ^ (state >> np.uint64(31))).reshape(count, 2)


def _sums(
    row: IntArray, column: IntArray, keys: npt.NDArray[np.uint64], rows: int
) -> npt.NDArray[np.uint64]:
    """Return the sum of the keys of each row's columns: the same for the same columns."""
    ones = np.ones(len(row), dtype=np.uint64)
    return np.asarray(csr_array((ones, (row, column)), shape=(rows, len(keys))) @ keys)


def _groups(signs: npt.NDArray[np.uint64]) -> tuple[IntArray, IntArray]:
    """Return the group of each row with equal signs, -1 where there is none, and a row of each."""
    rows = np.flatnonzero(signs.any(axis=1))
    _, first, group = np.unique(signs[rows], axis=0, return_index=True, return_inverse=True)
    # Groups are numbered as they first appear, not by their scrambled signs.
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    found = np.full(len(signs), _NONE, dtype=np.int64)
    found[rows] = number[group.ravel()]
    return found, rows[np.sort(first)]


def _totals(group: IntArray, amount: FloatArray, groups: int) -> FloatArray:
    """Return the sum of the amounts of each group; those of group -1 count nowhere."""
    total = np.zeros(groups)
    inside = group != _NONE
    np.add.at(total, group[inside], amount[inside])
    return total


def _numbered(network: Network, node_of_unit: IntArray) -> tuple[IntArray, IntArray]:
    """Return the component of each source, then each sink, from 1; and each one's lowest unit."""
    label = network.components()
    of_source = label[: len(network.demand)]
    count = int(label.max(initial=-1)) + 1
    total = _totals(of_source, network.demand, count).round(_EQUAL_DEMAND_DECIMALS)
    units = np.flatnonzero(node_of_unit != _NONE)
    _, first = np.unique(of_source[node_of_unit[units]], return_index=True)
    order = np.lexsort((units[first], -total))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(1, count + 1)
    return number[label], units[first][order]


def _of(node: IntArray, component: IntArray) -> IntArray:
    return np.where(node == _NONE, 0, np.append(component, 0)[node])


def _statuses(flow: Flow, component: IntArray, count: int) -> npt.NDArray[np.object_]:
    """Return the solver's status of each component of which it solved a part."""
    found = np.full(count, CLOSED_FORM, dtype=object)
    by_solver = flow.status != CLOSED_FORM
    found[component[by_solver] - 1] = flow.status[by_solver]
    return found


def _gaps(served: FloatArray, carried: FloatArray) -> FloatArray:
    """Return how far an allocation that was found falls short of the most, as a share of it."""
    short = np.maximum(served - carried, 0.0)
    gap = np.divide(short, served, out=np.zeros_like(served), where=served > 0)
    if len(gap) and gap.max() > _LARGEST_GAP:
        raise NotSolvedError(
            f"The best-case allocation is not proven: the gap of component {gap.argmax() + 1} is "
            f"{gap.max():.3g}, above {_LARGEST_GAP:g}, though its solver reports an optimum."
        )
    return gap
