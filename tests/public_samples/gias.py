"""All establishments, in two generations of the file: its columns come and go."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from canaries import EMAIL, PERSON, PHONE

HEADER = [
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (code)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "ReasonEstablishmentOpened (code)",
    "ReasonEstablishmentOpened (name)",
    "OpenDate",
    "ReasonEstablishmentClosed (code)",
    "ReasonEstablishmentClosed (name)",
    "CloseDate",
    "PhaseOfEducation (code)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "Boarders (code)",
    "Boarders (name)",
    "NurseryProvision (name)",
    "OfficialSixthForm (code)",
    "OfficialSixthForm (name)",
    "Gender (code)",
    "Gender (name)",
    "ReligiousCharacter (code)",
    "ReligiousCharacter (name)",
    "ReligiousEthos (name)",
    "Diocese (code)",
    "Diocese (name)",
    "AdmissionsPolicy (code)",
    "AdmissionsPolicy (name)",
    "SchoolCapacity",
    "SpecialClasses (code)",
    "SpecialClasses (name)",
    "CensusDate",
    "NumberOfPupils",
    "NumberOfBoys",
    "NumberOfGirls",
    "PercentageFSM",
    "TrustSchoolFlag (code)",
    "TrustSchoolFlag (name)",
    "Trusts (code)",
    "Trusts (name)",
    "SchoolSponsorFlag (name)",
    "SchoolSponsors (name)",
    "FederationFlag (name)",
    "Federations (code)",
    "Federations (name)",
    "UKPRN",
    "FEHEIdentifier",
    "FurtherEducationType (name)",
    "OfstedLastInsp",
    "OfstedSpecialMeasures (code)",
    "OfstedSpecialMeasures (name)",
    "LastChangedDate",
    "Street",
    "Locality",
    "Address3",
    "Town",
    "County (name)",
    "Postcode",
    "SchoolWebsite",
    "TelephoneNum",
    "HeadTitle (name)",
    "HeadFirstName",
    "HeadLastName",
    "HeadPreferredJobTitle",
    "BSOInspectorateName (name)",
    "InspectorateReport",
    "DateOfLastInspectionVisit",
    "NextInspectionVisit",
    "TeenMoth (name)",
    "TeenMothPlaces",
    "CCF (name)",
    "SENPRU (name)",
    "EBD (name)",
    "PlacesPRU",
    "FTProv (name)",
    "EdByOther (name)",
    "Section41Approved (name)",
    "SEN1 (name)",
    "SEN2 (name)",
    "SEN3 (name)",
    "SEN4 (name)",
    "SEN5 (name)",
    "SEN6 (name)",
    "SEN7 (name)",
    "SEN8 (name)",
    "SEN9 (name)",
    "SEN10 (name)",
    "SEN11 (name)",
    "SEN12 (name)",
    "SEN13 (name)",
    "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll",
    "ResourcedProvisionCapacity",
    "SenUnitOnRoll",
    "SenUnitCapacity",
    "GOR (code)",
    "GOR (name)",
    "DistrictAdministrative (code)",
    "DistrictAdministrative (name)",
    "AdministrativeWard (code)",
    "AdministrativeWard (name)",
    "ParliamentaryConstituency (code)",
    "ParliamentaryConstituency (name)",
    "UrbanRural (code)",
    "UrbanRural (name)",
    "GSSLACode (name)",
    "Easting",
    "Northing",
    "MSOA (name)",
    "LSOA (name)",
    "InspectorateName (name)",
    "SENStat",
    "SENNoStat",
    "BoardingEstablishment (name)",
    "PropsName",
    "PreviousLA (code)",
    "PreviousLA (name)",
    "PreviousEstablishmentNumber",
    "OfstedRating (name)",
    "RSCRegion (name)",
    "Country (name)",
    "UPRN",
    "SiteName",
    "QABName (code)",
    "QABName (name)",
    "EstablishmentAccredited (code)",
    "EstablishmentAccredited (name)",
    "QABReport",
    "CHNumber",
    "MSOA (code)",
    "LSOA (code)",
    "FSM",
    "AccreditationExpiryDate",
]
"""The columns of April 2025."""

OLDER = [
    *(name for name in HEADER if name not in ("FSM", "AccreditationExpiryDate")),
    "CensusAreaStatisticWard (name)",
]
"""The columns of 2021, in which one more stood and two less."""

TYPES = {
    "01": "Community school",
    "02": "Voluntary aided school",
    "11": "Other independent school",
    "18": "Further education",
    "28": "Academy sponsor led",
    "29": "Higher education institutions",
    "30": "Welsh establishment",
    "31": "Sixth form centres",
    "40": "University technical college",
    "49": "Online provider",
}


def row(urn: str, name: str, kind: str, **cells: str) -> dict[str, str]:
    """Return one establishment; ``cells`` by the short words below."""
    first, last = PERSON
    headings = {
        "status": "EstablishmentStatus (code)",
        "phase": "PhaseOfEducation (code)",
        "sixth": "OfficialSixthForm (code)",
        "high": "StatutoryHighAge",
        "ukprn": "UKPRN",
        "further": "FurtherEducationType (name)",
        "postcode": "Postcode",
        "east": "Easting",
        "north": "Northing",
        "region": "GOR (code)",
        "area": "GSSLACode (name)",
        "website": "SchoolWebsite",
    }
    return {
        "URN": urn,
        "LA (code)": "02",
        "EstablishmentName": name,
        "TypeOfEstablishment (code)": kind,
        "TypeOfEstablishment (name)": TYPES[kind],
        "EstablishmentStatus (code)": "1",
        "PhaseOfEducation (code)": "0",
        "OfficialSixthForm (code)": "0",
        "FurtherEducationType (name)": "Not applicable",
        "OpenDate": "01-09-1993",
        "GOR (code)": "G",
        "TelephoneNum": PHONE,
        "HeadTitle (name)": "Mr",
        "HeadFirstName": first,
        "HeadLastName": last,
        "PropsName": f"{first} {last}",
        **{headings[key]: value for key, value in cells.items()},
    }


ROWS = [
    row(
        "130999",
        "Example Régional College",
        "18",
        ukprn="10099905",
        further="General Further Education College",
        postcode="CB4 2QT",
        east="546170",
        north="261270",
        area="E07000008",
        website="www.example-college.example",
    ),
    row(
        "131000", "Example Régional College, East Site", "18", ukprn="10099905", postcode="CB1 2HR"
    ),
    row("130998", "Gone College", "18", ukprn="10099907", status="2", postcode="SG1 2FX"),
    row("130997", "Long Gone College", "18", status="2"),
    row("130996", "College without Number", "18", postcode="SG1 2FX"),
    row("133801", "University of Nowhere", "29", ukprn="10099902", east="0", north="0", area="W06"),
    row(
        "130995", "Sample Sixth Form College", "31", ukprn="10099921", phase="6", postcode="CB2 1TN"
    ),
    row("139001", "Sample UTC", "40", sixth="1", phase="4", high="19", postcode="CB2 0AA"),
    row("139002", "Sample UTC North", "40", ukprn="10099922", website=EMAIL, region="Z"),
    row("100001", "Sample Primary", "01", phase="2", sixth="2"),
    row("100002", "Sample High School", "02", phase="4", sixth="1", high="18", postcode="SG1 2FX"),
    row("100003", "Sample Lower High School", "01", phase="4", sixth="2", high="18"),
    row("100004", "Sample All-through Academy", "28", phase="7", sixth="9", high="18"),
    row("100005", "Sample Independent School", "11", sixth="1", high="18"),
    row("100006", "Closed High School", "01", phase="4", sixth="1", status="2"),
    row("100007", "Coming High School", "28", phase="4", sixth="1", status="4"),
    row("100008", "Closing High School", "01", phase="4", sixth="1", status="3"),
    row("400001", "Ysgol Enghraifft", "30", sixth="1"),
    row("150001", "Sample Online School", "49", sixth="1", ukprn="10099923"),
    row("130994", "Crooked Grid College", "18", ukprn="10099924", east="5461700", north="261270"),
    row("130993", "Half Grid College", "18", ukprn="10099925", east="546170"),
    row("130992", f"Mr {' '.join(PERSON)}", "18", ukprn="10099926"),
]
_NUMBERS = ("URN", "EstablishmentNumber", "NumberOfPupils", "Easting", "Northing")


def text(header: list[str], rows: list[dict[str, str]]) -> str:
    """Return the file: text in quotes, a few numbers without."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(header)
    for cells in rows:
        shown = [cells.get(name, "") for name in header]
        quoted = [
            value if name in _NUMBERS else f'"{value}"'
            for name, value in zip(header, shown, strict=True)
        ]
        out.write(",".join(quoted) + "\r\n")
    return out.getvalue()


def write(folder: Path) -> list[Path]:
    """Write one file per generation."""
    paths = [folder / "edubasealldata20250422.csv", folder / "edubasealldata20210105.csv"]
    for path, header in zip(paths, (HEADER, OLDER), strict=True):
        path.write_bytes(text(header, ROWS).encode("cp1252"))
    return paths
