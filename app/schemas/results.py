"""What was computed, as it is sent: runs, coverage, clusters and rankings.

Every answer says which run it is read from. A field that nothing computes yet is absent.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geojson_pydantic import Feature, FeatureCollection, Point, Polygon
from pydantic import BaseModel, ConfigDict, Field

from geo.coverage import Evidence
from geo.selection import Tier
from geo.types import Mode

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Assumption(BaseModel):
    """A value of the scenario that is our policy and no fact."""

    model_config = _STRICT

    name: str = Field(description="Section and name of the parameter.")
    value: float
    unit: str
    source: str


class Provenance(BaseModel):
    """Which run an answer is read from."""

    model_config = _STRICT

    run_id: str = Field(description="Finds the run: /api/v1/runs/{run_id}.")
    snapshot: str = Field(description="Hash of the register that the run was computed from.")
    scenario: str = Field(description="Id of the scenario: the hash of its resolved content.")
    as_of: date = Field(description="Day for which the run holds.")
    illustrative: bool = Field(description="Whether the register holds invented organisations.")


class Bounds(BaseModel):
    """Between what the totals of a programme, or of all, lie while something is unknown."""

    model_config = _STRICT

    served_low: float | None = Field(
        description="Places a year that demand gets at least: each site's own unknowns against "
        "it, its rivals' for them."
    )
    served_high: float | None = Field(
        description="Places a year that demand gets at most: each site's own unknowns for it, its "
        "rivals' against them."
    )
    unmet_best_case: float | None = Field(
        description="Demand that stays unmet even if sharing were perfect, by what is known; null "
        "where the programme shares places with another, so that its part is not unique."
    )
    unknown_share: float | None = Field(
        description="Share of demand of class `unknown`; null where no demand is known."
    )
    evidence: Evidence = Field(description="`insufficient`: too much is unknown for a rate.")


class CoverageRow(BaseModel):
    """Totals of one group of sites; the columns that were grouped by stand first."""

    model_config = _STRICT

    nation: str | None = None
    region: str | None = None
    authority: str | None = None
    cluster: str | None = Field(None, description="Id of the cluster; `none` for sites in none.")
    size: str | None = None
    segment: str | None = None
    programme: str | None = Field(None, description="Code of the programme.")
    stream: str | None = Field(None, description="`new_starters` or `existing_workforce`.")
    sites: int = Field(ge=0, description="Sites of the group.")
    demand: float = Field(ge=0, description="Training places needed a year, where known.")
    demand_unknown_sites: int = Field(ge=0, description="Of `sites`, those of unknown demand.")
    served: float | None = Field(
        ge=0, description="Places a year that demand gets; null where capacity is not tested."
    )
    unmet: float | None = Field(
        ge=0, description="`demand` less `served`: what is unmet if nobody passes a place on."
    )
    served_low: float | None = Field(ge=0, description="Lower bound of `served`.")
    served_high: float | None = Field(ge=0, description="Upper bound of `served`.")
    unmet_certain: float | None = Field(
        None,
        ge=0,
        description="Of `unmet`, what no sharing can avoid; absent for one mode or tier.",
    )
    unmet_best_case: float | None = Field(
        None,
        ge=0,
        description="What is unmet if sharing were perfect; absent unless every group is made of "
        "whole parts between which no place can pass.",
    )
    unknown_share: float | None = Field(
        description="Share of demand of class `unknown`; null where no demand is known."
    )
    evidence: Evidence = Field(
        description="`insufficient`: too much is unknown for a rate, so `fgt0` to `fgt2` are null."
    )
    fgt0: float | None = Field(None, description="Share of demand at sites with a shortfall.")
    fgt1: float | None = Field(None, description="Mean shortfall as a share of demand.")
    fgt2: float | None = Field(None, description="The same, with each shortfall squared.")
    gap_classes: dict[str, float] = Field(description="Demand by gap class.")
    gap_class_sites: dict[str, int] = Field(
        description="Sites by gap class; in several classes by programme."
    )


class SizeGroup(BaseModel):
    """Totals of the employers of one size, by the whole employer."""

    model_config = _STRICT

    size: str
    sites: int = Field(ge=0)
    demand: float = Field(ge=0)
    demand_unknown_sites: int = Field(ge=0)
    served: float | None = Field(ge=0)
    unmet: float | None = Field(ge=0)
    gap_share: float | None = Field(
        description="`unmet` by `demand`; null where the evidence is insufficient."
    )


class SmallFirms(BaseModel):
    """Small firms beside large employers: always split out."""

    model_config = _STRICT

    groups: list[SizeGroup]
    gap_ratio: float | None = Field(
        description="The gap share of small firms as a multiple of that of large employers; null "
        "where it is not known."
    )


class CoverageTotals(Provenance):
    """Totals of coverage."""

    programme: str | None = Field(None, description="Code; absent for all programmes together.")
    mode: Mode | None = Field(None, description="Only its offers count; absent for all modes.")
    tier: Tier = Field(description="Evidence that an offer needs to count.")
    assumptions: list[Assumption]
    bounds: Bounds | None = Field(
        None, description="Of the programme by all offers; absent where the run keeps none."
    )
    stages_tested: list[str] = Field(description="Stages of reach that the run tested.")
    capacity_tested: bool = Field(description="Whether places were compared with demand.")
    rows: list[CoverageRow]
    small_firms: SmallFirms


class CoverageSite(BaseModel):
    """Coverage of one programme at one site."""

    model_config = _STRICT

    site_id: str
    employer: str
    name: str | None
    programme_code: str
    demand: float | None = Field(description="Places a year; null is unknown, never zero.")
    reachable_venues: int
    nearest_minutes: float | None = Field(description="Minutes one way.")
    places_available: float | None
    places_low: float | None = Field(description="Lower bound of `places_available`.")
    places_high: float | None = Field(description="Upper bound of `places_available`.")
    unmet: float | None
    shortfall_certain: float | None = Field(description="What no sharing of places can avoid.")
    gap_class: str
    reason: str
    fix: str = Field(description="The cheapest change that closes the gap.")
    authority: str | None
    region: str | None
    nation: str | None
    cluster_id: str | None


class CoverageSites(FeatureCollection[Feature[Point, CoverageSite]]):
    """The layer of sites, made once for the run; sensitive sites are withheld."""


class ClusterProperties(BaseModel):
    """A cluster's class and strength."""

    model_config = ConfigDict(extra="allow", frozen=True)

    cluster_id: str
    name: str
    cluster_class: str


