"""Blocks of journeys: asked for together, and cut in two where the engine refuses one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from etl.routing_engine import (
    AnswerError,
    Engine,
    EngineDownError,
    Matrix,
    NotRoutableError,
    Point,
)

IntArray = npt.NDArray[np.int64]
Pair = tuple[int, int]

BLOCK_FAILURES = 20
"""So many requests of one block in a row without an answer: the block is given up."""

SERVER_FAILURES = 10
"""So many failures of the engine itself in a row: it is down."""

FIRST_FAILURES = 60
"""So many failures before any answer: it is no such engine, or its map is of elsewhere."""


class Router:
    """Routes pairs by position, and learns which places the engine's map does not hold.

    Attributes
    ----------
    minutes
        Minutes one way of each pair of site and venue that was routed.
    reasons
        Why there is no time, of each pair that was asked for and not routed.
    """

    def __init__(
        self, engine: Engine, sites_at: Sequence[Point], venues_at: Sequence[Point]
    ) -> None:
        self.minutes: dict[Pair, float] = {}
        self.reasons: dict[Pair, str] = {}
        self._engine = engine
        self._at = (sites_at, venues_at)
        self._good: tuple[set[int], set[int]] = (set(), set())
        self._bad: tuple[dict[int, str], dict[int, str]] = ({}, {})
        self._failures = 0
        self._server_failures = 0
        self._answered = False

    def route(self, wanted: Iterable[Pair]) -> None:
        """Ask for one block of pairs; each gets its minutes or a reason.

        Raises
        ------
        EngineDownError
            If there is no use in asking on; what was found before is kept.
        """
        parts = [set(wanted)]
        failures = 0
        while parts:
            part = self._without_bad(parts.pop())
            if not part:
                continue
            ends = sorted({site for site, _ in part}), sorted({venue for _, venue in part})
            try:
                found = self._ask(ends)
            except AnswerError as error:
                failures += 1
                self._note_failure(error)
                if failures >= BLOCK_FAILURES:
                    parts = [set().union(part, *parts)]
                    self._give_up(parts.pop(), f"{error} (and so on: the block was given up)")
                elif ends == ([ends[0][0]], [ends[1][0]]):
                    self._blame(ends[0][0], ends[1][0], error)
                else:
                    parts += _halves(part, ends)
            else:
                failures = 0
                self._keep(part, ends, found)

    def _ask(self, ends: tuple[list[int], list[int]]) -> Matrix:
        sources, targets = ([at[i] for i in end] for at, end in zip(self._at, ends, strict=True))
        return self._engine.matrix(sources, targets)

    def _keep(self, part: set[Pair], ends: tuple[list[int], list[int]], found: Matrix) -> None:
        self._failures = self._server_failures = 0
        self._answered = True
        row_of, column_of = ({place: at for at, place in enumerate(end)} for end in ends)
        for good, end in zip(self._good, ends, strict=True):
            good.update(end)
        for site, venue in part:
            at = row_of[site], column_of[venue]
            if found.reasons[at]:
                self.reasons[site, venue] = str(found.reasons[at])
            else:
                self.minutes[site, venue] = float(found.minutes[at])

    def _note_failure(self, error: AnswerError) -> None:
        self._failures += 1
        refused = isinstance(error, NotRoutableError)
        self._server_failures = 0 if refused else self._server_failures + 1
        if self._server_failures >= SERVER_FAILURES:
            raise EngineDownError(
                f"The engine failed {SERVER_FAILURES} times in a row, at last: {error}. Go on "
                "when it works again; what was routed is kept."
            )
        if not self._answered and self._failures >= FIRST_FAILURES:
            raise EngineDownError(
                f"The engine refused its first {FIRST_FAILURES} requests, at last: {error}. Check "
                "SKILLSHED_ROUTING_URL, and that its map holds these places."
            )

    def _blame(self, site: int, venue: int, error: AnswerError) -> None:
        """Note why one pair failed; a refusal is the fault of the end that was not routed yet."""
        self.reasons[site, venue] = str(error)
        if isinstance(error, NotRoutableError):
            site_good, venue_good = site in self._good[0], venue in self._good[1]
            if venue_good and not site_good:
                self._bad[0][site] = str(error)
            if site_good and not venue_good:
                self._bad[1][venue] = str(error)

    def _without_bad(self, part: set[Pair]) -> set[Pair]:
        sites, venues = self._bad
        left = set()
        for site, venue in part:
            reason = sites.get(site) or venues.get(venue)
            if reason:
                self.reasons[site, venue] = reason
            else:
                left.add((site, venue))
        return left

    def _give_up(self, pairs: set[Pair], reason: str) -> None:
        self.reasons |= dict.fromkeys(pairs, reason)


def blocks(
    site: IntArray,
    venue: IntArray,
    *,
    sites: gpd.GeoSeries,
    venues: gpd.GeoSeries,
    batch_size: int,
) -> list[IntArray]:
    """Gather pairs into blocks of neighbours, each small enough for one request.

    Parameters
    ----------
    site, venue
        Positions of each pair's ends in ``sites`` and ``venues``.
    batch_size
        The most places of a block, sites and venues together, at least 2.

    Returns
    -------
    Positions of the pairs of each block; every pair stands in exactly one.
    """
    most_sites = batch_size // 2
    tile_of_site = _along_curve(site, sites) // most_sites
    tile_of_venue = _along_curve(venue, venues) // (batch_size - most_sites)
    order = np.lexsort((tile_of_venue, tile_of_site))
    key = np.stack([tile_of_site[order], tile_of_venue[order]])
    cuts = np.flatnonzero((np.diff(key, axis=1) != 0).any(axis=0)) + 1
    return np.split(order, cuts) if len(order) else []


def _along_curve(position: IntArray, points: gpd.GeoSeries) -> IntArray:
    """Return the rank of each pair's place along a Hilbert curve over the places that occur."""
    used, at = np.unique(position, return_inverse=True)
    if not len(used):
        return at.astype(np.int64)
    # A curve over one point has no extent.
    along = points.iloc[used].hilbert_distance() if len(used) > 1 else np.zeros(1)
    rank = np.empty(len(used), dtype=np.int64)
    rank[np.lexsort((used, np.asarray(along)))] = np.arange(len(used))
    return rank[at]


def _halves(part: set[Pair], ends: tuple[list[int], list[int]]) -> list[set[Pair]]:
    """Cut a block in two across its longer side."""
    side = int(len(ends[1]) > len(ends[0]))
    first = set(ends[side][: (len(ends[side]) + 1) // 2])
    near = {pair for pair in part if pair[side] in first}
    return [part - near, near]
