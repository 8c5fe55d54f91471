"""Counts over the claims that stand: of what each source speaks, and where two say otherwise."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.db.models import Claim, Load


def count_claims(connection: sa.Connection) -> pd.DataFrame:
    """Count the rows of which each source says something, by table and field.

    Returns
    -------
    ``speaker``, ``table``, ``field``, ``rows``, and ``oldest`` and ``newest``, the days for which
    its claims hold, None where none has a day. Sorted.
    """
    named = (Load.speaker, Claim.table_name, Claim.field)
    query = (
        sa.select(
            *named,
            sa.func.count(Claim.row_id.distinct()),
            sa.func.min(Claim.as_at),
            sa.func.max(Claim.as_at),
        )
        .join(Load, Load.load_id == Claim.load_id)
        .where(Claim.ended_by.is_(None))
        .group_by(*named)
    )
    columns = ["speaker", "table", "field", "rows", "oldest", "newest"]
    return _frame(connection, query, columns, days=("oldest", "newest"))


def count_rows_by_fields(connection: sa.Connection) -> pd.DataFrame:
    """Count the rows of which each source speaks, by the number of fields that it fills.

    Returns
    -------
    ``speaker``, ``table``, ``fields``, ``rows``. Of the key one field is counted. Sorted.
    """
    filled = (
        sa.select(Load.speaker, Claim.table_name, sa.func.count(Claim.field.distinct()).label("n"))
        .join(Load, Load.load_id == Claim.load_id)
        .where(Claim.ended_by.is_(None))
        .group_by(Load.speaker, Claim.table_name, Claim.row_id)
        .subquery()
    )
    named = (filled.c.speaker, filled.c.table_name, filled.c.n)
    query = sa.select(*named, sa.func.count()).group_by(*named)
    return _frame(connection, query, ["speaker", "table", "fields", "rows"])


def count_pairs(connection: sa.Connection, *, without: Collection[str]) -> pd.DataFrame:
    """Count the rows of a field of which two sources both speak.

    Parameters
    ----------
    without
        Fields that are left out.

    Returns
    -------
    ``table``, ``field``, ``one``, ``other`` (the two sources, in the order of their names) and
    ``rows``. Sorted.
    """
    one, first, other, second = _pairs()
    named = (one.table_name, one.field, first.speaker, second.speaker)
    query = (
        _joined(sa.select(*named, sa.func.count(one.row_id.distinct())), one, first, other, second)
        .where(one.field.not_in(list(without)))
        .group_by(*named)
    )
    return _frame(connection, query, ["table", "field", "one", "other", "rows"])


def differing_claims(connection: sa.Connection, *, without: Collection[str]) -> pd.DataFrame:
    """Return the claims of two sources that say otherwise of a field of a row.

    Returns
    -------
    ``table``, ``field``, ``one``, ``other`` as :func:`count_pairs`; ``row_id``, and the values and
    ids of the two claims: ``value_one``, ``value_other``, ``claim_one``, ``claim_other``. Sorted.
    """
    one, first, other, second = _pairs()
    chosen = sa.select(
        one.table_name, one.field, first.speaker, second.speaker, one.row_id,
        one.value, other.value, one.claim_id, other.claim_id,
    )  # fmt: skip
    query = _joined(chosen, one, first, other, second).where(
        one.field.not_in(list(without)), one.value != other.value
    )
    names = ["table", "field", "one", "other", "row_id"]
    claims = ["value_one", "value_other", "claim_one", "claim_other"]
    return _frame(connection, query, [*names, *claims])


def _pairs() -> tuple[type[Claim], type[Load], type[Claim], type[Load]]:
    return aliased(Claim), aliased(Load), aliased(Claim), aliased(Load)


def _joined(
    query: sa.Select[*tuple[Any, ...]],
    one: type[Claim],
    first: type[Load],
    other: type[Claim],
    second: type[Load],
) -> sa.Select[*tuple[Any, ...]]:
    """Join two standing claims of the same field of the same row, by two sources."""
    same = (
        other.table_name == one.table_name,
        other.row_id == one.row_id,
        other.field == one.field,
    )
    return (
        query.select_from(one)
        .join(first, first.load_id == one.load_id)
        .join(other, sa.and_(*same))
        .join(second, second.load_id == other.load_id)
        .where(one.ended_by.is_(None), other.ended_by.is_(None), first.speaker < second.speaker)
    )


def _frame(
    connection: sa.Connection,
    query: sa.Select[*tuple[Any, ...]],
    columns: list[str],
    *,
    days: Collection[str] = (),
) -> pd.DataFrame:
    """Return what a query finds, sorted: texts as ``str``, counts as ``int64``."""
    found = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=columns)
    whole = {"fields", "rows", "claim_one", "claim_other"}
    kinds = {n: "int64" if n in whole else object if n in days else "str" for n in columns}
    order = [name for name in columns if name not in days]
    return found.astype(kinds).sort_values(order, ignore_index=True)
