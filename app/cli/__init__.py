"""The command line: ``skillshed``. The only place, beside the factory, that builds settings."""

from __future__ import annotations

import sys

from app.cli.commands import application
from app.cli.console import one_line, say_error
from app.cli.errors import EXPECTED

__all__ = ["main"]


def main() -> None:
    """Run the command of the command line.

    Exits 0 when it was done, 1 with one line that says what is wrong and what to do, and 2 when
    the command line itself is wrong.
    """
    try:
        application()
    except EXPECTED as error:
        say_error(one_line(error))
        sys.exit(1)
    except KeyboardInterrupt:
        say_error("Stopped; nothing was half-written.")
        sys.exit(130)
