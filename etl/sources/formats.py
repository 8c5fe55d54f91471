"""The public formats that Skillshed knows: what each is, how it is told, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.sources.feed import Feed
from etl.sources.probe import Container, Probe

LINKS = ("URN", "LinkURN")
"""Columns of the links of establishments, which fill no table."""


@dataclass(frozen=True, slots=True)
class Format:
    """One public format.

    Attributes
    ----------
    name
        The word for it on the command line, such as ``apar``.
    title
        What it is, for users.
    publisher, licence
        Who publishes it, and under which terms.
    tables
        The register tables that it fills.
    strength
        The weight of its word.
    recognise
        Given a file's probe: the layout that it has, in words, or None if it is of another format.
        It looks at names of columns, members, sheets and keys, never at the file's name alone.
    read
        Reads a file that was recognised.
    """

    name: str
    title: str
    publisher: str
    licence: str
    tables: tuple[str, ...]
    strength: Strength
    recognise: Callable[[Probe], str | None]
    read: Callable[[Probe], Feed]


def detect(probe: Probe, formats: tuple[Format, ...]) -> Format:
    """Return the format of a file.

    Raises
    ------
    SourceError
        If it is of none, with what it looks like and what to do; or of more than one.
    """
    if probe.is_cut_short:
        raise SourceError(
            f"{probe.name} is an archive that is damaged or cut short: download it again, or "
            "unpack it yourself and load the file in it."
        )
    found = [known for known in formats if known.recognise(probe) is not None]
    if len(found) == 1:
        return found[0]
    names = ", ".join(known.name for known in found or formats)
    if found:
        raise SourceError(f"{probe.name} may be any of {names}: say which with --format.")
    raise SourceError(
        f"{probe.name} is none of the known formats ({names}). It is {probe.described()}. "
        f"{_advice(probe)}"
    )


def _advice(probe: Probe) -> str:
    """Return what to do with a file of no format."""
    if any(head.row_with(*LINKS) for head in probe.heads):
        return "Links of establishments are proposed by: skillshed review links FILE"
    if probe.container in (Container.TEXT, Container.WORKBOOK):
        return f"Propose a mapping with: skillshed mapping new {probe.name} TABLE"
    return "Save its table as CSV or XLSX, and propose a mapping: skillshed mapping new FILE TABLE"
