"""``skillshed decision``: record what was agreed, reopen it, check it, withdraw it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say
from app.cli.context import now, register
from app.cli.errors import CommandError
from app.db.decisions import list_decisions, read_decision
from app.db.engine import reading, writing
from app.db.runs import current_run, read_run
from app.db.schema import require_current
from app.services.decisions import (
    check_decision,
    decision_item,
    record_decision,
    withdraw_decision,
)
from app.services.exports import write_file
from app.settings import Settings
from etl.decision_file import read_decision_file

decision = typer.Typer(no_args_is_help=True, help="Record what was agreed, and reopen it.")

IdArgument = Annotated[str, typer.Argument(help="Id of the decision.")]


@decision.command("record")
def record(
    file: Annotated[Path, typer.Argument(help="TOML file that says who agreed what.")],
    run_id: Annotated[
        str | None, typer.Option("--run", help="Run that it was agreed on; the current otherwise.")
    ] = None,
) -> None:
    """Keep a decision with the ranking and the weights that it was made on; print its id."""
    agreed = asdict(read_decision_file(file))
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            run = read_run(connection, run_id) if run_id else current_run(connection)
            kept = record_decision(connection, run, agreed, now=now())
    say(kept.decision_id)


@decision.command("list")
def list_all() -> None:
    """List the decisions, the one recorded last first."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            items = [decision_item(one) for one in list_decisions(connection)]
    for item in items:
        withdrawn = f" Withdrawn: {item['withdrawn_reason']}" if item["withdrawn"] else ""
        say(
            f"{item['decision_id']}  {item['decided_on']}  {item['title']}: "
            f"{item['cluster_name']}, agreed by {', '.join(item['agreed_by'])}, run "
            f"{item['run_id']}.{withdrawn}"
        )
    if not items:
        say("No decision has been recorded.")


@decision.command("show")
def show(
    decision_id: IdArgument,
    out: Annotated[Path, typer.Option(help="File to write it to.")] = Path("decision.json"),
) -> None:
    """Write a decision to a file, byte for byte as it was recorded."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            document = read_decision(connection, decision_id).document
    say(f"wrote {write_file(out, document)}")


@decision.command("check")
def check(decision_id: IdArgument) -> None:
    """Say whether a decision and the ranking of its run are as they were; exit 1 if not."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            problems = check_decision(connection, decision_id)
    if problems:
        raise CommandError(" ".join(problems))
    say("The decision and the ranking of its run are as they were recorded.")


@decision.command("withdraw")
def withdraw(
    decision_id: IdArgument,
    reason: Annotated[str, typer.Option(help="Why it no longer stands.")],
) -> None:
    """Mark a decision as withdrawn; it stays on the list."""
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            withdraw_decision(connection, decision_id, reason=reason, now=now())
    say(f"Withdrawn: {decision_id}.")
