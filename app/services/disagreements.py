"""Where two sources say different things of the same field of the same row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from app.db.claim_counts import count_pairs, differing_claims
from app.db.claims import read_claims
from app.db.fields import Kind, fields_of
from app.db.models import REGISTER_MODELS
from app.db.precedence import pick_winners
from app.services.disclosure import hidden_sites, of_sites

ABOUT_THE_SOURCE = ("source", "licence", "as_at")
"""Fields that say whose word a row is: two sources never say the same, and need not."""

EXAMPLES = 3
"""So many rows of each disagreement are shown; the rows themselves have all claims."""

_PAIR = ["table", "field", "one", "other"]


@dataclass(frozen=True, slots=True)
class Example:
    """One row of which two sources say different things.

    Attributes
    ----------
    row_id
        The row; its key, joined by ``ID_SEPARATOR`` where it has several parts.
    value_one, value_other
        What each source says, as text.
    counts
        The source whose word the register has; None if it is that of neither.
    """

    row_id: str
    value_one: str
    value_other: str
    counts: str | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How often two sources say different things of one field.

    Attributes
    ----------
    table, field
        The field.
    one, other
        The two sources, in the order of their names.
    rows
        Rows of which both speak.
    differ
        Of them, those of which they say different things.
    written_alike
        Of those, the ones that differ in capitals, spaces and punctuation only; texts alone.
    examples
        The first few that differ, by id; none that tells of a site that may not be shown.
    """

    table: str
    field: str
    one: str
    other: str
    rows: int
    differ: int
    written_alike: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Where sources say different things.

    Attributes
    ----------
    compared
        Fields of rows of which two sources speak, each pair counted once.
    found
        The disagreements, sorted by table, field and sources.
    """

    compared: int
    found: tuple[Disagreement, ...]

    @property
    def differ(self) -> int:
        """Fields of rows of which two sources say different things."""
        return sum(one.differ for one in self.found)


def find_disagreements(connection: sa.Connection) -> Disagreements:
    """Compare the claims that stand, by field and pair of sources."""
    both = count_pairs(connection, without=ABOUT_THE_SOURCE)
    differing = differing_claims(connection, without=ABOUT_THE_SOURCE)
    # A source may say two things of one row, where two of its rows are that one.
    rows = differing.drop_duplicates([*_PAIR, "row_id"])
    rows = rows.assign(alike=_written_alike(rows))
    shown = _shown(connection, rows)
    counting = _counting(connection, shown)
    examples = dict(iter(shown.groupby(_PAIR, sort=False)))
    spoken = both.set_index(_PAIR)["rows"].to_dict()
    found = []
    for key, part in rows.groupby(_PAIR, sort=True):
        table, field, one, other = map(str, key)
        found.append(
            Disagreement(
                table=table,
                field=field,
                one=one,
                other=other,
                rows=int(spoken[key]),
                differ=len(part),
                written_alike=int(part["alike"].sum()),
                examples=_examples(examples.get(key), counting),
            )
        )
    return Disagreements(compared=int(both["rows"].sum()), found=tuple(found))


def _written_alike(rows: pd.DataFrame) -> pd.Series:
    """Say of each pair of texts whether only capitals, spaces and punctuation tell them apart."""
    texts = {
        (model.__tablename__, name)
        for model in REGISTER_MODELS
        for name, field in fields_of(model.metadata.tables[model.__tablename__]).items()
        if field.kind is Kind.TEXT
    }
    is_text = [pair in texts for pair in zip(rows["table"], rows["field"], strict=True)]
    one, other = (_plainly(rows[name]) for name in ("value_one", "value_other"))
    return one.eq(other) & pd.Series(is_text, index=rows.index, dtype=bool)


def _plainly(values: pd.Series) -> pd.Series:
    return values.str.casefold().str.replace(r"[\W_]+", "", regex=True)


def _shown(connection: sa.Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of each disagreement that may be shown."""
    hidden = hidden_sites(connection)
    secret = pd.Series(data=False, index=rows.index)
    for table, part in rows.groupby("table"):
        secret[part.index] = of_sites(str(table), part["row_id"], hidden)
    return rows[~secret].groupby(_PAIR, sort=False).head(EXAMPLES)


def _counting(connection: sa.Connection, shown: pd.DataFrame) -> set[int]:
    """Return the ids of the claims that count, of the rows that are shown."""
    found: set[int] = set()
    for table, part in shown.groupby("table"):
        claims = read_claims(connection, str(table), row_ids=part["row_id"])
        found |= set(pick_winners(str(table), claims)["claim_id"])
    return found


def _examples(rows: pd.DataFrame | None, counting: set[int]) -> tuple[Example, ...]:
    if rows is None:
        return ()
    return tuple(
        Example(
            row_id=row["row_id"],
            value_one=row["value_one"],
            value_other=row["value_other"],
            counts=_who_counts(row, counting),
        )
        for row in rows.to_dict("records")
    )


def _who_counts(row: Mapping[Any, Any], counting: set[int]) -> str | None:
    if row["claim_one"] in counting:
        return str(row["one"])
    return str(row["other"]) if row["claim_other"] in counting else None
