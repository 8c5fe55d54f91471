"""The model: everything that is computed once from a register and shared by every measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import (
    OFFER_COLUMNS,
    require_choices,
    require_columns,
    require_known_ids,
    require_unique,
)
from geo.demand import demand_by_programme, demand_units
from geo.legs import Legs, make_legs
from geo.overlay import apply_changes
from geo.partners import Completed, completed_pairs
from geo.pools import make_pools
from geo.quality import QualityLabel, provision_quality
from geo.reach import reach
from geo.scenario import Scenario
from geo.selection import Selection, Tier, is_fresh, select
from geo.skills import skills_cover
from geo.stages import DemandUnits, Provision, UnitPairs, unit_pairs
from geo.tolerance import longest_daily_minutes, tolerance_minutes, tolerance_table
from geo.travel_time import merge_routed, straight_line_travel
from geo.types import Mode, OfferStatus, Register

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A register made ready for measuring.

    Attributes
    ----------
    register
        With the scenario's changes laid over it.
    as_of
        The day on which standings and claims are judged.
    demand
        One row a demand unit, a site and programme, sorted: ``demand``, its range, basis and
        streams, in places a year.
    units, provision, pairs
        Demand units, offers and the pairs between them, by position.
    quality
        One row a provider and programme, see :func:`geo.quality.provision_quality`.
    label
        The :class:`geo.quality.QualityLabel` of each offer's provider for its programme.
    """

    register: Register
    scenario: Scenario
    as_of: date
    demand: pd.DataFrame
    units: DemandUnits
    provision: Provision
    pairs: UnitPairs
    quality: pd.DataFrame
    label: npt.NDArray[np.object_]

    def select(self, tier: Tier = Tier.ANY, mode: Mode | None = None) -> Selection:
        """Return which offers count for a tier of evidence and one mode, or all."""
        return select(
            self.provision.offers,
            self.label,
            tolerance_table(self.scenario.tolerance),
            tier=tier,
            mode=mode,
            silent_minutes=unknown_offer_minutes(self.scenario),
        )

    def legs(self) -> Legs:
        """Return what bundles of an offer and its partners' blocks are made of."""
        provision = self.provision
        return make_legs(
            provision.pairs, provision.offers, provision.skills, self.scenario.tolerance
        )

    def with_partners(self, selection: Selection) -> Model:
        """Return the model with the pairs that partners complete, as many as the scenario allows.

        A partner is an offer that counts in the selection, so that each has a model of its own.
        """
        most = int(self.scenario.skills.max_partners)
        if most == 0:
            return self
        completed = completed_pairs(
            self.legs(),
            max_partners=most,
            delivered=selection.counted,
            possible=selection.possible,
        )
        provision = replace(self.provision, completed=completed)
        return replace(self, provision=provision, pairs=unit_pairs(self.units, provision))


def build_model(
    register: Register,
    scenario: Scenario,
    *,
    as_of: date,
    progress: Progress = lambda _: None,
) -> Model:
    """Lay the scenario's changes over the register, and compute what the measures share.

    Raises
    ------
    InputError
        If a table cannot be used as it stands.
    ScenarioError
        If a change of the scenario does not fit the register.
    """
    register = apply_changes(register, scenario.changes)
    progress("Travel times")
    offers = _offers(register, scenario, as_of)
    limits = tolerance_minutes(offers["mode"], offers["round_trips_per_year"], scenario.tolerance)
    travel = travel_table(register, scenario, offers, limits)
    progress("Reach and skills")
    provision = _provision(register, scenario, offers, limits, travel)
    demand = demand_by_programme(
        demand_units(register.sites, register.programmes, register.demand, scenario.demand)
    )
    units = _units(register, scenario, demand, travel)
    progress("Quality")
    quality = provision_quality(
        register.providers,
        register.achievements,
        offers,
        register.units,
        policy=scenario.quality,
        as_of=as_of,
    )
    return Model(
        register=register,
        scenario=scenario,
        as_of=as_of,
        demand=demand,
        units=units,
        provision=provision,
        pairs=unit_pairs(units, provision),
        quality=quality,
        label=_labels(offers, quality),
    )


def unknown_offer_minutes(scenario: Scenario) -> float:
    """Return within how many minutes one way a venue of which nothing is known may deliver."""
    longest = longest_daily_minutes(scenario.tolerance)
    return min(scenario.gaps.unknown_offer_minutes, longest)


def has_point(table: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Say which rows have a place."""
    return np.asarray(table.geometry.notna() & ~table.geometry.is_empty, dtype=np.bool_)


def travel_table(
    register: Register,
    scenario: Scenario,
    offers: pd.DataFrame,
    limits: npt.NDArray[np.float64],
) -> pd.DataFrame:
    """Return travel times up to each venue's longest limit; a silent venue's is a daily one."""
    bounded = pd.Series(np.where(np.isfinite(limits), limits, 0.0), index=offers["venue_id"])
    longest = bounded.groupby(level=0).max().reindex(register.venues.index)
    longest = longest.fillna(unknown_offer_minutes(scenario))
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


def _offers(register: Register, scenario: Scenario, as_of: date) -> pd.DataFrame:
    """Return the offers with their provider and whether their claims are fresh."""
    require_columns(register.offers, OFFER_COLUMNS, table="offers")
    require_choices(register.offers["status"], tuple(OfferStatus), table="offers")
    require_unique(register.programmes.index, table="programmes")
    require_known_ids(register.offers["programme_code"], register.programmes.index, table="offers")
    require_known_ids(register.offers["venue_id"], register.venues.index, table="offers")
    offers = register.offers.reset_index(drop=True)
    return offers.assign(
        ukprn=register.venues["ukprn"].reindex(offers["venue_id"]).to_numpy(),
        fresh=is_fresh(offers["as_at"], as_of=as_of, policy=scenario.evidence),
    )


def _provision(
    register: Register,
    scenario: Scenario,
    offers: pd.DataFrame,
    limits: npt.NDArray[np.float64],
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
    return Provision(
        offers=offers,
        programme=register.programmes.index.get_indexer(pd.Index(offers["programme_code"])),
        unlimited=np.isinf(limits),
        pools=make_pools(offers),
        pairs=pairs,
        skills=skills_cover(offers, register.units, register.sites["units_hosted"]),
        release_days=offers["release_days_per_year"].to_numpy(dtype=float),
        release_limit=register.sites["release_days_limit"].to_numpy(dtype=float),
        completed=Completed.none(len(offers)),
    )


def _units(
    register: Register, scenario: Scenario, demand: pd.DataFrame, travel: pd.DataFrame
) -> DemandUnits:
    sites, venues = register.sites, register.venues
    silent = venues.index.difference(pd.Index(register.offers["venue_id"]))
    near = travel[
        travel["venue_id"].isin(silent)
        & (travel["lowest_minutes"] <= unknown_offer_minutes(scenario))
    ]
    nearest = near.groupby("site_id")["lowest_minutes"].min()
    silent_minutes = nearest.reindex(sites.index, fill_value=np.inf).to_numpy(dtype=float)
    site = sites.index.get_indexer(pd.Index(demand["site_id"]))
    return DemandUnits(
        site=site,
        programme=register.programmes.index.get_indexer(pd.Index(demand["programme_code"])),
        demand=demand["demand"].to_numpy(dtype=float),
        placed=has_point(sites)[site],
        silent_minutes=silent_minutes[site],
        shape=(len(sites), len(register.programmes)),
    )


def _labels(offers: pd.DataFrame, quality: pd.DataFrame) -> npt.NDArray[np.object_]:
    keys = ["ukprn", "programme_code"]
    label = quality.set_index(keys)["label"].reindex(pd.MultiIndex.from_frame(offers[keys]))
    return label.fillna(QualityLabel.INSUFFICIENT_EVIDENCE.value).to_numpy(dtype=object)
