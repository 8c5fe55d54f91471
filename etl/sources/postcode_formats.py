"""Postcode directories that a user downloads: what is read of one, and how its rows are judged."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from etl.errors import CountError, SourceError
from etl.packaged_postcodes import IRISH_GRID, to_british, whole_metres
from etl.postcode_keys import postcode_keys
from etl.postcode_store import NO_COORDINATE, NOT_SAID
from etl.sources.probe import Probe

POSTCODE_PATTERN = "^(?:[A-Z]{1,2}[0-9][A-Z0-9]?|NPT)[0-9][A-Z]{2}$"
"""Postcodes without blank; NPT is Newport's until 1984."""

MAX_MEMBER_BYTES = 4_000_000_000
"""The largest directory, unpacked, is about 1.3 GB."""

_GRID_BOUNDS = (-250_000, -50_000, 700_000, 1_300_000)
"""West, south, east and north of the United Kingdom in EPSG:27700, with room to spare."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED_MONTH = re.compile(rf"(?<![A-Z])({'|'.join(_MONTHS)})[A-Z]*[_ -]?(20\d\d)", re.IGNORECASE)
_PSEUDO = "^[A-Z]9{8}$"
_BROKEN_ZIP = (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True, eq=False)
class PostcodeDirectory:
    """One directory, read.

    Attributes
    ----------
    name, sha256
        The file's name without its folder, and the digest of its bytes.
    layout
        Which of the format's layouts it has, in words.
    rows
        As :meth:`etl.postcode_store.PostcodeStore.of` takes them.
    read
        How many rows the file has.
    rejected
        How many rows are refused, by rule.
    examples
        For each rule the first postcode that broke it, as the file writes it.
    month
        The month of the directory as YYYYMM; None if neither the file nor its name says it.

    Raises
    ------
    CountError
        If a row is neither kept nor refused.
    """

    name: str
    sha256: str
    layout: str
    rows: pd.DataFrame
    read: int
    rejected: Mapping[str, int]
    examples: Mapping[str, str] = field(default_factory=dict)
    month: int | None = None

    def __post_init__(self) -> None:
        if len(self.rows) + sum(self.rejected.values()) != self.read:
            raise CountError(
                f"{self.name}: of {self.read} rows {len(self.rows)} were kept and "
                f"{sum(self.rejected.values())} refused. Nothing was written; please report this."
            )


@dataclass(frozen=True, slots=True)
class PostcodeFormat:
    """One kind of directory: like :class:`etl.sources.formats.Format`, but it fills no table.

    ``recognise`` gives the layout in words, or None; ``read`` a :class:`PostcodeDirectory`;
    ``live_only`` says that it lists every live postcode of its areas, and no other.
    """

    name: str
    title: str
    publisher: str
    licence: str
    recognise: Callable[[Probe], str | None]
    read: Callable[[Probe], PostcodeDirectory]
    live_only: bool = False


def judge(table: pl.DataFrame) -> tuple[pd.DataFrame, dict[str, int], dict[str, str]]:
    """Split a directory's rows into those that are kept and those refused, counted by rule.

    Parameters
    ----------
    table
        ``postcode`` as text; ``easting``, ``northing`` (EPSG:27700, but EPSG:29903 where the
        postcode begins with BT), ``latitude`` and ``longitude`` as numbers, null where blank;
        ``bad_number``; ``authority_code``, null where there is none; ``terminated`` and
        ``introduced`` (YYYYMM, 0 where blank, null where unreadable), ``large_user`` and
        ``quality`` (see the store); ``pointless`` where the directory says that there is no point.

    Returns
    -------
    The rows for the store, the counts, and for each rule its first postcode.
    """
    bare = pl.col("postcode").fill_null("").str.to_uppercase().str.replace_all(r"\s", "")
    table = table.with_columns(bare=bare)
    easting, northing = _metres(table)
    west, south, east, north = _GRID_BOUNDS
    placed = easting != NO_COORDINATE
    inside = (easting >= west) & (easting <= east) & (northing >= south) & (northing <= north)
    table = table.with_columns(
        e=pl.Series(easting), n=pl.Series(northing), outside=pl.Series(placed & ~inside)
    )
    rule = pl.coalesce(
        pl.when(pl.col("bare") == "").then(pl.lit("no postcode")),
        pl.when(~pl.col("bare").str.contains(POSTCODE_PATTERN)).then(pl.lit("broken postcode")),
        pl.when(pl.col("bad_number")).then(pl.lit("coordinates are no numbers")),
        pl.when(pl.col("terminated").is_null() | pl.col("introduced").is_null()).then(
            pl.lit("no month")
        ),
        pl.when(pl.col("outside")).then(pl.lit("outside the United Kingdom")),
        pl.when(~pl.col("bare").is_first_distinct()).then(pl.lit("postcode twice")),
    )
    table = table.with_columns(rule=rule)
    refused = table.filter(pl.col("rule").is_not_null())
    counts = refused.group_by("rule", maintain_order=True).agg(
        pl.len(), pl.col("postcode").first().fill_null("")
    )
    rejected = dict(zip(counts["rule"], counts["len"], strict=True))
    examples = dict(zip(counts["rule"], counts["postcode"], strict=True))
    return _stored(table.filter(pl.col("rule").is_null())), rejected, examples


def _stored(kept: pl.DataFrame) -> pd.DataFrame:
    code = pl.col("authority_code").fill_null("").str.strip_chars()
    code = pl.when(code.str.contains(_PSEUDO)).then(pl.lit("")).otherwise(code)
    codes = kept.select(code.alias("code"))["code"]
    return pd.DataFrame(
        {
            "key": postcode_keys(kept["bare"].to_numpy()),
            "easting": kept["e"].to_numpy(),
            "northing": kept["n"].to_numpy(),
            "authority_code": codes.to_numpy(),
            "terminated": kept["terminated"].to_numpy(),
            "introduced": kept["introduced"].to_numpy(),
            "large_user": kept["large_user"].fill_null(NOT_SAID).to_numpy(),
            "quality": kept["quality"].fill_null(0).to_numpy(),
        }
    )


def _metres(table: pl.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return whole metres of EPSG:27700: from the grid, and from degrees where that says more."""
    easting, northing, latitude, longitude = (
        table[name].fill_null(np.nan).to_numpy().astype(float)
        for name in ("easting", "northing", "latitude", "longitude")
    )
    irish = table["bare"].str.starts_with("BT").to_numpy()
    # Sources write latitude 99.999999 where there is no position.
    degrees = (np.abs(latitude) <= 90) & (latitude != 0) & np.isfinite(longitude)
    grid = np.isfinite(easting) & np.isfinite(northing)
    by_degrees = degrees & (irish | ~grid)
    by_irish = irish & grid & ~degrees
    for at, first, second, crs in (
        (by_degrees, longitude, latitude, "EPSG:4326"),
        (by_irish, easting, northing, IRISH_GRID),
    ):
        if at.any():
            easting[at], northing[at] = to_british(first[at], second[at], from_crs=crs)
    none = table["pointless"].fill_null(value=False).to_numpy() | ~(grid | by_degrees)
    easting[none] = np.nan
    return whole_metres(easting, northing)


