"""What sources say of one row: the claims that count, and those that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.claims import read_claims
from app.db.errors import NotFoundError
from app.db.precedence import pick_winners
from app.db.register import ID_SEPARATOR
from app.services.disclosure import hidden_sites, of_sites


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """What one source says of one field of a row.

    Attributes
    ----------
    field, value
        The field, and its value as text.
    counts
        Whether this is the value that the register has.
    source, licence
        Who says it, and under which licence.
    strength
        The weight of its word, 1 to 5; see :class:`app.db.precedence.Strength`.
    as_at, retrieved_on
        Day for which it holds, and day on which it was fetched; None is unknown.
    load_id
        The load that brought it.
    """

    field: str
    value: str
    counts: bool
    source: str
    licence: str | None
    strength: int | None
    as_at: date | None
    retrieved_on: date | None
    load_id: int


def claims_of(
    connection: sa.Connection, model: type[RegisterBase], row_id: str
) -> list[ShownClaim]:
    """Return the claims of a row, field by field, first the one that counts.

    Parameters
    ----------
    row_id
        Its key; one of several parts has them joined by ``|``.

    Raises
    ------
    NotFoundError
        If no source says anything of such a row.
    """
    table = model.__tablename__
    claims = read_claims(connection, table, row_ids=[_whole(model, row_id)])
    if claims.empty:
        raise _not_found(model, row_id)
    # A source may have the row under another id, which the register's key is not.
    parts = _whole(model, row_id).split(ID_SEPARATOR)
    own = claims["field"].map(dict(zip(model.KEY, parts, strict=True)))
    counting = set(pick_winners(table, claims[own.isna() | (claims["value"] == own)])["claim_id"])
    ordered = claims.assign(beside=~claims["claim_id"].isin(counting)).sort_values(
        ["field", "beside", "claim_id"], kind="stable"
    )
    return [_shown(row) for row in ordered.itertuples(index=False)]


def shown_claims_of(
    connection: sa.Connection, model: type[RegisterBase], row_id: str
) -> list[ShownClaim]:
    """Return the claims of a row that may be shown to anyone, as :func:`claims_of`.

    Raises
    ------
    NotFoundError
        If no source says anything of such a row, or it tells of a sensitive site: that there is
        one is not told either.
    """
    whole = pd.Series([_whole(model, row_id)])
    if of_sites(model.__tablename__, whole, hidden_sites(connection)).any():
        raise _not_found(model, row_id)
    return claims_of(connection, model, row_id)


def _not_found(model: type[RegisterBase], row_id: str) -> NotFoundError:
    return NotFoundError(f"row of {model.__tablename__} with a claim", row_id)


def _whole(model: type[RegisterBase], row_id: str) -> str:
    """Return the id of a row as the register has it."""
    return row_id if len(model.KEY) == 1 else ID_SEPARATOR.join(_parts(row_id))


def _parts(row_id: str) -> list[str]:
    return (
        row_id.split(ID_SEPARATOR)
        if ID_SEPARATOR in row_id
        else [part.strip() for part in row_id.split("|")]
    )


def _shown(row: Any) -> ShownClaim:  # noqa: ANN401 - a row of pandas
    return ShownClaim(
        field=row.field,
        value=row.value,
        counts=not row.beside,
        source=row.source,
        licence=_none(row.licence),
        strength=None if pd.isna(row.strength) else int(row.strength),
        as_at=row.as_at,
        retrieved_on=row.retrieved_on,
        load_id=int(row.load_id),
    )


def _none(value: Any) -> Any:  # noqa: ANN401 - of any type
    return None if pd.isna(value) else value
