"""Files that commands write."""

from __future__ import annotations

import pytest

from app.cli.output import write_map, write_tables
from app.db.errors import NotFoundError


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

    assert names == {"coverage.geojson", "coverage.csv", "clusters.geojson", "ranking.csv"}


def test_an_unknown_run_is_named(demo, tmp_path):
    with pytest.raises(NotFoundError, match="'nowhere'"):
        write_tables(demo.engine, tmp_path, run_id="nowhere")
