"""The growth after a pilot: as it is sent, and against a run of the register so changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cli.demo import illustrative_as_of
from app.db.engine import make_engine, reading
from app.db.errors import NotFoundError
from app.db.runs import current_run, read_clusters
from app.services.growth import growth_answer, growth_document, growth_rows, has_growth
from app.services.scenarios import scenario_of
from app.services.snapshot import take_snapshot
from geo.assessment import assess
from geo.best_case import best_case
from geo.build_up import BuildUp
from geo.clusters import find_clusters
from geo.model import build_model
from geo.pilot import could_be_places


@pytest.fixture
def small(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection, current_run(connection)
    engine.dispose()


def test_the_leader_is_first_unless_another_is_named(small):
    assert has_growth(*small)
    found = growth_answer(*small)

    assert (found["pilot"], found["pilots"], found["exact"]) == ("C1", ["C1"], True)
    assert [(step["cluster_id"], step["added"]) for step in found["steps"]] == [
        ("C1", 0.0),
        ("C2", 3.0),
    ]
    assert found["steps"][1]["unstated_pools"] == 2
    assert growth_answer(*small, pilot="C1") == found


def test_the_rows_of_a_table_are_the_steps_and_then_what_adds_nothing(small):
    rows = list(growth_rows(*small))

    path = growth_answer(*small)
    assert [row["step"] for row in rows] == [1, 2] + [None] * len(path["without_effect"])
    assert {(row["pilot"], row["exact"], row["served_before"]) for row in rows} == {
        ("C1", "yes", 10.0)
    }
    second = rows[1]
    assert (second["cluster_id"], second["added"], second["unstated_pools"]) == ("C2", 3.0, 2)
    best = path["best_sets"][1]
    assert (len(second["best_set"]), second["best_set_served"]) == (2, best["served"])


def test_a_cluster_that_is_not_pilot_ready_is_refused(small):
    with pytest.raises(NotFoundError, match="C2"):
        growth_answer(*small, pilot="C2")


def test_nothing_tested_is_kept_as_such():
    assert growth_document(BuildUp(("C1",), {}, {})) == {"paths": {}, "unstated_pools": {}}


def test_the_demo_changed_as_the_path_says_serves_what_was_promised(demo):
    with reading(demo.engine) as connection:
        register = take_snapshot(connection).register(demo.reference)
        path = growth_answer(connection, demo.run)
    scenario, as_of = scenario_of(demo.run), illustrative_as_of(demo.settings.data_path)
    model = build_model(register, scenario, as_of=as_of)
    assessment = assess(model, model.select())
    clusters = find_clusters(register.sites, register.places, scenario.clusters)
    could = could_be_places(assessment, clusters)
    assert len(path["steps"]) > 5

    joined = []
    for step in path["steps"]:
        joined.append(step["cluster_id"])
        pools = could.loc[could["cluster_id"].isin(joined), "pool"].unique()
        mine = assessment.selection.could & (model.provision.pool[:, None] == pools).any(axis=1)
        offers = model.register.offers.reset_index(drop=True)
        offers["status"] = offers["status"].mask(mine, "delivered")
        changed = build_model(replace(register, offers=offers), scenario, as_of=as_of)
        after = assess(changed, changed.select())
        served = best_case(after.valid, demand=changed.units.demand, places=after.places).served
        assert served == pytest.approx(step["served"], abs=0.005 + 1e-6), step["name"]


def test_every_cluster_of_the_run_stands_in_the_path_once(demo):
    with reading(demo.engine) as connection:
        path = growth_answer(connection, demo.run)
        ids = read_clusters(connection, demo.run.run_id)["cluster_id"]

    named = [one["cluster_id"] for one in path["steps"] + path["without_effect"]]
    assert sorted(named) == sorted(ids)
    assert path["steps"][0]["cluster_id"] == path["pilot"]
