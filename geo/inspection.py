"""Inspection: the grades of two schemes as scores from 0 to 1, each on its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import pandas as pd

from geo.contracts import require_columns, require_unique
from geo.errors import InputError
from geo.policies import QualityPolicy
from geo.types import Nation


class Scheme(StrEnum):
    """By which scale an inspection graded."""

    REPORT_CARD = "five points in separate areas"
    FOUR_POINT = "four points"


GRADES: Mapping[str, tuple[Scheme, str]] = {
    "exceptional": (Scheme.REPORT_CARD, "grade_exceptional"),
    "strong": (Scheme.REPORT_CARD, "grade_strong"),
    "strong standard": (Scheme.REPORT_CARD, "grade_strong"),
    "expected": (Scheme.REPORT_CARD, "grade_expected"),
    "expected standard": (Scheme.REPORT_CARD, "grade_expected"),
    "needs attention": (Scheme.REPORT_CARD, "grade_needs_attention"),
    "urgent improvement": (Scheme.REPORT_CARD, "grade_urgent_improvement"),
    "outstanding": (Scheme.FOUR_POINT, "grade_outstanding"),
    "good": (Scheme.FOUR_POINT, "grade_good"),
    "requires improvement": (Scheme.FOUR_POINT, "grade_requires_improvement"),
    "inadequate": (Scheme.FOUR_POINT, "grade_inadequate"),
    "1": (Scheme.FOUR_POINT, "grade_outstanding"),
    "2": (Scheme.FOUR_POINT, "grade_good"),
    "3": (Scheme.FOUR_POINT, "grade_requires_improvement"),
    "4": (Scheme.FOUR_POINT, "grade_inadequate"),
}
"""Scheme and scenario value of each grade; no word belongs to both schemes."""
FAILING: Mapping[str, str] = {
    "grade_urgent_improvement": "urgent improvement",
    "grade_inadequate": "inadequate",
}
"""The lowest grade of each scheme, as a gate names it."""
APPRENTICESHIPS = "apprenticeship"
"""How the name of every area of apprenticeship provision begins."""
WHOLE_PROVIDER = (
    "whole provider",
    "overall",
    "overall effectiveness",
    "leadership and governance",
    "inclusion",
    "contribution to meeting skills needs",
)
"""The areas in which a provider is graded as a whole."""

_COLUMNS = (
    "nation",
    "inspection_scheme",
    "inspection_grades",
    "inspection_date",
    "safeguarding_met",
)


def inspection_scores(
    providers: pd.DataFrame, *, policy: QualityPolicy, as_of: date
) -> pd.DataFrame:
    """Score the inspection of every provider.

    The score is the mean of the scores of the areas that bear on apprentices: those of
    apprenticeship provision, whose names begin with ``apprenticeship``, and those of the
    whole provider (:data:`WHOLE_PROVIDER`). Other areas, such as adult learning, are not used.
    Text is compared whatever its case. A provider whose scheme is blank is scored by that of its
    grades, since no grade belongs to both. An inspection by another scheme, of a provider of
    another nation than England, is evidence of its own kind: it has no score here.

    Parameters
    ----------
    providers
        Indexed by ``ukprn``: ``nation``, ``inspection_scheme``, ``inspection_grades`` (items
        ``area=grade`` separated by ``;``; a blank grade is unknown), ``inspection_date``,
        ``safeguarding_met``.
    as_of
        What an inspection after this day found is not known yet; one without date is.

    Returns
    -------
    On the providers' index: ``score`` (0 to 1, NaN unknown), ``failing`` (the lowest grade, if
    an area that is used has it, else empty) and ``safeguarding_failed``.

    Raises
    ------
    InputError
        If a grade is no grade of its scheme, or grades of both schemes stand side by side.

    References
    ----------
    Ofsted (2025). Further education and skills inspection toolkit: five-point report cards by
    evaluation area from November 2025, without a grade overall; before, four points of the
    education inspection framework. Department for Education (2026). Apprenticeship training
    provider accountability framework: "at risk" from an urgent improvement in these areas, as
    before from an inadequate.
    """
    require_columns(providers, _COLUMNS, table="providers")
    require_unique(providers.index, table="providers")
    ours = _schemes(providers)
    grades = _grades(providers[ours.notna()])
    _check_grades(grades, ours)

    done = ~(pd.to_datetime(providers["inspection_date"], errors="raise") > pd.Timestamp(as_of))
    used = grades[_bears_on_apprentices(grades["area"]) & grades["ukprn"].map(done)]
    by_name = {name: float(getattr(policy, name)) for _, name in GRADES.values()}
    score = used["value"].map(by_name).groupby(used["ukprn"]).mean()
    lowest = used.assign(failing=used["value"].map(FAILING)).dropna(subset="failing")
    failing = lowest.groupby("ukprn")["failing"].first()
    met = providers["safeguarding_met"].astype("boolean").fillna(value=True)
    return pd.DataFrame(
        {
            "score": score.reindex(providers.index).astype(float),
            "failing": failing.reindex(providers.index).astype(object).fillna(""),
            "safeguarding_failed": done & ~met.astype(bool),
        },
        index=providers.index,
    )


def _tidy(text: pd.Series) -> pd.Series:
    """Return text in small letters without spare blanks; missing stays missing."""
    tidy = text.astype("str").str.strip().str.replace(r"\s+", " ", regex=True).str.casefold()
    return tidy.where(tidy != "")


def _schemes(providers: pd.DataFrame) -> pd.Series:
    """Return the scheme of each provider, empty where it is blank, missing where not ours."""
    stated = _tidy(providers["inspection_scheme"])
    known = stated.isin([scheme.value for scheme in Scheme])
    nation = providers["nation"]
    elsewhere = nation.notna() & (nation != Nation.ENGLAND)
    wrong = sorted(stated.index[stated.notna() & ~known & ~elsewhere])
    if wrong:
        raise InputError(
            f"Provider {wrong[0]} was inspected by the scheme {stated[wrong[0]]!r}; give "
            f"{_listed(list(Scheme))}, or the nation other than England whose scheme it is."
        )
    return stated.astype(object).where(known | stated.isna(), None).where(stated.notna(), "")


def _grades(providers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a grade: ``ukprn``, ``area``, ``grade``, ``scheme``, ``value``; sorted."""
    items = (
        providers["inspection_grades"]
        .astype("str")
        .str.split(";")
        .explode()
        .astype("str")
        .str.strip()
    )
    items = items[items.notna() & (items != "")]
    parts = items.str.extract(r"^(?P<area>[^=]*)=(?P<grade>.*)$")
    broken = sorted(parts.index[parts["area"].isna()])
    if broken:
        raise InputError(
            f"Provider {broken[0]} has grades that do not read area=grade; write them like "
            "'apprenticeships=strong;whole provider=expected'."
        )
    area, grade = _tidy(parts["area"]), _tidy(parts["grade"])
    known = {word: (scheme.value, name) for word, (scheme, name) in GRADES.items()}
    table = pd.DataFrame(
        {
            "ukprn": parts.index,
            "area": area.to_numpy(dtype=object),
            "grade": grade.to_numpy(dtype=object),
            "scheme": [known.get(word, ("", ""))[0] for word in grade],
            "value": [known.get(word, ("", ""))[1] for word in grade],
        }
    )
    twice = table[table.duplicated(["ukprn", "area"])].sort_values(["ukprn", "area"])
    if len(twice):
        row = twice.iloc[0]
        raise InputError(
            f"Provider {row['ukprn']} has {row['area']!r} graded twice; keep the latest grade."
        )
    return table.dropna(subset="grade").sort_values(["ukprn", "area"], ignore_index=True)


