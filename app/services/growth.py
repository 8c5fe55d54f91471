"""In which order clusters could join after a pilot: what is stored of it, and how it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.runs import RunRecord, find_layer, read_clusters, read_layer
from app.services.layers import unpack
from app.services.rankings import read_stored
from geo.build_up import NO_PILOT, BuildUp
from geo.growth import Growth

GROWTH = "growth.json"
_PLACES = 2


def growth_document(found: BuildUp) -> dict[str, Any]:
    """Return every path as JSON knows it, with the ids of clusters and places unrounded."""
    ids = found.cluster_ids
    paths = {pilot: _path(growth, ids) for pilot, growth in sorted(found.paths.items())}
    return {"paths": paths, "unstated_pools": dict(sorted(found.unstated_pools.items()))}


def growth_answer(
    connection: sa.Connection, run: RunRecord, *, pilot: str | None = None
) -> dict[str, Any]:
    """Return the path from one pilot as it is sent, with the names of clusters.

    Parameters
    ----------
    pilot
        None is the leader of the ranking of all programmes; without a leader any may be first.

    Raises
    ------
    NotFoundError
        If ``pilot`` is no cluster of the run that is pilot-ready.
    RunTooOldError
        If an earlier release computed the run.
    """
    document = orjson.loads(unpack(read_layer(connection, run.run_id, GROWTH)))
    clusters = read_clusters(connection, run.run_id)
    names = dict(zip(clusters["cluster_id"], clusters["name"], strict=True))
    leader = read_stored(connection, run, programme=None, must=True).tested["leader"]
    chosen = pilot or leader
    if not document["paths"]:
        return {"pilot": chosen, "pilots": [], "tested": False}
    path = document["paths"].get(chosen or NO_PILOT)
    if path is None:
        raise NotFoundError("pilot-ready cluster", str(chosen))
    silent = document["unstated_pools"]
    return {
        "pilot": chosen,
        "pilots": [one for one in document["paths"] if one != NO_PILOT],
        "tested": True,
        "exact": path["exact"],
        "served_before": round(path["before"], _PLACES),
        "steps": [_step(step, names, silent) for step in path["steps"]],
        "best_sets": [_best_set(one, names) for one in path["best_sets"]],
        "without_effect": [_named(one, names, silent) for one in path["without_effect"]],
    }


def growth_rows(connection: sa.Connection, run: RunRecord) -> Iterator[dict[str, Any]]:
    """Yield every path as rows of a table: its steps, then the clusters that add nothing to them.

    Beside step k stands the best set of k clusters. A cluster that adds nothing has no step.

    Raises
    ------
    RunTooOldError
        If an earlier release computed the run.
    """
    first = growth_answer(connection, run)
    for pilot in first["pilots"] or [None]:
        path = growth_answer(connection, run, pilot=pilot)
        said = {"pilot": pilot}
        if path["tested"]:
            said |= {"exact": "yes" if path["exact"] else "no"}
            said |= {"served_before": path["served_before"]}
            yield from _step_rows(said, path)


def _step_rows(said: Mapping[str, Any], path: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    steps = zip(path["steps"], path["best_sets"], strict=True)
    for number, (step, best) in enumerate(steps, start=1):
        of_best = {
            "best_set": [one["cluster_id"] for one in best["clusters"]],
            "best_set_served": best["served"],
            "best_set_at_most": best["at_most"],
        }
        yield {**said, "step": number, **step, **of_best}
    for idle in path["without_effect"]:
        yield {**said, "step": None, **idle, "added": 0.0}


def has_growth(connection: sa.Connection, run: RunRecord) -> bool:
    """Say whether the run keeps how a programme could grow; one of an earlier release does not."""
    return find_layer(connection, run.run_id, GROWTH) is not None


def _path(growth: Growth, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "before": growth.before,
        "exact": growth.exact,
        "steps": [
            {"cluster_id": ids[step.cluster], "served": step.served, "added": step.added}
            for step in growth.steps
        ],
        "best_sets": [
            {
                "cluster_ids": [ids[at] for at in one.clusters],
                "served": one.served,
                "at_most": one.at_most,
            }
            for one in growth.best_sets
        ],
        "without_effect": [ids[at] for at in growth.without_effect],
    }


def _named(cluster_id: str, names: Mapping[str, str], silent: Mapping[str, int]) -> dict[str, Any]:
    return {
        "cluster_id": cluster_id,
        "name": names[cluster_id],
        "unstated_pools": silent.get(cluster_id, 0),
    }


def _step(
    step: Mapping[str, Any], names: Mapping[str, str], silent: Mapping[str, int]
) -> dict[str, Any]:
    return _named(step["cluster_id"], names, silent) | {
        "served": round(step["served"], _PLACES),
        "added": round(step["added"], _PLACES),
    }


def _best_set(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "clusters": [{"cluster_id": at, "name": names[at]} for at in one["cluster_ids"]],
        "served": round(one["served"], _PLACES),
        "at_most": round(one["at_most"], _PLACES),
    }
