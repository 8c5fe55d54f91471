"""Columns of the register: each says once what it may hold, for the database and for cleaning.

A column made here carries a :class:`Field` in its ``info``. From it the models get their CHECK
constraints and ``etl`` its rules, so a value that cleaning passes is one that the database takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import MappedColumn, mapped_column

from app.db.portable import TEXT

FIELD = "field"
"""Key of ``Column.info`` under which a column's :class:`Field` stands."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LIST = "list"
    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "yes or no"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """What one column of a register file may hold.

    Attributes
    ----------
    kind
        The type of the value.
    meaning
        What it is, with its unit, in one line for users.
    required
        Whether a row without it is refused.
    low, high
        Inclusive bounds of a number; None is no bound.
    choices
        The values that a choice may have.
    pattern
        A regular expression that the whole text must match.
    """

    kind: Kind
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None


_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: TEXT,
    Kind.LIST: TEXT,
    Kind.WHOLE: sa.Integer(),
    Kind.NUMBER: sa.Double(),
    Kind.FLAG: sa.Boolean(),
    Kind.DATE: sa.Date(),
    Kind.CHOICE: TEXT,
}

LARGEST_WHOLE = 2_147_483_647
"""What an integer column of PostgreSQL holds at most; SQLite would take more."""


def text(
    meaning: str, *, required: bool = False, pattern: str | None = None, refers_to: str = ""
) -> MappedColumn[Any]:
    """Return a column of text; ``refers_to`` is the ``table.column`` that must hold the value."""
    return _column(Field(Kind.TEXT, meaning, required, pattern=pattern), refers_to)


def items(meaning: str) -> MappedColumn[Any]:
    """Return a column that holds a list of texts, separated by ``;``."""
    return _column(Field(Kind.LIST, meaning))


def whole(
    meaning: str, *, required: bool = False, low: float = 0, high: float = LARGEST_WHOLE
) -> MappedColumn[Any]:
    """Return a column of whole numbers."""
    return _column(Field(Kind.WHOLE, meaning, required, low, high))


def number(
    meaning: str, *, required: bool = False, low: float | None = 0, high: float | None = None
) -> MappedColumn[Any]:
    """Return a column of numbers."""
    return _column(Field(Kind.NUMBER, meaning, required, low, high))


def flag(meaning: str) -> MappedColumn[Any]:
    """Return a column of yes or no."""
    return _column(Field(Kind.FLAG, meaning))


def day(meaning: str) -> MappedColumn[Any]:
    """Return a column of dates."""
    return _column(Field(Kind.DATE, meaning))


def choice(meaning: str, choices: Iterable[str], *, required: bool = False) -> MappedColumn[Any]:
    """Return a column that holds one of ``choices``."""
    return _column(Field(Kind.CHOICE, meaning, required, choices=tuple(map(str, choices))))


def checks(columns: Iterable[sa.Column[Any]]) -> list[sa.CheckConstraint]:
    """Return the CHECK constraints that the fields of ``columns`` ask for."""
    return [
        sa.CheckConstraint(condition, name=f"{column.name}_{suffix}")
        for column in columns
        if isinstance(column.info.get(FIELD), Field)
        for suffix, condition in _conditions(column.name, column.info[FIELD])
    ]


def fields_of(table: sa.Table) -> dict[str, Field]:
    """Return the fields of ``table`` by column name, in the order of its columns."""
    return {c.name: c.info[FIELD] for c in table.columns if FIELD in c.info}


def _column(field: Field, refers_to: str = "") -> MappedColumn[Any]:
    foreign = (sa.ForeignKey(refers_to),) if refers_to else ()
    return mapped_column(
        _TYPES[field.kind], *foreign, nullable=not field.required, info={FIELD: field}
    )


def _conditions(name: str, field: Field) -> list[tuple[str, str]]:
    found = []
    if field.low is not None:
        found.append(("low", f"{name} >= {field.low:.17g}"))
    if field.high is not None:
        found.append(("high", f"{name} <= {field.high:.17g}"))
    if field.choices:
        quoted = ", ".join(f"'{value}'" for value in field.choices)
        found.append(("choice", f"{name} IN ({quoted})"))
    return found
