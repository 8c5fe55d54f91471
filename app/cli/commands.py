"""The commands. Each reads its settings, does one thing and says what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.candidates import candidates
from app.cli.console import say, say_note, steps
from app.cli.context import now, register, today
from app.cli.decisions import decision
from app.cli.demo import build_demo
from app.cli.errors import CommandError
from app.cli.evidence import claims, diff
from app.cli.fetch import fetch
from app.cli.gazetteer import gazetteer_commands
from app.cli.load import formats, load, loads, undo
from app.cli.mapping import mapping as mappings
from app.cli.output import call_lines, growth_lines, ranking_lines, write_map, write_tables
from app.cli.plans import plan
from app.cli.quality import quality
from app.cli.review import review
from app.cli.server import require_free_port, serve
from app.cli.travel import travel
from app.db.schema import check, require_current, upgrade
from app.services.analysis import RunRequest, compute_run
from app.services.rankings import check_sentence
from app.services.scenarios import read_scenario
from app.settings import Settings
from etl.reference import read_reference

application = typer.Typer(
    name="skillshed",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Training provision and industry on one map: where technicians are needed, what "
    "training they can really reach, what is missing and why, and where a pilot should start.",
)
database = typer.Typer(no_args_is_help=True, help="Look after the register's database.")
application.add_typer(database, name="db")
application.add_typer(travel, name="travel")
application.add_typer(decision, name="decision")
application.add_typer(plan, name="plan")
application.add_typer(mappings, name="mapping")
application.add_typer(candidates, name="candidates")
application.add_typer(gazetteer_commands, name="gazetteer")
application.add_typer(review, name="review")
application.command("fetch")(fetch)

for command in (load, formats, loads, undo, claims, diff, quality):
    application.command()(command)

OUT = Path("out")
PortOption = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="Port to listen on; SKILLSHED_PORT otherwise."),
]
HostOption = Annotated[
    str | None, typer.Option("--host", help="Address to listen on; SKILLSHED_HOST otherwise.")
]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Id of the run; the current one otherwise.")
]


@application.command()
def demo(
    *,
    serve_after: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve when everything is written.")
    ] = True,
    out: Annotated[Path, typer.Option(help="Folder for the map and the tables.")] = OUT,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Build the illustrative register, run every analysis, write map and tables, and serve."""
    settings = Settings()
    host, port = host or settings.host, port or settings.port
    if serve_after:
        require_free_port(host, port)
    with steps() as progress, register(settings) as engine:
        written = build_demo(settings, engine, out, progress=progress)
    for line in written:
        say(line)
    if serve_after:
        serve(settings, host=host, port=port)


@application.command()
def run(
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file that changes parameters of the default.")
    ] = None,
    programme: Annotated[
        list[str] | None, typer.Option(help="Code of a programme to report on; repeatable.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day for which standings hold; today otherwise."),
    ] = None,
) -> None:
    """Compute coverage, clusters and rankings, store them as a run and print its id.

    Beside it, on standard error, stands which of the well-known clusters were found.
    """
    settings = Settings()
    request = RunRequest(
        scenario=read_scenario(settings.data_path, scenario),
        as_of=as_of.date() if as_of else today(),
        programmes=tuple(sorted(set(programme))) if programme else None,
    )
    with steps() as progress, register(settings) as engine:
        require_current(engine)
        reference = read_reference(settings.data_path)
        record = compute_run(engine, reference, request, now=now(), progress=progress)
    say_note(check_sentence(record))
    say(record.run_id)


@application.command("map")
def map_(
    out: Annotated[Path, typer.Option(help="File to write.")] = OUT / "map.html",
    run_id: RunOption = None,
) -> None:
    """Write the map of a run as one file that works with no network."""
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        say(f"wrote {write_map(engine, out, run_id=run_id)}")


@application.command()
def export(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = OUT,
    run_id: RunOption = None,
) -> None:
    """Write the tables of a run: coverage, clusters, ranking, growth, calls, quality and others.

    Beside them the quality of the data that was loaded, as it is now.
    """
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        for path in write_tables(engine, out, run_id=run_id):
            say(f"wrote {path}")


@application.command()
def calls(
    limit: Annotated[int, typer.Option(min=1, help="Most calls to print.")] = 20,
    programme: Annotated[
        str | None, typer.Option(help="Code of a programme; all otherwise.")
    ] = None,
    run_id: RunOption = None,
) -> None:
    """Print what to find out first: unknown claims, by how much they could change the answer."""
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        for line in call_lines(engine, limit=limit, programme=programme, run_id=run_id):
            say(line)


@application.command("ranking")
def ranking(
    limit: Annotated[int, typer.Option(min=1, help="Most clusters to print.")] = 10,
    programme: Annotated[
        str | None, typer.Option(help="Code of a programme; all otherwise.")
    ] = None,
    run_id: RunOption = None,
) -> None:
    """Print where a pilot should start, how firmly that stands, and what would change it."""
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        for line in ranking_lines(engine, limit=limit, programme=programme, run_id=run_id):
            say(line)


@application.command()
def growth(
    pilot: Annotated[
        str | None, typer.Option(help="Id of a pilot-ready cluster; the leader otherwise.")
    ] = None,
    run_id: RunOption = None,
) -> None:
    """Print which clusters to add after the pilot, and in which order."""
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        for line in growth_lines(engine, pilot=pilot, run_id=run_id):
            say(line)


@application.command("serve")
def serve_(host: HostOption = None, port: PortOption = None) -> None:
    """Serve the pages and the API."""
    settings = Settings()
    host, port = host or settings.host, port or settings.port
    require_free_port(host, port)
    serve(settings, host=host, port=port)


@database.command("upgrade")
def db_upgrade() -> None:
    """Bring the register's tables up to this release; a register that is not there is made."""
    with register(Settings()) as engine:
        upgrade(engine)
    say("The register is up to date.")


@database.command("check")
def db_check() -> None:
    """Say in words what is wrong with the register's database; exit 1 if anything is."""
    with register(Settings()) as engine:
        problems = check(engine)
    if problems:
        raise CommandError(" ".join(problems))
    say("Nothing is wrong with the register's database.")
