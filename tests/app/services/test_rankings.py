"""Stored rankings: kept and read unchanged, and ranked anew by the same test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.db.engine import make_engine, reading, writing
from app.db.errors import NotFoundError, RunTooOldError
from app.db.runs import current_run, read_run, store_run
from app.services.rankings import (
    _worlds_as_bytes,
    _worlds_from_bytes,
    check_sentence,
    ranked_anew,
    read_audiences,
    read_manual_sites,
    read_stored,
    sentences,
)
from app.services.scenarios import scenario_of
from geo.errors import InputError


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connected:
        yield connected
    engine.dispose()


def test_worlds_are_kept_to_the_last_decimal():
    worlds = np.random.default_rng(1).random((3, 4, 5)).round(4)
    worlds[0, 0, 0], worlds[1, 1, 1], worlds[2, 2, 2] = np.nan, 0.0, 1.0

    read = _worlds_from_bytes(_worlds_as_bytes(worlds)).reshape(worlds.shape)

    np.testing.assert_array_equal(read, worlds)


def test_a_demo_ranked_anew_with_its_own_weights_is_the_demo(demo):
    with reading(demo.engine) as connection:
        for programme in (None, demo.programmes[0]):
            stored = read_stored(connection, demo.run, programme=programme)
            weights = {c.name: c.weight for c in scenario_of(demo.run).ranking.criteria}
            anew = ranked_anew(connection, demo.run, weights, programme=programme)

            assert anew.tested == stored.tested
            assert anew.rows["cluster_id"].tolist() == stored.rows["cluster_id"].tolist()
            np.testing.assert_allclose(anew.rows["score"], stored.rows["score"])


def test_other_weights_give_another_ranking(demo):
    with reading(demo.engine) as connection:
        anew = ranked_anew(connection, demo.run, {"employment": 1.0}, programme=None)

    employment = [values["employment"] for values in anew.rows["values"]]
    inside = [value for value in employment if 250 < value < 10_000]
    assert inside == sorted(inside, reverse=True)
    assert anew.rows["rank"].tolist() == sorted(anew.rows["rank"])


def test_weights_and_programmes_that_are_not_there_are_refused(connection):
    run = current_run(connection)
    for weights, said in (
        ({"x": 1.0}, "no criterion 'x'"),
        ({"employment": float("inf")}, "give 0 or more"),
        ({"employment": 0.0}, "All weights are 0"),
    ):
        with pytest.raises(InputError, match=said):
            ranked_anew(connection, run, weights, programme=None)
    with pytest.raises(NotFoundError):
        read_stored(connection, run, programme="P9")


def test_what_else_is_kept(connection):
    run = current_run(connection)
    stored = read_stored(connection, run, programme=None)

    assert stored.name_of(None) is None
    assert stored.name_of("C2") == "Dundee"
    assert set(sentences(stored)) == {"C2"}
    assert check_sentence(run).startswith("Reference list: 1 of 15")
    assert len(read_audiences(connection, run)) == 7
    assert read_manual_sites(connection, run).empty


def test_a_run_of_an_earlier_release_was_not_put_to_the_test(engine, small_run_parts):
    record, tables, layers = small_run_parts
    kept = {name: layer for name, layer in layers.items() if not name.startswith("rankings/")}
    old = replace(record, run_id="run-old", summary='{"programmes": ["P1", "P2"]}')
    with writing(engine) as connection:
        store_run(connection, old, tables, kept)
        run = read_run(connection, "run-old")

        assert read_stored(connection, run, programme=None).tested == {}
        assert check_sentence(run) == ""
        with pytest.raises(RunTooOldError):
            read_stored(connection, run, programme=None, must=True)
        assert isinstance(read_stored(connection, run, programme="P1").rows, pd.DataFrame)
