"""The whole analysis in one call: from the register to coverage, clusters and rankings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.clusters import Clusters, find_clusters
from geo.contracts import (
    OFFER_COLUMNS,
    require_choices,
    require_columns,
    require_known_ids,
    require_unique,
)
from geo.criteria import best_champions, criterion_values
from geo.demand import demand_by_programme, demand_units
from geo.errors import InputError
from geo.gaps import classify
from geo.pools import make_pools
from geo.ranking import rank
from geo.reach import reach
from geo.reasons import explain, nearest_delivered, reachable_venues
from geo.scenario import Scenario
from geo.skills import Known, skills_cover
from geo.stages import Assessment, DemandUnits, Provision, assess, has_status
from geo.tolerance import longest_daily_minutes, tolerance_minutes
from geo.travel_time import merge_routed, straight_line_travel
from geo.types import OfferStatus, Register

ALL = "all"
"""The scope of a ranking over every programme."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What one run found.

    Attributes
    ----------
    coverage
        One row a site and programme, sorted: ``demand``, ``demand_low``, ``demand_high`` and
        ``places_available`` in places a year, ``demand_basis``, ``reachable_venues``,
        ``nearest_venue_id``, ``nearest_minutes`` one way, ``gap_class``, ``reason``, ``fix``.
    clusters
        Footprints in EPSG:27700 with class and strength, indexed by ``cluster_id``.
    cluster_sites
        ``site_id``, ``cluster_id``, ``campus_id``.
    rankings
        One row a scope and cluster: ``rank``, ``score``, ``pilot_ready`` and what explains them.
    capacity_tested
        Whether any delivered offer states its places; if none does, A4 is not tested.
    unplaced_venues
        Venues without a point, which stand outside reach.
    """

    coverage: pd.DataFrame
    clusters: gpd.GeoDataFrame
    cluster_sites: pd.DataFrame
    rankings: pd.DataFrame
    capacity_tested: bool
    unplaced_venues: int


def analyse(
    register: Register,
    scenario: Scenario,
    *,
    as_of: date,
    programmes: Sequence[str] | None = None,
    progress: Progress = lambda _: None,
) -> Analysis:
    """Compute coverage, clusters and rankings from one state of the register.

    Parameters
    ----------
    as_of
        The day on which standings are judged; the analysis never reads the clock.
    programmes
        Codes to report on; None is all. Every programme is computed in any case, since they
        compete for the same places, so choosing some changes no number.
    progress
        Called with the name of each step as it begins.

    Raises
    ------
    InputError
        If there is no programme, one is unknown, or a table cannot be used as it stands.
    """
    chosen = _chosen_programmes(register, programmes)
    progress("Travel times")
    offers, limits = _offers(register, scenario)
    travel = _travel(register, scenario, offers, limits)
    progress("Reach and places")
    provision = _provision(register, scenario, offers, limits, travel)
    demand = _demand(register, scenario)
    units = _units(register, scenario, demand, travel)
    assessment = assess(units, provision, enough_ratio=scenario.gaps.enough_places_ratio)
    progress("Gap classes")
    coverage = _coverage(register, scenario, demand, units, provision, assessment)
    progress("Clusters")
    clusters = find_clusters(register.sites, register.places, scenario.clusters)
    progress("Rankings")
    could = _could_be_places(units, provision, assessment, clusters, register)
    rankings = [
        _ranking(
            _within(coverage, scope),
            _within(could, scope),
            clusters,
            register,
            scenario=scenario,
            as_of=as_of,
        ).assign(scope=scope)
        for scope in (ALL, *chosen)
    ]
    reported = coverage[coverage["programme_code"].isin(chosen)].reset_index(drop=True)
    return Analysis(
        coverage=reported,
        clusters=clusters.table,
        cluster_sites=clusters.members,
        rankings=pd.concat(rankings, ignore_index=True),
        capacity_tested=assessment.capacity_tested,
        unplaced_venues=int((~_placed(register.venues)).sum()),
    )


def _chosen_programmes(register: Register, programmes: Sequence[str] | None) -> list[str]:
    known = list(register.programmes.index)
    if not known:
        raise InputError("The register has no programme; load the table 'programmes' first.")
    for code in programmes or ():
        if code not in known:
            raise InputError(f"No programme has the code {code!r}; there are {', '.join(known)}.")
    return sorted(programmes) if programmes else known


def _offers(register: Register, scenario: Scenario) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the offers with their provider, and each one's travel limit in minutes."""
    require_columns(register.offers, OFFER_COLUMNS, table="offers")
    require_choices(register.offers["status"], tuple(OfferStatus), table="offers")
    require_unique(register.programmes.index, table="programmes")
    require_known_ids(register.offers["programme_code"], register.programmes.index, table="offers")
    offers = register.offers.reset_index(drop=True)
    offers = offers.assign(
        ukprn=register.venues["ukprn"].reindex(offers["venue_id"]).to_numpy(),
    )
    return offers, tolerance_minutes(
        offers["mode"], offers["round_trips_per_year"], scenario.tolerance
    )


