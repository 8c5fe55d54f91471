"""Demand: training places a year that each site needs in each programme."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.contracts import (
    require_choices,
    require_columns,
    require_known_ids,
    require_not_negative,
    require_unique,
)
from geo.employment import employees_of
from geo.errors import InputError
from geo.policies import DemandPolicy
from geo.types import Stream

FloatArray = npt.NDArray[np.float64]

STATED = "stated"
ESTIMATED = "estimated"
PARTLY_STATED = "stated in part"
UNKNOWN = "unknown"
_KEYS = ["site_id", "programme_code", "stream"]
_NUMBERS = ["places", "places_low", "places_high"]


def demand_units(
    sites: gpd.GeoDataFrame,
    programmes: pd.DataFrame,
    stated: pd.DataFrame,
    policy: DemandPolicy,
) -> pd.DataFrame:
    """Return the places a year that each site needs, by programme and stream.

    What a site states counts. Else ``technicians * rate * demand_share`` with the technicians as
    given or as a share of the employees, and the rate of recruitment (new starters) or of
    training the existing workforce. A programme is for the sites of its nation, if it has one,
    and for any site that states demand for it.

    Parameters
    ----------
    sites
        Indexed by ``site_id``: ``employees``, ``employees_low``, ``employees_high``,
        ``technicians``, ``nation``.
    programmes
        Indexed by ``programme_code``: ``nation`` (blank is every nation), ``demand_share``.
    stated
        The register's ``demand``: ``site_id``, ``programme_code``, ``stream``, ``places``,
        ``places_low``, ``places_high``.

    Returns
    -------
    One row a unit: ``site_id``, ``programme_code``, ``stream``, ``places``, ``places_low``,
    ``places_high`` (NaN is unknown, never 0) and ``basis``.

    Raises
    ------
    InputError
        If the shares of one nation's programmes sum to more than 1, which would train the same
        technician more than once, or if a stated row names an unknown site or programme.
    """
    require_columns(stated, ("site_id", "programme_code", "stream", *_NUMBERS), table="demand")
    require_known_ids(stated["site_id"], sites.index, table="demand")
    require_known_ids(stated["programme_code"], programmes.index, table="demand")
    require_choices(stated["stream"], tuple(Stream), table="demand")
    for column in _NUMBERS:
        require_not_negative(stated[column], table="demand")
    require_unique(pd.MultiIndex.from_frame(stated[_KEYS]), table="demand")
    _require_shares(programmes)

    estimated = _estimated(sites, programmes, policy)
    # An empty table may hold objects, which the estimates would become with it.
    given = stated[[*_KEYS, *_NUMBERS]].astype(dict.fromkeys(_NUMBERS, float))
    given = given.assign(
        places_low=given["places_low"].fillna(given["places"]),
        places_high=given["places_high"].fillna(given["places"]),
        basis=STATED,
    )
    units = pd.concat([given, estimated], ignore_index=True).drop_duplicates(_KEYS, keep="first")
    return units.sort_values(_KEYS, ignore_index=True)


def demand_by_programme(units: pd.DataFrame) -> pd.DataFrame:
    """Add up the streams of every site and programme.

    Returns
    -------
    One row a site and programme, sorted: ``demand``, ``demand_low``, ``demand_high``,
    ``demand_basis``, and ``demand_new_starters`` and ``demand_existing_workforce``, the streams
    (NaN is unknown). A stream that is unknown beside one that is known adds nothing, and the
    basis says so; demand is unknown only where every stream is.
    """
    keys = ["site_id", "programme_code"]
    sums = units.groupby(keys, sort=True)[_NUMBERS].sum(min_count=1)
    sums.columns = pd.Index(["demand", "demand_low", "demand_high"])
    basis = pd.DataFrame(
        {
            name: units["basis"].eq(name).groupby([units[k] for k in keys]).any()
            for name in (STATED, ESTIMATED, UNKNOWN)
        }
    ).reindex(sums.index)
    sums["demand_basis"] = np.select(
        [
            basis[STATED] & ~basis[ESTIMATED] & ~basis[UNKNOWN],
            basis[STATED],
            basis[ESTIMATED],
        ],
        [STATED, PARTLY_STATED, ESTIMATED],
        default=UNKNOWN,
    )
    for stream in Stream:
        mine = units[units["stream"] == stream].set_index(keys)["places"]
        sums[f"demand_{stream}"] = mine.reindex(sums.index)
    return sums.reset_index()


def _require_shares(programmes: pd.DataFrame) -> None:
    require_not_negative(programmes["demand_share"], table="programmes")
    everywhere = programmes.loc[programmes["nation"].isna(), "demand_share"].sum()
    by_nation = programmes.groupby("nation")["demand_share"].sum()
    highest = float(everywhere + (by_nation.max() if len(by_nation) else 0.0))
    # A millionth of slack for shares that were rounded in a file.
    if highest > 1.0 + 1e-6:
        raise InputError(
            f"'demand_share' of the programmes of one nation sums to {highest:g}; at most 1, "
            "or the same technician is counted more than once."
        )


def _estimated(
    sites: gpd.GeoDataFrame, programmes: pd.DataFrame, policy: DemandPolicy
) -> pd.DataFrame:
    site, programme, agree = _applicable(sites, programmes)
    technicians = _technicians(sites, policy)
    shares = programmes["demand_share"].to_numpy(dtype=float, na_value=np.nan)
    share = np.where(agree, shares[programme], np.nan)
    rates = {
        Stream.NEW_STARTERS: (
            policy.recruitment_rate,
            policy.recruitment_rate_low,
            policy.recruitment_rate_high,
        ),
        Stream.EXISTING_WORKFORCE: (policy.existing_workforce_rate,) * 3,
    }
    parts = []
    for stream, (rate, rate_low, rate_high) in rates.items():
        places = technicians["middle"].to_numpy()[site] * rate * share
        # One end of a band alone bounds nothing: beside unknown places its ends are unknown too.
        known = np.where(np.isnan(places), np.nan, share)
        parts.append(
            pd.DataFrame(
                {
                    "site_id": sites.index.to_numpy()[site],
                    "programme_code": programmes.index.to_numpy()[programme],
                    "stream": stream.value,
                    "places": places,
                    "places_low": technicians["low"].to_numpy()[site] * rate_low * known,
                    "places_high": technicians["high"].to_numpy()[site] * rate_high * known,
                    "basis": np.where(np.isnan(places), UNKNOWN, ESTIMATED),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _applicable(
    sites: gpd.GeoDataFrame, programmes: pd.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return positions of the pairs of site and programme whose nations may agree.

    The third array says whether they do: a site whose nation is unknown is kept for every
    programme, but whether it needs one that is meant for a nation is unknown.
    """
    meant_for = programmes["nation"].fillna("").to_numpy(dtype=object)[None, :]
    nation = sites["nation"].fillna("").to_numpy(dtype=object)[:, None]
    agree = (meant_for == "") | (nation == meant_for)
    site, programme = np.nonzero(agree | (nation == ""))
    return site, programme, agree[site, programme]


def _technicians(sites: gpd.GeoDataFrame, policy: DemandPolicy) -> pd.DataFrame:
    given = sites["technicians"].to_numpy(dtype=float, na_value=np.nan)
    employees = employees_of(sites)
    estimates = {
        "middle": employees["employees"].to_numpy() * policy.technician_share,
        "low": employees["low"].to_numpy() * policy.technician_share_low,
        "high": employees["high"].to_numpy() * policy.technician_share_high,
    }
    return pd.DataFrame(
        {name: np.where(np.isnan(given), value, given) for name, value in estimates.items()},
        index=sites.index,
    )
