"""Every public format through a whole load: counted, repeatable, and free of persons."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from canaries import CANARIES
from formats_table import samples as written_samples
from formats_table import write_base

from app.cli.output import write_map, write_tables
from app.db.base import Base
from app.db.engine import reading
from app.db.history import latest_change
from app.services.analysis import RunRequest, compute_run
from app.services.scenarios import read_scenario
from app.settings import Settings
from etl.pipeline import AUTO, load_file
from etl.reference import read_reference
from etl.sources.registry import FORMATS


@pytest.fixture
def load(engine, gazetteer, authorities, tmp_path):
    """Load public files into a register that knows half of the programmes that they name."""

    def load_path(path, table=AUTO, **rest):
        return load_file(engine, table, path, authorities=authorities, gazetteer=gazetteer, **rest)

    folder = tmp_path / "base"
    folder.mkdir()
    for table, path in write_base(folder):
        load_path(path, table)
    return load_path


@pytest.fixture
def samples(tmp_path):
    """Write the samples of every format, each in a folder of its own."""
    return list(written_samples([known.name for known in FORMATS], tmp_path))


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
    first = {path: load(path) for _, path in samples}

    for path, report in first.items():
        assert report.read == report.loaded + report.unchanged + report.rejected, path
        by_rule = sum(report.rejected_by_rule.values()) + sum(report.set_aside.values())
        assert report.rejected == by_rule, path
    for name in {name for name, _ in samples}:
        assert sum(first[path].loaded for known, path in samples if known == name) > 0, name
    # Newer layouts of a format take the place of older ones: what stands is what the last said.
    for name in dict.fromkeys(name for name, _ in samples):
        last = [path for known, path in samples if known == name][-1]
        load(last, again=True)
        with reading(engine) as connection:
            before = latest_change(connection)
        report = load(last, again=True)
        assert report.loaded == 0, (name, report.lines())
        assert all(part.changes.empty for part in report.tables)
        with reading(engine) as connection:
            assert latest_change(connection) == before


@pytest.mark.slow
def test_no_person_reaches_the_register_its_claims_or_any_file(engine, load, samples, tmp_path):
    for _, path in samples:
        report = load(path)
        said = " ".join(report.lines()).casefold()
        if report.rejects_file:
            said += report.rejects_file.read_text(encoding="utf-8-sig").casefold()
        assert [word for word in CANARIES if word.casefold() in said] == [], path

    held = everything(engine)
    assert "apprenticeship" in held
    assert [word for word in CANARIES if word.casefold() in held] == []
    written = exported(engine, tmp_path / "out")
    assert len(written) > 5
    for path in written:
        text = path.read_text(encoding="utf-8-sig").casefold()
        assert [word for word in CANARIES if word.casefold() in text] == [], path


def exported(engine, folder):
    """Compute a run of the register, and write its map and all of its tables."""
    data = Settings().data_path
    request = RunRequest(scenario=read_scenario(data, None), as_of=date(2026, 11, 27))
    compute_run(engine, read_reference(data), request, now=datetime(2026, 11, 27, tzinfo=UTC))
    return [write_map(engine, folder / "map.html"), *write_tables(engine, folder)]
