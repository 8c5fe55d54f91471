"""Rows of a source into the register: its claims are kept, and the register's rows are what wins.

Three steps: :func:`keep_claims` stores what the source now says, :func:`resolve` works out the
register's rows from all that is said of them, and :func:`app.db.register.write_rows` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from app.db.base import GEOCODED_COLUMNS, Located, RegisterBase
from app.db.claims import KEY, add_claims, end_claims, note_rows, read_claims
from app.db.frames import GEOMETRY, columns_of, from_texts, to_frame, to_texts
from app.db.loads import LoadRecord, read_load
from app.db.matches import read_identities
from app.db.models import Area, CandidateSite, Claim, Load, TravelTime
from app.db.precedence import Strength, fields_won_with, group_of, pick_winners
from app.db.register import ID_SEPARATOR, read_table, row_ids, table_of

Locate = Callable[[pd.DataFrame], gpd.GeoDataFrame]
"""Gives rows, indexed by row id, their geometry and the columns that geocoding makes."""

UNCLAIMED: tuple[type[RegisterBase], ...] = (TravelTime, Area, CandidateSite)
"""Tables of which no claims are kept: a row there is one source's own, and says which."""

LOCATION = ("postcode", "latitude", "longitude")
_PLACED = tuple(GEOMETRY if name == "geom" else name for name in GEOCODED_COLUMNS)
_SAID = ["value", "source", "as_at"]
_KEPT = ["row_id", "field", "value", "source", "source_row", "as_at"]


def is_claimed(model: type[RegisterBase]) -> bool:
    """Whether claims are kept of the rows of a table."""
    return model not in UNCLAIMED


def keep_claims(
    connection: sa.Connection,
    model: type[RegisterBase],
    rows: pd.DataFrame,
    spoken: Sequence[str],
    load: LoadRecord,
) -> pd.Series:
    """Store what a source says of rows; what it said before and says no longer is ended.

    Parameters
    ----------
    rows
        Typed rows with the key and the ``spoken`` fields, as the source gives them, and
        ``source_row``, the id that the source gives each; ``row_id``, where it is there, is the
        id of the register's row that is meant. A blank withdraws what the source said of that
        field.
    spoken
        The fields of which the source speaks. Of the key one field is a claim: that the row is.
    load
        The load; its speaker is the source, and its title and day fill in what a row leaves out.

    Returns
    -------
    On the index of ``rows``, whether the source says anything else of the row than before. What
    holds for an earlier day than what the source says already is kept beside it and does not count;
    of users' own lists the last word counts, so that they can correct a day too.
    """
    fields = [_named_by(model), *(name for name in spoken if name not in model.KEY)]
    fresh = _as_claims(model, rows, fields, load)
    known = read_claims(connection, model.__tablename__, speaker=load.speaker, ended="all")
    concerned = known["field"].isin(fields) & known["source_row"].isin(set(rows["source_row"]))
    known = known[concerned]
    before = known[known["ended_by"].isna()]
    both = fresh.merge(before, on=KEY, how="outer", suffixes=("", "_before"), indicator=True)
    same = both["_merge"].eq("both")
    for name in _SAID:
        same &= _equal(both[name], both[f"{name}_before"])
    withdrawn = both["_merge"].eq("right_only")
    day = both["as_at"].where(~withdrawn, pd.Series(load.as_at, index=both.index, dtype=object))
    newest_day, newest_load = _newest(connection, model.__tablename__, both, before)
    late = ~same & _is_before(day, newest_day) & _is_published(load)
    ended = both[~same & ~late & both["claim_id"].notna()]
    added = both[~same & ~late & ~withdrawn]
    overtaken = both.assign(ended_by=newest_load)[late & ~withdrawn]
    overtaken = overtaken[~_are_told(overtaken, known)]
    end_claims(connection, ended["claim_id"].astype("int64").tolist(), load_id=load.load_id)
    add_claims(connection, model.__tablename__, added[_KEPT], load_id=load.load_id)
    columns = [*_KEPT, "ended_by"]
    add_claims(connection, model.__tablename__, overtaken[columns], load_id=load.load_id)
    note_rows(connection, model.__tablename__, rows["source_row"].tolist(), load_id=load.load_id)
    touched = {*added["source_row"], *ended["source_row"], *overtaken["source_row"]}
    return rows["source_row"].isin(touched)


