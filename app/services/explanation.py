"""Why one site has, or has not, a place in a programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.runs import RunRecord, read_site_coverage
from app.services.coverage import require_programme
from app.services.disclosure import read_names


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
