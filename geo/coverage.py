"""Coverage in totals: demand, served and unmet, by any grouping, and how deep the gaps are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import require_columns, require_complete
from geo.errors import InputError
from geo.gaps import ROUNDING, GapClass
from geo.types import Stream

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SITE_GROUPINGS = ("nation", "region", "authority", "cluster", "size", "segment")
"""What a site is of, whatever the programme."""
STREAM = "stream"
GROUPINGS = (*SITE_GROUPINGS, "programme", STREAM)
"""What coverage can be grouped by. A mode is none of them: its places are those of others too."""
NO_GROUP = "none"
UNKNOWN_GROUP = "unknown"
SMALL, LARGE = "small firm", "large employer"
_NEEDED = ("site_id", "demand", "places_available", "gap_class")
_CLASSES = tuple(kind.value for kind in GapClass)
_SHARED_BY_STREAMS = ("places_available", "places_low", "places_high", "shortfall_certain")


class Evidence(StrEnum):
    """Whether enough is known of a group to give its rates."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"


def foster_greer_thorbecke(demand: FloatArray, available: FloatArray, *, alpha: int) -> float:
    """Return how many, how far or how severely units fall short, weighted by demand.

    ``sum D * max(0, 1 - V / D) ** alpha / sum D``; alpha 0 is the share of demand that falls
    short at all, 1 the mean shortfall, 2 its severity. 0 to 1. Units whose demand is 0 or
    unknown, or whose places are unknown, are left out; NaN where none is left.

    References
    ----------
    Foster, J., Greer, J. and Thorbecke, E. (1984). A class of decomposable poverty measures.
    Econometrica 52(3), 761-766.
    """
    counted = (np.nan_to_num(demand, nan=0.0) > 0) & ~np.isnan(available)
    needed, given = demand[counted], available[counted]
    if not len(needed):
        return float("nan")
    return float((needed * _depth(needed, given, alpha)).sum() / needed.sum())


def groups_of_sites(
    sites: pd.DataFrame, cluster_of_site: pd.Series, *, small_firm_employees: float
) -> pd.DataFrame:
    """Return the group of every site in every grouping.

    Parameters
    ----------
    sites
        Indexed by ``site_id``: ``nation``, ``region``, ``authority``, ``segment``,
        ``employer_employees``.
    cluster_of_site
        ``cluster_id`` by ``site_id``, for the sites that belong to one.
    small_firm_employees
        A small firm's whole employer has fewer employees.

    Returns
    -------
    One row a site, indexed like ``sites``, a column a grouping. What is not known is the group
    ``unknown``; a site in no cluster is in the group ``none``.
    """
    whole = sites["employer_employees"].to_numpy(dtype=float, na_value=np.nan)
    size = np.select(
        [np.isnan(whole), whole < small_firm_employees], [UNKNOWN_GROUP, SMALL], default=LARGE
    )
    groups = {
        name: sites[name].astype(object).where(sites[name].notna(), UNKNOWN_GROUP)
        for name in ("nation", "region", "authority", "segment")
    }
    cluster = cluster_of_site.reindex(sites.index).astype(object)
    return pd.DataFrame(
        {**groups, "size": size, "cluster": cluster.where(cluster.notna(), NO_GROUP)},
        index=sites.index,
    )[list(SITE_GROUPINGS)]


def by_stream(coverage: pd.DataFrame) -> pd.DataFrame:
    """Split every demand unit into its streams.

    Both streams of a unit share all its pairs, so that its places, their bounds and its certain
    shortfall divide in proportion to the demand of each, exactly.

    Parameters
    ----------
    coverage
        One row a demand unit, as for :func:`totals`, with ``demand_new_starters`` and
        ``demand_existing_workforce`` in places a year, NaN where unknown.

    Returns
    -------
    One row a unit and stream, with ``stream``. A stream of unknown demand keeps no places: what
    is known is shared among those that are known.
    """
    columns = [f"demand_{stream.value}" for stream in Stream]
    require_columns(coverage, (*_NEEDED, *columns), table="coverage")
    whole = coverage["demand"].to_numpy(dtype=float)
    parts = []
    for stream, column in zip(Stream, columns, strict=True):
        demand = coverage[column].to_numpy(dtype=float)
        share = np.divide(
            demand, whole, out=np.where(np.isnan(demand), np.nan, 0.0), where=whole > 0
        )
        shared = {
            name: coverage[name].to_numpy(dtype=float) * share
            for name in _SHARED_BY_STREAMS
            if name in coverage
        }
        parts.append(coverage.assign(demand=demand, stream=stream.value, **shared))
    return pd.concat(parts, ignore_index=True)


