"""The order of the steps: read, clean, geocode, load, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.models import Area, TravelTime, Venue
from etl.clean.areas import check_delivery_areas
from etl.clean.rows import clean_rows
from etl.clean.transport import fill_transport
from etl.errors import GazetteerError, MappingError
from etl.gazetteer import Gazetteer
from etl.geocode import geocode
from etl.load import Prepared, load_rows, place_rejects
from etl.mapping import Mapping, apply_mapping
from etl.rejects import join_rejects
from etl.report import LoadReport, summarise
from etl.sources.areas import read_areas
from etl.sources.tabular import RawTable, read_table
from etl.tables import is_located, model_of

Progress = Callable[[str, float], None]
"""Is told the step, in words, and the share of the work that is done before it (0 to 1)."""


def load_file(  # noqa: PLR0913 - what it loads, into what, by what: none belongs to another
    engine: sa.Engine,
    table: str,
    path: Path,
    *,
    authorities: pd.DataFrame,
    mapping: Mapping | None = None,
    gazetteer: Gazetteer | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load one file into one register table, in one transaction.

    Parameters
    ----------
    engine
        The register, at its newest migration.
    table
        Name of the register table.
    path
        CSV or XLSX; for ``areas`` GeoJSON or GeoPackage.
    authorities
        ``authority_code``, ``authority``, ``region``, ``nation``.
    mapping
        How the file's columns become the table's; None where they are named alike.
    gazetteer
        The postcodes; needed for a table whose rows stand at a place.
    progress
        Is told each step.

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
    model = model_of(table)
    if mapping and mapping.table != table:
        raise MappingError(
            f"The mapping {mapping.name!r} is for {mapping.table}, not for {table}: "
            "choose another, or load into that table."
        )
    told(f"Reading {path.name}", 0.0)
    if model is Area:
        prepared = _prepare_areas(path, mapping)
    else:
        raw = _read(path, mapping)
        told("Cleaning", 0.2)
        prepared = _prepare(fill_transport(raw) if model is TravelTime else raw, model, mapping)
    if model is Venue:
        prepared = _without(prepared, check_delivery_areas(prepared.rows, authorities))
    if is_located(model):
        if gazetteer is None:
            raise GazetteerError(f"Rows of {table} stand at a place: open the gazetteer first.")
        told("Placing", 0.4)
        prepared = _placed(prepared, gazetteer, authorities, mapping)
    told("Writing", 0.7)
    report = load_rows(engine, model, prepared)
    rejects_file, notes = place_rejects(report, path)
    told("Loaded", 1.0)
    return replace(report, rejects_file=rejects_file, notes=(*report.notes, *notes))


def _silent(_step: str, _share: float) -> None:
    return


def _read(path: Path, mapping: Mapping | None) -> RawTable:
    if mapping is None:
        return read_table(path)
    raw = read_table(path, sheet=mapping.sheet, header_row=mapping.header_row)
    return apply_mapping(mapping, raw)


def _prepare(raw: RawTable, model: type[RegisterBase], mapping: Mapping | None) -> Prepared:
    cleaned = clean_rows(
        raw,
        model,
        date_format=mapping.date_format if mapping else None,
        suggestions=mapping.suggestions if mapping else None,
    )
    return Prepared(raw=raw, rows=cleaned.rows, rejects=cleaned.rejects, notes=raw.notes)


def _without(prepared: Prepared, refused: pd.DataFrame) -> Prepared:
    """Return what is prepared without the rows that are refused."""
    return replace(
        prepared,
        rows=prepared.rows[~prepared.rows.index.isin(refused["line"])],
        rejects=join_rejects([prepared.rejects, refused]),
    )


def _prepare_areas(path: Path, mapping: Mapping | None) -> Prepared:
    areas = read_areas(path)
    raw = apply_mapping(mapping, areas.table) if mapping else areas.table
    prepared = _prepare(raw, Area, mapping)
    shapes = areas.geometry.loc[prepared.rows.index]
    return replace(prepared, rows=gpd.GeoDataFrame(prepared.rows, geometry=shapes))


def _placed(
    prepared: Prepared,
    gazetteer: Gazetteer,
    authorities: pd.DataFrame,
    mapping: Mapping | None,
) -> Prepared:
    placed = geocode(
        prepared.rows,
        gazetteer,
        authorities,
        place_by_postcode=mapping.place_by_postcode if mapping else False,
    )
    return replace(
        prepared,
        rows=placed.rows,
        rejects=join_rejects([prepared.rejects, placed.rejects]),
        notes=(*prepared.notes, *placed.notes),
        distances=summarise(placed.offsets_metres),
    )
