"""Lets claims and rows follow the matches: what is said of one row becomes said of another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from app.db.base import Located, RegisterBase
from app.db.claims import move_claims, read_claims, source_rows
from app.db.errors import RowsRefusedError
from app.db.evidence import is_claimed, resolve, stored_or_blank
from app.db.history import read_as_of, read_ended
from app.db.matches import Identities, columns_with_ids, referring
from app.db.models import TravelTime
from app.db.register import (
    fids_of,
    read_since,
    read_table,
    remove_rows,
    row_ids,
    write_rows,
)
from etl.errors import ReviewError
from etl.prepare import Tools
from etl.remembered import framed, location_of, remembering

Touched = dict[str, set[str]]
"""The fields of which something else is said than before, by row."""


@dataclass(slots=True)
class Reworked:
    """How many rows of one table came, changed and went."""

    table: str
    added: int = 0
    changed: int = 0
    removed: int = 0

    def line(self) -> str:
        """Return it as a line for a terminal."""
        return (
            f"{self.table}: {self.added} rows added, {self.changed} changed, "
            f"{self.removed} removed."
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps share."""

    connection: sa.Connection
    before: Identities
    after: Identities
    tools: Tools
    moment: datetime
    parted_at: tuple[datetime, ...]
    done: dict[str, Reworked] = field(default_factory=dict)

    def note(self, model: type[RegisterBase], **counts: int) -> None:
        told = self.done.setdefault(model.__tablename__, Reworked(model.__tablename__))
        for name, count in counts.items():
            setattr(told, name, getattr(told, name) + count)


def follow(
    connection: sa.Connection,
    before: Identities,
    after: Identities,
    tools: Tools,
    *,
    moment: datetime,
    parted_at: Collection[datetime | None] = (),
) -> tuple[Reworked, ...]:
    """Let claims and rows follow from ``before`` to ``after``, within the caller's transaction.

    Rows of which nothing is said any longer are removed; what referred to them refers to the rows
    that they are now.

    Parameters
    ----------
    before, after
        Which row each id meant, and means.
    tools
        What placing rows needs.
    moment
        Since when the changed rows stand.
    parted_at
        When matches that are taken back were accepted: rows come back to where they stood then.

    Raises
    ------
    ReviewError
        If a row has to go to which a row refers that no source speaks of.
    """
    changed = _changed_ids(before, after)
    work = _Work(connection, before, after, tools, moment, tuple(at for at in parted_at if at))
    models = [model for model in referring(changed) if is_claimed(model)]
    touched = {model: _move(work, model, changed) for model in models}
    places = {model: _places(work, model, touched[model]) for model in models}
    gone = {model: _work_out(work, model, touched[model], places[model]) for model in models}
    _follow_times(work, changed)
    for model in reversed(models):
        _remove(work, model, gone[model])
    done = (work.done[name] for name in sorted(work.done))
    return tuple(part for part in done if part.added or part.changed or part.removed)


def _changed_ids(before: Identities, after: Identities) -> dict[str, set[str]]:
    """Return the ids that mean another row than before, by table."""
    tables = sorted({*before.accepted, *after.accepted})
    found = {
        table: {
            row
            for row in {*before.of(table), *after.of(table)}
            if before.meant(table, row) != after.meant(table, row)
        }
        for table in tables
    }
    return {table: rows for table, rows in found.items() if rows}


def _move(work: _Work, model: type[RegisterBase], changed: Mapping[str, set[str]]) -> Touched:
    """Move the claims to the rows that are meant now, and return what that touches."""
    table = model.__tablename__
    told = source_rows(work.connection, table)
    told["then"] = [work.after.row_id(model, row) for row in told["source_row"]]
    was = [work.before.row_id(model, row) for row in told["source_row"]]
    moved = told[(told["then"] != told["row_id"]) & (told["then"] != pd.Series(was))]
    rows = {*moved["row_id"], *moved["then"]}
    claims = read_claims(work.connection, table, row_ids=rows)
    both = claims.merge(moved, on=["row_id", "source_row"])
    touched: Touched = {}
    for side in ("row_id", "then"):
        for row, fields in both.groupby(side)["field"]:
            touched.setdefault(str(row), set()).update(fields)
    move_claims(work.connection, table, moved)
    for name, aim in columns_with_ids(model).items():
        if name not in model.KEY and aim in changed:
            said = read_claims(work.connection, table)
            here = (said["field"] == name) & said["value"].isin(list(changed[aim]))
            for row in said.loc[here, "row_id"].unique():
                touched.setdefault(str(row), set()).add(name)
    return touched


