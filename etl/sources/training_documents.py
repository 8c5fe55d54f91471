"""Documents of the Find Apprenticeship Training API: what each kind of them states.

Two generations are known. Documents up to 2023 hold ``trainingCourse`` and ``deliveryModes`` (0
workplace, 1 day release, 2 block release, 3 not found, 4 national); later ones ``larsCode``,
``qar`` and ``locations`` of a ``locationType`` (0 provider, 1 national, 2 regional) with flags.
Names and codes are those of the services' own code (SkillsFundingAgency,
das-findapprenticeshiptraining and das-roatp-api).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from etl.errors import SourceError
from etl.sources.subregions import delivery_areas
from geo.types import Mode

Document = Mapping[str, Any]

NO_ADDRESS = "a place without its address, which only the page of one provider has"
NO_MODE = "a place of which no way of delivery is stated"
NO_PLACE = "a place to search from, which is nobody's"
NATION = "England"


class Kind(StrEnum):
    """What a document of the API is."""

    OLD_COURSES = "training courses, up to 2023"
    OLD_COURSE = "one training course, up to 2023"
    OLD_PROVIDERS = "providers of a training course, up to 2023"
    OLD_PROVIDER = "one provider of a training course, up to 2023"
    OLD_SHORTLIST = "a shortlist of providers, up to 2023"
    PLACES = "places to search from"
    COURSES = "courses"
    PROVIDERS = "providers of a course"
    PROVIDER = "one provider of a course"


class About(StrEnum):
    """What a statement is about."""

    PROGRAMME = "programme"
    PROVIDER = "provider"
    NATIONAL_RATE = "national rate"
    DELIVERY = "delivery"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a document says: a course, a provider, a rate or a way of delivery.

    Attributes
    ----------
    about
        What it is about.
    lars_code
        The course that it belongs to.
    reference
        The course's reference, such as ST0248; empty where the document has only the LARS code.
    fields
        Text by field; for ``ASIDE`` the rule under ``rule``.
    """

    about: About
    lars_code: str
    reference: str
    fields: Mapping[str, str]


_KEYS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.OLD_SHORTLIST, frozenset({"shortlist"})),
    (Kind.OLD_COURSES, frozenset({"trainingcourses"})),
    (Kind.OLD_PROVIDERS, frozenset({"trainingcourse", "trainingcourseproviders"})),
    (Kind.OLD_PROVIDER, frozenset({"trainingcourse", "trainingcourseprovider"})),
    (Kind.OLD_COURSE, frozenset({"trainingcourse"})),
    (Kind.COURSES, frozenset({"standards", "totalcount"})),
    (Kind.PROVIDERS, frozenset({"larscode", "qarperiod", "providers"})),
    (Kind.PROVIDER, frozenset({"ukprn", "larscode", "qar", "locations"})),
    (Kind.PLACES, frozenset({"locations"})),
)
_OLD_MODES = {"1": Mode.DAY_RELEASE, "2": Mode.BLOCK_DAILY, "dayrelease": Mode.DAY_RELEASE}
_OLD_MODES |= {"blockrelease": Mode.BLOCK_DAILY}
_OLD_WORK, _OLD_NATIONAL = ("0", "workplace"), ("4", "national")
_AT_PROVIDER, _NATIONAL, _REGIONAL = ("0", "provider"), ("1", "national"), ("2", "regional")
_NO_STARS, _NO_REVIEWS = ("-", "0"), ("none",)


