"""Ofsted's inspections of further education and skills, before and since the report cards."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
from canaries import PERSON

ILP = "Independent learning provider"
GROUP = "Independent learning providers (including employer providers)"
COLLEGE = "General further education college"

UNDERLYING = [
    "Provider UKPRN",
    "Provider name",
    "Provider type",
    "Provider group",
    "Inspection number",
    "Inspection type",
    "First day of inspection",
    "Last day of inspection",
    "Is safeguarding effective",
    "Overall effectiveness",
    "Quality of education",
    "Leadership and management",
    "Apprenticeships",
]
JUDGED = ["Full inspection", "03-Mar-20", "06-Mar-20", "Yes"]
UNDERLYING_ROWS = [
    ["10099901", "Example Training Ltd", ILP, GROUP, "10199999", *JUDGED, "2", "2", "3", "2"],
    ["10099903", "Sample Jones Ltd", ILP, GROUP, *["NULL"] * 5, "-", "-", "-", "-"],
    [
        *["10099905", "Example Régional College", COLLEGE, "Colleges", "10199998"],
        *["Full inspection", "28-Sept-21", "1-Oct-21", "No", "4", "4", "4", "-"],
    ],
    ["10099927", "Odd Grade Ltd", ILP, GROUP, "10199997", *JUDGED, "5", "2", "2", "2"],
    ["NULL", "Nobody Ltd", ILP, GROUP, *["NULL"] * 5, "-", "-", "-", "-"],
    ["10099928", f"Mr {' '.join(PERSON)}", ILP, GROUP, "10199996", *JUDGED, "2", "2", "2", "2"],
]

MONTHLY = [
    "Web link",
    "Provider URN",
    "Provider UKPRN",
    "Provider name",
    "Provider type",
    "Provider group",
    "Local authority",
    "Region",
    "Ofsted region",
    "Date of latest short inspection",
    "Number of short inspections since last full inspection RAW",
    "Inspection number",
    "Inspection type",
    "First day of inspection",
    "Last day of Inspection",
    "Date published",
    "Overall effectiveness",
    "Overall effectiveness RAW",
    "Quality of education",
    "Behaviour and attitudes",
    "Personal development",
    "Effectiveness of leadership and management",
    "Contribution to meeting skills needs",
    "Apprenticeships",
    "Is safeguarding effective?",
    "Previous inspection number",
    "Previous overall effectiveness",
    "Previous safeguarding",
    "Improved/ declined/ stayed the same",
]
"""The headings of a month before November 2025."""

CARDS = [
    "Web link to Ofsted provider webpage (opens in new window)",
    "Provider URN",
    "Provider UKPRN",
    "Provider name",
    "Provider type",
    "Provider group",
    "Local authority",
    "Region",
    "Ofsted region",
    "Inspection number",
    "First day of inspection",
    "Date published",
    "Safeguarding standards",
    "Inclusion",
    "Leadership and governance",
    "Contribution to meeting skills needs",
    *(
        f"{provision} - {area}"
        for provision in (
            "Education programmes for young people",
            "Adult learning programmes",
            "Apprenticeships",
            "Provision for learners and apprentices with high needs",
        )
        for area in (
            "curriculum, teaching and training",
            "achievement",
            "participation and development",
        )
    ),
]
"""Sheet D1_In-year_full_inspections of 2026."""

VISITS = [*CARDS[:9], "Event type", *CARDS[9:]]
"""Sheet D2_Monitoring_inspections."""

THEMES = [
    *CARDS[:9],
    "Event type",
    *CARDS[9:12],
    "Follow-up safeguarding inspection",
    "Inclusion theme",
    "Leadership and governance theme",
    "Curriculum, teaching and training theme - apprenticeships",
    "Safeguarding theme",
]
"""Sheet D3_New_provider_monitoring_insp."""

LIST = [
    *CARDS[:9],
    "Has the provider received a full inspection under the renewed EIF?",
    "Has the provider received a new provider monitoring inspection?",
    "Date of latest short inspection before renewed EIF (if relevant)",
    "Inspection number of latest full inspection before renewed EIF",
    "First day of inspection of latest inspection before renewed EIF",
    *(
        f"Latest {area} before renewed EIF"
        for area in (
            "overall effectiveness",
            "quality of education",
            "behaviour and attitudes",
            "personal development",
            "leadership and management",
            "contribution to meeting skills needs",
            "safeguarding",
        )
    ),
]
"""Sheet D4_Provider_list."""


def laid_out(header: list[str], **cells: str) -> list[str]:
    """Return one row; ``cells`` by the beginning of a heading, underscores for blanks."""
    values = dict.fromkeys(header, "")
    for start, value in cells.items():
        wanted = start.replace("_", " ").lower()
        exact = [name for name in header if name.lower() == wanted]
        [name] = exact or [name for name in header if name.lower().startswith(wanted)]
        values[name] = value
    return list(values.values())


def provider(ukprn: str, name: str, kind: str = ILP) -> dict[str, str]:
    """Return the cells that stand in every table."""
    return {"provider_ukprn": ukprn, "provider_name": name, "provider_type": kind}


MONTHLY_ROWS = [
    laid_out(
        MONTHLY,
        **provider("10099905", "Example Régional College", COLLEGE),
        inspection_type="Full inspection",
        first_day_of_inspection="2024-01-16",
        last_day_of_inspection="2024-01-19",
        overall_effectiveness="2",
        overall_effectiveness_raw="2",
        quality_of_education="1",
        effectiveness_of_leadership_and_management="2",
        contribution_to_meeting_skills_needs="Strong",
        apprenticeships="3",
        **{"is_safeguarding_effective?": "Yes"},
        previous_overall_effectiveness="4",
    ),
    # The same college's monitoring visit afterwards: it graded nothing.
    laid_out(
        MONTHLY,
        **provider("10099905", "Example Régional College", COLLEGE),
        inspection_type="Monitoring visit",
        first_day_of_inspection="2025-02-01",
        last_day_of_inspection="2025-02-02",
        overall_effectiveness="-",
        **{"is_safeguarding_effective?": "No"},
    ),
    laid_out(MONTHLY, **provider("10099929", "Old and New Ltd"), overall_effectiveness="NULL"),
]

CARD_ROWS = [
    laid_out(
        CARDS,
        **provider("10099905", "Example Régional College", COLLEGE),
        first_day_of_inspection="2026-01-13",
        safeguarding_standards="Met",
        inclusion="Strong standard",
        leadership_and_governance="Expected standard",
        contribution_to_meeting_skills_needs="Exceptional",
        **{
            "apprenticeships_-_achievement": "Urgent improvement",
            "apprenticeships_-_curriculum": "Needs attention",
            "adult_learning_programmes_-_achievement": "Not applicable",
        },
    ),
    laid_out(
        CARDS,
        **provider("10099930", "Wrong Scale Ltd"),
        first_day_of_inspection="2026-01-20",
        safeguarding_standards="Met",
        inclusion="Good",
    ),
    laid_out(
        CARDS,
        **provider("10099931", "Unsafe Ltd"),
        first_day_of_inspection="2026-02-03",
        safeguarding_standards="Not met",
        inclusion="Needs attention",
    ),
]
LIST_ROWS = [
    laid_out(
        LIST,
        **provider("10099905", "Example Régional College", COLLEGE),
        has_the_provider_received_a_full="Yes",
        first_day_of_inspection="2021-09-28",
        latest_overall="3",
        latest_safeguarding="Yes",
    ),
    laid_out(
        LIST,
        **provider("10099901", "Example Training Ltd"),
        has_the_provider_received_a_full="No",
        first_day_of_inspection="2020-03-03",
        latest_overall="2",
        latest_quality="2",
        latest_contribution="Strong",
        latest_safeguarding="Yes",
    ),
    # Inspected by report card in an earlier year, which this file no longer holds.
    laid_out(
        LIST,
        **provider("10099932", "Last Year Ltd"),
        has_the_provider_received_a_full="Yes",
        first_day_of_inspection="2019-05-01",
        latest_overall="4",
        latest_safeguarding="No",
    ),
    laid_out(LIST, **provider("10099933", "Brand New Ltd"), has_the_provider_received_a_full="No"),
]
VISIT_ROWS = [
    laid_out(VISITS, **provider("10099931", "Unsafe Ltd"), event_type="Monitoring"),
    laid_out(VISITS, **provider("10099901", "Example Training Ltd"), event_type="Monitoring"),
]
THEME_ROWS = [laid_out(THEMES, **provider("10099933", "Brand New Ltd"), event_type="New provider")]

TITLES = [["Further education and skills: management information as at 31 March 2026"], ["Notes 1"]]


def workbook(sheets: dict[str, list[list[str]]], path: Path) -> Path:
    """Write ``sheets`` as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(path)
    return path


