"""Calibration: speeds by area class, fitted to routed journeys, and how far the estimate is off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from geo.barriers import blocked_by
from geo.errors import InputError
from geo.policies import TravelPolicy
from geo.travel_time import AREA_CLASSES, area_class, travel_times_by
from geo.types import Register, Transport

FloatArray = npt.NDArray[np.float64]

GATE_PAIRS = 200
GATE_MEDIAN_MINUTES = 5.0
GATE_P90_MINUTES = 15.0
MIN_PAIRS = 30
"""With fewer pairs nothing is fitted, and with fewer that touch a class its speed stays."""

MAX_PAIRS = 5_000
"""More tell nothing new: a speed is then known to a hundredth."""
SLOWEST_KMH, FASTEST_KMH = 5.0, 130.0
_FOLDS = 5
_SAMPLE_COLUMNS = (
    "site_id",
    "venue_id",
    "routed_minutes",
    "kilometres",
    "site_class",
    "venue_class",
    "nation",
)


class Gate(StrEnum):
    """Whether the estimate is good enough to stand beside routed times."""

    PASSED = "passed"
    FAILED = "failed"
    TOO_FEW_PAIRS = "too few pairs"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Routed journeys to compare with the estimate.

    Attributes
    ----------
    pairs
        One row a pair, sorted: ``site_id``, ``venue_id``, ``routed_minutes``, ``kilometres`` of
        the straight line, ``site_class`` and ``venue_class`` (positions in
        :data:`geo.travel_time.AREA_CLASSES`), ``nation`` of the site.
    left_out
        How many routed pairs take no part, by the reason.
    """

    pairs: pd.DataFrame
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Fitted speeds, and the error of the estimate before and after.

    Attributes
    ----------
    policy
        The given policy with the fitted speeds.
    fitted, kept
        The area classes whose speed was fitted, and those that too few pairs touch.
    errors
        One row a group: ``by`` (all, nation, areas), ``group``, ``pairs`` and the absolute error
        in minutes: ``median_before``, ``p90_before``, ``median_after``, ``p90_after``. After, each
        pair's error is that of a fit which has not seen it.
    gate_before, gate_after
        Whether all pairs together meet the release gate.
    """

    policy: TravelPolicy
    fitted: tuple[str, ...]
    kept: tuple[str, ...]
    errors: pd.DataFrame
    gate_before: Gate
    gate_after: Gate


def calibration_sample(
    register: Register, policy: TravelPolicy, *, source_prefix: str = "routed"
) -> Sample:
    """Gather the register's car journeys whose source begins with ``source_prefix``.

    Journeys that are never estimated take no part, and are counted: those whose site or venue has
    no point, and those across water.
    """
    times = travel_times_by(
        register.travel_times,
        Transport.CAR,
        site_ids=register.sites.index,
        venue_ids=register.venues.index,
    )
    routed = times["source"].fillna("").str.startswith(source_prefix).astype(bool)
    times = times[routed].reset_index(drop=True)
    sites = register.sites.loc[times["site_id"]]
    venues = register.venues.loc[times["venue_id"]]
    placed = _placed(sites.geometry.to_numpy()) & _placed(venues.geometry.to_numpy())
    pairs = pd.DataFrame(
        {
            "site_id": times["site_id"],
            "venue_id": times["venue_id"],
            "routed_minutes": times["travel_minutes"],
            "kilometres": sites.geometry.distance(venues.geometry, align=False).to_numpy() / 1000,
            "site_class": area_class(sites["postcodes_within_3km"], policy),
            "venue_class": area_class(venues["postcodes_within_3km"], policy),
            "nation": sites["nation"].fillna("unknown").to_numpy(dtype=object),
        }
    )
    dry = placed.copy()
    dry[placed] = (
        blocked_by(
            sites.geometry.to_numpy()[placed],
            venues.geometry.to_numpy()[placed],
            register.barriers,
        )
        == ""
    )
    left_out = {
        "no point": int((~placed).sum()),
        "across water": int((placed & ~dry).sum()),
    }
    return Sample(pairs[dry].reset_index(drop=True), {k: n for k, n in left_out.items() if n})


def calibrate(
    sample: pd.DataFrame, policy: TravelPolicy, *, fit_fixed: bool = False
) -> Calibration:
    """Fit the speeds of the area classes to routed journeys by least absolute deviations.

    The estimate ``60 * detour * d / v + fixed``, with ``v`` the harmonic mean of the speeds at
    both ends, is linear in the paces ``1 / v``, so that the least sum of absolute errors is a
    linear programme, solved exactly. The detour factor stays as given: no sample tells it from
    the speeds.

    Parameters
    ----------
    sample
        ``pairs`` of a :class:`Sample`, at most ``MAX_PAIRS``.
    fit_fixed
        Whether the fixed minutes are fitted too, 0 or more.

    Raises
    ------
    InputError
        If there are fewer than ``MIN_PAIRS`` pairs or too many, a number is missing or negative,
        the sample cannot tell the classes apart, or a speed leaves 5 to 130 km/h.

    References
    ----------
    Barrodale, I. and Roberts, F. D. K. (1973). An improved algorithm for discrete l1 linear
    approximation. SIAM Journal on Numerical Analysis, 10(5), 839-848.
    """
    pairs = _checked(sample)
    counts = [int(_touches(pairs, place).sum()) for place in range(len(AREA_CLASSES))]
    chosen = np.array([count >= MIN_PAIRS for count in counts])
    _require_told_apart(_design(pairs, policy)[:, chosen])
    fitted = _fit(pairs, policy, chosen, fit_fixed=fit_fixed)
    _require_plausible(fitted, chosen)
    before = _absolute_error(pairs, policy)
    after = np.empty(len(pairs))
    fold = np.arange(len(pairs)) % _FOLDS
    for held_out in range(_FOLDS):
        seen = _fit(pairs[fold != held_out], policy, chosen, fit_fixed=fit_fixed)
        after[fold == held_out] = _absolute_error(pairs[fold == held_out], seen)
    names = np.array(AREA_CLASSES)
    return Calibration(
        policy=fitted,
        fitted=tuple(names[chosen].tolist()),
        kept=tuple(names[~chosen].tolist()),
        errors=_errors(pairs, before, after),
        gate_before=gate(before),
        gate_after=gate(after),
    )


def estimated_minutes(sample: pd.DataFrame, policy: TravelPolicy) -> FloatArray:
    """Return what the straight-line estimate says of each pair of a sample, in minutes."""
    minutes: FloatArray = _design(sample, policy) @ _paces(policy) + policy.fixed_minutes
    return minutes


def gate(absolute_error: FloatArray) -> Gate:
    """Say whether errors in minutes meet the release gate, its bounds included.

    Half of at least 200 pairs within 5 minutes and nine in ten within 15.
    """
    if len(absolute_error) < GATE_PAIRS:
        return Gate.TOO_FEW_PAIRS
    median, p90 = np.quantile(absolute_error, [0.5, 0.9])
    good = median <= GATE_MEDIAN_MINUTES and p90 <= GATE_P90_MINUTES
    return Gate.PASSED if good else Gate.FAILED


def _placed(points: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    return np.array([point is not None and not point.is_empty for point in points], dtype=np.bool_)


def _checked(sample: pd.DataFrame) -> pd.DataFrame:
    """Return the sample's pairs in order, or raise where they cannot be fitted."""
    pairs = sample[list(_SAMPLE_COLUMNS)].sort_values(["site_id", "venue_id"], ignore_index=True)
    if len(pairs) < MIN_PAIRS:
        raise InputError(
            f"There are {len(pairs)} routed pairs to fit to, fewer than {MIN_PAIRS}; route more "
            "of them first, such as a sample of 300."
        )
    if len(pairs) > MAX_PAIRS:
        raise InputError(
            f"There are {len(pairs)} routed pairs, more than {MAX_PAIRS}; draw a sample of them."
        )
    for name in ("routed_minutes", "kilometres"):
        numbers = pairs[name].to_numpy(dtype=float)
        if not np.isfinite(numbers).all() or (numbers < 0).any():
            raise InputError(f"{name!r} in the sample must be numbers of 0 or more.")
    return pairs


