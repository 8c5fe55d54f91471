"""Documents of the Find Apprenticeship Training API, of both generations, and a fetched file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from canaries import EMAIL, PERSON, PHONE

WORDS = f"Ask {PERSON[0]} {PERSON[1]} ({EMAIL}, {PHONE})."
COURSE = {
    "id": 9014,
    "title": "Example lab technician",
    "level": 3,
    "version": 1,
    "maxFunding": 21000,
    "overviewOfRole": WORDS,
    "keywords": "Science|Chemistry",
    "typicalDuration": 24,
    "route": "Health and science",
    "coreSkills": None,
    "standardPageUrl": "https://standards.example/lab-technician/",
    "integratedDegree": "",
}
FENS: dict[str, Any] = {
    "providerId": 99900021,
    "name": "Example Fens College",
    "tradingName": "Fens",
    "email": EMAIL,
    "phone": PHONE,
    "website": EMAIL,
    "marketingInfo": f"<p>{WORDS}</p>",
    "overallCohort": 50,
    "nationalOverallCohort": 7850,
    "overallAchievementRate": 64.2,
    "nationalOverallAchievementRate": 66.8,
    "providerAddress": {"address1": "1 Head Office Way", "distanceInMiles": 1.0},
    "employerFeedback": {"totalEmployerResponses": 51, "totalFeedbackRating": 2},
    "apprenticeFeedback": {"totalApprenticeResponses": 0, "totalFeedbackRating": 0},
    "deliveryModes": [
        {"deliveryModeType": 0, "distanceInMiles": 13, "national": False},
        {"deliveryModeType": 4, "distanceInMiles": 0, "national": True},
        {
            "deliveryModeType": 1,
            "address1": "Fens Laboratory",
            "address2": "New Road",
            "town": "Cambridge",
            "postcode": "CB1 2HR",
            "county": None,
        },
        {"deliveryModeType": 2, "address1": "fens  laboratory", "postcode": "CB12HR"},
        {"deliveryModeType": 3, "distanceInMiles": 0},
    ],
}
TYNE: dict[str, Any] = {
    "providerId": 99900022,
    "name": "Example Tyne Training",
    "overallCohort": None,
    "overallAchievementRate": None,
    "feedback": {"totalEmployerResponses": 15, "totalFeedbackRating": 4},
    "deliveryModes": [{"deliveryModeType": 1, "distanceInMiles": 5.5}],
}
OLD: dict[str, Any] = {
    "courses": {"trainingCourses": [COURSE, COURSE | {"id": 9015}], "total": 2, "sectors": []},
    "course": {"trainingCourse": COURSE, "providersCount": {"totalProviders": 2}},
    "course-providers": {
        "trainingCourse": COURSE,
        "trainingCourseProviders": [FENS, TYNE],
        "total": 2,
        "location": {"name": "Camden, Camden", "location": {"geoPoint": [51.29, -0.77]}},
    },
    "course-provider": {"trainingCourse": COURSE, "trainingCourseProvider": FENS},
    "course-provider-nolocation": {
        "trainingCourse": COURSE,
        "trainingCourseProvider": FENS | {"deliveryModes": None},
    },
    "shortlist": {"shortlist": [{"id": "a", "provider": FENS, "course": COURSE}]},
    "locations": {
        "locations": [
            {"name": "M4 7EF", "location": {"geoPoint": [52.454072, -1.505398]}},
        ]
    },
}


def standard(lars: int, reference: str, title: str, level: int = 3) -> dict[str, Any]:
    """Return a course of the list of courses."""
    return {
        "ordering": 1,
        "standardUId": f"{reference}_1.2",
        "ifateReferenceNumber": reference,
        "larsCode": lars,
        "title": title,
        "level": level,
        "overviewOfRole": WORDS,
        "route": "Health and science",
        "maxFunding": 21000,
    }


def courses(*standards: dict[str, Any], page: int = 1, pages: int = 1) -> dict[str, Any]:
    """Return one page of the list of courses."""
    return {
        "page": page,
        "pageSize": 10,
        "totalPages": pages,
        "totalCount": len(standards),
        "standards": list(standards),
    }


def listing(ukprn: int, name: str, **more: Any) -> dict[str, Any]:
    """Return a provider of the list of a course's providers."""
    return {
        "ordering": 1,
        "ukprn": ukprn,
        "providerName": name,
        "shortlistId": None,
        "locations": [
            {"locationType": 0, "atEmployer": False, "dayRelease": True, "blockRelease": False},
        ],
        "leavers": "-",
        "achievementRate": "-",
        "employerReviews": "None",
        "employerStars": "-",
        "employerRating": "NotYetReviewed",
        "apprenticeReviews": "12",
        "apprenticeStars": "3",
        "apprenticeRating": "Good",
    } | more


