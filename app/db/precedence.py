"""Whose word counts where sources disagree: the rule by which a claim wins.

The stronger source wins (:class:`Strength`); of equally strong ones the claim
that holds for the later day, a claim without a day counting as the oldest; then the one that was
retrieved later; then the one that was loaded later. The others stay visible beside it.

Fields that only mean something together are won together: a grade of one inspection never stands
beside the date of another, nor a low bound of one estimate beside the high bound of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import IntEnum

import pandas as pd


class Strength(IntEnum):
    """How much a source's word weighs where two sources disagree; the stronger one wins.

    An assumption of ours, open to view: no published order of these sources exists.
    """

    SUGGESTED = 1
    """Derived by us, such as from a company's industry codes."""
    LISTED = 2
    """What an organisation says of itself in a listing that nobody checks."""
    STATISTICS = 3
    """Official statistics, and results of inspections."""
    REGISTER = 4
    """A register kept by law."""
    OWN = 5
    """A list that the register's users keep or have checked themselves."""


GROUPS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "providers": (
        ("inspection_scheme", "inspection_grades", "inspection_date", "safeguarding_met"),
        ("employer_stars", "employer_reviews"),
        ("learner_stars", "learner_reviews"),
        ("source", "licence", "as_at"),
    ),
    "venues": (("postcode", "latitude", "longitude"), ("source", "as_at")),
    "offers": (
        ("status", "source", "as_at"),
        ("places_per_year", "places_low", "places_high", "places_basis"),
    ),
    "achievements": (("rate", "leavers", "suppressed"),),
    "sites": (
        ("postcode", "latitude", "longitude"),
        ("employees", "employees_low", "employees_high"),
        ("source", "as_at"),
    ),
    "demand": (("places", "places_low", "places_high", "basis"),),
    "champions": (("level", "support_needed", "places_stated", "evidence", "as_at", "expires"),),
    "stakeholders": (("stance", "evidence", "as_at"),),
    "units": (("kind", "place", "facilities"),),
    "area_employment": (("employees", "source", "as_at"),),
}
"""Fields that are won together, by table; every other field is won by itself."""

_NEVER = date.min
_ORDER = ["strength", "as_at", "retrieved_on", "load_id", "claim_id"]


def group_of(table_name: str, field: str) -> str:
    """Return the first field of the group that ``field`` is won with, or itself."""
    groups = GROUPS.get(table_name, ())
    return next((group[0] for group in groups if field in group), field)


def fields_won_with(table_name: str, fields: list[str]) -> list[str]:
    """Return ``fields`` and all that are won together with one of them, in a fixed order."""
    groups = {group_of(table_name, field) for field in fields}
    others = [f for group in GROUPS.get(table_name, ()) if group[0] in groups for f in group]
    return sorted({*fields, *others})


def pick_winners(table_name: str, claims: pd.DataFrame) -> pd.DataFrame:
    """Choose the claims that win, as the module says.

    Parameters
    ----------
    table_name
        The register table.
    claims
        Standing claims of it, as :func:`app.db.claims.read_claims` gives them.

    Returns
    -------
    The rows of ``claims`` that win, on their index: of each row and group those of one row of one
    source. A field of the group of which the winner does not speak has no winner.
    """
    ranked = claims.assign(
        group=claims["field"].map({f: group_of(table_name, f) for f in claims["field"].unique()}),
        strength=claims["strength"].fillna(0),
        as_at=claims["as_at"].where(claims["as_at"].notna(), _NEVER),
        retrieved_on=claims["retrieved_on"].where(claims["retrieved_on"].notna(), _NEVER),
    )
    # A group counts as of its newest claim: a field that did not change was said by an older load.
    teller = ["row_id", "group", "speaker", "source_row"]
    grouped = ranked.groupby(teller, sort=False, dropna=False)
    for name in _ORDER:
        ranked[name] = grouped[name].transform("max")
    ranked = ranked.sort_values(_ORDER, ascending=False, kind="stable")
    first = ranked.drop_duplicates(["row_id", "group"])[teller]
    won = ranked.reset_index(names="at").merge(first, on=teller, how="inner")["at"]
    return claims.loc[sorted(won)]
