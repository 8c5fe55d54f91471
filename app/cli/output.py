"""Files that a command writes from a stored run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db.engine import reading
from app.db.runs import RunRecord, current_run, read_layer, read_run
from app.services.calls import calls_to_make
from app.services.data_quality import data_quality, newest_load_day
from app.services.exports import DATA_QUALITY_CSV, export_run, write_csv, write_file
from app.services.growth import growth_answer
from app.services.layers import MAP, unpack
from app.services.notices import ILLUSTRATIVE
from app.services.quality_table import quality_table
from app.services.ranking_answer import ranking_answer
from app.services.rankings import read_stored
from app.web.assets import inline
from app.web.ranking_views import ranking_page
from geo.clusters import ClusterClass


def write_map(engine: sa.Engine, path: Path, *, run_id: str | None = None) -> Path:
    """Write the map of a run as one file with its scripts and styles inside."""
    with reading(engine) as connection:
        layer = read_layer(connection, _run(connection, run_id).run_id, MAP)
    return write_file(path, inline(unpack(layer).decode()).encode())


def write_tables(engine: sa.Engine, folder: Path, *, run_id: str | None = None) -> list[Path]:
    """Write the tables of a run into ``folder``, and beside them the quality of the data."""
    with reading(engine) as connection:
        written = export_run(connection, _run(connection, run_id), folder)
        quality = data_quality(connection, day=newest_load_day(connection))
    path = write_file(folder / DATA_QUALITY_CSV, write_csv(quality_table(quality)))
    return [*written, path]


def call_lines(
    engine: sa.Engine, *, limit: int, programme: str | None = None, run_id: str | None = None
) -> list[str]:
    """Return the first calls of a run as lines, the one to make first on top."""
    with reading(engine) as connection:
        run = _run(connection, run_id)
        found = calls_to_make(connection, run, programme=programme)
    lines = [ILLUSTRATIVE] if run.illustrative else []
    if not len(found.rows):
        return [*lines, "Nothing unknown could change the answer."]
    lines += [_call_line(row) for row in found.rows.head(limit).to_dict("records")]
    more = len(found.rows) - limit
    return [*lines, f"{more:,} more: --limit shows them."] if more > 0 else lines


def ranking_lines(
    engine: sa.Engine, *, limit: int, programme: str | None = None, run_id: str | None = None
) -> list[str]:
    """Return the verdict of a ranking and its first clusters as lines."""
    with reading(engine) as connection:
        run = _run(connection, run_id)
        stored = read_stored(connection, run, programme=programme, must=True)
        answer = ranking_answer(connection, run, stored)
    page = ranking_page(stored, answer)
    lines = [ILLUSTRATIVE] if run.illustrative else []
    if page is None or not answer["clusters"]:
        return [*lines, "No cluster was found."]
    lines.append(page.verdict)
    lines += [_cluster_line(row) for row in answer["clusters"][:limit]]
    more = len(answer["clusters"]) - limit
    return [*lines, f"{more:,} more: --limit shows them."] if more > 0 else lines


def growth_lines(
    engine: sa.Engine, *, pilot: str | None = None, run_id: str | None = None
) -> list[str]:
    """Return in which order clusters could join after a pilot, as lines."""
    with reading(engine) as connection:
        run = _run(connection, run_id)
        found = growth_answer(connection, run, pilot=pilot)
    lines = [ILLUSTRATIVE] if run.illustrative else []
    if not found["tested"]:
        return [*lines, "No delivered offer states its places: what is served is not known."]
    lines.append(
        f"Before any cluster joins, {found['served_before']:.1f} places a year are filled."
    )
    for number, (step, best) in enumerate(zip(found["steps"], found["best_sets"], strict=True), 1):
        lines.append(
            f"{number}. {step['name']} ({step['cluster_id']}) adds {step['added']:.1f}: "
            f"{step['served']:.1f} in all; no set of {number} fills more than "
            f"{best['at_most']:.1f}."
        )
    return [*lines, f"{len(found['without_effect'])} more clusters add nothing to these."]


def _cluster_line(row: Mapping[str, Any]) -> str:
    level = row["champion_level"]
    unready = f"champion of level {level} only" if level else "no champion"
    ready = "pilot-ready" if row["pilot_ready"] else unready
    own = " (manual)" if row["cluster_class"] == ClusterClass.MANUAL else ""
    return (
        f"{row['rank']}. {row['name']}{own}: {row['score']:.3f}, first in {row['p_rank_1']:.0%} of "
        f"draws, ranks {row['rank_low']} to {row['rank_high']}, {ready}. {row.get('next_if', '')}"
    ).rstrip()


def _call_line(row: Mapping[Any, Any]) -> str:
    asked = "" if row["of_whom"] is None else f" Ask: {row['of_whom']}."
    return (
        f"{row['rank']}. {row['question']}{asked} It could move {row['served_swing']:.1f} places a "
        f"year, and the gap class for {row['units_could_change']} of {row['units_affected']} sites "
        f"and programmes.{_settles(row['areas_settled'])}"
    )


def _settles(areas: float) -> str:
    """Return what a call does for the naming of the areas with the largest gaps, if anything."""
    if not areas > 0:
        return ""
    return f" It may decide which areas have the largest gaps ({areas:.2f} areas on average)."


def _run(connection: sa.Connection, run_id: str | None) -> RunRecord:
    return read_run(connection, run_id) if run_id else current_run(connection)
