"""Ofsted's inspections of further education and skills: underlying data and management information.

Tables are found by the heading ``Provider UKPRN``, below titles, in a CSV file or on any sheet of a
workbook; :mod:`etl.sources.ofsted_columns` says what their columns are, and which headings are
confirmed. ``NULL`` stands for a provider never inspected, ``-`` for what was not judged.

The two scales never mix: a provider has the grades of one inspection. Among a file's rows of a
provider, those with grades count before those without, then the newer; the others are set aside and
counted, and so are monitoring visits, which judge parts. Where the list of providers says that a
full inspection by report card followed, and the file does not hold it, the old grades are left out.

OpenDocument spreadsheets are told and refused with advice: the reader that is at hand (GDAL) fails
on the runs of empty rows with which they end.

References
----------
Ofsted: Further education and skills inspections and outcomes; education inspection framework
(four points) and, since 10 November 2025, renewed framework (report cards without a grade overall).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from app.db.precedence import Strength
from etl.errors import ColumnsError, SourceError
from etl.rejects import join_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.ofsted_columns import NAME, SCHEMES, TYPE, UKPRN, Roles, TableKind, find_roles
from etl.sources.probe import Container, Probe
from etl.sources.published import (
    Place,
    counted,
    day_in,
    find_places,
    iso_days,
    name_persons,
    read_named,
    refuse,
    refuse_persons,
    whole_text,
    with_source,
)
from etl.sources.tabular import RawTable
from geo.inspection import GRADES, Scheme
from geo.types import Nation

TITLE = "Ofsted further education and skills inspections"
LICENCE = "OGL v3"
OPEN_DOCUMENT = "OpenDocument spreadsheet"
OLDER = "an older or repeated inspection of a provider"
MONITORING = "a monitoring visit, which is no full inspection"
SHEET_LINES = 1_000_000
"""Lines of a workbook's second table are counted from here, of its third from twice this."""

_SILENT = (
    "",
    "-",
    "null",
    "n/a",
    "not applicable",
    "not judged",
    "not evaluated",
    "no judgement",
    "[x]",
    "[z]",
)
_SAFE = {"yes": "yes", "met": "yes", "effective": "yes"}
_UNSAFE = {"no": "no", "not met": "no", "ineffective": "no", "not effective": "no"}
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d-%m-%Y")
_DAY = r"(\d{1,2} [A-Za-z]+ \d{4})"
_AS_AT = (rf"(?i)\bas at {_DAY}", rf"(?i)\bpublished by {_DAY}", rf"(?i)\bto {_DAY}")
_ISO = r"\d{4}-\d{2}-\d{2}"
_FIELDS = ("ukprn", "name", "provider_type")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One table of a file: rows that can be kept, and those that are refused."""

    rows: pd.DataFrame
    rejects: pd.DataFrame
    read: int
    notes: tuple[str, ...]
    visits: int = 0


def recognise(probe: Probe) -> str | None:
    """Return what the file's tables tell, or None if it has no table of inspections."""
    if _is_open_document(probe):
        return OPEN_DOCUMENT
    kinds = {roles.kind for _, roles in _find(probe)}
    return " and ".join(kind for kind in TableKind if kind in kinds) or None


