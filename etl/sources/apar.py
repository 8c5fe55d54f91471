"""The apprenticeship provider and assessment register (APAR), before 2023 known as RoATP.

Three layouts are told apart. The public list names the columns as its code does:
``Ukprn,Name,ApplicationType,StartDate,Status,ApplicationDeterminedDate``; an empty ``Status``
means that the provider is on the register and takes apprentices. The public list of RoATP had
``ProviderType`` and, in place of a status, the day since which the provider starts no new
apprentices. The register's own export is a workbook with ``Legal name``, ``Trading name`` and a
status in other words.

References
----------
Department for Education: das-download-service (``CsvAparEntry``), das-admin-service (the export),
das-roatp-service (statuses and kinds of organisation).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.probe import Probe
from etl.sources.published import (
    Place,
    day_in,
    find_places,
    name_persons,
    read_named,
    refuse,
    refuse_persons,
    whole_text,
    with_source,
)
from geo.types import Nation

TITLE = "Apprenticeship provider and assessment register (APAR)"
LICENCE = "OGL v3"

ACTIVE = "active"
NO_STARTS = "not currently starting new apprentices"

PUBLIC_STATUS = {"": ACTIVE, NO_STARTS: NO_STARTS}
"""Our words for the public list's status; empty is a provider in good standing."""

EXPORT_STATUS = {
    "": "",
    "active": ACTIVE,
    "active - but not taking on apprentices": NO_STARTS,
    "active but not taking on apprentices": NO_STARTS,
    "removed": "removed",
    # Admitted, but not yet in the public list.
    "on-boarding": "not on the register",
}
"""Our words for the export's status; empty is unknown there."""

_FLAG = {"": ACTIVE, "false": ACTIVE, "0": ACTIVE, "no": ACTIVE}
_PERSONAL = r"(?i)\bsole trader\b|^(?!.*limited)(?!.*\bnhs\b).*\bpartnership\b"
_DAY = r"(?i)(?:apar|roatp)[-_ ]?(\d{4}-\d{2}-\d{2})"


@dataclass(frozen=True, slots=True)
class _Layout:
    words: str
    signature: tuple[str, ...]
    required: dict[str, str]
    optional: dict[str, str]


_PUBLIC = _Layout(
    "public list",
    ("Ukprn", "ApplicationType"),
    {"ukprn": "Ukprn", "name": "Name", "provider_type": "ApplicationType", "status": "Status"},
    {},
)
_ROATP = _Layout(
    "public list of RoATP",
    ("Ukprn", "ProviderType", "ProviderNotCurrentlyStartingNewApprentices"),
    {
        "ukprn": "Ukprn",
        "name": "Name",
        "provider_type": "ProviderType",
        "status": "ProviderNotCurrentlyStartingNewApprentices",
    },
    {},
)
_EXPORT = _Layout(
    "register export",
    ("UKPRN", "Provider type", "Organisation type"),
    {
        "ukprn": "UKPRN",
        "name": "Legal name",
        "provider_type": "Provider type",
        "status": "Status",
        "organisation_type": "Organisation type",
    },
    {"trading_name": "Trading name"},
)
_LAYOUTS = (_PUBLIC, _ROATP, _EXPORT)


def recognise(probe: Probe) -> str | None:
    """Return the layout of a register file, or None if it is none."""
    found = _find(probe)
    return found[0].words if found else None


def read(probe: Probe) -> Feed:
    """Read a register file as providers.

    A name stays as it is published, ``LEGAL NAME T/A TRADING NAME`` included; of the export, the
    two are put together as the public list does. Sole traders and partnerships of persons are
    refused, as far as the file tells them: the export by the kind of organisation, the public list
    only by a title before a name.

    Raises
    ------
    ColumnsError
        If a column is missing.
    SourceError
        If the file cannot be read.
    """
    found = _find(probe)
    if found is None:
        raise SourceError(f"{probe.name} is no list of {TITLE}: check what it is.")
    layout, place = found
    raw = read_named(probe.path, place, layout.required, layout.optional)
    cells = _named(raw.cells)
    known = _statuses(cells["status"], layout)
    personal = name_persons(cells["name"])
    if "organisation_type" in cells.columns:
        personal |= cells["organisation_type"].str.contains(_PERSONAL, regex=True)
    strange = known.isna() & ~personal
    as_at = day_in(probe.name, _DAY, "%Y-%m-%d")
    kept = pd.DataFrame(
        {
            "ukprn": whole_text(cells["ukprn"]),
            "name": cells["name"],
            "provider_type": cells["provider_type"],
            "nation": Nation.ENGLAND.value,
            "register_status": known.fillna(""),
        }
    )[~personal & ~strange]
    rejects = [
        raw.rejects,
        refuse_persons(cells, personal),
        refuse(
            cells,
            strange,
            field="status",
            rule="register status",
            suggestion=f"expected: {', '.join(filter(None, _words(layout)))}, or blank",
        ),
    ]
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=layout.words,
        read=raw.read,
        parts=(Part("providers", with_source(kept, source=TITLE, licence=LICENCE, as_at=as_at)),),
        rejects=join_rejects(rejects),
        as_at=as_at,
        notes=raw.notes,
    )


def _find(probe: Probe) -> tuple[_Layout, Place] | None:
    for layout in _LAYOUTS:
        places = find_places(probe, *layout.signature)
        if places:
            return layout, places[0]
    return None


def _named(cells: pd.DataFrame) -> pd.DataFrame:
    if "trading_name" not in cells.columns:
        return cells
    trading = cells["trading_name"]
    other = (trading != "") & (trading.str.casefold() != cells["name"].str.casefold())
    return cells.assign(name=cells["name"].mask(other, cells["name"] + " T/A " + trading))


def _words(layout: _Layout) -> dict[str, str]:
    return EXPORT_STATUS if layout is _EXPORT else PUBLIC_STATUS


def _statuses(texts: pd.Series, layout: _Layout) -> pd.Series:
    """Return our word for each status, missing where the status is unknown."""
    said = texts.str.casefold().str.replace(r"\s+", " ", regex=True)
    if layout is _ROATP:
        # Its cell holds the day since which no apprentices start, or a flag.
        return said.map(lambda text: _FLAG.get(text, NO_STARTS)).astype("str")
    return said.map(_words(layout)).astype("str")


FORMAT = Format(
    name="apar",
    title=TITLE,
    publisher="Department for Education",
    licence=LICENCE,
    tables=("providers",),
    strength=Strength.REGISTER,
    recognise=recognise,
    read=read,
)
