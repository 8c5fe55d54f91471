"""Cleaning loses no row: every raw row becomes a row of its table or a reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from app.db.base import RegisterBase
from app.db.fields import Field
from etl.clean.personal import has_email, has_phone
from etl.clean.values import Values, read_values
from etl.errors import ColumnsError
from etl.mapping import fill_suggestion
from etl.rejects import join_rejects, make_rejects
from etl.sources.tabular import RawTable
from etl.tables import meant, table_fields

WITHHELD = "(not repeated here)"


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Rows to load, and rows refused, each with its reason.

    Attributes
    ----------
    rows
        One column per field of the table, typed, indexed by ``line``.
    rejects
        One row per refused row, with the first rule that it breaks.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame


def require_fields(raw: RawTable, model: type[RegisterBase]) -> None:
    """Check that a file's columns are the table's.

    Raises
    ------
    ColumnsError
        If a column is none of the table's fields, or a required field has no column.
    """
    fields = table_fields(model)
    table = model.__tablename__
    unknown = [column for column in raw.cells.columns if column not in fields]
    if unknown:
        raise ColumnsError(
            f"{raw.name} has the column {unknown[0]!r}, which {table} does not know"
            f"{meant(unknown[0], list(fields))}: rename it, or load the file with a mapping. "
            f"The columns are {', '.join(fields)}."
        )
    missing = [
        name for name, field in fields.items() if field.required and name not in raw.cells.columns
    ]
    if missing:
        raise ColumnsError(
            f"{raw.name} lacks the column {missing[0]!r}, which {table} requires; it has "
            f"{', '.join(raw.cells.columns)}. Add it, or load the file with a mapping."
        )


def clean_rows(
    raw: RawTable,
    model: type[RegisterBase],
    *,
    date_format: str | Sequence[str] | None = None,
    suggestions: Mapping[str, str] | None = None,
) -> Cleaned:
    """Type every cell of a file whose columns are the table's fields.

    Parameters
    ----------
    raw
        The file, its columns named as the table's fields.
    model
        The register table.
    date_format
        How the file writes dates, besides ISO; one format or several.
    suggestions
        What to do about a required field that is blank, by field.

    Returns
    -------
    Every raw row is in exactly one of ``rows`` and ``rejects``, those that the reader refused
    among the latter. A row whose key was seen before is refused.

    Raises
    ------
    ColumnsError
        See :func:`require_fields`.
    """
    require_fields(raw, model)
    fields = table_fields(model)
    cells = raw.cells.reindex(columns=list(fields), fill_value="").astype("str")
    typed = {
        name: read_values(cells[name], field, date_format=date_format)
        for name, field in fields.items()
    }
    left = pd.Series(data=True, index=cells.index)
    rejects = [raw.rejects]
    for name, field in fields.items():
        for refused in _refusals(cells, name, field, typed[name], suggestions or {}):
            rejects.append(refused[left.loc[refused["line"]].to_numpy()])
            left.loc[refused["line"]] = False
    rows = pd.DataFrame({name: found.typed for name, found in typed.items()})[left]
    again = _seen_before(rows, model)
    return Cleaned(
        rows=rows[~rows.index.isin(again["line"])], rejects=join_rejects([*rejects, again])
    )


def _refusals(
    cells: pd.DataFrame, name: str, field: Field, found: Values, suggestions: Mapping[str, str]
) -> list[pd.DataFrame]:
    """Return the rejects of one field: blank though required, ill-formed, or personal."""
    texts = cells[name]
    blank = (texts == "") & field.required
    broken = found.rule != ""
    personal = has_email(texts, name, field) | has_phone(texts, name, field)
    tables = []
    if blank.any():
        template = suggestions.get(name, f"fill in {name}: {field.meaning}")
        advice = [fill_suggestion(template, row) for row in cells[blank].to_dict("records")]
        tables.append(
            make_rejects(
                cells.index[blank],
                field=name,
                rule="required",
                values=texts[blank],
                suggestions=advice,
            )
        )
    tables += [
        make_rejects(
            cells.index[broken & (found.rule == rule)],
            field=name,
            rule=rule,
            values=texts[found.rule == rule],
            suggestions=found.suggestion[found.rule == rule],
        )
        for rule in found.rule[broken].unique()
    ]
    if personal.any():
        tables.append(
            make_rejects(
                cells.index[personal],
                field=name,
                rule="personal data",
                values=[WITHHELD] * int(personal.sum()),
                suggestions="delete the e-mail address or telephone number",
            )
        )
    return tables


def _seen_before(rows: pd.DataFrame, model: type[RegisterBase]) -> pd.DataFrame:
    """Return rejects for the rows whose key stands on an earlier line; blanks are alike."""
    key = list(model.KEY)
    again = rows.duplicated(key, keep="first")
    firsts = rows[key].reset_index().groupby(key, dropna=False, sort=False)["line"].transform("min")
    first = firsts.set_axis(rows.index)[again]
    shown = rows.loc[again, key].astype("str").fillna("").agg(", ".join, axis=1)
    return make_rejects(
        rows.index[again],
        field=key[0],
        rule="seen before",
        values=shown if again.any() else [],
        suggestions=[f"line {line} has the same {', '.join(key)}: delete one" for line in first],
    )
