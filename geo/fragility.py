"""Fragility: what is lost if a provider stops, or two at once, and how few hold the places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csc_array, csr_array

from geo.errors import InputError
from geo.gaps import ROUNDING
from geo.places import Weights, demand_at_pools, places_available
from geo.policies import FragilityPolicy
from geo.stages import Provision

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ALL_PROGRAMMES = ""

_PAIRS_AT_ONCE = 256
_EQUAL_LOSS_DECIMALS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """Which providers a pool belongs to.

    Attributes
    ----------
    ukprns
        The providers, sorted.
    of_pool
        Pools × providers, sparse: 1 where an offer of the provider shares the pool.
    """

    ukprns: pd.Index
    of_pool: csr_array


class Concentration(TypedDict):
    """How much of the places within reach the largest providers hold together.

    ``share`` is 0 to 1, NaN where there are none; ``providers`` the largest first; ``alarm``
    whether the share is above the scenario's.
    """

    share: float
    providers: list[str]
    alarm: bool


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What each unit gets, and what it would lose with each provider.

    Attributes
    ----------
    owners
        The providers.
    demand, available
        Places a year, one a unit: needed (0 where unknown), and available from all pools.
    alone
        Units × providers, sparse: places a year from pools within travel limits that are the
        provider's alone.
    joint
        Units × pairs of providers, likewise, from pools that are the two's together.
    pairs
        The two providers of each column of ``joint``, by position.
    unlimited, unlimited_joint
        By position of a provider, or of a column of ``joint``: places a year per place needed,
        with the units concerned, of each pool that has no travel limit.
    weights, per_demand
        How strongly the pools reach, and the places of each per weighted demand at it.
    """

    owners: Owners
    demand: FloatArray
    available: FloatArray
    alone: csc_array
    joint: csc_array
    pairs: IntArray
    unlimited: Mapping[int, Sequence[tuple[float, BoolArray]]]
    unlimited_joint: Mapping[int, Sequence[tuple[float, BoolArray]]]
    weights: Weights
    per_demand: FloatArray

    @property
    def slack(self) -> FloatArray:
        """Places a year that each unit could lose before any of its demand goes unserved."""
        return np.maximum(self.available - self.demand, 0.0)

    def of_provider(self, provider: int) -> tuple[IntArray, FloatArray]:
        """Return the units that lose places if a provider stops, and how many a year."""
        return self._column(self.alone, provider, self.unlimited)

    def of_joint(self, column: int) -> tuple[IntArray, FloatArray]:
        """Return what units lose of pools that two providers share, only if both stop."""
        return self._column(self.joint, column, self.unlimited_joint)

    def _column(
        self,
        within: csc_array,
        column: int,
        unlimited: Mapping[int, Sequence[tuple[float, BoolArray]]],
    ) -> tuple[IntArray, FloatArray]:
        part = slice(within.indptr[column], within.indptr[column + 1])
        units, lost = within.indices[part].astype(np.int64), within.data[part]
        if column not in unlimited:
            return units, lost
        total = np.zeros(len(self.demand))
        total[units] = lost
        for per_demand, reached in unlimited[column]:
            total[reached] += self.demand[reached] * per_demand
        units = np.flatnonzero(total)
        return units, total[units]


def owners_of_pools(provision: Provision, counted: BoolArray) -> Owners:
    """Return the providers of each pool, by the offers that ``counted`` marks."""
    provider = provision.offers["ukprn"].to_numpy(dtype=object)[counted]
    ukprns, position = np.unique(provider.astype(str), return_inverse=True)
    shape = (len(provision.pools.keys), len(ukprns))
    owned = csr_array((np.ones(len(position)), (provision.pool[counted], position)), shape=shape)
    owned.data[:] = 1.0
    return Owners(pd.Index(ukprns, dtype="str"), owned)