def read(probe: Probe) -> Feed:
    """Read every table of inspections of a file as providers.

    Raises
    ------
    ColumnsError
        If a column is missing.
    SourceError
        If the file cannot be read.
    """
    layout = recognise(probe)
    if layout is None:
        raise SourceError(f"{probe.name} has no table of inspections with {UKPRN!r}: check it.")
    if layout == OPEN_DOCUMENT:
        raise SourceError(f"{probe.name} is an {OPEN_DOCUMENT}: save it as XLSX, or as CSV.")
    found = _find(probe)
    tables: list[_Table] = []
    notes: list[str] = []
    digest = ""
    for number, (place, roles) in enumerate(found):
        raw = _read_place(probe, place, roles)
        digest = raw.sha256
        table = _read_table(_shifted(raw, number * SHEET_LINES), roles)
        tables.append(table)
        notes += table.notes
        if number:
            notes.append(
                f"Lines from {number * SHEET_LINES + 1:,} on are the rows of sheet {place.sheet!r}."
            )
    rows = pd.concat([table.rows for table in tables])
    providers, older, outdated = _newest(rows)
    if outdated:
        notes.append(
            f"{outdated} provider(s) have been inspected by report card, which the file does not "
            "hold; their old grades are left out."
        )
    as_at = _as_at(probe)
    kept = with_source(providers, source=TITLE, licence=LICENCE, as_at=as_at)
    return Feed(
        name=probe.name,
        sha256=digest,
        layout=layout,
        read=sum(table.read for table in tables),
        parts=(Part("providers", kept),),
        rejects=join_rejects(table.rejects for table in tables),
        set_aside=counted([(OLDER, older), (MONITORING, sum(table.visits for table in tables))]),
        as_at=as_at,
        notes=tuple(dict.fromkeys(notes)),
    )


def _find(probe: Probe) -> list[tuple[Place, Roles]]:
    found = [(place, find_roles(place.columns)) for place in find_places(probe, UKPRN)]
    return [(place, roles) for place, roles in found if roles is not None]


def _is_open_document(probe: Probe) -> bool:
    if probe.container is not Container.ARCHIVE or "content.xml" not in probe.members:
        return False
    wanted, tail = UKPRN.encode(), b""
    try:
        with zipfile.ZipFile(probe.path) as archive, archive.open("content.xml") as content:
            while chunk := content.read(_CHUNK):
                if wanted in tail + chunk:
                    return True
                tail = chunk[-len(wanted) :]
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError):
        return False
    return False


def _read_place(probe: Probe, place: Place, roles: Roles) -> RawTable:
    if roles.kind is TableKind.MONITORING:
        return read_named(probe.path, place, {"ukprn": UKPRN})
    if roles.day is None:
        raise ColumnsError(
            f"{probe.name} lacks the column 'First day of inspection' beside its grades: download "
            "the file again."
        )
    wanted = {"ukprn": UKPRN, "name": NAME, "provider_type": TYPE, "day": roles.day}
    said = {"safeguarding": roles.safeguarding, "renewed": roles.renewed}
    return read_named(
        probe.path,
        place,
        {**wanted, **{name: heading for name, heading in said.items() if heading}, **roles.areas},
    )


def _shifted(raw: RawTable, by: int) -> RawTable:
    cells = raw.cells.set_axis(raw.cells.index + by)
    cells.index.name = raw.cells.index.name
    rejects = raw.rejects.assign(line=raw.rejects["line"] + by)
    return RawTable(raw.name, raw.sha256, cells, rejects, raw.notes)


def _read_table(raw: RawTable, roles: Roles) -> _Table:
    if roles.kind is TableKind.MONITORING:
        nothing = pd.DataFrame(columns=_COLUMNS, index=raw.cells.index[:0], dtype="str")
        return _Table(nothing, raw.rejects, raw.read, raw.notes, visits=len(raw.cells))
    scheme = SCHEMES[roles.kind]
    cells = raw.cells.assign(ukprn=whole_text(_said(raw.cells["ukprn"])))
    left = pd.Series(data=True, index=cells.index)
    rejects = [raw.rejects]

    def put_aside(found: pd.DataFrame) -> None:
        rejects.append(found[left.loc[found["line"]].to_numpy()])
        left.loc[found["line"]] = False

    put_aside(
        refuse(
            cells,
            cells["ukprn"] == "",
            field="ukprn",
            rule="required",
            suggestion="leave the row out, or add the provider's UKPRN",
        )
    )
    put_aside(refuse_persons(cells, name_persons(cells["name"])))
    words = pd.DataFrame(index=cells.index)
    for area in roles.areas:
        said = _said(cells[area])
        words[area] = said.str.casefold().map(_grades_of(scheme)).astype("str")
        strange = (said != "") & words[area].isna()
        put_aside(refuse(cells, strange, field=area, rule="grade", suggestion=_expected(scheme)))
    met = pd.Series("", index=cells.index, dtype="str")
    if roles.safeguarding:
        said = _said(cells["safeguarding"])
        met = said.str.casefold().map({"": "", **_SAFE, **_UNSAFE}).astype("str")
        put_aside(
            refuse(
                cells,
                met.isna(),
                field="safeguarding",
                rule="safeguarding",
                suggestion="expected: yes or no, met or not met, or blank",
            )
        )
    grades = _joined(words)
    rows = pd.DataFrame(
        {
            **{name: _said(cells[name]) for name in _FIELDS},
            "inspection_scheme": grades.mask(grades != "", scheme.value),
            "inspection_grades": grades,
            "inspection_date": iso_days(_without_hour(_said(cells["day"])), _DAYS),
            "safeguarding_met": met.fillna(""),
            "renewed": _said(cells["renewed"]).str.casefold() if roles.renewed else "",
        },
        index=cells.index,
        columns=_COLUMNS,
    )
    return _Table(rows[left].astype("str"), join_rejects(rejects), raw.read, raw.notes)


