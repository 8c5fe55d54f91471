"""What files that a working group writes by hand have in common: small, TOML, and no persons."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from etl.clean.personal import EMAIL, PHONE
from etl.errors import SourceError

LARGEST_BYTES = 100_000


def read_toml(path: Path, *, what: str) -> dict[str, Any]:
    """Read a small TOML file.

    Raises
    ------
    SourceError
        If it cannot be read, is larger than a ``what`` can be, or is no TOML.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise SourceError(f"{path.name} is larger than a {what} can be: name another file.")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name} is no TOML file: {error}.") from None


def require_keys(
    path: Path, entry: Mapping[str, Any], *, known: Collection[str], what: str
) -> None:
    """Refuse a key that is not known."""
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise SourceError(f"{path.name} names {unknown[0]!r}; a {what} has {', '.join(known)}.")


def text_of(path: Path, entry: Mapping[str, Any], name: str) -> str:
    """Return a text that has to be there."""
    given = entry.get(name)
    if not isinstance(given, str) or not given.strip():
        raise SourceError(f"{path.name} lacks {name!r}: give a text.")
    return given.strip()


def date_of(path: Path, entry: Mapping[str, Any], name: str) -> date:
    """Return a day that has to be there."""
    given = entry.get(name)
    if isinstance(given, datetime):
        return given.date()
    if not isinstance(given, date):
        raise SourceError(f"{path.name} lacks {name!r}: give a date such as 2026-11-24.")
    return given


def refuse_persons(path: Path, texts: Iterable[str], *, what: str) -> None:
    """Refuse a text with an e-mail address or a telephone number."""
    for text in texts:
        if re.search(EMAIL, text) or re.search(PHONE, text):
            raise SourceError(
                f"{path.name} holds an e-mail address or a telephone number: take it out; a "
                f"{what} names roles and organisations, never persons."
            )
