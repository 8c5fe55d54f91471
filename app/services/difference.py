"""How the register differs between two moments: rows that came, went and changed, by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.claims import read_claims
from app.db.errors import NotFoundError
from app.db.evidence import is_claimed
from app.db.fields import LARGEST_WHOLE
from app.db.frames import GEOMETRY, to_texts
from app.db.history import read_as_of
from app.db.loads import read_load
from app.db.models import REGISTER_MODELS
from app.db.precedence import group_of, pick_winners
from app.db.register import row_ids
from app.db.runs import find_run
from app.services.disclosure import hidden_sites, of_sites

COLUMNS = ("table", "row_id", "change", "field", "old", "new", "source")
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


def moment_of(connection: sa.Connection, word: str) -> datetime:
    """Return the moment that a word means: a run, a load, a day or a moment.

    A run means the register that it was computed from, a load the register just after it, a day
    its end. A moment is ISO, and in UTC unless it says otherwise.

    Raises
    ------
    NotFoundError
        If it is none of them.
    """
    run = find_run(connection, word)
    if run is not None:
        if run.register_moment is None:
            raise NotFoundError("run with a moment of the register", word)
        return run.register_moment
    a_number = word.isascii() and word.isdigit() and len(word) <= len(str(LARGEST_WHOLE))
    if a_number and int(word) <= LARGEST_WHOLE:
        return read_load(connection, int(word)).loaded_at
    try:
        return _moment(word)
    except (ValueError, OverflowError):
        raise NotFoundError("run, load, day or moment", word) from None


def _moment(word: str) -> datetime:
    if len(word) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(word), time.max, tzinfo=UTC)
    moment = datetime.fromisoformat(word)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How the register differs, as it may be shown.

    Attributes
    ----------
    rows
        As :func:`difference` gives them, without those that tell of a site that may not be shown.
    withheld
        Rows of the register that differ and are left out for that.
    """

    rows: pd.DataFrame
    withheld: int


def shown_difference(
    connection: sa.Connection, before: datetime, after: datetime, *, table: str | None = None
) -> Difference:
    """Return how the register differs, as :func:`difference`, without what may not be shown."""
    found = difference(connection, before, after, table=table)
    hidden = hidden_sites(connection, before, after)
    told = pd.Series(data=False, index=found.index)
    for name, part in found.groupby("table"):
        told[part.index] = of_sites(str(name), part["row_id"], hidden)
    left_out = found.loc[told, ["table", "row_id"]].drop_duplicates()
    return Difference(found[~told].reset_index(drop=True), len(left_out))


def difference(
    connection: sa.Connection, before: datetime, after: datetime, *, table: str | None = None
) -> pd.DataFrame:
    """Return how the register at ``after`` differs from that at ``before``.

    Parameters
    ----------
    table
        Only this register table; None is all.

    Returns
    -------
    One row per field that differs: ``table``, ``row_id``, ``change`` (``added``, ``removed`` or
    ``changed``), ``field``, ``old``, ``new`` as text, missing where blank, and ``source``, that of
    the claim that stands for the field now, missing where it is not known. Of a row that was added
    or removed every filled field is named. Sorted by table, row and field.
    """
    models = [m for m in REGISTER_MODELS if table is None or m.__tablename__ == table]
    parts = [_of_table(connection, model, before, after) for model in models]
    found = pd.concat([pd.DataFrame(columns=list(COLUMNS), dtype="str"), *parts])
    return found.sort_values(["table", "row_id", "field"], kind="stable", ignore_index=True)


def _of_table(
    connection: sa.Connection, model: type[RegisterBase], before: datetime, after: datetime
) -> pd.DataFrame:
    old, new = (_cells(model, read_as_of(connection, model, at)) for at in (before, after))
    both = old.merge(new, on=["row_id", "field"], how="outer", suffixes=("_old", "_new"))
    same = both["value_old"].eq(both["value_new"]).fillna(value=False).astype(bool)
    changed = both[~same]
    then, now = set(old["row_id"]), set(new["row_id"])
    changes = [
        ADDED if row not in then else REMOVED if row not in now else CHANGED
        for row in changed["row_id"]
    ]
    made = pd.DataFrame(
        {
            "table": model.__tablename__,
            "row_id": changed["row_id"],
            "change": changes,
            "field": changed["field"],
            "old": changed["value_old"],
            "new": changed["value_new"],
        }
    )
    return made.assign(source=_sources(connection, model, made))


def _cells(model: type[RegisterBase], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the filled fields of rows as text: ``row_id``, ``field``, ``value``."""
    ids = row_ids(model, rows).array
    parts = [pd.DataFrame(columns=["row_id", "field", "value"], dtype="str")]
    for name in rows.columns:
        values = to_texts(pd.Series(rows[name].array, dtype=object if name == GEOMETRY else None))
        part = pd.DataFrame({"row_id": ids, "field": str(name), "value": values.array})
        parts.append(part[part["value"].notna()])
    return pd.concat(parts, ignore_index=True)


def _sources(
    connection: sa.Connection, model: type[RegisterBase], changed: pd.DataFrame
) -> pd.Series:
    """Return the source of the winning claim of each field; of a made field, that of its place."""
    if changed.empty or not is_claimed(model):
        return pd.Series(pd.NA, index=changed.index, dtype="str")
    name = model.__tablename__
    claims = read_claims(connection, name, row_ids=changed["row_id"].unique())
    won = pick_winners(name, claims)
    by_field = won.set_index(["row_id", "field"])["source"].to_dict()
    place = group_of(name, "postcode")
    return pd.Series(
        [
            by_field.get((row, field), by_field.get((row, place)))
            for row, field in zip(changed["row_id"], changed["field"], strict=True)
        ],
        index=changed.index,
        dtype="str",
    )
