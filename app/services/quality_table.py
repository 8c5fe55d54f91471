"""The quality of what was loaded as one table: a line for each number, for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app.services.data_quality import DataQuality, FileQuality, SourceQuality, TableQuality
from app.services.disagreements import Disagreement
from app.services.notices import ILLUSTRATIVE

COLUMNS = ("source", "other_source", "table", "load_id", "measure", "name", "value")
_SHARE_DECIMALS = 4

_Lines = list[dict[str, Any]]


def quality_table(quality: DataQuality) -> pd.DataFrame:
    """Return each number of the report on a line of its own.

    Returns
    -------
    ``source``, ``other_source``, ``table``, ``load_id``: what the number is of, blank where it is
    of all. ``measure`` and, where it is counted by something, ``name``; ``value``. ``as_of``, the
    day to which ages are counted, and ``notice``. Days are ISO text, shares from 0 to 1 with
    four decimals.
    """
    lines = [line for one in quality.sources for line in _of_source(one)]
    lines += [line for one in quality.files for line in _of_file(one)]
    lines += [line for one in quality.tables for line in _of_table(one)]
    lines += [line for one in quality.disagreements.found for line in _of_disagreement(one)]
    table = pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)
    return table.assign(
        as_of="" if quality.day is None else quality.day.isoformat(),
        notice=ILLUSTRATIVE if quality.illustrative else "",
    )


def _of_source(one: SourceQuality) -> _Lines:
    of = {"source": one.source, "table": one.table, "load_id": one.load_id}
    single = {
        "title": one.title,
        "licence": one.licence,
        "strength": one.strength,
        "loads": one.loads,
        "rows": one.rows,
        "rejected": one.rejected,
        "partial": one.partial,
        "standing": one.standing,
        "as_at": one.as_at and one.as_at.isoformat(),
        "as_at_oldest": one.as_at_oldest and one.as_at_oldest.isoformat(),
        "retrieved_on": one.retrieved_on and one.retrieved_on.isoformat(),
        "age_days": one.age_days,
    }
    return [
        *_single(of, single),
        *_counted(of, "rejected_by_rule", one.rejected_by_rule),
        *_counted(of, "precision", one.precision),
        *_counted(of, "filled", _rounded(one.filled)),
    ]


def _of_file(one: FileQuality) -> _Lines:
    of = {"source": one.source, "load_id": one.load_id}
    counts = one.counts
    single = {
        "file_read": one.read,
        "file_loaded": counts.loaded,
        "file_unchanged": counts.unchanged,
        "file_rejected": counts.rejected,
    }
    return [
        *_single(of, single),
        *_counted(of, "file_rejected_by_rule", counts.rejected_by_rule),
        *_counted(of, "file_set_aside", counts.set_aside),
    ]


def _of_table(one: TableQuality) -> _Lines:
    of = {"table": one.table}
    return [
        *_single(of, {"rows": one.rows}),
        *_counted(of, "precision", one.precision),
        *_counted(of, "filled", _rounded(one.filled)),
    ]


def _of_disagreement(one: Disagreement) -> _Lines:
    of = {"source": one.one, "other_source": one.other, "table": one.table}
    counts = {"compared": one.rows, "differ": one.differ, "written_alike": one.written_alike}
    return [{**of, "measure": name, "name": one.field, "value": n} for name, n in counts.items()]


def _single(of: Mapping[str, Any], values: Mapping[str, object]) -> _Lines:
    return [{**of, "measure": name, "value": value} for name, value in values.items()]


def _counted(of: Mapping[str, Any], measure: str, counts: Mapping[str, object]) -> _Lines:
    return [{**of, "measure": measure, "name": n, "value": value} for n, value in counts.items()]


def _rounded(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: round(share, _SHARE_DECIMALS) for name, share in shares.items()}
