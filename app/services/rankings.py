"""The ranking of a run: what is stored of it, how it is sent, and the same with other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.runs import Layer, RunRecord, find_layer, read_clusters, read_layer, read_ranking
from app.services.coverage import require_programme
from app.services.criterion_words import next_if_sentence
from app.services.layers import JSON, pack, unpack
from app.services.scenarios import scenario_of
from geo.analysis import ALL
from geo.clusters import MEMBER_COLUMNS
from geo.errors import InputError
from geo.next_if import next_if
from geo.pilot import WORLD_DECIMALS, Ranked
from geo.ranking import Ranking, rank
from geo.robustness import Robustness, put_to_the_test
from geo.scenario import Criterion, RankingPolicy

BINARY = "application/octet-stream"
AUDIENCES = "audiences.json"
MANUAL_SITES = "manual_sites.json"

_MISSING = 65_535
_STEP = 10**WORLD_DECIMALS

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StoredRanking:
    """The ranking of one scope of a run.

    Attributes
    ----------
    clusters
        Indexed by ``cluster_id``: ``name``, ``cluster_class`` and the other measures.
    rows
        Best first: the columns of :class:`geo.pilot.Ranked`.
    tested
        What :func:`tested_document` made: verdict, shares, influence, what would have to change.
        Empty in a run that was not put to the test.
    """

    clusters: pd.DataFrame
    rows: pd.DataFrame
    tested: Mapping[str, Any]

    def name_of(self, cluster_id: str | None) -> str | None:
        """Return the name of a cluster."""
        return None if cluster_id is None else str(self.clusters["name"].loc[cluster_id])


def ranking_layers(
    ranked_scopes: Mapping[str, Ranked],
    cluster_ids: pd.Index,
    *,
    audiences: pd.DataFrame,
    manual_sites: pd.DataFrame,
) -> dict[str, Layer]:
    """Return the layers that keep how firmly rankings stand, by name.

    Parameters
    ----------
    cluster_ids
        Every cluster that is ranked, sorted.
    """
    ids = list(cluster_ids)
    layers = {
        AUDIENCES: _json(audiences.reset_index().to_dict("records")),
        MANUAL_SITES: _json(manual_sites.to_dict("records")),
    }
    for scope, ranked in ranked_scopes.items():
        document = tested_document(ranked.robustness, [asdict(one) for one in ranked.next_if])
        rows = [asdict(row) for row in ranked.shortlist]
        layers[_tested_name(scope)] = _json(document | {"shortlist": rows, "cluster_ids": ids})
        layers[_worlds_name(scope)] = pack(_worlds_as_bytes(ranked.worlds), BINARY)
    return layers


def read_stored(
    connection: sa.Connection, run: RunRecord, *, programme: str | None, must: bool = False
) -> StoredRanking:
    """Return the ranking of a programme, or of all together.

    Parameters
    ----------
    must
        Whether it has to have been put to the test; else ``tested`` may be empty.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    RunTooOldError
        If it has to and was not: an earlier release computed the run.
    """
    require_programme(run, programme)
    scope = programme or ALL
    clusters = pd.DataFrame(read_clusters(connection, run.run_id)).set_index("cluster_id")
    read = read_layer if must else find_layer
    layer = read(connection, run.run_id, _tested_name(scope))
    tested = {} if layer is None else orjson.loads(unpack(layer))
    return StoredRanking(clusters, read_ranking(connection, run.run_id, scope), tested)


def ranked_anew(
    connection: sa.Connection,
    run: RunRecord,
    weights: Mapping[str, float],
    *,
    programme: str | None,
) -> StoredRanking:
    """Return the ranking with the caller's own weights, put to the same test as the run's.

    Parameters
    ----------
    weights
        By criterion, 0 or more; a criterion that is not named weighs nothing. They are shared out
        to sum to 1.

    Raises
    ------
    InputError
        If a criterion is unknown, a weight is negative or no number, or all are 0.
    """
    stored = read_stored(connection, run, programme=programme, must=True)
    scenario = scenario_of(run)
    policy = replace(scenario.ranking, criteria=_weighed(scenario.ranking, weights))
    values = pd.DataFrame(
        list(stored.rows["values"]), index=pd.Index(stored.rows["cluster_id"], name="cluster_id")
    ).reindex(columns=[criterion.name for criterion in policy.criteria])
    levels = stored.rows.set_index("cluster_id")["champion_level"]
    ranking = rank(
        values,
        policy.criteria,
        champion_level=levels,
        pilot_ready_level=policy.pilot_ready_level,
    )
    scope = programme or ALL
    shape = (-1, len(stored.tested["cluster_ids"]), len(policy.criteria))
    content = unpack(read_layer(connection, run.run_id, _worlds_name(scope)))
    robustness = put_to_the_test(
        ranking,
        _worlds_from_bytes(content).reshape(shape),
        pd.Index(stored.tested["cluster_ids"]),
        policy=scenario.robustness,
        seed=scenario.seed,
        stream=int(stored.tested["stream"]),
    )
    changes = next_if(ranking, values, pilot_ready_level=policy.pilot_ready_level)
    kept = {name: stored.tested[name] for name in ("shortlist", "cluster_ids")}
    document = tested_document(robustness, [asdict(one) for one in changes])
    # By way of JSON, as what is stored: so that both are read alike.
    tested = orjson.loads(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)) | kept
    return replace(stored, rows=_rows_anew(stored.rows, ranking), tested=tested)


def tested_document(robustness: Robustness, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how firmly a ranking stands as what JSON knows, unrounded; missing is null."""
    return {
        "stream": robustness.stream,
        "verdict": robustness.verdict,
        "leader": robustness.leader,
        "tied": list(robustness.tied),
        "draws": robustness.draws,
        "shares": _records(robustness.shares),
        "wins": robustness.wins.to_numpy().tolist(),
        "central_weights": _records(robustness.central_weights),
        "influence": _records(robustness.influence),
        "unchecked": robustness.unchecked.to_dict("records"),
        "rank_correlations": robustness.rank_correlations,
        "next_if": changes,
    }


