"""Files that a command writes from a stored run."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.db.engine import reading
from app.db.runs import RunRecord, current_run, read_layer, read_run
from app.services.exports import export_run, write_file
from app.services.layers import MAP, unpack
from app.web.assets import inline


def write_map(engine: sa.Engine, path: Path, *, run_id: str | None = None) -> Path:
    """Write the map of a run as one file with its scripts and styles inside."""
    with reading(engine) as connection:
        layer = read_layer(connection, _run(connection, run_id).run_id, MAP)
    return write_file(path, inline(unpack(layer).decode()).encode())


def write_tables(engine: sa.Engine, folder: Path, *, run_id: str | None = None) -> list[Path]:
    """Write the tables of a run into ``folder``."""
    with reading(engine) as connection:
        return export_run(connection, _run(connection, run_id), folder)


def _run(connection: sa.Connection, run_id: str | None) -> RunRecord:
    return read_run(connection, run_id) if run_id else current_run(connection)
