"""Writes one table's rows of a file: as claims, from which the register's rows follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from app.db.evidence import (
    LOCATION,
    contested,
    is_claimed,
    keep_claims,
    resolve,
    stored_or_blank,
)
from app.db.frames import GEOMETRY, to_values
from app.db.loads import LoadRecord
from app.db.matches import read_identities
from app.db.models import CandidateSite
from app.db.models.candidates import DECIDED
from app.db.precedence import fields_won_with
from app.db.register import (
    INSERTED,
    UNCHANGED,
    UPDATED,
    row_ids,
    write_rows,
)
from etl.clean.completeness import completeness
from etl.prepare import Prepared, Tools
from etl.remembered import PLACED, location_of
from etl.report import no_changes
from etl.resolution import match_new

_WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of the rows that were written.

    Attributes
    ----------
    inserted, updated, evidence, unchanged
        Rows, as :class:`etl.report.TableReport` tells them.
    kept, fresh
        Lines of all rows, and of those that said anything new.
    changes
        The fields that changed: ``row_id``, ``field``, ``old``, ``new``.
    precision
        Rows by precision class, where they stand at a place.
    filled
        Share of rows in which each field is filled, 0 to 1.
    partial
        Rows that lack a field which another row fills.
    notes
        What is to be said of them: which of them other sources have under another id.
    """

    inserted: int = 0
    updated: int = 0
    evidence: int = 0
    unchanged: int = 0
    kept: tuple[int, ...] = ()
    fresh: tuple[int, ...] = ()
    changes: pd.DataFrame = field(default_factory=no_changes)
    precision: Mapping[str, int] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)
    partial: int = 0
    notes: tuple[str, ...] = ()


def write_part(
    connection: sa.Connection,
    prepared: Prepared,
    rows: pd.DataFrame,
    record: LoadRecord,
    tools: Tools,
) -> Outcome:
    """Write the rows of one part within the caller's transaction.

    Parameters
    ----------
    rows
        Those of ``prepared.rows`` that are to be written, on their index, the lines.
    record
        The load that they belong to; they stand from its moment on.
    """
    model = prepared.model
    if rows.empty:
        return Outcome()
    notes = match_new(connection, model, rows, record)
    meant = read_identities(connection).translate(model, rows)
    named = {"row_id": row_ids(model, meant), "source_row": row_ids(model, rows)}
    said_anew = pd.Series(data=False, index=rows.index)
    whole: pd.DataFrame = meant
    if is_claimed(model):
        keyed = pd.DataFrame(rows).assign(**named)
        said_anew = keep_claims(connection, model, keyed, prepared.spoken, record)
        keyed = pd.DataFrame(meant).assign(**named)
        whole = _whole_rows(connection, prepared, keyed, record, tools)
    elif model is CandidateSite:
        whole = _with_decisions(connection, prepared, rows)
    once = _once(pd.DataFrame(named))
    changes = write_rows(
        connection, model, whole[once].reset_index(drop=True), moment=record.loaded_at
    )
    words = pd.Series(changes.outcome, index=rows.index[once], dtype="str")
    words = words.reindex(rows.index).fillna(UNCHANGED)
    return replace(_outcome(prepared, rows, words, said_anew), changes=changes.cells, notes=notes)


def _once(named: pd.DataFrame) -> pd.Series:
    """Say of each line whether it stands for its row; of several, the one of the row's own id."""
    own = named["row_id"] != named["source_row"]
    order = named.assign(other=own).sort_values(["other", "source_row"], kind="stable")
    return ~order["row_id"].duplicated().reindex(named.index)


def _whole_rows(
    connection: sa.Connection,
    prepared: Prepared,
    rows: pd.DataFrame,
    record: LoadRecord,
    tools: Tools,
) -> pd.DataFrame:
    """Return the register's rows as they should now be, on the index of ``rows``.

    Where only this source speaks of a row, what it says counts, and nothing has to be worked out.
    """
    model, spoken = prepared.model, list(prepared.spoken)
    fields = fields_won_with(model.__tablename__, spoken)
    plain = pd.DataFrame(rows.drop(columns=["row_id", "source_row"]))
    stored = stored_or_blank(connection, model, rows["row_id"].tolist())
    stored = stored.set_axis(rows.index, axis=0)
    groups_whole = set(fields) <= set(spoken) | set(model.KEY)
    # A row that is not stored yet has nothing but its key.
    new = stored.drop(columns=list(model.KEY)).isna().all(axis=1)
    alone = ~contested(connection, model, rows, record) & (new | groups_whole)
    said = [*spoken, *(PLACED if set(LOCATION) & set(spoken) else ())]
    whole = _laid_over(stored, plain, {name: alone for name in said if name in stored})
    whole = _laid_over(whole, plain, dict.fromkeys(stored.columns, new & alone))
    if not alone.all():
        ids = rows.loc[~alone, "row_id"]
        once = ids.unique().tolist()
        worked_out = resolve(connection, model, once, spoken, locate=tools.locate).loc[ids]
        worked_out = worked_out.set_axis(rows.index[~alone], axis=0).reindex(rows.index)
        whole = _laid_over(whole, worked_out, dict.fromkeys(stored.columns, ~alone))
    if set(LOCATION) & set(spoken):
        # What this file's location gives counts, where that location is the one that won.
        placed = ~alone & (location_of(whole) == location_of(plain))
        whole = _laid_over(whole, plain, dict.fromkeys(PLACED, placed))
    return gpd.GeoDataFrame(whole, geometry=GEOMETRY, crs=_WGS84) if GEOMETRY in whole else whole


def _with_decisions(
    connection: sa.Connection, prepared: Prepared, rows: pd.DataFrame
) -> pd.DataFrame:
    """Return candidate sites with what was decided of those that are stored already."""
    model, ids = prepared.model, row_ids(prepared.model, rows)
    stored = stored_or_blank(connection, model, ids.tolist())
    kept = [name for name in DECIDED if name not in prepared.spoken]
    return rows.assign(**{name: stored[name].array for name in kept})


def _laid_over(
    below: pd.DataFrame, above: pd.DataFrame, where: Mapping[str, pd.Series]
) -> pd.DataFrame:
    """Return ``below`` with the values of ``above`` ``where`` a column's mask says so.

    Values are plain objects: pandas does not put missing values of one dtype into another.
    """
    made = {str(name): pd.Series(to_values(below[name]), dtype=object) for name in below.columns}
    for name, mask in where.items():
        values = pd.Series(to_values(above[name]), dtype=object)
        made[name] = made[name].where(~mask.to_numpy(), values)
    return pd.DataFrame(made).set_axis(below.index, axis=0)


def _outcome(
    prepared: Prepared, rows: pd.DataFrame, word: pd.Series, said_anew: pd.Series
) -> Outcome:
    same = word == UNCHANGED
    told = completeness(rows[[name for name in prepared.spoken if name in rows]], prepared.model)
    classes = rows["precision_class"] if "precision_class" in rows else pd.Series(dtype="str")
    return Outcome(
        inserted=int((word == INSERTED).sum()),
        updated=int((word == UPDATED).sum()),
        evidence=int((same & said_anew).sum()),
        unchanged=int((same & ~said_anew).sum()),
        kept=_lines(rows.index),
        fresh=_lines(rows.index[~same | said_anew]),
        precision={str(name): int(count) for name, count in classes.value_counts().items()},
        filled={str(name): float(share) for name, share in told.shares.items()},
        partial=int(told.partial.sum()),
    )


def _lines(index: Sequence[int] | pd.Index) -> tuple[int, ...]:
    return tuple(map(int, index))
