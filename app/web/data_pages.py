"""The page of the data: what was loaded, how good it is, and whose word counts."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.db.errors import NoRunError
from app.db.runs import RunRecord, current_run
from app.dependencies import ConnectionDependency
from app.services.data_quality import data_quality, newest_load_day
from app.services.evidence_words import ASSUMPTION, RULE, STRENGTHS, strength_name
from app.web.data_views import (
    attributions,
    disagreement_lines,
    field_tables,
    places_lines,
    precision_headings,
    reject_lines,
    terms_of,
)
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/data")
def show_data(connection: ConnectionDependency) -> str:
    """Show what was loaded, how good it is, and how it is decided whose word counts."""
    quality = data_quality(connection, day=newest_load_day(connection))
    return render(
        "data.html",
        here="/data",
        run=_run(connection),
        illustrative=quality.illustrative,
        quality=quality,
        rejects=reject_lines(quality),
        classes=precision_headings(),
        places=places_lines(quality),
        fields=field_tables(quality),
        disagreements=disagreement_lines(quality),
        terms=terms_of(quality),
        attributions=attributions(quality),
        rule=RULE,
        strengths=[(int(one), strength_name(one), text) for one, text in STRENGTHS.items()],
        assumption=ASSUMPTION,
    )


def _run(connection: sa.Connection) -> RunRecord | None:
    """Return the current run, if anything was computed yet: the data is there before it."""
    try:
        return current_run(connection)
    except NoRunError:
        return None
