"""The whole analysis in one call: from the register to coverage, clusters and rankings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment, assess
from geo.best_case import certain_shortfall
from geo.bounds import bounds_of, served_by_programme
from geo.build_up import BuildUp, build_up
from geo.calls import calls_to_make
from geo.cluster_provision import unit_provision
from geo.clusters import find_clusters
from geo.errors import InputError
from geo.findings import dependence, perfect_sharing, totals_summary
from geo.gaps import classify
from geo.model import Progress, build_model, has_point
from geo.pilot import Ranked, contenders_of, could_be_places, rank_scopes
from geo.reasons import explain, nearest_delivered, reachable_venues
from geo.reference_check import ReferenceCheck, check_reference
from geo.scenario import Scenario
from geo.skills import Known
from geo.travel_time import nearest_public_minutes, travel_times_by
from geo.types import Register, Transport
from geo.variants import Variant, all_variants
from geo.voices import audiences_heard

ALL = "all"
"""The scope of a ranking over every programme."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What one run found.

    Attributes
    ----------
    register
        What was analysed, with the scenario's changes laid over it.
    coverage
        One row a site and programme, sorted: ``demand``, ``demand_low``, ``demand_high`` and
        ``places_available`` in places a year, ``demand_basis``, ``reachable_venues``,
        ``nearest_venue_id``, ``nearest_minutes`` one way, ``gap_class``, ``reason``, ``fix``; the
        streams ``demand_new_starters`` and ``demand_existing_workforce``; the bounds
        ``places_low`` and ``places_high``; ``shortfall_certain``, which no sharing can avoid;
        ``cohort_probability``; ``nearest_public_minutes``. NaN is unknown.
    clusters
        Footprints in EPSG:27700 with class, strength, stability and voices, indexed by
        ``cluster_id``; a user's own among them.
    cluster_sites
        ``site_id``, ``cluster_id``, ``campus_id`` of the clusters found: no site stands twice.
    manual_sites
        The same of a user's own clusters, whose sites may stand in others too.
    rankings
        One row a scope and cluster: ``rank``, ``score``, ``pilot_ready`` and what explains them.
    ranked
        By scope, what else there is to say of a ranking, see :class:`geo.pilot.Ranked`.
    build_up
        In which order clusters could join after the pilot, see :mod:`geo.build_up`.
    reference_check
        What became of the well-known clusters.
    audiences
        Who has been heard, see :func:`geo.voices.audiences_heard`.
    variants
        By tier and mode: tables in the order of ``coverage``, see :mod:`geo.variants`.
    best_case, bottlenecks
        Perfect sharing by connected component, and the pools that are short in it.
    best_case_of_unit
        Component of each row of ``coverage``, 0 where it reaches no places.
    quality
        One row a provider and programme, see :func:`geo.quality.provision_quality`.
    fragility, fragility_pairs, concentration
        What is lost if one provider stops, or two; and who holds the places within reach.
    calls
        Unknown claims, the one to settle first on top, see :mod:`geo.calls`.
    summary
        Bounds of the totals by programme; the key ``""`` is all together.
    capacity_tested
        Whether any delivered offer states its places; if none does, A4 is not tested.
    unplaced_venues
        Venues without a point, which stand outside reach.
    """

    register: Register
    coverage: pd.DataFrame
    variants: Mapping[Variant, pd.DataFrame]
    best_case: pd.DataFrame
    bottlenecks: pd.DataFrame
    best_case_of_unit: npt.NDArray[np.int64]
    quality: pd.DataFrame
    fragility: pd.DataFrame
    fragility_pairs: pd.DataFrame
    concentration: Mapping[str, Mapping[str, Any]]
    calls: pd.DataFrame
    summary: Mapping[str, Mapping[str, Any]]
    clusters: gpd.GeoDataFrame
    cluster_sites: pd.DataFrame
    manual_sites: pd.DataFrame
    rankings: pd.DataFrame
    ranked: Mapping[str, Ranked]
    build_up: BuildUp
    audiences: pd.DataFrame
    reference_check: ReferenceCheck
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
    model = build_model(register, scenario, as_of=as_of, progress=progress)
    progress("Places and gap classes")
    assessment = assess(model, model.select())
    coverage = coverage_table(assessment)
    progress("Perfect sharing")
    sharing = perfect_sharing(assessment)
    progress("Dependence on providers")
    resting = dependence(assessment)
    progress("Tiers and modes")
    variants = all_variants(model)
    progress("Clusters")
    delineated = find_clusters(model.register.sites, model.register.places, scenario.clusters)
    contenders = contenders_of(assessment, delineated)
    progress("Rankings")
    could = pd.concat([could_be_places(assessment, one) for one in contenders.sets])
    found = pd.concat([coverage, unit_provision(assessment)], axis=1)
    scopes: dict[str, str | None] = {ALL: None} | {code: code for code in chosen}
    ranked = rank_scopes(assessment, found, could, contenders, scopes)
    progress("Calls to make")
    calls = calls_to_make(assessment)
    progress("Growth after the pilot")
    grown = build_up(assessment, could, ranked[ALL].table)
    reported = coverage["programme_code"].isin(chosen).to_numpy()
    return Analysis(
        register=model.register,
        coverage=coverage[reported].reset_index(drop=True),
        variants={key: table[reported].reset_index(drop=True) for key, table in variants.items()},
        best_case=sharing.components,
        bottlenecks=sharing.bottlenecks,
        best_case_of_unit=sharing.component_of_unit[reported],
        quality=model.quality,
        fragility=resting.providers,
        fragility_pairs=resting.pairs,
        concentration=resting.concentration,
        calls=calls,
        summary=totals_summary(
            coverage,
            sharing,
            served_by_programme(assessment, bounds_of(assessment)),
            insufficient_share=scenario.evidence.insufficient_share,
        ),
        clusters=contenders.table,
        cluster_sites=delineated.members,
        manual_sites=contenders.manual_members,
        rankings=pd.concat(
            [one.table.assign(scope=scope) for scope, one in ranked.items()], ignore_index=True
        ),
        ranked=ranked,
        build_up=grown,
        reference_check=check_reference(
            model.register.sites, delineated, model.register.reference_clusters
        ),
        audiences=audiences_heard(model.register.stakeholders),
        capacity_tested=assessment.capacity_tested,
        unplaced_venues=int((~has_point(model.register.venues)).sum()),
    )


def coverage_table(assessment: Assessment) -> pd.DataFrame:
    """Return the coverage of every demand unit, with its gap class, reason and fix."""
    model = assessment.model
    gap_class = classify(assessment.stages)
    bounds = bounds_of(assessment)
    near = nearest_delivered(assessment)
    texts = explain(assessment, gap_class)
    # Position -1 is "none", so that the last entry stands for it.
    venue_ids = np.array([*model.provision.offers["venue_id"], None], dtype=object)
    return model.demand.assign(
        reachable_venues=reachable_venues(assessment),
        nearest_venue_id=venue_ids[near.offer],
        nearest_minutes=near.minutes,
        places_available=assessment.places_available,
        places_low=bounds.low,
        places_high=bounds.high,
        shortfall_certain=_certain_shortfall(assessment),
        cohort_probability=assessment.cohort_probability,
        nearest_public_minutes=_public_minutes(assessment),
        gap_class=gap_class,
        reason=texts["reason"].to_numpy(),
        fix=texts["fix"].to_numpy(),
    )


def _certain_shortfall(assessment: Assessment) -> npt.NDArray[np.float64]:
    """Return what no sharing can avoid; NaN where capacity is not tested."""
    demand = assessment.model.units.demand
    if not assessment.capacity_tested:
        return np.full(len(demand), np.nan)
    return certain_shortfall(assessment.valid, demand=demand, places=assessment.places)


def _public_minutes(assessment: Assessment) -> npt.NDArray[np.float64]:
    """Return the minutes by public transport to the nearest venue that delivers within reach."""
    model = assessment.model
    register, pairs = model.register, model.pairs
    near = assessment.selection.counted[pairs.offer] & (pairs.in_time == Known.YES)
    unit, offer = pairs.unit[near], pairs.offer[near]
    at_venue = register.venues.index.get_indexer(pd.Index(model.provision.offers["venue_id"]))
    return nearest_public_minutes(
        travel_times_by(
            register.travel_times,
            Transport.PUBLIC_TRANSPORT,
            site_ids=register.sites.index,
            venue_ids=register.venues.index,
        ),
        (unit, model.units.site[unit], at_venue[offer]),
        site_ids=register.sites.index,
        venue_ids=register.venues.index,
        units=len(model.units),
    )


def _chosen_programmes(register: Register, programmes: Sequence[str] | None) -> list[str]:
    known = list(register.programmes.index)
    if not known:
        raise InputError("The register has no programme; load the table 'programmes' first.")
    for code in programmes or ():
        if code not in known:
            raise InputError(f"No programme has the code {code!r}; there are {', '.join(known)}.")
    return sorted(programmes) if programmes else known