def _touches(pairs: pd.DataFrame, place: int) -> npt.NDArray[np.bool_]:
    """Say which pairs begin or end in the area class at ``place``, and lead anywhere."""
    ends = (pairs["site_class"] == place) | (pairs["venue_class"] == place)
    return np.asarray(ends & (pairs["kilometres"] > 0), dtype=np.bool_)


def _design(pairs: pd.DataFrame, policy: TravelPolicy) -> FloatArray:
    """Return pairs × classes: minutes for each hour that a kilometre takes in the class."""
    half = 30.0 * policy.detour_factor * pairs["kilometres"].to_numpy(dtype=float)
    places = np.arange(len(AREA_CLASSES))
    ends = (pairs["site_class"].to_numpy()[:, None] == places).astype(float)
    ends += pairs["venue_class"].to_numpy()[:, None] == places
    design: FloatArray = half[:, None] * ends
    return design


def _paces(policy: TravelPolicy) -> FloatArray:
    return 1.0 / np.array([getattr(policy, f"speed_kmh_{name}") for name in AREA_CLASSES])


def _fit(
    pairs: pd.DataFrame,
    policy: TravelPolicy,
    chosen: npt.NDArray[np.bool_],
    *,
    fit_fixed: bool,
) -> TravelPolicy:
    """Return the policy with the paces of the chosen classes that leave the least error."""
    design = _design(pairs, policy)
    fixed = 0.0 if fit_fixed else policy.fixed_minutes
    rest = pairs["routed_minutes"].to_numpy(dtype=float) - fixed
    rest = rest - design[:, ~chosen] @ _paces(policy)[~chosen]
    columns = design[:, chosen]
    if fit_fixed:
        columns = np.column_stack([columns, np.ones(len(pairs))])
    bounds = [(1.0 / FASTEST_KMH, 1.0 / SLOWEST_KMH)] * int(chosen.sum())
    bounds += [(0.0, np.inf)] * (columns.shape[1] - len(bounds) + 2 * len(pairs))
    one = eye_array(len(pairs), format="csr")
    cost = np.concatenate([np.zeros(columns.shape[1]), np.ones(2 * len(pairs))])
    solved = linprog(
        cost,
        A_eq=hstack([csr_array(columns), one, -one], format="csr"),
        b_eq=rest,
        bounds=bounds,
        method="highs",
    )
    if not solved.success:
        raise InputError(f"The speeds cannot be fitted: {solved.message}")
    names = [name for name, take in zip(AREA_CLASSES, chosen, strict=True) if take]
    speeds = {
        f"speed_kmh_{name}": float(1.0 / pace)
        for name, pace in zip(names, solved.x[: len(names)], strict=True)
    }
    if fit_fixed:
        speeds["fixed_minutes"] = float(solved.x[len(names)])
    return replace(policy, **speeds)


