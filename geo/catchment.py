"""Floating-catchment measures: what each origin can reach when others reach for it too.

Two kinds of input, the same measures: :func:`geo.catchment_table.catchments_of_table` takes a
table of pairs with their costs (routed minutes, either way unlike the other), and
:func:`geo.catchment_points.catchments_of_points` takes points and a limit in metres, and never
holds a matrix, for millions of origins.

In every measure the limit is inclusive; an origin that reaches nothing has 0 and is never left
out; a venue that no demand competes for hands nothing out; and results are in the order of the
origins as given, the same to the last bit whatever the order of rows.

Examples
--------
Three employers, two colleges, minutes by road; the third employer is too far from both.

>>> import pandas as pd
>>> from geo.catchment import enhanced_two_step_catchment, reach, spatial_availability
>>> from geo.catchment_table import catchments_of_table
>>> from geo.decay import Steps
>>> travel = pd.DataFrame(
...     {
...         "from_id": ["s1", "s1", "s2", "s3"],
...         "to_id": ["v1", "v2", "v1", "v2"],
...         "cost": [20, 45, 60, 75],
...     }
... )
>>> learners = pd.Series({"s1": 2.0, "s2": 10.0, "s3": 4.0})
>>> places = pd.Series({"v1": 10.0, "v2": 10.0})
>>> catchments = catchments_of_table(travel, demand=learners, supply=places, limit=60)
>>> reach(catchments)["venues_reached"].to_dict()
{'s1': 2, 's2': 1, 's3': 0}
>>> spatial_availability(catchments).round(1).to_dict()
{'s1': 11.7, 's2': 8.3, 's3': 0.0}

The same with less weight on long journeys, per learner:

>>> steps = Steps(limits=(30, 60), weights=(1.0, 0.5))
>>> enhanced_two_step_catchment(catchments, steps).round(2).to_dict()
{'s1': 6.43, 's2': 0.71, 's3': 0.0}
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.decay import UNIFORM, Decay
from geo.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Catchments(Protocol):
    """Origins with their demand, venues with their supply, and the costs within a limit."""

    @property
    def origin_ids(self) -> pd.Index:
        """Unique ids of the origins, as given."""

    @property
    def venue_ids(self) -> pd.Index:
        """Unique ids of the venues, as given."""

    @property
    def demand(self) -> FloatArray:
        """Demand of each origin, 0 or more."""

    @property
    def supply(self) -> FloatArray:
        """Supply of each venue, 0 or more."""

    def reach(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return how many venues each origin reaches, the position of the nearest, its cost.

        Of several at one cost the first by id; -1 and infinity where there is none.
        """

    def to_venues(self, decay: Decay, of_origins: FloatArray) -> FloatArray:
        """Return for every venue the weighted sum of a number over the origins that reach it."""

    def to_origins(self, decay: Decay, of_venues: FloatArray) -> FloatArray:
        """Return for every origin the weighted sum of a number over the venues that it reaches."""


def reach(catchments: Catchments) -> pd.DataFrame:
    """Count the venues within the limit of each origin, and find the nearest.

    Returns
    -------
    One row an origin: ``venues_reached``, with or without supply; ``nearest_id``, of several as
    near the first by id, missing where there is none; and ``nearest_cost`` in the unit of the
    costs, infinite where there is none.
    """
    count, nearest, cost = catchments.reach()
    found = nearest >= 0
    ids = np.full(len(count), None, dtype=object)
    ids[found] = catchments.venue_ids.to_numpy(dtype=object)[nearest[found]]
    return pd.DataFrame(
        {
            "venues_reached": count,
            "nearest_id": pd.Series(ids, index=catchments.origin_ids, dtype=object),
            "nearest_cost": cost,
        },
        index=catchments.origin_ids,
    )


def spatial_availability(catchments: Catchments, decay: Decay = UNIFORM) -> pd.Series:
    """Share the supply of every venue out over the origins, by demand times weight.

    ``V_i = sum_j S_j D_i w_ij / sum_k D_k w_kj``. It sums to the supply of the venues that any
    demand reaches.

    Returns
    -------
    ``available``, in the unit of the supply; 0 where demand is 0 or nothing is reached.

    References
    ----------
    Soukhov, A., Páez, A., Higgins, C. D. and Mohamed, M. (2023). Introducing spatial
    availability, a singly-constrained measure of competitive accessibility. PLOS ONE 18(1),
    e0278468.
    """
    available = catchments.demand * _two_step(catchments, decay)
    return pd.Series(available, index=catchments.origin_ids, name="available")


