"""Findings: stored unrounded, the same bytes every time, and read back as they were."""

from __future__ import annotations

import math

import numpy as np
import orjson
import pandas as pd
import pytest
from findings_by_hand import HandMade, make_findings

from app.db.engine import make_engine, reading
from app.db.errors import RunTooOldError
from app.db.runs import current_run, read_coverage
from app.services.findings import (
    BEST_CASE_OF_UNIT,
    CALLS,
    QUALITY,
    findings_layers,
    has_findings,
    parts_of,
    read_bounds,
    read_finding,
    read_findings,
    variant_layer_name,
)
from app.services.layers import unpack
from geo.analysis import Analysis


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def made(connection):
    run = current_run(connection)
    return make_findings(read_coverage(connection, run.run_id, programme_code=None))


def test_what_is_made_by_hand_is_what_an_analysis_gives():
    assert set(HandMade.__slots__) <= set(Analysis.__dataclass_fields__)


def test_every_variant_has_its_layer(made):
    names = {name for name in findings_layers(made) if name.startswith("variants/")}
    assert len(names) == 29
    assert variant_layer_name("good", "") == "variants/good/all.json"
    assert variant_layer_name("any", "evening") in names
    assert variant_layer_name("any", "") not in names


def test_the_same_findings_give_the_same_bytes(made):
    first, second = findings_layers(made), findings_layers(made)
    assert {name: one.content for name, one in first.items()} == {
        name: one.content for name, one in second.items()
    }


def test_numbers_are_kept_whole_and_unknown_is_null(made):
    stored = orjson.loads(unpack(findings_layers(made)[QUALITY]))
    assert stored["score"] == [None, 0.71234]
    assert stored["components"][1]["achievement"] == 0.14286
    assert stored["different_evidence"] == [True, False]


def test_findings_come_back_as_they_were(connection, made):
    run = current_run(connection)
    pd.testing.assert_frame_equal(read_findings(connection, run, CALLS), made.calls)
    of_unit = read_finding(connection, run, BEST_CASE_OF_UNIT)
    assert of_unit == made.best_case_of_unit.tolist()
    variant = read_findings(connection, run, variant_layer_name("good", ""))
    pd.testing.assert_frame_equal(
        variant, made.variants["good", ""], check_dtype=False, check_exact=True
    )
    assert math.isnan(read_findings(connection, run, QUALITY)["score"][0])


def test_bounds_are_those_of_the_programme_or_of_all(connection):
    run = current_run(connection)
    assert has_findings(connection, run)
    assert read_bounds(connection, run, None)["unmet_best_case"] == 36.01
    assert read_bounds(connection, run, "P2")["unmet_best_case"] == 26.005


def test_a_run_without_them_says_to_compute_it_again(connection):
    with pytest.raises(RunTooOldError, match="skillshed run"):
        read_finding(connection, current_run(connection), "absent.json")


@pytest.mark.parametrize(
    ("listed", "parts"), [("", []), ("a", ["a"]), ("a;b", ["a", "b"]), (["a", 1], ["a", "1"])]
)
def test_a_list_in_a_cell_has_parts(listed, parts):
    assert parts_of(listed) == parts


def test_numpy_values_inside_a_table_are_plain(made):
    odd = made.summary | {"": {"served_low": np.float64(1.5), "n": np.int64(2), "x": np.nan}}
    changed = type(made)(**{n: getattr(made, n) for n in made.__slots__} | {"summary": odd})
    stored = orjson.loads(unpack(findings_layers(changed)["summary.json"]))
    assert stored[""] == {"served_low": 1.5, "n": 2, "x": None}
