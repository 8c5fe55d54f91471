"""Undoing a load: its claims go, those that it ended stand again, and the rows follow."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.base import Located, RegisterBase
from app.db.claims import (
    KEY,
    hand_over,
    read_claims,
    remove_claims,
    set_ended_by,
    speakers_after,
    tables_of_load,
)
from app.db.engine import writing
from app.db.errors import RowsRefusedError
from app.db.evidence import UNCLAIMED, resolve
from app.db.frames import to_texts
from app.db.history import ended_at, next_moment, read_as_of, read_begun
from app.db.loads import CANDIDATES, LoadRecord, finish_load, list_loads, read_load
from app.db.matches import forget_unused
from app.db.register import fids_of, read_table, remove_rows, row_ids, write_rows
from etl.errors import UndoError
from etl.prepare import Tools
from etl.remembered import framed, location_of, remembering
from etl.tables import TABLES, model_of

REVIEWED = "review"
"""The speaker of the loads that stand for decisions of a review; see :mod:`etl.review`."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a load did to one table: rows that were removed and rows that were changed."""

    table: str
    removed: int
    changed: int


def undo_load(
    engine: sa.Engine, load_id: int, tools: Tools, *, now: datetime | None = None
) -> list[Undone]:
    """Undo one load, in one transaction; later loads stay as they are.

    The rows are worked out anew from all other claims that stand, as if the file had never been
    loaded. The register's history keeps what was.

    Raises
    ------
    NotFoundError
        If there is no such load.
    UndoError
        If it was undone already, is of an earlier release that kept no claims or a review, or a
        row of it is one to which rows of other loads refer. Nothing is changed then.
    """
    with writing(engine) as connection:
        record = read_load(connection, load_id)
        if record.undone_at is not None:
            raise UndoError(f"The load {load_id} was undone already.")
        if record.speaker == REVIEWED:
            raise UndoError(
                f"The load {load_id} is decisions of a review: take them back by `skillshed review "
                "undo`, with the ids that `skillshed review list --all` gives."
            )
        if record.speaker == CANDIDATES:
            raise UndoError(
                f"The load {load_id} is what was decided of candidate sites: take it back by "
                "`skillshed candidates reopen`."
            )
        if record.speaker is None:
            raise UndoError(
                f"The load {load_id} is of an earlier release, which kept no claims: load a "
                "corrected file instead."
            )
        moment = next_moment(connection, now or datetime.now(UTC))
        named = set(tables_of_load(connection, load_id))
        # Those that refer to others first, so that what they refer to can go.
        claimed = [model for table, model in TABLES.items() if table in named][::-1]
        ids = {model: _withdraw(connection, model, load_id) for model in claimed}
        remove_claims(connection, load_id=load_id)
        done = [_rework(connection, model, ids[model], tools, record, moment) for model in claimed]
        unclaimed = [model_of(name) for name in record.table_name.split(", ") if name in TABLES]
        done += [
            _put_back(connection, model, record, moment)
            for model in unclaimed
            if model in UNCLAIMED
        ]
        finish_load(connection, load_id, undone_at=moment)
        forget_unused(connection)
    return done


def _withdraw(
    connection: sa.Connection, model: type[RegisterBase], load_id: int
) -> dict[str, list[str]]:
    """Let what the load ended stand again, and return the fields that it touched, by row id."""
    instead = _hand_over(connection, model, load_id)
    claims = read_claims(connection, model.__tablename__, ended="all")
    made = claims[claims["load_id"] == load_id]
    ended = claims[claims["ended_by"] == load_id]
    # A later load may have repeated or ended what this one said instead: then it ends what was
    # said before.
    instead |= made.set_index(KEY)["ended_by"].dropna().to_dict()
    keys = ended[KEY].itertuples(index=False, name=None)
    then = {claim: instead.get(key) for claim, key in zip(ended["claim_id"], keys, strict=True)}
    set_ended_by(connection, then)
    touched = pd.concat([made, ended])
    return {str(row): sorted(set(part)) for row, part in touched.groupby("row_id")["field"]}


