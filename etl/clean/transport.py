"""Means of travel: a travel time that does not say is by car."""

from __future__ import annotations

from dataclasses import replace

from etl.sources.tabular import RawTable
from geo.types import Transport

_FIELD = "transport"


def fill_transport(raw: RawTable) -> RawTable:
    """Write car where no means of travel is given, so that a pair by car has one key.

    Else the same pair could be loaded twice, once blank and once as car.
    """
    cells = raw.cells.copy()
    if _FIELD not in cells:
        cells[_FIELD] = ""
    cells[_FIELD] = cells[_FIELD].mask(cells[_FIELD] == "", Transport.CAR.value)
    return replace(raw, cells=cells)
