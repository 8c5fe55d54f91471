"""ONS postcode directories: ONSPD and NSPL, in every generation of their header.

Columns are found by their role. Their names change with nearly every release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from etl.errors import SourceError
from etl.postcode_store import NOT_SAID
from etl.sources.postcode_formats import (
    PostcodeDirectory,
    PostcodeFormat,
    digest_of,
    is_no_number,
    judge,
    month,
    month_of_name,
    number,
    unpacked,
)
from etl.sources.probe import Head, Probe

ROLES: Mapping[str, str] = MappingProxyType(
    {
        # The one of them that comes first here is taken: they say the same, spaced differently.
        "postcode": r"pcds|pcd7|pcd|pcd8|pcd2",
        "introduced": r"dointr",
        "terminated": r"doterm",
        "user": r"usertype|usrtypind",
        "easting": r"oseast1m|east1m",
        "northing": r"osnrth1m|north1m",
        "grid": r"osgrdind|gridind",
        "latitude": r"lat",
        "longitude": r"long",
        "authority_code": r"oslaua|laua|lad\d\dcd",
    }
)
"""The roles, and the names that columns of each have had."""

_ONSPD_ONLY = re.compile(
    r"oscty|oslaua|osward|parish|par(?:n?cp)?\d\dcd|streg|oa01|casward|statsward"
)
_NSPL = re.compile(r"oa(?:11|21)(?:cd)?")
_NO_POSITION = 9
_LARGE = "1"
_CHANGED = ("introduced", "terminated")


def columns_by_role(header: tuple[str, ...]) -> dict[str, str]:
    """Return the column of each role, for the roles that the header has; case counts not."""
    found = {}
    for role, names in ROLES.items():
        options = [re.compile(name) for name in names.split("|")]
        at = (column for o in options for column in header if o.fullmatch(column.casefold()))
        column = next(at, None)
        if column is not None:
            found[role] = column
    return found


def _table(probe: Probe) -> tuple[Head, dict[str, str]] | None:
    """Return the table of the file that is a directory: in an archive the one of the whole UK."""
    tables = []
    for head in probe.heads:
        roles = columns_by_role(head.rows[0]) if head.rows else {}
        point = {"easting", "northing"} <= set(roles) or {"latitude", "longitude"} <= set(roles)
        if point and {"postcode", "terminated"} <= set(roles):
            tables.append((head, roles))
    # An archive also holds the same rows cut up by area; the whole has the shortest path.
    return min(tables, key=lambda table: len(table[0].part), default=None)


def _is_nspl(head: Head) -> bool:
    names = [name.casefold() for name in head.rows[0]]
    whole = any(_NSPL.fullmatch(name) for name in names)
    return whole and not any(_ONSPD_ONLY.fullmatch(name) for name in names)


def _recognise(probe: Probe, *, nspl: bool) -> str | None:
    table = _table(probe)
    if table is None or _is_nspl(table[0]) != nspl:
        return None
    head, roles = table
    said = ", ".join(roles.get(role, f"no {role}") for role in ("authority_code", "easting"))
    return f"{len(head.rows[0])} columns, with {roles['postcode']}, {said}"


def _recognise_onspd(probe: Probe) -> str | None:
    return _recognise(probe, nspl=False)


def _recognise_nspl(probe: Probe) -> str | None:
    return _recognise(probe, nspl=True)


def read_ons(probe: Probe) -> PostcodeDirectory:
    """Read an ONSPD or NSPL: the CSV file, or the archive as it is downloaded.

    Raises
    ------
    SourceError
        If it is none, or broken.
    """
    table = _table(probe)
    if table is None:
        raise SourceError(f"{probe.name} is neither ONSPD nor NSPL: it is {probe.described()}.")
    head, roles = table
    with unpacked(probe, head.part) as path:
        try:
            rows = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
            cells = rows.select(*_cells(roles)).collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0]
            raise SourceError(f"{probe.name} is broken ({reason}): download it again.") from None
    kept, rejected, examples = judge(cells)
    changed = max(cells.select(pl.max_horizontal(pl.col(_CHANGED).max())).item() or 0, 0)
    return PostcodeDirectory(
        name=probe.name,
        sha256=digest_of(probe.path),
        layout=_recognise(probe, nspl=_is_nspl(head)) or "",
        rows=kept,
        read=len(cells),
        rejected=rejected,
        examples=examples,
        month=month_of_name(head.part) or month_of_name(probe.name) or changed or None,
    )


def _cells(roles: Mapping[str, str]) -> list[pl.Expr]:
    def text(role: str) -> pl.Expr:
        return pl.col(roles[role]) if role in roles else pl.lit(None, dtype=pl.String)

    numbers = ("easting", "northing", "latitude", "longitude")
    bad = [is_no_number(roles[name]) for name in numbers if name in roles]
    none = pl.lit(None, dtype=pl.Float64)
    grid = number(roles["grid"]) == _NO_POSITION if "grid" in roles else pl.lit(value=False)
    nowhere = number(roles["latitude"]) > 90 if "latitude" in roles else pl.lit(value=False)
    user = text("user").str.strip_chars()
    large = pl.when(user.fill_null("") == "").then(NOT_SAID).otherwise(user == _LARGE)
    return [
        text("postcode").alias("postcode"),
        text("authority_code").alias("authority_code"),
        *[(number(roles[n]) if n in roles else none).alias(n) for n in numbers],
        pl.any_horizontal(*bad).alias("bad_number"),
        *[(month(roles[n]) if n in roles else pl.lit(0)).cast(pl.Int32).alias(n) for n in _CHANGED],
        large.cast(pl.Int8).alias("large_user"),
        (number(roles["grid"]) if "grid" in roles else pl.lit(0))
        .cast(pl.UInt8, strict=False)
        .alias("quality"),
        (grid.fill_null(value=False) | nowhere.fill_null(value=False)).alias("pointless"),
    ]


_PUBLISHER = "Office for National Statistics"
_LICENCE = "OGL v3.0; Northern Ireland's postcodes need a licence for commercial use"

ONSPD = PostcodeFormat(
    name="onspd",
    title="ONS Postcode Directory",
    publisher=_PUBLISHER,
    licence=_LICENCE,
    recognise=_recognise_onspd,
    read=read_ons,
)
NSPL = PostcodeFormat(
    name="nspl",
    title="National Statistics Postcode Lookup",
    publisher=_PUBLISHER,
    licence=_LICENCE,
    recognise=_recognise_nspl,
    read=read_ons,
)
