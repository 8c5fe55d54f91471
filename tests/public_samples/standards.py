"""Exports of apprenticeship standards: 2018 in UTF-16 without a mark, and Skills England's."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from canaries import EMAIL, PERSON

OLD_HEADER = (
    "Name, Reference, Standard Approved, Assessment Plan Approved, Approved for Delivery Date, "
    "Route, Level, Integrated Degree, Maximum Funding (£), Funding Band, Typical Duration, "
    "Trailblazer Contact, LARS code for providers only, Link"
)
OLD_ROWS = [
    ("Example lab technician", "ST9248", "Health and science", "3", "", "21000", "9014"),
    ("Example lab scientist", "ST9247", "Health and science", "5", "TBC", "TBC", "TBC"),
    ("Example engineer", "ST9473", "Legal  finance and law", "6", "integrated degree", "", "TBC"),
    ("Example without a level", "ST9601_02", "Digital", "0", "", "TBC", "TBC"),
    ("Example to be settled", "ST9602", "Digital", "TBC", "", "TBC", "TBC"),
    ("Example proposal", "", "Digital", "4", "", "TBC", "TBC"),
]
NEW_HEADER = [
    "Programme Type",
    "Name",
    "Reference",
    "Version Number",
    "Proposal Approved",
    "Standard Approved",
    "Assessment Plan Approved",
    "Funding Approved",
    "Status",
    "Approved for Delivery Date",
    "Retired date",
    "Withdrawn date",
    "Route",
    "Level",
    "Integrated Degree",
    "Integration",
    "Integrated Apprenticeship",
    "Maximum Funding (£)",
    "Typical Duration",
    "Minimum Hours For Compliance",
    "Core and options",
    "Regulated Standard",
    "Trailblazer Contact",
    "LARS code for providers only",
    "Learning Aim Class Code",
    "SSA2 code",
    "EQA Provider",
    "Professional recognition",
    "Link",
    "Last Updated",
    "Job Titles",
    "Overview of role",
    "Banners",
]
APPROVED = "Approved for delivery"
NEW_ROWS = [
    ("Apprenticeship", "Example lab technician", "ST9248", "1.9", APPROVED, "3", ""),
    ("Apprenticeship", "Example lab technician", "ST9248", "1.10", APPROVED, "4", ""),
    ("Apprenticeship", "Example lab technician", "ST9248", "2.0", "In development", "3", ""),
    ("Foundation apprenticeship", "Example, science", "FA9001", "1.0", APPROVED, "2", ""),
    (
        "Apprenticeship",
        "Example scientist",
        "ST9759",
        "1.0",
        APPROVED,
        "7",
        "non-integrated degree",
    ),
]


def write(folder: Path) -> list[Path]:
    """Write one export per layout."""
    return [_old(folder / "standards_2018.csv"), _new(folder / "standards_2026.csv")]


def _old(path: Path) -> Path:
    contact = f"{' '.join(PERSON)} {EMAIL}"
    lines = ["Apprenticeship Standards accurate as of 08 May 2018", OLD_HEADER]
    for name, reference, route, level, degree, funding, lars in OLD_ROWS:
        lines.append(
            f"{name},{reference},Y,Y,12-11-2014,{route},{level},{degree},{funding},12,24,"
            f"{contact},{lars},https://standards.example/{reference}/"
        )
    path.write_bytes("\r\n".join([*lines, ""]).encode("utf-16-le"))
    return path


def _new(path: Path) -> Path:
    text = io.StringIO(newline="")
    text.write("Apprenticeships accurate as of 03 June 2026\r\n")
    writer = csv.DictWriter(text, NEW_HEADER, restval="")
    writer.writeheader()
    for kind, name, reference, version, status, level, degree in NEW_ROWS:
        writer.writerow(
            {
                "Programme Type": kind,
                "Name": name,
                "Reference": reference,
                "Version Number": version,
                "Status": status,
                "Route": "Health and science",
                "Level": level,
                "Integrated Degree": degree,
                "Maximum Funding (£)": "TBC",
                "Trailblazer Contact": f"{' '.join(PERSON)}, {EMAIL}",
                "Overview of role": f'Does "this",\nand that. Ask {PERSON[0]} {PERSON[1]}.',
            }
        )
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path
