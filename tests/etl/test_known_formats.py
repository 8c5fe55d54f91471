"""Every public format through a whole load: counted, repeatable, and free of persons."""

from __future__ import annotations

from importlib import import_module

import pytest
import sqlalchemy as sa
from canaries import CANARIES

from app.db.base import Base
from app.db.engine import reading
from app.db.history import latest_change
from etl.pipeline import AUTO, load_file
from etl.sources.registry import FORMATS


@pytest.fixture
def load(engine, gazetteer, authorities):
    def load_path(path, **rest):
        return load_file(engine, AUTO, path, authorities=authorities, gazetteer=gazetteer, **rest)

    return load_path


@pytest.fixture
def samples(tmp_path):
    """Write the samples of every format, each in a folder of its own."""
    made = []
    for known in FORMATS:
        folder = tmp_path / known.name
        folder.mkdir()
        module = import_module(f"public_samples.{known.name.replace('-', '_')}")
        made += [(known.name, path) for path in module.write(folder)]
    return made


def everything(engine):
    """Return every cell of every table as one text, in small letters."""
    with reading(engine) as connection:
        rows = [
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table)).fetchall()
        ]
    return "\n".join(rows).casefold()


@pytest.mark.slow
def test_every_sample_loads_counts_add_up_and_the_second_time_nothing_changes(
    engine, load, samples
):
    programmes = frozenset({"ST0248", "ST0247"})
    first = {path: load(path, wanted=programmes) for _, path in samples}

    for path, report in first.items():
        assert report.read == report.loaded + report.unchanged + report.rejected, path
        by_rule = sum(report.rejected_by_rule.values()) + sum(report.set_aside.values())
        assert report.rejected == by_rule, path
    assert sum(report.loaded for report in first.values()) > 0
    # Newer layouts of a format take the place of older ones: what stands is what the last said.
    for name in dict.fromkeys(name for name, _ in samples):
        last = [path for known, path in samples if known == name][-1]
        load(last, wanted=programmes, again=True)
        with reading(engine) as connection:
            before = latest_change(connection)
        report = load(last, wanted=programmes, again=True)
        assert report.loaded == 0, (name, report.lines())
        assert all(part.changes.empty for part in report.tables)
        with reading(engine) as connection:
            assert latest_change(connection) == before


@pytest.mark.slow
def test_no_person_reaches_the_register_its_claims_or_a_file_of_rejects(engine, load, samples):
    for _, path in samples:
        report = load(path, wanted=frozenset({"ST0248", "ST0247"}))
        said = " ".join(report.lines()).casefold()
        if report.rejects_file:
            said += report.rejects_file.read_text(encoding="utf-8-sig").casefold()
        assert [word for word in CANARIES if word.casefold() in said] == [], path

    held = everything(engine)
    assert "apprenticeship" in held
    assert [word for word in CANARIES if word.casefold() in held] == []
