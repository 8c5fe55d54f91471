"""Looks up whether new rows of a source are rows that the register has from another source."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from app.db.base import RegisterBase
from app.db.frames import GEOMETRY
from app.db.loads import LoadRecord
from app.db.matches import MATCHED, Standing, add_matches, list_matches, read_identities
from app.db.models import Claim, Load
from app.db.register import read_table, row_ids
from etl.matching import ACCEPTED, COLUMNS, RULES, match_rows
from geo.types import METRIC_CRS

LARGEST_RADIUS_METRES = 250
"""A point that is less certain says nothing of whether two rows are one; an assumption."""

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "providers": {"name": "name", "key": "ukprn"},
    "venues": {"name": "name", "key": "ukprn", "postcode": "postcode"},
    "sites": {
        "name": "employer",
        "detail": "name",
        "key": "company_number",
        "postcode": "postcode",
    },
    "schools": {"name": "name", "postcode": "postcode"},
}
"""Which fields of each table are compared as what; see :data:`etl.matching.COLUMNS`."""


def match_new(
    connection: sa.Connection, model: type[RegisterBase], rows: pd.DataFrame, load: LoadRecord
) -> tuple[str, ...]:
    """Match rows that the register does not have with rows of other sources, and store it.

    Likely ones are accepted by rule, others are proposed for review. A row on which something was
    decided before is left alone, and never are two rows of one source matched.

    Parameters
    ----------
    rows
        Typed rows of one table, with the source's own ids.
    load
        The load; its speaker is the source.

    Returns
    -------
    What is to be said of it, in sentences.
    """
    if model not in MATCHED:
        return ()
    table, speaker = model.__tablename__, load.speaker or ""
    stored = read_table(connection, model)
    ids, stored_ids = row_ids(model, rows), row_ids(model, stored)
    decided = {
        one.source_row
        for one in list_matches(connection, table=table)
        if one.standing != Standing.PROPOSED
    }
    fresh = rows[~ids.isin([*stored_ids, *decided])]
    others = stored[~stored_ids.isin([*_rows_of(connection, table, speaker), *ids])]
    if fresh.empty or others.empty:
        return ()
    identities = read_identities(connection)
    found = match_rows(
        compared(model, identities.translate(model, fresh)), compared(model, others), RULES[table]
    )
    found = found.rename(columns={"fresh_id": "source_row", "known_id": "row_id"})
    add_matches(connection, table, found, speaker=speaker, load_id=load.load_id, at=load.loaded_at)
    return _told(table, found)


def compared(model: type[RegisterBase], rows: pd.DataFrame) -> pd.DataFrame:
    """Return what is compared of rows, indexed by their ids; see :mod:`etl.matching`."""
    fields = _FIELDS[model.__tablename__]
    blank = pd.Series(pd.NA, index=rows.index, dtype="str")
    made = {
        name: (rows[fields[name]] if fields.get(name) in rows else blank).astype("str")
        for name in COLUMNS
        if name not in ("x", "y")
    }
    x, y = _metres(rows)
    ids = pd.Index(row_ids(model, rows), name="row_id")
    return pd.DataFrame({**made, "x": x, "y": y}).set_axis(ids, axis=0)


def _metres(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the points that are certain enough, in metres of the national grid."""
    if GEOMETRY not in rows:
        return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    points = gpd.GeoSeries(rows[GEOMETRY], crs="EPSG:4326").to_crs(METRIC_CRS)
    certain = (rows["radius_metres"].astype(float) <= LARGEST_RADIUS_METRES).to_numpy(dtype=bool)
    x, y = (axis.to_numpy(dtype=float, na_value=np.nan) for axis in (points.x, points.y))
    return np.where(certain, x, np.nan), np.where(certain, y, np.nan)


def _rows_of(connection: sa.Connection, table: str, speaker: str) -> set[str]:
    """Return the ids of the rows of which a source speaks."""
    query = (
        sa.select(Claim.row_id)
        .join(Load, Load.load_id == Claim.load_id)
        .where(Claim.table_name == table, Claim.ended_by.is_(None), Load.speaker == speaker)
        .distinct()
    )
    return set(connection.scalars(query))


def _told(table: str, found: pd.DataFrame) -> tuple[str, ...]:
    accepted = int((found["standing"] == ACCEPTED).sum())
    waiting = int(found.loc[found["standing"] != ACCEPTED, "source_row"].nunique())
    made = []
    if accepted:
        made.append(
            f"{accepted} row(s) of {table} are rows that another source has under another id, by "
            f"rule: `skillshed review list --all` shows them, `skillshed review undo` parts them."
        )
    if waiting:
        made.append(
            f"{waiting} row(s) of {table} may be rows that another source has under another id: "
            "`skillshed review list` shows them."
        )
    return tuple(made)
