"""Reads a decision as a working group writes it down: who agreed what, in a small TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.agreed_file import date_of, read_toml, refuse_persons, require_keys, text_of
from etl.errors import SourceError
from geo.types import Audience

ROLES = ("chair", "secretariat", "funder", *(audience.value for audience in Audience))
"""Who may agree: roles and audiences, never persons."""

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
    entry = read_toml(path, what="decision")
    require_keys(path, entry, known=_KEYS, what="decision")
    title, cluster_id, reasons = (text_of(path, entry, name) for name in _TEXTS)
    conditions = _texts(path, entry.get("conditions", []), "conditions")
    found = DecisionFile(
        title=title,
        decided_on=date_of(path, entry, "decided_on"),
        scope=str(entry.get("scope", "all")),
        cluster_id=cluster_id,
        agreed_by=_roles(path, entry.get("agreed_by")),
        reasons=reasons,
        conditions=conditions,
    )
    refuse_persons(path, (title, reasons, *conditions), what="decision")
    return found


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
