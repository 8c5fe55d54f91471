"""``skillshed claims`` and ``skillshed diff``: what sources say, and what changed when."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from app.cli.console import say
from app.cli.context import register
from app.cli.errors import CommandError
from app.db.engine import reading
from app.db.register import ID_SEPARATOR
from app.db.schema import require_current
from app.services.claims import claims_of
from app.services.difference import COLUMNS, difference, moment_of
from app.settings import Settings
from etl.rejects import defused
from etl.tables import model_of

_SHOWN = 40


def claims(
    table: Annotated[str, typer.Argument(help="Register table, such as providers.")],
    row_id: Annotated[
        str, typer.Argument(help="Id of the row; its parts joined by | if it has several.")
    ],
) -> None:
    """Print what each source says of a row: the value that counts, and the others beside it."""
    model = model_of(table)
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            found = claims_of(connection, model, row_id)
    for claim in found:
        sign = "✓" if claim.counts else " "
        days = f"as at {claim.as_at or 'unknown'}, retrieved {claim.retrieved_on}"
        say(f"{sign} {claim.field}: {claim.value}  [{claim.source}; {days}; load {claim.load_id}]")


def diff(
    before: Annotated[str, typer.Argument(help="A run, a load, a day (its end), or a moment.")],
    after: Annotated[str, typer.Argument(help="The same; what is new in it is told.")],
    table: Annotated[str | None, typer.Option(help="Only this register table.")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write all of it into.")] = None,
) -> None:
    """Print how the register differs between two moments, field by field, with sources."""
    if table is not None:
        model_of(table)
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            moments = [moment_of(connection, word) for word in (before, after)]
            found = difference(connection, *moments, table=table)
    for (name, change), part in found.groupby(["table", "change"], sort=True):
        say(f"{name}: {part['row_id'].nunique()} rows {change}, {len(part)} fields.")
    if found.empty:
        say("Nothing differs.")
    rows = found.fillna("").astype("str")
    rows["row_id"] = rows["row_id"].str.replace(ID_SEPARATOR, " | ", regex=False)
    if out is not None:
        _write(rows, out)
        say(f"wrote {out}")
        return
    for row in rows.head(_SHOWN).to_dict("records"):
        say(
            f"  {row['table']} {row['row_id']}: {row['field']} {row['old'] or 'blank'} → "
            f"{row['new'] or 'blank'} ({row['source'] or 'no source'})"
        )
    if len(rows) > _SHOWN:
        say(f"  … {len(rows) - _SHOWN} more; --out FILE writes them all.")


def _write(rows: pd.DataFrame, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for row in rows[list(COLUMNS)].itertuples(index=False):
                writer.writerow([defused(cell) for cell in row])
    except OSError as error:
        raise CommandError(f"{out} cannot be written ({error.strerror}): name another.") from None
