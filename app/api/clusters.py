"""Clusters: their footprints, and one with its members."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response

from app.api.provenance import chosen_run
from app.api.records import (
    PLACES_DECIMALS,
    SCORE_DECIMALS,
    geojson_geometry,
    plain,
    records,
    rounded,
    without_sensitive,
)
from app.api.responses import geojson_answer, stored_answer
from app.db.errors import NotFoundError
from app.db.models import Site
from app.db.register import read_table
from app.db.runs import read_cluster_sites, read_clusters, read_layer
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import RunQuery
from app.schemas.results import ClusterDetail, Clusters
from app.services.analysis import provenance
from app.services.layers import CLUSTERS

router = APIRouter(prefix="/clusters", tags=["clusters"])

_DECIMALS = {
    "small_firm_share": SCORE_DECIMALS,
    "largest_employer_share": SCORE_DECIMALS,
    "diversity": SCORE_DECIMALS,
    "employment": PLACES_DECIMALS,
    "width_metres": 0,
}


@router.get("", response_model=Clusters, responses=problems(404, 422, 503))
def read_clusters_layer(
    request: Request, query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Every cluster with its class and strength, as GeoJSON footprints."""
    run = chosen_run(connection, query.run)
    layer = read_layer(connection, run.run_id, CLUSTERS)
    return stored_answer(request, layer.content, layer.media_type)


@router.get("/{cluster_id}", response_model=ClusterDetail, responses=problems(404, 422, 503))
def read_cluster(
    cluster_id: str, query: Annotated[RunQuery, Query()], connection: ConnectionDependency
) -> Response:
    """One cluster with its members; sensitive members are withheld and counted."""
    run = chosen_run(connection, query.run)
    clusters = read_clusters(connection, run.run_id)
    found = clusters[clusters["cluster_id"] == cluster_id]
    if found.empty:
        raise NotFoundError("cluster", cluster_id)
    strength = records(pd.DataFrame(found.drop(columns="geometry")))[0]
    strength |= {name: rounded(strength[name], places) for name, places in _DECIMALS.items()}
    members = read_cluster_sites(connection, run.run_id)
    return geojson_answer(
        {
            "type": "Feature",
            "id": cluster_id,
            "geometry": geojson_geometry(found.geometry.iloc[0]),
            "properties": provenance(run)
            | strength
            | _members(connection, members[members["cluster_id"] == cluster_id]),
        }
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
