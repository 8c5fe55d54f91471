"""Apprenticeship standards of England, as the Institute and Skills England export them.

Two layouts are known. The export of 2018 is UTF-16 without a mark, has a line of words above its
header and a blank before each name. That of Skills England is UTF-8, has more columns, and a row
for each version of a standard. Its columns are known from public code that reads it.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.merging import tidy
from etl.sources.probe import Probe
from etl.sources.tabular import RawTable, read_table

OLD = "export of 2018"
NEW = "export of Skills England, by version"

_NAMED = ("Name", "Reference", "Route", "Level")
_ALL = (*_NAMED, "Integrated Degree", "Programme Type", "Version Number", "Status")
_NO_LEVEL = ("0", "TBC", "TBA", "")
_NO_AWARD = ("", "tbc", "n/a")
_APPROVED = "approved for delivery"
_DAY = re.compile(r"accurate as of (\d{1,2} \w+ \d{4})", re.IGNORECASE)


def recognise(probe: Probe) -> str | None:
    """Return the layout of an export of standards, or None."""
    for head in probe.heads:
        if head.row_with(*_NAMED, "LARS code for providers only") is not None:
            return NEW if head.row_with(*_NAMED, "Version Number", "Status") is not None else OLD
    return None


def read(probe: Probe) -> Feed:
    """Read an export of standards.

    The trailblazers' contacts are persons: that column is never read. A level of 0 or ``TBC`` is
    one that is not settled yet, and stays unknown. Of a standard's versions the newest approved
    one is read.

    Raises
    ------
    SourceError
        If the file is damaged, or lost its header.
    """
    layout = recognise(probe)
    if layout is None:
        raise SourceError(f"{probe.name} is no export of apprenticeship standards.")
    head = next(h for h in probe.heads if h.row_with(*_NAMED) is not None)
    raw = read_table(
        probe.path,
        sheet=head.part or None,
        header_row=head.row_with(*_NAMED),
        columns=_ALL,
    )
    given = raw.cells.reindex(columns=list(_ALL), fill_value="")
    nameless = given["Reference"] == ""
    refused = make_rejects(
        given.index[nameless],
        field="programme_code",
        rule="no reference",
        values=given.loc[nameless, "Name"],
        suggestions="leave it out until the standard has a reference such as ST0248",
    )
    newest = _newest(given[~nameless])
    unsettled = newest["Level"].isin(_NO_LEVEL)
    older = len(given) - int(nameless.sum()) - len(newest)
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=layout,
        read=raw.read,
        parts=(Part("programmes", _programmes(newest), only_known=True),),
        rejects=join_rejects([raw.rejects, refused]),
        set_aside={"an earlier version of the same standard": older} if older else {},
        as_at=_as_at(probe),
        notes=_notes(raw, int(unsettled.sum())),
    )


def _newest(given: pd.DataFrame) -> pd.DataFrame:
    """Return one version of every standard: an approved one before others, then the newest."""
    if (given["Version Number"] == "").all():
        return given
    # 1.10 is newer than 1.9, though smaller as a number.
    parts = given["Version Number"].str.extract(r"(\d+)(?:\.(\d+))?").astype("float64").fillna(0.0)
    ranked = given.assign(
        approved=given["Status"].str.casefold().eq(_APPROVED), major=parts[0], minor=parts[1]
    ).sort_values(["approved", "major", "minor"], kind="stable")
    kept = ~ranked.duplicated("Reference", keep="last")
    return given[given.index.isin(ranked.index[kept])]


def _programmes(given: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "programme_code": given["Reference"],
            "title": tidy(given["Name"]),
            "level_rqf": given["Level"].mask(given["Level"].isin(_NO_LEVEL), ""),
            "award": _awards(given),
            # A comma of the route's name is a blank in the export of 2018.
            "pathway": tidy(given["Route"]),
            "nation": "England",
        },
        dtype="str",
    )


def _awards(given: pd.DataFrame) -> pd.Series:
    kind = tidy(given["Programme Type"]).str.lower().replace("", "apprenticeship")
    degree = tidy(given["Integrated Degree"]).str.lower()
    return kind.where(degree.isin(_NO_AWARD), kind + ", " + degree)


def _as_at(probe: Probe) -> date | None:
    above = " ".join(cell for head in probe.heads for row in head.rows[:2] for cell in row)
    found = _DAY.search(above)
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1), "%d %B %Y").date()  # noqa: DTZ007
    except ValueError:
        return None


def _notes(raw: RawTable, unsettled: int) -> tuple[str, ...]:
    if not unsettled:
        return raw.notes
    return (*raw.notes, f"Level not settled yet (0 or TBC), left unknown: {unsettled} standard(s).")


FORMAT = Format(
    name="standards",
    title="Apprenticeship standards (Institute for Apprenticeships, Skills England)",
    publisher="Skills England",
    licence="OGL-UK-3.0",
    tables=("programmes",),
    strength=Strength.REGISTER,
    recognise=recognise,
    read=read,
)
