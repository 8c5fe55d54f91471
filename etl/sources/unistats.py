"""Unistats, now Discover Uni: places where higher education is taught, and which courses there.

``LOCATION.csv`` and ``COURSELOCATION.csv``, each by itself or both in the published archive. What
a code says (HESA's description of the file): ``KISMODE`` 01 full time, 02 part time, 03 both;
``LOCCOUNTRY`` XF England, XG Northern Ireland, XH Scotland, XI Wales, XK the United Kingdom, any
other a place abroad.

A part-time course is taken as day release: the files do not say on which days, or when, it is
taught. A full-time one is no way in which somebody in work can train. A listing does not say that
a course runs: unknown.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.merging import merged_part, tidy
from etl.sources.probe import Container, Probe
from etl.sources.tabular import RawTable, read_table
from geo.types import Mode, OfferStatus

TITLE = "Discover Uni (Unistats), HESA"
LISTED = f"{TITLE}: listed by the provider, which does not say that it is delivered"
SECOND_FILE_FROM = 10_000_000
"""Lines of an archive's COURSELOCATION.csv are counted from here."""

_LOCATION = ("UKPRN", "LOCID", "LOCNAME", "LATITUDE", "LONGITUDE", "LOCUKPRN", "LOCCOUNTRY")
_COURSE = ("PUBUKPRN", "UKPRN", "KISCOURSEID", "KISMODE", "LOCID")
_WELSH = "LOCNAMEW"
_FIRST_LAYOUT = "INSTBEDS"
_AT_HOME = ("XF", "XG", "XH", "XI", "XK", "")
_PART_TIME, _FULL_TIME = ("02", "2", "03", "3"), ("01", "1")
_ABROAD = "a place outside the United Kingdom"
_NO_PLACE = "a course that names no place, such as one at a distance"
_NO_WORK = "a full-time course, which nobody in work can follow"


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of the format that a file is or holds: parts of it, None where it lacks one."""

    location: str | None
    courses: str | None
    layout: str


def recognise(probe: Probe) -> str | None:
    """Return which of the two files it is, or holds, and of which generation; or None."""
    files = _files(probe)
    return files.layout if files else None


def read(probe: Probe) -> Feed:
    """Read places and what is taught there.

    Raises
    ------
    SourceError
        If the file is damaged or none of the two.
    """
    files = _files(probe)
    if files is None:
        raise SourceError(f"{probe.name} holds neither LOCATION.csv nor COURSELOCATION.csv.")
    tables, parts, rejects, notes = [], [], [], []
    aside: dict[str, int] = {}
    if files.location is not None:
        places = _table(probe, files.location, (*_LOCATION, _WELSH))
        part, rest, said = _venues(places, with_courses=files.courses is not None)
        tables.append(places)
        parts.append(part)
        aside |= rest
        notes += said
    if files.courses is not None:
        courses = _table(probe, files.courses, _COURSE)
        if files.location is not None:
            courses = _moved(courses)
            notes.append(f"Lines from {SECOND_FILE_FROM + 1} on are those of {files.courses}.")
        part, rest, refused = _offers(courses)
        tables.append(courses)
        parts.append(part)
        aside |= rest
        rejects.append(refused)
    return _feed(files.layout, tables, parts, rejects, aside, notes)


def _files(probe: Probe) -> _Files | None:
    found: dict[str, str] = {}
    generation = "2025"
    for head in probe.heads:
        if head.row_with(*_LOCATION) == 1:
            found["location"] = head.part
            generation = "2016" if head.row_with(_FIRST_LAYOUT) == 1 else "2025"
        elif head.row_with(*_COURSE) == 1:
            found["courses"] = head.part
    if not found or probe.container is Container.WORKBOOK:
        return None
    named = {
        "location": f"locations, layout of {generation}",
        "courses": "courses and their locations",
    }
    layout = " and ".join(text for kind, text in named.items() if kind in found)
    return _Files(found.get("location"), found.get("courses"), layout)


def _table(probe: Probe, part: str, columns: Sequence[str]) -> RawTable:
    return read_table(probe.path, member=part or None, columns=columns)


def _moved(raw: RawTable) -> RawTable:
    """Return a table whose lines cannot be those of the archive's other file."""
    return RawTable(
        name=raw.name,
        sha256=raw.sha256,
        cells=raw.cells.set_axis(raw.cells.index + SECOND_FILE_FROM),
        rejects=raw.rejects.assign(line=raw.rejects["line"] + SECOND_FILE_FROM),
        notes=raw.notes,
    )