class Clusters(FeatureCollection[Feature[Polygon, ClusterProperties]]):
    """Footprints of the clusters, made once for the run."""


class ClusterMember(BaseModel):
    """A site of a cluster."""

    model_config = _STRICT

    site_id: str
    campus_id: str
    employer: str


class ClusterDetailProperties(Provenance):
    """A cluster's class, strength and members."""

    cluster_id: str
    name: str
    cluster_class: str = Field(description="cluster, anchor_led, anchor_site, emerging or manual.")
    sites: int
    campuses: int
    employers: int
    small_firm_share: float | None
    employment: float
    employment_unknown_sites: int
    largest_employer_share: float | None
    diversity: float | None
    width_metres: float
    boundary_stability: float | None = Field(
        None, description="Mean Jaccard similarity over resamples, 0 to 1; null if drawn by hand."
    )
    stability_label: str | None = Field(None, description="stable, indicative or fragile.")
    location_quotient: float | None = Field(None, description="Null is not known, never 1.")
    location_quotient_low: float | None = None
    location_quotient_high: float | None = None
    audiences_engaged: float | None = Field(None, description="Of seven; null is not known.")
    one_voice_share: float | None = None
    one_voice_body: str | None = None
    members: list[ClusterMember] = Field(description="Its sites, in the order of their ids.")
    withheld: int = Field(ge=0, description="Members left out because sensitive.")


class ClusterDetail(Feature[Polygon, ClusterDetailProperties]):
    """One cluster with its footprint and its members."""


class RunItem(Provenance):
    """A stored run."""

    scenario_name: str
    code_version: str
    finished_at: datetime


class RunPage(BaseModel):
    """A page of runs."""

    model_config = _STRICT

    items: list[RunItem]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class RunDetail(RunItem):
    """A stored run with everything that it was computed from."""

    assumptions: list[Assumption]
    scenario_content: dict[str, Any] = Field(description="The resolved scenario, every value.")
    summary: dict[str, Any] = Field(description="Counts of what was computed.")


class Health(BaseModel):
    """How the service is."""

    model_config = _STRICT

    status: str
    run_id: str | None = Field(None, description="The current run; absent if there is none.")
    detail: str | None = Field(None, description="What to do, where something is still missing.")
