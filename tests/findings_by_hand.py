"""Findings of a run, made by hand for the little register of the service's tests.

Seven sites and two programmes. ``S1``, ``S2`` and ``S7`` share the one pool of ``P1``; nothing else
reaches anything. ``S3`` and ``S7`` are sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.types import Mode

HOSTILE = "<script>document.title='owned'</script>"

# site: starters, existing workforce, places low and high, certain shortfall, cohort, public.
OF_SITE: Mapping[str, tuple[float | None, ...]] = {
    "S1": (7.0, 3.0, 8.0, 12.0, 0.0, 0.9, 25.04),
    "S2": (4.005, 0.0, 0.5, 4.5, 1.0, 0.9, None),
    "S3": (2.0, 0.0, 0.0, 0.0, 2.0, None, None),
    "S4": (None, None, None, None, None, 0.2, None),
    "S5": (4.0, 2.0, 0.0, 0.0, 6.0, None, 70.0),
    "S6": (1.0, 0.0, 0.0, 1.0, 0.0, None, None),
    "S7": (3.0, 0.0, 3.0, 3.0, 0.0, 0.9, None),
}
COLUMNS = (
    "demand_new_starters",
    "demand_existing_workforce",
    "places_low",
    "places_high",
    "shortfall_certain",
    "cohort_probability",
    "nearest_public_minutes",
)
SHARING = ("S1", "S2", "S7")


@dataclass(frozen=True, slots=True, eq=False)
class HandMade:
    """Findings as an analysis gives them."""

    variants: Mapping[tuple[str, str], pd.DataFrame]
    best_case: pd.DataFrame
    best_case_of_unit: npt.NDArray[np.int64]
    bottlenecks: pd.DataFrame
    quality: pd.DataFrame
    fragility: pd.DataFrame
    fragility_pairs: pd.DataFrame
    concentration: Mapping[str, Mapping[str, Any]]
    calls: pd.DataFrame
    summary: Mapping[str, Mapping[str, Any]]


def of_site(site_id: str, programme_code: str) -> dict[str, float | None]:
    """Return what the run stores of a site beside its places; of P2 nothing is delivered."""
    found = dict(zip(COLUMNS, OF_SITE[site_id], strict=True))
    if programme_code == "P1":
        return found
    starters, others = found["demand_new_starters"], found["demand_existing_workforce"]
    nothing = None if starters is None else 0.0
    short = None if starters is None else starters + (others or 0.0)
    later = dict.fromkeys(("cohort_probability", "nearest_public_minutes"))
    bounds = {"places_low": nothing, "places_high": nothing, "shortfall_certain": short}
    return {**found, **bounds, **later}


def make_findings(coverage: pd.DataFrame) -> HandMade:
    """Return findings that fit a coverage, whose rows are sorted by site and programme."""
    reaches = coverage["site_id"].isin(SHARING) & (coverage["programme_code"] == "P1")
    return HandMade(
        variants={
            (tier, mode): _variant(coverage, tier, mode)
            for tier in ("any", "verified", "good")
            for mode in ("", *map(str, Mode))
            if (tier, mode) != ("any", "")
        },
        best_case=pd.DataFrame(
            [
                {
                    "component": 1,
                    "demand": 17.005,
                    "served": 16.0,
                    "unmet": 1.005,
                    "sites": 3,
                    "pools": 1,
                    "programme_codes": "P1",
                    "status": "optimal",
                    "gap": 0.0,
                }
            ]
        ),
        best_case_of_unit=reaches.to_numpy().astype(np.int64),
        bottlenecks=pd.DataFrame(
            [
                {
                    "component": 1,
                    "pool": f"V1 P1 {HOSTILE}",
                    "ukprn": "99000001",
                    "venue_ids": "V1",
                    "programme_codes": "P1",
                    "places": 16.0,
                    "gain": 1.0,
                }
            ]
        ),
        quality=_quality(),
        fragility=pd.DataFrame(
            [
                _loss("99000002", "", 0.0, 0.0),
                _loss("99000001", "", 14.004, 13.0),
                _loss("99000001", "P1", 14.004, 13.0),
            ]
        ),
        fragility_pairs=pd.DataFrame(
            [{"ukprn_a": "99000001", "ukprn_b": "99000002", "served_lost": 14.004}]
        ),
        concentration={
            "": {"share": 1.0, "providers": ["99000001"], "alarm": True},
            "P1": {"share": 1.0, "providers": ["99000001"], "alarm": True},
        },
        calls=pd.DataFrame([_call(rank, *call) for rank, call in enumerate(CALLS, start=1)]),
        summary={
            "": _bounds(11.5, 17.5, 36.01),
            "P1": _bounds(11.5, 17.5, 10.005),
            "P2": _bounds(0.0, 0.0, 26.005),
        },
    )


# table, key, field, swing; the second tells of a sensitive site.
CALLS: tuple[tuple[str, dict[str, str], str, float], ...] = (
    ("offers", {"venue_id": "V3", "programme_code": "P1", "mode": "blended"}, "status", 9.123),
    ("sites", {"site_id": "S3"}, "employees", 8.0),
    ("demand", {"site_id": "S4", "programme_code": "P1", "stream": "new_starters"}, "places", 5.0),
    ("offers", {"venue_id": "V1", "programme_code": "P2", "mode": "evening"}, "status", 3.0),
    ("venues", {"venue_id": "V2"}, "offers", 2.0),
    ("providers", {"ukprn": "99000002"}, "inspection_grades", 0.0),
    ("offers", {"venue_id": "gone", "programme_code": "P1", "mode": "blended"}, "status", 0.0),
)


def _call(rank: int, table: str, key: dict[str, str], field: str, swing: float) -> dict[str, Any]:
    return {
        "rank": rank,
        "table": table,
        "key": key,
        "field": field,
        "question": f"What is the {field} of {'/'.join(key.values())}? {HOSTILE}",
        "demand_affected": 2 * swing,
        "served_swing": swing,
        "units_affected": 4,
        "units_could_change": 2,
        "areas_settled": round(swing / 100, 2),
        "score": swing / 10,
    }


def _variant(coverage: pd.DataFrame, tier: str, mode: str) -> pd.DataFrame:
    """Return coverage by fewer offers: day release is all there is, and only S1's is good."""
    known = coverage["demand"].notna()
    if mode == Mode.E_LEARNING:
        kept, gap_class = known & False, coverage["gap_class"].where(known & False, "unknown")
    else:
        kept = known & (coverage["site_id"] == "S1" if tier == "good" else known)
        kept &= mode in ("", Mode.DAY_RELEASE)
        gap_class = coverage["gap_class"].where(kept | ~known, "no_reach")
    places = {
        name: coverage[name].astype(float).where(kept, 0.0).where(known)
        for name in ("places_available", "places_low", "places_high")
    }
    return pd.DataFrame({**places, "gap_class": gap_class})


