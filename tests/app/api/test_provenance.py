"""Which run is read, and its assumptions."""

from __future__ import annotations

import pytest

from app.api.provenance import assumptions, chosen_run, scenario_of
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


def test_the_scenario_of_a_run_is_the_one_that_it_was_computed_by(connection, scenario):
    run = chosen_run(connection, None)
    assert scenario_of(run).content == scenario.content
    assert scenario_of(run).parameters == scenario.parameters
    sent = assumptions(run)
    assert len(sent) == len(scenario.assumptions)
    assert all(one["source"].startswith("assumption") for one in sent)
