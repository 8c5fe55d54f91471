"""Achievement rates of apprenticeships, by provider and standard.

Layouts, all of which write rates as percentages:

- the statistics' table by provider, level, and framework or standard (Explore education
  statistics, ``app-narts-provider-level-fwk-std``), with breakdowns by level, subject and age
  whose total is called ``Total``;
- the tables of DfE's register of apprenticeship training providers (das-roatp-api):
  ``StandardProviderQAR`` and, without ``Ukprn``, ``StandardQAR``, which is the national rate.
"""

from __future__ import annotations

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.probe import Probe
from etl.sources.published_rates import academic_years, read_percentages
from etl.sources.tabular import RawTable, read_table

STATISTICS = "statistics by provider and standard (percentages)"
QAR = "qualification achievement rates by provider and standard (percentages)"
NATIONAL_QAR = "national qualification achievement rates by standard (percentages)"

_TOTAL = "Total"
_BREAKDOWNS = ("level", "age_youth_adult", "age_group")
_SUBJECT = "ssa_tier_1"
_STATISTICS = (
    "time_period",
    "provider_ukprn",
    "std_fwk_name_stcode",
    *_BREAKDOWNS,
    "leavers",
    "achievement_rate",
)
_QAR = ("TimePeriod", "IfateReferenceNumber", "Leavers", "AchievementRate")
_UKPRN = "Ukprn"
_NO_PROVIDER = ("", "z", _TOTAL)
_STANDARD = r"\(([A-Z]{2}\d{4}[^()\s]*)\)\s*$"
_BROKEN_DOWN = "a breakdown by level, subject or age: the total is read"
_FRAMEWORK = "a framework, or a total over all standards"


def recognise(probe: Probe) -> str | None:
    """Return the layout of a table of rates, or None."""
    for head in probe.heads:
        if head.row_with(*_STATISTICS) == 1:
            return STATISTICS
        if head.row_with(*_QAR) == 1:
            return QAR if head.row_with(*_QAR, _UKPRN) == 1 else NATIONAL_QAR
    return None


def read(probe: Probe) -> Feed:
    """Read a table of achievement rates.

    Raises
    ------
    SourceError
        If the file is damaged or no table of rates by standard.
    """
    layout = recognise(probe)
    if layout is None:
        raise SourceError(f"{probe.name} is no table of achievement rates by standard.")
    head = next(head for head in probe.heads if head.row_with(*_columns(layout)) == 1)
    is_member = head.part in probe.members
    raw = read_table(
        probe.path,
        member=head.part if is_member else None,
        sheet=head.part if head.part and not is_member else None,
        columns=(*_columns(layout), _SUBJECT, _UKPRN),
    )
    given, aside = _totals(raw) if layout == STATISTICS else (_renamed(raw.cells), {})
    years = academic_years(given["year"])
    bad = years == ""
    refused = make_rejects(
        given.index[bad],
        field="year",
        rule="academic year",
        values=given.loc[bad, "year"],
        suggestions="write an academic year, such as 202425 or 2024/25",
    )
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=layout,
        read=raw.read,
        parts=(Part("achievements", _achievements(given[~bad], years), scope=("programme_code",)),),
        rejects=join_rejects([raw.rejects, refused]),
        set_aside=aside,
        notes=raw.notes,
    )


def _columns(layout: str) -> tuple[str, ...]:
    return _STATISTICS if layout == STATISTICS else _QAR


def _renamed(cells: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ukprn": cells[_UKPRN] if _UKPRN in cells.columns else "",
            "programme_code": cells["IfateReferenceNumber"],
            "year": cells["TimePeriod"],
            "rate": cells["AchievementRate"],
            "leavers": cells["Leavers"],
        },
        index=cells.index,
        dtype="str",
    )


def _totals(raw: RawTable) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the statistics' rows that are of a standard as a whole, and how many others."""
    cells = raw.cells
    total = (cells[list(_BREAKDOWNS)] == _TOTAL).all(axis=1)
    code = cells["std_fwk_name_stcode"].str.extract(_STANDARD, expand=False).fillna("")
    rows = pd.DataFrame(
        {
            "ukprn": cells["provider_ukprn"].mask(cells["provider_ukprn"].isin(_NO_PROVIDER), ""),
            "programme_code": code,
            "year": cells["time_period"],
            "rate": cells["achievement_rate"],
            "leavers": cells["leavers"],
        },
        dtype="str",
    )
    subject = cells[_SUBJECT] if _SUBJECT in cells.columns else pd.Series(_TOTAL, cells.index)
    kept = total & (code != "")
    key = [rows[name] for name in ("ukprn", "programme_code", "year")]
    # A standard has one subject: where a row for all of them stands, the others repeat it.
    whole = (kept & (subject == _TOTAL)).groupby(key).transform("any")
    again = kept & whole & (subject != _TOTAL)
    counts = {
        _BROKEN_DOWN: int((~total).sum()) + int(again.sum()),
        _FRAMEWORK: int((total & (code == "")).sum()),
    }
    return rows[kept & ~again], {rule: count for rule, count in counts.items() if count}


def _achievements(given: pd.DataFrame, years: pd.Series) -> pd.DataFrame:
    found = read_percentages(given["rate"], given["leavers"])
    return pd.DataFrame(
        {
            "ukprn": given["ukprn"],
            "programme_code": given["programme_code"],
            "year": years[given.index],
            "rate": found.rate,
            "leavers": found.leavers,
            "suppressed": found.suppressed,
        },
        dtype="str",
    )


FORMAT = Format(
    name="achievement-rates",
    title="Apprenticeship achievement rates by provider and standard",
    publisher="Department for Education",
    licence="OGL-UK-3.0",
    tables=("achievements",),
    strength=Strength.STATISTICS,
    recognise=recognise,
    read=read,
)