def two_step_catchment(catchments: Catchments) -> pd.Series:
    """Add up for each origin the supply per head of the venues within the limit.

    ``A_i = sum_j S_j / sum_k D_k`` over the venues that i reaches and the origins that reach j.

    Returns
    -------
    ``supply_per_demand``; 0 where nothing is reached. An origin without demand has its own: what
    a newcomer there would find.

    References
    ----------
    Luo, W. and Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment: synthesis and a case study in the Chicago region. Environment and Planning B
    30(6), 865-884.
    """
    return enhanced_two_step_catchment(catchments, UNIFORM)


def enhanced_two_step_catchment(catchments: Catchments, decay: Decay) -> pd.Series:
    """Add up for each origin the supply per head of the venues, both steps weighted by cost.

    ``A_i = sum_j w_ij S_j / sum_k D_k w_kj``.

    Parameters
    ----------
    decay
        Steps as in the article, or any other function of :mod:`geo.decay`.

    Returns
    -------
    ``supply_per_demand``; 0 where nothing is reached.

    References
    ----------
    Luo, W. and Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.
    """
    return _per_demand(catchments, _two_step(catchments, decay))


def three_step_catchment(
    catchments: Catchments, decay: Decay, *, selection: Decay | None = None
) -> pd.Series:
    """Add up the weighted supply per head when origins choose among the venues that they reach.

    ``G_ij = s_ij / sum_l s_il`` is the share of i's demand that turns to j, and
    ``A_i = sum_j G_ij w_ij S_j / sum_k G_kj D_k w_kj``.

    Parameters
    ----------
    selection
        What the choice goes by; if none, by ``decay``, as Wan and others have it.

    Returns
    -------
    ``supply_per_demand``; 0 where nothing is reached.

    Notes
    -----
    Origins choose among the venues within the limit. PySAL's ``access`` has them choose among
    all of its table: for that, give the table no limit, and a ``decay`` that ends at it.

    References
    ----------
    Wan, N., Zou, B. and Sternberg, T. (2012). A three-step floating catchment area method for
    analyzing spatial access to health services. International Journal of Geographical
    Information Science 26(6), 1073-1089.
    """
    chosen_by = decay if selection is None else selection

    def weight(cost: FloatArray) -> FloatArray:
        return decay(cost) * chosen_by(cost)

    choice = catchments.to_origins(chosen_by, np.ones(len(catchments.venue_ids)))
    competing = catchments.to_venues(weight, _ratio(catchments.demand, choice))
    reached = catchments.to_origins(weight, _ratio(catchments.supply, competing))
    return _per_demand(catchments, _ratio(reached, choice))


def balanced_catchment(catchments: Catchments, decay: Decay = UNIFORM) -> pd.Series:
    """Add up supply per head when neither demand nor level of service is counted twice.

    Each origin's demand is divided over the venues by ``w_ij / sum_l w_il``, and each venue's
    level of service over the origins by ``w_ij / sum_k w_kj``.

    Returns
    -------
    ``supply_per_demand``; 0 where nothing is reached.

    References
    ----------
    Páez, A., Higgins, C. D. and Vivona, S. F. (2019). Demand and level of service inflation in
    Floating Catchment Area (FCA) methods. PLOS ONE 14(6), e0218773.
    """
    of_origin = catchments.to_origins(decay, np.ones(len(catchments.venue_ids)))
    of_venue = catchments.to_venues(decay, np.ones(len(catchments.origin_ids)))
    competing = catchments.to_venues(decay, _ratio(catchments.demand, of_origin))
    service = _ratio(catchments.supply, competing)
    return _per_demand(catchments, catchments.to_origins(decay, _ratio(service, of_venue)))


def _two_step(catchments: Catchments, decay: Decay) -> FloatArray:
    """Return supply per demand for each origin, both steps weighted."""
    competing = catchments.to_venues(decay, catchments.demand)
    return catchments.to_origins(decay, _ratio(catchments.supply, competing))


def _per_demand(catchments: Catchments, values: FloatArray) -> pd.Series:
    return pd.Series(values, index=catchments.origin_ids, name="supply_per_demand")


def _ratio(amount: FloatArray, weight: FloatArray) -> FloatArray:
    """Divide amounts by sums of weights; 0 where nobody weighs.

    Raises
    ------
    InputError
        If the sums are so small that the quotient is no number any more.
    """
    with np.errstate(over="ignore"):
        ratio = np.divide(amount, weight, out=np.zeros_like(amount), where=weight > 0)
    if not np.isfinite(ratio).all():
        least = weight[weight > 0].min()
        raise InputError(
            f"The weights add up to as little as {least:g}, too little to divide by: take a "
            "decay that falls off more slowly, or a smaller limit."
        )
    return ratio
