"""The pages of what a run found: coverage by groups, calls, quality, one site, methods."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from app.db.runs import RunRecord, current_run, read_clusters
from app.dependencies import ConnectionDependency, ReferenceDependency
from app.schemas.queries import CoverageQuery
from app.services.calls import calls_to_make
from app.services.coverage import Filter, coverage_totals
from app.services.evidence_words import ASSUMPTION, RULE, STRENGTHS, strength_name
from app.services.explanation import explain_site, find_remedy
from app.services.findings import ALL_MODES
from app.services.notices import chief_assumptions
from app.services.provision import fragility_of, quality_of
from app.services.scenarios import scenario_of
from app.services.tolerances import limits_by_mode
from app.web.finding_views import coverage_lines, quality_lines, remedy_view, site_view, size_lines
from app.web.pages import programme_titles, reported
from app.web.render import render
from app.web.words import GROUPINGS, MODES, TIERS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_CALLS = 200
Text = Annotated[str, Query(max_length=200)]


@router.get("/coverage")
def show_coverage(
    connection: ConnectionDependency,
    programme: Text = "",
    mode: Text = "",
    tier: Text = "any",
    by: Text = "",
) -> str:
    """Show totals of coverage as a table, by the same filters as the API."""
    query = _coverage_query(programme=programme, mode=mode, tier=tier, by=by)
    run = current_run(connection)
    chosen = Filter(query.programme, query.mode or ALL_MODES, query.tier)
    found = coverage_totals(connection, run, chosen, by=query.dimensions)
    titles = programme_titles(connection)
    return render(
        "coverage.html",
        **_shown(connection, run, "/coverage", programme),
        mode=mode,
        tier=tier,
        by=by,
        modes=[("", "Every mode"), *((str(one), text) for one, text in MODES.items())],
        tiers=[(str(one), text) for one, text in TIERS.items()],
        groupings=_grouping_choices(by),
        headings=[GROUPINGS[name] for name in query.dimensions],
        lines=coverage_lines(
            found.rows,
            query.dimensions,
            {"programme": titles, "cluster": _cluster_names(connection, run)},
        ),
        sizes=size_lines(found),
        gap_ratio=found.small_firm_gap_ratio,
        chief_assumptions=chief_assumptions(scenario_of(run)),
    )


@router.get("/calls")
def show_calls(connection: ConnectionDependency, programme: Text = "") -> str:
    """Show what to find out first, of whom, and why it matters."""
    run = current_run(connection)
    found = calls_to_make(connection, run, programme=programme or None)
    return render(
        "calls.html",
        **_shown(connection, run, "/calls", programme),
        calls=found.rows.head(MOST_CALLS).to_dict("records"),
        total=len(found.rows),
        withheld=found.withheld,
    )


@router.get("/quality")
def show_quality(connection: ConnectionDependency, programme: Text = "") -> str:
    """Show how good provision is, and what hangs on each provider."""
    run = current_run(connection)
    fragility = fragility_of(connection, run, programme=programme or None)
    losses = fragility.losses
    return render(
        "quality.html",
        **_shown(connection, run, "/quality", programme),
        lines=quality_lines(quality_of(connection, run, programme=programme or None)),
        losses=losses[losses["places_lost"] > 0].to_dict("records"),
        pairs=fragility.pairs.to_dict("records"),
        concentration=fragility.concentration,
        names=dict(zip(losses["ukprn"], losses["provider"], strict=True)),
        policy=scenario_of(run).fragility,
    )


@router.get("/site")
def show_chosen_site(
    connection: ConnectionDependency,
    reference: ReferenceDependency,
    site_id: Text = "",
    programme: Text = "",
    recompute: Text = "",
) -> str:
    """Show the site that was typed in, since a form cannot make a path."""
    return show_site(site_id.strip(), connection, reference, programme, recompute)


@router.get("/site/{site_id}")
def show_site(
    site_id: str,
    connection: ConnectionDependency,
    reference: ReferenceDependency,
    programme: Text = "",
    recompute: Text = "",
) -> str:
    """Show why a site has, or has not, a place, and what would change it once that is asked for."""
    run = current_run(connection)
    code = programme or reported(run)[0]
    found = explain_site(connection, run, site_id=site_id, programme=code)
    remedy = None
    if recompute:
        remedy = find_remedy(connection, run, reference, site_id=site_id, programme=code)
    return render(
        "site.html",
        **_shown(connection, run, "/coverage", code),
        site=site_view(found),
        remedy=None if remedy is None else remedy_view(remedy),
        chief_assumptions=chief_assumptions(scenario_of(run)),
    )


@router.get("/methods")
def show_methods(connection: ConnectionDependency) -> str:
    """Show what every number means, how it is computed and what it assumes."""
    run = current_run(connection)
    scenario = scenario_of(run)
    return render(
        "methods.html",
        **_shown(connection, run, "/methods", ""),
        scenario=scenario,
        limits=limits_by_mode(scenario.tolerance),
        mode_words={str(one): text for one, text in MODES.items()},
        assumptions=scenario.assumptions,
        precedence_rule=RULE,
        precedence_assumption=ASSUMPTION,
        strengths=[strength_name(one) for one in STRENGTHS],
    )


def _coverage_query(**given: str) -> CoverageQuery:
    """Return what a form asks for; a field that was left empty was not given."""
    try:
        return CoverageQuery.model_validate({name: text for name, text in given.items() if text})
    except ValidationError as error:
        wrong = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from None


def _shown(connection: sa.Connection, run: RunRecord, here: str, programme: str) -> dict[str, Any]:
    """Return what every page here shows: the run and the choice of programmes."""
    titles = programme_titles(connection)
    return {
        "here": here,
        "run": run,
        "summary": orjson.loads(run.summary),
        "programme": programme,
        "title": titles.get(programme, programme) if programme else "all programmes together",
        "choices": [(code, f"{titles.get(code, code)} ({code})") for code in reported(run)],
    }


def _grouping_choices(by: str) -> list[tuple[str, str]]:
    """Return what a table can be grouped by, with a combination that came with the address."""
    known = [("", "Nothing: one row"), *GROUPINGS.items()]
    if by in dict(known):
        return known
    return [*known, (by, ", ".join(GROUPINGS[name] for name in by.split(",")))]


def _cluster_names(connection: sa.Connection, run: RunRecord) -> dict[str, str]:
    clusters = read_clusters(connection, run.run_id)
    return dict(zip(clusters["cluster_id"], clusters["name"], strict=True))
