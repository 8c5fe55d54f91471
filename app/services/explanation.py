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
from app.services.snapshot import take_snapshot

REGISTER_CHANGED = (
    "The register has changed since this run was computed, so that what would close the gap cannot "
    "be recomputed for it: run `skillshed run`, and ask again."
)
RELEASE_CHANGED = (
    "Another release computed this run, so that what would close the gap cannot be recomputed for "
    "it: run `skillshed run`, and ask again."
)

NOT_RECOMPUTED = "This release does not recompute what would close the gap; the fix names it."


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why one site has, or has not, a place in a programme.

    Attributes
    ----------
    coverage
        What the run stored of the site and programme, missing numbers as NaN.
    counterfactual
        What would close the gap, verified by recomputing; None where ``note`` says why not.
    """

    site_id: str
    employer: str
    coverage: Mapping[str, Any]
    counterfactual: Any
    note: str | None

    @property
    def unmet(self) -> float:
        """Places a year unmet if nobody passes a place on, NaN where unknown."""
        short = float(self.coverage["demand"]) - float(self.coverage["places_available"])
        return float(np.maximum(0.0, short))


def explain_site(
    connection: sa.Connection,
    run: RunRecord,
    *,
    site_id: str,
    programme: str,
) -> Explanation:
    """Return why a site has, or has not, a place, and recompute what would change it.

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
    return Explanation(site_id, employer, coverage, None, _note(connection, run))


def _note(connection: sa.Connection, run: RunRecord) -> str:
    """Return why what would close the gap is not recomputed."""
    if run.code_version != hash_of_sources():
        return RELEASE_CHANGED
    if take_snapshot(connection).content_hash != run.snapshot:
        return REGISTER_CHANGED
    return NOT_RECOMPUTED
