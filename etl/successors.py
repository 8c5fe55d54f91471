"""Proposes matches from the links of Get Information about Schools: what became of what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.matches import add_matches, read_identities
from app.db.models import Provider, School, Venue
from app.db.register import read_table, row_ids
from etl.matching import PROPOSED
from etl.sources.gias import FORMAT, VENUE_PREFIX
from etl.sources.gias_links import Links

CERTAINTY: Mapping[str, float] = {
    "succeeded": 0.95,
    "merged": 0.9,
    "amalgamated": 0.9,
    "split": 0.6,
}
"""How sure it is that one is now the other, by kind of link; an assumption. None is accepted by
rule: the old place may teach on under the new name, or may not."""


def propose_successors(connection: sa.Connection, links: Links, *, at: datetime) -> dict[str, int]:
    """Propose that rows of establishments that closed are those of their successors.

    Venues and schools are found by their URN; their providers follow where both have one.

    Parameters
    ----------
    links
        Who followed whom.
    at
        The moment.

    Returns
    -------
    How many proposals are new, by table.
    """
    venues = read_table(connection, Venue)
    ukprns = dict(zip(venues["venue_id"], venues["ukprn"], strict=True))
    at_venues = _by_urn(links.pairs, VENUE_PREFIX)
    providers = at_venues.assign(
        source_row=at_venues["source_row"].map(ukprns), row_id=at_venues["row_id"].map(ukprns)
    )
    found = {Provider: providers, Venue: at_venues, School: _by_urn(links.pairs, "")}
    return {
        model.__tablename__: _propose(connection, model, rows, at) for model, rows in found.items()
    }


def _by_urn(pairs: pd.DataFrame, prefix: str) -> pd.DataFrame:
    day = pairs["day"].where(pairs["day"] == "", " on " + pairs["day"])
    return pd.DataFrame(
        {
            "source_row": prefix + pairs["predecessor"],
            "row_id": prefix + pairs["successor"],
            "score": pairs["kind"].map(CERTAINTY).astype(float),
            "evidence": "GIAS link: " + pairs["kind"] + day,
            "standing": PROPOSED,
        }
    )


def _propose(
    connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame, at: datetime
) -> int:
    """Store those of which the register holds both rows, and not as one already."""
    table = model.__tablename__
    held = set(row_ids(model, read_table(connection, model)))
    identities = read_identities(connection).of(table)
    both = rows["source_row"].isin(list(held)) & rows["row_id"].isin(list(held))
    apart = rows["source_row"] != rows["row_id"]
    open_yet = ~rows["source_row"].isin(list(identities))
    new = rows[both & apart & open_yet].drop_duplicates(["source_row", "row_id"])
    return add_matches(connection, table, new, speaker=FORMAT.name, load_id=None, at=at)
