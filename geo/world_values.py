"""The criteria of every cluster in one world, for every scope at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.clusters import employer_keys
from geo.cohort import cohort_probability, minimum_cohorts
from geo.model import Model
from geo.selection import Selection
from geo.worlds import World

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

UNCERTAIN = (
    "employment",
    "employers",
    "small_firm_share",
    "gap_places_per_year",
    "gap_depth",
    "share_without_good_provision",
    "could_be_places_per_gap",
    "best_provision_score",
    "viable_cohort_probability",
    "practical_skill_cover",
)
"""Criteria that differ from world to world; the others are as the run has them."""


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """Which sites belong to which clusters, by position; a site may belong to several."""

    site: IntArray
    cluster: IntArray
    clusters: int


class WorldValues:
    """Computes criteria of clusters in worlds.

    The definitions are those of :mod:`geo.criteria` and :mod:`geo.cluster_provision`; in the world
    in which everything is as recorded the values are the same.
    """

    def __init__(self, model: Model, selection: Selection) -> None:
        self._units = model.units
        self._places = model.provision.pools.places(selection.could)
        register, policy = model.register, model.scenario
        stated = register.programmes["min_cohort"].to_numpy(dtype=float, na_value=np.nan)
        self._minimum = minimum_cohorts(stated, default=policy.cohort.default_minimum)
        self._take_up = policy.cohort.take_up
        keys = employer_keys(register.sites)
        self._employer = np.unique(keys.to_numpy(dtype=str), return_inverse=True)[1]
        sizes = register.sites["employer_employees"].astype(float).groupby(self._employer).max()
        self._small = np.where(
            sizes.isna(), np.nan, sizes < policy.clusters.small_firm_employees
        ).astype(float)

    def values(self, world: World, members: Membership) -> Mapping[str, FloatArray]:
        """Return each of ``UNCERTAIN``: scopes × clusters, NaN where missing.

        The first scope is all programmes together, the others one each, in the register's order.
        """
        found = self._of_industry(world, members)
        unit, cluster = self._members_of_units(members)
        shape = (members.clusters, len(self._minimum))
        key = cluster * shape[1] + self._units.programme[unit]
        needs = _Sums(key, shape)
        demand = world.demand[unit]
        gap, depth = _gaps(needs, demand, world.places_available[unit])
        found["gap_places_per_year"], found["gap_depth"] = gap, depth
        found |= self._of_provision(world, needs, unit)
        could = self._could_be(world, members)
        found["could_be_places_per_gap"] = np.where(
            gap == 0, 1.0, np.divide(could, gap, out=np.full(gap.shape, np.nan), where=gap > 0)
        )
        return found

    def _of_industry(self, world: World, members: Membership) -> dict[str, FloatArray]:
        people = world.employees[members.site]
        known = ~np.isnan(people)
        count = members.clusters
        employment = _summed(members.cluster[known], people[known], count)
        employment[np.bincount(members.cluster[known], minlength=count) == 0] = np.nan
        pairs = np.unique(members.cluster * len(self._small) + self._employer[members.site])
        cluster, employer = np.divmod(pairs, max(1, len(self._small)))
        small = self._small[employer]
        sized = ~np.isnan(small)
        times = np.bincount(cluster[sized], minlength=count)
        share = np.divide(
            _summed(cluster[sized], small[sized], count),
            times,
            out=np.full(count, np.nan),
            where=times > 0,
        )
        employers = np.bincount(cluster, minlength=count).astype(float)
        scopes = 1 + len(self._minimum)
        return {
            "employment": np.tile(employment, (scopes, 1)),
            "employers": np.tile(employers, (scopes, 1)),
            "small_firm_share": np.tile(share, (scopes, 1)),
        }

    def _of_provision(self, world: World, needs: _Sums, unit: IntArray) -> dict[str, FloatArray]:
        demand = world.demand[unit]
        needed = demand > 0
        without = needs.ratio(~world.good_in_reach[unit] * demand, demand, needed)
        cover = world.practical_cover[unit]
        learnt = needs.ratio(cover * demand, demand, needed & ~np.isnan(cover))
        return {
            "share_without_good_provision": without,
            "best_provision_score": needs.highest(world.best_score[unit]),
            "viable_cohort_probability": self._cohorts(needs, demand, needed),
            "practical_skill_cover": learnt,
        }

    def _cohorts(
        self, needs: _Sums, demand: FloatArray, needed: npt.NDArray[np.bool_]
    ) -> FloatArray:
        starters = self._take_up * needs.by_programme(demand, needed)
        chance = cohort_probability(starters, self._minimum)
        there = needs.by_programme(np.ones(len(demand)), needed) > 0
        return _with_all(np.where(there, chance, np.nan), np.fmax)

    def _could_be(self, world: World, members: Membership) -> FloatArray:
        """Return the stated places that could be: 0 without a pool, NaN where none states any."""
        at = _index(members.site, self._units.shape[0])
        first, count = at.start[self._units.site], at.count[self._units.site]
        repeated = np.repeat(np.arange(len(world.could_unit)), count[world.could_unit])
        within = np.arange(len(repeated)) - np.repeat(
            np.cumsum(count[world.could_unit]) - count[world.could_unit], count[world.could_unit]
        )
        unit = world.could_unit[repeated]
        cluster = members.cluster[at.order[first[unit] + within]]
        programme, pool = self._units.programme[unit], world.could_pool[repeated]
        pools, programmes = len(self._places), len(self._minimum)
        rows = [self._pool_places(np.unique(cluster * pools + pool), members.clusters)]
        triples = np.unique((cluster * programmes + programme) * pools + pool)
        of_programme = triples // pools % programmes
        pairs = triples // (pools * programmes) * pools + triples % pools
        rows += [
            self._pool_places(pairs[of_programme == one], members.clusters)
            for one in range(programmes)
        ]
        return np.array(rows)

    def _pool_places(self, pairs: IntArray, clusters: int) -> FloatArray:
        cluster, pool = np.divmod(pairs, max(1, len(self._places)))
        places = self._places[pool]
        stated = ~np.isnan(places)
        total = _summed(cluster[stated], places[stated], clusters)
        none_stated = (np.bincount(cluster, minlength=clusters) > 0) & (
            np.bincount(cluster[stated], minlength=clusters) == 0
        )
        return np.where(none_stated, np.nan, total)

    def _members_of_units(self, members: Membership) -> tuple[IntArray, IntArray]:
        """Return unit and cluster of every demand unit at a member site."""
        at = _index(self._units.site, self._units.shape[0])
        count = at.count[members.site]
        repeated = np.repeat(np.arange(len(members.site)), count)
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(count) - count, count)
        unit = at.order[at.start[members.site][repeated] + within]
        return unit, members.cluster[repeated]


class _Sums:
    """Sums over demand units by cluster and programme, and over all programmes."""

    def __init__(self, key: IntArray, shape: tuple[int, int]) -> None:
        self._key = key
        self._shape = shape

    def by_programme(self, values: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
        """Return clusters × programmes."""
        added = np.bincount(
            self._key[where], weights=values[where], minlength=self._shape[0] * self._shape[1]
        )
        return np.asarray(added.reshape(self._shape), dtype=np.float64)

    def total(self, values: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
        """Return scopes × clusters, the first scope all programmes."""
        return _with_all(self.by_programme(values, where), np.add)

    def ratio(
        self, part: FloatArray, whole: FloatArray, where: npt.NDArray[np.bool_]
    ) -> FloatArray:
        """Return the quotient of two sums; NaN where the whole is 0."""
        divisor = self.total(whole, where)
        nothing = np.full(divisor.shape, np.nan)
        return np.asarray(
            np.divide(self.total(part, where), divisor, out=nothing, where=divisor > 0)
        )

    def highest(self, values: FloatArray) -> FloatArray:
        """Return the highest known value; NaN where none is known."""
        found = np.full(self._shape[0] * self._shape[1], np.nan)
        np.fmax.at(found, self._key, values)
        return _with_all(found.reshape(self._shape), np.fmax)


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """Positions grouped by a number: those of number k are ``order[start[k]:][:count[k]]``."""

    order: IntArray
    start: IntArray
    count: IntArray


def _index(numbers: IntArray, size: int) -> _Index:
    count = np.bincount(numbers, minlength=size)
    return _Index(np.argsort(numbers, kind="stable"), np.cumsum(count) - count, count)


def _gaps(needs: _Sums, demand: FloatArray, places: FloatArray) -> tuple[FloatArray, FloatArray]:
    known = ~np.isnan(demand) & ~np.isnan(places)
    short = np.maximum(demand - places, 0.0)
    gap = needs.total(short, known)
    gap[needs.total(np.ones(len(demand)), known) == 0] = np.nan
    return gap, needs.ratio(short, demand, known)


def _with_all(by_programme: FloatArray, combine: np.ufunc) -> FloatArray:
    """Return scopes × clusters from clusters × programmes."""
    together = combine.reduce(by_programme, axis=1, keepdims=True)
    return np.hstack([together, by_programme]).T


def _summed(at: IntArray, values: FloatArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(at, weights=values, minlength=count), dtype=np.float64)


def membership(clusters_of_site: npt.NDArray[np.integer], clusters: int) -> Membership:
    """Return the membership of sites that each belong to one cluster, or to none (-1)."""
    site = np.flatnonzero(clusters_of_site >= 0)
    return Membership(site, clusters_of_site[site].astype(np.int64), clusters)


def joined(one: Membership, other: Membership) -> Membership:
    """Return both, the clusters of ``other`` numbered behind those of ``one``."""
    return Membership(
        np.concatenate([one.site, other.site]),
        np.concatenate([one.cluster, other.cluster + one.clusters]),
        one.clusters + other.clusters,
    )


def as_frames(values: Mapping[str, FloatArray], cluster_ids: pd.Index) -> list[pd.DataFrame]:
    """Return the values of each scope as a table: clusters × criteria."""
    scopes = len(next(iter(values.values())))
    return [
        pd.DataFrame({name: table[scope] for name, table in values.items()}, index=cluster_ids)
        for scope in range(scopes)
    ]