def _work_out(
    work: _Work, model: type[RegisterBase], touched: Touched, places: pd.DataFrame
) -> list[str]:
    """Work the rows out anew of which something is said, and return the others."""
    standing = read_claims(work.connection, model.__tablename__, row_ids=touched)
    kept = sorted(set(standing["row_id"]))
    by_fields: dict[tuple[str, ...], list[str]] = {}
    for row in kept:
        by_fields.setdefault(tuple(sorted(touched[row])), []).append(row)
    for fields, ids in by_fields.items():
        locate = remembering(work.tools, places)
        rows = resolve(work.connection, model, ids, fields, locate=locate)
        changes = write_rows(work.connection, model, framed(rows), moment=work.moment)
        work.note(model, added=changes.inserted, changed=changes.updated)
    return sorted(set(touched) - set(kept))


def _remove(work: _Work, model: type[RegisterBase], gone: Collection[str]) -> None:
    fids = list(fids_of(work.connection, model, gone).values())
    try:
        removed = remove_rows(work.connection, model, fids, moment=work.moment)
    except RowsRefusedError:
        raise ReviewError(
            f"A row of {model.__tablename__} that would become another is referred to by rows that "
            "an earlier release loaded, which kept no claims: load their files again first."
        ) from None
    work.note(model, removed=removed)


def _places(work: _Work, model: type[RegisterBase], touched: Touched) -> pd.DataFrame:
    """Return the rows with their places as they stand, and stood before they became one.

    A place depends on more than the row's claims, such as whether its source's coordinates are
    to be used; so a row that comes back, or takes another's location, takes the place as it was.
    """
    if not issubclass(model, Located):
        return pd.DataFrame()
    now = stored_or_blank(work.connection, model, sorted(touched))
    seen = [pd.DataFrame(now[now["precision_class"].notna()])]
    for at in sorted(set(work.parted_at)):
        then = read_as_of(work.connection, model, at - datetime.resolution)
        then = pd.DataFrame(then.set_axis(row_ids(model, then).array, axis=0))
        seen.append(then[then.index.isin(list(touched))])
    places = pd.concat([part for part in seen if len(part)] or seen[:1])
    return places.assign(at=location_of(places))


def _follow_times(work: _Work, changed: Mapping[str, set[str]]) -> None:
    """Let travel times follow, of which no claims are kept: they move, and come back as they were.

    Where the row that is meant has a time of its own, the other's goes, and is in the history.
    """
    if TravelTime not in referring(changed):
        return
    _bring_back(work)
    stored = pd.DataFrame(read_table(work.connection, TravelTime))
    meant = work.after.translate(TravelTime, stored)
    ids, new_ids = row_ids(TravelTime, stored), row_ids(TravelTime, meant)
    old = ids != new_ids
    moved = meant[old & ~new_ids.isin(ids[~old])]
    moved = moved[~row_ids(TravelTime, moved).duplicated()]
    fids = list(fids_of(work.connection, TravelTime, ids[old].tolist()).values())
    removed = remove_rows(work.connection, TravelTime, fids, moment=work.moment)
    changes = write_rows(
        work.connection, TravelTime, moved.reset_index(drop=True), moment=work.moment
    )
    if removed or changes.inserted:
        work.note(TravelTime, removed=removed, added=changes.inserted)


def _bring_back(work: _Work) -> None:
    """Put back the times that went when rows became one that are now parted."""
    for at in sorted(set(work.parted_at)):
        ended = pd.DataFrame(read_ended(work.connection, TravelTime, at))
        back = work.after.translate(TravelTime, ended)
        own = row_ids(TravelTime, back) == row_ids(TravelTime, ended)
        before = work.before.translate(TravelTime, ended)
        parted = own & (row_ids(TravelTime, before) != row_ids(TravelTime, ended))
        written = read_since(work.connection, TravelTime, at)
        moved = set(row_ids(TravelTime, written)) & set(row_ids(TravelTime, before[parted]))
        fids = list(fids_of(work.connection, TravelTime, moved).values())
        removed = remove_rows(work.connection, TravelTime, fids, moment=work.moment)
        rows = ended[parted].reset_index(drop=True)
        changes = write_rows(work.connection, TravelTime, rows, moment=work.moment)
        if removed or changes.inserted:
            work.note(TravelTime, removed=removed, added=changes.inserted)
