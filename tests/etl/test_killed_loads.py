"""A load that is killed at any moment leaves the register as it was, on both databases."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from app.db.claims import read_claims
from app.db.engine import make_engine, reading
from app.db.loads import list_loads
from app.db.models import Site
from app.db.register import read_table
from app.db.schema import check
from app.services.snapshot import take_snapshot
from etl.gazetteer import Gazetteer, postcode_keys
from etl.pipeline import load_file
from etl.postcode_store import PostcodeStore

KILLS = 50
ROWS = 150
AUTHORITIES = pd.DataFrame(columns=["authority_code", "authority", "region", "nation"], dtype="str")
POSTCODES = ["CB2 0AA", "SG1 2NY"]


def small_gazetteer():
    """Return two postcodes, so that a process need not open all of them."""
    rows = pd.DataFrame(
        {
            "key": postcode_keys(POSTCODES),
            "easting": [546_000, 523_500],
            "northing": [255_000, 223_500],
            "authority_code": "E07000243",
        }
    )
    return Gazetteer.over(PostcodeStore.of(rows, vintage="two postcodes").with_sharing())


def load(url, path):
    engine = make_engine(url)
    report = load_file(
        engine, "sites", Path(path), authorities=AUTHORITIES, gazetteer=small_gazetteer()
    )
    engine.dispose()
    return report


def sites(path, *, employees):
    """Write a file of sites; every second one is at the other postcode."""
    rows = [f"s{n},E{n % 7},{POSTCODES[n % 2]},{employees}" for n in range(ROWS)]
    path.write_text("\n".join(["site_id,employer,postcode,employees", *rows]) + "\n")
    return path


def content(engine):
    """Return all that a load writes: the register, its claims, its history and its loads."""
    with reading(engine) as connection:
        claims = read_claims(connection, "sites", ended="all").to_csv()
        history = connection.execute(sa.text("SELECT count(*) FROM sites_history")).scalar_one()
        loads = len(list_loads(connection))
        return take_snapshot(connection).content_hash, claims, history, loads


def kill_after(process, seconds):
    """Let a process run for so long, then kill it; say whether it was still running."""
    process.start()
    process.join(seconds)
    running = process.is_alive()
    process.kill()
    process.join()
    process.close()
    return running


def is_whole(engine, employees, loads):
    """Whether the register is what one more load, of a file with so many employees, makes it."""
    with reading(engine) as connection:
        found = list_loads(connection)
        claims = read_claims(connection, "sites").query("field == 'employees'")
        rows = read_table(connection, Site)
    return (
        len(found) == loads + 1
        and found[-1].rows_updated == len(rows) == ROWS
        and set(claims["load_id"]) == {found[-1].load_id}
        and set(rows["employees"]) == {float(employees)}
    )


@pytest.mark.slow
def test_a_load_killed_at_any_moment_leaves_the_register_as_it_was(
    engine, database_url, tmp_path, record_property
):
    files = {n: sites(tmp_path / f"{n}.csv", employees=n) for n in (10, 11)}
    load(database_url, files[10])
    # A process that has loaded the modules, from which each load is split off.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["etl.pipeline"])
    seconds = {}
    for employees in (11, 10):
        began = time.monotonic()
        whole = context.Process(target=load, args=(database_url, str(files[employees])))
        assert not kill_after(whole, 120)
        seconds[employees] = time.monotonic() - began
    dice = np.random.default_rng(20_261_127)
    before, fresh, killed = content(engine), 11, 0

    for _ in range(KILLS):
        process = context.Process(target=load, args=(database_url, str(files[fresh])))
        killed += kill_after(process, dice.uniform(0, seconds[10]))
        assert check(engine) == []
        after = content(engine)
        if after != before:
            # It was done before the blow fell: then it is whole, and the other file is next.
            assert is_whole(engine, fresh, before[3])
            before, fresh = after, 21 - fresh

    record_property("killed before the end", killed)
    assert killed > KILLS / 2
    assert load(database_url, files[fresh]).updated == ROWS
