"""The ranking as it is sent, and as a decision keeps it: one answer for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from app.db.runs import RunRecord
from app.services.rankings import StoredRanking, read_audiences, sentences
from app.services.scenarios import scenario_of

_SCORES, _PLACES = 4, 2


def ranking_answer(
    connection: sa.Connection,
    run: RunRecord,
    stored: StoredRanking,
    *,
    weights: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return verdict, leader and clusters, rounded as numbers are sent.

    Parameters
    ----------
    weights
        The caller's own; None are those of the run's scenario.
    """
    policy = scenario_of(run).ranking
    given = weights or {criterion.name: criterion.weight for criterion in policy.criteria}
    whole = sum(given.values())
    used = {c.name: round(given.get(c.name, 0.0) / whole, _SCORES) for c in policy.criteria}
    said: dict[str, Any] = {
        "weight_set": policy.weight_set.entry() if weights is None else _OF_THE_CALLER,
        "weights": used,
    }
    if not stored.tested:
        ready = stored.rows["cluster_id"][stored.rows["pilot_ready"].astype(bool)]
        said["leader"] = str(ready.iloc[0]) if len(ready) else None
    else:
        said |= _verdict(stored) | {"audiences": _audiences(connection, run)}
    return said | {"clusters": ranked_clusters(stored)}


def ranked_clusters(stored: StoredRanking) -> list[dict[str, Any]]:
    """Return the clusters of a ranking, best first, as they are sent."""
    rows = [_ranked(row, stored) for row in stored.rows.to_dict("records")]
    if not stored.tested:
        return rows
    shortlist = {row["cluster_id"]: _shortlist(row) for row in stored.tested["shortlist"]}
    next_if = sentences(stored)
    for row in rows:
        name = row["cluster_id"]
        row.update(_shares(stored.tested["shares"][name]), shortlist=shortlist[name])
        row["starters_short"] = shortlist[name]["starters_short"]
        if name in next_if:
            row["next_if"] = next_if[name]
    return rows


_OF_THE_CALLER = {
    "name": "weights of the caller",
    "owner": "the caller",
    "dated": "",
    "version": "",
}


def _verdict(stored: StoredRanking) -> dict[str, Any]:
    tested = stored.tested
    found = {"leader": tested["leader"], "tied": tested["tied"], "draws": tested["draws"]}
    return found if tested["verdict"] is None else {"verdict": tested["verdict"]} | found


def _ranked(row: Mapping[Any, Any], stored: StoredRanking) -> dict[str, Any]:
    cluster = stored.clusters.loc[row["cluster_id"]]
    needed = row["support_needed"]
    return {
        "cluster_id": row["cluster_id"],
        "name": str(cluster["name"]),
        "cluster_class": str(cluster["cluster_class"]),
        "rank": int(row["rank"]),
        "score": round(float(row["score"]), _SCORES),
        "pilot_ready": bool(row["pilot_ready"]),
        "champion_level": int(row["champion_level"]),
        "support_needed": None if pd.isna(needed) else str(needed),
        "missing": list(row["missing"]),
        "values": {name: round(value, _SCORES) + 0.0 for name, value in row["values"].items()},
        "contributions": {
            name: round(value, _SCORES) + 0.0 for name, value in row["contributions"].items()
        },
    }


def _shares(row: Mapping[str, Any]) -> dict[str, Any]:
    shares = {
        "p_rank_1": round(row["p_rank_1"], _SCORES),
        "p_top_3": round(row["p_top_3"], _SCORES),
        "rank_low": row["rank_low"],
        "rank_high": row["rank_high"],
    }
    if row["flip_rival"] is not None:
        change = row["flip_weight_change"]
        shares["flip"] = {
            "rival": row["flip_rival"],
            "weight_change": None if change is None else round(change, _SCORES),
        }
    return shares


def _shortlist(row: Mapping[str, Any]) -> dict[str, Any]:
    starters = row["starters"]
    return {
        "programme_code": starters["programme_code"],
        "starters_expected": round(starters["expected"], _PLACES),
        "minimum_cohort": starters["minimum"],
        "starters_short": starters["short"],
        "pool_with": list(starters["pool_with"]),
        "pooling_suffices": starters["pooling_suffices"],
        "places_delivered": _places(row["places_delivered"]),
        "places_could_be": _places(row["places_could_be"]),
        "lacks": list(row["lacks"]),
    }


def _places(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, _PLACES)


def _audiences(connection: sa.Connection, run: RunRecord) -> list[dict[str, Any]]:
    return [
        row | {"share_heard": None if share is None else round(share, _SCORES)}
        for row in read_audiences(connection, run)
        for share in [row["share_heard"]]
    ]
