"""Companies of the sector as candidate sites: what both exports of Companies House have in common.

A registered office is not a workplace, so nothing here makes a site: a candidate counts nowhere
until a list, a user or a rule confirms it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from etl.clean.sector import Scope, tag_sector
from etl.rejects import join_rejects, make_rejects
from etl.sector import Sector
from etl.sources.feed import Part

PUBLISHER = "Companies House"
LICENCE = "Free of restriction (Companies House public register)"
TABLE = "candidate_sites"
ID_PREFIX = "ch-"
CROWDED_FROM = 100
"""So many companies at one postcode are named in the report; an assumption of ours."""

_NUMBER = r"[A-Z0-9]{8}"
_LOST_ZEROS = r"\d{1,7}"


@dataclass(frozen=True, slots=True, eq=False)
class Companies:
    """Companies of the sector: the part to load, those refused, and what is to be said."""

    part: Part
    rejects: pd.DataFrame
    notes: tuple[str, ...]


def make_candidates(
    rows: pd.DataFrame, codes: pd.DataFrame, sector: Sector, *, date_format: str | None = None
) -> Companies:
    """Tag companies, refuse those that are out of scope by name, and give the others ids.

    Parameters
    ----------
    rows
        Text, indexed by line: ``employer``, ``company_number`` and any other fields of the table.
    codes
        Their industry codes, a column a code, on the same index.
    sector
        What counts as the sector.
    date_format
        How the file writes dates, besides ISO.
    """
    tags = tag_sector(rows["employer"], codes, sector)
    numbers = rows["company_number"].str.upper()
    broken = ~numbers.str.fullmatch(_NUMBER)
    out = (tags["scope"] == Scope.OUT) & ~broken
    rejects = join_rejects([_refuse_numbers(numbers[broken]), _refuse_names(rows[out], tags[out])])
    kept = ~(broken | out)
    made = tags.loc[kept, ["sic_codes", "segment", "segment_weight", "segment_reason"]]
    cells = rows[kept].assign(
        company_number=numbers[kept],
        site_id=ID_PREFIX + numbers[kept].str.lower(),
        sic_codes=made["sic_codes"],
        segment=made["segment"],
        segment_weight=made["segment_weight"].map("{:g}".format),
        segment_reason=made["segment_reason"],
    )
    return Companies(
        part=Part(TABLE, cells.fillna("").astype("str"), date_format=date_format),
        rejects=rejects,
        notes=_notes(tags[kept], cells),
    )


def _refuse_numbers(numbers: pd.Series) -> pd.DataFrame:
    lost = numbers.str.fullmatch(_LOST_ZEROS)
    advice = ("write " + numbers.str.zfill(8) + ": its leading zeros were lost").where(
        lost, "a company number has 8 letters and digits: look it up"
    )
    return make_rejects(
        numbers.index,
        field="company_number",
        rule="company number",
        values=numbers,
        suggestions=advice,
    )


def _refuse_names(rows: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    return make_rejects(
        rows.index,
        field="employer",
        rule="out of scope by name",
        values=rows["employer"],
        suggestions=(
            tags["segment_reason"]
            + ": if it belongs to the sector, take the word out of sector.toml and load it again"
        ),
    )


def _notes(tags: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, ...]:
    counts = tags["scope"].value_counts()
    said = (
        "Candidate sites at registered offices, which count nowhere until they are confirmed: "
        f"{counts.get(Scope.IN, 0):,} of the sector, {counts.get(Scope.WEAK, 0):,} on weak "
        "evidence. The weights are assumptions, see sector.toml."
    )
    notes = [said]
    if "companies_at_address" in cells:
        crowded = int((pd.to_numeric(cells["companies_at_address"]) >= CROWDED_FROM).sum())
        notes.append(f"At a postcode of {CROWDED_FROM} companies or more: {crowded:,}.")
    return tuple(notes)