def lowered(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with the keys of its objects in small letters: services differ in their case."""
    if isinstance(value, dict):
        return {str(key).casefold(): lowered(item) for key, item in value.items()}
    return [lowered(item) for item in value] if isinstance(value, list) else value


def kind_of(document: Any) -> Kind | None:  # noqa: ANN401 - any JSON
    """Return what a document is, by its keys in small letters; None if it is none of the API's."""
    if not isinstance(document, dict):
        return None
    kind = next((kind for kind, keys in _KEYS if keys <= set(document)), None)
    if kind is Kind.PLACES and not _is_places(document["locations"]):
        return None
    return kind


def statements(document: Document) -> Iterator[Statement]:
    """Yield what a document says, in its order.

    Raises
    ------
    SourceError
        If it is no document of the API, or a part of it is no object.
    """
    kind = kind_of(document)
    if kind is None:
        raise SourceError("A document is none of the Find Apprenticeship Training API's.")
    yield from _READERS[kind](document)


def _is_places(found: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(found, list) and all(
        isinstance(place, dict) and set(place) == {"name", "location"} for place in found
    )


def _places(document: Document) -> Iterator[Statement]:
    for _ in _objects(document, "locations"):
        yield Statement(About.ASIDE, "", "", {"rule": NO_PLACE})


def _old_courses(document: Document) -> Iterator[Statement]:
    for course in _objects(document, "trainingcourses"):
        yield _programme(course, _text(course, "id"))


def _old_course(document: Document) -> Iterator[Statement]:
    course = _object(document, "trainingcourse")
    yield _programme(course, _text(course, "id"))


def _old_providers(document: Document) -> Iterator[Statement]:
    yield from _old_course(document)
    course = _object(document, "trainingcourse")
    for provider in _objects(document, "trainingcourseproviders"):
        yield from _old_listing(provider, _text(course, "id"))


def _old_provider(document: Document) -> Iterator[Statement]:
    yield from _old_course(document)
    course = _object(document, "trainingcourse")
    yield from _old_listing(_object(document, "trainingcourseprovider"), _text(course, "id"))


def _old_shortlist(document: Document) -> Iterator[Statement]:
    for item in _objects(document, "shortlist"):
        course = _object(item, "course")
        yield _programme(course, _text(course, "id"))
        yield from _old_listing(_object(item, "provider"), _text(course, "id"))


def _old_listing(provider: Document, lars: str) -> Iterator[Statement]:
    """Yield a provider and its ways of delivery.

    Its rates are those of a sector subject area, not of the course, and say no year: not read.
    """
    ukprn = _text(provider, "providerid")
    employers = _object(provider, "employerfeedback") or _object(provider, "feedback")
    learners = _object(provider, "apprenticefeedback")
    fields = {
        "ukprn": ukprn,
        "name": _text(provider, "name"),
        "employer_stars": _stars(employers, "totalfeedbackrating"),
        "employer_reviews": _text(employers, "totalemployerresponses"),
        "learner_stars": _stars(learners, "totalfeedbackrating"),
        "learner_reviews": _text(learners, "totalapprenticeresponses"),
    }
    yield Statement(About.PROVIDER, lars, "", fields)
    for way in _objects(provider, "deliverymodes"):
        yield _old_delivery(way, ukprn, lars)


def _old_delivery(way: Document, ukprn: str, lars: str) -> Statement:
    code = _text(way, "deliverymodetype").casefold()
    if code in _OLD_WORK + _OLD_NATIONAL:
        national = code in _OLD_NATIONAL or _is_true(way, "national")
        return _delivery(lars, "", ukprn, Mode.WORKPLACE, area=NATION if national else "")
    mode = _OLD_MODES.get(code)
    if mode is None:
        return Statement(About.ASIDE, lars, "", {"rule": NO_MODE})
    return _at_place(way, ("address1", "address2"), lars, "", ukprn, mode)


def _courses(document: Document) -> Iterator[Statement]:
    for course in _objects(document, "standards"):
        reference = _text(course, "ifatereferencenumber")
        yield _programme(course, _text(course, "larscode"), reference)


def _providers(document: Document) -> Iterator[Statement]:
    lars = _text(document, "larscode")
    title = _text(document, "standardname")
    yield Statement(About.PROGRAMME, lars, "", {"title": title, "level_rqf": "", "pathway": ""})
    year = _text(document, "qarperiod")
    for provider in _objects(document, "providers"):
        fields = _listed(provider, provider, provider)
        yield Statement(About.PROVIDER, lars, "", fields | {"year": year})
        yield from _deliveries(provider, lars, "", fields["ukprn"])


def _provider(document: Document) -> Iterator[Statement]:
    lars, reference = _text(document, "larscode"), _text(document, "ifatereferencenumber")
    title, level = _text(document, "coursename"), _text(document, "level")
    about = {"title": title, "level_rqf": level, "pathway": ""}
    yield Statement(About.PROGRAMME, lars, reference, about)
    rates = _object(document, "qar")
    year = {"year": _text(rates, "period")}
    fields = _listed(document, rates, _object(document, "reviews"))
    yield Statement(About.PROVIDER, lars, reference, fields | year)
    national = {
        "achievementrate": _text(rates, "nationalachievementrate"),
        "leavers": _text(rates, "nationalleavers"),
    }
    yield Statement(About.NATIONAL_RATE, lars, reference, {"ukprn": ""} | national | year)
    yield from _deliveries(document, lars, reference, fields["ukprn"])


def _listed(provider: Document, rates: Document, reviews: Document) -> dict[str, str]:
    return {
        "ukprn": _text(provider, "ukprn"),
        "name": _text(provider, "providername"),
        "employer_stars": _stars(reviews, "employerstars"),
        "employer_reviews": _reviews(reviews, "employerreviews"),
        "learner_stars": _stars(reviews, "apprenticestars"),
        "learner_reviews": _reviews(reviews, "apprenticereviews"),
        "achievementrate": _text(rates, "achievementrate"),
        "leavers": _text(rates, "leavers"),
    }


def _deliveries(listing: Document, lars: str, reference: str, ukprn: str) -> Iterator[Statement]:
    places = _objects(listing, "locations")
    # All its regions are one way of delivery, however many places the listing makes of them.
    regions = {_text(p, "courselocation") for p in places if _is(p, "locationtype", _REGIONAL)}
    area = delivery_areas(pd.Series([",".join(sorted(regions - {""}))])).iloc[0]
    for place in places:
        if _is(place, "locationtype", _NATIONAL):
            yield _delivery(lars, reference, ukprn, Mode.WORKPLACE, area=NATION)
        elif _is(place, "locationtype", _REGIONAL) and _text(place, "courselocation"):
            yield _delivery(lars, reference, ukprn, Mode.WORKPLACE, area=area)
        else:
            yield from _at_provider(place, lars, reference, ukprn)
    online = [listing, *places]
    if any(_is_true(item, "hasonlinedeliveryoption") for item in online):
        yield _delivery(lars, reference, ukprn, Mode.E_LEARNING)


def _at_provider(place: Document, lars: str, reference: str, ukprn: str) -> Iterator[Statement]:
    ways = (("dayrelease", Mode.DAY_RELEASE), ("blockrelease", Mode.BLOCK_DAILY))
    modes = [mode for flag, mode in ways if _is_true(place, flag)]
    if not modes and _is(place, "locationtype", _AT_PROVIDER):
        yield Statement(About.ASIDE, lars, reference, {"rule": NO_MODE})
    elif not modes:
        yield Statement(About.ASIDE, lars, reference, {"rule": NO_ADDRESS})
    for mode in modes:
        lines = ("addressline1", "addressline2")
        yield _at_place(place, lines, lars, reference, ukprn, mode)


def _at_place(
    place: Document, lines: tuple[str, str], lars: str, reference: str, ukprn: str, mode: Mode
) -> Statement:
    postcode = _text(place, "postcode")
    name = next((text for line in lines if (text := _text(place, line))), postcode)
    if not name:
        return Statement(About.ASIDE, lars, reference, {"rule": NO_ADDRESS})
    made = _delivery(lars, reference, ukprn, mode)
    point = {axis: _text(place, axis) for axis in ("latitude", "longitude")}
    fields = {**made.fields, "name": name, "postcode": postcode, **point}
    return Statement(About.DELIVERY, lars, reference, fields)


def _delivery(lars: str, reference: str, ukprn: str, mode: Mode, *, area: str = "") -> Statement:
    """Return a delivery at no place of the provider's: at the workplace or online."""
    fields = {
        "ukprn": ukprn,
        "mode": mode.value,
        "name": "Online" if mode is Mode.E_LEARNING else "At the workplace",
        "postcode": "",
        "latitude": "",
        "longitude": "",
        "delivery_area": area,
    }
    return Statement(About.DELIVERY, lars, reference, fields)


def _programme(course: Document, lars: str, reference: str = "") -> Statement:
    fields = {
        "title": _text(course, "title"),
        "level_rqf": _text(course, "level"),
        "pathway": _text(course, "route"),
    }
    return Statement(About.PROGRAMME, lars, reference, fields)


def _stars(found: Document, key: str) -> str:
    stars = _text(found, key)
    return "" if stars in _NO_STARS else stars


def _reviews(found: Document, key: str) -> str:
    reviews = _text(found, key)
    return "" if reviews.casefold() in _NO_REVIEWS else reviews


def _is(found: Document, key: str, words: tuple[str, ...]) -> bool:
    return _text(found, key).casefold() in words


def _is_true(found: Document, key: str) -> bool:
    return found.get(key) is True


def _text(found: Document, key: str) -> str:
    value = found.get(key)
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def _object(found: Document, key: str) -> Document:
    value = found.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SourceError(f"{key!r} of a document is no object: fetch the document again.")
    return value


def _objects(found: Document, key: str) -> list[Document]:
    value = found.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SourceError(f"{key!r} of a document is no list of objects: fetch it again.")
    return value


_READERS: Mapping[Kind, Callable[[Document], Iterator[Statement]]] = {
    Kind.OLD_COURSES: _old_courses,
    Kind.OLD_COURSE: _old_course,
    Kind.OLD_PROVIDERS: _old_providers,
    Kind.OLD_PROVIDER: _old_provider,
    Kind.OLD_SHORTLIST: _old_shortlist,
    Kind.PLACES: _places,
    Kind.COURSES: _courses,
    Kind.PROVIDERS: _providers,
    Kind.PROVIDER: _provider,
}