def _newest(
    connection: sa.Connection, table_name: str, claims: pd.DataFrame, before: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Return the latest day, and its load, on which a source spoke of each claim's group.

    A group is won as a whole: an older file must not fill what a newer one leaves blank in it. Nor
    must it fill a field of which the newer one speaks, and says nothing of this row.
    """
    groups = {field: group_of(table_name, field) for field in {*claims["field"], *before["field"]}}
    dated = before[before["as_at"].notna()]
    dated = dated.assign(group=dated["field"].map(groups)).sort_values("as_at", kind="stable")
    names = ["as_at", "load_id"]
    by_group = dated.drop_duplicates(["source_row", "group"], keep="last")
    by_row = dated.drop_duplicates("source_row", keep="last").set_index("source_row")[names]
    asked = pd.MultiIndex.from_arrays([claims["source_row"], claims["field"].map(groups)])
    found = by_group.set_index(["source_row", "group"])[names].reindex(asked)
    row = by_row.reindex(claims["source_row"])
    spoken = {
        load: read_load(connection, load).spoken_of(table_name) for load in set(by_row.load_id)
    }
    pairs = zip(claims["field"], row["load_id"].tolist(), strict=True)
    told = [not pd.isna(load) and field in spoken[int(load)] for field, load in pairs]
    blank = found["as_at"].isna().to_numpy() & np.array(told, dtype=bool)
    day = np.where(blank, row["as_at"].to_numpy(object), found["as_at"].to_numpy(object))
    load = np.where(blank, row["load_id"].to_numpy(float), found["load_id"].to_numpy(float))
    index = claims.index
    return pd.Series(day, index=index, dtype=object), pd.Series(load, index=index).astype("Int64")


def _is_published(load: LoadRecord) -> bool:
    """Whether a load is of a source that publishes one edition after the other."""
    return load.strength is not None and load.strength < Strength.OWN


def _is_before(one: pd.Series, other: pd.Series) -> pd.Series:
    """Say where both days are known and the first is the earlier."""
    known = (one.notna() & other.notna()).tolist()
    pairs = zip(one, other, known, strict=True)
    return pd.Series([there and a < b for a, b, there in pairs], index=one.index, dtype=bool)


def _are_told(claims: pd.DataFrame, known: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which claims the source has made before, whether they stand or not."""
    told = [*KEY, *_SAID]
    there = pd.MultiIndex.from_frame(known[told].astype(object).fillna(""))
    return pd.MultiIndex.from_frame(claims[told].astype(object).fillna("")).isin(there)


def resolve(
    connection: sa.Connection,
    model: type[RegisterBase],
    ids: Sequence[str],
    fields: Sequence[str],
    *,
    locate: Locate | None = None,
) -> pd.DataFrame:
    """Work out register rows from the claims that stand.

    Parameters
    ----------
    ids
        Ids of the rows, each once.
    fields
        The fields to work out, with those that are won together with them; every other field
        stays as it is stored. One without a standing claim becomes blank.
    locate
        Places the rows whose location has changed; needed for a table whose rows stand at a place.

    Returns
    -------
    Whole rows as :func:`app.db.register.read_table` gives them, indexed by row id, in the order
    of ``ids``.
    """
    table = table_of(model)
    rows = stored_or_blank(connection, model, ids)
    names = [f for f in fields_won_with(table.name, list(fields)) if f not in model.KEY]
    claims = read_claims(connection, table.name, row_ids=ids)
    won = pick_winners(table.name, claims[claims["field"].isin(names)])
    texts = won.set_index(["row_id", "field"])["value"].unstack()  # noqa: PD010 - no duplicates
    texts = texts.reindex(index=rows.index, columns=names)
    before = rows.copy()
    for name in names:
        rows[name] = from_texts(table.c[name], texts[name])
    # A source may refer to a row by an id of its own, which the register has under another.
    rows = read_identities(connection).translate(model, rows)
    if not issubclass(model, Located):
        return rows
    moved = ~_same_place(rows, before) | before["precision_class"].isna()
    return _placed(rows, moved, locate)


def contested(
    connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame, load: LoadRecord
) -> pd.Series:
    """Return, on the index of ``rows``, of which another source, or another row, speaks too.

    So does a newer file of the same source that was loaded before.
    """
    query = (
        sa.select(Claim.row_id, Claim.source_row, Load.speaker, sa.func.max(Claim.as_at))
        .join(Load, Load.load_id == Claim.load_id)
        .where(Claim.table_name == model.__tablename__, Claim.ended_by.is_(None))
        .group_by(Claim.row_id, Claim.source_row, Load.speaker)
    )
    found = connection.execute(query).fetchall()
    own = set(zip(rows["row_id"], rows["source_row"], strict=True))
    others = {
        row_id
        for row_id, source_row, speaker, _ in found
        if speaker != load.speaker or (row_id, source_row) not in own
    }
    newest = {row_id: day for row_id, _, speaker, day in found if speaker == load.speaker}
    days = pd.Series(_days(_days_of(rows), load.as_at), index=rows.index, dtype=object)
    late = _is_before(days, rows["row_id"].map(newest).astype(object)) & _is_published(load)
    return rows["row_id"].isin(others) | rows["row_id"].duplicated(keep=False) | late


def stored_or_blank(
    connection: sa.Connection, model: type[RegisterBase], ids: Sequence[str]
) -> pd.DataFrame:
    """Return the stored rows of ``ids``, in their order; of others only the key is known."""
    stored = read_table(connection, model)
    keyed = stored.set_axis(row_ids(model, stored).array, axis=0)
    rows = keyed.reindex(pd.Index(ids, name="row_id"))
    new = ~rows.index.isin(keyed.index)
    if new.any():
        keys = [key.split(ID_SEPARATOR) for key in rows.index[new]]
        for at, name in enumerate(model.KEY):
            rows.loc[new, name] = [key[at] or None for key in keys]
    blank = to_frame(columns_of(table_of(model)), [])
    plain = {name: blank[name].dtype for name in blank.columns if name != GEOMETRY}
    return rows.astype(plain)


def _named_by(model: type[RegisterBase]) -> str:
    """Return the field of the key that is never blank: its claim says that the row is there."""
    columns = table_of(model).columns
    return next(name for name in model.KEY if not columns[name].nullable)


def _as_claims(
    model: type[RegisterBase], rows: pd.DataFrame, fields: Sequence[str], load: LoadRecord
) -> pd.DataFrame:
    """Return what rows say, a claim for each field that is filled."""
    days = _days_of(rows)
    sources = rows["source"] if "source" in rows else pd.Series(pd.NA, index=rows.index)
    shared: dict[str, Any] = {
        "row_id": (rows["row_id"] if "row_id" in rows else row_ids(model, rows)).array,
        "source_row": rows["source_row"].array,
        "source": sources.fillna(load.title or load.speaker or "").astype("str").array,
        "as_at": _days(days, load.as_at),
    }
    parts = [pd.DataFrame({**shared, "field": f, "value": to_texts(rows[f]).array}) for f in fields]
    empty = pd.DataFrame(columns=[*shared, "field", "value"], dtype="str").astype({"as_at": object})
    said = pd.concat([part[part["value"].notna()] for part in parts]) if parts else empty
    return said.reset_index(drop=True)


def _days_of(rows: pd.DataFrame) -> pd.Series:
    return rows["as_at"] if "as_at" in rows else pd.Series(None, index=rows.index, dtype=object)


def _days(days: pd.Series, otherwise: date | None) -> Any:  # noqa: ANN401 - days as objects
    found = np.empty(len(days), dtype=object)
    found[:] = [otherwise if day is None or pd.isna(day) else day for day in days.tolist()]
    return found


def _equal(new: pd.Series, old: pd.Series) -> pd.Series:
    blank = new.isna() & old.isna()
    return blank | (new.notna() & old.notna() & (new.astype(object) == old.astype(object)))


def _same_place(rows: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    same = pd.Series(data=True, index=rows.index)
    for name in LOCATION:
        if name in rows:
            same &= _equal(rows[name], before[name])
    return same


def _placed(rows: pd.DataFrame, moved: pd.Series, locate: Locate | None) -> pd.DataFrame:
    """Return ``rows`` with a new point where they ``moved``."""
    if not moved.any():
        return rows
    if locate is None:
        raise ValueError("Rows have moved, and nothing was given that could place them.")
    found = locate(rows[moved])
    rows = rows.copy()
    for name in _PLACED:
        rows.loc[moved, name] = found[name].reindex(rows.index[moved]).array
    return rows