def _require_told_apart(design: FloatArray) -> None:
    if not design.shape[1]:
        raise InputError("No class of area has enough pairs to fit its speed; route more of them.")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(
            "The sample cannot tell the speeds of the classes of area apart, since every pair "
            "joins the same two; route a larger sample."
        )


def _require_plausible(policy: TravelPolicy, chosen: npt.NDArray[np.bool_]) -> None:
    for name in np.array(AREA_CLASSES)[chosen]:
        speed = getattr(policy, f"speed_kmh_{name}")
        if not SLOWEST_KMH * (1 + 1e-6) < speed < FASTEST_KMH * (1 - 1e-6):
            raise InputError(
                f"The fit gives {name} areas {speed:.0f} km/h, the end of what a car does; check "
                "that the routed times are minutes by car, and route a larger sample."
            )


def _absolute_error(pairs: pd.DataFrame, policy: TravelPolicy) -> FloatArray:
    routed = pairs["routed_minutes"].to_numpy(dtype=float)
    error: FloatArray = np.abs(estimated_minutes(pairs, policy) - routed)
    return error


def _errors(pairs: pd.DataFrame, before: FloatArray, after: FloatArray) -> pd.DataFrame:
    names = np.array(AREA_CLASSES, dtype=object)
    ends = np.sort(pairs[["site_class", "venue_class"]].to_numpy(dtype=np.int64), axis=1)
    groupings = {
        "all": np.full(len(pairs), "all", dtype=object),
        "nation": pairs["nation"].to_numpy(dtype=object),
        "areas": names[ends[:, 0]] + " to " + names[ends[:, 1]],
    }
    rows = []
    for by, group in groupings.items():
        for name in sorted(set(group)):
            of = group == name
            middle = np.quantile([before[of], after[of]], [0.5, 0.9], axis=1)
            rows.append((by, name, int(of.sum()), *middle[:, 0], *middle[:, 1]))
    columns = ["by", "group", "pairs"]
    columns += ["median_before", "p90_before", "median_after", "p90_after"]
    return pd.DataFrame(rows, columns=columns)
