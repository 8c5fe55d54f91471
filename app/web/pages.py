"""The pages: overview, map, ranking, and the description of the API."""

from __future__ import annotations

from typing import Annotated

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from app.db.errors import NoRunError
from app.db.models import Programme
from app.db.register import read_table
from app.db.runs import (
    RunRecord,
    current_run,
    read_coverage,
    read_layer,
)
from app.dependencies import ConnectionDependency
from app.services.coverage import Filter, in_variant, require_programme
from app.services.findings import ALL_PROGRAMMES, ANY_TIER, SUMMARY, TIERS, read_finding
from app.services.growth import growth_answer, has_growth
from app.services.layers import MAP, unpack
from app.services.notices import chief_assumptions
from app.services.ranking_answer import ranking_answer
from app.services.rankings import check_sentence, read_stored
from app.services.scenarios import scenario_of
from app.services.strength import strength_answer
from app.web.assets import link_to_static
from app.web.ranking_views import ranking_page
from app.web.render import STATIC_DIR, render
from app.web.views import programme_views, ranking_views, tier_lines, totals_view
from app.web.words import SPECIALISATIONS, SUB_INDEXES

_RANKED_BY = ("ranking.", "robustness.", "stability.")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def show_overview(connection: ConnectionDependency) -> str:
    """Show what there is, in numbers and in words."""
    try:
        run = current_run(connection)
    except NoRunError as error:
        return render("start.html", advice=str(error), run=None, here="/")
    coverage = read_coverage(connection, run.run_id, programme_code=None, texts=False)
    scenario = scenario_of(run)
    limit = scenario.evidence.insufficient_share
    bounds = read_finding(connection, run, SUMMARY)
    tiers = {ANY_TIER: coverage} | {
        tier: in_variant(connection, run, coverage, Filter(tier=tier))
        for tier in TIERS
        if tier != ANY_TIER
    }
    return render(
        "overview.html",
        here="/",
        run=run,
        summary=orjson.loads(run.summary),
        overall=totals_view(
            coverage,
            code=ALL_PROGRAMMES,
            title="All programmes",
            bounds=bounds[ALL_PROGRAMMES],
            insufficient_share=limit,
        ),
        programmes=programme_views(
            coverage, programme_titles(connection), bounds, insufficient_share=limit
        ),
        tiers=tier_lines(tiers, bounds),
        chief_assumptions=chief_assumptions(scenario),
        assumptions=scenario.assumptions,
    )


@router.get("/map")
def show_map(connection: ConnectionDependency) -> str:
    """Show the map of the current run."""
    run = current_run(connection)
    return link_to_static(unpack(read_layer(connection, run.run_id, MAP)).decode())


@router.get("/ranking")
def show_ranking(
    connection: ConnectionDependency, programme: Annotated[str, Query(max_length=200)] = ""
) -> str:
    """Show clusters by their score, with what it rests on."""
    run = current_run(connection)
    require_programme(run, programme or None)
    titles = programme_titles(connection)
    scenario = scenario_of(run)
    stored = read_stored(connection, run, programme=programme or None)
    answer = ranking_answer(connection, run, stored)
    rows = ranking_views(stored.rows, stored.clusters, scenario)
    return render(
        "ranking.html",
        here="/ranking",
        run=run,
        programme=programme,
        title=titles.get(programme, programme) if programme else "all programmes together",
        choices=[(code, titles.get(code, code)) for code in reported(run)],
        rows=rows,
        leader=next((row for row in rows if row.pilot_ready), None),
        page=ranking_page(stored, answer),
        strength=strength_answer(connection, run),
        specialisations=SPECIALISATIONS,
        growth=growth_answer(connection, run) if has_growth(connection, run) else None,
        audiences=answer.get("audiences"),
        reference_check=check_sentence(run),
        weight_set=answer["weight_set"],
        sub_indexes=SUB_INDEXES,
        assumptions=[
            one
            for one in scenario.assumptions
            if one.name.startswith(("ranking.", "robustness.", "stability."))
        ],
    )


@router.get("/docs")
def show_docs() -> str:
    """Show the description of the API, to try it out."""
    return render("docs.html", run=None, here="/docs")


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Give the icon to browsers that ask for it unprompted, as on the map."""
    return Response((STATIC_DIR / "icon.svg").read_bytes(), media_type="image/svg+xml")


def reported(run: RunRecord) -> list[str]:
    """Return the codes of the programmes that a run reports on."""
    return [str(code) for code in orjson.loads(run.summary)["programmes"]]


def programme_titles(connection: sa.Connection) -> dict[str, str]:
    """Return the titles of the register's programmes by code."""
    programmes = read_table(connection, Programme)
    return dict(zip(programmes["programme_code"], programmes["title"], strict=True))
