"""Where the facts come from: loads, claims, what changed, and the quality of what was loaded."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Path, Query, Response

from app.api.pages import page_of
from app.api.records import SCORE_DECIMALS, records, rounded_values
from app.api.responses import CSV_TYPE, json_answer
from app.db.fields import LARGEST_WHOLE
from app.db.loads import LoadRecord, read_load, read_loads
from app.db.register import ID_SEPARATOR
from app.dependencies import ConnectionDependency
from app.schemas.evidence import (
    DataQualityReport,
    DifferencePage,
    LoadDetail,
    LoadPage,
    RowClaims,
    csv_answer,
)
from app.schemas.problems import problems
from app.schemas.queries import (
    ClaimsQuery,
    DataQualityQuery,
    DiffQuery,
    NoQuery,
    PageQuery,
    TableFormat,
)
from app.services.claims import ShownClaim, shown_claims_of
from app.services.data_quality import DataQuality, data_quality, newest_load_day
from app.services.difference import moment_of, shown_difference
from app.services.disagreements import Disagreement
from app.services.evidence_words import ASSUMPTION, RULE, STRENGTHS, strength_name
from app.services.exports import DATA_QUALITY_CSV, write_csv
from app.services.loads import LoadCounts, counts_of
from app.services.quality_table import quality_table
from etl.tables import model_of

router = APIRouter(tags=["evidence"])

_PARTS = " | "


@router.get("/loads", response_model=LoadPage, responses=problems(422, 503))
def read_all_loads(
    query: Annotated[PageQuery, Query()], connection: ConnectionDependency
) -> Response:
    """List what was loaded, the newest first; what was undone stays in the list."""
    loads, following = read_loads(connection, after=query.cursor, limit=query.limit)
    return json_answer({"items": [_load(load) for load in loads], "next": following})


@router.get("/loads/{load_id}", response_model=LoadDetail, responses=problems(404, 422, 503))
def read_one_load(
    load_id: Annotated[int, Path(ge=1, le=LARGEST_WHOLE)],
    _: Annotated[NoQuery, Query()],
    connection: ConnectionDependency,
) -> Response:
    """One load, with what became of its rows by table."""
    load = read_load(connection, load_id)
    counts = counts_of(load)
    tables = [
        asdict(part) | {"filled": rounded_values(part.filled, SCORE_DECIMALS)}
        for part in counts.tables
    ]
    return json_answer(_load(load) | {"by_table": tables, "notes": counts.notes})


@router.get("/claims", response_model=RowClaims, responses=problems(404, 422, 503))
def read_row_claims(
    query: Annotated[ClaimsQuery, Query()], connection: ConnectionDependency
) -> Response:
    """Return what each source says of each field of a row: what counts, and what stands beside it.

    A row that tells of a sensitive site is not found.
    """
    claims = shown_claims_of(connection, model_of(query.table), query.id)
    fields = [_field(name, list(part)) for name, part in groupby(claims, lambda one: one.field)]
    return json_answer({"table": query.table, "id": query.id, "fields": fields})


@router.get("/register/diff", response_model=DifferencePage, responses=problems(404, 422, 503))
def read_register_diff(
    query: Annotated[DiffQuery, Query()], connection: ConnectionDependency
) -> Response:
    """How the register differs between two moments, field by field, with sources.

    Of a row that came or went every filled field is named. Rows that tell of sensitive sites are
    withheld.
    """
    before, after = (moment_of(connection, word) for word in (query.before, query.after))
    found = shown_difference(connection, before, after, table=query.table)
    rows, following = page_of(found.rows, query)
    items = records(_with_readable_ids(rows))
    moments = {"before": before, "after": after}
    return json_answer({**moments, "items": items, "next": following, "withheld": found.withheld})


@router.get(
    "/data-quality", response_model=DataQualityReport, responses=csv_answer() | problems(422, 503)
)
def read_data_quality(
    query: Annotated[DataQualityQuery, Query()], connection: ConnectionDependency
) -> Response:
    """How good the data is: by source and table, of the register, and where sources disagree.

    What was undone does not count. Examples of disagreements tell of no sensitive site.
    """
    quality = data_quality(connection, day=query.as_of or newest_load_day(connection))
    if query.f is TableFormat.CSV:
        named = {"Content-Disposition": f'attachment; filename="{DATA_QUALITY_CSV}"'}
        return Response(write_csv(quality_table(quality)), media_type=CSV_TYPE, headers=named)
    return json_answer(_quality(quality))


def _load(load: LoadRecord) -> dict[str, Any]:
    return {
        "load_id": load.load_id,
        "loaded_at": load.loaded_at,
        "undone_at": load.undone_at,
        "tables": load.table_name.split(", "),
        "file": load.file_name,
        "file_sha256": load.file_sha256,
        "source": load.speaker,
        "title": load.title,
        "licence": load.licence,
        "strength": load.strength,
        "as_at": load.as_at,
        "retrieved_on": load.retrieved_on,
        "read": load.rows_read,
        **_counts(counts_of(load)),
        "layout": counts_of(load).layout,
    }


def _counts(counts: LoadCounts) -> dict[str, Any]:
    names = ("loaded", "unchanged", "rejected", "rejected_by_rule", "set_aside")
    return {name: getattr(counts, name) for name in names}


def _field(name: str, claims: list[ShownClaim]) -> dict[str, Any]:
    sent = [asdict(claim) for claim in claims]
    for claim in sent:
        del claim["field"]
    counting = next((claim["value"] for claim in sent if claim["counts"]), None)
    return {"field": name, "value": counting, "claims": sent}


def _with_readable_ids(rows: pd.DataFrame) -> pd.DataFrame:
    ids = rows["row_id"].str.replace(ID_SEPARATOR, _PARTS, regex=False)
    rest = ["change", "field", "old", "new", "source"]
    return pd.DataFrame({"table": rows["table"], "id": ids, **{name: rows[name] for name in rest}})


def _quality(quality: DataQuality) -> dict[str, Any]:
    return {
        "as_of": quality.day,
        "illustrative": quality.illustrative,
        "precedence": {
            "rule": RULE,
            "assumption": ASSUMPTION,
            "strengths": [
                {"strength": int(one), "name": strength_name(one), "meaning": meaning}
                for one, meaning in STRENGTHS.items()
            ],
        },
        "sources": [_with_shares(asdict(one)) for one in quality.sources],
        "files": [
            {
                "load_id": one.load_id,
                "source": one.source,
                "file": one.file,
                "read": one.read,
                **_counts(one.counts),
            }
            for one in quality.files
        ],
        "tables": [_with_shares(asdict(one)) for one in quality.tables],
        "compared": quality.disagreements.compared,
        "disagreements": [_disagreement(one) for one in quality.disagreements.found],
    }


def _with_shares(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"filled": rounded_values(item["filled"], SCORE_DECIMALS)}


def _disagreement(one: Disagreement) -> dict[str, Any]:
    return {
        "table": one.table,
        "field": one.field,
        "sources": [one.one, one.other],
        "rows": one.rows,
        "differ": one.differ,
        "written_alike": one.written_alike,
        "examples": [
            {
                "id": example.row_id.replace(ID_SEPARATOR, _PARTS),
                "values": {one.one: example.value_one, one.other: example.value_other},
                "counts": example.counts,
            }
            for example in one.examples
        ],
    }
