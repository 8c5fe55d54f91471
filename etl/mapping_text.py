"""A proposed mapping as TOML: every line with its reason, and what to fill in at the beginning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from etl.mapping_values import Dates

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Match:
    """The column that is proposed for a field, why, and how sure that is."""

    field: str
    column: str
    reason: str
    sure: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A required field for which no column was found."""

    field: str
    meaning: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping as it is proposed.

    Attributes
    ----------
    name, table, file, rows
        Name of the mapping, its table, the file that was looked at, and its rows.
    sheet, header_row
        Where the table stands; None is where it would be sought anyway.
    matches, absent
        The columns by field, and the required fields without one.
    id_columns, key
        Columns from which an id is made, and how well the key tells rows apart; empty if neither.
    dates
        How days are written; None without a column of days.
    values
        By field and value of the file: the register's value, and why.
    blank
        Words that seem to stand for a blank.
    unused, personal
        Columns that are not proposed, with the reason; those that are a person's.
    """

    name: str
    table: str
    file: str
    rows: int
    sheet: str | None = None
    header_row: int | None = None
    matches: tuple[Match, ...] = ()
    absent: tuple[Absent, ...] = ()
    id_columns: tuple[str, ...] = ()
    key: str = ""
    dates: Dates | None = None
    values: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    unused: tuple[tuple[str, str], ...] = ()
    personal: tuple[str, ...] = ()

    def to_fill_in(self) -> list[str]:
        """Return what a person must fill in before rows can load, a sentence each."""
        told = []
        for one in self.absent:
            choices = f", one of {', '.join(one.choices)}" if one.choices else ""
            told.append(
                f"{one.field} ({one.meaning}{choices}): no column looks like it, and without it "
                "every row is refused. Name its column in [columns]"
                + (", or move it to [constants] with one value for all rows." if choices else ".")
            )
        if self.dates and not self.dates.sound:
            told.append(f"the format of days: {self.dates.proof}.")
        return told


def quoted(text: str) -> str:
    r"""Return a text as a string of TOML.

    Examples
    --------
    >>> print(quoted('say "hi"'))
    "say \"hi\""
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def render(proposal: Proposal) -> str:
    """Return the proposal as the text of a TOML file."""
    parts = (_head(proposal), _columns(proposal), _id(proposal), _formats(proposal))
    text = "\n".join(line for part in parts for line in part)
    rest = "\n".join([*_values(proposal), *_unused(proposal)])
    return f"{text}\n{rest}".rstrip("\n") + "\n"


def _head(proposal: Proposal) -> Iterator[str]:
    yield _comment(f"Proposed from {proposal.file} ({proposal.rows} rows). Read and correct it.")
    for sentence in proposal.to_fill_in():
        yield _comment(f"FILL IN: {sentence}")
    yield f"name = {quoted(proposal.name)}"
    yield f"table = {quoted(proposal.table)}"
    yield f"source = {quoted(proposal.file)}  # say who made the list, and when"
    if proposal.sheet is not None:
        yield f"sheet = {quoted(proposal.sheet)}  # the sheet with the widest table"
    if proposal.header_row is not None:
        yield f"header_row = {proposal.header_row}  # what stands above looks like a title"
    fields = {match.field for match in proposal.matches}
    if {"postcode", "latitude", "longitude"} <= fields:
        yield "# Take the comment sign away if the coordinates were only looked up from addresses:"
        yield '# place_by = "postcode"'
    if proposal.blank:
        yield _comment('Words that seem to mean "not known"; take out those that mean something.')
        yield f"blank = [{', '.join(map(quoted, proposal.blank))}]"


def _columns(proposal: Proposal) -> Iterator[str]:
    yield "\n[columns]"
    for match in proposal.matches:
        yield _noted(f"{match.field} = {quoted(match.column)}", f"{match.sure}; {match.reason}")
    for one in proposal.absent:
        yield _noted(f'{one.field} = ""', f"FILL IN: {one.meaning}")


def _id(proposal: Proposal) -> Iterator[str]:
    if proposal.id_columns:
        yield "\n[id]"
        yield _comment(f"These columns, together, name a row: {proposal.key}.")
        yield f"columns = [{', '.join(map(quoted, proposal.id_columns))}]"
    elif proposal.key:
        yield _comment(f"As to the key: {proposal.key}.")


def _formats(proposal: Proposal) -> Iterator[str]:
    dates = proposal.dates
    if dates is None:
        return
    yield "\n[formats]"
    yield _comment(f"Days: {dates.proof}.")
    if len(dates.formats) == 1:
        yield f"date = {quoted(dates.formats[0])}"
    elif dates.formats:
        yield f"date = [{', '.join(map(quoted, dates.formats))}]"
    elif not dates.sound:
        yield '# date = "%d/%m/%Y"'


def _values(proposal: Proposal) -> Iterator[str]:
    for name, table in proposal.values.items():
        yield f"\n[values.{name}]"
        for value, (meant, reason) in table.items():
            yield _noted(f"{quoted(value)} = {quoted(meant)}", reason)


def _unused(proposal: Proposal) -> Iterator[str]:
    if proposal.personal:
        yield "\n# Columns of persons, which no register takes:"
        yield from (_comment(f"  {name}") for name in proposal.personal)
    if proposal.unused:
        yield "\n# Columns that are not used:"
        yield from (_comment(f"  {name}: {reason}") for name, reason in proposal.unused)


def _comment(text: str) -> str:
    return f"# {_BREAKS.sub(' ', text)}"


def _noted(line: str, reason: str) -> str:
    return f"{line}  {_comment(reason)}"
