"""What a file of a known public format says, table by table, before it is cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import pandas as pd

from etl.errors import CountError
from etl.rejects import join_rejects


def no_lines() -> pd.Series:
    """Return the empty table of lines that say a row again; see :class:`Part`."""
    return pd.Series([], index=pd.Index([], name="line", dtype="int64"), dtype="int64", name="row")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The rows of one file for one register table.

    Attributes
    ----------
    table
        Name of the register table.
    cells
        Text, empty where a cell is; the columns are those fields of the table of which the
        source speaks, and no others: of a field that is no column the source says nothing.
        Indexed by ``line``, the line of the file on which the row stands first.
    also
        Further lines that say the same rows: the row's line in ``cells``, indexed by the further
        ``line``. Many lines of a list of courses make one offer.
    date_format
        How the file writes dates, besides ISO, in the codes of ``strptime``; one way or several.
    scope
        Fields that refer to another table: a row that refers to something that the register does
        not hold is out of scope there. Such lines are counted as rejected, by rule, but not
        listed one by one, since a national file is mostly of other sectors.
    place_by_postcode
        Whether given coordinates are only compared with the postcode's point, not used.
    only_known
        Whether only rows that the register holds already are loaded: a national list of programmes
        says more of those that the register is about, and would flood it with all others. Others
        are counted as out of scope, and not listed.
    shapes
        Polygons of areas, in EPSG:4326, on the index of ``cells``; None for every other table.
    only_referred
        Whether a row is loaded only if a row of a later part of the same file refers to its key
        and is itself loaded. The places of a national list of courses are such: those where only
        other sectors are taught would flood the register. Such rows are counted as out of scope,
        and not listed. A line that another part keeps stays kept.
    """

    table: str
    cells: pd.DataFrame
    also: pd.Series = field(default_factory=no_lines)
    date_format: str | tuple[str, ...] | None = None
    scope: tuple[str, ...] = ()
    place_by_postcode: bool = False
    shapes: gpd.GeoSeries | None = None
    only_referred: bool = False
    only_known: bool = False

    def lines(self) -> set[int]:
        """Return every line that this part rests on."""
        return {*map(int, self.cells.index), *map(int, self.also.index)}


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One file of a known format, read and told apart, with nothing interpreted yet.

    Attributes
    ----------
    name
        Name of the file, without its folder.
    sha256
        SHA-256 of the file's bytes, in hexadecimal digits.
    layout
        Which of the format's layouts the file has, in words for the report.
    read
        How many rows the file has. Each is in a part, among the rejects, or counted as set aside.
    parts
        The rows by table, those that others refer to first.
    rejects
        Rows that the reader refuses, with line, field, rule, value and suggestion.
    set_aside
        How many rows are left out by which rule without being listed: what is of no concern to
        the register, such as a company in another industry.
    as_at
        Day for which the file holds, where the file or its name says it.
    notes
        What is to be said of the file, in sentences.

    Raises
    ------
    CountError
        If a row is in none of them, or in two that exclude each other.
    """

    name: str
    sha256: str
    layout: str
    read: int
    parts: tuple[Part, ...]
    rejects: pd.DataFrame = field(default_factory=lambda: join_rejects([]))
    set_aside: Mapping[str, int] = field(default_factory=dict)
    as_at: date | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kept = set().union(*(part.lines() for part in self.parts)) if self.parts else set()
        refused = set(self.rejects["line"])
        both = kept & refused
        total = len(kept) + len(self.rejects) + sum(self.set_aside.values())
        if both or len(refused) != len(self.rejects) or total != self.read:
            raise CountError(
                f"{self.name}: of {self.read} rows {len(kept)} were kept, {len(self.rejects)} "
                f"refused and {sum(self.set_aside.values())} set aside. Nothing was written; "
                "please report this fault."
            )