def _quality() -> pd.DataFrame:
    shared = {"programme_code": "P1", "known_weight": 0.75, "leavers": 40.0}
    return pd.DataFrame(
        [
            {
                "ukprn": "99000002",
                "nation": "Scotland",
                "score": None,
                "score_low": None,
                "score_high": None,
                "label": "insufficient_evidence",
                "gates": "",
                "achievement": None,
                "components": {"inspection": None, "achievement": None},
                "different_evidence": True,
                **shared,
            },
            {
                "ukprn": "99000001",
                "nation": "England",
                "score": 0.71234,
                "score_low": 0.6,
                "score_high": 0.8,
                "label": "not_good",
                "gates": f"safeguarding;{HOSTILE}",
                "achievement": 0.55,
                "components": {"inspection": 0.85, "achievement": 0.14286},
                "different_evidence": False,
                **shared,
            },
        ]
    )


def _loss(ukprn: str, programme_code: str, served: float, covered: float) -> dict[str, Any]:
    return {
        "ukprn": ukprn,
        "programme_code": programme_code,
        "places_lost": served,
        "served_lost": served,
        "covered_lost": covered,
        "share": 1.0 if served else 0.0,
    }


def _bounds(low: float, high: float, unmet: float) -> dict[str, Any]:
    return {
        "served_low": low,
        "served_high": high,
        "unmet_best_case": unmet,
        "unknown_share": 0.0384,
        "evidence": "sufficient",
    }
