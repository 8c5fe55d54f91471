"""Files that commands write."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa

from app.cli.output import call_lines, growth_lines, ranking_lines, write_map, write_tables
from app.db.engine import make_engine, writing
from app.db.errors import NotFoundError
from app.db.models.runs import RunCluster


@pytest.fixture
def small_engine(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    yield engine
    engine.dispose()


def test_the_map_is_one_file_that_needs_no_other(demo, tmp_path):
    path = write_map(demo.engine, tmp_path / "deep" / "map.html")

    page = path.read_text(encoding="utf-8")
    assert demo.run.run_id in page
    assert 'src="http' not in page
    assert 'src="/static' not in page


def test_the_same_run_gives_the_same_file(demo, tmp_path):
    first = write_map(demo.engine, tmp_path / "one.html").read_bytes()

    assert write_map(demo.engine, tmp_path / "two.html").read_bytes() == first
    assert (demo.out / "map.html").read_bytes() == first


def test_tables_of_a_named_run_are_written(demo, tmp_path):
    names = {path.name for path in write_tables(demo.engine, tmp_path, run_id=demo.run.run_id)}

    assert names == {
        "coverage.geojson",
        "coverage.csv",
        "clusters.geojson",
        "ranking.csv",
        "calls.csv",
        "quality.csv",
        "fragility.csv",
        "best_case.csv",
        "growth.csv",
        "data_quality.csv",
    }


def test_an_unknown_run_is_named(demo, tmp_path):
    with pytest.raises(NotFoundError, match="'nowhere'"):
        write_tables(demo.engine, tmp_path, run_id="nowhere")


def test_calls_are_plain_lines_the_first_on_top(small_engine):
    notice, first, second, more = call_lines(small_engine, limit=2)

    assert notice == "Illustrative data"
    assert first.startswith("1. What is the status of V3/P1/blended?")
    assert "Ask: Campus, Example University. It could move 9.1 places a year" in first
    assert "the gap class for 2 of 4 sites and programmes." in first
    assert first.endswith(
        "It may decide which areas have the largest gaps (0.09 areas on average)."
    )
    assert second.startswith("3. ")
    assert more == "4 more: --limit shows them."


def test_calls_of_a_programme_and_of_a_named_run(small_engine):
    lines = call_lines(small_engine, limit=9, programme="P2", run_id="run-earlier")

    assert [line.split(".")[0] for line in lines[1:]] == ["4", "5", "6"]
    with pytest.raises(NotFoundError, match="P9"):
        call_lines(small_engine, limit=9, programme="P9")
    with pytest.raises(NotFoundError, match="run-9"):
        call_lines(small_engine, limit=9, run_id="run-9")


def test_the_ranking_says_who_is_ready_and_who_has_no_champion(small_engine):
    lines = ranking_lines(small_engine, limit=1)

    unready, more = lines[-2:]
    assert unready.startswith("1. ")
    assert ", no champion. Next, if it had a champion" in unready
    assert more == "1 more: --limit shows them."
    assert ", pilot-ready." in ranking_lines(small_engine, limit=2)[-1]


def test_a_cluster_of_the_users_own_is_marked(small_register, tmp_path):
    copy = shutil.copy(small_register, tmp_path / "own.gpkg")
    engine = make_engine(f"sqlite:///{copy}")
    with writing(engine) as connection:
        connection.execute(sa.update(RunCluster).values(cluster_class="manual"))

    lines = ranking_lines(engine, limit=2)
    engine.dispose()

    assert all(" (manual): " in line for line in lines[-2:])
    assert len(lines) == 4


def test_the_growth_is_said_in_lines(small_engine, demo):
    lines = growth_lines(small_engine)

    assert "Before any cluster joins, 10.0 places a year are filled." in lines
    assert any(line.startswith("2. ") and "(C2) adds 3.0: 13.0 in all" in line for line in lines)
    assert growth_lines(demo.engine)[-1].endswith("more clusters add nothing to these.")
