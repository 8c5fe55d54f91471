"""``skillshed gazetteer``: add a postcode directory, list what was added, remove it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say, steps
from app.cli.context import gazetteer
from app.cli.files import require_file
from app.settings import Settings
from etl.directories import add_directory, list_directories, remove_directory

gazetteer_commands = typer.Typer(
    no_args_is_help=True,
    help="Add a newer postcode directory to the installed one, or remove it again.",
)


@gazetteer_commands.command()
def add(
    file: Annotated[
        Path, typer.Argument(help="Code-Point Open, ONSPD or NSPL, as it was downloaded.")
    ],
    as_at: Annotated[
        str | None,
        typer.Option(help="Month of the directory, such as 2025-08, if the file does not say it."),
    ] = None,
) -> None:
    """Keep a postcode directory: the newest that has a point for a postcode is used for it."""
    settings = Settings()
    require_file(file)
    with steps() as progress:
        progress(f"Reading {file.name}", 0.0)
        added = add_directory(file, settings.gazetteer_dir, as_at=as_at)
        opened = gazetteer(settings, progress)
    for line in added.lines():
        say(line)
    say(f"The gazetteer is now {opened.vintage}: {len(opened)} postcodes.")
    say(f"To undo: skillshed gazetteer remove {added.name}")


@gazetteer_commands.command("list")
def list_() -> None:
    """List the directories that were added, the newest first, and what the gazetteer is now."""
    settings = Settings()
    for added in list_directories(settings.gazetteer_dir):
        for line in added.lines():
            say(line)
    with steps() as progress:
        opened = gazetteer(settings, progress)
    say(f"The gazetteer is {opened.vintage}: {len(opened)} postcodes.")


@gazetteer_commands.command()
def remove(
    name: Annotated[str, typer.Argument(help="Name of the directory, as the list says it.")],
) -> None:
    """Forget a directory that was added; points that it gave stay in the register as they are."""
    remove_directory(Settings().gazetteer_dir, name)
    say(f"Removed {name}.")