def _travel(
    register: Register, scenario: Scenario, offers: pd.DataFrame, limits: np.ndarray
) -> pd.DataFrame:
    """Return travel times up to each venue's longest limit; a silent venue's is a daily one."""
    bounded = pd.Series(np.where(np.isfinite(limits), limits, 0.0), index=offers["venue_id"])
    longest = bounded.groupby(level=0).max().reindex(register.venues.index)
    longest = longest.fillna(_unknown_offer_minutes(scenario))
    estimated = straight_line_travel(
        register.sites,
        register.venues,
        register.barriers,
        max_minutes=longest,
        policy=scenario.travel,
    )
    return merge_routed(
        estimated,
        register.travel_times,
        site_ids=register.sites.index,
        venue_ids=register.venues.index,
    )


def _unknown_offer_minutes(scenario: Scenario) -> float:
    longest = longest_daily_minutes(scenario.tolerance)
    return min(scenario.gaps.unknown_offer_minutes, longest)


def _provision(
    register: Register,
    scenario: Scenario,
    offers: pd.DataFrame,
    limits: np.ndarray,
    travel: pd.DataFrame,
) -> Provision:
    pairs = reach(
        register.sites,
        register.venues,
        offers,
        travel,
        limit_minutes=limits,
        policy=scenario.tolerance,
    )
    pools = make_pools(offers)
    return Provision(
        offers=offers,
        programme=register.programmes.index.get_indexer(pd.Index(offers["programme_code"])),
        unlimited=np.isinf(limits),
        pool=pools.of_offer,
        places_known=pools.places(offers["status"] == OfferStatus.DELIVERED),
        places_possible=np.nan_to_num(
            pools.places(offers["status"].isin([OfferStatus.DELIVERED, OfferStatus.UNKNOWN])),
            nan=np.inf,
        ),
        pairs=pairs,
        skills=skills_cover(offers, register.units, register.sites["units_hosted"]),
    )


def _demand(register: Register, scenario: Scenario) -> pd.DataFrame:
    return demand_by_programme(
        demand_units(register.sites, register.programmes, register.demand, scenario.demand)
    )


def _units(
    register: Register, scenario: Scenario, demand: pd.DataFrame, travel: pd.DataFrame
) -> DemandUnits:
    sites, venues = register.sites, register.venues
    silent = venues.index.difference(pd.Index(register.offers["venue_id"]))
    near = travel[
        travel["venue_id"].isin(silent)
        & (travel["lowest_minutes"] <= _unknown_offer_minutes(scenario))
    ]
    site = sites.index.get_indexer(pd.Index(demand["site_id"]))
    return DemandUnits(
        site=site,
        programme=register.programmes.index.get_indexer(pd.Index(demand["programme_code"])),
        demand=demand["demand"].to_numpy(dtype=float),
        placed=_placed(sites)[site],
        near_unknown_venue=sites.index.isin(near["site_id"])[site],
        shape=(len(sites), len(register.programmes)),
    )