def sentences(stored: StoredRanking) -> dict[str, str]:
    """Return by cluster what would make it lead."""
    leader = stored.name_of(stored.tested["leader"])
    return {
        str(change["cluster_id"]): next_if_sentence(change, leader)
        for change in stored.tested["next_if"]
    }


def read_audiences(connection: sa.Connection, run: RunRecord) -> list[dict[str, Any]]:
    """Return who has been heard, by audience."""
    found: list[dict[str, Any]] = orjson.loads(
        unpack(read_layer(connection, run.run_id, AUDIENCES))
    )
    return found


def check_sentence(run: RunRecord) -> str:
    """Return which of the well-known clusters a run found; nothing if it did not look."""
    return str(orjson.loads(run.summary).get("reference_check", ""))


def read_manual_sites(connection: sa.Connection, run: RunRecord) -> pd.DataFrame:
    """Return ``site_id``, ``cluster_id`` and ``campus_id`` of a user's own clusters."""
    layer = find_layer(connection, run.run_id, MANUAL_SITES)
    rows = [] if layer is None else orjson.loads(unpack(layer))
    return pd.DataFrame(rows, columns=list(MEMBER_COLUMNS), dtype="str")


def _weighed(policy: RankingPolicy, weights: Mapping[str, float]) -> tuple[Criterion, ...]:
    names = [criterion.name for criterion in policy.criteria]
    unknown = sorted(set(weights) - set(names))
    if unknown:
        raise InputError(f"There is no criterion {unknown[0]!r}; there are {', '.join(names)}.")
    for name, weight in weights.items():
        if not 0 <= weight < float("inf"):
            raise InputError(f"The weight of {name!r} is {weight:g}; give 0 or more.")
    if not sum(weights.values()) > 0:
        raise InputError("All weights are 0; give one above 0.")
    return tuple(
        replace(criterion, weight=float(weights.get(criterion.name, 0.0)), source="the caller")
        for criterion in policy.criteria
    )


def _rows_anew(rows: pd.DataFrame, ranking: Ranking) -> pd.DataFrame:
    order = list(ranking.rank.index)
    anew = rows.set_index("cluster_id").loc[order]
    return anew.assign(
        rank=ranking.rank,
        score=ranking.score,
        contributions=pd.Series(ranking.contributions.to_dict("records"), index=order),
    ).reset_index()


def _tested_name(scope: str) -> str:
    return f"rankings/{scope}.json"


def _worlds_name(scope: str) -> str:
    return f"worlds/{scope}.bin"


def _worlds_as_bytes(worlds: FloatArray) -> bytes:
    """Return scaled values as whole steps of 16 bits; they have no more decimals than that."""
    steps = np.where(np.isnan(worlds), _MISSING, np.round(np.nan_to_num(worlds) * _STEP))
    return steps.astype("<u2").tobytes()


def _worlds_from_bytes(content: bytes) -> FloatArray:
    steps = np.frombuffer(content, dtype="<u2").astype(float)
    return np.where(steps == _MISSING, np.nan, (steps / _STEP).round(WORLD_DECIMALS))


def _records(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    rows = table.to_dict("records")
    return {
        str(name): {str(column): value for column, value in row.items()}
        for name, row in zip(table.index, rows, strict=True)
    }


def _json(content: object) -> Layer:
    # NaN is sent as null.
    return pack(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), JSON)
