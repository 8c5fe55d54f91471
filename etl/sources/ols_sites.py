"""Office for Life Sciences: the list of sites beside its sector statistics.

The user guides name what the list holds (sector, segment, site, employment), not its headings, and
these change between releases. So a column is taken by its role: by any of the headings that mean
it, told in the report. A file is only taken for this list if its sectors are those of the guide.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import pandas as pd

from app.db.precedence import Strength
from etl.clean.bands import read_bands
from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.probe import Container, Head, Probe
from etl.sources.tabular import RawTable, read_table

NAME = "ols-sites"
TITLE = "Office for Life Sciences, bioscience and health technology sites"
LICENCE = "Open Government Licence v3.0"

ROLES: Mapping[str, tuple[str, ...]] = {
    "employer": (
        "business name", "company name", "company", "business", "trading name", "organisation",
        "organisation name", "employer", "legal name", "parent company",
    ),
    "name": ("site name", "site", "name of site", "trading address name"),
    "postcode": ("postcode", "post code", "site postcode", "trading postcode", "postal code"),
    "sector": ("sector", "principal sector", "sector name", "sector group", "life sciences sector"),
    "segment": ("segment", "segment name", "segment group", "main segment", "subsector"),
    "employees": (
        "employment band", "employment size band", "employment range", "site employment band",
        "site employment", "employees", "employees band", "employee band", "employee range",
        "number of employees", "employment", "size band", "site size band",
    ),
    "site_id": ("site id", "site reference", "site number", "record id", "unique id", "id"),
    "company_number": ("company number", "company registration number", "crn"),
}  # fmt: skip
"""Headings by role, the likeliest first; case, underscores and hyphens do not matter."""

_REQUIRED = ("employer", "postcode", "employees")
_SECTORS = re.compile(r"bio\s*pharma|med(ical)?\s*tech", re.IGNORECASE)
_ID_DIGITS = 16
SEGMENTS = (
    (r"(?i)contract\s*(?:clinical\s*)?research|clinical research org|\bCRO\b", "contract research"),
    (r"(?i)bio\s*pharma", "biopharma"),
    (r"(?i)med(?:ical)?\s*tech", "medical technology"),
)
"""What a segment or sector of the list is in the register's words; the first that is found."""


def recognise(probe: Probe) -> str | None:
    """Return the layout of a list of sites with the sectors of the user guide."""
    found = _table(probe)
    if found is None:
        return None
    _, row, roles = found
    return f"one row a site, header in row {row}, {len(roles)} columns known by their role"


def read(probe: Probe) -> Feed:
    """Read the list of sites.

    A band of employees gives its two ends and nothing between. A site without an id of the list's
    own gets one made of employer, name and postcode.

    Raises
    ------
    SourceError
        If no table of the file has the columns, with what is missing.
    """
    found = _table(probe)
    if found is None:
        raise SourceError(
            f"{probe.name} has no table with an employer, a postcode, a band of employees and the "
            "sectors of the list (biopharma, medical technology): load it with a mapping."
        )
    head, row, roles = found
    where = {"sheet": head.part} if probe.container is Container.WORKBOOK else {}
    if probe.container is Container.ARCHIVE:
        where = {"member": head.part}
    raw = read_table(probe.path, header_row=row, columns=tuple(roles.values()), **where)
    return _feed(probe, raw, roles)


def _feed(probe: Probe, raw: RawTable, roles: Mapping[str, str]) -> Feed:
    cells = raw.cells.rename(columns={column: role for role, column in roles.items()})
    bands = read_bands(cells["employees"])
    segments = _segments(cells)
    nobody = cells["employer"] == ""
    made = pd.DataFrame(
        {
            "site_id": _ids(cells),
            **{role: cells[role] for role in ("employer", "name", "postcode") if role in cells},
            **({"company_number": cells["company_number"]} if "company_number" in cells else {}),
            "segment": segments,
            "employees_low": bands["low"].astype("str").replace("<NA>", ""),
            "employees_high": bands["high"].astype("str").replace("<NA>", ""),
            "source": TITLE,
        }
    )
    refused = make_rejects(
        cells.index[nobody],
        field="employer",
        rule="required",
        values=cells.loc[nobody, "employer"],
        suggestions="fill in the employer",
    )
    return Feed(
        name=probe.name,
        sha256=raw.sha256,
        layout=str(recognise(probe)),
        read=raw.read,
        parts=(Part("sites", made[~nobody].fillna("").astype("str")),),
        rejects=join_rejects([raw.rejects, refused]),
        notes=(*raw.notes, *_notes(cells, roles, bands["unread"], segments)),
    )


def _table(probe: Probe) -> tuple[Head, int, dict[str, str]] | None:
    """Return the table of the list, the row of its header, and its columns by role."""
    for head in probe.heads:
        for at, row in enumerate(head.rows, start=1):
            roles = _roles(row)
            if set(_REQUIRED) <= set(roles) and {"sector", "segment"} & set(roles):
                named = [row.index(roles[one]) for one in ("sector", "segment") if one in roles]
                if any(_SECTORS.search(cell) for cell in _cells(head, at, named)):
                    return head, at, roles
    return None


def _cells(head: Head, header_row: int, columns: list[int]) -> list[str]:
    return [row[at] for row in head.rows[header_row:] for at in columns if at < len(row)]


def _roles(row: tuple[str, ...]) -> dict[str, str]:
    """Return the column of each role; of several headings that mean it the likeliest."""
    plain = {re.sub(r"[\s_-]+", " ", cell).strip().casefold(): cell for cell in reversed(row)}
    found: dict[str, str] = {}
    for role, headings in ROLES.items():
        known = next((plain[heading] for heading in headings if heading in plain), None)
        if known is not None and known not in found.values():
            found[role] = known
    return found


def _segments(cells: pd.DataFrame) -> pd.Series:
    """Return the register's segment of each site: by its segment, else by its sector."""
    found = pd.Series("", index=cells.index, dtype="str")
    for role in ("segment", "sector"):
        if role in cells:
            for pattern, segment in SEGMENTS:
                said = cells[role].str.contains(pattern, regex=True)
                found = found.mask((found == "") & said, segment)
    return found


def _ids(cells: pd.DataFrame) -> pd.Series:
    given = cells.get("site_id", pd.Series("", index=cells.index, dtype="str"))
    parts = [cells[role] for role in ("employer", "name", "postcode") if role in cells]
    texts = pd.concat(parts, axis=1).agg("\n".join, axis=1).str.casefold()
    made = [hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS] for text in texts]
    return "ols-" + given.mask(given == "", pd.Series(made, index=cells.index, dtype="str"))


def _notes(
    cells: pd.DataFrame, roles: Mapping[str, str], unread: pd.Series, segments: pd.Series
) -> list[str]:
    taken = "; ".join(f"{role}: {column!r}" for role, column in roles.items())
    notes = [f"Columns taken by their role: {taken}."]
    if unread.any():
        first = cells.loc[unread, "employees"].iloc[0]
        notes.append(f"Bands of employees that are none, left blank: {unread.sum()}, as {first!r}.")
    if (segments == "").any():
        notes.append(f"Sites of no segment that the register knows: {(segments == '').sum()}.")
    return notes


FORMAT = Format(
    name=NAME,
    title=TITLE,
    publisher="Office for Life Sciences",
    licence=LICENCE,
    tables=("sites",),
    strength=Strength.STATISTICS,
    recognise=recognise,
    read=read,
)
