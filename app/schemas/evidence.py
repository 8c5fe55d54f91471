"""The evidence, as it is sent: loads, claims, differences and the quality of what was loaded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True)
_NEXT = "Cursor of the next page; null on the last."


class LoadItem(BaseModel):
    """One file that was loaded, as whose word, and what became of its rows."""

    model_config = _STRICT

    load_id: int = Field(description="Finds the load: /api/v1/loads/{load_id}.")
    loaded_at: datetime
    undone_at: datetime | None = Field(description="When it was undone; null if it was not.")
    tables: list[str] = Field(description="Register tables that it filled.")
    file: str = Field(description="Name of the file.")
    file_sha256: str = Field(description="Checksum of the file.")
    layout: str = Field(description="Which layout of which public format; blank for own files.")
    source: str | None = Field(
        description="As whose word it counts; null for a load of an earlier release."
    )
    title: str | None = Field(description="What the source is.")
    licence: str | None = Field(description="Under which licence; null if it is not known.")
    strength: int | None = Field(description="Weight of its word, 1 to 5; an assumption.")
    as_at: date | None = Field(description="Day for which the file holds; null is unknown.")
    retrieved_on: date | None = Field(description="Day on which it was fetched.")
    read: int = Field(ge=0, description="Rows of the file: loaded, unchanged and rejected.")
    loaded: int = Field(ge=0, description="Rows that said anything new.")
    unchanged: int = Field(ge=0, description="Rows that said nothing new.")
    rejected: int = Field(ge=0, description="Rows that no table took.")
    rejected_by_rule: dict[str, int] = Field(description="Rejected rows that are listed, by rule.")
    set_aside: dict[str, int] = Field(
        description="The other rejected rows by rule, only counted: of no concern here."
    )


class TableCountsItem(BaseModel):
    """What became of the rows that a load has for one register table."""

    model_config = _STRICT

    table: str
    rows: int = Field(ge=0, description="The sum of the five counts that follow.")
    inserted: int = Field(ge=0, description="Rows that are new.")
    updated: int = Field(ge=0, description="Rows of which a field changed.")
    evidence: int = Field(ge=0, description="Rows that stay, though something new is said of them.")
    unchanged: int = Field(ge=0, description="Rows of which nothing new is said.")
    rejected: int = Field(ge=0, description="Rows that were refused.")
    rejected_by_rule: dict[str, int]
    precision: dict[str, int] = Field(description="Rows by precision class of their place.")
    filled: dict[str, float] = Field(description="Share of rows in which each field is filled.")
    partial: int = Field(ge=0, description="Rows in which a field is blank.")


class LoadDetail(LoadItem):
    """One load with its counts by table."""

    by_table: list[TableCountsItem] = Field(description="Empty for a load of an earlier release.")
    notes: list[str] = Field(description="What was said of the file.")


class LoadPage(BaseModel):
    """A page of loads."""

    model_config = _STRICT

    items: list[LoadItem] = Field(description="The newest first.")
    next: str | None = Field(description=_NEXT)


class ClaimItem(BaseModel):
    """What one source says of a field."""

    model_config = _STRICT

    value: str = Field(description="The value as text.")
    counts: bool = Field(description="Whether this is what the register has.")
    source: str = Field(description="Who says it.")
    licence: str | None
    strength: int | None = Field(description="Weight of its word, 1 to 5; an assumption.")
    as_at: date | None = Field(description="Day for which it holds; null is unknown.")
    retrieved_on: date | None = Field(description="Day on which it was fetched.")
    load_id: int = Field(description="The load that brought it.")


class ClaimedField(BaseModel):
    """What is said of one field of a row."""

    model_config = _STRICT

    field: str
    value: str | None = Field(
        description="The value that counts; null if none does, since the source whose word counts "
        "says nothing of this field, and another's would not belong to the rest of its word."
    )
    claims: list[ClaimItem] = Field(description="First the one that counts, then those beside it.")


class RowClaims(BaseModel):
    """What sources say of one row of the register."""

    model_config = _STRICT

    table: str
    id: str = Field(description="Id of the row, its parts joined by `|` if it has several.")
    fields: list[ClaimedField] = Field(description="Sorted by name.")


class ChangedField(BaseModel):
    """One field of one row that differs."""

    model_config = _STRICT

    table: str
    id: str = Field(description="Id of the row, its parts joined by `|` if it has several.")
    change: Literal["added", "removed", "changed"] = Field(description="What became of the row.")
    field: str
    old: str | None = Field(description="Value before, as text; null is blank.")
    new: str | None = Field(description="Value after, as text; null is blank.")
    source: str | None = Field(description="Whose word the field is now; null if not known.")


class DifferencePage(BaseModel):
    """A page of how the register differs between two moments."""

    model_config = _STRICT

    before: datetime = Field(description="The moment that was meant.")
    after: datetime = Field(description="The moment that was meant.")
    items: list[ChangedField] = Field(description="Sorted by table, row and field.")
    next: str | None = Field(description=_NEXT)
    withheld: int = Field(
        ge=0, description="Rows that differ and are left out, in all: they tell of sensitive sites."
    )


class SourceQualityItem(BaseModel):
    """What one source says of one register table."""

    model_config = _STRICT

    source: str = Field(description="As whose word it counts.")
    title: str
    licence: str | None = Field(description="Null if it is not known.")
    strength: int | None = Field(description="Weight of its word, 1 to 5; an assumption.")
    table: str
    loads: int = Field(ge=1, description="How often it was loaded; what was undone is left out.")
    load_id: int = Field(description="The last load.")
    file: str = Field(description="The file of the last load.")
    rows: int | None = Field(description="Rows for this table in the last load.")
    rejected: int | None = Field(description="Of them, those that were refused.")
    rejected_by_rule: dict[str, int]
    precision: dict[str, int] = Field(
        description="Rows of the last load by precision class; empty if it speaks of no place."
    )
    standing: int | None = Field(
        description="Rows of the register of which the source speaks now; null where no claims "
        "are kept."
    )
    partial: int | None = Field(
        description="Of `standing`, rows in which a field is blank that the source speaks of."
    )
    as_at: date | None = Field(description="Newest day for which it holds; null is unknown.")
    as_at_oldest: date | None = Field(description="Oldest day for which a part of it holds.")
    retrieved_on: date | None = Field(description="Day on which the last file was fetched.")
    age_days: int | None = Field(
        description="Days from `as_at`, or else `retrieved_on`, to the day of the report."
    )
    filled: dict[str, float] = Field(
        description="Share of those rows in which each field is filled that the source speaks of."
    )


class FileQualityItem(BaseModel):
    """What became of the rows of a source's last file."""

    model_config = _STRICT

    load_id: int
    source: str
    file: str
    read: int = Field(ge=0)
    loaded: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    rejected: int = Field(ge=0)
    rejected_by_rule: dict[str, int]
    set_aside: dict[str, int]


