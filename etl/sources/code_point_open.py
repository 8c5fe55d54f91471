"""Code-Point Open: the live postcodes of Great Britain, as archive or one area's file.

Its tables have no header. The archive brings the names in a file of its own; a single area's file
is read by the names that have been published with it since 2011.
"""

from __future__ import annotations

import re
import zipfile

import polars as pl

from etl.errors import SourceError
from etl.postcode_store import NOT_SAID
from etl.sources.postcode_formats import (
    PostcodeDirectory,
    PostcodeFormat,
    digest_of,
    is_no_number,
    judge,
    number,
)
from etl.sources.probe import Container, Head, Probe

NAMES = ("PC", "PQ", "EA", "NO", "CY", "RH", "LH", "CC", "DC", "WC")
"""The columns, in their order, as the file of headers names them."""

_NEEDED = ("PC", "PQ", "EA", "NO", "DC")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? {0,2}[0-9][A-Z]{2}")
_QUALITY = re.compile(r"[1-9]0")
_COUNTRY = re.compile(r"[ESW]92000\d{3}")
_DAY = re.compile(r"COPYRIGHT DATE\W+(20\d\d)(0[1-9]|1[0-2])", re.IGNORECASE)
_NO_POINT = 9
_BROKEN = (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, NotImplementedError)


def _names(probe: Probe) -> tuple[str, ...]:
    """Return the names of the columns: those that the archive brings, else the published ones."""
    for head in probe.heads:
        if "header" in head.part.casefold() and head.rows:
            return head.rows[0]
    return NAMES


def _areas(probe: Probe) -> list[Head]:
    """Return the tables that hold postcodes, told by their first row."""
    names = _names(probe)
    return [head for head in probe.heads if head.rows and _is_row(head.rows[0], names)]


def _is_row(row: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if len(row) != len(names) or not set(_NEEDED) <= set(names):
        return False
    cells = dict(zip(names, row, strict=True))
    return bool(
        _POSTCODE.fullmatch(cells["PC"])
        and _QUALITY.fullmatch(cells["PQ"])
        and _COUNTRY.fullmatch(cells.get("CY", "E92000001"))
    )


def _recognise(probe: Probe) -> str | None:
    if probe.container not in (Container.TEXT, Container.ARCHIVE):
        return None
    areas = _areas(probe)
    if not areas:
        return None
    at = _names(probe).index("PC")
    cells = [row[at] for area in areas for row in area.rows if len(row) > at]
    first = [cell for cell in cells if _POSTCODE.fullmatch(cell)]
    # The older vintages fill up to seven characters with blanks, or leave no room for one.
    fixed = any(" " not in postcode or "  " in postcode for postcode in first)
    spaced = "postcodes of seven characters" if fixed else "postcodes with one blank"
    return f"{len(areas)} area(s), {spaced}"


def read_code_point_open(probe: Probe) -> PostcodeDirectory:
    """Read the archive as it is downloaded, or the file of one area.

    Raises
    ------
    SourceError
        If it is none, or broken.
    """
    areas = _areas(probe)
    layout = _recognise(probe)
    if layout is None:
        raise SourceError(f"{probe.name} is no Code-Point Open: it is {probe.described()}.")
    names = _names(probe)
    try:
        cells = pl.concat([_read(probe, area, names) for area in areas])
    except (*_BROKEN, pl.exceptions.PolarsError):
        raise SourceError(f"{probe.name} is broken: download it again.") from None
    kept, rejected, examples = judge(cells)
    return PostcodeDirectory(
        name=probe.name,
        sha256=digest_of(probe.path),
        layout=layout,
        rows=kept,
        read=len(cells),
        rejected=rejected,
        examples=examples,
        month=_month(probe),
    )


def _read(probe: Probe, area: Head, names: tuple[str, ...]) -> pl.DataFrame:
    if area.part:
        with zipfile.ZipFile(probe.path) as archive:
            content = archive.read(area.part)
    else:
        content = probe.path.read_bytes()
    table = pl.read_csv(
        content,
        has_header=False,
        new_columns=list(names),
        infer_schema=False,
        encoding="utf8-lossy",
    )
    none = pl.lit(None, dtype=pl.Float64)
    quality = (number("PQ") / 10).cast(pl.UInt8, strict=False)
    return table.select(
        pl.col("PC").alias("postcode"),
        pl.col("DC").alias("authority_code"),
        number("EA").alias("easting"),
        number("NO").alias("northing"),
        none.alias("latitude"),
        none.alias("longitude"),
        (is_no_number("EA") | is_no_number("NO")).alias("bad_number"),
        # It lists live postcodes only.
        pl.lit(0, dtype=pl.Int32).alias("terminated"),
        pl.lit(0, dtype=pl.Int32).alias("introduced"),
        pl.lit(NOT_SAID, dtype=pl.Int8).alias("large_user"),
        quality.alias("quality"),
        (quality == _NO_POINT).alias("pointless"),
    )


def _month(probe: Probe) -> int | None:
    """Return the month that the archive's notes name."""
    notes = [name for name in probe.members if name.casefold().endswith("metadata.txt")]
    try:
        with zipfile.ZipFile(probe.path) as archive:
            for name in notes:
                found = _DAY.search(archive.read(name).decode("cp1252", errors="replace"))
                if found:
                    return int(found[1] + found[2])
    except _BROKEN:
        return None
    return None


FORMAT = PostcodeFormat(
    name="code_point_open",
    title="Code-Point Open",
    publisher="Ordnance Survey",
    licence="OGL v3.0; OS data and Royal Mail data © Crown and Royal Mail copyright",
    recognise=_recognise,
    read=read_code_point_open,
    live_only=True,
)