def _placed(table: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(table.geometry.notna() & ~table.geometry.is_empty, dtype=np.bool_)


def _coverage(
    register: Register,
    scenario: Scenario,
    demand: pd.DataFrame,
    units: DemandUnits,
    provision: Provision,
    assessment: Assessment,
) -> pd.DataFrame:
    gap_class = classify(assessment.stages)
    near = nearest_delivered(units, provision, assessment.pairs)
    texts = explain(
        units,
        provision,
        assessment,
        gap_class,
        venue_names=register.venues["name"],
        enough_ratio=scenario.gaps.enough_places_ratio,
    )
    # Position -1 is "none", so that the last entry stands for it.
    venue_ids = np.array([*provision.offers["venue_id"], None], dtype=object)
    return demand.assign(
        reachable_venues=reachable_venues(units, provision, assessment.pairs),
        nearest_venue_id=venue_ids[near.offer],
        nearest_minutes=near.minutes,
        places_available=assessment.places_available,
        gap_class=gap_class,
        reason=texts["reason"].to_numpy(),
        fix=texts["fix"].to_numpy(),
    )


def _could_be_places(
    units: DemandUnits,
    provision: Provision,
    assessment: Assessment,
    clusters: Clusters,
    register: Register,
) -> pd.DataFrame:
    """Return the pools that could be delivered within reach of each cluster.

    One row a cluster, programme and pool: ``cluster_id``, ``programme_code``, ``pool``,
    ``places`` a year, NaN where they are not stated. A pool counts once for a cluster, however
    many of its sites it reaches.
    """
    could = has_status(provision, OfferStatus.COULD_DELIVER, OfferStatus.PLANNED)
    places = make_pools(provision.offers).places(pd.Series(could))
    pairs = assessment.pairs
    # A pool that delivers already would gain no place by one more offer.
    idle = np.isnan(provision.places_known)[provision.pool[pairs.offer]]
    chosen = could[pairs.offer] & idle & (pairs.in_time == Known.YES) & (pairs.cover != Known.NO)
    site, offer = units.site[pairs.unit[chosen]], pairs.offer[chosen]
    cluster = clusters.members.set_index("site_id")["cluster_id"].reindex(register.sites.index)
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


def _within(table: pd.DataFrame, scope: str) -> pd.DataFrame:
    return table if scope == ALL else table[table["programme_code"] == scope]


def _ranking(
    coverage: pd.DataFrame,
    could: pd.DataFrame,
    clusters: Clusters,
    register: Register,
    *,
    scenario: Scenario,
    as_of: date,
) -> pd.DataFrame:
    once = could.drop_duplicates(["cluster_id", "pool"])
    values = criterion_values(
        clusters,
        coverage,
        register.champions,
        could_be_places=_stated_places(once, clusters.table.index),
        policy=scenario.ranking,
        as_of=as_of,
    )
    champions = best_champions(clusters, register.sites, register.champions, as_of=as_of)
    ranking = rank(
        values,
        scenario.ranking.criteria,
        champion_level=champions["champion_level"],
        pilot_ready_level=scenario.ranking.pilot_ready_level,
    )
    order = ranking.rank.index
    table = pd.DataFrame(
        {
            "cluster_id": order,
            "rank": ranking.rank.to_numpy(),
            "score": ranking.score.to_numpy(),
            "pilot_ready": ranking.pilot_ready.to_numpy(),
            "values": _known_values(values.loc[order]),
            "contributions": ranking.contributions.to_dict("records"),
            "missing": ranking.missing.tolist(),
        }
    )
    return table.join(champions, on="cluster_id")


def _stated_places(pools: pd.DataFrame, cluster_ids: pd.Index) -> pd.Series:
    """Return the places that could be, by cluster: 0 without a pool, NaN if none states any."""
    stated = pools.groupby("cluster_id")["places"].sum(min_count=1)
    reached = cluster_ids.isin(pools["cluster_id"])
    return stated.reindex(cluster_ids).where(reached, 0.0)


def _known_values(values: pd.DataFrame) -> list[dict[str, float]]:
    """Return each row's values by criterion, without those that are missing."""
    return [
        {str(name): value for name, value in row.items() if not np.isnan(value)}
        for row in values.to_dict("records")
    ]
