"""Code-Point Open as it is published: an archive of areas without header, and one area's file."""

from __future__ import annotations

import zipfile
from pathlib import Path

HEADERS = (
    "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n"
    "Postcode,Positional_quality_indicator,Eastings,Northings,Country_code,NHS_regional_HA_code,"
    "NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code\n"
)
NOTES = (
    "ORDNANCE SURVEY\nPRODUCT: OS Code-Point Open\nDATASET VERSION NUMBER: 2026.2.0\n"
    "COPYRIGHT DATE: 20260511\nRM UPDATE DATE: 20260420\n"
)
MONTH = 202605


def row(postcode: str, quality: int, easting: int, northing: int, authority: str) -> str:
    """Return a line as the file has it: text quoted, numbers not."""
    rest = ("E92000001", "E19000001", "E18000006", "E10000003", authority, "E05013054")
    return ",".join([f'"{postcode}"', str(quality), str(easting), str(northing)]) + "".join(
        f',"{code}"' for code in rest
    )


CAMBRIDGE = (
    row("CB2 0AA", 10, 546199, 255158, "E07000008"),  # moved by 100 metres each way
    row("CB2 9ZZ", 10, 546300, 255300, "E07000008"),  # in no older directory
    row("CB1 0ZZ", 60, 546182, 257043, "E07000008"),  # the mean of its sector
    row("CB1 0ZY", 90, 0, 0, ""),  # no coordinates
    row("CB2 0AA", 10, 546199, 255158, "E07000008"),  # again
)
STEVENAGE = (
    row("SG1 1AA", 10, 523746, 223474, "E07000243"),
    row("SG1", 10, 523746, 223474, "E07000243"),  # no postcode
    row("SG1 1AB", 10, 923746, 223474, "E07000243"),  # in the North Sea
)


def write(folder: Path) -> list[Path]:
    """Write the archive, and two areas' files with either spacing."""
    archive = folder / "codepo_gb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Doc/Code-Point_Open_Column_Headers.csv", HEADERS)
        packed.writestr("Doc/metadata.txt", NOTES)
        packed.writestr("Data/CSV/cb.csv", "\r\n".join(CAMBRIDGE) + "\r\n")
        packed.writestr("Data/CSV/sg.csv", "\r\n".join(STEVENAGE) + "\r\n")
    spaced = folder / "cb.csv"
    spaced.write_text("\n".join(CAMBRIDGE) + "\n", encoding="ascii")
    fixed = folder / "b.csv"
    lines = (row(p, 10, 406500, 286500, "E08000025") for p in ("B1  1AY", "B10 0AA", "B45 0AA"))
    fixed.write_text("\n".join(lines) + "\n", encoding="ascii")
    return [archive, spaced, fixed]
