"""Find Apprenticeship Training: standards, their providers, where and how they deliver.

A document as the API publishes it, or a file of them that ``skillshed fetch`` wrote. A line is the
number of a statement, counted from 1 through the file: a course, a provider, a national rate, a
way of delivery (see :mod:`etl.sources.training_documents`).

What is listed is a claim of the provider's; that it is delivered is unknown. ``BlockRelease`` does
not say whether learners stay: daily journeys are assumed, which allow the shorter way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.merging import hashed_ids, merged_part
from etl.sources.probe import Probe
from etl.sources.published_rates import academic_years, read_percentages
from etl.sources.tabular import read_content
from etl.sources.training_documents import (
    About,
    Kind,
    Statement,
    kind_of,
    lowered,
    statements,
)
from geo.types import OfferStatus

TITLE = "Find apprenticeship training (DfE)"
LISTED = f"{TITLE}: listed by the provider, which does not say that it is delivered"
LICENCE = "OGL-UK-3.0"
FETCHED = "documents fetched by Skillshed"

_UNNAMED = "a course of which the file says nothing else"
_NO_PROVIDER_RATE = ("-", "")


def recognise(probe: Probe) -> str | None:
    """Return which document of the API a file is, or None."""
    document = lowered(probe.document)
    if _fetched(document) is not None:
        return FETCHED
    return kind_of(document)


def read(probe: Probe) -> Feed:
    """Read a document of the API, or a file of them.

    E-mail addresses, telephone numbers and free words are never read.

    Raises
    ------
    SourceError
        If the file is none of them, or damaged.
    """
    layout = recognise(probe)
    if layout is None:
        raise SourceError(f"{probe.name} is no document of the Find Apprenticeship Training API.")
    document = lowered(probe.document)
    documents = _fetched(document)
    said = [s for one in documents or [document] for s in statements(one)]
    said, rest = _wanted(said) if documents is not None else (said, 0)
    day = _fetched_on(document) if documents is not None else None
    table = _table(said)
    aside = table.loc[table["about"] == About.ASIDE, "rule"].value_counts().to_dict()
    if rest:
        aside[_UNNAMED] = rest
    return Feed(
        name=probe.name,
        sha256=hashlib.sha256(read_content(probe.path)).hexdigest(),
        layout=str(layout),
        read=len(said) + rest,
        parts=tuple(_parts(table, day)),
        set_aside={str(rule): int(count) for rule, count in aside.items()},
        as_at=day,
        notes=_notes(said, layout),
    )


def _fetched(document: Any) -> list[Any] | None:  # noqa: ANN401 - any JSON
    """Return the documents of a file that ``skillshed fetch`` wrote; None if it is none."""
    if not isinstance(document, dict) or set(document) != {"fetched", "documents"}:
        return None
    found = document["documents"]
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        return None
    return [item.get("document") for item in found]


def _fetched_on(document: dict[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(document["fetched"]["on"])[:10])
    except (KeyError, TypeError, ValueError):
        return None


def _wanted(said: Sequence[Statement]) -> tuple[list[Statement], int]:
    """Return the statements on the courses that were asked for, and how many others there are.

    The list of all courses stands in the file because it alone tells a course's reference.
    """
    asked = {s.lars_code for s in said if s.about is not About.PROGRAMME}
    kept = [s for s in said if s.lars_code in asked]
    return kept, len(said) - len(kept)


def _table(said: Sequence[Statement]) -> pd.DataFrame:
    """Return all statements as one table, with the programme's code."""
    references = {s.lars_code: s.reference for s in said if s.reference}
    rows = [
        {
            "about": s.about,
            "programme_code": references.get(s.lars_code, f"LARS-{s.lars_code}"),
            **s.fields,
        }
        for s in said
    ]
    full = [{name: str(row.get(name, "")) for name in _COLUMNS} for row in rows]
    lines = pd.Index(range(1, len(rows) + 1), name="line", dtype="int64")
    return pd.DataFrame(full, columns=list(_COLUMNS), index=lines, dtype="str")