def _hand_over(
    connection: sa.Connection, model: type[RegisterBase], load_id: int
) -> dict[Hashable, int]:
    """Leave what a later load of the same source has repeated to the first such load.

    Returns
    -------
    That load, by what tells the claims of a source apart.
    """
    table = model.__tablename__
    later = speakers_after(connection, table, load_id)
    claims = read_claims(connection, table, ended="all")
    made = claims[claims["load_id"] == load_id]
    both = made.merge(later, on="source_row")
    # A later load with a claim of its own, or of an earlier day, repeats nothing.
    own = set(claims[["load_id", *KEY]].itertuples(index=False, name=None))
    asked = both[["later", *KEY]].itertuples(index=False, name=None)
    days = zip(both["as_at"], both["later_as_at"], strict=True)
    older = [pd.notna(day) and pd.notna(later) and later < day for day, later in days]
    fresh = [one not in own for one in asked]
    both = both[np.array(fresh, dtype=bool) & ~np.array(older, dtype=bool)]
    names = {text: set(orjson.loads(text)[table]) for text in both["spoken"].unique()}
    # The field of the key, which says that the row is there, is in every file.
    pairs = zip(both["field"], both["spoken"], strict=True)
    spoken = np.array([f in names[text] or f in model.KEY for f, text in pairs], dtype=bool)
    in_time = (both["ended_by"].isna() | (both["later"] < both["ended_by"])).to_numpy(dtype=bool)
    first = both[spoken & in_time].drop_duplicates("claim_id")
    hand_over(connection, dict(zip(first["claim_id"], first["later"], strict=True)))
    keys = first[KEY].itertuples(index=False, name=None)
    return dict(zip(keys, first["later"], strict=True))


def _rework(
    connection: sa.Connection,
    model: type[RegisterBase],
    touched: dict[str, list[str]],
    tools: Tools,
    record: LoadRecord,
    moment: datetime,
) -> Undone:
    """Work the rows out anew; one of which no source speaks any longer is removed."""
    spoken_of = set(read_claims(connection, model.__tablename__, row_ids=touched)["row_id"])
    kept = [row for row in touched if row in spoken_of]
    gone = [row for row in touched if row not in spoken_of]
    fids = fids_of(connection, model, gone)
    try:
        removed = remove_rows(connection, model, list(fids.values()), moment=moment)
    except RowsRefusedError:
        raise UndoError(
            f"Rows of {model.__tablename__} that only this load knows are referred to by rows of "
            "other loads: undo those first."
        ) from None
    changed = 0
    if kept:
        fields = sorted({field for row in kept for field in touched[row]})
        locate = remembering(tools, _places(connection, model, kept, record.loaded_at))
        rows = resolve(connection, model, kept, fields, locate=locate)
        changes = write_rows(connection, model, framed(rows), moment=moment)
        changed = changes.updated + changes.inserted
    return Undone(model.__tablename__, removed, changed)


def _places(
    connection: sa.Connection, model: type[RegisterBase], ids: Sequence[str], loaded_at: datetime
) -> pd.DataFrame:
    """Return the places that rows have, and had before the load."""
    if not issubclass(model, Located):
        return pd.DataFrame()
    now, then = (
        read_table(connection, model),
        read_as_of(connection, model, _just_before(loaded_at)),
    )
    places = pd.concat([_keyed(model, then), _keyed(model, now)])
    places = places[places.index.isin(list(ids)) & places["precision_class"].notna()]
    return places.assign(at=location_of(places))


def _put_back(
    connection: sa.Connection, model: type[RegisterBase], record: LoadRecord, moment: datetime
) -> Undone:
    """Put rows back as they stood before the load, but for what was changed by no load since."""
    _require_last(connection, model, record)
    written = read_begun(connection, model, record.loaded_at)
    now = read_table(connection, model)
    before = read_as_of(connection, model, _just_before(record.loaded_at))
    written, now, before = (_keyed(model, rows) for rows in (written, now, before))
    standing = [row for row in written.index if row in now.index]
    same = _cells(written.loc[standing]).eq(_cells(now.loc[standing])).all(axis=1)
    own = same.index[same]
    fids = fids_of(connection, model, [row for row in own if row not in before.index])
    removed = remove_rows(connection, model, list(fids.values()), moment=moment)
    old = before.loc[[row for row in own if row in before.index]]
    changes = write_rows(connection, model, framed(old), moment=moment)
    return Undone(model.__tablename__, removed, changes.updated)


def _require_last(connection: sa.Connection, model: type[RegisterBase], record: LoadRecord) -> None:
    """Refuse to undo a load of a table of which no claims are kept before what came after it."""
    table = model.__tablename__
    later = [
        load
        for load in list_loads(connection)
        if load.load_id > record.load_id and load.undone_at is None
    ]
    repeated = [load for load in later if table in load.table_name.split(", ")]
    if repeated:
        raise UndoError(
            f"The load {repeated[-1].load_id} has written {table} since, of which no claims are "
            f"kept: undo it before the load {record.load_id}."
        )
    reviews = {load.loaded_at for load in later if load.speaker == REVIEWED}
    if reviews & ended_at(connection, model, record.loaded_at):
        raise UndoError(
            f"Rows of {table} of the load {record.load_id} follow a match of their ids: take that "
            "back first by `skillshed review undo`."
        )


def _keyed(model: type[RegisterBase], rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(rows.set_axis(row_ids(model, rows).array, axis=0))


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as text, which says whether they are the same; blanks are alike."""
    texts = {str(name): to_texts(rows[name]).fillna("") for name in rows.columns}
    return pd.DataFrame(texts, index=rows.index)


def _just_before(moment: datetime) -> datetime:
    return moment - datetime.resolution
