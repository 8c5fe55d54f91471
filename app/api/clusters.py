"""Clusters: their footprints, and one with its members."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import pandas as pd
import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from app.api.provenance import chosen_run
from app.api.records import plain, records, without_sensitive
from app.api.responses import geojson_answer, json_answer, stored_answer
from app.db.errors import NotFoundError
from app.db.models import Site
from app.db.register import read_table
from app.db.runs import read_cluster_sites, read_layer
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import RunQuery, StrengthQuery
from app.schemas.results import ClusterDetail, Clusters
from app.schemas.strength import Strengths
from app.services.analysis import provenance
from app.services.layers import CLUSTERS, unpack
from app.services.rankings import read_manual_sites
from app.services.strength import strength_answer
from geo.errors import InputError

router = APIRouter(prefix="/clusters", tags=["clusters"])


@router.get("", response_model=Clusters, responses=problems(404, 422, 503))
def read_clusters_layer(
    request: Request, query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Every cluster with its class and strength, as GeoJSON footprints."""
    run = chosen_run(connection, query.run)
    layer = read_layer(connection, run.run_id, CLUSTERS)
    return stored_answer(request, layer.content, layer.media_type)


@router.get("/strength", response_model=Strengths, responses=problems(404, 422, 503))
def read_strength(
    query: Annotated[StrengthQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Specialised or not, large or not, and grown since an earlier run or not."""
    run = chosen_run(connection, query.run)
    try:
        answer = strength_answer(connection, run, since=query.since)
    except InputError as error:
        raise RequestValidationError(
            [{"loc": ("query", "since"), "msg": str(error), "type": "since"}]
        ) from error
    return json_answer(provenance(run) | answer | {"next": None})


@router.get("/{cluster_id}", response_model=ClusterDetail, responses=problems(404, 422, 503))
def read_cluster(
    cluster_id: str, query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """One cluster with its members; sensitive members are withheld and counted."""
    run = chosen_run(connection, query.run)
    # From the layer of all clusters, so that no number of one can differ from the other's.
    layer = unpack(read_layer(connection, run.run_id, CLUSTERS))
    found = [f for f in orjson.loads(layer)["features"] if f["id"] == cluster_id]
    if not found:
        raise NotFoundError("cluster", cluster_id)
    members = pd.concat(
        [read_cluster_sites(connection, run.run_id), read_manual_sites(connection, run)]
    )
    shown = _members(connection, members[members["cluster_id"] == cluster_id])
    return geojson_answer(
        {**found[0], "properties": provenance(run) | found[0]["properties"] | shown}
    )


def _members(connection: sa.Connection, members: pd.DataFrame) -> dict[str, Any]:
    """Return the members that may be shown, and how many may not.

    A site that has left the register since the run was computed is withheld too: nobody can say
    any more whether it may be shown.
    """
    sites = without_sensitive(read_table(connection, Site))[["site_id", "employer"]]
    shown = members.merge(pd.DataFrame(sites), on="site_id").sort_values("site_id")
    return {
        "members": records(shown[["site_id", "campus_id", "employer"]]),
        "withheld": plain(len(members) - len(shown)),
    }
