"""Which run is read, and its assumptions."""

from __future__ import annotations

import pytest

from app.api.provenance import assumptions, bounds, chosen_run, rests_on
from app.db.engine import make_engine, reading
from app.db.errors import NotFoundError


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection
    engine.dispose()


def test_without_an_id_the_run_is_the_one_that_finished_last(connection):
    assert chosen_run(connection, None).run_id == "run-current"
    assert chosen_run(connection, "run-earlier").run_id == "run-earlier"
    with pytest.raises(NotFoundError, match="run-9"):
        chosen_run(connection, "run-9")


def test_the_assumptions_are_those_of_the_scenario(connection, scenario):
    sent = assumptions(chosen_run(connection, None))
    assert len(sent) == len(scenario.assumptions)
    assert all(one["source"].startswith("assumption") for one in sent)


def test_the_bounds_are_rounded_as_they_are_sent(connection):
    assert bounds(connection, chosen_run(connection, None), "P1") == {
        "served_low": 11.5,
        "served_high": 17.5,
        "unmet_best_case": pytest.approx(10.005, abs=0.006),
        "unknown_share": 0.0384,
        "evidence": "sufficient",
    }


def test_an_answer_says_first_what_it_rests_on(connection):
    run = chosen_run(connection, None)
    said = rests_on(connection, run, "P1")
    assert list(said) == [
        *list(rests_on(connection, run))[:5],
        "programme",
        "assumptions",
        "bounds",
    ]
    assert said["programme"] == "P1"
    assert said["run_id"] == "run-current"
