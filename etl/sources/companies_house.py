"""Companies House, BasicCompanyData: five million rows of which the sector's are kept."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date
from functools import reduce
from operator import or_

import pandas as pd
import polars as pl

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sector import Sector, shipped_sector
from etl.sources.bulk import Bulk, Wanted, read_bulk
from etl.sources.bulk_lines import LINE, Told
from etl.sources.companies import LICENCE, PUBLISHER, TABLE, make_candidates
from etl.sources.feed import Feed
from etl.sources.formats import Format
from etl.sources.probe import Container, Probe
from etl.sources.unpacked import Unpacked, unpacked

NAME = "companies-house"
TITLE = "Companies House, basic company data"

_SIC = tuple(f"SICCode.SicText_{number}" for number in range(1, 5))
_POSTCODE = "RegAddress.PostCode"
_STATUS = "CompanyStatus"
# RegAddress.CareOf names a person: it is never read, nor is any other line of the address.
_FIELDS = {
    "CompanyName": "employer",
    "CompanyNumber": "company_number",
    _POSTCODE: "postcode",
    _STATUS: "company_status",
    "Accounts.AccountCategory": "accounts_category",
    "IncorporationDate": "incorporated_on",
}
_TELLING = ("CompanyName", "CompanyNumber", _POSTCODE, *_SIC)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")
NO_CODE = "no industry code supplied"
OTHER_CODE = "no industry code of the sector"
NOT_ACTIVE = "in liquidation, administration or otherwise not active"


def recognise(probe: Probe) -> str | None:
    """Return the layout of a file of BasicCompanyData, whole or in parts, zipped or not."""
    return "one row a company, four industry codes" if _member(probe) is not None else None


def read(probe: Probe) -> Feed:
    """Read a file of BasicCompanyData with the sector as it ships; see :func:`read_companies`."""
    return read_companies(probe, shipped_sector(), told=probe.told)


def read_companies(probe: Probe, sector: Sector, *, told: Told | None = None) -> Feed:
    """Read the companies with an industry code of the sector.

    Parameters
    ----------
    probe
        The file.
    sector
        Which codes count, and for how much.
    told
        Is told how far the reading is.

    Returns
    -------
    Candidate sites; every other row is set aside by rule. ``companies_at_address`` counts the rows
    of the whole file at the same postcode, and is left blank where there is no postcode.

    Raises
    ------
    SourceError
        If the file is damaged, is not in UTF-8, or too many of its rows do not fit.
    """
    told = told or _silent
    member = _member(probe)
    zipped = probe.container not in (Container.TEXT, Container.OTHER)
    if zipped and not member:
        raise SourceError(
            f"{probe.name} holds no file of company data, or is cut short: download it again, or "
            "unpack it yourself and load the file in it."
        )
    packed = unpacked(probe.path, str(member), told) if zipped else nullcontext(None)
    with packed as out:
        path = out.path if isinstance(out, Unpacked) else probe.path
        bulk = read_bulk(path, name=member or probe.name, wanted=_wanted(sector), told=told)
    sha256 = out.sha256 if isinstance(out, Unpacked) else bulk.sha256
    return _feed(probe, bulk, sector, sha256=sha256, as_at=_as_at(member or probe.name))


def _silent(_step: str, _share: float) -> None:
    return


def _member(probe: Probe) -> str | None:
    """Return the member that holds companies, empty for a text file; None if there is none."""
    found = [head.part for head in probe.heads if head.row_with(*_TELLING) == 1]
    return found[0] if len(found) == 1 else None


def _wanted(sector: Sector) -> Wanted:
    sought = list(sector.sought)
    of_sector = reduce(or_, (pl.col(name).str.head(5).is_in(sought) for name in _SIC))
    of_sector = of_sector.fill_null(value=False)
    active = pl.col(_STATUS).fill_null("").str.starts_with("Active")
    none = pl.col(_SIC[0]).fill_null("None Supplied").is_in(["None Supplied", ""])
    return Wanted(
        columns=(*_FIELDS, *_SIC),
        keep=of_sector & active,
        pooled=_POSTCODE,
        left_out={
            NO_CODE: ~of_sector & none,
            OTHER_CODE: ~of_sector & ~none,
            NOT_ACTIVE: of_sector & ~active,
        },
    )


def _as_at(name: str) -> date | None:
    found = _DAY.search(name)
    try:
        return date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None


def _feed(probe: Probe, bulk: Bulk, sector: Sector, *, sha256: str, as_at: date | None) -> Feed:
    lines = pd.Index(bulk.rows[LINE].to_numpy(), name="line", dtype="int64")
    texts = bulk.rows.drop(LINE).to_dict(as_series=False)
    cells = pd.DataFrame(texts, index=lines, dtype="str")
    rows = cells[list(_FIELDS)].rename(columns=_FIELDS)
    together = pd.Series(bulk.pooled_count.to_numpy(), index=lines).astype("str")
    rows = rows.assign(
        companies_at_address=together.where(rows["postcode"] != "", ""),
        source=TITLE,
        licence=LICENCE,
        as_at=as_at.isoformat() if as_at else "",
    )
    made = make_candidates(rows, cells[list(_SIC)], sector, date_format="%d/%m/%Y")
    return Feed(
        name=probe.name,
        sha256=sha256,
        layout=str(recognise(probe)),
        read=bulk.read,
        parts=(made.part,),
        rejects=join_rejects([bulk.rejects, made.rejects]),
        set_aside={rule: count for rule, count in bulk.left_out.items() if count},
        as_at=as_at,
        notes=(*bulk.notes, *made.notes),
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
