"""The demo: from the illustrative register to a map, tables and a run to serve."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from app.cli.console import Steps
from app.cli.context import gazetteer, now
from app.cli.errors import CommandError
from app.cli.output import write_map, write_tables
from app.cli.registers import ensure_register
from app.db.engine import reading
from app.db.models import REGISTER_MODELS
from app.services.analysis import RunRequest, compute_run
from app.services.rankings import check_sentence
from app.services.scenarios import read_scenario
from app.services.snapshot import take_snapshot
from app.settings import Settings
from etl.pipeline import load_file
from etl.reference import read_reference


def build_demo(settings: Settings, engine: sa.Engine, out: Path, *, progress: Steps) -> list[str]:
    """Load the illustrative register, compute a run and write its files.

    Returns
    -------
    Lines that say what was made.

    Raises
    ------
    CommandError
        If the register holds rows that are not illustrative: invented rows never join real ones.
    """
    ensure_register(engine)
    _refuse_real_rows(settings, engine)
    loaded = _load_register(settings, engine, progress)
    reference = read_reference(settings.data_path)
    request = RunRequest(
        scenario=read_scenario(settings.data_path), as_of=illustrative_as_of(settings.data_path)
    )
    record = compute_run(engine, reference, request, now=now(), progress=progress)
    progress("Map and tables")
    paths = [write_map(engine, out / "map.html"), *write_tables(engine, out)]
    return [
        f"register: {loaded} rows of illustrative data (invented organisations at real places)",
        f"run: {record.run_id}",
        check_sentence(record),
        *(f"wrote {path}" for path in paths),
    ]


def illustrative_as_of(data_path: Path) -> date:
    """Return the day for which the illustrative register holds."""
    about = tomllib.loads((data_path / "register" / "about.toml").read_text(encoding="utf-8"))
    day = about["as_of"]
    if not isinstance(day, date):
        raise CommandError(f"'as_of' of the illustrative register is {day!r}, no date.")
    return day


def _refuse_real_rows(settings: Settings, engine: sa.Engine) -> None:
    with reading(engine) as connection:
        snapshot = take_snapshot(connection)
    rows = sum(len(table) for table in snapshot.tables.values())
    if rows and not snapshot.illustrative:
        where = "the database" if settings.database_url else str(settings.register_file)
        raise CommandError(
            f"The register in {where} holds real rows, and the demo would mix invented ones in: "
            "name another file by SKILLSHED_REGISTER_FILE."
        )


def _load_register(settings: Settings, engine: sa.Engine, progress: Steps) -> int:
    postcodes = gazetteer(settings, progress)
    reference = read_reference(settings.data_path)
    rows = 0
    for model in REGISTER_MODELS:
        table = model.__tablename__
        path = settings.data_path / "register" / f"{table}.csv"
        if not path.is_file():
            continue
        progress(f"Loading {table}")
        report = load_file(
            engine,
            table,
            path,
            mapping=None,
            gazetteer=postcodes,
            authorities=reference.authorities,
            progress=progress,
        )
        if report.rejected:
            raise CommandError(f"{report.rejected} rows of {path} were refused; it is damaged.")
        rows += report.read
    return rows