def _check_grades(grades: pd.DataFrame, schemes: pd.Series) -> None:
    unknown = grades[grades["scheme"] == ""]
    if len(unknown):
        row = unknown.iloc[0]
        raise InputError(
            f"Provider {row['ukprn']} has the grade {row['grade']!r} in {row['area']!r}; give "
            f"{_listed(list(GRADES))}, or leave it blank. Whether safeguarding is met goes into "
            "'safeguarding_met', and another nation's inspection needs its own scheme."
        )
    stated = grades["ukprn"].map(schemes)
    first = grades.groupby("ukprn")["scheme"].transform("first")
    due = stated.where(stated != "", first)
    mixed = grades[grades["scheme"] != due]
    if len(mixed):
        row = mixed.iloc[0]
        raise InputError(
            f"Provider {row['ukprn']} has the grade {row['grade']!r} in {row['area']!r}, of the "
            f"scheme {row['scheme']!r}, beside the scheme {due[mixed.index[0]]!r}; keep the "
            "grades of one inspection, and state its scheme."
        )


def _bears_on_apprentices(area: pd.Series) -> pd.Series:
    text = area.astype("str").fillna("")
    return text.str.startswith(APPRENTICESHIPS) | text.isin(WHOLE_PROVIDER)


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(map(repr, map(str, words[:-1]))), repr(str(words[-1]))])
