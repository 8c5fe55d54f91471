"""``skillshed plan``: record a pilot's plan, see how it stands, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import say
from app.cli.context import now, register
from app.db.engine import reading, writing
from app.db.plans import list_plans, read_plan, remove_plan
from app.db.runs import current_run, read_run
from app.db.schema import require_current
from app.services.plans import plan_answer, plan_item, record_plan
from app.settings import Settings
from etl.plan_file import read_plan_file

plan = typer.Typer(no_args_is_help=True, help="Record a pilot's plan, and see how it stands.")

IdArgument = Annotated[str, typer.Argument(help="Id of the plan.")]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Id of the run; the current one otherwise.")
]


@plan.command("record")
def record(
    file: Annotated[Path, typer.Argument(help="TOML file: milestones, outputs and KPIs.")],
    run_id: RunOption = None,
) -> None:
    """Keep a plan with its baselines; one of the same name is replaced. Print its id."""
    given = asdict(read_plan_file(file))
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            run = read_run(connection, run_id) if run_id else current_run(connection)
            kept = record_plan(connection, run, given, now=now())
    say(kept.plan_id)


@plan.command("list")
def list_all() -> None:
    """List the plans."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            items = [plan_item(one) for one in list_plans(connection)]
    for item in items:
        say(f"{item['plan_id']}  {item['name']}, from {item['starts_on']}")
    if not items:
        say("No plan has been recorded.")


@plan.command("show")
def show(plan_id: IdArgument, run_id: RunOption = None) -> None:
    """Print how a plan stands on the day for which a run holds."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            run = read_run(connection, run_id) if run_id else current_run(connection)
            found = plan_answer(connection, run, read_plan(connection, plan_id))
    say(f"{found['name']}, as of {found['as_of']}, run {found['run_id']}:")
    for one in found["milestones"]:
        done = f", done on {one['done_on']}" if one["done_on"] else ""
        say(f"{_words(one)}: {one['name']}, due on {one['due']}{done}")
    for one in (*found["outputs"], *found["kpis"]):
        programme = one["programme_code"] or "all programmes"
        say(
            f"{_words(one)}: {one['measure']} of {programme} is {_number(one['value'])}, from "
            f"{_number(one['baseline'])} to {one['target']:g} by {one['due']}"
        )


@plan.command("remove")
def remove(plan_id: IdArgument) -> None:
    """Remove a plan."""
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            remove_plan(connection, plan_id)
    say(f"Removed: {plan_id}.")


def _words(one: Mapping[str, Any]) -> str:
    return str(one["standing"]).replace("_", " ").capitalize()


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:g}"