def providers(lars: int, *listed: dict[str, Any], page: int = 1, pages: int = 1) -> dict[str, Any]:
    """Return one page of a course's providers."""
    return {
        "page": page,
        "pageSize": 10,
        "totalPages": pages,
        "totalCount": len(listed),
        "larsCode": str(lars),
        "standardName": f"Example standard {lars}",
        "qarPeriod": "2425",
        "reviewPeriod": "2425",
        "providers": list(listed),
    }


def place(kind: object, **more: Any) -> dict[str, Any]:
    """Return a location of one provider's page."""
    return {
        "ordering": 1,
        "atEmployer": kind != 0,
        "blockRelease": False,
        "dayRelease": False,
        "locationType": kind,
        "courseLocation": "",
        "addressLine1": None,
        "addressLine2": None,
        "town": None,
        "county": None,
        "postcode": None,
        "courseDistance": 0.0,
    } | more


def provider(
    lars: int, reference: str, ukprn: int, name: str, rate: str, leavers: str, **more: Any
) -> dict[str, Any]:
    """Return one provider's page for a course."""
    return {
        "ukprn": ukprn,
        "providerName": name,
        "providerAddress": {"addressLine1": "1 Head Office Way", "postcode": "ZZ1 1ZZ"},
        "contact": {
            "marketingInfo": WORDS,
            "website": EMAIL,
            "email": EMAIL,
            "phoneNumber": PHONE,
        },
        "courseName": "Example lab technician",
        "level": 3,
        "larsCode": str(lars),
        "iFateReferenceNumber": reference,
        "qar": {
            "period": "2425",
            "leavers": leavers,
            "achievementRate": rate,
            "nationalLeavers": "350",
            "nationalAchievementRate": "57.7",
        },
        "reviews": {
            "reviewPeriod": "2425",
            "employerReviews": "4",
            "employerStars": "4",
            "apprenticeReviews": "None",
            "apprenticeStars": "-",
        },
        "locations": [],
        "courses": [{"larsCode": 9015, "courseName": "Another"}],
    } | more


LABORATORY = place(
    0,
    dayRelease=True,
    blockRelease=True,
    addressLine1="Fens Laboratory",
    postcode="CB1 2HR",
    courseLocation="CB1 2HR",
    # The wrong way round, as coordinates of public lists are at times.
    latitude=0.1313,
    longitude=52.1951,
)
REGIONS = [
    place("Regional", courseLocation="Luton (East of England)"),
    place("Regional", courseLocation="Bedford (East of England)"),
]
FENS_PAGE = provider(
    9014,
    "ST9248",
    99900021,
    "Example Fens College",
    "100.0",
    "20",
    locations=[LABORATORY, *REGIONS, place("Provider")],
    hasOnlineDeliveryOption=True,
)
TYNE_PAGE = provider(
    9014,
    "ST9248",
    99900022,
    "Example Tyne Training",
    "x",
    "low",
    locations=[place("National")],
)
NEW: dict[str, Any] = {
    "new-courses": courses(
        standard(9014, "ST9248", "Example lab technician"),
        standard(9044, "ST9247", "Example lab scientist", 5),
    ),
    "new-providers": providers(
        9014,
        listing(99900021, "Example Fens College", achievementRate="9.8", leavers="40"),
        listing(99900022, "Example Tyne Training"),
    ),
    "new-provider": FENS_PAGE,
}
FETCHED: dict[str, Any] = {
    "fetched": {"from": "https://courses.example", "on": "2026-06-30T10:00:00+00:00"},
    "documents": [
        {"path": "courses", "document": NEW["new-courses"]},
        {"path": "courses/9014/providers", "document": NEW["new-providers"]},
        {"path": "courses/9014/providers/99900021", "document": FENS_PAGE},
        {"path": "courses/9014/providers/99900022", "document": TYNE_PAGE},
    ],
}


def write(folder: Path) -> list[Path]:
    """Write one file per document."""
    return [
        _write(folder / f"{name}.json", document)
        for name, document in (OLD | NEW | {"fetched": FETCHED}).items()
    ]


def _write(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return path
