"""Loading: the rows of one file into one table, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.engine import writing
from app.db.register import known_keys, record_load, write_rows
from etl.clean.references import check_references
from etl.rejects import join_rejects, write_rejects
from etl.report import Distances, LoadReport
from etl.sources.tabular import RawTable
from etl.tables import references


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A file that is read, cleaned and geocoded.

    Attributes
    ----------
    raw
        The file as it was read.
    rows
        Rows to load, indexed by line, with a column ``geometry`` where the table has one.
    rejects
        Rows refused so far.
    notes
        What is to be said of the file.
    distances
        How far given coordinates lie from the postcodes' points.
    """

    raw: RawTable
    rows: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...] = ()
    distances: Distances | None = None


def load_rows(engine: sa.Engine, model: type[RegisterBase], prepared: Prepared) -> LoadReport:
    """Write prepared rows in one transaction, together with a note that they were loaded.

    Rows that refer to something that the register does not know are refused. Rows that are there
    already, unchanged, are left alone.

    Raises
    ------
    CountError
        If a row went astray; nothing is written then.
    DatabaseError
        If the database cannot be used; nothing is written then.
    """
    with writing(engine) as connection:
        known = {
            field: (target.partition(".")[0], known_keys(connection, target))
            for field, target in references(model).items()
        }
        unknown = check_references(prepared.rows, known)
        rows = prepared.rows[~prepared.rows.index.isin(unknown["line"])]
        changes = write_rows(connection, model, rows.reset_index(drop=True))
        rejects = join_rejects([prepared.rejects, unknown])
        report = LoadReport(
            table=model.__tablename__,
            file=prepared.raw.name,
            read=prepared.raw.read,
            inserted=changes.inserted,
            updated=changes.updated,
            unchanged=changes.unchanged,
            rejected=len(rejects),
            rejects=rejects,
            notes=prepared.notes,
            distances=prepared.distances,
        )
        record_load(
            connection,
            table=report.table,
            file_name=report.file,
            file_sha256=prepared.raw.sha256,
            changes=changes,
            rejected=report.rejected,
        )
    return report


def place_rejects(report: LoadReport, path: Path) -> tuple[Path | None, tuple[str, ...]]:
    """Write the rejects beside the file ``path``, or else into the working folder.

    The file's name is followed by the table's, since one file may be loaded into two tables. With
    no rejects nothing is written, and an older file of the same name is removed.

    Returns
    -------
    Where they were written, if anywhere, and what is to be said of it.
    """
    name = f"{path.name}.{report.table}.rejects.csv"
    folders = (path.parent, Path.cwd())
    if report.rejects.empty:
        for folder in folders:
            _remove(folder / name)
        return None, ()
    for folder in folders:
        try:
            write_rejects(report.rejects, folder / name)
        except OSError:
            continue
        return folder / name, ()
    return None, (f"The rejects could not be written: neither {folders[0]} nor here is writable.",)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # A folder that cannot be written may keep its old file; it says its own date.
        return