def find_losses(
    weights: Weights, *, demand: FloatArray, places: FloatArray, owners: Owners
) -> Losses:
    """Split what each unit gets by the provider with which it would go.

    Each pool is shared by itself (see :func:`geo.places.places_available`), so that what is left
    without a provider is what there was, less what its pools gave: one pass over the pairs serves
    every provider. A pool of several providers goes only if all of them stop.

    Parameters
    ----------
    demand
        Places needed a year, one a unit, 0 or more; NaN is unknown.
    places
        Places a year, one a pool, 0 or more; NaN is unknown, and gives nothing.

    Raises
    ------
    InputError
        If places are infinite: what is without bound cannot be lost in part.
    """
    if np.isinf(places).any():
        raise InputError("Places are infinite; fragility needs a number, or NaN for unknown.")
    known = np.nan_to_num(demand, nan=0.0)
    competing = demand_at_pools(weights, demand)
    per_demand = np.divide(
        np.nan_to_num(places, nan=0.0), competing, out=np.zeros_like(competing), where=competing > 0
    )
    shared = weights.within_limits.tocoo()
    gives = known[shared.row] * shared.data * per_demand[shared.col]
    by_provider, by_pair, pairs = _groups(owners)

    def columns(of_pool: IntArray, count: int) -> csc_array:
        column = of_pool[shared.col]
        keep = (column >= 0) & (gives > 0)
        ends = shared.row[keep], column[keep]
        return csc_array((gives[keep], ends), shape=(len(demand), count))

    return Losses(
        owners=owners,
        demand=known,
        available=np.nan_to_num(places_available(weights, demand=demand, places=places), nan=0.0),
        alone=columns(by_provider, len(owners.ukprns)),
        joint=columns(by_pair, len(pairs)),
        pairs=pairs,
        unlimited=_unlimited(weights, per_demand, by_provider),
        unlimited_joint=_unlimited(weights, per_demand, by_pair),
        weights=weights,
        per_demand=per_demand,
    )


def provider_losses(
    losses: Losses, *, programme: IntArray, programme_codes: Sequence[str], enough_ratio: float
) -> pd.DataFrame:
    """Return what is lost if each provider stops, and nothing else changes.

    Parameters
    ----------
    programme
        Position of each unit's programme.
    enough_ratio
        Places available per place needed from which on a unit is covered, inclusive.

    Returns
    -------
    One row a provider (``programme_code`` is "") and one more for each programme in which it has
    places within reach, sorted: ``ukprn``, ``programme_code``; ``places_lost``, ``served_lost``
    (the sum of the lesser of places needed and available) and ``covered_lost`` (demand of units
    that were covered and are no longer), all in places a year; ``share`` of the places within
    reach, NaN where there are none.
    """
    count = len(programme_codes)
    needed = enough_ratio * losses.demand * (1.0 - ROUNDING)
    covered, slack = losses.available >= needed, losses.slack
    total = np.bincount(programme, losses.available, count).astype(float)
    rows: list[tuple[object, ...]] = []
    for provider, ukprn in enumerate(losses.owners.ukprns):
        units, lost = losses.of_provider(provider)
        uncovered = covered[units] & (losses.available[units] - lost < needed[units])
        amounts = (
            lost,
            np.maximum(lost - slack[units], 0.0),
            np.where(uncovered, losses.demand[units], 0.0),
        )
        by = np.array([np.bincount(programme[units], amount, count) for amount in amounts])
        rows.append((ukprn, ALL_PROGRAMMES, *by.sum(axis=1), _share(by[0].sum(), total.sum())))
        rows += [
            (ukprn, programme_codes[p], *by[:, p], _share(by[0, p], total[p]))
            for p in np.flatnonzero(by[0]).tolist()
        ]
    names = ["ukprn", "programme_code", "places_lost", "served_lost", "covered_lost", "share"]
    table = pd.DataFrame(rows, columns=names)
    kinds = {"ukprn": "str", "programme_code": "str", **dict.fromkeys(names[2:], "float64")}
    return table.astype(kinds).sort_values(names[:2], ignore_index=True)


def pair_losses(losses: Losses, *, most: int) -> pd.DataFrame:
    """Return the pairs of providers with which the most served demand would be lost.

    A pair loses what each loses alone, and of each unit that both serve up to the lesser part
    that slack had covered. No pair loses more than this bound, and pairs are recomputed in falling
    order of it until none that is left can be among the worst: the list is exact.

    Returns
    -------
    Up to ``most`` rows, the worst first: ``ukprn_a`` below ``ukprn_b``, and ``served_lost`` in
    places a year. Pairs with which nothing is lost are left out.
    """
    columns = [losses.of_provider(p) for p in range(len(losses.owners.ukprns))]
    slack = losses.slack
    single = np.array([np.maximum(lost - slack[at], 0.0).sum() for at, lost in columns])
    covered = np.array([np.minimum(lost, slack[at]).sum() for at, lost in columns])
    a, b = np.triu_indices(len(columns), k=1)
    bound = single[a] + single[b] + np.minimum(covered[a], covered[b])
    joint = {(int(x), int(y)): column for column, (x, y) in enumerate(losses.pairs)}
    for (x, y), column in joint.items():
        before = x * len(columns) - x * (x + 1) // 2
        bound[before + y - x - 1] += losses.of_joint(column)[1].sum()
    order = np.argsort(-bound, kind="stable")
    order = order[bound[order] > ROUNDING]
    found: list[tuple[float, int, int]] = []
    for start in range(0, len(order), _PAIRS_AT_ONCE):
        batch = order[start : start + _PAIRS_AT_ONCE]
        if len(found) >= most and bound[batch[0]] < found[most - 1][0] - ROUNDING:
            break
        for x, y in zip(a[batch].tolist(), b[batch].tolist(), strict=True):
            parts = [columns[x], columns[y]]
            if (x, y) in joint:
                parts.append(losses.of_joint(joint[x, y]))
            found.append((_lost_together(parts, slack), x, y))
        found.sort(key=lambda row: (-round(row[0], _EQUAL_LOSS_DECIMALS), row[1], row[2]))
        del found[most:]
    ukprns = losses.owners.ukprns
    worst = [row for row in found if row[0] > ROUNDING]
    return pd.DataFrame(
        {
            "ukprn_a": pd.Series([ukprns[x] for _, x, _ in worst], dtype="str"),
            "ukprn_b": pd.Series([ukprns[y] for _, _, y in worst], dtype="str"),
            "served_lost": pd.Series([lost for lost, _, _ in worst], dtype="float64"),
        }
    )


