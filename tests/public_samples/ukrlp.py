"""The UK Register of Learning Providers: its report, and an older list made from it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from canaries import EMAIL, PERSON

HEADER = [
    "UKPRN",
    "LEGAL NAME",
    "PRIMARY TRADING NAME",
    "OTHER TRADING NAMES",
    "STATUS",
    "LEGAL ADDRESS POSTCODE",
    "CONRACT ADDRESS POSTCODE",
    "PRIMARY VERIFICATION SOURCE",
    "COMPANY REGISTRATION NUMBER",
    "REGISTERED CHARITY NUMBER",
    "SCHOOL UNIQUE REFERENCE NUMBER",
    "ESTABLISHMENT NUMBER",
    "ISC NUMBER",
    "STATUTORY INSTRUMENT",
    "SCOTTISH SCHOOLS CENTRE NUMBER",
    "NI SCHOOLS INSTITUTION NUMBER",
    "SOLE TRADER OR PARTNERSHIP",
]
SOLE = "Sole Trader or Non-limited Partnership"
SHEETS = [
    "Contents",
    "New Providers",
    "Changed Names",
    "Changed Addresses",
    "Deactivated",
    "Merged",
    "UKRLP Data",
    "Verification",
    "Totals",
    "Notes",
]


def row(ukprn: float, name: str, **cells: str) -> list[object]:
    """Return one row of the report; ``cells`` by heading, in small letters with underscores."""
    values = {
        "UKPRN": ukprn,
        "LEGAL NAME": name,
        "STATUS": "Active",
        "LEGAL ADDRESS POSTCODE": "SG1 2FX",
        "CONRACT ADDRESS POSTCODE": "SG1 2FX",
        **{key.replace("_", " ").upper(): value for key, value in cells.items()},
    }
    return [values.get(heading) for heading in HEADER]


def rows() -> list[list[object]]:
    """Return the rows of the report."""
    companies = {"primary_verification_source": "Companies House"}
    schools = {"primary_verification_source": "DfE(Schools Unique Reference Number)"}
    return [
        row(10099901.0, "EXAMPLE TRAINING LIMITED", company_registration_number="01234567"),
        row(10099902.0, "THE UNIVERSITY OF NOWHERE", statutory_instrument="Charter"),
        row(
            10099907.0,
            "GONE COLLEGE",
            status="Deactivated",
            statutory_instrument="SI 1992",
            school_unique_reference_number="130998",
        ),
        row(
            10099912.0, "SAMPLE PRIMARY SCHOOL", school_unique_reference_number="100001", **schools
        ),
        row(10099913.0, "SAMPLE ACADEMY", scottish_schools_centre_number="5500001", **schools),
        row(10099914.0, " ".join(PERSON), primary_verification_source=SOLE),
        row(10099915.0, "Quillfeather and Sons", sole_trader_or_partnership="Y", **companies),
        row(10099916.0, "STRANGE LTD", status="Asleep", **companies),
        row(10099917.0, "GOING LTD", status="PD1", **companies),
    ]


OLD = f""""UKPRN","PROVIDER_NAME","ALIAS_TEXT","FLAT_NAME_NUMBER","BUILDING_NAME_NUMBER",\
"STREET_NAME","LOCALITY","TOWN","COUNTY","POSTCODE","WEBSITE_ADDRESS"
"10099902","UNIVERSITY OF NOWHERE, THE","","","","HIGH STREET","","NOWHERE","","CB2 1TN",\
"http://www.nowhere.example/"
"10099918","ARTS COLLEGE SAMPLE, THE","Arts","","1","LOW STREET","","SAMPLE","","SG1 2FX","{EMAIL}"
"""


def write(folder: Path) -> list[Path]:
    """Write one file per layout."""
    report = folder / "stakeholder_comprehensive_report.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in SHEETS:
        sheet = book.create_sheet(title)
        sheet.append(["RUN ON :", "08/07/2019 00:30"])
        if title == "UKRLP Data":
            sheet.append([])
            for cells in [HEADER, *rows()]:
                sheet.append(cells)
    book.save(report)
    old = folder / "learning-providers.csv"
    old.write_text(OLD, encoding="ascii")
    return [report, old]
