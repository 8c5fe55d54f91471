"""Lists of sites of the Office for Life Sciences, with invented sites.

The user guide names what the list holds and no heading of the file could be confirmed, so two
spellings of each stand here: a plain CSV file, and a workbook with a title and other headings.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
from canaries import EMAIL, PERSON, PHONE

PLAIN = (
    ("Business name", "Site name", "Postcode", "Sector", "Segment", "Employment band", "Contact",
     "Email"),
    ("Example Medicines Ltd", "Cambridge", "CB4 0WS", "Core Biopharma", "Small molecules",
     "50 to 99", " ".join(PERSON), EMAIL),
    ("Example Trials Ltd", "", "SG1 2NY", "Biopharma Service & Supply",
     "Contract research organisation", "250+", "", ""),
    ("Example Devices Ltd", "", "EH25 9RG", "Core Med Tech", "Implants", "0-4", "", ""),
    ("Example Odd Ltd", "", "SG1 2NY", "Core Med Tech", "", "suppressed", "", ""),
    ("", "", "SG1 2NY", "Core Med Tech", "Implants", "5 to 9", "", ""),
    ("Example Else Ltd", "", "SG1 2NY", "Digital", "Apps", "", "", ""),
)  # fmt: skip
OTHER = (
    ("Life sciences sites", None, None, None, None, None),
    (None, None, None, None, None, None),
    ("Site ID", "Company_Name", "Site Postcode", "Principal sector", "Number of employees",
     "Telephone"),
    ("A-17", "Example Assays Ltd", "CB4 0WS", "Medical technology", "12", PHONE),
)  # fmt: skip


def write(folder: Path) -> list[Path]:
    """Write the list in both spellings."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(PLAIN)
    plain = folder / "life-sciences-sites-2021.csv"
    plain.write_bytes(text.getvalue().encode())
    book = openpyxl.Workbook()
    sheet = book.active
    for row in OTHER:
        sheet.append(row)
    other = folder / "life-sciences-sites.xlsx"
    book.save(other)
    return [plain, other]