def concentration(
    losses: Losses, *, programme: IntArray, programme_codes: Sequence[str], policy: FragilityPolicy
) -> dict[str, Concentration]:
    """Return the share of the places within reach that the largest providers hold together.

    A place counts for the programme whose demand it goes to. Providers are ordered by the places
    that are theirs alone; a pool of several counts if all of them are among the largest.

    Returns
    -------
    By programme code, and "" for all programmes.
    """
    owners = losses.owners.of_pool
    owned_by = np.asarray(owners.sum(axis=1)).ravel()
    alone = owners.multiply((owned_by == 1)[:, None]).tocsr()
    given = _given(losses, programme, len(programme_codes))
    found: dict[str, Concentration] = {}
    for code, amount in zip(
        (ALL_PROGRAMMES, *programme_codes), (given.sum(axis=1), *given.T), strict=True
    ):
        held = np.asarray(alone.T @ amount).round(_EQUAL_LOSS_DECIMALS)
        largest = np.argsort(-held, kind="stable")[: int(policy.alarm_providers)]
        largest = largest[held[largest] > 0]
        among = np.zeros(len(losses.owners.ukprns))
        among[largest] = 1.0
        theirs = (owned_by > 0) & (owners @ among == owned_by)
        share = _share(float(amount[theirs].sum()), float(amount.sum()))
        found[code] = Concentration(
            share=share,
            providers=losses.owners.ukprns[largest].tolist(),
            alarm=bool(share > policy.alarm_share + ROUNDING),
        )
    return found


def _groups(owners: Owners) -> tuple[IntArray, IntArray, IntArray]:
    """Return each pool's only provider, its only pair of providers (-1 for none), and the pairs."""
    owned = owners.of_pool
    count = np.diff(owned.indptr)
    by_provider = np.full(len(count), -1, dtype=np.int64)
    by_provider[count == 1] = owned.indices[owned.indptr[:-1][count == 1]]
    by_pair = np.full(len(count), -1, dtype=np.int64)
    first = owned.indptr[:-1][count == 2]
    ends = np.sort(np.column_stack([owned.indices[first], owned.indices[first + 1]]), axis=1)
    pairs, position = np.unique(ends, axis=0, return_inverse=True)
    by_pair[count == 2] = position.ravel()
    return by_provider, by_pair, pairs.astype(np.int64)


def _unlimited(
    weights: Weights, per_demand: FloatArray, group: IntArray
) -> dict[int, list[tuple[float, BoolArray]]]:
    found: dict[int, list[tuple[float, BoolArray]]] = {}
    for pool, reached in weights.everywhere.items():
        if group[pool] >= 0 and per_demand[pool] > 0:
            found.setdefault(int(group[pool]), []).append((float(per_demand[pool]), reached))
    return found


def _lost_together(parts: Sequence[tuple[IntArray, FloatArray]], slack: FloatArray) -> float:
    """Return the served demand lost if several parts of what units get are lost at once."""
    units, position = np.unique(np.concatenate([at for at, _ in parts]), return_inverse=True)
    lost = np.bincount(position, np.concatenate([lost for _, lost in parts]), len(units))
    return float(np.maximum(lost - slack[units], 0.0).sum())


def _given(losses: Losses, programme: IntArray, count: int) -> FloatArray:
    """Return the places of each pool that go to each programme, pools × programmes."""
    of_programme = np.zeros((len(losses.demand), count))
    of_programme[np.arange(len(programme)), programme] = losses.demand
    reached = np.asarray(losses.weights.within_limits.T @ of_programme)
    for pool, units in losses.weights.everywhere.items():
        reached[pool] += of_programme[units].sum(axis=0)
    return np.asarray(reached * losses.per_demand[:, None])


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