class TableQualityItem(BaseModel):
    """A register table as it stands."""

    model_config = _STRICT

    table: str
    rows: int = Field(ge=1)
    filled: dict[str, float] = Field(description="Share of rows in which each field is filled.")
    precision: dict[str, int] = Field(description="Rows by precision class of their place.")


class ExampleItem(BaseModel):
    """One row of which two sources say different things."""

    model_config = _STRICT

    id: str = Field(description="Id of the row, its parts joined by `|` if it has several.")
    values: dict[str, str] = Field(description="What each of the two says.")
    counts: str | None = Field(description="Whose word counts; null if neither's.")


class DisagreementItem(BaseModel):
    """How often two sources say different things of one field."""

    model_config = _STRICT

    table: str
    field: str
    sources: list[str] = Field(description="The two sources.")
    rows: int = Field(ge=1, description="Rows of which both speak.")
    differ: int = Field(ge=1, description="Of them, those of which they say different things.")
    written_alike: int = Field(
        ge=0, description="Of those, differences in capitals, spaces and punctuation only."
    )
    examples: list[ExampleItem] = Field(description="The first few, by id.")


class StrengthItem(BaseModel):
    """How much a source's word weighs."""

    model_config = _STRICT

    strength: int = Field(description="A larger one wins.")
    name: str
    meaning: str


class Precedence(BaseModel):
    """How it is decided whose word counts."""

    model_config = _STRICT

    rule: str
    assumption: str
    strengths: list[StrengthItem] = Field(description="The strongest first.")


class DataQualityReport(BaseModel):
    """The quality of what was loaded."""

    model_config = _STRICT

    as_of: date | None = Field(description="Day to which ages are counted; null without a load.")
    illustrative: bool = Field(description="Whether the register holds invented organisations.")
    precedence: Precedence
    sources: list[SourceQualityItem] = Field(description="By source and table.")
    files: list[FileQualityItem] = Field(description="The last file of each source, by load.")
    tables: list[TableQualityItem] = Field(description="The register as it stands.")
    compared: int = Field(
        ge=0, description="Fields of rows of which two sources speak, each pair counted once."
    )
    disagreements: list[DisagreementItem]


def csv_answer() -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of a report that may also be CSV."""
    return {
        200: {
            "description": "The report; with `f=csv` one line for each number.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }
