"""The order of the steps: read, clean, geocode, load, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from app.db.models import Area
from etl.again import fingerprint, repeat_load
from etl.errors import MappingError, SourceError
from etl.gazetteer import Gazetteer
from etl.geocode import Aids
from etl.load import Source, load_feed, place_rejects
from etl.mapping import Mapping as ColumnMapping
from etl.mapping import apply_mapping
from etl.online_geocoder import OnlineGeocoder
from etl.polygons import polygons
from etl.prepare import Tools, prepare_part
from etl.report import LoadReport
from etl.sources.areas import read_areas
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format, detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.tabular import read_table
from etl.tables import meant, model_of

_READ_SHARE = 0.3
"""The share of a load's work that reading is taken for in its progress."""

AUTO = "auto"
"""In place of a table: the file itself says what it is."""

OWN = "own"
"""The speaker of files whose columns are the register's own."""

Progress = Callable[[str, float], None]
"""Is told the step, in words, and the share of the work that is done before it (0 to 1)."""


@dataclass(frozen=True, slots=True)
class When:
    """The days and the moment of a load.

    Attributes
    ----------
    now
        The moment of the load; None is now.
    retrieved_on
        Day on which the file was fetched from its publisher; None is the day of the load.
    as_at
        Day for which the file holds, where it does not say so itself.
    """

    now: datetime | None = None
    retrieved_on: date | None = None
    as_at: date | None = None


def load_file(  # noqa: PLR0913 - what it loads, into what, by what: none belongs to another
    engine: sa.Engine,
    table: str,
    path: Path,
    *,
    authorities: pd.DataFrame,
    mapping: ColumnMapping | None = None,
    gazetteer: Gazetteer | None = None,
    online: OnlineGeocoder | None = None,
    progress: Progress | None = None,
    format_name: str | None = None,
    when: When | None = None,
    wanted: frozenset[str] = frozenset(),
    again: bool = False,
) -> LoadReport:
    """Load one file in one transaction.

    Parameters
    ----------
    engine
        The register, at its newest migration.
    table
        Name of the register table, or ``AUTO``: then the file is of a known public format and
        fills all tables that it speaks of.
    path
        CSV or XLSX; for ``areas`` GeoJSON or GeoPackage; with ``AUTO`` also ZIP and JSON.
    authorities
        ``authority_code``, ``authority``, ``region``, ``nation``.
    mapping
        How the file's columns become the table's; None where they are named alike.
    gazetteer
        The postcodes; needed for a table whose rows stand at a place.
    online
        Is asked for rows that the postcodes cannot place; None asks nobody.
    progress
        Is told each step.
    format_name
        The known format that the file is taken for; None lets the file say it.
    when
        The days and the moment of the load.
    wanted
        Programmes that a list of all programmes is to add; others are only brought up to date.
    again
        Whether the file is read even if nothing of it can have changed since it was loaded.

    Returns
    -------
    The report. Rejects are in a file beside ``path``.

    Raises
    ------
    EtlError
        If the file, the mapping or the columns cannot be used; nothing is written.
    DatabaseError
        If the database cannot be used; nothing is written.
    """
    told = progress or _silent
    days = when or When()
    aids = Aids(areas=polygons(engine))
    tools = Tools(authorities, gazetteer, wanted=wanted, aids=aids, online=online)
    named = None if table == AUTO else table
    told(f"Reading {path.name}", 0.0)
    probe = Probe(path, lambda step, share: told(step, _READ_SHARE * share))
    chosen = _chosen(probe, table, mapping, format_name)
    mark = fingerprint(
        probe,
        chosen.name if chosen else table,
        tools,
        mapping=mapping,
        days=f"{days.retrieved_on} {days.as_at}",
    )
    if not again:
        repeated = repeat_load(
            engine,
            mark,
            probe,
            table=named,
            now=days.now or datetime.now(UTC),
            retrieved_on=days.retrieved_on,
        )
        if repeated is not None:
            told("Loaded before", 1.0)
            return repeated
    feed, source = _read(probe, chosen, table, mapping)
    suggestions = mapping.suggestions if mapping else None
    told("Cleaning and placing", _READ_SHARE)
    parts = [
        prepare_part(part, tools, file=feed.name, suggestions=suggestions) for part in feed.parts
    ]
    told("Writing", 0.7)
    source = replace(source, retrieved_on=days.retrieved_on, as_at=feed.as_at or days.as_at)
    report = load_feed(engine, feed, parts, source, tools, now=days.now, fingerprint=mark)
    rejects_file, notes = place_rejects(report, path, table=named)
    told("Loaded", 1.0)
    return replace(report, rejects_file=rejects_file, notes=(*report.notes, *notes))


def known_format(probe: Probe, name: str | None) -> Format:
    """Return the format called ``name``, or the one that the file has.

    Raises
    ------
    SourceError
        If there is none of the name, or the file is not of it; see also
        :func:`etl.sources.formats.detect`.
    """
    if name is None:
        return detect(probe, FORMATS)
    names = [known.name for known in FORMATS]
    if name not in names:
        raise SourceError(
            f"There is no format {name!r}{meant(name, names)}; `skillshed formats` lists them."
        )
    chosen = FORMATS[names.index(name)]
    if chosen.recognise(probe) is None:
        raise SourceError(
            f"{probe.name} is not in the format {name}: it is {probe.described()}. Leave --format "
            "out to let the file say what it is, or load it with a mapping."
        )
    return chosen


def _chosen(
    probe: Probe, table: str, mapping: ColumnMapping | None, format_name: str | None
) -> Format | None:
    """Return the public format that a file is loaded as; None where the user names a table."""
    if table == AUTO and mapping is None:
        return known_format(probe, format_name)
    if table == AUTO and mapping is not None:
        raise MappingError(
            f"The mapping {mapping.name!r} is for {mapping.table}: name that table in place of "
            f"{AUTO!r}."
        )
    if format_name is not None:
        raise SourceError(
            f"--format is for files of a public format: write {AUTO!r} in place of {table!r}."
        )
    model_of(table)
    if mapping and mapping.table != table:
        raise MappingError(
            f"The mapping {mapping.name!r} is for {mapping.table}, not for {table}: "
            "choose another, or load into that table."
        )
    return None


def _read(
    probe: Probe, chosen: Format | None, table: str, mapping: ColumnMapping | None
) -> tuple[Feed, Source]:
    if chosen is not None:
        source = Source(chosen.name, chosen.title, chosen.licence, chosen.strength)
        return chosen.read(probe), source
    return own_feed(probe.path, table, mapping), _own_source(probe.path, mapping)


def own_feed(path: Path, table: str, mapping: ColumnMapping | None) -> Feed:
    """Return what a file of one register table says; ``mapping`` is of that table.

    Raises
    ------
    EtlError
        If the file or the mapping cannot be used.
    """
    shapes = None
    if model_of(table) is Area:
        areas = read_areas(path)
        raw, shapes = areas.table, areas.geometry
    elif mapping is None:
        raw = read_table(path)
    else:
        raw = read_table(
            path,
            sheet=mapping.sheet,
            header_row=mapping.header_row,
            columns=frozenset(mapping.headers()),
        )
    if mapping is not None:
        raw = apply_mapping(mapping, raw)
    part = Part(
        table=table,
        cells=raw.cells,
        date_format=mapping.date_format if mapping else None,
        place_by_postcode=mapping.place_by_postcode if mapping else False,
        shapes=shapes,
    )
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout="",
        read=raw.read,
        parts=(part,),
        rejects=raw.rejects,
        notes=raw.notes,
    )


def _own_source(path: Path, mapping: ColumnMapping | None) -> Source:
    if mapping is None:
        return Source(OWN, path.name)
    said = mapping.constants
    return Source(mapping.name, said.get("source", path.name), said.get("licence"))


def _silent(_step: str, _share: float) -> None:
    return