def number(column: str) -> pl.Expr:
    """Return a column of text as numbers; null where it is blank or no number."""
    return pl.col(column).str.strip_chars().cast(pl.Float64, strict=False)


def is_no_number(column: str) -> pl.Expr:
    """Say where a column of text is neither blank nor a number."""
    text = pl.col(column).fill_null("").str.strip_chars()
    return (text != "") & text.cast(pl.Float64, strict=False).is_null()


def month(column: str) -> pl.Expr:
    """Return a column of text as months YYYYMM: 0 where it is blank, null where it is none."""
    text = pl.col(column).fill_null("").str.strip_chars()
    fits = text.str.contains(r"^(19|20)\d\d(0[1-9]|1[0-2])$")
    return pl.when(text == "").then(0).when(fits).then(text.cast(pl.Int32, strict=False))


def month_of_name(text: str) -> int | None:
    """Return the month that a name such as ``ONSPD_MAY_2025_UK.csv`` says, as YYYYMM.

    Examples
    --------
    >>> month_of_name("Data/ONSPD_MAY_2025_UK.csv")
    202505
    """
    found = _NAMED_MONTH.search(text)
    if not found:
        return None
    return int(found[2]) * 100 + _MONTHS.index(found[1].upper()) + 1


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def unpacked(probe: Probe, member: str) -> Iterator[Path]:
    """Give the path of a text file, or of a member of an archive, unpacked for the while.

    Raises
    ------
    SourceError
        If the archive is broken, or the member larger than any directory.
    """
    if not member:
        yield probe.path
        return
    with tempfile.TemporaryDirectory(prefix="skillshed-") as folder:
        path = Path(folder) / "directory.csv"
        try:
            with zipfile.ZipFile(probe.path) as archive:
                if archive.getinfo(member).file_size > MAX_MEMBER_BYTES:
                    raise SourceError(f"{member} in {probe.name} is larger than any directory.")
                with archive.open(member) as packed, path.open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
        except _BROKEN_ZIP:
            raise SourceError(f"{probe.name} is broken: download it again.") from None
        yield path
