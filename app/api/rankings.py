"""The ranking of clusters for a pilot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.api.provenance import chosen_run, rests_on
from app.api.records import SCORE_DECIMALS, plain, rounded, rounded_values
from app.api.responses import json_answer
from app.db.runs import read_clusters, read_ranking
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import RankingQuery
from app.schemas.results import Ranking
from app.services.coverage import require_programme
from geo.analysis import ALL

router = APIRouter(prefix="/rankings", tags=["rankings"])


@router.get("", response_model=Ranking, responses=problems(404, 422, 503))
def read_rankings(
    query: Annotated[RankingQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Clusters by score, with what each criterion adds and which are missing.

    The score is a weighted sum of criteria on fixed goalposts; a missing criterion counts 0.5.
    The leader is the best of the clusters that are pilot-ready.
    """
    run = chosen_run(connection, query.run)
    require_programme(run, query.programme)
    ranking = read_ranking(connection, run.run_id, query.programme or ALL)
    clusters = read_clusters(connection, run.run_id).set_index("cluster_id")
    rows = [_ranked(row, clusters.loc[row["cluster_id"]]) for row in ranking.to_dict("records")]
    ready = [row["cluster_id"] for row in rows if row["pilot_ready"]]
    return json_answer(
        rests_on(connection, run, query.programme)
        | {
            "leader": ready[0] if ready else None,
            "clusters": rows,
        }
    )


def _ranked(row: Mapping[Any, Any], cluster: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "cluster_id": row["cluster_id"],
        "name": cluster["name"],
        "cluster_class": cluster["cluster_class"],
        "rank": plain(row["rank"]),
        "score": rounded(row["score"], SCORE_DECIMALS),
        "pilot_ready": plain(row["pilot_ready"]),
        "champion_level": plain(row["champion_level"]),
        "support_needed": plain(row["support_needed"]),
        "missing": list(row["missing"]),
        "values": rounded_values(row["values"], SCORE_DECIMALS),
        "contributions": rounded_values(row["contributions"], SCORE_DECIMALS),
    }