def totals(
    coverage: pd.DataFrame, *, by: Sequence[str] = (), insufficient_share: float = 1.0
) -> pd.DataFrame:
    """Add up coverage, whole or by groups; the totals agree across every grouping.

    Parameters
    ----------
    coverage
        One row a demand unit, or a unit and stream: ``site_id``, ``demand``,
        ``places_available``, ``gap_class`` and the columns of ``by``, none of them missing; where
        there are bounds ``places_low`` and ``places_high``, and ``shortfall_certain``.
    by
        Any of the groupings, none for one row of everything.
    insufficient_share
        Share of demand of unknown class above which no rate is given.

    Returns
    -------
    One row a group, sorted: the columns of ``by``, ``sites``, ``demand_unknown_sites``,
    ``demand``, ``served``, ``unmet`` (places a year; NaN for the last two where capacity is not
    tested), ``served_low`` and ``served_high`` where there are bounds, ``unmet_certain`` where
    there is a certain shortfall, ``unknown_share`` of demand (NaN where none is known),
    ``evidence``, ``fgt0``, ``fgt1``, ``fgt2`` (NaN where nothing can be said or the evidence is
    insufficient), and two dictionaries: ``gap_classes`` from class to demand and
    ``gap_class_sites`` from class to sites.
    """
    unknown = [name for name in by if name not in GROUPINGS]
    if unknown:
        raise InputError(
            f"Coverage cannot be grouped by {unknown[0]!r}; it can by {', '.join(GROUPINGS)}."
        )
    require_columns(coverage, (*_NEEDED, *by), table="coverage")
    require_complete(coverage[[*by, "site_id", "gap_class"]], table="coverage")
    labels, group = _groups(coverage, by)
    site = pd.factorize(coverage["site_id"])[0].astype(np.int64)
    summed = _Summed(coverage, group, len(labels), site)
    demand, served = summed.of(coverage["demand"]), summed.at_most_demand("places_available")
    found: dict[str, Any] = {
        "sites": summed.sites(np.ones(len(coverage), dtype=bool)),
        "demand_unknown_sites": summed.sites(~summed.known),
        "demand": demand,
        "served": served,
        "unmet": demand - served,
    }
    for name, places in (("served_low", "places_low"), ("served_high", "places_high")):
        if places in coverage:
            found[name] = summed.at_most_demand(places)
    if "shortfall_certain" in coverage:
        found["unmet_certain"] = summed.complete(coverage["shortfall_certain"])
    classes, sites = summed.by_class()
    unknown_share = _divided(classes[:, _CLASSES.index(GapClass.UNKNOWN.value)], demand)
    nothing_known = (demand == 0) & (found["demand_unknown_sites"] > 0)
    insufficient = (unknown_share > insufficient_share) | nothing_known
    found["unknown_share"] = unknown_share
    found["evidence"] = np.where(insufficient, Evidence.INSUFFICIENT, Evidence.SUFFICIENT)
    for alpha in (0, 1, 2):
        found[f"fgt{alpha}"] = np.where(insufficient, np.nan, summed.depth(alpha))
    found["gap_classes"] = [dict(zip(_CLASSES, row, strict=True)) for row in classes.tolist()]
    found["gap_class_sites"] = [dict(zip(_CLASSES, row, strict=True)) for row in sites.tolist()]
    return labels.assign(**found)


def unmet_best_case(
    coverage: pd.DataFrame, components: pd.DataFrame, *, by: Sequence[str] = ()
) -> pd.Series | None:
    """Return what stays unmet if sharing were perfect, by group; None where it cannot be told.

    The best case is known for whole connected components only: within one, who gets a place is
    not unique. So there is an answer only if every component lies in one group, whole; and none
    where capacity is not tested, since no component then has any places.

    Parameters
    ----------
    coverage
        The demand units in question: ``demand``, ``places_available``, ``component`` (0 is a unit
        that reaches nothing, so that its demand stays unmet) and the columns of ``by``.
    components
        One row a component of the whole run: ``component``, ``units`` (how many demand units
        belong to it) and ``unmet``, places a year.

    Returns
    -------
    Places a year, in the order of the groups of :func:`totals`.
    """
    if coverage.loc[coverage["demand"].notna(), "places_available"].isna().any():
        return None
    labels, group = _groups(coverage, by)
    component = coverage["component"].to_numpy(dtype=np.int64)
    inside = component > 0
    member, first = np.unique(component[inside], return_index=True)
    count = np.bincount(component[inside])
    home = np.full(len(count), -1, dtype=np.int64)
    home[member] = group[inside][first]
    whole = components.set_index("component")["units"].reindex(member)
    if np.any(home[component[inside]] != group[inside]) or np.any(count[member] != whole):
        return None
    alone = np.where(inside, 0.0, np.nan_to_num(coverage["demand"].to_numpy(dtype=float)))
    unmet = components.set_index("component")["unmet"].reindex(member).to_numpy(dtype=float)
    return pd.Series(
        np.bincount(group, alone, minlength=len(labels))
        + np.bincount(home[member], unmet, minlength=len(labels)),
        index=labels.index,
    )


