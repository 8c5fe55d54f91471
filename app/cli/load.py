"""``skillshed load`` and what belongs to it: the formats, the loads, and their undoing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from app.cli.console import Steps, say, steps
from app.cli.context import gazetteer, now, online_geocoder, register
from app.cli.files import find_mapping, require_file
from app.cli.gazetteer import add as add_directory
from app.cli.registers import ensure_register
from app.db.engine import reading
from app.db.loads import LoadRecord, list_loads
from app.db.schema import require_current
from app.settings import Settings
from etl.geocode import Aids
from etl.pipeline import AUTO, When, load_file
from etl.polygons import polygons
from etl.prepare import Tools
from etl.reference import read_reference
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS, POSTCODE_FORMATS
from etl.undo import undo_load


def load(  # noqa: PLR0913 - a command's options
    table: Annotated[
        str, typer.Argument(help="Register table, such as sites, or auto: the file says it.")
    ],
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX; areas: GeoJSON, GeoPackage; auto: ZIP, JSON too.")
    ],
    *,
    mapping: Annotated[
        str | None,
        typer.Option(help="Column mapping: a TOML file, or the name of one that ships."),
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option("--format", help="With auto: the public format; see skillshed formats."),
    ] = None,
    retrieved_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the file was fetched; else today."),
    ] = None,
    as_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m"], help="Day or month for which it holds, if it is silent."
        ),
    ] = None,
    add_programme: Annotated[
        list[str] | None,
        typer.Option(help="Programme that a list of all programmes is to add; repeatable."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Read it even if nothing can have changed.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the online geocoder for what has no place else.")
    ] = False,
) -> None:
    """Load one file into the register: every row is loaded, or refused with its reason."""
    settings = Settings()
    require_file(file)
    if table == AUTO and _is_directory(file, format_name):
        add_directory(file, as_at=f"{as_at:%Y-%m}" if as_at else None)
        return
    chosen = find_mapping(mapping, settings.data_path) if mapping else None
    when = When(
        now=now(),
        retrieved_on=retrieved_on.date() if retrieved_on else None,
        as_at=as_at.date() if as_at else None,
    )
    with steps() as progress, register(settings) as engine:
        ensure_register(engine)
        tools = _tools(settings, engine, progress)
        report = load_file(
            engine,
            table,
            file,
            mapping=chosen,
            authorities=tools.authorities,
            gazetteer=tools.gazetteer,
            online=online_geocoder(settings) if online else None,
            progress=progress,
            format_name=format_name,
            when=when,
            wanted=frozenset(add_programme or ()),
            again=again,
        )
    for line in report.lines():
        say(line)


def formats() -> None:
    """List the public files that can be loaded as they are published."""
    width = max(
        len(name) for name in [k.name for k in FORMATS] + [k.name for k in POSTCODE_FORMATS]
    )
    for known in FORMATS:
        say(f"{known.name:<{width}}  {known.title}")
        say(f"{'':<{width}}  {known.publisher}; {known.licence}; fills {', '.join(known.tables)}")
    for kind in POSTCODE_FORMATS:
        say(f"{kind.name:<{width}}  {kind.title}")
        say(f"{'':<{width}}  {kind.publisher}; {kind.licence}; goes to the gazetteer")
    say(f"Load one with: skillshed load {AUTO} FILE")


def loads() -> None:
    """List what was loaded: its id, when, the file, as whose word, and what became of its rows."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            found = list_loads(connection)
    if not found:
        say("Nothing was loaded yet.")
    for record in found:
        say(_line(record))


def undo(
    load_id: Annotated[int, typer.Argument(help="Id of the load; see skillshed loads.")],
) -> None:
    """Undo one load: the register becomes what it is without that file."""
    settings = Settings()
    with steps() as progress, register(settings) as engine:
        require_current(engine)
        done = undo_load(engine, load_id, _tools(settings, engine, progress), now=now())
    say(f"Load {load_id} was undone.")
    for part in done:
        say(f"  {part.table}: {part.removed} rows removed, {part.changed} changed.")


def _is_directory(file: Path, format_name: str | None) -> bool:
    """Whether a file is a postcode directory, which goes to the gazetteer and fills no table."""
    probe = Probe(file)
    wanted = [k for k in POSTCODE_FORMATS if format_name is None or k.name == format_name]
    return any(known.recognise(probe) is not None for known in wanted)


def _tools(settings: Settings, engine: sa.Engine, progress: Steps) -> Tools:
    reference = read_reference(settings.data_path)
    postcodes = gazetteer(settings, progress)
    return Tools(reference.authorities, postcodes, aids=Aids(areas=polygons(engine)))


def _line(record: LoadRecord) -> str:
    undone = f"; undone on {record.undone_at:%Y-%m-%d}" if record.undone_at else ""
    return (
        f"{record.load_id}  {record.loaded_at:%Y-%m-%d %H:%M}  {record.file_name} "
        f"({record.speaker or 'an earlier release'}) into {record.table_name}: "
        f"read {record.rows_read}, new {record.rows_inserted}, changed {record.rows_updated}, "
        f"rejected {record.rows_rejected}{undone}"
    )
