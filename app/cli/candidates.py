"""``skillshed candidates``: companies that may have a site, until somebody says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd
import typer

from app.cli.console import say, say_note, steps
from app.cli.context import gazetteer, now, register
from app.cli.errors import CommandError
from app.db.engine import reading, writing
from app.db.schema import require_current
from app.services.candidates import (
    Choice,
    confirm_candidates,
    count_candidates,
    dismiss_candidates,
    list_candidates,
    match_by_lists,
    reopen_candidate,
)
from app.settings import Settings
from etl.agreed_file import refuse_persons
from etl.confirm_file import FILE, read_confirm_rules
from etl.geocode import geocode
from etl.reference import read_reference
from geo.types import CandidateStanding

candidates = typer.Typer(
    no_args_is_help=True,
    help="Companies at their registered offices, which count nowhere until they are confirmed.",
)

IdsArgument = Annotated[list[str], typer.Argument(help="Ids of candidates, such as ch-01234567.")]
SHOWN_REASONS = 12


@candidates.command("list")
def list_(
    standing: Annotated[
        CandidateStanding | None, typer.Option(help="Only with this standing.")
    ] = None,
    segment: Annotated[str | None, typer.Option(help="Only of this segment.")] = None,
    region: Annotated[str | None, typer.Option(help="Only in this region or nation.")] = None,
    least_weight: Annotated[
        float, typer.Option(min=0, max=1, help="Only with this weight or more.")
    ] = 0.0,
    limit: Annotated[int, typer.Option(min=1, help="Most candidates to print.")] = 20,
) -> None:
    """List candidates, those that most surely belong to the sector first, and count by reason."""
    with register(Settings()) as engine:
        require_current(engine)
        with reading(engine) as connection:
            rows = list_candidates(connection, Choice(standing, segment, region, least_weight))
    for row in rows.head(limit).fillna({"postcode": "no postcode"}).to_dict("records"):
        why = row["standing_reason"]
        why = row["segment_reason"] if pd.isna(why) else why
        say("  ".join(map(str, (row["site_id"], row["employer"], row["postcode"], row["segment"]))))
        say(f"    {row['standing']}: {why}")
    counts = count_candidates(rows).head(SHOWN_REASONS)
    for kind, reason, count in counts.itertuples(index=False):
        say_note(f"{count:,} {kind}: {reason}")
    say_note(f"{len(rows):,} candidate(s).")


@candidates.command("confirm")
def confirm(
    ids: IdsArgument,
    postcode: Annotated[
        str | None,
        typer.Option(help="Postcode of the workplace, where it is not the registered office."),
    ] = None,
) -> None:
    """Make sites of candidates: people work there."""
    if postcode is not None and len(ids) > 1:
        raise CommandError("A postcode is for one candidate: confirm the others apart.")
    settings = Settings()
    with register(settings) as engine:
        require_current(engine)
        places = _placed(settings, postcode) if postcode else None
        with writing(engine) as connection:
            confirm_candidates(connection, ids, now=now(), places=places)
    at = f"at {postcode}" if postcode else "at the registered office, which no cluster is built on"
    say(f"Confirmed {at}: {', '.join(ids)}.")


@candidates.command("dismiss")
def dismiss(
    ids: IdsArgument,
    reason: Annotated[str, typer.Option(help="Why it is no workplace of the sector.")],
) -> None:
    """Say of candidates that they are no workplaces of the sector."""
    refuse_persons(Path("--reason"), [reason], what="reason")
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            dismiss_candidates(connection, ids, reason=reason, now=now())
    say(f"Dismissed: {', '.join(ids)}.")


@candidates.command("reopen")
def reopen(candidate_id: Annotated[str, typer.Argument(help="Id of the candidate.")]) -> None:
    """Take back that a candidate was confirmed or dismissed, and what came of it."""
    with register(Settings()) as engine:
        require_current(engine)
        with writing(engine) as connection:
            reopen_candidate(connection, candidate_id, now=now())
    say(f"Open again: {candidate_id}.")


@candidates.command("match")
def match(
    rules: Annotated[
        Path | None, typer.Option(help="File of rules; the one that ships otherwise.")
    ] = None,
) -> None:
    """Confirm the candidates that sites of other lists stand for, by rules that can be read."""
    settings = Settings()
    file = rules or settings.data_path / FILE
    chosen = read_confirm_rules(file)
    with register(settings) as engine:
        require_current(engine)
        with writing(engine) as connection:
            matched = match_by_lists(connection, chosen, now=now())
    say(f"Confirmed by lists: {len(matched.confirmed):,}, by the rules in {file}.")
    for why, count in matched.held_back["held_back"].value_counts().items():
        say(f"Held back: {count:,} ({why}).")


def _placed(settings: Settings, postcode: str) -> gpd.GeoDataFrame:
    """Return one row with the place of a postcode."""
    with steps() as progress:
        found = geocode(
            pd.DataFrame({"postcode": pd.Series([postcode], dtype="str")}),
            gazetteer(settings, progress),
            read_reference(settings.data_path).authorities,
        )
    if len(found.rejects):
        first = found.rejects.iloc[0]
        raise CommandError(f"{first['value']!r} is no known postcode: {first['suggestion']}.")
    return found.rows
