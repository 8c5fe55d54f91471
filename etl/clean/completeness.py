"""Partial records: welcome, and marked."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from app.db.base import RegisterBase
from etl.tables import table_fields

PROVENANCE = ("source", "licence", "as_at")
"""Fields that say where a row comes from; a row without them is no less complete."""


@dataclass(frozen=True, slots=True, eq=False)
class Completeness:
    """How complete rows are.

    Attributes
    ----------
    shares
        By field of the table, the share of the rows that fill it (0 to 1); missing if there are
        no rows.
    missing
        By row, how many fields it leaves blank that another row fills.
    partial
        By row, whether that is any. Fields that no row fills mark none: of them nothing is known
        at all, which ``shares`` says. Neither do those of ``PROVENANCE``.
    """

    shares: pd.Series
    missing: pd.Series
    partial: pd.Series


def completeness(rows: pd.DataFrame, model: type[RegisterBase]) -> Completeness:
    """Return how complete ``rows`` of a register table are.

    Parameters
    ----------
    rows
        Rows with the table's fields for columns, on any index; a field that is no column is blank
        in every row. Other columns are not looked at.
    model
        The register table.
    """
    fields = list(table_fields(model))
    filled = rows.reindex(columns=fields).notna() & (rows.reindex(columns=fields) != "")
    told = [name for name in fields if name not in PROVENANCE and filled[name].any()]
    missing = (~filled[told]).sum(axis=1).astype("int64")
    return Completeness(
        shares=filled.mean().astype("float64").rename("share"),
        missing=missing.rename("missing"),
        partial=(missing > 0).rename("partial"),
    )
