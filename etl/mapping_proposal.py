"""Proposes a column mapping from a look at a file: for a person to read and to correct."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from app.db.fields import Field, Kind
from etl.errors import SourceError
from etl.mapping import make_mapping
from etl.mapping_names import Synonyms, likeness
from etl.mapping_text import Absent, Match, Proposal, render
from etl.mapping_values import (
    Dates,
    blank_words,
    date_formats,
    distinct,
    fit,
    is_personal,
    value_table,
)
from etl.sources.probe import Head, Probe
from etl.sources.tabular import read_table
from etl.tables import model_of, references, table_fields

MIN_FIT = 0.5
"""A column whose values fit a field to a lesser share is not proposed for it, whatever its name."""

SURE_FIT = 0.95
SAME_NAME = 90.0
_BY_VALUES = {"postcode": "postcodes", "ukprn": "eight digits each, as UKPRNs are"}
_BY_VALUES_FIT = 0.9
_HEADER_SHARE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    name: str
    texts: pd.Series
    counts: pd.Series = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: str
    column: str
    score: float
    share: float
    required: bool

    def order(self) -> tuple[int, float]:
        """Sort first what a required field is called, then what others are, then likenesses."""
        named = self.score >= SAME_NAME
        return (0 if named and self.required else 1 if named else 2, -self.score)


def propose_mapping(
    path: Path,
    table: str,
    synonyms: Synonyms,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> str:
    """Return a mapping of a file to a register table as TOML, with the reason of every line.

    Parameters
    ----------
    path
        A CSV or XLSX file. All its rows are looked at, and nothing of it is written but names of
        columns, the few values of choices, words for blanks, and one day that can be read twice.
    table
        Name of the register table.
    synonyms
        What columns are called.
    sheet
        Sheet of a workbook; None is the one with the widest table.
    header_row
        Line or row of the column names; None is found.

    Returns
    -------
    A text that :func:`etl.mapping.read_mapping` takes. What a person must fill in stands at its
    beginning, a line each. Columns of persons are named as such, and never proposed.

    Raises
    ------
    EtlError
        If the file cannot be read, or there is no such table.
    """
    fields = table_fields(model_of(table))
    heads = Probe(path).heads
    sheet = sheet or _widest(heads)
    header_row = header_row or _header_row(heads, sheet)
    raw = read_table(path, sheet=sheet, header_row=header_row)
    columns = [_Column(str(name), raw.cells[name], distinct(raw.cells[name])) for name in raw.cells]
    if not len(raw.cells):
        raise SourceError(f"{path.name} has no row that can be read: there is nothing to look at.")
    personal = [one for one in columns if synonyms.is_personal(one.name) or is_personal(one.counts)]
    open_columns = [one for one in columns if one not in personal]
    found = _match(open_columns, table, fields, synonyms)
    id_columns, key = _key(table, fields, found, open_columns)
    proposal = Proposal(
        name=f"{path.stem}_{table}",
        table=table,
        file=path.name,
        rows=len(raw.cells),
        sheet=sheet,
        header_row=header_row,
        matches=tuple(found.values()),
        absent=_absent(table, fields, found),
        id_columns=id_columns,
        key=key,
        dates=_dates(fields, found, open_columns),
        values=_values(fields, found, open_columns, synonyms),
        blank=_blank(fields, found, open_columns),
        unused=_unused(open_columns, table, fields, found, synonyms),
        personal=tuple(one.name for one in personal),
    )
    text = render(proposal)
    # What is proposed can be used as it is: a mapping that cannot would be a fault of ours.
    make_mapping(tomllib.loads(text), name=proposal.name)
    return text


def _widest(heads: Sequence[Head]) -> str | None:
    """Return the sheet whose rows are widest, unless it is the first."""
    if not heads:
        return None
    widths = [max((sum(map(bool, row)) for row in head.rows), default=0) for head in heads]
    at = widths.index(max(widths))
    return heads[at].part if at else None


def _header_row(heads: Sequence[Head], sheet: str | None) -> int | None:
    """Return the row that looks like names of columns, unless it is the first that is filled."""
    head = next((head for head in heads if sheet is None or head.part == sheet), None)
    if head is None:
        return None
    widest = max((sum(map(bool, row)) for row in head.rows), default=0)
    for at, row in enumerate(head.rows, start=1):
        filled = [cell for cell in row if cell]
        numbers = any(cell.replace(".", "").isdigit() for cell in filled)
        alike = len(set(filled)) < len(filled)
        if len(filled) >= max(1.0, _HEADER_SHARE * widest) and not numbers and not alike:
            above = any(any(above) for above in head.rows[: at - 1])
            return at if above else None
    return None


def _match(
    columns: Sequence[_Column], table: str, fields: Mapping[str, Field], synonyms: Synonyms
) -> dict[str, Match]:
    candidates = [
        candidate
        for name, rule in fields.items()
        for column in columns
        if (candidate := _candidate(column, table, name, rule, synonyms))
    ]
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for one in sorted(candidates, key=_Candidate.order):
        if one.field not in found and one.column not in taken:
            found[one.field] = Match(one.field, one.column, *_reason(one))
            taken.add(one.column)
    return {name: found[name] for name in fields if name in found}


def _candidate(
    column: _Column, table: str, name: str, rule: Field, synonyms: Synonyms
) -> _Candidate | None:
    score = likeness(column.name, synonyms.of(table, name))
    if score or name in _BY_VALUES:
        share = fit(column.counts, name, rule)
        if not score and share >= _BY_VALUES_FIT and _stands_out(column, name):
            score = share
        if score and share >= MIN_FIT:
            return _Candidate(name, column.name, score, share, rule.required)
    return None


def _stands_out(column: _Column, name: str) -> bool:
    """Whether values alone tell: any number of eight digits might be a UKPRN, but few begin so."""
    return name != "ukprn" or bool(column.counts.index.str.startswith("100").all())


def _reason(one: _Candidate) -> tuple[str, str]:
    values = f"{one.share:.0%} of its values fit"
    if one.score >= SAME_NAME:
        return f"by its name; {values}", "sure" if one.share >= SURE_FIT else "likely"
    if one.score > 1:
        return f"by a like name; {values}", "a guess: check it"
    return f"by its values: {_BY_VALUES[one.field]}", "likely: check it"


def _absent(
    table: str, fields: Mapping[str, Field], found: Mapping[str, Match]
) -> tuple[Absent, ...]:
    model = model_of(table)
    made = model.KEY[0] if _is_own_id(table) else None
    return tuple(
        Absent(name, rule.meaning, rule.choices)
        for name, rule in fields.items()
        if rule.required and name not in found and name != made
    )


def _is_own_id(table: str) -> bool:
    """Whether the table's key is an id that may be made from other columns."""
    model = model_of(table)
    return model.KEY[0].endswith("_id") and model.KEY[0] not in references(model)


