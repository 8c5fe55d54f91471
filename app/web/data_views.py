"""What the page of the data shows, made from the report of its quality: no markup here."""

from __future__ import annotations

from dataclasses import dataclass

from app.db.register import ID_SEPARATOR
from app.services.data_quality import DataQuality, SourceQuality, TableQuality
from app.services.disagreements import Disagreement
from app.services.evidence_words import OPEN_GOVERNMENT, OPEN_GOVERNMENT_WORDS, strength_name
from app.web.views import Segment
from app.web.words import PRECISION
from geo.types import PrecisionClass

_ALL = 100.0


@dataclass(frozen=True, slots=True)
class RejectLine:
    """Rows of a source's last file that no table took, by one rule."""

    title: str
    file: str
    rule: str
    rows: int
    listed: bool


@dataclass(frozen=True, slots=True)
class PlacesLine:
    """How well the places of a register table are known: rows by precision class, and a bar."""

    table: str
    rows: int
    counts: tuple[int, ...]
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class FieldLine:
    """How far one field is filled: in the register, and in what each source says.

    A share is None where the source does not speak of the field.
    """

    field: str
    share: float
    by_source: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class FieldsTable:
    """How far the fields of a register table are filled; ``sources`` are the columns."""

    table: str
    rows: int
    sources: tuple[str, ...]
    lines: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """A row of which two sources say different things, and whose word counts."""

    row_id: str
    said: tuple[tuple[str, str], ...]
    counts: str | None


@dataclass(frozen=True, slots=True)
class DisagreementLine:
    """How often two sources say different things of a field."""

    table: str
    field: str
    sources: tuple[str, str]
    rows: int
    differ: int
    share: float
    written_alike: int
    examples: tuple[ExampleLine, ...]


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """Under which terms a source may be used, and the weight of its word."""

    title: str
    source: str
    licence: str | None
    strength: str
    tables: tuple[str, ...]


def precision_headings() -> list[tuple[str, str]]:
    """Return the precision classes and what they mean, the most precise first."""
    return [(str(one), PRECISION[one]) for one in PrecisionClass]


def reject_lines(quality: DataQuality) -> list[RejectLine]:
    """Return the rejects of the last files, by rule."""
    return [
        RejectLine(one.title, one.file, rule, rows, listed)
        for one in quality.files
        for listed, rules in ((True, one.counts.rejected_by_rule), (False, one.counts.set_aside))
        for rule, rows in rules.items()
    ]


def places_lines(quality: DataQuality) -> list[PlacesLine]:
    """Return how well the places of the register are known."""
    return [_places(one) for one in quality.tables if one.precision]


def field_tables(quality: DataQuality) -> list[FieldsTable]:
    """Return how far fields are filled, by table."""
    return [
        _fields(one, [source for source in quality.sources if source.table == one.table])
        for one in quality.tables
    ]


def disagreement_lines(quality: DataQuality) -> list[DisagreementLine]:
    """Return where sources say different things, the commonest first."""
    lines = [_disagreement(one) for one in quality.disagreements.found]
    return sorted(lines, key=lambda line: (-line.differ, line.table, line.field, line.sources))


def terms_of(quality: DataQuality) -> list[SourceTerms]:
    """Return the licence of every source; each own file is one of its own."""
    tables: dict[tuple[str, str, str | None, int | None], list[str]] = {}
    for one in quality.sources:
        key = (one.title, one.source, one.licence, one.strength)
        tables.setdefault(key, []).append(one.table)
    return [
        SourceTerms(title, source, licence, strength_name(strength), tuple(found))
        for (title, source, licence, strength), found in sorted(
            tables.items(), key=lambda item: (item[0][0], item[0][1])
        )
    ]


def attributions(quality: DataQuality) -> list[str]:
    """Return what must be said of licences that ask for it."""
    licences = [one.licence or "" for one in quality.sources]
    is_open_government = any(one.startswith(OPEN_GOVERNMENT) for one in licences)
    return [OPEN_GOVERNMENT_WORDS] if is_open_government else []


def _places(one: TableQuality) -> PlacesLine:
    counts = tuple(one.precision.get(str(name), 0) for name in PrecisionClass)
    bar, start = [], 0.0
    for name, count in zip(PrecisionClass, counts, strict=True):
        width = _ALL * count / one.rows
        bar.append(Segment(str(name), PRECISION[name], start, width))
        start += width
    return PlacesLine(one.table, one.rows, counts, tuple(part for part in bar if part.width))


def _fields(one: TableQuality, sources: list[SourceQuality]) -> FieldsTable:
    return FieldsTable(
        table=one.table,
        rows=one.rows,
        sources=tuple(source.source for source in sources),
        lines=tuple(
            FieldLine(name, share, tuple(source.filled.get(name) for source in sources))
            for name, share in one.filled.items()
        ),
    )


def _disagreement(one: Disagreement) -> DisagreementLine:
    return DisagreementLine(
        table=one.table,
        field=one.field,
        sources=(one.one, one.other),
        rows=one.rows,
        differ=one.differ,
        share=one.differ / one.rows,
        written_alike=one.written_alike,
        examples=tuple(
            ExampleLine(
                row_id=example.row_id.replace(ID_SEPARATOR, " | "),
                said=((one.one, example.value_one), (one.other, example.value_other)),
                counts=example.counts,
            )
            for example in one.examples
        ),
    )
