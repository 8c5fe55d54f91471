"""Companies House, the export of an advanced search: the companies that a user asked for."""

from __future__ import annotations

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sector import Sector, shipped_sector
from etl.sources.companies import LICENCE, PUBLISHER, TABLE, make_candidates
from etl.sources.feed import Feed
from etl.sources.formats import Format
from etl.sources.probe import Probe
from etl.sources.tabular import read_table

NAME = "companies-house-search"
TITLE = "Companies House, export of an advanced search"
LAYOUT = "one row a company, industry codes in one cell"
OTHER_CODE = "no industry code of the sector"
NOT_ACTIVE = "dissolved or otherwise not active"

_COLUMNS = (
    "company_name",
    "company_number",
    "company_status",
    "incorporation_date",
    "nature_of_business",
    "registered_office_address",
)
_ACTIVE = ("active", "open")
_POSTCODE = (
    r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b(?!.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b)"
)
"""The last postcode in an address; the country stands behind it."""

_CODES = 4


def recognise(probe: Probe) -> str | None:
    """Return the layout of an export of the advanced search."""
    return LAYOUT if any(head.row_with(*_COLUMNS) == 1 for head in probe.heads) else None


def read(probe: Probe) -> Feed:
    """Read an export with the sector as it ships; see :func:`read_search`."""
    return read_search(probe, shipped_sector())


def read_search(probe: Probe, sector: Sector) -> Feed:
    """Read the companies with an industry code of the sector.

    The file holds what was searched for, so it does not say how many companies stand at a postcode.

    Raises
    ------
    SourceError
        If it cannot be read, or lacks a column.
    """
    raw = read_table(probe.path, columns=_COLUMNS)
    missing = [name for name in _COLUMNS if name not in raw.cells]
    if missing:
        raise SourceError(f"{probe.name} lacks the column {missing[0]!r}: export it again.")
    cells = raw.cells
    codes = cells["nature_of_business"].str.split(n=_CODES, expand=True)
    codes = codes.reindex(columns=range(_CODES)).astype("str").fillna("")
    active = cells["company_status"].str.casefold().str.split(" - ").str[0].isin(_ACTIVE)
    of_sector = codes.isin(sector.sought).any(axis=1)
    kept = active & of_sector
    postcode = cells["registered_office_address"].str.extract(_POSTCODE)
    rows = pd.DataFrame(
        {
            "employer": cells["company_name"],
            "company_number": cells["company_number"],
            "postcode": (postcode[0] + " " + postcode[1]).fillna("").str.upper(),
            "company_status": cells["company_status"],
            "incorporated_on": cells["incorporation_date"],
            "source": TITLE,
            "licence": LICENCE,
        }
    )[kept]
    made = make_candidates(rows, codes[kept], sector)
    aside = {OTHER_CODE: int((~of_sector).sum()), NOT_ACTIVE: int((of_sector & ~active).sum())}
    return Feed(
        name=probe.name,
        sha256=raw.sha256,
        layout=LAYOUT,
        read=raw.read,
        parts=(made.part,),
        rejects=join_rejects([raw.rejects, made.rejects]),
        set_aside={rule: count for rule, count in aside.items() if count},
        notes=(*raw.notes, *made.notes),
    )


FORMAT = Format(
    name=NAME,
    title=TITLE,
    publisher=PUBLISHER,
    licence=LICENCE,
    tables=(TABLE,),
    strength=Strength.SUGGESTED,
    recognise=recognise,
    read=read,
)
