"""Totals of a run's coverage, by any grouping, from what the run stored."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pandas as pd
import sqlalchemy as sa

from app.db.errors import NotFoundError
from app.db.runs import RunRecord, read_coverage, read_layer
from app.services.layers import GROUPS, unpack
from geo.coverage import totals


def coverage_totals(
    connection: sa.Connection,
    run: RunRecord,
    *,
    programme: str | None = None,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the totals of a run as :func:`geo.coverage.totals` gives them.

    The groups of the sites are those of the run, not of the register as it is now.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    InputError
        If coverage cannot be grouped as asked.
    """
    require_programme(run, programme)
    coverage = read_coverage(connection, run.run_id, programme_code=programme)
    stored = orjson.loads(unpack(read_layer(connection, run.run_id, GROUPS)))
    groups = pd.DataFrame(stored).set_index("site_id")
    return totals(coverage.join(groups, on="site_id"), by=by)


def require_programme(run: RunRecord, programme: str | None) -> None:
    """Raise ``NotFoundError`` unless the run reports on the programme."""
    if programme is not None and programme not in orjson.loads(run.summary)["programmes"]:
        raise NotFoundError("programme", programme)
