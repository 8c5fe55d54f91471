"""What each kind of document of the Find Apprenticeship Training API says."""

from __future__ import annotations

import pytest
from public_samples import find_apprenticeship as sample

from etl.errors import SourceError
from etl.sources.training_documents import (
    NO_ADDRESS,
    NO_MODE,
    NO_PLACE,
    About,
    Kind,
    kind_of,
    lowered,
    statements,
)

KINDS = {
    "courses": Kind.OLD_COURSES,
    "course": Kind.OLD_COURSE,
    "course-providers": Kind.OLD_PROVIDERS,
    "course-provider": Kind.OLD_PROVIDER,
    "course-provider-nolocation": Kind.OLD_PROVIDER,
    "shortlist": Kind.OLD_SHORTLIST,
    "locations": Kind.PLACES,
    "new-courses": Kind.COURSES,
    "new-providers": Kind.PROVIDERS,
    "new-provider": Kind.PROVIDER,
}


def said(name):
    return list(statements(lowered((sample.OLD | sample.NEW)[name])))


def ways(name):
    found = [s.fields for s in said(name) if s.about is About.DELIVERY]
    return [(way["mode"], way["name"], way["delivery_area"]) for way in found]


def rules(name):
    return [s.fields["rule"] for s in said(name) if s.about is About.ASIDE]


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_document_is_told_by_its_keys(name, kind):
    assert kind_of(lowered((sample.OLD | sample.NEW)[name])) is kind


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        [1],
        {},
        {"standards": []},
        {"locations": 1},
        {"locations": [{"name": "A", "location": {}, "postcode": "CB1 2HR"}]},
    ],
)
def test_anything_else_is_none(document):
    assert kind_of(document) is None
    with pytest.raises(SourceError, match="none of"):
        list(statements(document))


def test_keys_count_in_any_case_and_values_are_left_alone():
    assert lowered({"QAR": [{"IFateReferenceNumber": "ST1"}], "a": "B"}) == {
        "qar": [{"ifatereferencenumber": "ST1"}],
        "a": "B",
    }


def test_up_to_2023_a_way_of_delivery_is_a_code():
    assert ways("course-provider") == [
        ("workplace", "At the workplace", ""),
        ("workplace", "At the workplace", "England"),
        ("day_release", "Fens Laboratory", ""),
        ("block_daily", "fens laboratory", ""),
    ]
    assert rules("course-provider") == [NO_MODE]
    assert rules("course-providers") == [NO_MODE, NO_ADDRESS]
    assert ways("course-provider-nolocation") == []


def test_stars_are_those_given_and_none_is_not_zero():
    [fens, tyne] = [s.fields for s in said("course-providers") if s.about is About.PROVIDER]

    assert (fens["employer_stars"], fens["employer_reviews"]) == ("2", "51")
    assert (fens["learner_stars"], fens["learner_reviews"]) == ("", "0")
    assert (tyne["employer_stars"], tyne["employer_reviews"]) == ("4", "15")
    [_, new] = [s.fields for s in said("new-providers") if s.about is About.PROVIDER]
    assert (new["employer_stars"], new["employer_reviews"]) == ("", "")
    assert (new["learner_stars"], new["learner_reviews"]) == ("3", "12")


def test_now_a_place_has_flags_and_its_regions_are_one_way_of_delivery():
    regions = ("workplace", "At the workplace", "E06000032;E06000055")

    assert ways("new-provider") == [
        ("day_release", "Fens Laboratory", ""),
        ("block_daily", "Fens Laboratory", ""),
        regions,
        regions,
        ("e_learning", "Online", ""),
    ]
    assert rules("new-provider") == [NO_MODE]


def test_a_list_has_no_addresses_and_says_so():
    assert ways("new-providers") == []
    assert rules("new-providers") == [NO_ADDRESS, NO_ADDRESS]


def test_a_region_without_its_name_is_no_area():
    document = lowered(sample.providers(1, sample.listing(1, "A", locations=[sample.place(2)])))

    assert [s.fields for s in statements(document)][-1] == {"rule": NO_ADDRESS}


def test_a_national_rate_is_a_statement_of_its_own():
    [national] = [s for s in said("new-provider") if s.about is About.NATIONAL_RATE]

    assert national.reference == "ST9248"
    assert national.fields == {
        "ukprn": "",
        "achievementrate": "57.7",
        "leavers": "350",
        "year": "2425",
    }


def test_places_to_search_from_are_nobodys():
    assert rules("locations") == [NO_PLACE]


@pytest.mark.parametrize(
    "document",
    [
        {"trainingcourses": [1]},
        {"trainingcourses": {"id": 1}},
        {"trainingcourse": 7},
    ],
)
def test_a_damaged_document_is_refused(document):
    with pytest.raises(SourceError, match="again"):
        list(statements(document))


def test_numbers_are_written_plainly():
    document = lowered({"trainingCourse": sample.COURSE | {"id": 14.0, "level": None}})

    [course] = statements(document)

    assert (course.lars_code, course.fields["level_rqf"]) == ("14", "")
