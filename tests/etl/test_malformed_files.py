"""Malformed files through whole loads, on both databases: told by line, and nothing half-loaded."""

from __future__ import annotations

import tracemalloc
from contextlib import contextmanager

import pandas as pd
import pytest
import sqlalchemy as sa
from malformed_files import COLUMNS, FILES, ukprn

from app.db.engine import reading
from app.db.models import Load, Provider
from app.db.register import count_rows, read_table
from etl.errors import SourceError
from etl.mapping import make_mapping
from etl.pipeline import load_file

NO_AUTHORITIES = pd.DataFrame(columns=["authority_code", "authority", "region", "nation"])
MAX_PEAK_BYTES = 80_000_000
"""Much less than the largest of the files unpacks to, and than a careless reader takes."""


@contextmanager
def bounded_memory(engine):
    """Measure what is allocated; on one database, since the files are read alike on both."""
    if engine.dialect.name != "sqlite":
        yield
        return
    tracemalloc.start()
    try:
        yield
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MAX_PEAK_BYTES


def written(malformed, folder):
    path = folder / "providers.csv"
    path.write_bytes(malformed.make())
    return path


def load(engine, malformed, path):
    mapping = None
    if malformed.dates:
        content = {
            "table": "providers",
            "columns": {name: name for name in COLUMNS},
            "formats": {"date": list(malformed.dates)},
        }
        mapping = make_mapping(content, name="dates")
    return load_file(engine, "providers", path, authorities=NO_AUTHORITIES, mapping=mapping)


@pytest.mark.parametrize(
    "malformed", [one for one in FILES if not one.error], ids=lambda malformed: malformed.name
)
def test_the_good_rows_load_and_the_others_are_told(engine, malformed, tmp_path):
    path = written(malformed, tmp_path)
    with bounded_memory(engine):
        report = load(engine, malformed, path)

    told = report.rejects[["line", "field", "rule"]].to_numpy().tolist()
    assert told == [list(one) for one in malformed.told]
    assert (report.inserted, report.read) == (
        len(malformed.good),
        len(malformed.good) + len(malformed.told),
    )
    assert (report.rejects["suggestion"] != "").all()
    assert malformed.advice in "\n".join(report.rejects["suggestion"])
    assert malformed.note in " ".join(report.notes)
    with reading(engine) as connection:
        assert read_table(connection, Provider)["ukprn"].tolist() == [
            ukprn(at) for at in malformed.good
        ]


@pytest.mark.parametrize(
    "malformed", [one for one in FILES if one.error], ids=lambda malformed: malformed.name
)
def test_without_a_sound_table_nothing_is_written_and_one_line_says_why(
    engine, malformed, tmp_path
):
    path = written(malformed, tmp_path)
    with bounded_memory(engine), pytest.raises(SourceError, match=malformed.error) as caught:
        load(engine, malformed, path)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    with reading(engine) as connection:
        assert set(count_rows(connection).values()) == {0}
        assert connection.execute(sa.select(sa.func.count()).select_from(Load)).scalar_one() == 0


def test_there_are_at_least_twenty_of_either():
    assert len({one.name for one in FILES}) == len(FILES)
    assert sum(not one.error for one in FILES) >= 20
    assert sum(bool(one.error) for one in FILES) >= 10
