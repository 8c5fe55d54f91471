"""Reports of the course directory: live courses, 36 and 35 columns, and their providers."""

from __future__ import annotations

import csv
from pathlib import Path

from canaries import EMAIL, PERSON, PHONE

HEADER = [
    "PROVIDER_UKPRN",
    "COURSE_ID",
    "COURSE_RUN_ID",
    "LEARN_AIM_REF",
    "COURSE_NAME",
    "WHO_THIS_COURSE_IS_FOR",
    "DELIVER_MODE",
    "STUDY_MODE",
    "ATTENDANCE_PATTERN",
    "FLEXIBLE_STARTDATE",
    "STARTDATE",
    "DURATION_UNIT",
    "DURATION_VALUE",
    "COST",
    "COST_DESCRIPTION",
    "NATIONAL",
    "REGIONS",
    "LOCATION_NAME",
    "LOCATION_ADDRESS1",
    "LOCATION_ADDRESS2",
    "LOCATION_COUNTY",
    "LOCATION_EMAIL",
    "LOCATION_LATITUDE",
    "LOCATION_LONGITUDE",
    "LOCATION_POSTCODE",
    "LOCATION_TELEPHONE",
    "LOCATION_TOWN",
    "LOCATION_WEBSITE",
    "COURSE_URL",
    "UPDATED_DATE",
    "ENTRY_REQUIREMENTS",
    "HOW_YOU_WILL_BE_ASSESSED",
    "COURSE_TYPE",
    "SECTOR",
    "EDUCATION_LEVEL",
    "AWARDING_BODY",
]
PROVIDER_HEADER = [
    "PROVIDER_UKPRN",
    "PROVIDER_NAME",
    "TRADING_NAME",
    "CONTACT_ADDRESS1",
    "CONTACT_ADDRESS2",
    "CONTACT_TOWN",
    "CONTACT_POSTCODE",
    "CONTACT_WEBSITE",
    "CONTACT_PHONE",
    "CONTACT_EMAIL",
]
MAIN = ("Main  Campus", "CB1 2HR", "52.1951", "0.1313")
SWAPPED = ("Science Wing", "SG1 1EP", "-0.2030", "51.9020")
NOWHERE = ("", "", "", "")
# Provider, aim, deliver mode, study mode, attendance, national, regions, location.
RUNS = [
    ("99900011", "60199901", "1", "2", "1", "False", "", MAIN),
    ("99900011", "60199901", "1", "3", "1", "False", "", ("main campus", *MAIN[1:])),
    ("99900011", "60199901", "1", "2", "2", "False", "", MAIN),
    ("99900011", "60199901", "1", "2", "4", "False", "", SWAPPED),
    ("99900011", "60199902", "1", "1", "1", "False", "", MAIN),
    ("99900011", "60199902", "2", "", "", "False", "", NOWHERE),
    ("99900011", "60199902", "3", "", "", "True", "", NOWHERE),
    ("99900012", "60199902", "3", "", "", "False", "Cambridgeshire,Luton", NOWHERE),
    ("99900012", "60199902", "3", "", "", "False", "Luton,Cambridgeshire", NOWHERE),
    ("99900012", "60199902", "4", "2", "", "False", "", ("", "NE1 7RU", "", "")),
    ("99900012", "", "1", "2", "1", "False", "", MAIN),
    ("99900012", "60199903", "0", "", "", "False", "", MAIN),
    ("99900012", "60199903", "1", "2", "", "False", "", MAIN),
    ("99900012", "60199903", "1", "2", "3", "False", "", NOWHERE),
    ("99900012", "60199903", "1", "3", "3", "False", "", MAIN),
]


def write(folder: Path) -> list[Path]:
    """Write the report of courses as it is and as it was, and that of providers."""
    return [
        _courses(folder / "LiveCoursesWithRegionsAndVenuesReport-20260727.csv", HEADER),
        _courses(folder / "LiveCoursesWithRegionsAndVenuesReport-20220901.csv", HEADER[:-4]),
        _providers(folder / "LiveCourseProvidersReport-20260727.csv"),
    ]


def _courses(path: Path, header: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        for number, (ukprn, aim, mode, study, attendance, national, regions, place) in enumerate(
            RUNS
        ):
            name, postcode, latitude, longitude = place
            writer.writerow(
                {
                    "PROVIDER_UKPRN": ukprn,
                    "COURSE_ID": f"course-{number // 2}",
                    "COURSE_RUN_ID": f"run-{number}",
                    "LEARN_AIM_REF": aim,
                    "COURSE_NAME": 'Laboratory "skills", level 3',
                    "WHO_THIS_COURSE_IS_FOR": f"For all,\nsay; ask {' '.join(PERSON)}.",
                    "DELIVER_MODE": mode,
                    "STUDY_MODE": study,
                    "ATTENDANCE_PATTERN": attendance,
                    "NATIONAL": national,
                    "REGIONS": regions,
                    "LOCATION_NAME": name,
                    "LOCATION_EMAIL": EMAIL if name else "",
                    "LOCATION_TELEPHONE": PHONE if name else "",
                    "LOCATION_POSTCODE": postcode,
                    "LOCATION_LATITUDE": latitude,
                    "LOCATION_LONGITUDE": longitude,
                    "UPDATED_DATE": "2026-07-01",
                    "COURSE_TYPE": "1",
                }
            )
    return path


def _providers(path: Path) -> Path:
    page = "https://fen.example/"
    rows = [
        ["99900011", "Example Fen College", "", "", "", "Ely", "CB7 4EJ", page, PHONE, EMAIL],
        ["99900012", "EXAMPLE TYNE TRAINING", "Tyne", "", "", "", "NE1 7RU", EMAIL, PHONE, EMAIL],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([PROVIDER_HEADER, *rows])
    return path
