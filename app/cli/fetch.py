"""``skillshed fetch``: from a live service to a file that can be loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say, steps
from app.cli.context import now, register
from app.cli.errors import CommandError
from app.db.engine import reading
from app.db.models import Programme
from app.db.register import read_table
from app.db.schema import require_current
from app.settings import Settings
from etl.fetch import FetchOptions, fetch_training, write_fetched

FETCHED = Path("out") / "training.json"
_SHOWN = 5


def fetch(
    codes: Annotated[
        list[str] | None,
        typer.Argument(help="Standards, such as ST0248; the register's programmes otherwise."),
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write.")] = FETCHED,
) -> None:
    """Fetch who offers apprenticeship standards, and write it to one file to load."""
    settings = Settings()
    options = fetch_options(settings)
    wanted = list(dict.fromkeys(codes or _programmes(settings)))
    with steps() as progress:
        fetched = fetch_training(options, wanted, progress=progress)
    if codes and fetched.unknown:
        raise CommandError(
            f"The service has no course {', '.join(fetched.unknown)}: correct the code."
        )
    if not fetched.courses:
        raise CommandError(
            "None of the register's programmes is a course of the service: name standards, such "
            "as skillshed fetch ST0248."
        )
    write_fetched(fetched, out, options=options, now=now())
    say(f"Fetched {', '.join(fetched.courses)}: {len(fetched.documents)} documents.")
    if fetched.unknown:
        say(f"  Not courses of the service: {len(fetched.unknown)} of the register's programmes.")
    if fetched.missing:
        shown = ", ".join(fetched.missing[:_SHOWN]) + (" …" if fetched.missing[_SHOWN:] else "")
        say(f"  Listed, but the service has no page: {len(fetched.missing)} ({shown}).")
    say(f"wrote {out}")


def fetch_options(settings: Settings) -> FetchOptions:
    """Return how the service of the settings is reached.

    Raises
    ------
    CommandError
        If the settings name none.
    """
    if settings.courses_url is None:
        raise CommandError(
            "No service is set up: give its address by SKILLSHED_COURSES_URL, and its key by "
            "SKILLSHED_COURSES_KEY."
        )
    key = settings.courses_key
    return FetchOptions(
        url=str(settings.courses_url),
        key=key.get_secret_value() if key else None,
        timeout_seconds=settings.courses_timeout_seconds,
        retries=settings.courses_retries,
        backoff_seconds=settings.courses_backoff_seconds,
        pause_seconds=settings.courses_pause_seconds,
    )


def _programmes(settings: Settings) -> list[str]:
    with register(settings) as engine:
        require_current(engine)
        with reading(engine) as connection:
            return [str(code) for code in read_table(connection, Programme)["programme_code"]]