_COLUMNS = (
    "about",
    "rule",
    "programme_code",
    "title",
    "level_rqf",
    "pathway",
    "ukprn",
    "name",
    "employer_stars",
    "employer_reviews",
    "learner_stars",
    "learner_reviews",
    "achievementrate",
    "leavers",
    "year",
    "mode",
    "postcode",
    "latitude",
    "longitude",
    "delivery_area",
)
_PROGRAMME = ["programme_code", "title", "level_rqf", "pathway"]
_PROVIDER = [
    "ukprn",
    "name",
    "employer_stars",
    "employer_reviews",
    "learner_stars",
    "learner_reviews",
]
_VENUE = ["venue_id", "ukprn", "name", "postcode", "latitude", "longitude", "delivery_area"]


def _parts(table: pd.DataFrame, day: date | None) -> Iterator[Part]:
    as_at = day.isoformat() if day else ""
    courses = table.loc[table["about"] == About.PROGRAMME, _PROGRAMME]
    # The fullest statement on a course stands for it.
    fullest = courses.loc[(courses == "").sum(axis=1).sort_values(kind="stable").index]
    yield merged_part(
        "programmes",
        fullest.assign(award="apprenticeship", nation="England"),
        ["programme_code"],
        # A bare list of courses is of every sector; who asks for providers asks for the course.
        only_known=not (table["about"] == About.PROVIDER).any(),
    )
    providers = table[table["about"] == About.PROVIDER]
    yield merged_part(
        "providers",
        providers[_PROVIDER].assign(source=TITLE, licence=LICENCE, as_at=as_at),
        ["ukprn"],
    )
    ways = table[table["about"] == About.DELIVERY]
    ways = ways.assign(
        venue_id=hashed_ids(
            "find-apprenticeship",
            ways["ukprn"],
            ways["name"],
            ways["postcode"].str.replace(" ", "", regex=False),
            ways["delivery_area"],
        ),
        status=OfferStatus.UNKNOWN.value,
        source=LISTED,
        as_at=as_at,
    )
    yield merged_part(
        "venues", ways[[*_VENUE, "source", "as_at"]], ["venue_id"], only_referred=True
    )
    key = ["venue_id", "programme_code", "mode"]
    yield merged_part(
        "offers", ways[[*key, "status", "source", "as_at"]], key, scope=("programme_code",)
    )
    yield _achievements(table)


def _achievements(table: pd.DataFrame) -> Part:
    rated = table["about"].isin([About.PROVIDER, About.NATIONAL_RATE])
    stated = ~table["achievementrate"].isin(_NO_PROVIDER_RATE)
    rows = table[rated & stated]
    years = academic_years(rows["year"])
    found = read_percentages(rows["achievementrate"], rows["leavers"])
    return merged_part(
        "achievements",
        pd.DataFrame(
            {
                "ukprn": rows["ukprn"],
                "programme_code": rows["programme_code"],
                # A year that cannot be read is refused by cleaning, which needs one.
                "year": years,
                "rate": found.rate,
                "leavers": found.leavers,
                "suppressed": found.suppressed,
            },
            dtype="str",
        ),
        ["ukprn", "programme_code", "year"],
        scope=("programme_code",),
    )


def _notes(said: Sequence[Statement], layout: str) -> tuple[str, ...]:
    notes = ["Lines are the statements of the file, counted from 1."]
    referred = {s.lars_code for s in said if s.reference}
    bare = sorted({s.lars_code for s in said if s.about is not About.ASIDE} - referred)
    if bare:
        notes.append(
            f"Standards that are named only by their LARS code have that as code of the "
            f"programme: {', '.join(f'LARS-{code}' for code in bare[:5])}"
            f"{' …' if len(bare) > 5 else ''}."
        )
    if layout in (Kind.OLD_PROVIDERS, Kind.OLD_PROVIDER, Kind.OLD_SHORTLIST):
        notes.append(
            "Rates were not read: in this layout they are those of a sector subject area, and say "
            "no year."
        )
    return tuple(notes)


FORMAT = Format(
    name="find-apprenticeship",
    title=TITLE,
    publisher="Department for Education",
    licence=LICENCE,
    tables=("programmes", "providers", "venues", "offers", "achievements"),
    strength=Strength.LISTED,
    recognise=recognise,
    read=read,
)
