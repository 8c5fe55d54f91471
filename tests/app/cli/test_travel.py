"""``skillshed travel``: from pairs that nobody knows to routed times, and from those to speeds."""

from __future__ import annotations

import os
import shutil
import tomllib
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
from routing_server import Reply, routing_server
from typer.testing import CliRunner

from app.cli.commands import application
from app.cli.errors import CommandError
from app.cli.travel import engine_options
from app.db.engine import make_engine, reading, writing
from app.db.models import Site, TravelTime
from app.db.register import read_table, write_rows
from app.db.runs import read_coverage
from app.services.scenarios import read_scenario
from app.settings import Settings
from geo.errors import InputError

# Hull and Beverley stand north of the Humber, Barton, Brigg and Grimsby south of it.
FILES = {
    "providers": "ukprn,name\n10000001,Example College\n",
    "programmes": "programme_code,title,demand_share,min_cohort\nP,Laboratory,0.5,1\n",
    "venues": "venue_id,ukprn,name,latitude,longitude\n"
    "v1,10000001,Barton Hall,53.680,-0.440\nv2,10000001,Grimsby Hall,53.560,-0.080\n",
    "offers": "venue_id,programme_code,mode,status,places_per_year\n"
    "v1,P,block_daily,delivered,50\nv2,P,block_daily,delivered,50\n",
    "sites": "site_id,employer,latitude,longitude,sensitive\n"
    "n1,Hull Labs,53.744,-0.336,\nn2,Beverley Labs,53.842,-0.427,yes\n"
    "s1,Brigg Labs,53.553,-0.490,\n",
    "demand": "site_id,programme_code,stream,places,basis\n"
    "n1,P,new_starters,5,stated\ns1,P,new_starters,5,stated\n",
}


@pytest.fixture
def server():
    with routing_server() as running:
        yield running


def invoke(environment, arguments):
    """Run a command in this process, with these settings and no other."""
    kept = {name: None for name in os.environ if name.startswith("SKILLSHED_")}
    done = CliRunner().invoke(application, [*map(str, arguments)], env=kept | environment)
    return SimpleNamespace(code=done.exit_code, out=done.stdout, error=done.exception)


@pytest.fixture(scope="module")
def loaded_file(tmp_path_factory, gazetteer_cache):
    """Load the files into a register that nobody may change."""
    folder = tmp_path_factory.mktemp("loaded")
    environment = {
        "SKILLSHED_CACHE_DIR": str(gazetteer_cache),
        "SKILLSHED_REGISTER_FILE": str(folder / "skillshed.gpkg"),
    }
    for table, content in FILES.items():
        (folder / f"{table}.csv").write_text(content)
        done = invoke(environment, ["load", table, folder / f"{table}.csv"])
        assert "rejected 0" in done.out, done.out
    return folder / "skillshed.gpkg"


