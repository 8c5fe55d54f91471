"""Every public format that is read, in the order in which ``skillshed formats`` lists them."""

from __future__ import annotations

from etl.sources import apar, gias, ofsted, ukrlp
from etl.sources.formats import Format

FORMATS: tuple[Format, ...] = (
    apar.FORMAT,
    ukrlp.FORMAT,
    gias.FORMAT,
    ofsted.FORMAT,
)
