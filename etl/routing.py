"""Routing: minutes by car for pairs of site and venue, kept in the register's travel times."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from app.db import geopackage
from app.db.engine import writing
from app.db.models import TravelTime
from app.db.register import Changes, table_of, write_rows
from etl.rejects import defused
from etl.routing_blocks import Router, blocks
from etl.routing_engine import Engine, EngineDownError, Point
from geo.travel_pairs import ENGINES, PAIR, cache_source
from geo.types import Transport

Progress = Callable[[str, float], None]

_WGS84 = "EPSG:4326"
_WRITE_EVERY = 20_000
_SHOWN_REASONS = 10
_NOT_ASKED = "not asked for: the engine was not asked any further"


@dataclass(frozen=True, slots=True, eq=False)
class RoutingReport:
    """What became of the pairs that were to be routed.

    Attributes
    ----------
    asked, routed
        How many pairs were to be routed, and how many have a time now.
    unrouted
        The others, whose times stay as they were: ``site_id``, ``venue_id``, ``reason``.
    changes
        What the register made of the times.
    stopped
        Why the engine was not asked any further; "" if it was asked for all.
    """

    asked: int
    routed: int
    unrouted: pd.DataFrame
    changes: Changes
    stopped: str

    def lines(self) -> list[str]:
        """Return the report as lines for a terminal."""
        counted = (
            f"Routed {self.routed} of {self.asked} pairs: {self.changes.inserted} new, "
            f"{self.changes.updated} changed, {self.changes.unchanged} as they were."
        )
        made = [counted]
        counts = self.unrouted["reason"].value_counts()
        order = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
        made += [f"  Not routed, {reason}: {n} pairs." for reason, n in order[:_SHOWN_REASONS]]
        if len(order) > _SHOWN_REASONS:
            made.append(f"  Not routed for {len(order) - _SHOWN_REASONS} other reasons too.")
        return made


def route_pairs(  # noqa: PLR0913 - what is routed, by what, into what: none belongs to another
    register: sa.Engine,
    engine: Engine,
    pairs: pd.DataFrame,
    *,
    sites: gpd.GeoSeries,
    venues: gpd.GeoSeries,
    today: date,
    batch_size: int = 100,
    progress: Progress = lambda _step, _share: None,
) -> RoutingReport:
    """Ask the engine for the pairs, those across water first, and keep what it answers.

    What was answered is kept even where the engine fails later on or the user stops; a pair that
    the engine cannot route keeps the time it has, if any.

    Parameters
    ----------
    pairs
        ``site_id``, ``venue_id``, ``across``, see :func:`geo.travel_pairs.pairs_to_route`.
    sites, venues
        Points indexed by id, with their CRS.
    batch_size
        The most places of one request, sites and venues together, at least 2.

    Raises
    ------
    RowsRefusedError
        If a site or a venue left the register meanwhile.
    """
    sites, venues = (points.to_crs(_WGS84) for points in (sites, venues))
    site = sites.index.get_indexer(pd.Index(pairs["site_id"]))
    venue = venues.index.get_indexer(pd.Index(pairs["venue_id"]))
    router = Router(engine, _points(sites), _points(venues))
    cache = _Cache(
        register,
        source=cache_source(engine.options.engine, engine.profile, today.isoformat()),
        site_ids=sites.index,
        venue_ids=venues.index,
    )
    dry = (pairs["across"] == "").to_numpy()
    done, stopped = 0, ""
    try:
        for group in (np.flatnonzero(~dry), np.flatnonzero(dry)):
            ends = site[group], venue[group]
            for block in blocks(*ends, sites=sites, venues=venues, batch_size=batch_size):
                progress(f"Routing {len(pairs)} pairs", done / len(pairs))
                rows = group[block]
                router.route(zip(site[rows].tolist(), venue[rows].tolist(), strict=True))
                done += len(rows)
                if len(router.minutes) - cache.kept >= _WRITE_EVERY:
                    cache.keep(router)
    except EngineDownError as error:
        stopped = str(error)
    finally:
        cache.keep(router)
    reasons = [
        "" if pair in router.minutes else router.reasons.get(pair, _NOT_ASKED)
        for pair in zip(site.tolist(), venue.tolist(), strict=True)
    ]
    unrouted = pairs[PAIR].assign(reason=pd.Series(reasons, index=pairs.index, dtype="str"))
    return RoutingReport(
        asked=len(pairs),
        routed=len(router.minutes),
        unrouted=unrouted[unrouted["reason"] != ""].reset_index(drop=True),
        changes=cache.changes,
        stopped=stopped,
    )


def forget_routed(register: sa.Engine, text: str = "") -> int:
    """Remove the cached times of routing engines whose source contains ``text``.

    Times that were loaded from a file are never removed.

    Returns
    -------
    How many rows were removed.
    """
    table = table_of(TravelTime)
    prefixes = [cache_source(engine, "", "").removesuffix(", ") for engine in ENGINES]
    # Not LIKE: whether that looks at the case differs between the two databases.
    begins = [sa.func.substr(table.c.source, 1, len(p)) == p for p in prefixes]
    condition = sa.or_(*begins)
    if text:
        condition &= sa.func.replace(table.c.source, text, "") != table.c.source
    with writing(register) as connection:
        removed = connection.execute(sa.delete(table).where(condition)).rowcount
        if removed and connection.dialect.name == "sqlite":
            geopackage.note_change(connection, table)
    return removed


def place_unrouted(unrouted: pd.DataFrame, path: Path) -> Path | None:
    """Write the pairs that have no time, whole or not at all.

    Returns
    -------
    Where they were written; None if there are none and no older file says otherwise.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    if unrouted.empty and not path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    safe = unrouted.map(lambda cell: defused(str(cell)))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            safe.to_csv(file, index=False)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


class _Cache:
    """Keeps routed times in the register, each once."""

    def __init__(
        self, register: sa.Engine, *, source: str, site_ids: pd.Index, venue_ids: pd.Index
    ) -> None:
        self.kept = 0
        self.changes = Changes(0, 0, 0)
        self._register = register
        self._source = source
        self._ids = (site_ids, venue_ids)

    def keep(self, router: Router) -> None:
        """Write the times that were found since the last time, in one transaction."""
        fresh = list(router.minutes.items())[self.kept :]
        if not fresh:
            return
        site, venue = np.array([pair for pair, _ in fresh], dtype=np.int64).T
        rows = pd.DataFrame(
            {
                "from_id": self._ids[0].to_numpy()[site],
                "to_id": self._ids[1].to_numpy()[venue],
                "travel_minutes": [minutes for _, minutes in fresh],
                "sigma_minutes": np.nan,
                "transport": Transport.CAR.value,
                "source": self._source,
            }
        )
        with writing(self._register) as connection:
            made = write_rows(connection, TravelTime, rows)
        self.kept += len(fresh)
        self.changes = Changes(
            self.changes.inserted + made.inserted,
            self.changes.updated + made.updated,
            self.changes.unchanged + made.unchanged,
        )


def _points(points: gpd.GeoSeries) -> list[Point]:
    # A site without a point has no pair; its place in the list is never asked for.
    return [
        (float("nan"), float("nan")) if at is None or at.is_empty else (at.x, at.y) for at in points
    ]
