"""The shortlist: what decides a meeting, a row for each cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincinv

from geo.assessment import Assessment
from geo.cohort import minimum_cohorts
from geo.places import unit_pool_pairs
from geo.skills import Known

_ROUNDING = 1e-9

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


CHAMPION, STARTERS, PLACES = "champion", "starters", "places"
"""What a cluster may lack for a pilot, in the order in which it is named."""


@dataclass(frozen=True, slots=True)
class Starters:
    """Whether a cluster's own starters make a cohort, and with whom they would.

    Attributes
    ----------
    programme_code
        The programme; over several the one that lacks fewest, ties to the lowest code.
    expected
        Starters a year of the cluster's sites of known demand.
    minimum
        The smallest cohort with which the programme starts.
    short
        Whole starters a year that are lacking for the cohort to be viable; 0 if none is.
    pool_with
        Neighbours whose starters make up what lacks, those with most starters first; as many as
        it takes, or all that there are.
    pooling_suffices
        Whether it does; True where nothing lacks.
    """

    programme_code: str
    expected: float
    minimum: float
    short: int
    pool_with: tuple[str, ...]
    pooling_suffices: bool


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """What decides a meeting about one cluster, for one programme or all.

    Attributes
    ----------
    starters
        Against the minimum cohort.
    places_delivered, places_could_be
        Places a year of the pools within reach that are delivered, or could be or are planned; 0
        where there is none, NaN where there are and none states its places.
    lacks
        What is missing for a pilot: any of ``CHAMPION`` (of the level that a pilot needs),
        ``STARTERS`` and ``PLACES`` (none within reach is delivered or could be).
    """

    cluster_id: str
    starters: Starters
    places_delivered: float
    places_could_be: float
    lacks: tuple[str, ...]


def shortlist(
    starters: pd.DataFrame,
    places: tuple[pd.Series, pd.Series],
    pilot_ready: pd.Series,
    programme_code: str | None,
) -> list[ShortlistRow]:
    """Return a row for each cluster of one scope, in the order of ``pilot_ready``.

    Parameters
    ----------
    starters
        Of every cluster and programme, see :func:`starters_of`.
    places
        Places delivered and places that could be, by cluster.
    pilot_ready
        Whether the champion's level is enough, by cluster.
    programme_code
        None is all programmes together, for which the one that lacks fewest starters stands.
    """
    delivered, could_be = (one.to_dict() for one in places)
    counted = starters["starters"].to_dict()
    every = sorted(set(starters.index.get_level_values("programme_code")))
    codes = every if programme_code is None else [programme_code]
    rows = []
    for cluster, ready in pilot_ready.to_dict().items():
        best = fewest_lacking([counted[cluster, code] for code in codes])
        here, could = float(delivered[cluster]), float(could_be[cluster])
        lacks = {CHAMPION: not ready, STARTERS: best.short > 0, PLACES: here == 0 and could == 0}
        rows.append(
            ShortlistRow(
                str(cluster), best, here, could, tuple(name for name, lack in lacks.items() if lack)
            )
        )
    return rows


def needed_starters(minimum: FloatArray, *, probability: float) -> FloatArray:
    """Return how many starters a cohort has to expect so as to reach its minimum.

    The number that start is Poisson, see :mod:`geo.cohort`; ``probability`` (above 0, below 1) is
    that of reaching the minimum. P(Poisson(x) >= m) is the regularised lower incomplete gamma
    function of m and x, which is inverted.
    """
    inside = np.clip(probability, 1e-12, 1.0 - 1e-12)
    return np.asarray(gammaincinv(minimum, inside), dtype=np.float64)


def starters_of(
    assessment: Assessment, sites_of: Mapping[str, Sequence[str]], detected: Sequence[str]
) -> pd.DataFrame:
    """Return starters of every cluster and programme, and with whom they could be pooled.

    A neighbour is another detected cluster, with no site in common, that has an offer of the
    programme within travel time which is also within that of this cluster: an offer that is or
    could be delivered, with no unit certainly missing.

    Parameters
    ----------
    sites_of
        Site ids by cluster id; a site may stand in several.
    detected
        The clusters that may be neighbours.

    Returns
    -------
    Indexed by ``cluster_id`` and ``programme_code``, sorted: a :class:`Starters` in ``starters``.
    """
    model = assessment.model
    policy = model.scenario.cohort
    codes = list(model.register.programmes.index)
    stated = model.register.programmes["min_cohort"].to_numpy(dtype=float, na_value=np.nan)
    minimum = minimum_cohorts(stated, default=policy.default_minimum)
    needed = needed_starters(minimum, probability=policy.viable_probability)
    names = sorted(sites_of)
    belongs = _belongs(model.register.sites.index, sites_of, names)
    expected = _expected(assessment, belongs) * policy.take_up
    apart = (belongs.astype(np.int32) @ belongs.T.astype(np.int32)) == 0
    may_pool = np.isin(names, list(detected))
    rows = {}
    for programme, code in enumerate(codes):
        near = _sharing(assessment, belongs, programme) & apart & may_pool[None, :]
        for row, name in enumerate(names):
            rows[name, code] = _starters(
                (code, float(minimum[programme]), float(needed[programme])),
                expected[:, programme],
                row,
                near[row],
                names,
            )
    index = pd.MultiIndex.from_arrays(
        [[name for name, _ in rows], [code for _, code in rows]],
        names=["cluster_id", "programme_code"],
    )
    return pd.DataFrame({"starters": list(rows.values())}, index=index).sort_index()


def fewest_lacking(starters: Sequence[Starters]) -> Starters:
    """Return the starters of the programme that lacks fewest, ties to the lowest code."""
    return min(starters, key=lambda one: (one.short, one.programme_code))


def delivered_pools(assessment: Assessment, sites_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the delivered pools within reach of each cluster, each once.

    One row a cluster, programme and pool: ``cluster_id``, ``programme_code``, ``pool``,
    ``places`` a year, NaN where they are not stated.
    """
    model = assessment.model
    parts = [(unit, pool) for unit, pool, _ in unit_pool_pairs(assessment.valid)]
    unit, pool = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    names = sorted(sites_of)
    belongs = _belongs(model.register.sites.index, sites_of, names)
    pools = len(assessment.places)
    key = model.units.programme[unit] * pools + pool
    site = model.units.site[unit]
    # Cluster by cluster: to join every pair with its clusters would take far more memory.
    found = [np.unique(key[belongs[row][site]]) for row in range(len(names))]
    keys = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    codes = np.array(list(model.register.programmes.index), dtype=object)
    table = pd.DataFrame(
        {
            "cluster_id": np.repeat(np.array(names, dtype=object), [len(one) for one in found]),
            "programme_code": codes[keys // max(1, pools)],
            "pool": keys % max(1, pools),
        }
    )
    return table.assign(places=assessment.places[table["pool"].to_numpy(dtype=np.int64)])


def _belongs(
    site_ids: pd.Index, sites_of: Mapping[str, Sequence[str]], names: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Return clusters × sites: whether a site belongs to a cluster."""
    belongs = np.zeros((len(names), len(site_ids)), dtype=np.bool_)
    for row, name in enumerate(names):
        belongs[row, site_ids.get_indexer(pd.Index(list(sites_of[name])))] = True
    return belongs


def _expected(assessment: Assessment, belongs: npt.NDArray[np.bool_]) -> FloatArray:
    """Return clusters × programmes: known demand in places a year."""
    units = assessment.model.units
    demand = np.zeros(units.shape)
    demand[units.site, units.programme] = np.nan_to_num(units.demand, nan=0.0)
    return np.asarray(belongs.astype(float) @ demand)


def _sharing(
    assessment: Assessment, belongs: npt.NDArray[np.bool_], programme: int
) -> npt.NDArray[np.bool_]:
    """Return clusters × clusters: whether an offer of the programme is near both."""
    model, selection = assessment.model, assessment.selection
    pairs = model.pairs
    near = (
        (selection.counted | selection.could)[pairs.offer]
        & (pairs.in_time == Known.YES)
        & (pairs.cover != Known.NO)
        & (model.units.programme[pairs.unit] == programme)
    )
    offers, offer = np.unique(pairs.offer[near], return_inverse=True)
    site = model.units.site[pairs.unit[near]]
    reaches = np.zeros((belongs.shape[1], len(offers)), dtype=np.float32)
    reaches[site, offer] = 1.0
    by_cluster = (belongs.astype(np.float32) @ reaches > 0).astype(np.float32)
    return np.asarray(by_cluster @ by_cluster.T > 0)


def _starters(
    needs: tuple[str, float, float],
    expected: FloatArray,
    row: int,
    near: npt.NDArray[np.bool_],
    names: Sequence[str],
) -> Starters:
    code, minimum, needed = needs
    lacking = needed - float(expected[row])
    short = max(0, int(np.ceil(lacking - _ROUNDING)))
    pool_with: list[str] = []
    others = sorted(np.flatnonzero(near).tolist(), key=lambda at: (-expected[at], names[at]))
    for at in others:
        if lacking <= _ROUNDING or expected[at] <= 0:
            break
        pool_with.append(names[at])
        lacking -= float(expected[at])
    return Starters(
        code, float(expected[row]), minimum, short, tuple(pool_with), lacking <= _ROUNDING
    )