_COLUMNS = (
    *_FIELDS,
    "inspection_scheme",
    "inspection_grades",
    "inspection_date",
    "safeguarding_met",
    "renewed",
)


def _newest(rows: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Return one row a provider, and how many rows were older and how many grades outdated."""
    # ISO days sort as text; any other is refused in cleaning, and is newer than none.
    days = rows["inspection_date"].where(rows["inspection_date"].str.fullmatch(_ISO), "")
    order = rows.assign(graded=rows["inspection_grades"] != "", day=days, at=rows.index)
    order = order.sort_values(
        ["graded", "day", "at"], ascending=[False, False, True], kind="stable"
    )
    best = order.drop_duplicates("ukprn").sort_index()
    outdated = (best["renewed"] == "yes") & best["graded"]
    silent = ["inspection_scheme", "inspection_grades", "inspection_date", "safeguarding_met"]
    best.loc[outdated, silent] = ""
    table = best[[*_FIELDS, *silent]].assign(nation=Nation.ENGLAND.value)
    return table.astype("str"), len(rows) - len(best), int(outdated.sum())


def _said(texts: pd.Series) -> pd.Series:
    return texts.mask(texts.str.casefold().isin(_SILENT), "")


def _without_hour(texts: pd.Series) -> pd.Series:
    return texts.str.replace(r"\s+\d{1,2}:\d{2}(:\d{2})?$", "", regex=True)


def _grades_of(scheme: Scheme) -> Mapping[str, str]:
    """Return our word for each grade of one scheme, blank for none."""
    words = {
        grade: value.removeprefix("grade_").replace("_", " ")
        for grade, (of, value) in GRADES.items()
        if of is scheme
    }
    return {"": "", **words}


def _expected(scheme: Scheme) -> str:
    words = dict.fromkeys(filter(None, _grades_of(scheme).values()))
    return f"expected, by the scheme of {scheme.value}: {', '.join(words)}; or blank"


def _joined(words: pd.DataFrame) -> pd.Series:
    """Return ``area=grade`` of every area with a grade, separated by semicolons."""
    joined = pd.Series("", index=words.index, dtype="str")
    for area in words.columns:
        word = words[area].fillna("")
        joined = joined.mask(word != "", joined + f";{area}=" + word)
    return joined.str.removeprefix(";")


def _as_at(probe: Probe) -> date | None:
    """Return the day that the file's name or the titles above its tables state."""
    titles = [
        cell
        for head in probe.heads
        for row in head.rows
        if sum(map(bool, row)) == 1
        for cell in row
    ]
    said = re.sub(r"[\s_+-]+", " ", " . ".join([probe.path.stem, *filter(None, titles)]))
    for pattern in _AS_AT:
        day = day_in(said, pattern, "%d %B %Y") or day_in(said, pattern, "%d %b %Y")
        if day:
            return day
    return None


FORMAT = Format(
    name="ofsted",
    title=TITLE,
    publisher="Ofsted",
    licence=LICENCE,
    tables=("providers",),
    strength=Strength.STATISTICS,
    recognise=recognise,
    read=read,
)
