"""The UK Register of Learning Providers (UKRLP).

The stakeholder report is a workbook of about ten sheets; one, ``UKRLP Data``, holds the register
below the line ``RUN ON : day hour``. Its header has a misprint of its own, ``CONRACT ADDRESS
POSTCODE``; neither of its two postcodes is a place of teaching, so no venue follows from it. A
sheet saved as CSV is read alike. An older list of names and addresses (``UKPRN``,
``PROVIDER_NAME``, ``ALIAS_TEXT``, ...) gives names and web addresses, without a day.

What is left out, by rule: schools, since the register of schools gives those that matter here.
What is refused: sole traders and partnerships, whose name is a person's. A provider that is
deactivated is kept as ``closed``; that one is active here says nothing of whether it may train
apprentices, so its standing stays blank.

learning-providers-plus, which grew from this register, is not claimed: its mappings
(``learning_providers_plus_*``) load it with its own source and compare its coordinates, and its
word is not that of a register.

References
----------
Department for Education: ukrlp-api (``UkrlpLookupController``) lists the verification sources.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.probe import Probe
from etl.sources.published import (
    Place,
    counted,
    day_in,
    find_places,
    name_persons,
    read_named,
    refuse,
    refuse_persons,
    web_addresses,
    whole_text,
    with_source,
)

TITLE = "UK Register of Learning Providers (UKRLP)"
LICENCE = "Terms of the UK Register of Learning Providers"
REPORT = "stakeholder report"
OLD_LIST = "older list of names and addresses"
SCHOOLS = "a school: it has a school's number and no company, charity or statutory one"

STATUS = {
    "": "",
    "a": "",
    "active": "",
    "v": "",
    "verified": "",
    "pd1": "",
    "deactivation in process": "",
    "pd2": "closed",
    "deactivated": "closed",
}
"""Our word for each status; blank says nothing of the apprenticeship register."""

_NO = ("", "n", "no", "false", "0")
_SCHOOL_NUMBERS = {
    "urn": "SCHOOL UNIQUE REFERENCE NUMBER",
    "isc": "ISC NUMBER",
    "scottish": "SCOTTISH SCHOOLS CENTRE NUMBER",
    "northern_irish": "NI SCHOOLS INSTITUTION NUMBER",
}
_OTHER_NUMBERS = {
    "company": "COMPANY REGISTRATION NUMBER",
    "charity": "REGISTERED CHARITY NUMBER",
    "statute": "STATUTORY INSTRUMENT",
}
_REQUIRED = {
    "ukprn": "UKPRN",
    "name": "LEGAL NAME",
    "status": "STATUS",
    "verified_by": "PRIMARY VERIFICATION SOURCE",
    "sole": "SOLE TRADER OR PARTNERSHIP",
    **_OTHER_NUMBERS,
    **_SCHOOL_NUMBERS,
}
_OLD = {"ukprn": "UKPRN", "name": "PROVIDER_NAME", "website": "WEBSITE_ADDRESS"}


def recognise(probe: Probe) -> str | None:
    """Return the layout of a file of the register, or None if it is none."""
    found = _find(probe)
    return found[0] if found else None


def read(probe: Probe) -> Feed:
    """Read a file of the register as providers.

    Raises
    ------
    ColumnsError
        If a column is missing.
    SourceError
        If the file cannot be read.
    """
    found = _find(probe)
    if found is None:
        raise SourceError(f"{probe.name} is no file of the {TITLE}: check what it is.")
    layout, place = found
    return _read_report(probe, place) if layout == REPORT else _read_old(probe, place)


def _find(probe: Probe) -> tuple[str, Place] | None:
    for layout, signature in (
        (REPORT, ("UKPRN", "PRIMARY VERIFICATION SOURCE")),
        (OLD_LIST, ("UKPRN", "ALIAS_TEXT", "FLAT_NAME_NUMBER")),
    ):
        places = find_places(probe, *signature)
        if places:
            return layout, places[0]
    return None


def _read_report(probe: Probe, place: Place) -> Feed:
    raw = read_named(probe.path, place, _REQUIRED)
    cells = raw.cells
    personal = (
        ~cells["sole"].str.casefold().isin(_NO)
        | cells["verified_by"].str.contains(r"(?i)sole trader|non-limited partnership", regex=True)
        | name_persons(cells["name"])
    )
    school = (
        (cells[list(_SCHOOL_NUMBERS)] != "").any(axis=1)
        & (cells[list(_OTHER_NUMBERS)] == "").all(axis=1)
        & ~personal
    )
    status = cells["status"].str.casefold().map(STATUS)
    strange = status.isna() & ~personal & ~school
    as_at = _run_on(probe, place)
    kept = pd.DataFrame(
        {
            "ukprn": whole_text(cells["ukprn"]),
            "name": cells["name"],
            "register_status": status.fillna(""),
        }
    )[~personal & ~school & ~strange]
    rejects = [
        raw.rejects,
        refuse_persons(cells, personal),
        refuse(
            cells,
            strange,
            field="status",
            rule="status",
            suggestion=f"expected: {', '.join(word for word in STATUS if len(word) > 3)}",
        ),
    ]
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=REPORT,
        read=raw.read,
        parts=(Part("providers", with_source(kept, source=TITLE, licence=LICENCE, as_at=as_at)),),
        rejects=join_rejects(rejects),
        set_aside=counted([(SCHOOLS, int(school.sum()))]),
        as_at=as_at,
        notes=raw.notes,
    )


def _read_old(probe: Probe, place: Place) -> Feed:
    raw = read_named(probe.path, place, _OLD)
    personal = name_persons(raw.cells["name"])
    websites, note = web_addresses(raw.cells["website"])
    kept = raw.cells.assign(ukprn=whole_text(raw.cells["ukprn"]), website=websites)[~personal]
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=OLD_LIST,
        read=raw.read,
        parts=(Part("providers", with_source(kept, source=TITLE, licence=LICENCE)),),
        rejects=join_rejects([raw.rejects, refuse_persons(raw.cells, personal)]),
        notes=(*raw.notes, *note),
    )


def _run_on(probe: Probe, place: Place) -> date | None:
    """Return the day on which the report was run: it stands above the header."""
    head = next(head for head in probe.heads if (head.part or None) == place.sheet)
    above = " ".join(cell for row in head.rows[: place.header_row - 1] for cell in row)
    return day_in(above, r"(?i)run on\s*:?\s*(\d{2}/\d{2}/\d{4})", "%d/%m/%Y") or day_in(
        above, r"(?i)run on\s*:?\s*(\d{4}-\d{2}-\d{2})", "%Y-%m-%d"
    )


FORMAT = Format(
    name="ukrlp",
    title=TITLE,
    publisher="UK Register of Learning Providers",
    licence=LICENCE,
    tables=("providers",),
    strength=Strength.REGISTER,
    recognise=recognise,
    read=read,
)
