"""The pilot's ranking: clusters by the criteria that coverage, industry and champions give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.cluster_provision import provision_values
from geo.clusters import Clusters, user_cluster
from geo.criteria import best_champions, criterion_values
from geo.manual import sites_of_manual
from geo.model import Model
from geo.next_if import NextIf, next_if
from geo.ranking import Ranking, rank, scale
from geo.robustness import Robustness, put_to_the_test
from geo.shortlist import ShortlistRow, delivered_pools, shortlist, starters_of
from geo.skills import Known
from geo.stability import Stability, resample_clusters
from geo.surroundings import surroundings_of, with_stability
from geo.world_values import UNCERTAIN, Membership, WorldValues, joined, membership
from geo.worlds import Worlds

WORLD_DECIMALS = 4
"""Decimals of scaled values in worlds: so they can be kept, and tested again with other weights."""

_STABILITY_STREAM, _BOOTSTRAP_STREAM, _WORLD_STREAM = 1, 2, 3

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contenders:
    """The clusters that are ranked: those found, and a user's own.

    Attributes
    ----------
    found
        As :func:`geo.clusters.find_clusters` delineated them, no site in two.
    manual
        One entry a cluster, by id; its sites may stand in others too.
    table
        All of them by id, with ``boundary_stability``, ``stability_label``,
        ``location_quotient`` with ``_low`` and ``_high``, ``audiences_engaged``,
        ``one_voice_share`` and ``one_voice_body``; NaN is not known.
    stability
        Of the clusters found.
    """

    found: Clusters
    manual: tuple[Clusters, ...]
    table: gpd.GeoDataFrame
    stability: Stability

    @property
    def sets(self) -> tuple[Clusters, ...]:
        """Clusters in sets within which no site stands in two."""
        return (self.found, *self.manual)

    @property
    def members(self) -> pd.DataFrame:
        """``site_id``, ``cluster_id`` and ``campus_id`` of every membership."""
        return pd.concat([one.members for one in self.sets], ignore_index=True)

    @property
    def manual_members(self) -> pd.DataFrame:
        """The same of the user's own clusters alone."""
        nobody = self.found.members.iloc[:0]
        return pd.concat([nobody, *(one.members for one in self.manual)], ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The ranking of one scope, with what explains it and how firmly it stands.

    Attributes
    ----------
    table
        One row a cluster, best first: ``cluster_id``, ``rank``, ``score``, ``pilot_ready``,
        ``values``, ``contributions``, ``missing`` and the champion's columns.
    worlds
        Worlds × clusters × criteria, scaled, by which the ranking was put to the test; clusters in
        the order of their ids, ``WORLD_DECIMALS`` decimals.
    """

    ranking: Ranking
    table: pd.DataFrame
    robustness: Robustness
    next_if: tuple[NextIf, ...]
    shortlist: tuple[ShortlistRow, ...]
    worlds: FloatArray


def contenders_of(assessment: Assessment, found: Clusters) -> Contenders:
    """Return the clusters to rank: those found and the scenario's own, with their surroundings."""
    model = assessment.model
    sites, scenario = model.register.sites, model.scenario
    stability = resample_clusters(
        sites,
        found,
        policy=scenario.clusters,
        stability=scenario.stability,
        rng=_stream(model, _STABILITY_STREAM),
    )
    manual = tuple(
        user_cluster(
            sites,
            sites_of_manual(one, sites),
            (one.cluster_id, one.name),
            scenario.clusters,
        )
        for one in scenario.manual_clusters
    )
    tables = [
        one.table.join(surroundings_of(assessment, one, _stream(model, _BOOTSTRAP_STREAM)))
        for one in (found, *manual)
    ]
    together = with_stability(pd.concat(tables), stability).sort_index()
    table = gpd.GeoDataFrame(together, geometry="geometry", crs=sites.crs)
    return Contenders(found, manual, table, stability)


def could_be_places(assessment: Assessment, clusters: Clusters) -> pd.DataFrame:
    """Return the pools that could be delivered within reach of each cluster.

    One row a cluster, programme and pool: ``cluster_id``, ``programme_code``, ``pool``,
    ``places`` a year, NaN where they are not stated. A pool counts once for a cluster, however
    many of its sites it reaches.
    """
    model = assessment.model
    units, provision, pairs = model.units, model.provision, model.pairs
    could = assessment.selection.could
    places = provision.pools.places(could)
    # A pool that delivers already would gain no place by one more offer.
    idle = np.isnan(assessment.places)[provision.pool[pairs.offer]]
    chosen = could[pairs.offer] & idle & (pairs.in_time == Known.YES) & (pairs.cover != Known.NO)
    site, offer = units.site[pairs.unit[chosen]], pairs.offer[chosen]
    cluster = clusters.members.set_index("site_id")["cluster_id"].reindex(
        model.register.sites.index
    )
    found = pd.DataFrame(
        {
            "cluster_id": cluster.to_numpy(dtype=object)[site],
            "programme_code": provision.offers["programme_code"].to_numpy(dtype=object)[offer],
            "pool": provision.pool[offer],
            "places": places[provision.pool[offer]],
        }
    )
    found = found[found["cluster_id"].notna()]
    return found.drop_duplicates(["cluster_id", "programme_code", "pool"])


def ranking_of(
    coverage: pd.DataFrame, could: pd.DataFrame, contenders: Contenders, model: Model
) -> tuple[Ranking, pd.DataFrame, pd.DataFrame]:
    """Rank the clusters by the coverage of one scope.

    Parameters
    ----------
    coverage
        Demand units of the scope, a programme or all, with the columns of
        :func:`geo.cluster_provision.unit_provision`.
    could
        Pools that could be delivered, see :func:`could_be_places`, of the same scope.

    Returns
    -------
    The ranking; its values, clusters × criteria in their own units; and the table of
    :class:`Ranked`.
    """
    register, scenario, as_of = model.register, model.scenario, model.as_of
    values, champions = [], []
    for clusters in contenders.sets:
        ids = clusters.table.index
        once = could[could["cluster_id"].isin(ids)].drop_duplicates(["cluster_id", "pool"])
        measured = provision_values(clusters, coverage, model).assign(
            could_be_places=stated_places(once, ids)
        )
        values.append(
            criterion_values(
                clusters,
                coverage,
                register.champions,
                provision=measured.join(contenders.table.drop(columns=clusters.table.columns)),
                policy=scenario.ranking,
                as_of=as_of,
            )
        )
        champions.append(best_champions(clusters, register.sites, register.champions, as_of=as_of))
    together, standing = pd.concat(values).sort_index(), pd.concat(champions).sort_index()
    ranking = rank(
        together,
        scenario.ranking.criteria,
        champion_level=standing["champion_level"],
        pilot_ready_level=scenario.ranking.pilot_ready_level,
    )
    order = ranking.rank.index
    table = pd.DataFrame(
        {
            "cluster_id": order,
            "rank": ranking.rank.to_numpy(),
            "score": ranking.score.to_numpy(),
            "pilot_ready": ranking.pilot_ready.to_numpy(),
            "values": _known_values(together.loc[order]),
            "contributions": ranking.contributions.to_dict("records"),
            "missing": ranking.missing.tolist(),
        }
    )
    return ranking, together, table.join(standing, on="cluster_id")


def rank_scopes(
    assessment: Assessment,
    found: pd.DataFrame,
    could: pd.DataFrame,
    contenders: Contenders,
    scopes: Mapping[str, str | None],
) -> dict[str, Ranked]:
    """Rank the clusters for each scope, and put each ranking to the test.

    Parameters
    ----------
    found
        Every demand unit, see :func:`ranking_of`.
    scopes
        By name of the scope the code of its programme; None is all programmes together.
    """
    model = assessment.model
    scaled = _scaled_worlds(assessment, contenders)
    codes = list(model.register.programmes.index)
    starters, delivered = _provision_of_members(assessment, contenders)
    level = model.scenario.ranking.pilot_ready_level
    ranked = {}
    for name, code in scopes.items():
        mine, pools, running = (_within(table, code) for table in (found, could, delivered))
        ranking, values, table = ranking_of(mine, pools, contenders, model)
        # By its place among all programmes, so that choosing some changes no number.
        scope = 0 if code is None else 1 + codes.index(code)
        worlds = _with_certain(scaled[:, scope], ranking, contenders.table.index)
        places = (_places_once(running, contenders), _places_once(pools, contenders))
        ranked[name] = Ranked(
            ranking=ranking,
            table=table,
            robustness=put_to_the_test(
                ranking,
                worlds,
                contenders.table.index,
                policy=model.scenario.robustness,
                seed=model.scenario.seed,
                stream=scope,
            ),
            next_if=tuple(next_if(ranking, values, pilot_ready_level=level)),
            shortlist=tuple(shortlist(starters, places, ranking.pilot_ready, code)),
            worlds=worlds,
        )
    return ranked


def _provision_of_members(
    assessment: Assessment, contenders: Contenders
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the starters and the delivered pools of every cluster."""
    members = contenders.members.sort_values(["cluster_id", "site_id"])
    sites_of = {str(name): list(ids) for name, ids in members.groupby("cluster_id")["site_id"]}
    detected = list(contenders.found.table.index)
    return starters_of(assessment, sites_of, detected), delivered_pools(assessment, sites_of)


def _within(table: pd.DataFrame, code: str | None) -> pd.DataFrame:
    return table if code is None else table[table["programme_code"] == code]


def stated_places(pools: pd.DataFrame, cluster_ids: pd.Index) -> pd.Series:
    """Return the places of pools, by cluster: 0 without a pool, NaN if none states any."""
    stated = pools.groupby("cluster_id")["places"].sum(min_count=1)
    reached = cluster_ids.isin(pools["cluster_id"])
    return stated.reindex(cluster_ids).where(reached, 0.0)


def _places_once(pools: pd.DataFrame, contenders: Contenders) -> pd.Series:
    return stated_places(pools.drop_duplicates(["cluster_id", "pool"]), contenders.table.index)


def _scaled_worlds(assessment: Assessment, contenders: Contenders) -> FloatArray:
    """Return worlds × scopes × clusters × criteria, scaled; certain criteria are left NaN."""
    model = assessment.model
    policy, criteria = model.scenario.robustness, model.scenario.ranking.criteria
    ids = contenders.table.index
    rng = _stream(model, _WORLD_STREAM)
    drawing, measuring = Worlds(assessment), WorldValues(model, assessment.selection)
    variants = contenders.stability.variants
    shape = (int(policy.worlds), 1 + len(model.register.programmes), len(ids), len(criteria))
    scaled = np.full(shape, np.nan)
    manual = _manual_membership(contenders, model.register.sites.index)
    order = np.argsort(np.concatenate([one.table.index for one in contenders.sets]), kind="stable")
    for number, world in enumerate(drawing.draws(shape[0], rng)):
        found = membership(variants[number % len(variants)], len(contenders.found.table))
        values = measuring.values(world, joined(found, manual))
        for position, criterion in enumerate(criteria):
            if criterion.name in UNCERTAIN:
                table = values[criterion.name][:, order]
                scaled[number, :, :, position] = scale(table, criterion)
    return scaled.round(WORLD_DECIMALS)


def _manual_membership(contenders: Contenders, site_ids: pd.Index) -> Membership:
    parts: Sequence[npt.NDArray[np.int64]] = [
        site_ids.get_indexer(pd.Index(one.members["site_id"])) for one in contenders.manual
    ]
    none = np.zeros(0, dtype=np.int64)
    return Membership(
        np.concatenate([none, *parts]),
        np.repeat(np.arange(len(parts)), [len(part) for part in parts]).astype(np.int64),
        len(parts),
    )


def _with_certain(worlds: FloatArray, ranking: Ranking, ids: pd.Index) -> FloatArray:
    """Return the worlds with the criteria that are the same in each as the ranking has them."""
    filled = worlds.copy()
    certain = ranking.scaled.loc[ids].to_numpy()
    for position, criterion in enumerate(ranking.criteria):
        if criterion.name not in UNCERTAIN:
            filled[:, :, position] = certain[:, position].round(WORLD_DECIMALS)
    return filled


def _stream(model: Model, *numbers: int) -> np.random.Generator:
    """Return a generator of its own, so that one draw more or less elsewhere changes nothing."""
    return np.random.default_rng([model.scenario.seed, *numbers])


def _known_values(values: pd.DataFrame) -> list[dict[str, float]]:
    """Return each row's values by criterion, without those that are missing."""
    return [
        {str(name): value for name, value in row.items() if not np.isnan(value)}
        for row in values.to_dict("records")
    ]
