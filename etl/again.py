"""A file that was loaded before, of which nothing can have changed since: it is not read again.

What a load does depends on the file, on what it is taken for, on the postcodes, on this code, and
on the tables that it writes and those that they refer to. Where all of that is as it was after an
earlier load, its outcome is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.claims import repeat_rows
from app.db.engine import reading, writing
from app.db.history import latest_change
from app.db.loads import LoadRecord, add_load, list_loads
from app.settings import shipped_data_path
from etl.load import rejects_name
from etl.mapping import Mapping as ColumnMapping
from etl.prepare import Tools
from etl.report import LoadReport, TableReport
from etl.sector import FILE as SECTOR
from etl.sources.probe import Probe
from etl.tables import TABLES, references


def fingerprint(
    probe: Probe, table: str, tools: Tools, *, mapping: ColumnMapping | None, days: str
) -> str:
    """Return a hash of what a load depends on, but for the register and the file's content.

    Parameters
    ----------
    probe
        The file, of which only name and size count: the name is the source that its facts name.
    table
        The table, or the name of the format that it is taken for.
    days
        The days that the user gave.
    """
    file = [probe.name, str(probe.path.stat().st_size)]
    taken_for = [table, repr(mapping), days]
    parts = [*file, *taken_for, *tools.seals(), *sorted(tools.wanted), _code()]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def repeat_load(
    engine: sa.Engine,
    mark: str,
    probe: Probe,
    *,
    table: str | None,
    now: datetime,
    retrieved_on: date | None = None,
) -> LoadReport | None:
    """Note that a file was loaded again, if nothing of it can have changed.

    Parameters
    ----------
    mark
        Its :func:`fingerprint`.
    probe
        The file, whose content is compared only if an earlier load had the same mark.
    table
        The table that the user named: it tells where the rejects stand.
    now, retrieved_on
        The moment of the load, and the day on which the file was fetched; None is the load's day.

    Returns
    -------
    The report, in which everything is unchanged; None if the file must be read.
    """
    with reading(engine) as connection:
        alike = [load for load in list_loads(connection) if load.fingerprint == mark]
    if not alike or all(load.file_sha256 != probe.sha256 for load in alike):
        return None
    with writing(engine) as connection:
        loads = list_loads(connection)
        same = (
            x for x in reversed(loads) if (x.fingerprint, x.file_sha256) == (mark, probe.sha256)
        )
        earlier = next(same, None)
        if earlier is None or earlier.undone_at is not None or earlier.report is None:
            return None
        told = orjson.loads(earlier.report)
        listed = sum(told["rejected_by_rule"].values())
        if listed and not _rejects_stand(probe.path, table):
            return None
        if _has_changed(connection, earlier, loads):
            return None
        again = replace(
            earlier,
            loaded_at=now,
            rows_inserted=0,
            rows_updated=0,
            retrieved_on=retrieved_on or now.date(),
            rows_unchanged=earlier.rows_read - earlier.rows_rejected,
        )
        load_id = add_load(connection, again)
        repeat_rows(connection, earlier.load_id, load_id)
    return _report(again, told, load_id, earlier.load_id)


def _has_changed(connection: sa.Connection, earlier: LoadRecord, loads: list[LoadRecord]) -> bool:
    """Whether anything has changed on which the outcome of a load depends."""
    named = set(earlier.table_name.split(", ")) & TABLES.keys()
    referred = {aim.partition(".")[0] for n in named for aim in references(TABLES[n]).values()}
    models = [model for name, model in TABLES.items() if name in named | referred]
    last = latest_change(connection, models)
    later = [
        load
        for load in loads
        if load.load_id > earlier.load_id
        and load.speaker == earlier.speaker
        and load.undone_at is None
        and (load.fingerprint, load.file_sha256) != (earlier.fingerprint, earlier.file_sha256)
        and named & set(load.table_name.split(", "))
    ]
    return bool(later) or (last is not None and last > earlier.loaded_at)


def _rejects_stand(path: Path, table: str | None) -> bool:
    name = rejects_name(path, table)
    return (path.parent / name).is_file() or Path(name).is_file()


def _report(record: LoadRecord, told: Mapping[str, Any], load_id: int, earlier: int) -> LoadReport:
    note = (
        f"It is the file of load {earlier}, and nothing can have changed since: it was not read "
        "again (--again reads it)."
    )
    return LoadReport(
        file=record.file_name,
        layout=told["layout"],
        read=record.rows_read,
        loaded=0,
        unchanged=record.rows_unchanged,
        rejected=record.rows_rejected,
        tables=tuple(_table(part) for part in told["tables"]),
        rejected_by_rule=told["rejected_by_rule"],
        set_aside=told["set_aside"],
        load_id=load_id,
        notes=(note,),
    )


def _table(told: Mapping[str, Any]) -> TableReport:
    return TableReport(
        table=told["table"],
        rows=told["rows"],
        unchanged=told["rows"] - told["rejected"],
        rejected=told["rejected"],
        rejected_by_rule=told["rejected_by_rule"],
        precision=told["precision"],
        filled=told["filled"],
        partial=told["partial"],
    )


@cache
def _code() -> str:
    """Return a hash of the sources, and of the assumptions, by which files become rows."""
    digest = hashlib.sha256((shipped_data_path() / SECTOR).read_bytes())
    for package in ("etl", "etl.sources", "etl.clean", "app.db", "app.db.models", "geo"):
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                digest.update(entry.read_bytes())
    return digest.hexdigest()
