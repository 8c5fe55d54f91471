"""The ONS Postcode Directory in the generations of its header, with the same invented rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

HEADERS = {
    "ONSPD_NOV_2018_UK.csv": (
        "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,"
        "osgrdind,oshlthau,nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,nuts,statsward,oa01,"
        "casward,park,lsoa01,msoa01,ur01ind,oac01,oa11,lsoa11,msoa11,wz11,ccg,bua11,buasd11,"
        "ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,stp"
    ),
    "ONSPD_FEB_2023_UK.csv": (
        "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,"
        "osgrdind,oshlthau,nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,itl,statsward,oa01,"
        "casward,park,lsoa01,msoa01,ur01ind,oac01,oa11,lsoa11,msoa11,wz11,sicbl,bua11,buasd11,"
        "ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,icb,oa21,lsoa21,msoa21"
    ),
    # Field names of the hosted table, in its capitals.
    "Online_ONS_Postcode_Directory_Live.csv": "PCD7,PCDS,DOINTR,DOTERM,LAT,LONG,LAD25CD,CTRY25CD",
}
ROLES = {
    "pcd": r"pcd7?",
    "pcds": r"pcds",
    "pcd8": r"pcd2|pcd8",
    "introduced": "dointr",
    "terminated": "doterm",
    "user": "usertype|usrtypind",
    "east": "(os)?east1m",
    "north": "(os)?north1m|osnrth1m",
    "grid": "(os)?gr(d|id)ind",
    "authority": r"(os)?laua|lad\d\dcd",
    "lat": "lat",
    "long": "long",
}
NOTES = ("introduced", "terminated", "user", "east", "north", "grid", "authority", "lat", "long")
ROWS: dict[str, tuple[str, ...]] = {
    "CB2 0AA": ("201001", "", "0", "546099", "255058", "1", "E07000008", "52.1744", "0.1351"),
    # Terminated, at a sorting office.
    "CB21 5RB": ("200609", "200811", "1", "546182", "257043", "1", "E07000008", "52.1923", "0.137"),
    "CB1 0BJ": ("200609", "200811", "1", "546881", "258966", "1", "E07000008", "52.209", "0.148"),
    # Terminated, at a point of its own.
    "CB1 9ZZ": ("198001", "201503", "0", "547000", "256500", "1", "E07000008", "52.187", "0.1487"),
    # Irish Grid in east and north, WGS 84 in degrees.
    "BT7 1NN": ("198001", "", "1", "333589", "372685", "1", "N09000003", "54.5848", "-5.9344"),
    # No position: the Isle of Man.
    "IM1 1AA": ("198001", "", "0", "", "", "9", "M99999999", "99.999999", "0.000000"),
    "SG1 2NY": ("198001", "", "1", "523746", "223474", "1", "E07000243", "51.8961", "-0.2030"),
    # The mean of its sector.
    "CB3 9ZY": ("198001", "", "1", "544000", "258000", "6", "E07000008", "52.2014", "0.1055"),
    "CB3 9ZX": ("19XX01", "", "0", "544000", "258000", "1", "E07000008", "52.2014", "0.1055"),
    "CB3 9ZW": ("198001", "", "0", "N/A", "258000", "1", "E07000008", "N/A", "0.1055"),
}
REFUSED = {"no month": 1, "coordinates are no numbers": 1, "broken postcode": 1}
"""The rules that the last rows break; the header stands in the file twice."""


def table(header: str, rows: dict[str, tuple[str, ...]] = ROWS) -> str:
    """Return the rows as a file with this header; cells of other roles hold pseudo codes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    columns = header.split(",")
    writer.writerow(columns)
    for postcode, cells in rows.items():
        outward, inward = postcode.split()
        told = dict(zip(NOTES, cells, strict=True))
        told |= {
            "pcds": postcode,
            "pcd": f"{outward:<4}{inward}"[: 4 + len(inward)],
            "pcd8": f"{outward:<4} {inward}",
        }
        roles = {
            column: next((r for r, name in ROLES.items() if re.fullmatch(name, column.lower())), "")
            for column in columns
        }
        writer.writerow([told.get(role, "E99999999") for role in roles.values()])
    writer.writerow(columns)
    return text.getvalue()


def write(folder: Path) -> list[Path]:
    """Write a file a generation, and the newest archive with the same rows cut up by area."""
    paths = []
    for name, header in HEADERS.items():
        paths.append(folder / name)
        paths[-1].write_text(table(header), encoding="utf-8-sig", newline="")
    archive = folder / "ONSPD_FEB_2023.zip"
    whole = table(HEADERS["ONSPD_FEB_2023_UK.csv"])
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "Documents/LA_UA names and codes UK.csv", "LAD22CD,LAD22NM\r\nE07000008,C\r\n"
        )
        packed.writestr("Data/multi_csv/ONSPD_FEB_2023_UK_CB.csv", whole)
        packed.writestr("Data/ONSPD_FEB_2023_UK.csv", whole)
    return [*paths, archive]
