"""Exported files: the run's own numbers, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import orjson
import pandas as pd
import pytest

from app.db.engine import make_engine, reading
from app.db.runs import current_run, read_layer
from app.services.exports import defused, export_run, write_csv, write_file
from app.services.growth import growth_answer
from app.services.layers import coverage_layer_name, unpack


@pytest.fixture(scope="module")
def folder(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    with reading(demo.engine) as connection:
        export_run(connection, demo.run, folder)
    return folder


def read_rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_coverage_holds_every_programme_of_every_shown_site(demo, folder):
    collection = orjson.loads((folder / "coverage.geojson").read_bytes())
    ids = [feature["id"] for feature in collection["features"]]

    assert collection["run_id"] == demo.run.run_id
    assert collection["illustrative"] is True
    assert len(ids) == len(set(ids))
    with reading(demo.engine) as connection:
        for code in demo.programmes:
            layer = unpack(read_layer(connection, demo.run.run_id, coverage_layer_name(code)))
            expected = [f["properties"] for f in orjson.loads(layer)["features"]]
            found = [
                f["properties"]
                for f in collection["features"]
                if f["properties"]["programme_code"] == code
            ]
            assert found == expected


def test_the_table_says_the_same_as_the_layer(folder):
    features = orjson.loads((folder / "coverage.geojson").read_bytes())["features"]
    rows = read_rows(folder / "coverage.csv")

    assert len(rows) == len(features)
    for row, feature in zip(rows, features, strict=True):
        demand = feature["properties"]["demand"]
        assert row["demand"] == ("" if demand is None else str(demand))
        assert row["gap_class"] == feature["properties"]["gap_class"]


def test_the_ranking_names_its_run_and_its_notice(demo, folder):
    rows = read_rows(folder / "ranking.csv")
    whole = [row for row in rows if row["programme"] == "all"]

    assert {row["run_id"] for row in rows} == {demo.run.run_id}
    assert {row["notice"] for row in rows} == {"Illustrative data"}
    assert {row["programme"] for row in rows} == {"all", *demo.programmes}
    assert [int(row["rank"]) for row in whole] == sorted(int(row["rank"]) for row in whole)
    for row in whole:
        parts = [float(v) for k, v in row.items() if k.startswith("contribution_")]
        assert sum(parts) == pytest.approx(float(row["score"]), abs=0.001)


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@x", "\tx", "\rx"])
def test_a_formula_is_defused(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["plain", "a=b", 3.5, -2.0, None])
def test_what_is_no_formula_stays(value):
    assert defused(value) == value


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "new" / "file.txt"

    write_file(path, b"one")
    write_file(path, b"two")

    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


@pytest.fixture(scope="module")
def small_folder(small_register, tmp_path_factory):
    engine = make_engine(f"sqlite:///{small_register}")
    folder = tmp_path_factory.mktemp("small")
    with reading(engine) as connection:
        export_run(connection, current_run(connection), folder)
    engine.dispose()
    return folder


def test_calls_tell_of_no_sensitive_site(small_folder):
    rows = read_rows(small_folder / "calls.csv")

    assert [row["rank"] for row in rows] == ["1", "3", "4", "5", "6", "7"]
    assert rows[0]["key_venue_id"] == "V3"
    assert rows[0]["of_whom"] == "Campus, Example University"
    assert "S3" not in (small_folder / "calls.csv").read_text()
    assert {row["notice"] for row in rows} == {"Illustrative data"}


def test_quality_has_a_column_for_each_criterion_and_blank_is_unknown(small_folder):
    good, other = read_rows(small_folder / "quality.csv")

    assert good["gates"].startswith("safeguarding;")
    assert (good["components_inspection"], other["components_inspection"]) == ("0.85", "")
    assert (good["label"], other["score"]) == ("not_good", "")


def test_fragility_is_told_for_all_and_by_programme(small_folder):
    rows = read_rows(small_folder / "fragility.csv")

    assert [(row["programme"], row["ukprn"]) for row in rows] == [
        ("all", "99000001"),
        ("all", "99000002"),
        ("P1", "99000001"),
    ]


def test_the_best_case_is_told_by_component(small_folder):
    [row] = read_rows(small_folder / "best_case.csv")

    assert (row["component"], row["programme_codes"], row["unmet"]) == ("1", "P1", "1.005")


def test_growth_says_each_step_and_the_best_set_of_as_many(demo, folder):
    rows = read_rows(folder / "growth.csv")
    with reading(demo.engine) as connection:
        first = growth_answer(connection, demo.run)
        sent = {one: growth_answer(connection, demo.run, pilot=one) for one in first["pilots"]}

    assert {row["pilot"] for row in rows} == set(sent)
    assert len(sent) > 1
    for pilot, path in sent.items():
        of_pilot = [row for row in rows if row["pilot"] == pilot]
        steps = [row for row in of_pilot if row["step"]]
        assert [(row["cluster_id"], float(row["served"])) for row in steps] == [
            (step["cluster_id"], step["served"]) for step in path["steps"]
        ]
        assert [int(row["step"]) for row in steps] == list(range(1, len(steps) + 1))
        for row, best in zip(steps, path["best_sets"], strict=True):
            ids = [one["cluster_id"] for one in best["clusters"]]
            assert row["best_set"].split(";") == ids
            assert float(row["best_set_at_most"]) == best["at_most"]
        idle = [row["cluster_id"] for row in of_pilot if not row["step"]]
        assert idle == [one["cluster_id"] for one in path["without_effect"]]
    assert {row["notice"] for row in rows} == {"Illustrative data"}
    assert {row["run_id"] for row in rows} == {demo.run.run_id}


def test_a_table_has_no_formula_and_its_missing_cells_are_blank():
    written = write_csv(pd.DataFrame({"=a": ["=1+1", None], "b": [-1.5, None]}))

    assert written.decode("utf-8-sig") == "'=a,b\r\n'=1+1,-1.5\r\n,\r\n"
