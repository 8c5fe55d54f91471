"""``skillshed quality``: how good the data is that was loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import say
from app.cli.context import register
from app.cli.errors import CommandError
from app.db.engine import reading
from app.db.schema import require_current
from app.services.data_quality import (
    DataQuality,
    FileQuality,
    SourceQuality,
    TableQuality,
    data_quality,
    newest_load_day,
)
from app.services.disagreements import Disagreement
from app.services.evidence_words import ASSUMPTION, RULE
from app.services.exports import write_csv, write_file
from app.services.notices import ILLUSTRATIVE
from app.services.quality_table import quality_table
from app.settings import Settings


def quality(
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write it into, a line for each number.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day to which ages are counted; else the newest load's.",
        ),
    ] = None,
) -> None:
    """Print how good the loaded data is: by source and table, and where sources disagree."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            day = as_of.date() if as_of else newest_load_day(connection)
            found = data_quality(connection, day=day)
    if out is not None:
        try:
            write_file(out, write_csv(quality_table(found)))
        except OSError as error:
            reason = error.strerror
            raise CommandError(f"{out} cannot be written ({reason}): name another.") from None
        say(f"wrote {out}")
        return
    for line in quality_lines(found):
        say(line)


def quality_lines(found: DataQuality) -> Iterator[str]:
    """Give the report as lines for a terminal."""
    yield from _first(found)
    for source in found.sources:
        yield from _of_source(source)
    for file in found.files:
        yield from _of_file(file)
    for table in found.tables:
        yield from _of_table(table)
    yield from map(_of_disagreement, found.disagreements.found)
    if found.disagreements.compared:
        yield (
            f"Sources differ in {found.disagreements.differ} of {found.disagreements.compared} "
            "fields of rows of which two speak."
        )
    yield f"{RULE} {ASSUMPTION}"


def _first(found: DataQuality) -> Iterator[str]:
    if found.illustrative:
        yield ILLUSTRATIVE
    if not found.sources:
        yield "Nothing was loaded yet."
    elif found.day is not None:
        yield f"Ages are counted to {found.day}."


def _of_source(one: SourceQuality) -> Iterator[str]:
    rows = "" if one.rows is None else f"{one.rows} rows, {one.rejected} refused; "
    speaks = (
        ""
        if one.standing is None
        else f"speaks of {one.standing} rows now, {one.partial} of them partial; "
    )
    age = "" if one.age_days is None else f", {one.age_days} days old"
    yield (
        f"{one.source} ({one.title}) into {one.table}, load {one.load_id}: {rows}{speaks}"
        f"holds for {one.as_at or 'no stated day'}, fetched on "
        f"{one.retrieved_on or 'an unknown day'}{age}."
    )
    yield from _counts("Refused", one.rejected_by_rule)
    yield from _counts("Places", one.precision)
    yield from _shares(one.filled)


def _of_file(one: FileQuality) -> Iterator[str]:
    counts = one.counts
    if counts.rejected:
        yield (
            f"{one.file}, load {one.load_id}: of {one.read} rows {counts.rejected} were taken by "
            "no table."
        )
    yield from _counts("Refused", counts.rejected_by_rule)
    yield from _counts("Left aside", counts.set_aside)


def _of_table(one: TableQuality) -> Iterator[str]:
    yield f"The register's {one.table}: {one.rows} rows."
    yield from _counts("Places", one.precision)
    yield from _shares({name: share for name, share in one.filled.items() if share})


def _of_disagreement(one: Disagreement) -> str:
    return (
        f"{one.one} and {one.other} differ on {one.field} of {one.table} in {one.differ} of "
        f"{one.rows} rows, {one.written_alike} of them in capitals, spaces or punctuation only."
    )


def _counts(word: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {word}: {', '.join(f'{name} {rows}' for name, rows in counts.items())}."


def _shares(shares: Mapping[str, float]) -> Iterator[str]:
    if shares:
        yield f"  Filled: {', '.join(f'{name} {share:.0%}' for name, share in shares.items())}."
