"""DfE's course directory: live courses with their venues or regions, and their providers.

Column names and codes are those of the directory's own exporter (SkillsFundingAgency,
dfc-coursedirectory: ``DELIVER_MODE`` 1 classroom, 2 online, 3 work based, 4 blended;
``STUDY_MODE`` 1 full time, 2 part time, 3 flexible; ``ATTENDANCE_PATTERN`` 1 daytime, 2 evening,
3 weekend, 4 day or block release). What they are to the register is our reading of them:

=====================  ==============================  ==============
deliver mode           attendance, study               mode
=====================  ==============================  ==============
1 classroom            2 evening, 3 weekend            evening
1 classroom            4 day or block release          day_release
1 classroom            1 daytime, part time, flexible  day_release
1 classroom            1 daytime, full time            set aside
2 online               any                             e_learning
3 work based           any                             workplace
4 blended              any                             blended
=====================  ==============================  ==============

A full-time course is no way in which somebody in work can train. Evening and weekend are alike in
that both are outside working hours. Day and block release are one code: the more frequent journey
is assumed. A listing is a claim of the provider's: that a course runs is unknown.
"""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from app.db.precedence import Strength
from etl.errors import SourceError
from etl.rejects import join_rejects, make_rejects
from etl.sources.feed import Feed, Part
from etl.sources.formats import Format
from etl.sources.merging import hashed_ids, merged_part, tidy, web_addresses
from etl.sources.probe import Probe
from etl.sources.subregions import delivery_areas
from etl.sources.tabular import read_table
from geo.types import Mode, OfferStatus

COURSES = "live courses with regions and venues"
PROVIDERS = "providers of live courses"
TITLE = "Course directory (DfE)"
LISTED = f"{TITLE}: listed by the provider, which does not say that it is delivered"
LICENCE = "OGL-UK-3.0"

_COURSE_COLUMNS = (
    "PROVIDER_UKPRN",
    "LEARN_AIM_REF",
    "DELIVER_MODE",
    "STUDY_MODE",
    "ATTENDANCE_PATTERN",
    "NATIONAL",
    "REGIONS",
    "LOCATION_NAME",
    "LOCATION_POSTCODE",
    "LOCATION_LATITUDE",
    "LOCATION_LONGITUDE",
)
_PROVIDER_COLUMNS = ("PROVIDER_UKPRN", "PROVIDER_NAME", "CONTACT_WEBSITE")
_KINDS = {"1": "classroom", "2": "online", "3": "work based", "4": "blended"}
_AWAY = {"online": Mode.E_LEARNING, "work based": Mode.WORKPLACE}
_ATTENDANCE = {"1": Mode.DAY_RELEASE, "2": Mode.EVENING, "3": Mode.EVENING, "4": Mode.DAY_RELEASE}
_DAYTIME, _FULL_TIME = "1", "1"
_NO_AIM = "a course without a learning aim, which no programme code names"
_NO_WORK = "a full-time course by day, which nobody in work can follow"
_DAY = re.compile(r"(20\d\d)(\d\d)(\d\d)")


def recognise(probe: Probe) -> str | None:
    """Return which report of the course directory a file is, or None."""
    for head in probe.heads:
        if head.row_with("PROVIDER_UKPRN", "COURSE_RUN_ID", *_COURSE_COLUMNS) == 1:
            return COURSES
        if head.row_with(*_PROVIDER_COLUMNS, "TRADING_NAME", "CONTACT_POSTCODE") == 1:
            return PROVIDERS
    return None


def read(probe: Probe) -> Feed:
    """Read a report of the course directory.

    E-mail addresses and telephone numbers of locations and contacts are never read.

    Raises
    ------
    SourceError
        If the file is damaged or no report of the course directory.
    """
    layout = recognise(probe)
    if layout == COURSES:
        return _read_courses(probe)
    if layout == PROVIDERS:
        return _read_providers(probe)
    raise SourceError(f"{probe.name} is no report of the course directory.")


def _read_courses(probe: Probe) -> Feed:
    raw = read_table(probe.path, columns=_COURSE_COLUMNS)
    day = _as_at(probe.name)
    given = raw.cells
    given = given.assign(kind=given["DELIVER_MODE"].map(_KINDS).fillna(""))
    refused, kept = _refuse(given)
    aimless = kept["LEARN_AIM_REF"] == ""
    unfit = ~aimless & _by_day_full_time(kept)
    rows = _offered(kept[~aimless & ~unfit], day)
    counts = {_NO_AIM: int(aimless.sum()), _NO_WORK: int(unfit.sum())}
    venues = rows.drop(columns=["programme_code", "mode", "status"])
    offers = rows[["venue_id", "programme_code", "mode", "status", "source", "as_at"]]
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=COURSES,
        read=raw.read,
        parts=(
            merged_part("venues", venues, ["venue_id"], only_referred=True),
            merged_part(
                "offers",
                offers,
                ["venue_id", "programme_code", "mode"],
                scope=("programme_code",),
            ),
        ),
        rejects=join_rejects([raw.rejects, refused]),
        set_aside={rule: count for rule, count in counts.items() if count},
        as_at=day,
        notes=raw.notes,
    )