def _venues(raw: RawTable, *, with_courses: bool) -> tuple[Part, dict[str, int], list[str]]:
    """Return the places in the United Kingdom, those left out, and what is to be said."""
    given = raw.cells.reindex(columns=[*_LOCATION, _WELSH], fill_value="")
    abroad = ~given["LOCCOUNTRY"].isin(_AT_HOME)
    here = given[~abroad]
    # The site of a franchise belongs to the provider that teaches there.
    teaches = here["LOCUKPRN"].mask(here["LOCUKPRN"] == "", here["UKPRN"])
    franchised = int((teaches != here["UKPRN"]).sum())
    name = here["LOCNAME"].mask(here["LOCNAME"] == "", here[_WELSH])
    cells = pd.DataFrame(
        {
            "venue_id": _venue_ids(here),
            "ukprn": teaches,
            "name": tidy(name.map(html.unescape)),
            "latitude": here["LATITUDE"],
            "longitude": here["LONGITUDE"],
            "source": TITLE,
        },
        dtype="str",
    )
    # Without the courses nobody can tell which places matter: those of providers that are known.
    part = Part(
        "venues", cells, scope=() if with_courses else ("ukprn",), only_referred=with_courses
    )
    note = (
        f"Places that another provider lists, kept with the one that teaches there: {franchised}."
    )
    return part, _counted(_ABROAD, abroad), [note] if franchised else []


def _offers(raw: RawTable) -> tuple[Part, dict[str, int], pd.DataFrame]:
    given = raw.cells
    mode = given["KISMODE"]
    known = mode.isin([*_PART_TIME, *_FULL_TIME])
    placeless = known & (given["LOCID"] == "")
    full_time = known & ~placeless & mode.isin(_FULL_TIME)
    refused = make_rejects(
        given.index[~known],
        field="mode",
        rule="unknown mode",
        values=mode[~known],
        suggestions="give 01, 02 or 03 as KISMODE",
    )
    kept = given[known & ~placeless & ~full_time]
    offers = pd.DataFrame(
        {
            "venue_id": _venue_ids(kept),
            "programme_code": kept["KISCOURSEID"],
            "mode": Mode.DAY_RELEASE.value,
            "status": OfferStatus.UNKNOWN.value,
            "source": LISTED,
        },
        dtype="str",
    )
    key = ["venue_id", "programme_code", "mode"]
    part = merged_part("offers", offers, key, scope=("programme_code",))
    return part, _counted(_NO_PLACE, placeless) | _counted(_NO_WORK, full_time), refused


def _venue_ids(given: pd.DataFrame) -> pd.Series:
    return "discover-uni-" + given["UKPRN"] + "-" + given["LOCID"]


def _counted(rule: str, rows: pd.Series) -> dict[str, int]:
    return {rule: int(rows.sum())} if rows.any() else {}


def _feed(
    layout: str,
    tables: list[RawTable],
    parts: list[Part],
    rejects: list[pd.DataFrame],
    aside: dict[str, int],
    notes: list[str],
) -> Feed:
    return Feed(
        name=tables[0].name,
        sha256=tables[0].sha256,
        layout=layout,
        read=sum(table.read for table in tables),
        parts=tuple(parts),
        rejects=join_rejects([*(table.rejects for table in tables), *rejects]),
        set_aside=aside,
        notes=(*dict.fromkeys(note for table in tables for note in table.notes), *notes),
    )


FORMAT = Format(
    name="unistats",
    title="Places and courses of higher education (Discover Uni, formerly Unistats)",
    publisher="HESA, part of Jisc",
    licence="CC-BY-4.0",
    tables=("venues", "offers"),
    strength=Strength.LISTED,
    recognise=recognise,
    read=read,
)
