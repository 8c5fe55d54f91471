"""The register of apprenticeship providers: two generations of its list, and its own export."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from canaries import PERSON

PUBLIC = f"""Ukprn,Name,ApplicationType,StartDate,Status,ApplicationDeterminedDate
10099901,EXAMPLE TRAINING LIMITED T/A Example Skills,Main provider,13/03/2017,,
10099903,"SAMPLE, JONES & CO LTD",Supporting provider,02/11/2021,\
Not Currently Starting New Apprentices,25/10/2021
10099904,INVENTED EMPLOYER PLC,Employer provider,01/09/2022,,30/08/2022
10099905,Mr {" ".join(PERSON)},Supporting provider,01/09/2022,,30/08/2022
10099906,SAMPLE CAFÉ ACADEMY C.I.C.,Main provider,01/09/2022,Gone fishing,30/08/2022
"""

ROATP = """Ukprn,Name,ProviderType,ParentCompanyGuarantee,\
NewOrganisationWithoutFinancialTrackRecord,StartDate,\
ProviderNotCurrentlyStartingNewApprentices,ApplicationDeterminedDate
10099901,EXAMPLE TRAINING LIMITED,Main provider,False,True,13/03/2017,,
10099903,SAMPLE JONES LTD,Supporting provider,False,False,02/11/2017,25/10/2018,
"""

EXPORT = [
    "Provider type",
    "UKPRN",
    "Legal name",
    "Trading name",
    "Organisation type",
    "Company number",
    "Charity number",
    "Status",
    "Status date",
    "Reason",
    "Date joined",
]
EXPORT_ROWS = [
    ["Main provider", 10099901.0, "EXAMPLE TRAINING LIMITED", "Example Skills", "ITP", "01234567"],
    ["Main provider", 10099907.0, "GONE COLLEGE", "Gone College", "FE Institute", ""],
    ["Supporting provider", 10099908.0, " ".join(PERSON), "Zeb's Skills", "Sole Trader", ""],
    ["Supporting provider", 10099909.0, "SAMPLE NHS TRUST", "", "NHS Partnership Trust", ""],
    ["Employer provider", 10099910.0, "LATE STARTER LTD", "", "Employer", "01234568"],
    ["Main provider", 10099911.0, "SAMPLE AND DAUGHTERS", "", "Partnership", ""],
]
EXPORT_STATUS = [
    "Active",
    "Removed",
    "Active",
    "Active - but not taking on apprentices",
    "On-boarding",
    "Active",
]


def write(folder: Path) -> list[Path]:
    """Write one file per layout."""
    public = folder / "apar-2025-11-03-08-15-02.csv"
    public.write_bytes(PUBLIC.replace("\n", "\r\n").encode())
    roatp = folder / "roatp-2019-02-01.csv"
    roatp.write_bytes(ROATP.replace("\n", "\r\n").encode())
    export = folder / "register.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Providers"
    book.active.append(EXPORT)
    for row, status in zip(EXPORT_ROWS, EXPORT_STATUS, strict=True):
        book.active.append([*row, "", status, "01/02/2020", "", "13/03/2017"])
    book.save(export)
    return [public, roatp, export]
