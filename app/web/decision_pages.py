"""The page of what was agreed: decisions, and plans of pilots."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.db.decisions import list_decisions
from app.db.plans import list_plans
from app.db.runs import current_run, read_clusters
from app.dependencies import ConnectionDependency
from app.services.decisions import decision_item
from app.services.plans import plan_answer
from app.web.pages import programme_titles
from app.web.render import render
from app.web.words import MEASURES, STANDINGS, criterion_words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/decisions")
def show_decisions(connection: ConnectionDependency) -> str:
    """Show what was agreed, and how plans stand by the current run."""
    run = current_run(connection)
    clusters = read_clusters(connection, run.run_id)
    titles = programme_titles(connection)
    names = dict(zip(clusters["cluster_id"], clusters["name"], strict=True))
    plans: list[dict[str, Any]] = [
        plan_answer(connection, run, record) for record in list_plans(connection)
    ]
    for plan in plans:
        for one in (*plan["outputs"], *plan["kpis"]):
            one["label"] = MEASURES.get(one["measure"]) or criterion_words(one["measure"])
            code = one["programme_code"]
            one["programme"] = "All programmes" if code is None else titles.get(code, code)
    return render(
        "decisions.html",
        here="/decisions",
        run=run,
        decisions=[decision_item(record) for record in list_decisions(connection)],
        plans=plans,
        names=names,
        standings=STANDINGS,
    )
