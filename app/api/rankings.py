"""The ranking of clusters for a pilot."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.exceptions import RequestValidationError

from app.api.provenance import chosen_run, rests_on
from app.api.records import SCORE_DECIMALS, rounded, rounded_values
from app.api.responses import json_answer
from app.dependencies import ConnectionDependency
from app.schemas.problems import problems
from app.schemas.queries import RankingQuery
from app.schemas.rankings import Ranking, RankingDetail, RankingRequest
from app.services.analysis import provenance
from app.services.ranking_answer import ranking_answer
from app.services.rankings import StoredRanking, ranked_anew, read_stored
from geo.errors import InputError

router = APIRouter(prefix="/rankings", tags=["rankings"])


@router.get("", response_model=Ranking, responses=problems(404, 422, 503))
def read_rankings(
    query: Annotated[RankingQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Clusters by score, with what each criterion adds, how firmly it stands, and what is missing.

    The score is a weighted sum of criteria on fixed goalposts; a missing criterion counts 0.5.
    The leader is the best of the clusters that are pilot-ready. It leads if it beats every other
    pilot-ready one in enough draws of weights and data, else it is one of a tied set.
    """
    run = chosen_run(connection, query.run)
    stored = read_stored(connection, run, programme=query.programme)
    return json_answer(
        rests_on(connection, run, query.programme) | ranking_answer(connection, run, stored)
    )


@router.post("", response_model=Ranking, responses=problems(404, 422, 503))
def rank_anew(request: RankingRequest, connection: ConnectionDependency) -> Response:
    """Rank with weights of your own: put to the same test, nothing is stored."""
    run = chosen_run(connection, request.run)
    try:
        stored = ranked_anew(connection, run, request.weights, programme=request.programme)
    except InputError as error:
        raise RequestValidationError(
            [{"loc": ("body", "weights"), "msg": str(error), "type": "weights"}]
        ) from error
    answer = ranking_answer(connection, run, stored, weights=request.weights)
    return json_answer(rests_on(connection, run, request.programme) | answer)


@router.get("/detail", response_model=RankingDetail, responses=problems(404, 422, 503))
def read_detail(
    query: Annotated[RankingQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Show what the ranking depends on: criteria, unchecked facts, other ways to add up."""
    run = chosen_run(connection, query.run)
    stored = read_stored(connection, run, programme=query.programme, must=True)
    tested = stored.tested
    said = provenance(run) | ({"programme": query.programme} if query.programme else {})
    return json_answer(
        said
        | {
            "draws": tested["draws"],
            "standard_error": rounded(0.5 / tested["draws"] ** 0.5, SCORE_DECIMALS),
            "influence": [
                {"criterion": name} | _rounded(row) for name, row in tested["influence"].items()
            ],
            "unchecked": [_rounded(row) for row in tested["unchecked"]],
            "rank_correlations": rounded_values(tested["rank_correlations"], SCORE_DECIMALS),
            "clusters": [_opinion(stored, name) for name in stored.rows["cluster_id"]],
        }
    )


def _opinion(stored: StoredRanking, cluster_id: str) -> dict[str, Any]:
    tested = stored.tested
    ids = tested["cluster_ids"]
    wins = dict(zip(ids, tested["wins"][ids.index(cluster_id)], strict=True))
    central = tested["central_weights"][cluster_id]
    names = (
        *(f"open_{name}" for name in ("p_rank_1", "p_top_3", "rank_low", "rank_high")),
        *("topsis", "topsis_rank", "geometric_mean", "geometric_mean_rank"),
    )
    shares = tested["shares"][cluster_id]
    return {
        "cluster_id": cluster_id,
        "wins": _rounded({name: share for name, share in wins.items() if name != cluster_id}),
        "central_weights": None if None in central.values() else _rounded(central),
        **_rounded({name: shares[name] for name in names}),
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: rounded(value, SCORE_DECIMALS) if isinstance(value, float) else value
        for name, value in row.items()
    }
