"""Decisions: who agreed what, on which run, with which weights, kept to be reopened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.decisions import (
    DecisionRecord,
    mark_withdrawn,
    read_decision,
    store_decision,
)
from app.db.errors import NotFoundError
from app.db.runs import RunRecord, read_run
from app.services.analysis import provenance
from app.services.ranking_answer import ranking_answer
from app.services.rankings import read_stored
from app.services.scenarios import scenario_of
from geo.analysis import ALL
from geo.errors import InputError

_ID_DIGITS = 16


def record_decision(
    connection: sa.Connection, run: RunRecord, agreed: Mapping[str, Any], *, now: datetime
) -> DecisionRecord:
    """Keep what was agreed with the whole ranking that it was agreed on.

    The id is a hash of the document, and the moment of recording is no part of it: the same
    decision on the same run has the same id, and recording it again changes nothing.

    Parameters
    ----------
    agreed
        ``title``, ``decided_on``, ``scope`` (a programme's code or ``all``), ``cluster_id``,
        ``agreed_by`` (roles), ``reasons`` and ``conditions``.

    Raises
    ------
    NotFoundError
        If the run has no such programme or cluster.
    """
    document = orjson.dumps(_document(connection, run, agreed), option=orjson.OPT_SORT_KEYS)
    record = DecisionRecord(
        decision_id=_id_of(document),
        run_id=run.run_id,
        recorded_at=now,
        document=document,
        withdrawn_at=None,
        withdrawn_reason=None,
    )
    store_decision(connection, record)
    return read_decision(connection, record.decision_id)


def check_decision(connection: sa.Connection, decision_id: str) -> list[str]:
    """Return what is wrong with a decision, one sentence each; nothing if it stands as recorded.

    The document has to have the hash that its id was made of, and the ranking in it has to be the
    one that its run has now.

    Raises
    ------
    NotFoundError
        If there is no such decision.
    """
    record = read_decision(connection, decision_id)
    found = []
    if _id_of(record.document) != record.decision_id:
        found.append("The document is not the one that was recorded: restore it from a copy.")
    document = orjson.loads(record.document)
    now = _ranking(connection, read_run(connection, record.run_id), document["decision"]["scope"])
    if orjson.dumps(now, option=orjson.OPT_SORT_KEYS) != orjson.dumps(
        document["ranking"], option=orjson.OPT_SORT_KEYS
    ):
        found.append(f"The ranking of the run {record.run_id} is not the one that was decided on.")
    return found


def withdraw_decision(
    connection: sa.Connection, decision_id: str, *, reason: str, now: datetime
) -> None:
    """Mark a decision as withdrawn; it stays on the list, and its document as it is.

    Raises
    ------
    NotFoundError
        If there is no such decision.
    InputError
        If it was withdrawn before, or no reason is given.
    """
    record = read_decision(connection, decision_id)
    if record.withdrawn_at is not None:
        raise InputError(f"The decision {decision_id} was withdrawn already.")
    if not reason.strip():
        raise InputError("Say why the decision is withdrawn.")
    mark_withdrawn(connection, decision_id, reason=reason.strip(), at=now)


def decision_item(record: DecisionRecord) -> dict[str, Any]:
    """Return what a list says of a decision."""
    decision = orjson.loads(record.document)["decision"]
    names = ("title", "decided_on", "scope", "cluster_id", "cluster_name", "agreed_by")
    return {
        "decision_id": record.decision_id,
        "run_id": record.run_id,
        **{name: decision[name] for name in names},
        "withdrawn": record.withdrawn_at is not None,
        "withdrawn_reason": record.withdrawn_reason,
    }


def _document(
    connection: sa.Connection, run: RunRecord, agreed: Mapping[str, Any]
) -> dict[str, Any]:
    ranking = _ranking(connection, run, str(agreed["scope"]))
    names = {row["cluster_id"]: row["name"] for row in ranking["clusters"]}
    chosen = str(agreed["cluster_id"])
    if chosen not in names:
        raise NotFoundError("cluster", chosen)
    criteria = scenario_of(run).ranking.criteria
    return {
        "decision": {**agreed, "cluster_name": names[chosen]},
        "run": provenance(run) | {"code_version": run.code_version},
        "criteria": {
            one.name: {
                "weight": one.weight,
                "worst": one.worst,
                "best": one.best,
                "scaling": one.scaling,
                "sub_index": one.sub_index,
            }
            for one in criteria
        },
        "ranking": ranking,
    }


def _ranking(connection: sa.Connection, run: RunRecord, scope: str) -> dict[str, Any]:
    programme = None if scope == ALL else scope
    stored = read_stored(connection, run, programme=programme)
    answer: dict[str, Any] = ranking_answer(connection, run, stored)
    return answer


def _id_of(document: bytes) -> str:
    return f"d-{hashlib.sha256(document).hexdigest()[:_ID_DIGITS]}"