@pytest.fixture
def skillshed(tmp_path, monkeypatch, gazetteer_cache):
    """Run commands in a folder of their own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, server=None):
        environment = {"SKILLSHED_CACHE_DIR": str(gazetteer_cache)}
        if server is not None:
            environment |= {
                "SKILLSHED_ROUTING_ENGINE": "osrm",
                "SKILLSHED_ROUTING_URL": server.url,
                "SKILLSHED_ROUTING_PAUSE_SECONDS": "0",
                "SKILLSHED_ROUTING_BACKOFF_SECONDS": "0",
            }
        return invoke(environment, arguments)

    return run


@pytest.fixture
def filled(loaded_file, tmp_path):
    """Give the folder a register of the files."""
    shutil.copy(loaded_file, tmp_path)
    engine = make_engine(f"sqlite:///{tmp_path / loaded_file.name}")
    yield engine
    engine.dispose()


def times_of(engine):
    with reading(engine) as connection:
        return read_table(connection, TravelTime)


def pairs_of(engine):
    return times_of(engine)[["from_id", "to_id"]].to_numpy().tolist()


def gap_classes(skillshed, engine):
    done = skillshed("run", "--as-of", "2026-11-01")
    assert done.code == 0, done.error
    with reading(engine) as connection:
        coverage = read_coverage(connection, done.out.strip(), programme_code="P")
    return coverage.set_index("site_id")[["gap_class", "nearest_minutes"]]


def test_a_loaded_time_over_the_humber_ends_the_doubt(skillshed, filled, tmp_path):
    before = gap_classes(skillshed, filled)
    (tmp_path / "times.csv").write_text(
        "from_id,to_id,travel_minutes,source\nn1,v1,24.5,measured\nn1,v2,100,measured\n"
    )

    loaded = skillshed("load", "travel_times", "times.csv")
    after = gap_classes(skillshed, filled)

    assert "loaded 2" in loaded.out
    assert before.loc["n1", "gap_class"] == "unknown"
    assert np.isnan(before.loc["n1", "nearest_minutes"])
    assert after.loc["n1"].tolist() == ["covered", 24.5]
    assert after.loc["s1"].equals(before.loc["s1"])


def test_the_engine_is_asked_once_and_ends_the_doubt(skillshed, filled, server):
    before = gap_classes(skillshed, filled)

    first = skillshed("travel", "route", server=server)
    asked = len(server.asked)
    again = skillshed("travel", "route", server=server)

    assert first.code == again.code == 0, first.error
    assert "Routed 4 of 4 pairs: 4 new" in first.out
    assert "Routed 0 of 0 pairs" in again.out
    assert "There already: 4 pairs" in again.out
    assert len(server.asked) == asked
    # The sensitive site is told to nobody.
    assert pairs_of(filled) == [[s, v] for s in ("n1", "s1") for v in ("v1", "v2")]
    after = gap_classes(skillshed, filled)
    assert (before.loc["n1", "gap_class"], after.loc["n1", "gap_class"]) == ("unknown", "covered")


def test_a_sensitive_site_is_told_where_the_user_says_so(skillshed, filled, server):
    done = skillshed("travel", "route", "--include-sensitive", server=server)

    assert done.code == 0, done.error
    assert "n2" in times_of(filled)["from_id"].tolist()


def test_a_limit_takes_the_pairs_over_water_first_and_refresh_asks_again(skillshed, filled, server):
    limited = skillshed("travel", "route", "--limit", 2, server=server)
    over_water = pairs_of(filled)
    asked = len(server.asked)
    refreshed = skillshed("travel", "route", "--refresh", "--limit", 1, server=server)

    assert "Routed 2 of 2" in limited.out
    assert over_water == [["n1", "v1"], ["n1", "v2"]]
    assert "1 as they were" in refreshed.out
    assert len(server.asked) > asked


def test_a_sample_is_drawn_by_the_seed_of_the_scenario(skillshed, filled, server):
    first = skillshed("travel", "route", "--sample", 1, server=server)
    again = skillshed("travel", "route", "--sample", 1, server=server)

    assert "Routed 1 of 1" in first.out
    assert "There already: 1 pairs" in again.out
    # Over water nothing is estimated, so that there is nothing to calibrate.
    assert times_of(filled)["from_id"].tolist() == ["s1"]


def test_pairs_without_a_way_are_listed_in_a_file(skillshed, filled, server, tmp_path):
    server.no_way = lambda source, _: source[1] > 53.7

    done = skillshed("travel", "route", server=server)

    assert done.code == 0, done.error
    assert "Not routed, the engine finds no way: 2 pairs." in done.out
    listed = (tmp_path / "out" / "unrouted.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed == [
        "site_id,venue_id,reason",
        "n1,v1,the engine finds no way",
        "n1,v2,the engine finds no way",
    ]
    assert pairs_of(filled) == [["s1", "v1"], ["s1", "v2"]]


def test_an_engine_that_fails_half_way_is_told_after_what_was_done(skillshed, filled, server):
    server.fault = lambda _: Reply(status=403, text="no key") if len(server.asked) > 1 else None

    done = skillshed("travel", "route", server=server)

    assert done.code == 1
    assert isinstance(done.error, CommandError)
    assert "no key" in str(done.error)
    assert "Routed 2 of 4 pairs" in done.out
    assert len(times_of(filled)) == 2


def test_what_an_engine_said_is_forgotten_and_what_was_loaded_is_not(
    skillshed, filled, server, tmp_path
):
    (tmp_path / "times.csv").write_text("from_id,to_id,travel_minutes\nn1,v1,24.5\n")
    skillshed("load", "travel_times", "times.csv")
    skillshed("travel", "route", server=server)

    none = skillshed("travel", "forget", "--source", "valhalla")
    some = skillshed("travel", "forget")

    assert "Removed 0 travel times" in none.out
    assert "Removed 3 travel times" in some.out
    assert pairs_of(filled) == [["n1", "v1"]]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "No routing engine is set"),
        ({"routing_engine": "osrm"}, "SKILLSHED_ROUTING_URL is missing"),
        (
            {"routing_engine": "osrm", "routing_url": "http://h", "routing_key": "k"},
            "SKILLSHED_ROUTING_KEY is for openrouteservice",
        ),
    ],
)
def test_no_engine_is_asked_unless_the_settings_name_one(settings, words):
    with pytest.raises(CommandError, match=words):
        engine_options(Settings(**settings))


def test_the_settings_reach_the_engine():
    options = engine_options(
        Settings(
            routing_engine="openrouteservice",
            routing_url="https://example.org/ors/",
            routing_key="hush",
            routing_retries=1,
            routing_pause_seconds=4,
            routing_snap_metres=500,
        )
    )

    assert (options.engine, options.url, options.key) == (
        "openrouteservice",
        "https://example.org/ors/",
        "hush",
    )
    assert (options.retries, options.pause_seconds, options.snap_metres) == (1, 4, 500)


def test_without_an_engine_the_command_says_what_to_set(skillshed):
    done = skillshed("travel", "route")

    assert isinstance(done.error, CommandError)
    assert "SKILLSHED_ROUTING_ENGINE" in str(done.error)


@pytest.fixture
def more_sites(filled):
    """Put forty more sites south of the Humber into the register."""
    random = np.random.default_rng(5)
    east, north = random.uniform(-0.6, -0.2, 40), random.uniform(53.3, 53.5, 40)
    with writing(filled) as connection:
        sites = read_table(connection, Site).query("site_id == 's1'")
        more = sites.iloc[np.zeros(40, dtype=int)].assign(site_id=[f"x{i}" for i in range(40)])
        points = gpd.GeoSeries.from_xy(east, north, index=more.index, crs=sites.crs)
        write_rows(connection, Site, more.set_geometry(points))
    return filled


def test_too_few_routed_pairs_are_told(skillshed, filled):
    done = skillshed("travel", "calibrate")

    assert isinstance(done.error, InputError)
    assert "0 routed pairs" in str(done.error)


def test_speeds_are_fitted_shown_and_written_as_a_scenario(skillshed, more_sites, server, tmp_path):
    skillshed("travel", "route", "--sample", 40, server=server)

    done = skillshed("travel", "calibrate", "--scenario-out", "fitted.toml")
    again = skillshed("travel", "calibrate", "--scenario-out", "fitted.toml")

    assert done.code == 0, done.error
    assert "Absolute error in minutes, before and after:" in done.out
    assert "nation: England" in done.out
    assert "after too few pairs." in done.out
    assert isinstance(again.error, CommandError)
    written = tomllib.loads((tmp_path / "fitted.toml").read_text())
    fitted = read_scenario(Settings().data_path, tmp_path / "fitted.toml")
    assert written["travel"]
    for name, entry in written["travel"].items():
        assert name.startswith("speed_kmh_")
        assert entry["source"].startswith("fitted to ")
        assert getattr(fitted.travel, name) == entry["value"]


def test_help_names_its_commands(skillshed):
    done = skillshed("travel", "--help")

    for name in ("route", "calibrate", "forget"):
        assert name in done.out
