"""What a command says: results on standard output, progress and errors on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class Steps:
    """Tells how far long work is: a moving bar on a terminal, else a plain line for each step."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None) if progress else None
        self._last = ""

    def __call__(self, step: str, share: float | None = None) -> None:
        """Say that ``step`` goes on; ``share`` is how much of it is done, 0 to 1."""
        if self._progress is not None and self._task is not None:
            total = None if share is None else 1.0
            self._progress.update(
                self._task, description=escape(step), total=total, completed=share or 0.0
            )
        elif step != self._last:
            _ERR.print(f"… {escape(step)}")
        self._last = step


@contextmanager
def steps() -> Iterator[Steps]:
    """Show the steps of long work while the block runs."""
    if not _ERR.is_terminal:
        yield Steps(None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_ERR, transient=True) as progress:
        yield Steps(progress)


def say(text: str) -> None:
    """Print a line of the result."""
    _OUT.print(escape(text))


def say_note(text: str) -> None:
    """Print a line about the work, beside its result."""
    _ERR.print(escape(text))


def say_error(text: str) -> None:
    """Print the one line that says what is wrong and what to do."""
    _ERR.print(f"[bold red]error:[/] {escape(text)}")


def one_line(error: BaseException) -> str:
    """Return what an error says as one line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        names = ".".join(str(part) for part in first["loc"])
        return f"SKILLSHED_{names.upper()}: {first['msg']}."
    return " ".join(str(error).split())
