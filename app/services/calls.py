"""Calls to make first: which unknown claims to settle, and who can tell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from app.db.runs import RunRecord
from app.services.coverage import require_programme
from app.services.disclosure import read_names
from app.services.findings import CALLS, read_findings

CALL_COLUMNS = (
    "rank",
    "table",
    "key",
    "field",
    "question",
    "of_whom",
    "demand_affected",
    "served_swing",
    "units_affected",
    "units_could_change",
    "areas_settled",
    "score",
)


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Calls to make first.

    Attributes
    ----------
    rows
        ``CALL_COLUMNS``, the first call on top: ``demand_affected`` and ``served_swing`` in
        places a year; ``of_whom`` is None where the register does not know, and
        ``areas_settled`` is NaN in a run of an earlier release.
    withheld
        Calls left out because they tell of a sensitive site.
    """

    rows: pd.DataFrame
    withheld: int


def calls_to_make(
    connection: sa.Connection, run: RunRecord, *, programme: str | None = None
) -> Calls:
    """Return the calls of a run, in the order of their rank over all programmes.

    Parameters
    ----------
    programme
        Only calls about this programme, and those about no programme in particular, which may
        concern it as well.

    Raises
    ------
    NotFoundError
        If the run has no such programme.
    RunTooOldError
        If the run keeps no calls.
    """
    require_programme(run, programme)
    rows = read_findings(connection, run, CALLS)
    rows = rows.reindex(columns=[name for name in CALL_COLUMNS if name != "of_whom"])
    names = read_names(connection)
    if programme is not None:
        about = [key.get("programme_code", programme) == programme for key in rows["key"]]
        rows = rows[pd.Series(about, index=rows.index, dtype=bool)]
    may = pd.Series([names.may_show(key) for key in rows["key"]], index=rows.index, dtype=bool)
    shown = rows[may]
    whom = pd.Series([names.of_whom(key) for key in shown["key"]], index=shown.index, dtype=object)
    shown = shown.assign(of_whom=whom).sort_values("rank", ignore_index=True)
    return Calls(shown[list(CALL_COLUMNS)], withheld=int((~may).sum()))
