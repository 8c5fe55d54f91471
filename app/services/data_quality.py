"""The quality of what was loaded: by source and table, of the register, and between sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.base import Located, RegisterBase
from app.db.claim_counts import count_claims, count_rows_by_fields
from app.db.evidence import LOCATION, is_claimed
from app.db.fields import fields_of
from app.db.loads import LoadRecord, list_loads
from app.db.models import REGISTER_MODELS, UNCOUNTED_MODELS, Claim
from app.db.register import table_of
from app.services.disagreements import Disagreements, find_disagreements
from app.services.loads import LoadCounts, TableCounts, counts_of
from app.services.notices import ILLUSTRATIVE_PREFIX

EARLIER_RELEASE = "an earlier release"
"""In place of a source: loads that were made before sources were kept."""


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """What one source says of one register table.

    Attributes
    ----------
    source, title, licence, strength
        As whose word it was loaded, under which licence, and the weight of its word; licence and
        strength are None where they are not known.
    table
        The register table.
    loads
        How often it was loaded; what was undone does not count.
    load_id, file
        The last load, and its file.
    rows, rejected, rejected_by_rule, precision
        Of that load: rows for the table, those refused, and if the source speaks of places rows
        by precision class. None, and empty, for a load of an earlier release.
    standing
        Rows of the register of which the source speaks now; None for a table of which no claims
        are kept.
    partial
        Of ``standing`` those in which a field is blank of which the source speaks.
    as_at, as_at_oldest
        Newest and oldest day for which what it says holds; None is unknown.
    retrieved_on
        Day on which the file was fetched.
    age_days
        Days from ``as_at``, or else from ``retrieved_on``, to the day of the report.
    filled
        Share of ``standing`` in which each field is filled of which the source speaks, 0 to 1;
        without claims, of the rows of the last load.
    """

    source: str
    title: str
    licence: str | None
    strength: int | None
    table: str
    loads: int
    load_id: int
    file: str
    rows: int | None
    rejected: int | None
    rejected_by_rule: Mapping[str, int]
    precision: Mapping[str, int]
    standing: int | None
    partial: int | None
    as_at: date | None
    as_at_oldest: date | None
    retrieved_on: date | None
    age_days: int | None
    filled: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FileQuality:
    """What became of the rows of the last file of a source.

    ``read`` is the sum of the counts in ``counts``; see :class:`app.services.loads.LoadCounts`.
    """

    load_id: int
    source: str
    title: str
    file: str
    read: int
    counts: LoadCounts


@dataclass(frozen=True, slots=True)
class TableQuality:
    """A register table as it stands.

    Attributes
    ----------
    table
        Its name.
    rows
        How many rows it has.
    filled
        Share of them in which each field is filled, 0 to 1.
    precision
        Rows by precision class, ``unknown`` where they have none; empty for a table whose rows
        stand at no place.
    """

    table: str
    rows: int
    filled: Mapping[str, float]
    precision: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DataQuality:
    """The quality of what was loaded.

    Attributes
    ----------
    day
        The day to which ages are counted; None if there is none.
    illustrative
        Whether any row says that it was invented.
    sources
        By source and table, sorted.
    files
        The last files of the sources, by load.
    tables
        The register tables that have rows, in the order in which they are loaded.
    disagreements
        Where sources say different things.
    """

    day: date | None
    illustrative: bool
    sources: tuple[SourceQuality, ...]
    files: tuple[FileQuality, ...]
    tables: tuple[TableQuality, ...]
    disagreements: Disagreements


def newest_load_day(connection: sa.Connection) -> date | None:
    """Return the day of the newest load that was not undone; None if there is none."""
    days = [load.loaded_at.date() for load in list_loads(connection) if load.undone_at is None]
    return max(days, default=None)


def data_quality(connection: sa.Connection, *, day: date | None) -> DataQuality:
    """Work out the quality of what was loaded and not undone.

    Parameters
    ----------
    day
        The day to which ages are counted; None if none is known.
    """
    loads = [load for load in list_loads(connection) if load.undone_at is None]
    of_table: dict[tuple[str, str], list[LoadRecord]] = {}
    for load in loads:
        for table in load.table_name.split(", "):
            of_table.setdefault((load.speaker or EARLIER_RELEASE, table), []).append(load)
    claims, spoken_of = count_claims(connection), count_rows_by_fields(connection)
    last = {key: found[-1] for key, found in of_table.items()}
    files = {load.load_id: load for load in last.values()}
    sources = [
        _source(source, table, of_table[source, table], claims, spoken_of, day)
        for source, table in sorted(of_table)
    ]
    return DataQuality(
        day=day,
        illustrative=_is_illustrative(connection),
        # Of a table that its format fills, and of which no file of it ever spoke, nothing is told.
        sources=tuple(one for one in sources if one.rows != 0 or one.standing != 0),
        files=tuple(_file(files[load_id]) for load_id in sorted(files)),
        tables=tuple(one for one in map(_counter(connection), _MODELS.values()) if one.rows),
        disagreements=find_disagreements(connection),
    )


def _is_illustrative(connection: sa.Connection) -> bool:
    invented = sa.select(Claim.claim_id).where(Claim.source.startswith(ILLUSTRATIVE_PREFIX))
    standing = invented.where(Claim.ended_by.is_(None)).limit(1)
    return connection.execute(standing).first() is not None


def _source(
    source: str,
    table: str,
    loads: Sequence[LoadRecord],
    claims: pd.DataFrame,
    spoken_of: pd.DataFrame,
    day: date | None,
) -> SourceQuality:
    last = loads[-1]
    told = next((one for one in counts_of(last).tables if one.table == table), None)
    own = claims[(claims["speaker"] == source) & (claims["table"] == table)]
    rows = spoken_of[(spoken_of["speaker"] == source) & (spoken_of["table"] == table)]
    fields = _fields(table, loads)
    claimed = _is_claimed(source, table)
    standing = int(rows["rows"].sum()) if claimed else None
    as_at = max([*own["newest"].dropna()], default=last.as_at)
    known_on = as_at or last.retrieved_on
    places = not claimed or set(LOCATION) & set(fields)
    return SourceQuality(
        source=source,
        title=last.title or last.file_name,
        licence=last.licence,
        strength=last.strength,
        table=table,
        loads=len(loads),
        load_id=last.load_id,
        file=last.file_name,
        rows=None if told is None else told.rows,
        rejected=None if told is None else told.rejected,
        rejected_by_rule={} if told is None else told.rejected_by_rule,
        precision=told.precision if told is not None and places else {},
        standing=standing,
        # Beside the fields one of the key is counted.
        partial=int(rows.loc[rows["fields"] <= len(fields), "rows"].sum()) if claimed else None,
        as_at=as_at,
        as_at_oldest=min([*own["oldest"].dropna()], default=last.as_at),
        retrieved_on=last.retrieved_on,
        age_days=None if day is None or known_on is None else (day - known_on).days,
        filled=_filled_by_claims(fields, own, standing)
        if standing is not None
        else _filled_by_load(table, told),
    )


def _is_claimed(source: str, table: str) -> bool:
    return source != EARLIER_RELEASE and table in _MODELS and is_claimed(_MODELS[table])


def _fields(table: str, loads: Sequence[LoadRecord]) -> list[str]:
    """Return the fields of which a source speaks, without the key, which is never blank."""
    if table not in _MODELS:
        return []
    spoken = {name for load in loads for name in _spoken(load).get(table, ())}
    model = _MODELS[table]
    return [n for n in fields_of(table_of(model)) if n in spoken and n not in model.KEY]


def _filled_by_claims(fields: Sequence[str], claims: pd.DataFrame, rows: int) -> dict[str, float]:
    filled = claims.set_index("field")["rows"].to_dict()
    return {name: int(filled.get(name, 0)) / rows for name in fields} if rows else {}


def _filled_by_load(table: str, told: TableCounts | None) -> dict[str, float]:
    if told is None or table not in _MODELS:
        return {}
    return {n: share for n, share in told.filled.items() if n not in _MODELS[table].KEY}


def _spoken(load: LoadRecord) -> dict[str, list[str]]:
    return {} if load.spoken is None else orjson.loads(load.spoken)


def _file(load: LoadRecord) -> FileQuality:
    return FileQuality(
        load_id=load.load_id,
        source=load.speaker or EARLIER_RELEASE,
        title=load.title or load.file_name,
        file=load.file_name,
        read=load.rows_read,
        counts=counts_of(load),
    )


def _counter(connection: sa.Connection) -> Any:  # noqa: ANN401 - a function of a model
    def count(model: type[RegisterBase]) -> TableQuality:
        table = table_of(model)
        names = [name for name in fields_of(table) if name not in model.KEY]
        query = sa.select(sa.func.count(), *(sa.func.count(table.c[name]) for name in names))
        rows, *filled = connection.execute(query.select_from(table)).one()
        return TableQuality(
            table=table.name,
            rows=int(rows),
            filled={n: int(c) / int(rows) for n, c in zip(names, filled, strict=True)}
            if rows
            else {},
            precision=_precision(connection, model),
        )

    return count


def _precision(connection: sa.Connection, model: type[RegisterBase]) -> dict[str, int]:
    if not issubclass(model, Located):
        return {}
    named = sa.func.coalesce(table_of(model).c.precision_class, "unknown")
    query = sa.select(named, sa.func.count()).select_from(table_of(model)).group_by(named)
    return {str(name): int(rows) for name, rows in sorted(map(tuple, connection.execute(query)))}


_MODELS: dict[str, type[RegisterBase]] = {
    model.__tablename__: model for model in (*REGISTER_MODELS, *UNCOUNTED_MODELS)
}
