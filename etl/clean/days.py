"""Days as people write them. A text that can be two days is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

DAY_FORMATS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
)
"""The commonest ways to write a day, besides ISO, in the codes of ``strptime``."""

ISO = "%Y-%m-%d"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARS = range(1850, 2151)


def read_day(text: str, formats: Iterable[str] = ()) -> tuple[date | None, str, str]:
    """Return the day that a text means, or the rule that it breaks and a suggestion.

    An ISO day is always read; any other only by ``formats``, in the codes of ``strptime``. Where
    two formats give two days it is neither.

    Examples
    --------
    >>> read_day("03/04/2025", ["%d/%m/%Y"])
    (datetime.date(2025, 4, 3), '', '')
    >>> read_day("03/04/2025", ["%d/%m/%Y", "%m/%d/%Y"])[1]
    'ambiguous date'
    """
    iso = _iso(text)
    if iso is not None:
        return iso, "", ""
    declared = tuple(formats)
    days = sorted(set(readings(text, declared).values()))
    if len(days) == 1:
        return days[0], "", ""
    meant = days or sorted(set(readings(text).values()))
    if len(meant) > 1:
        both = " or ".join(day.isoformat() for day in meant)
        return None, "ambiguous date", f"it can be {both}: write the one that is meant"
    expected = f" or {' or '.join(declared)}" if declared else ""
    if meant:
        return None, "date", f"write {meant[0].isoformat()}, or name its format in a mapping"
    return None, "date", f"write a day of the calendar as 2025-12-31{expected}"


def readings(text: str, formats: Iterable[str] = DAY_FORMATS) -> dict[str, date]:
    """Return the day that a text means by each format that it fits."""
    found = {}
    for written in formats:
        try:
            day = datetime.strptime(text, written).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if day.year in _YEARS:
            found[written] = day
    return found


def _iso(text: str) -> date | None:
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
