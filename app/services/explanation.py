"""Why one site has, or has not, a place in a programme, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.runs import RunRecord, read_site_coverage
from app.services.analysis import hash_of_sources
from app.services.coverage import require_programme
from app.services.disclosure import read_names
from app.services.scenarios import scenario_of
from app.services.snapshot import ReferenceTables, take_snapshot
from geo.counterfactual import Counterfactual, counterfactual
from geo.gaps import GapClass

REGISTER_CHANGED = (
    "The register has changed since this run was computed, so that what would close the gap cannot "
    "be recomputed for it: run `skillshed run`, and ask again."
)
RELEASE_CHANGED = (
    "Another release computed this run, so that what would close the gap cannot be recomputed for "
    "it: run `skillshed run`, and ask again."
)


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why one site has, or has not, a place in a programme.

    ``coverage`` is what the run stored of the site and programme, missing numbers as NaN.
    """

    site_id: str
    employer: str
    coverage: Mapping[str, Any]

    @property
    def unmet(self) -> float:
        """Places a year unmet if nobody passes a place on, NaN where unknown."""
        short = float(self.coverage["demand"]) - float(self.coverage["places_available"])
        return float(np.maximum(0.0, short))


@dataclass(frozen=True, slots=True, eq=False)
class Remedy:
    """What would close a site's gap, recomputed; without it, ``note`` says why and what to do."""

    counterfactual: Counterfactual | None
    note: str | None = None


def explain_site(
    connection: sa.Connection, run: RunRecord, *, site_id: str, programme: str
) -> Explanation:
    """Return why a site has, or has not, a place in a programme.

    Raises
    ------
    NotFoundError
        If the run has no such programme or site, or the site may not be shown.
    """
    require_programme(run, programme)
    coverage = read_site_coverage(connection, run.run_id, site_id, programme)
    employer = read_names(connection).employers.get(site_id)
    if coverage is None or employer is None:
        raise NotFoundError("site", site_id)
    return Explanation(site_id, employer, coverage)


def find_remedy(
    connection: sa.Connection,
    run: RunRecord,
    reference: ReferenceTables,
    *,
    site_id: str,
    programme: str,
) -> Remedy:
    """Recompute what would close a site's gap: the whole register once for each step.

    It answers only for the register and the release that the run was computed with, since its
    first class must be the one that the run stored.

    Raises
    ------
    NotFoundError
        As :func:`explain_site` does.
    """
    stored = explain_site(connection, run, site_id=site_id, programme=programme)
    if stored.coverage["gap_class"] == GapClass.COVERED:
        return Remedy(Counterfactual(GapClass.COVERED, ()))
    if run.code_version != hash_of_sources():
        return Remedy(None, RELEASE_CHANGED)
    snapshot = take_snapshot(connection)
    if snapshot.content_hash != run.snapshot:
        return Remedy(None, REGISTER_CHANGED)
    found = counterfactual(
        snapshot.register(reference),
        scenario_of(run),
        site_id=site_id,
        programme_code=programme,
        as_of=run.as_of,
    )
    if found.gap_class != stored.coverage["gap_class"]:
        # Barriers or places that ship with the release have changed.
        return Remedy(None, RELEASE_CHANGED)
    return Remedy(found)
