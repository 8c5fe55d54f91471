"""Reads a decision as a working group writes it down: who agreed what, in a small TOML file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.clean.personal import EMAIL, PHONE
from etl.errors import SourceError
from geo.types import Audience

ROLES = ("chair", "secretariat", "funder", *(audience.value for audience in Audience))
"""Who may agree: roles and audiences, never persons."""

LARGEST_BYTES = 100_000
_TEXTS = ("title", "cluster_id", "reasons")
_KEYS = (*_TEXTS, "decided_on", "agreed_by", "conditions", "scope")


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """What was agreed.

    Attributes
    ----------
    scope
        Code of the programme, or ``all``.
    agreed_by
        Roles, see ``ROLES``, sorted.
    """

    title: str
    decided_on: date
    scope: str
    cluster_id: str
    agreed_by: tuple[str, ...]
    reasons: str
    conditions: tuple[str, ...]


def read_decision_file(path: Path) -> DecisionFile:
    """Read a decision.

    Raises
    ------
    SourceError
        If the file cannot be read, something is missing or not as it should be, a role is unknown,
        or a text holds an e-mail address or a telephone number.
    """
    entry = _read(path)
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        raise SourceError(f"{path.name} names {unknown[0]!r}; a decision has {', '.join(_KEYS)}.")
    for name in _TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise SourceError(f"{path.name} lacks {name!r}: give a text.")
    if not isinstance(entry.get("decided_on"), date):
        raise SourceError(f"{path.name} lacks 'decided_on': give a date such as 2026-11-24.")
    conditions = _texts(path, entry.get("conditions", []), "conditions")
    found = DecisionFile(
        title=entry["title"].strip(),
        decided_on=date.fromisoformat(entry["decided_on"].isoformat()[:10]),
        scope=str(entry.get("scope", "all")),
        cluster_id=entry["cluster_id"].strip(),
        agreed_by=_roles(path, entry.get("agreed_by")),
        reasons=entry["reasons"].strip(),
        conditions=conditions,
    )
    _refuse_persons(path, (found.title, found.reasons, *conditions))
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise SourceError(f"{path.name} is larger than a decision can be: name another file.")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name} is no TOML file: {error}.") from None


def _roles(path: Path, given: object) -> tuple[str, ...]:
    roles = _texts(path, given, "agreed_by")
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise SourceError(
            f"{path.name}: 'agreed_by' holds {(unknown or ['nobody'])[0]!r}; it lists roles, never "
            f"names: {', '.join(ROLES)}."
        )
    return tuple(sorted(set(roles)))


def _texts(path: Path, given: object, name: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise SourceError(f"{path.name}: {name!r} is a list of texts.")
    return tuple(one.strip() for one in given if one.strip())


def _refuse_persons(path: Path, texts: tuple[str, ...]) -> None:
    for text in texts:
        if re.search(EMAIL, text) or re.search(PHONE, text):
            raise SourceError(
                f"{path.name} holds an e-mail address or a telephone number: take it out; a "
                "decision names roles and organisations, never persons."
            )
