"""The register's tables, found by name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import sqlalchemy as sa

from app.db.base import Located, RegisterBase
from app.db.fields import Field, fields_of
from app.db.models import REGISTER_MODELS, UNCOUNTED_MODELS
from etl.errors import TableError

TABLES: dict[str, type[RegisterBase]] = {
    model.__tablename__: model for model in (*REGISTER_MODELS, *UNCOUNTED_MODELS)
}


def model_of(table: str) -> type[RegisterBase]:
    """Return the model of a register table.

    Raises
    ------
    TableError
        If there is no such table.
    """
    if table not in TABLES:
        raise TableError(
            f"There is no table {table!r}{meant(table, list(TABLES))}; there is "
            f"{', '.join(TABLES)}."
        )
    return TABLES[table]


def table_fields(model: type[RegisterBase]) -> dict[str, Field]:
    """Return the fields of a table, in order; columns that geocoding makes are none."""
    return fields_of(model.metadata.tables[model.__tablename__])


def references(model: type[RegisterBase]) -> dict[str, str]:
    """Return the ``table.column`` that a field's values must stand in, by field."""
    columns: Sequence[sa.Column[object]] = list(model.metadata.tables[model.__tablename__].columns)
    return {column.name: key.target_fullname for column in columns for key in column.foreign_keys}


def is_located(model: type[RegisterBase]) -> bool:
    """Whether the table's rows stand at a place, which geocoding finds."""
    return issubclass(model, Located)


def meant(word: str, known: Sequence[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the closest known word, or nothing."""
    close = get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
