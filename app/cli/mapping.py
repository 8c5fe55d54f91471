"""``skillshed mapping``: propose how a spreadsheet becomes a table, and try it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say, steps
from app.cli.context import gazetteer
from app.cli.errors import CommandError
from app.cli.files import find_mapping, require_file
from app.services.exports import write_file
from app.settings import Settings
from etl.mapping_check import check_mapping
from etl.mapping_names import FILE_NAME, read_synonyms
from etl.mapping_proposal import propose_mapping
from etl.reference import read_reference
from etl.tables import is_located, model_of

mapping = typer.Typer(no_args_is_help=True, help="Say how your own spreadsheet becomes a table.")

FileArgument = Annotated[Path, typer.Argument(help="CSV or XLSX.")]


@mapping.command("new")
def new(
    file: FileArgument,
    table: Annotated[str, typer.Argument(help="Register table, such as providers or sites.")],
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    header_row: Annotated[
        int | None, typer.Option(min=1, help="Row of the column names; found otherwise.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; FILE.TABLE.toml here otherwise.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
) -> None:
    """Propose a mapping from a look at a file: read it, correct it, load with --mapping."""
    require_file(file)
    model_of(table)
    target = out or Path(f"{file.stem}.{table}.toml")
    if target.exists() and not force:
        raise CommandError(f"{target} is there already: name another with --out, or use --force.")
    synonyms = read_synonyms(Settings().data_path / FILE_NAME)
    text = propose_mapping(file, table, synonyms, sheet=sheet, header_row=header_row)
    say(f"wrote {write_file(target, text.encode())}")
    for line in text.splitlines():
        if line.startswith("# FILL IN: "):
            say(line.removeprefix("# "))
    tried = shlex.join(["skillshed", "mapping", "check", str(target), str(file)])
    say(f"Read it, then try it with: {tried}")


@mapping.command("check")
def check(
    chosen: Annotated[
        str, typer.Argument(metavar="MAPPING", help="A TOML file, or the name of one that ships.")
    ],
    file: FileArgument,
) -> None:
    """Say how many rows a mapping would keep and refuse, by rule; nothing is written."""
    settings = Settings()
    require_file(file)
    found = find_mapping(chosen, settings.data_path)
    reference = read_reference(settings.data_path)
    with steps() as progress:
        places = gazetteer(settings, progress) if is_located(model_of(found.table)) else None
        checked = check_mapping(file, found, authorities=reference.authorities, gazetteer=places)
    for line in checked.lines():
        say(line)
