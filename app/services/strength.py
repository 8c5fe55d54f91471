"""The strength of clusters: labels, and growth since an earlier run of another snapshot."""

from __future__ import annotations

from typing import Any

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.models import Run
from app.db.runs import (
    Layer,
    RunRecord,
    find_layer,
    read_cluster_sites,
    read_clusters,
    read_layer,
    read_run,
)
from app.services.layers import JSON, pack, unpack
from geo.employment import employees_of
from geo.errors import InputError
from geo.strength import employment_growth, strength_labels

EMPLOYEES = "employees.json"
_SHARES, _PERSONS = 4, 2


def employees_layer(sites: pd.DataFrame) -> Layer:
    """Return the layer that keeps how many people worked at each site, for later runs."""
    known = employees_of(sites)["employees"].dropna().sort_index()
    return pack(orjson.dumps({str(site): float(n) for site, n in known.items()}), JSON)


def strength_answer(
    connection: sa.Connection, run: RunRecord, *, since: str | None = None
) -> dict[str, Any]:
    """Return every cluster's labels, and its growth since an earlier run.

    Parameters
    ----------
    since
        Id of the earlier run; None is the last of an earlier day and another snapshot.

    Raises
    ------
    NotFoundError
        If there is no such run.
    InputError
        If it is not of an earlier day.
    RunTooOldError
        If an earlier release computed one of them.
    """
    clusters = read_clusters(connection, run.run_id).set_index("cluster_id").sort_index()
    labels = strength_labels(clusters).to_dict("index")
    earlier = _earlier(connection, run) if since is None else read_run(connection, since)
    if earlier is not None and earlier.as_of >= run.as_of:
        raise InputError(
            f"The run {earlier.run_id} holds for {earlier.as_of}, not for a day before "
            f"{run.as_of}: name an earlier one."
        )
    growth = None if earlier is None else _growth(connection, run, earlier)
    return {
        "since_run_id": None if earlier is None else earlier.run_id,
        "since": None if earlier is None else earlier.as_of.isoformat(),
        "items": [
            {
                "cluster_id": name,
                "name": str(clusters["name"].loc[name]),
                "specialisation": labels[name]["specialisation"],
                "large": _boolean(labels[name]["large"]),
                "growth": _entry(growth, str(name)),
            }
            for name in clusters.index
        ],
    }


def _earlier(connection: sa.Connection, run: RunRecord) -> RunRecord | None:
    """Return the last run of an earlier day and another snapshot that can be compared."""
    if find_layer(connection, run.run_id, EMPLOYEES) is None:
        return None
    query = (
        sa.select(Run.run_id)
        .where(Run.as_of < run.as_of, Run.snapshot != run.snapshot)
        .order_by(Run.as_of.desc(), Run.finished_at.desc(), Run.run_id)
    )
    for name in connection.execute(query).scalars():
        if find_layer(connection, name, EMPLOYEES) is not None:
            return read_run(connection, name)
    return None


def _growth(connection: sa.Connection, run: RunRecord, earlier: RunRecord) -> pd.DataFrame:
    members = read_cluster_sites(connection, run.run_id)
    now, before = (
        pd.Series(
            orjson.loads(unpack(read_layer(connection, one.run_id, EMPLOYEES))), dtype="float64"
        )
        for one in (run, earlier)
    )
    return employment_growth(members, now, before)


def _entry(growth: pd.DataFrame | None, cluster_id: str) -> dict[str, Any] | None:
    if growth is None or cluster_id not in growth.index:
        return None
    row = growth.loc[[cluster_id]].to_dict("records")[0]
    return {
        "sites": int(row["sites"]),
        "sites_compared": int(row["sites_compared"]),
        "employment_now": _rounded(row["employment_now"], _PERSONS),
        "employment_before": _rounded(row["employment_before"], _PERSONS),
        "growth_share": _rounded(row["growth_share"], _SHARES),
    }


def _rounded(value: float, decimals: int) -> float | None:
    return None if pd.isna(value) else round(float(value), decimals) + 0.0


def _boolean(value: object) -> bool | None:
    return None if value is None else bool(value)