def small_firm_gap_ratio(by_size: pd.DataFrame) -> float:
    """Return the gap share of small firms as a multiple of that of large employers.

    The gap share is ``unmet`` by ``demand``. 1 is as large a gap; NaN where either group is
    missing, needs nothing, is short of evidence or of tested capacity, or where large employers
    have no gap.

    Parameters
    ----------
    by_size
        Totals by ``size``, see :func:`totals`.
    """
    known = by_size[by_size["evidence"] == Evidence.SUFFICIENT].set_index("size")
    share = (known["unmet"] / known["demand"]).reindex([SMALL, LARGE]).to_numpy(dtype=float)
    return float(_divided(share[:1], share[1:])[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Summed:
    """Sums over the rows of each group."""

    coverage: pd.DataFrame
    group: IntArray
    groups: int
    site: IntArray

    @property
    def demand(self) -> FloatArray:
        """Places needed a year, NaN where unknown."""
        return self.coverage["demand"].to_numpy(dtype=float)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether the demand is known."""
        return ~np.isnan(self.demand)

    def of(self, values: pd.Series | FloatArray) -> FloatArray:
        """Return the sum of what is known."""
        numbers = np.nan_to_num(np.asarray(values, dtype=float))
        # Without any row the sum would be of whole numbers.
        return np.bincount(self.group, numbers, minlength=self.groups).astype(float)

    def complete(self, values: pd.Series | FloatArray) -> FloatArray:
        """Return the sum where demand is known, NaN where one of those values is missing."""
        numbers = np.where(self.known, np.asarray(values, dtype=float), 0.0)
        missing = np.bincount(self.group, np.isnan(numbers), minlength=self.groups) > 0
        return np.where(missing, np.nan, self.of(numbers))

    def at_most_demand(self, column: str) -> FloatArray:
        """Return how much demand the places of a column serve."""
        places = self.coverage[column].to_numpy(dtype=float)
        return self.complete(np.minimum(self.demand, places))

    def sites(self, chosen: npt.NDArray[np.bool_]) -> IntArray:
        """Return the number of sites among the rows chosen."""
        # One number for each group and site, since unique rows take far longer to find.
        count = int(self.site.max(initial=0)) + 1
        found = np.unique(self.group[chosen] * count + self.site[chosen])
        return np.bincount(found // count, minlength=self.groups).astype(np.int64)

    def depth(self, alpha: int) -> FloatArray:
        """Return the measure of Foster, Greer and Thorbecke."""
        available = self.coverage["places_available"].to_numpy(dtype=float)
        counted = (np.nan_to_num(self.demand) > 0) & ~np.isnan(available)
        needed = np.where(counted, self.demand, 1.0)
        short = np.where(counted, needed * _depth(needed, available, alpha), 0.0)
        return _divided(self.of(short), self.of(np.where(counted, self.demand, 0.0)))

    def by_class(self) -> tuple[FloatArray, IntArray]:
        """Return demand and sites, groups by gap classes."""
        kind = pd.Categorical(self.coverage["gap_class"], categories=_CLASSES).codes
        demand, sites = [], []
        for position in range(len(_CLASSES)):
            mine = np.asarray(kind == position)
            demand.append(self.of(np.where(mine, self.demand, 0.0)))
            sites.append(self.sites(mine))
        return np.column_stack(demand), np.column_stack(sites)


def _groups(coverage: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, IntArray]:
    """Return the groups, sorted, and the position of each row's group among them."""
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(coverage), dtype=np.int64)
    grouped = coverage.groupby(list(by), sort=True)
    labels = coverage[list(by)].drop_duplicates().sort_values(list(by), ignore_index=True)
    return labels, grouped.ngroup().to_numpy().astype(np.int64)


def _depth(needed: FloatArray, given: FloatArray, alpha: int) -> FloatArray:
    # Subtracted first: places far above a tiny demand would overflow their ratio.
    short = np.maximum(0.0, needed - given) / needed
    return np.asarray(short > ROUNDING if alpha == 0 else short**alpha, dtype=np.float64)


def _divided(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return the ratio, NaN where the whole is 0 or unknown."""
    ratio: FloatArray = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio
