"""Findings of one assessment over all demand units: the best case, what is certain, and totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.assessment import Assessment
from geo.best_case import BestCase, best_case, component_table
from geo.bottlenecks import bottleneck_table, find_bottlenecks
from geo.bounds import ServedBounds
from geo.coverage import totals, unmet_best_case
from geo.fragility import (
    Concentration,
    concentration,
    find_losses,
    owners_of_pools,
    pair_losses,
    provider_losses,
)

MOST_BOTTLENECKS = 50
"""Pools that are listed as bottlenecks; the greatest gains come first."""

MOST_PAIRS = 50
"""Pairs of providers that are listed; the greatest losses come first."""


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """What perfect sharing would give.

    Attributes
    ----------
    components
        One row a connected component: ``component``, ``demand``, ``served``, ``unmet`` in places a
        year, ``sites``, ``pools``, ``programme_codes``, ``status`` and ``gap`` of the solver.
    component_of_unit
        Component of each demand unit, 0 where it reaches no places.
    bottlenecks
        Pools of which one more place would be filled, the greatest gain first.
    """

    components: pd.DataFrame
    component_of_unit: npt.NDArray[np.int64]
    bottlenecks: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """What rests on single providers, see :mod:`geo.fragility`."""

    providers: pd.DataFrame
    pairs: pd.DataFrame
    concentration: Mapping[str, Concentration]


def dependence(assessment: Assessment) -> Dependence:
    """Return what is lost if a provider stops, or two, and who holds the places within reach.

    Blocks of partners are taken to stay, where the scenario allows partners.
    """
    model = assessment.model
    codes = list(model.register.programmes.index)
    losses = find_losses(
        assessment.valid,
        demand=model.units.demand,
        places=assessment.places,
        owners=owners_of_pools(model.provision, assessment.selection.counted),
    )
    return Dependence(
        providers=provider_losses(
            losses,
            programme=model.units.programme,
            programme_codes=codes,
            enough_ratio=model.scenario.gaps.enough_places_ratio,
        ),
        pairs=pair_losses(losses, most=MOST_PAIRS),
        concentration=concentration(
            losses,
            programme=model.units.programme,
            programme_codes=codes,
            policy=model.scenario.fragility,
        ),
    )


def perfect_sharing(assessment: Assessment) -> Sharing:
    """Return the best case of the pairs that are valid and the places that are known."""
    model = assessment.model
    best = best_case(assessment.valid, demand=model.units.demand, places=assessment.places)
    return Sharing(
        components=component_table(
            best,
            site=model.units.site,
            programme=model.units.programme,
            programme_codes=list(model.register.programmes.index),
        ),
        component_of_unit=best.component_of_unit,
        bottlenecks=_bottlenecks(assessment, best),
    )


def _bottlenecks(assessment: Assessment, best: BestCase) -> pd.DataFrame:
    found = find_bottlenecks(best, most=MOST_BOTTLENECKS)
    return bottleneck_table(found, best, assessment.model.provision, places=assessment.places)


def totals_summary(
    coverage: pd.DataFrame,
    sharing: Sharing,
    served: Mapping[str, ServedBounds],
    *,
    insufficient_share: float,
) -> dict[str, Mapping[str, Any]]:
    """Return the bounds of the totals by programme; the key ``""`` is all together.

    The same numbers as :func:`geo.coverage.totals` gives for the same demand units, but that what
    is served is bounded from above by sharing each place once as well, and so may be lower.

    Parameters
    ----------
    coverage
        Every demand unit, as :func:`geo.coverage.totals` takes it, with its bounds and
        ``programme_code``; in the order of ``sharing.component_of_unit``.
    served
        Bounds of what is served, by programme and for ``""``.
    insufficient_share
        Share of demand of unknown class above which there is too little evidence for a rate.

    Returns
    -------
    ``served_low`` and ``served_high``, places a year, None where capacity is not tested;
    ``unmet_best_case``, places a year, None where it is not tested either, or where the programme
    shares places with another, so that its part is not unique; ``unknown_share`` of demand, None
    without demand; ``evidence``.
    """
    units = coverage.assign(component=sharing.component_of_unit)
    members = units["component"].value_counts()
    components = sharing.components.assign(
        units=members.reindex(sharing.components["component"], fill_value=0).to_numpy()
    )
    scopes = {"": units} | {str(code): mine for code, mine in units.groupby("programme_code")}
    return {
        scope: _summary(mine, components, served[scope], insufficient_share)
        for scope, mine in scopes.items()
    }


def _summary(
    units: pd.DataFrame, components: pd.DataFrame, served: ServedBounds, insufficient_share: float
) -> dict[str, Any]:
    row = totals(units, insufficient_share=insufficient_share).iloc[0]
    best = unmet_best_case(units, components)
    return {
        "served_low": _number(served.low),
        "served_high": _number(served.high),
        "unmet_best_case": None if best is None else _number(best.iloc[0]),
        "unknown_share": _number(row["unknown_share"]),
        "evidence": str(row["evidence"]),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