def _key(
    table: str,
    fields: Mapping[str, Field],
    found: Mapping[str, Match],
    columns: Sequence[_Column],
) -> tuple[tuple[str, ...], str]:
    """Return the columns from which an id is made, and how well the key tells rows apart."""
    key = [name for name in model_of(table).KEY if name in found]
    own = [found[name].column for name in key]
    if key and key[0] == model_of(table).KEY[0]:
        return (), _told_apart(own, columns)
    if not _is_own_id(table):
        return (), ""
    named = [name for name in fields if fields[name].required or name in ("postcode", "name")]
    chosen = tuple(found[name].column for name in named if name in found)
    return chosen, _told_apart(chosen, columns) if chosen else ""


def _told_apart(names: Sequence[str], columns: Sequence[_Column]) -> str:
    texts = pd.DataFrame({one.name: one.texts for one in columns if one.name in names})
    again = int(texts.duplicated().sum())
    blank = int((texts == "").all(axis=1).sum())
    if not again and not blank:
        return f"every one of the {len(texts)} rows has its own"
    return f"{again} rows repeat an earlier one and {blank} have none: those would be refused"


def _of(found: Mapping[str, Match], columns: Sequence[_Column]) -> dict[str, _Column]:
    """Return the column that was found for each field."""
    by_name = {one.name: one for one in columns}
    return {name: by_name[match.column] for name, match in found.items()}


def _dates(
    fields: Mapping[str, Field], found: Mapping[str, Match], columns: Sequence[_Column]
) -> Dates | None:
    chosen = [one for name, one in _of(found, columns).items() if fields[name].kind is Kind.DATE]
    if not chosen:
        return None
    return date_formats(sorted({str(text) for one in chosen for text in one.counts.index}))


def _values(
    fields: Mapping[str, Field],
    found: Mapping[str, Match],
    columns: Sequence[_Column],
    synonyms: Synonyms,
) -> dict[str, dict[str, tuple[str, str]]]:
    tables = {
        name: value_table(one.counts, fields[name], synonyms)
        for name, one in _of(found, columns).items()
        if fields[name].kind in (Kind.CHOICE, Kind.FLAG)
    }
    return {name: table for name, table in tables.items() if table}


def _blank(
    fields: Mapping[str, Field], found: Mapping[str, Match], columns: Sequence[_Column]
) -> tuple[str, ...]:
    chosen = _of(found, columns)
    meant = {word for name in found for word in fields[name].choices}
    words = {word for name, one in chosen.items() for word in blank_words(one.texts, fields[name])}
    return tuple(sorted(words - meant))


def _unused(
    columns: Sequence[_Column],
    table: str,
    fields: Mapping[str, Field],
    found: Mapping[str, Match],
    synonyms: Synonyms,
) -> tuple[tuple[str, str], ...]:
    used = {match.column for match in found.values()}
    told = []
    for one in columns:
        if one.name in used:
            continue
        filled = f"{(one.texts != '').mean():.0%} filled"
        like = [name for name in fields if likeness(one.name, synonyms.of(table, name))]
        why = ""
        if like and like[0] in found:
            why = f"; named like {like[0]}, for which {found[like[0]].column!r} was preferred"
        elif like:
            why = f"; named like {like[0]}, but its values are not such"
        told.append((one.name, filled + why))
    return tuple(told)
