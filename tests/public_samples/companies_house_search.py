"""The export of Companies House's advanced search, with invented companies.

Plain CSV in UTF-8, ISO dates, industry codes apart by blanks in one cell (a blank where there are
none), the address in one cell with the country last.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from canaries import EMAIL, PERSON, PHONE

COLUMNS = (
    "company_name", "company_number", "company_status", "company_type", "company_subtype",
    "dissolution_date", "incorporation_date", "removed_date", "registered_date",
    "nature_of_business", "registered_office_address",
)  # fmt: skip
LTD = "Private limited company"
CARE_OF = f"C/O {' '.join(PERSON)} {EMAIL} {PHONE}"
ROWS = (
    ("EXAMPLE THERAPEUTICS LTD", "15999901", "Active", LTD, "", "", "2024-01-02", "", "",
     "72110 72190", f"{CARE_OF} Milton Road Cambridge CB4 0WS England"),
    ("EXAMPLE SHORT NUMBER LTD", "9999902", "Active", LTD, "", "", "2019-01-02", "", "",
     "21200", "1 High Street Stevenage SG1 2NY United Kingdom"),
    ("EXAMPLE CAT FOOD LTD", "15999903", "Active", LTD, "", "", "2020-01-02", "", "",
     "72190", "1 High Street Stevenage SG1 2NY"),
    ("EXAMPLE GMBH", "BR999904", "Open", "UK establishment", "", "", "", "", "",
     "32500", "Somewhere Abroad Germany"),
    ("EXAMPLE GONE BIOTECH LTD", "15999905", "Dissolved", LTD, "", "2023-02-03", "2020-01-02", "",
     "", "72110", "SG1 2NY"),
    ("EXAMPLE SILENT LTD", "15999906", "Active", LTD, "", "", "2020-01-02", "", "", " ",
     "SG1 2NY"),
)  # fmt: skip


def write(folder: Path) -> list[Path]:
    """Write one export."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *ROWS])
    path = folder / "Companies-House-search-results.csv"
    path.write_bytes(text.getvalue().encode())
    return [path]
