"""Which column of an Ofsted table of further education and skills says what, by its words.

Confirmed headings: the management information since the renewed framework (November 2025), with the
sheets ``D1_In-year_full_inspections`` (report cards), ``D2_Monitoring_inspections``,
``D3_New_provider_monitoring_insp`` and ``D4_Provider_list`` (the latest four-point grades of all
providers); that before it ("Is safeguarding effective?", "Last day of Inspection", "Effectiveness
of leadership and management", besides "Previous ..." and "... RAW"). Inferred: the headings of the
underlying data as at 31 August, known only as lower-case words; those of the framework before 2019.
So capitals, blanks and a question mark at the end count not, and areas of report cards are found by
the words of the evaluation areas.

References
----------
Ofsted: Further education and skills inspections and outcomes, management information and
underlying data. Department for Education: academies database (table of further education
establishments).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from etl.sources.published import fold
from geo.inspection import Scheme

UKPRN = "Provider UKPRN"
NAME = "Provider name"
TYPE = "Provider type"


class TableKind(StrEnum):
    """What a table tells."""

    REPORT_CARDS = "report cards"
    FOUR_POINT = "four-point grades"
    LAST_FOUR_POINT = "provider list with the last four-point grades"
    MONITORING = "monitoring visits"


SCHEMES: Mapping[TableKind, Scheme] = {
    TableKind.REPORT_CARDS: Scheme.REPORT_CARD,
    TableKind.FOUR_POINT: Scheme.FOUR_POINT,
    TableKind.LAST_FOUR_POINT: Scheme.FOUR_POINT,
}

FOUR_POINT_AREAS: Mapping[str, str] = {
    **{
        area: area
        for area in (
            "overall effectiveness",
            "quality of education",
            "behaviour and attitudes",
            "personal development",
            "leadership and management",
            "apprenticeships",
            "adult learning programmes",
            "education programmes for young people",
            "provision for learners with high needs",
            "traineeships",
            "16 to 19 study programmes",
            "quality of teaching, learning and assessment",
            "personal development, behaviour and welfare",
            "outcomes for learners",
        )
    },
    "effectiveness of leadership and management": "leadership and management",
}
"""Areas of the four-point scale by heading. "Contribution to meeting skills needs" is none of them:
under it a college's contribution is "strong", "reasonable" or "limited", which is no grade, and
"strong" would pass for one of a report card."""

WHOLE_PROVIDER_AREAS = (
    "inclusion",
    "leadership and governance",
    "contribution to meeting skills needs",
)
_EVALUATED = ("curriculum, teaching and training", "achievement", "participation and development")
_LATEST = re.compile(r"latest (?P<area>.+) before renewed eif")
_SAFEGUARDING = ("is safeguarding effective", "safeguarding is effective", "safeguarding standards")
_DAYS = (
    "last day of inspection",
    "first day of inspection",
    "first day of inspection of latest inspection before renewed eif",
)
_RENEWED = "has the provider received a full inspection under the renewed eif"


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of one table are.

    Attributes
    ----------
    kind
        What the table tells.
    areas
        Heading by area of inspection, sorted by area.
    safeguarding
        Heading of whether safeguarding is effective or its standards met; None if there is none.
    day
        Heading of the day of the inspection: its last, or else its first.
    renewed
        Heading of whether there was a later inspection by report card.
    """

    kind: TableKind
    areas: Mapping[str, str]
    safeguarding: str | None
    day: str | None
    renewed: str | None


def find_roles(columns: Sequence[str]) -> Roles | None:
    """Return what the columns of a table are; None if it tells nothing of inspections."""
    by_word = {fold(column).removesuffix("?").strip(): column for column in columns if column}
    if fold(UKPRN) not in by_word:
        return None
    latest = {
        found["area"]: column
        for word, column in by_word.items()
        if (found := _LATEST.fullmatch(word))
    }
    cards = {word: column for word, column in by_word.items() if _is_card(word)}
    four = _four_point(by_word)
    kind = _kind(by_word, latest, cards, four)
    if kind is None:
        return None
    areas = {
        TableKind.REPORT_CARDS: cards,
        TableKind.FOUR_POINT: four,
        TableKind.LAST_FOUR_POINT: _four_point(latest),
        TableKind.MONITORING: {},
    }[kind]
    return Roles(
        kind=kind,
        areas=dict(sorted(areas.items())),
        safeguarding=_first(by_word, _SAFEGUARDING) or latest.get("safeguarding"),
        day=_first(by_word, _DAYS),
        renewed=by_word.get(_RENEWED),
    )


def _kind(
    by_word: Mapping[str, str],
    latest: Mapping[str, str],
    cards: Mapping[str, str],
    four: Mapping[str, str],
) -> TableKind | None:
    if "event type" in by_word or any(" theme" in word for word in by_word):
        return TableKind.MONITORING
    if latest:
        return TableKind.LAST_FOUR_POINT
    # "Contribution to meeting skills needs" stands in tables of either scale.
    if set(cards) - {WHOLE_PROVIDER_AREAS[-1]}:
        return TableKind.REPORT_CARDS
    return TableKind.FOUR_POINT if four else None


def _is_card(word: str) -> bool:
    part = word.rsplit(" - ", 1)
    return word in WHOLE_PROVIDER_AREAS or (len(part) == 2 and part[1] in _EVALUATED)


def _four_point(by_word: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading, area in FOUR_POINT_AREAS.items():
        if heading in by_word:
            found.setdefault(area, by_word[heading])
    return found


def _first(by_word: Mapping[str, str], words: Sequence[str]) -> str | None:
    return next((by_word[word] for word in words if word in by_word), None)
