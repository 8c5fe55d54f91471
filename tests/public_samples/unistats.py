"""Unistats and Discover Uni: locations of 2016 and 2025, courses, and the archive of both."""

from __future__ import annotations

import zipfile
from pathlib import Path

OLD_HEADER = (
    "UKPRN,ACCOMURL,ACCOMURLW,INSTBEDS,INSTLOWER,INSTUPPER,LOCID,LOCNAME,LOCNAMEW,LATITUDE,"
    "LONGITUDE,LOCUKPRN,LOCCOUNTRY,PRIVATELOWER,PRIVATEUPPER,SUURL,SUURLW"
)
HEADER = (
    "UKPRN,ACCOMURL,ACCOMURLW,LOCID,LOCNAME,LOCNAMEW,LATITUDE,LONGITUDE,LOCUKPRN,LOCCOUNTRY,"
    "SUURL,SUURLW"
)
COURSE_HEADER = "PUBUKPRN,UKPRN,KISCOURSEID,KISMODE,LOCID"
# Provider, id, name, Welsh name, latitude, longitude, provider of the place, country.
PLACES = [
    ("99900031", "A", "Science &amp; Arts Campus", "", "52.1951", "0.1313", "", "XF"),
    ("99900031", "AB", "Partner College", "", "51.9020", "-0.2030", "99900032", "XF"),
    ("99900032", "A", "", "Campws y Bae", "51.4636", "-3.1640", "99900032", "XI"),
    ("99900031", "SG", "Singapore Centre", "", "1.3521", "103.8198", "", "SG"),
    ("99900032", "N", "Tyne Building", "", "-1.6157", "54.9803", "99900032", "XF"),
]
COURSES = [
    ("99900031", "99900031", "FDSC-LAB", "02", "A"),
    ("99900031", "99900031", "FDSC-LAB", "03", "A"),
    ("99900031", "99900031", "FDSC-LAB", "01", "AB"),
    ("99900031", "99900031", "FDSC-BIO", "2", "AB"),
    ("99900033", "99900032", "BSC-CHEM", "02", "N"),
    ("99900032", "99900032", "BSC-DIST", "02", ""),
    ("99900032", "99900032", "BSC-ODD", "9", "A"),
]


def write(folder: Path) -> list[Path]:
    """Write locations of both generations, courses, and the archive of both files."""
    texts = {
        "LOCATION_2016.csv": _locations(old=True),
        "LOCATION_2025.csv": _locations(old=False),
        "COURSELOCATION.csv": _lines(COURSE_HEADER, COURSES),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    archive = folder / "DiscoverUni.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ACCREDITATION.csv", "PUBUKPRN,UKPRN,KISCOURSEID,KISMODE,ACCTYPE\r\n")
        file.writestr("COURSELOCATION.csv", texts["COURSELOCATION.csv"])
        file.writestr("LOCATION.csv", texts["LOCATION_2025.csv"])
    return [*(folder / name for name in texts), archive]


def _locations(*, old: bool) -> str:
    rows = []
    for ukprn, place, name, welsh, latitude, longitude, own, country in PLACES:
        before = ("",) * (5 if old else 2)
        after = ("",) * (4 if old else 2)
        where = (latitude, longitude, own, country)
        rows.append((ukprn, *before, place, name, welsh, *where, *after))
    return _lines(OLD_HEADER if old else HEADER, rows)


def _lines(header: str, rows: list[tuple[str, ...]]) -> str:
    return "\r\n".join([header, *(",".join(row) for row in rows), ""])