def delimited(rows: list[list[str]], path: Path, encoding: str = "utf-8-sig") -> Path:
    """Write ``rows`` as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def write(folder: Path) -> list[Path]:
    """Write one file per layout."""
    underlying = delimited(
        [UNDERLYING, *UNDERLYING_ROWS],
        folder / "underlying_data_as_at_31_August_2021.csv",
        "cp1252",
    )
    monthly = workbook(
        {
            "Notes": [["Further education and skills"], ["This file holds grades 1 to 4."]],
            "Latest inspections": [
                ["Provider level data, as at 31 August 2025"],
                [],
                MONTHLY,
                *MONTHLY_ROWS,
            ],
        },
        folder / "monthly.xlsx",
    )
    renewed = workbook(
        {
            "Cover": TITLES,
            "D1_In-year_full_inspections": [*TITLES, [], CARDS, *CARD_ROWS],
            "D2_Monitoring_inspections": [*TITLES, VISITS, *VISIT_ROWS],
            "D3_New_provider_monitoring_insp": [*TITLES, THEMES, *THEME_ROWS],
            "D4_Provider_list": [*TITLES, LIST, *LIST_ROWS],
        },
        folder / "renewed.xlsx",
    )
    cards = delimited([*TITLES, [], CARDS, *CARD_ROWS], folder / "cards.csv")
    return [underlying, monthly, renewed, cards]


def write_open_document(folder: Path) -> Path:
    """Write an OpenDocument spreadsheet, as far as it is looked at."""
    path = folder / "renewed.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        cells = "".join(f"<text:p>{heading}</text:p>" for heading in CARDS)
        made.writestr("content.xml", f"<office:document-content>{cells}</office:document-content>")
    return path
