"""``skillshed review``: which rows of different sources are one, as the users decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from app.cli.console import say, steps
from app.cli.context import gazetteer, now, register
from app.cli.errors import CommandError
from app.cli.files import require_file
from app.db.engine import reading, writing
from app.db.matches import list_matches, open_proposals
from app.db.schema import require_current
from app.settings import Settings
from etl.decision_file import ROLES
from etl.prepare import Tools
from etl.reference import read_reference
from etl.review import Decided, Verdict, decide
from etl.review_file import describe, read_review, write_review
from etl.sources.gias_links import read_links
from etl.successors import propose_successors

review = typer.Typer(
    no_args_is_help=True, help="Decide which rows of different sources are one and the same."
)

_SHOWN = 40

IdsArgument = Annotated[list[int], typer.Argument(help="Ids of matches; see review list.")]
AllOption = Annotated[bool, typer.Option("--all", help="Those that were decided too.")]
ByOption = Annotated[
    str, typer.Option("--by", help=f"Role that decides, never a name: {', '.join(ROLES)}.")
]


@review.command("list")
def list_all(*, everything: AllOption = False) -> None:
    """List the matches that wait for a decision, the likeliest of each table first."""
    rows = _described(everything=everything)
    for row in rows.head(_SHOWN).to_dict("records"):
        by = f" by {row['decided_by']}" if row["decided_by"] else ""
        say(
            f"{row['match_id']}  {row['table']}  {row['standing']}{by}  {row['score']}  "
            f"{_end(row, 'source_')} = {_end(row, '')}  ({row['source']}; {row['evidence']})"
        )
    if len(rows) > _SHOWN:
        say(f"… {len(rows) - _SHOWN} more; skillshed review export FILE writes them all.")
    if rows.empty:
        say("No match waits for a decision." if not everything else "There are no matches.")


@review.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="CSV file to write.")],
    *,
    everything: AllOption = False,
) -> None:
    """Write the matches that wait into a spreadsheet; fill in its column decision."""
    rows = _described(everything=everything)
    write_review(rows, file)
    say(f"wrote {file}: {len(rows)} matches; write accept or reject into the column decision.")


@review.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="The exported file with decisions filled in.")],
    by: ByOption = "secretariat",
) -> None:
    """Take the decisions of a spreadsheet; lines that cannot be taken are told, not the others."""
    require_file(file)
    given = read_review(file)
    lines = list(given.taken)
    done = _decide(list(given.taken.values()), by, all_or_none=False)
    _tell(done)
    for row in given.rejects.itertuples():
        say(f"  line {row.line}, {row.field}: {row.rule}, {row.value!r}: {row.suggestion}.")
    for at, reason in done.refused.items():
        say(f"  line {lines[at]}: {reason}")
    refused = len(given.rejects) + len(done.refused)
    say(f"{file.name}: {done.taken} decisions taken, {refused} refused, {given.blank} left open.")
    if refused:
        raise CommandError(f"{refused} line(s) of {file.name} were refused; the others are taken.")


@review.command("accept")
def accept(ids: IdsArgument, by: ByOption = "secretariat") -> None:
    """Let the two rows of each match be one: what is said of either is said of it."""
    _tell(_decide([(one, Verdict.ACCEPT) for one in ids], by))


@review.command("reject")
def reject(ids: IdsArgument, by: ByOption = "secretariat") -> None:
    """Let the two rows of each match stay two, and never propose it again."""
    _tell(_decide([(one, Verdict.REJECT) for one in ids], by))


@review.command("undo")
def undo(ids: IdsArgument, by: ByOption = "secretariat") -> None:
    """Take decisions back: rows that became one are two again, each as it was."""
    _tell(_decide([(one, Verdict.UNDO) for one in ids], by))


@review.command("links")
def links(
    file: Annotated[Path, typer.Argument(help="Links file of Get Information about Schools.")],
) -> None:
    """Propose that establishments that closed became those that followed them."""
    require_file(file)
    found = read_links(file)
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            new = propose_successors(connection, found, at=now())
    say(f"{file.name}: read {found.read} rows, {len(found.pairs)} successions.")
    for table, count in new.items():
        say(f"  {table}: {count} new proposals.")
    for note in found.notes:
        say(f"  {note}")


def _described(*, everything: bool) -> pd.DataFrame:
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            matches = list_matches(connection) if everything else open_proposals(connection)
            return describe(connection, matches)


def _decide(
    decisions: Sequence[tuple[int, Verdict]], by: str, *, all_or_none: bool = True
) -> Decided:
    settings = Settings()
    with steps() as progress, register(settings) as engine:
        require_current(engine)
        authorities = read_reference(settings.data_path).authorities
        tools = Tools(authorities, gazetteer(settings, progress))
        return decide(engine, decisions, tools, by=by, now=now(), all_or_none=all_or_none)


def _tell(done: Decided) -> None:
    if done.load_id is not None:
        say(f"{done.taken} decision(s) taken, noted as load {done.load_id}.")
    for part in done.tables:
        say(f"  {part.line()}")


def _end(row: Mapping[Any, Any], side: str) -> str:
    ident = row["source_row"] if side else row["row_id"]
    named = ", ".join(filter(None, (row[f"{side}name"], row[f"{side}postcode"])))
    return f"{ident} ({named})" if named else str(ident)