def _refuse(given: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rejects for the rows that do not say how or where they are taught, and the rest."""
    kind = given["kind"]
    taught = kind.isin(["classroom", "blended"])
    nowhere = (given["LOCATION_NAME"] == "") & (given["LOCATION_POSTCODE"] == "")
    patternless = (kind == "classroom") & ~given["ATTENDANCE_PATTERN"].isin(list(_ATTENDANCE))
    rules = (
        ("mode", "unknown mode", kind == "", "DELIVER_MODE", "give 1, 2, 3 or 4 as DELIVER_MODE"),
        ("mode", "no attendance", patternless, "ATTENDANCE_PATTERN", "give its pattern, 1 to 4"),
        ("venue_id", "no location", taught & nowhere, "LOCATION_NAME", "give its location"),
    )
    found, left = [], pd.Series(data=True, index=given.index)
    for field, rule, broken, column, advice in rules:
        at = broken & left
        left &= ~at
        found.append(
            make_rejects(
                given.index[at],
                field=field,
                rule=rule,
                values=given.loc[at, column],
                suggestions=advice,
            )
        )
    return join_rejects(found), given[left]


def _by_day_full_time(given: pd.DataFrame) -> pd.Series:
    by_day = (given["kind"] == "classroom") & (given["ATTENDANCE_PATTERN"] == _DAYTIME)
    return by_day & (given["STUDY_MODE"] == _FULL_TIME)


def _offered(given: pd.DataFrame, day: date | None) -> pd.DataFrame:
    """Return a row for each course run, with what it says of its venue and of the offer."""
    work, online = given["kind"] == "work based", given["kind"] == "online"
    away = work | online
    national = given["NATIONAL"].str.casefold().isin(["true", "1"])
    areas = delivery_areas(given["REGIONS"]).mask(national, "England").where(work, "")
    name = tidy(given["LOCATION_NAME"]).mask(lambda texts: texts == "", given["LOCATION_POSTCODE"])
    name = name.mask(online, "Online").mask(work, "At the workplace")
    place = {
        field: given[column].mask(away, "")
        for field, column in (
            ("postcode", "LOCATION_POSTCODE"),
            ("latitude", "LOCATION_LATITUDE"),
            ("longitude", "LOCATION_LONGITUDE"),
        )
    }
    ids = hashed_ids(
        "course-directory",
        given["PROVIDER_UKPRN"],
        given["kind"].where(away, "site"),
        name,
        place["postcode"].str.replace(" ", "", regex=False),
        areas,
    )
    mode = given["kind"].map(_AWAY).fillna(given["ATTENDANCE_PATTERN"].map(_ATTENDANCE))
    return pd.DataFrame(
        {
            "venue_id": ids,
            "ukprn": given["PROVIDER_UKPRN"],
            "name": name,
            **place,
            "delivery_area": areas,
            "source": LISTED,
            "as_at": day.isoformat() if day else "",
            "programme_code": given["LEARN_AIM_REF"],
            "mode": mode.mask(given["kind"] == "blended", Mode.BLENDED),
            "status": OfferStatus.UNKNOWN.value,
        },
        index=given.index,
        dtype="str",
    )


def _read_providers(probe: Probe) -> Feed:
    raw = read_table(probe.path, columns=_PROVIDER_COLUMNS)
    day = _as_at(probe.name)
    given = raw.cells
    providers = pd.DataFrame(
        {
            "ukprn": given["PROVIDER_UKPRN"],
            "name": tidy(given["PROVIDER_NAME"]),
            "website": web_addresses(given["CONTACT_WEBSITE"]),
            "source": TITLE,
            "licence": LICENCE,
            "as_at": day.isoformat() if day else "",
        },
        dtype="str",
    )
    return Feed(
        name=raw.name,
        sha256=raw.sha256,
        layout=PROVIDERS,
        read=raw.read,
        parts=(Part("providers", providers),),
        rejects=raw.rejects,
        as_at=day,
        notes=raw.notes,
    )


def _as_at(name: str) -> date | None:
    """Return the day in a report's name; the rows themselves say only when each was changed."""
    found = _DAY.search(name)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


FORMAT = Format(
    name="course-directory",
    title=TITLE,
    publisher="Department for Education",
    licence=LICENCE,
    tables=("providers", "venues", "offers"),
    strength=Strength.LISTED,
    recognise=recognise,
    read=read,
)
