"""``skillshed travel``: route journeys, fit the estimate to them, forget them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import sqlalchemy as sa
import typer

from app.cli.console import say, steps
from app.cli.context import register, today
from app.cli.errors import CommandError
from app.db.engine import reading
from app.db.schema import require_current
from app.services.scenarios import read_scenario
from app.services.snapshot import take_snapshot
from app.settings import Settings
from etl.reference import read_reference
from etl.routing import forget_routed, place_unrouted, route_pairs
from etl.routing_engine import Engine, EngineOptions
from geo.calibration import (
    GATE_MEDIAN_MINUTES,
    GATE_P90_MINUTES,
    GATE_PAIRS,
    MAX_PAIRS,
    Calibration,
    calibrate,
    calibration_sample,
)
from geo.scenario import Scenario
from geo.travel_pairs import pairs_to_route, sample_pairs, without_known
from geo.types import Register

travel = typer.Typer(no_args_is_help=True, help="Route journeys, and fit the estimate to them.")

UNROUTED = Path("out") / "unrouted.csv"
_GIVEN = ("detour_factor", "dense_postcodes", "medium_postcodes", "fixed_minutes")

ScenarioOption = Annotated[
    Path | None, typer.Option(help="Scenario file that changes parameters of the default.")
]


@travel.command()
def route(
    *,
    scenario: ScenarioOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many pairs, the first ones.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="So many pairs drawn at random, to calibrate by.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask again for what an engine said before.")
    ] = False,
    include_sensitive: Annotated[
        bool,
        typer.Option("--include-sensitive", help="Tell the engine where sensitive sites are, too."),
    ] = False,
    unrouted: Annotated[Path, typer.Option(help="File for pairs without a time.")] = UNROUTED,
) -> None:
    """Ask the routing engine of the settings for journeys by car and keep them in the register."""
    settings = Settings()
    engine = Engine(engine_options(settings))
    policy = read_scenario(settings.data_path, scenario)
    with steps() as progress, register(settings) as database:
        tables = _tables(settings, database)
        progress("Choosing pairs")
        pairs = pairs_to_route(tables, policy, include_sensitive=include_sensitive)
        if sample is not None:
            generator = np.random.default_rng(policy.seed)
            pairs = sample_pairs(pairs, sample, policy, generator=generator)
        wanted = without_known(pairs, tables.travel_times, refresh=refresh)
        there = len(pairs) - len(wanted)
        report = route_pairs(
            database,
            engine,
            wanted.iloc[:limit],
            sites=tables.sites.geometry,
            venues=tables.venues.geometry,
            today=today(),
            batch_size=settings.routing_batch_size,
            progress=progress,
        )
    for line in report.lines():
        say(line)
    say(f"  There already: {there} pairs.")
    if left := place_unrouted(report.unrouted, unrouted):
        say(f"  The pairs without a time are in {left}.")
    if report.stopped:
        raise CommandError(report.stopped)


@travel.command("calibrate")
def calibrate_(
    scenario: ScenarioOption = None,
    source: Annotated[
        str, typer.Option(help="How the source of the journeys to fit to begins.")
    ] = "routed",
    scenario_out: Annotated[
        Path | None, typer.Option(help="Scenario file to write the fitted speeds to.")
    ] = None,
    *,
    fit_fixed: Annotated[
        bool, typer.Option("--fit-fixed", help="Fit the fixed minutes of a journey, too.")
    ] = False,
) -> None:
    """Fit the speeds of the estimate to routed journeys, and say how far it is off."""
    settings = Settings()
    if scenario_out and scenario_out.exists():
        raise CommandError(f"There is a file {scenario_out} already; name another.")
    base = read_scenario(settings.data_path, scenario)
    with steps() as progress, register(settings) as database:
        tables = _tables(settings, database)
        progress("Fitting")
        sample = calibration_sample(tables, base.travel, source_prefix=source)
        pairs = sample.pairs
        if len(pairs) > MAX_PAIRS:
            generator = np.random.default_rng(base.seed)
            pairs = pairs.iloc[generator.permutation(len(pairs))[:MAX_PAIRS]]
            say(f"  A random sample of {MAX_PAIRS} of {len(sample.pairs)} pairs.")
        found = calibrate(pairs, base.travel, fit_fixed=fit_fixed)
    for line in [*calibration_lines(found, base), *_left_out(sample.left_out)]:
        say(line)
    if scenario_out:
        text = scenario_text(
            found, base, read_scenario(settings.data_path), pairs=len(pairs), day=str(today())
        )
        scenario_out.write_text(text, encoding="utf-8")
        say(f"wrote {scenario_out}")


@travel.command()
def forget(
    source: Annotated[
        str, typer.Option(help="Only those whose source has this text, such as an engine or a day.")
    ] = "",
) -> None:
    """Remove the times that routing engines gave; times loaded from files stay."""
    with register(Settings()) as database:
        require_current(database)
        say(f"Removed {forget_routed(database, source)} travel times.")


def engine_options(settings: Settings) -> EngineOptions:
    """Return how the settings say that the engine is reached.

    Raises
    ------
    CommandError
        If they name no engine, no address, or a key that the engine has no use for.
    """
    if settings.routing_engine is None:
        raise CommandError(
            "No routing engine is set: give SKILLSHED_ROUTING_ENGINE (osrm, valhalla or "
            "openrouteservice) and SKILLSHED_ROUTING_URL, or load a file of travel times."
        )
    if settings.routing_url is None:
        raise CommandError(
            f"SKILLSHED_ROUTING_URL is missing: give the address of {settings.routing_engine}."
        )
    if settings.routing_key and settings.routing_engine != "openrouteservice":
        raise CommandError(
            "SKILLSHED_ROUTING_KEY is for openrouteservice alone; unset it, or name that engine."
        )
    key = settings.routing_key.get_secret_value() if settings.routing_key else None
    return EngineOptions(
        engine=settings.routing_engine,
        url=str(settings.routing_url),
        key=key,
        timeout_seconds=settings.routing_timeout_seconds,
        retries=settings.routing_retries,
        backoff_seconds=settings.routing_backoff_seconds,
        pause_seconds=settings.routing_pause_seconds,
        snap_metres=settings.routing_snap_metres,
    )


def calibration_lines(found: Calibration, base: Scenario) -> list[str]:
    """Return what a calibration found as lines for a terminal."""
    made = ["Speed in km/h, given and fitted:"]
    for name in (*found.fitted, *found.kept):
        given, fitted = (getattr(p, f"speed_kmh_{name}") for p in (base.travel, found.policy))
        note = "" if name in found.fitted else "  (kept: too few pairs)"
        made.append(f"  {name:<10} {given:6.1f} {fitted:6.1f}{note}")
    if found.policy.fixed_minutes != base.travel.fixed_minutes:
        fixed = base.travel.fixed_minutes, found.policy.fixed_minutes
        made.append(f"  fixed minutes {fixed[0]:.1f} {fixed[1]:.1f}")
    made.append("Absolute error in minutes, before and after:")
    made.append(f"  {'':<24} {'pairs':>6} {'median':>13} {'P90':>13}")
    made += [_error_line(row) for row in found.errors.to_dict("records")]
    made.append(
        f"Release gate (median {GATE_MEDIAN_MINUTES:g} and P90 {GATE_P90_MINUTES:g} minutes at "
        f"most, {GATE_PAIRS} pairs or more): before {found.gate_before}, after {found.gate_after}."
    )
    return made


def scenario_text(
    found: Calibration, base: Scenario, default: Scenario, *, pairs: int, day: str
) -> str:
    """Return a scenario with the fitted speeds, and with what they were fitted beside."""
    source = f"fitted to {pairs} routed pairs, {day}"
    values = {f"speed_kmh_{name}": source for name in found.fitted}
    beside = f"as given when the speeds were fitted, {day}"
    for name in _GIVEN:
        if getattr(found.policy, name) != getattr(default.travel, name):
            fitted = getattr(found.policy, name) != getattr(base.travel, name)
            values[name] = source if fitted else beside
    lines = [f"name = {json.dumps(f'fitted {day}')}", "", "[travel]"]
    lines += [
        f"{name} = {{ value = {round(getattr(found.policy, name), 2)}, "
        f"source = {json.dumps(text)} }}"
        for name, text in values.items()
    ]
    return "\n".join([*lines, ""])


def _tables(settings: Settings, database: sa.Engine) -> Register:
    require_current(database)
    reference = read_reference(settings.data_path)
    with reading(database) as connection:
        return take_snapshot(connection).register(reference)


def _error_line(row: Mapping[Hashable, object]) -> str:
    name = "all" if row["by"] == "all" else f"{row['by']}: {row['group']}"
    middle = f"{row['median_before']:.1f} {row['median_after']:6.1f}"
    outer = f"{row['p90_before']:.1f} {row['p90_after']:6.1f}"
    return f"  {name:<24} {row['pairs']:>6} {middle:>13} {outer:>13}"


def _left_out(left_out: dict[str, int]) -> list[str]:
    return [f"  Left out, {reason}: {pairs} pairs." for reason, pairs in left_out.items()]
