"""The list of known formats, and what is asked of all of them."""

from __future__ import annotations

from importlib import import_module

import pytest
from canaries import CANARIES

from app.db.base import RegisterBase
from etl.clean.rows import clean_rows
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS, POSTCODE_FORMATS
from etl.sources.tabular import RawTable
from etl.tables import TABLES, table_fields

TRAPS = {"achievement-rates": ["about 60"]}
"""Values of the samples that readers leave to cleaning, which refuses them."""


@pytest.fixture(params=FORMATS, ids=lambda known: known.name)
def known(request):
    return request.param


@pytest.fixture
def probes(known, tmp_path):
    samples = import_module(f"public_samples.{known.name.replace('-', '_')}")
    return [Probe(path) for path in samples.write(tmp_path)]


def test_names_are_words_of_the_command_line_and_stand_once():
    names = [known.name for known in (*FORMATS, *POSTCODE_FORMATS)]

    assert len(set(names)) == len(names)
    assert all(name == name.lower() and " " not in name for name in names)


def test_every_format_fills_tables_that_there_are():
    assert all(issubclass(TABLES[table], RegisterBase) for f in FORMATS for table in f.tables)


def test_every_sample_is_claimed_by_its_own_format_alone(known, probes):
    assert [detect(probe, FORMATS).name for probe in probes] == [known.name] * len(probes)


def test_a_postcode_directory_is_claimed_by_its_own_format_alone(tmp_path):
    for kind in POSTCODE_FORMATS:
        samples = import_module(f"public_samples.{kind.name}")
        for path in samples.write(tmp_path):
            probe = Probe(path)
            claimed = [k.name for k in (*FORMATS, *POSTCODE_FORMATS) if k.recognise(probe)]
            assert claimed == [kind.name]


def test_no_postcode_directory_claims_another_file(known, probes):
    assert not any(kind.recognise(probe) for kind in POSTCODE_FORMATS for probe in probes)


def test_every_reader_fills_the_tables_and_fields_that_it_says(known, probes):
    for probe in probes:
        feed = known.read(probe)

        assert feed.layout == known.recognise(probe)
        assert {part.table for part in feed.parts} <= set(known.tables)
        for part in feed.parts:
            assert set(part.cells.columns) <= set(table_fields(TABLES[part.table]))


def test_no_person_leaves_a_reader(known, probes):
    for probe in probes:
        feed = known.read(probe)
        cells = [part.cells.to_csv() for part in feed.parts]
        said = " ".join([*cells, feed.rejects.to_csv(), *feed.notes, *feed.set_aside]).casefold()

        assert [word for word in CANARIES if word.casefold() in said] == []


def test_cleaning_takes_what_readers_give(known, probes):
    for probe in probes:
        feed = known.read(probe)
        for part in feed.parts:
            raw = RawTable(feed.name, feed.sha256, part.cells, feed.rejects.iloc[:0])
            cleaned = clean_rows(raw, TABLES[part.table], date_format=part.date_format)

            found = cleaned.rejects["value"].tolist()
            assert found == TRAPS.get(known.name, found[:0])[: len(found)], found
