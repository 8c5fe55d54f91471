"""Counts over the claims that stand: of what each source speaks, and where two say otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any

import pandas as pd
import sqlalchemy as sa

from app.db.models import Claim, Load

_BITS = 60
"""So many sources are told by one number; a database's integers have 63 bits without the sign."""

_WHOLE = ("fields", "rows", "claim")


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
    speakers = _speakers(connection)
    said = _who_says(speakers, without)
    named = [said.c.table_name, said.c.field, *(said.c[name] for name in _masks(speakers))]
    query = sa.select(*named, sa.func.count()).where(said.c.spoken > 1).group_by(*named)
    rows: Counter[tuple[str, str, str, str]] = Counter()
    for table, field, *masks, count in connection.execute(query):
        for one, other in combinations(_of_masks(speakers, masks), 2):
            rows[table, field, one, other] += int(count)
    counted = [(*key, count) for key, count in sorted(rows.items())]
    return _typed(counted, ["table", "field", "one", "other", "rows"])


def differing_claims(connection: sa.Connection, *, without: Collection[str]) -> pd.DataFrame:
    """Return the claims of two sources that say otherwise of a field of a row.

    Returns
    -------
    ``table``, ``field``, ``one``, ``other`` as :func:`count_pairs`; ``row_id``, and the values and
    ids of the two claims: ``value_one``, ``value_other``, ``claim_one``, ``claim_other``. Sorted.
    """
    said = _who_says(_speakers(connection), without)
    key = ["table", "field", "row_id"]
    query = (
        sa.select(
            Claim.table_name, Claim.field, Claim.row_id, Load.speaker, Claim.value, Claim.claim_id
        )
        .join(Load, Load.load_id == Claim.load_id)
        .join(
            said,
            sa.and_(
                Claim.table_name == said.c.table_name,
                Claim.row_id == said.c.row_id,
                Claim.field == said.c.field,
            ),
        )
        .where(Claim.ended_by.is_(None), said.c.spoken > 1, said.c.first != said.c.last)
    )
    claims = _frame(connection, query, [*key, "speaker", "value", "claim"])
    both = claims.merge(claims, on=key, suffixes=("_one", "_other"))
    differ = both["speaker_one"].lt(both["speaker_other"])
    differ &= both["value_one"].ne(both["value_other"])
    found = both[differ].rename(columns={"speaker_one": "one", "speaker_other": "other"})
    names = ["table", "field", "one", "other", "row_id"]
    names += ["value_one", "value_other", "claim_one", "claim_other"]
    return found[names].sort_values(names, ignore_index=True)


def _speakers(connection: sa.Connection) -> list[str]:
    """Return the sources that ever spoke, sorted."""
    query = sa.select(Load.speaker).where(Load.speaker.is_not(None)).distinct()
    return sorted(str(speaker) for speaker in connection.scalars(query))


def _who_says(speakers: Sequence[str], without: Collection[str]) -> sa.Subquery:
    """Return of each field of a row which sources speak of it, and whether all say the same.

    One scan tells it of all pairs: joining the claims with themselves takes as many as there are
    pairs. The sources are the bits of as many masks as there must be.
    """
    masks = [
        sa.func.sum(sa.distinct(_bit_of(speakers[start : start + _BITS]))).label(name)
        for start, name in zip(range(0, len(speakers), _BITS), _masks(speakers), strict=True)
    ]
    named = (Claim.table_name, Claim.row_id, Claim.field)
    return (
        sa.select(
            *named,
            sa.func.count(Load.speaker.distinct()).label("spoken"),
            sa.func.min(Claim.value).label("first"),
            sa.func.max(Claim.value).label("last"),
            *masks,
        )
        .join(Load, Load.load_id == Claim.load_id)
        .where(Claim.ended_by.is_(None), Claim.field.not_in(list(without)))
        .group_by(*named)
        .subquery()
    )


def _bit_of(speakers: Sequence[str]) -> sa.ColumnElement[int]:
    bits = {speaker: sa.literal(1 << at, sa.BigInteger) for at, speaker in enumerate(speakers)}
    return sa.case(bits, value=Load.speaker, else_=sa.literal(0, sa.BigInteger))


def _masks(speakers: Sequence[str]) -> list[str]:
    return [f"mask_{start}" for start in range(0, len(speakers), _BITS)]


def _of_masks(speakers: Sequence[str], masks: Sequence[int]) -> list[str]:
    return [
        speaker
        for at, speaker in enumerate(speakers)
        if int(masks[at // _BITS]) >> (at % _BITS) & 1
    ]


def _frame(
    connection: sa.Connection,
    query: sa.Select[*tuple[Any, ...]],
    columns: list[str],
    *,
    days: Collection[str] = (),
) -> pd.DataFrame:
    """Return what a query finds, sorted."""
    found = _typed([tuple(row) for row in connection.execute(query)], columns, days=days)
    return found.sort_values([n for n in columns if n not in days], ignore_index=True)


def _typed(
    rows: Sequence[tuple[Any, ...]], columns: Sequence[str], *, days: Collection[str] = ()
) -> pd.DataFrame:
    """Return rows as a table: texts as ``str``, counts and ids as ``int64``."""
    kinds = {n: "int64" if n in _WHOLE else object if n in days else "str" for n in columns}
    return pd.DataFrame(rows, columns=list(columns)).astype(kinds)
