"""BasicCompanyData as Companies House publishes it: a CSV file, and a part of it in a ZIP archive.

The header is unquoted and some of its names begin with a blank; every cell is quoted; UTF-8 without
a mark; lines end in CR LF. All companies are invented.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from canaries import EMAIL, PERSON, PHONE

_NAMED = [f"PreviousName_{n}" for n in range(1, 11)]
COLUMNS = (
    "CompanyName", " CompanyNumber", "RegAddress.CareOf", "RegAddress.POBox",
    "RegAddress.AddressLine1", " RegAddress.AddressLine2", "RegAddress.PostTown",
    "RegAddress.County", "RegAddress.Country", "RegAddress.PostCode", "CompanyCategory",
    "CompanyStatus", "CountryOfOrigin", "DissolutionDate", "IncorporationDate",
    "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Accounts.NextDueDate",
    "Accounts.LastMadeUpDate", "Accounts.AccountCategory", "Returns.NextDueDate",
    "Returns.LastMadeUpDate", "Mortgages.NumMortCharges", "Mortgages.NumMortOutstanding",
    "Mortgages.NumMortPartSatisfied", "Mortgages.NumMortSatisfied", "SICCode.SicText_1",
    "SICCode.SicText_2", "SICCode.SicText_3", "SICCode.SicText_4",
    "LimitedPartnerships.NumGenPartners", "LimitedPartnerships.NumLimPartners", "URI",
    # The blank before the day stands in the second former name alone.
    *(
        name
        for at, former in enumerate(_NAMED, start=1)
        for name in (f"{' ' * (at == 2)}{former}.CONDATE", f" {former}.CompanyName")
    ),
    "ConfStmtNextDueDate", " ConfStmtLastMadeUpDate",
)  # fmt: skip
"""The 55 names, with the blanks that some of them begin with in the real file."""

BIOTECH = "72110 - Research and experimental development on biotechnology"
RESEARCH = "72190 - Other research and experimental development on natural sciences and engineering"
MEDICINES = "21200 - Manufacture of pharmaceutical preparations"
DEVICES = "32500 - Manufacture of medical and dental instruments and supplies"
PUBS = "56302 - Public houses and bars"

ROWS: tuple[dict[str, str], ...] = (
    {"name": "EXAMPLE BIOSCIENCE LIMITED", "number": "09999901", "sic": BIOTECH},
    # Only the third and fourth codes are of the sector.
    {
        "name": 'EXAMPLE "QUOTED", MEDICINES LTD',
        "number": "SC999902",
        "sic": f"70100 - Activities of head offices|{PUBS}|{RESEARCH}|{MEDICINES}",
        "postcode": "EH25 9RG",
    },
    {"name": "EXAMPLE ENGINEERING LIMITED", "number": "09999903", "sic": RESEARCH},
    {"name": "EXAMPLE DRONE SURVEYS LTD", "number": "09999904", "sic": RESEARCH},
    {"name": "EXAMPLE CAFÉ DEVICES LTD", "number": "09999905", "sic": DEVICES, "postcode": ""},
    {"name": "EXAMPLE ARMS LIMITED", "number": "09999906", "sic": PUBS},
    {"name": "EXAMPLE LIONS CLUB", "number": "CE999907", "sic": "None Supplied"},
    {
        "name": "EXAMPLE WOUND UP LABS LTD",
        "number": "09999908",
        "sic": BIOTECH,
        "status": "Liquidation",
    },
    {
        "name": "EXAMPLE LAPSING LABS LTD",
        "number": "09999909",
        "sic": BIOTECH,
        "status": "Active - Proposal to Strike off",
        "accounts": "NO ACCOUNTS FILED",
    },
)


def row_of(given: Mapping[str, str]) -> list[str]:
    """Return the 55 cells of a company; where the real file names people, a canary stands."""
    codes = dict(enumerate(given["sic"].split("|"), start=1))
    cells = {
        "CompanyName": given["name"],
        " CompanyNumber": given["number"],
        "RegAddress.CareOf": " ".join(PERSON),
        "RegAddress.AddressLine1": f"C/O {' '.join(PERSON)}, {EMAIL}",
        " RegAddress.AddressLine2": f"TEL {PHONE}",
        "RegAddress.PostTown": "EXAMPLETON",
        "RegAddress.PostCode": given.get("postcode", "SG1 2NY"),
        "CompanyCategory": "Private Limited Company",
        "CompanyStatus": given.get("status", "Active"),
        "CountryOfOrigin": "United Kingdom",
        "IncorporationDate": "10/05/2019",
        "Accounts.AccountCategory": given.get("accounts", "MICRO ENTITY"),
        **{f"SICCode.SicText_{at}": codes.get(at, "") for at in range(1, 5)},
        "URI": f"http://business.data.gov.uk/id/company/{given['number']}",
        " PreviousName_1.CompanyName": f"{PERSON[1].upper()} TRADING LIMITED",
        " ConfStmtLastMadeUpDate": "09/05/2025",
    }
    return [cells.get(column, "") for column in COLUMNS]


def line_of(cells: Iterable[str]) -> str:
    """Return cells as a line of the file: all quoted, quotes doubled."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


def content(rows: Iterable[Mapping[str, str]] = ROWS) -> bytes:
    """Return the bytes of a file of these companies."""
    return (",".join(COLUMNS) + "\r\n" + "".join(line_of(row_of(row)) for row in rows)).encode()


def write(folder: Path) -> list[Path]:
    """Write a whole file, and a part of it in an archive."""
    plain = folder / "BasicCompanyDataAsOneFile-2025-06-01.csv"
    plain.write_bytes(content())
    packed = folder / "BasicCompanyData-2025-06-01-part1_7.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BasicCompanyData-2025-06-01-part1_7.csv", content())
    return [plain, packed]
