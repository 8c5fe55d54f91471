"""The review as a spreadsheet: proposals go out with an empty column, and decisions come back."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from app.db.matches import MatchRecord
from app.db.register import read_table, row_ids
from etl.errors import ColumnsError, SourceError
from etl.rejects import defused, join_rejects, make_rejects
from etl.resolution import compared
from etl.review import Verdict
from etl.sources.tabular import read_table as read_cells
from etl.tables import model_of

COLUMNS = (
    "match_id",
    "table",
    "source",
    "source_row",
    "source_name",
    "source_postcode",
    "row_id",
    "name",
    "postcode",
    "score",
    "evidence",
    "standing",
    "decided_by",
    "decision",
)
DECISIONS = (Verdict.ACCEPT, Verdict.REJECT)


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What a file decides.

    Attributes
    ----------
    taken
        Id of the match and verdict, by line.
    blank
        How many lines decide nothing.
    rejects
        Lines that are refused, as in :mod:`etl.rejects`.
    """

    taken: Mapping[int, tuple[int, Verdict]]
    blank: int
    rejects: pd.DataFrame


def describe(connection: sa.Connection, matches: Iterable[MatchRecord]) -> pd.DataFrame:
    """Return matches with the names and postcodes of both rows: :data:`COLUMNS`, as text.

    A row that the register does not have under the id that its source gave has become the other.
    """
    records = [
        {
            "match_id": match.match_id,
            "table": match.table_name,
            "source": match.speaker,
            "source_row": match.source_row,
            "row_id": match.row_id,
            "score": match.score,
            "evidence": match.evidence,
            "standing": str(match.standing),
            "decided_by": match.decided_by or "",
        }
        for match in matches
    ]
    found = pd.DataFrame(records, columns=["table"] if not records else None)
    parts = [_named(connection, str(table), part) for table, part in found.groupby("table")]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    named = pd.concat(parts).reindex(found.index)
    texts = named.assign(
        match_id=named["match_id"].astype("str"),
        score=named["score"].map("{:.3f}".format),
        decision="",
    )
    return texts[list(COLUMNS)].astype("str").fillna("").reset_index(drop=True)


def write_review(rows: pd.DataFrame, path: Path) -> None:
    """Write what :func:`describe` gives as CSV, which spreadsheet programs open.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows[list(COLUMNS)].itertuples(index=False):
            writer.writerow([defused(cell) for cell in row])


def read_review(path: Path) -> Decisions:
    """Read the decisions of a file that :func:`write_review` wrote and a reviewer filled in.

    Only ``match_id`` and ``decision`` are read. A blank decides nothing.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ColumnsError
        If one of the columns is missing.
    """
    raw = read_cells(path)
    for name in ("match_id", "decision"):
        if name not in raw.cells:
            raise ColumnsError(
                f"{path.name} lacks the column {name!r}: start from `skillshed review export`."
            )
    if raw.cells.empty and raw.rejects.empty:
        raise SourceError(f"{path.name} has no rows: start from `skillshed review export`.")
    ids = raw.cells["match_id"].str.strip()
    words = raw.cells["decision"].str.strip().str.casefold()
    spoken = words != ""
    unknown = spoken & ~words.isin(list(DECISIONS))
    no_id = spoken & ~unknown & ~ids.str.fullmatch(r"[0-9]{1,9}")
    kept = spoken & ~unknown & ~no_id
    often = Counter(ids[kept])
    twice = kept & ids.map(lambda text: often[text] > 1)
    kept &= ~twice
    pairs = zip(ids[kept].astype(int), words[kept].map(Verdict), strict=True)
    return Decisions(
        taken={int(line): pair for line, pair in zip(ids.index[kept], pairs, strict=True)},
        blank=int((~spoken).sum()),
        rejects=join_rejects(
            [
                raw.rejects,
                _refused(words[unknown], "decision", "unknown word", "write accept or reject"),
                _refused(ids[no_id], "match_id", "id of a match", "put back the exported id"),
                _refused(ids[twice], "match_id", "decided twice", "keep one of the lines"),
            ]
        ),
    )


def _refused(values: pd.Series, field: str, rule: str, suggestion: str) -> pd.DataFrame:
    return make_rejects(values.index, field=field, rule=rule, values=values, suggestions=suggestion)


def _named(connection: sa.Connection, table: str, matches: pd.DataFrame) -> pd.DataFrame:
    """Return matches of one table with the names and postcodes of both rows."""
    model = model_of(table)
    rows = read_table(connection, model)
    known = compared(model, rows).set_axis(row_ids(model, rows).array, axis=0)
    blank = pd.Series("", index=matches.index)
    made = {}
    for prefix, ids in (("source_", matches["source_row"]), ("", matches["row_id"])):
        for name in ("name", "postcode"):
            made[prefix + name] = ids.map(known[name].to_dict()).fillna(blank)
    return matches.assign(**made)
