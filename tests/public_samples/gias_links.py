"""The links of establishments: each stands twice, once from either end."""

from __future__ import annotations

from pathlib import Path

ROWS = """"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"
"130999","130998","Gone College","Predecessor - merged","01-08-2018"
"130998","130999","Example Régional College","Successor - merged","01-08-2018"
"130999","130997","Collège Long Gone","Predecessor","01-09-2001"
"130997","130999","Example Régional College","Successor - amalgamated","02-09-2001"
"139001","130991","Old Polytechnic School","Result of Amalgamation",""
"100010","100011","Sample School North","Successor - Split School","31-08-2019"
"100010","100012","Sample School South","Successor - Split School","31-08-2019"
"100002","130995","Sample Sixth Form College","Sixth Form Centre Link",""
"100013","100014","B","Successor","01-01-2020"
"100014","100015","C","Successor","01-01-2021"
"100015","100013","A","Successor","01-01-2022"
"100016","100016","Itself","Predecessor",""
"100017","","Nobody","Successor",""
"""


def write(folder: Path) -> list[Path]:
    """Write the one layout."""
    path = folder / "links_edubasealldata20250422.csv"
    path.write_bytes(ROWS.replace("\n", "\r\n").encode("cp1252"))
    return [path]
