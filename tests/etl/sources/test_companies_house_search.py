"""The export of the advanced search."""

from __future__ import annotations

import pytest
from canaries import CANARIES
from public_samples import companies_house_search as sample

from etl.sources.companies_house_search import FORMAT, NOT_ACTIVE, OTHER_CODE
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS


@pytest.fixture
def feed(tmp_path):
    [path] = sample.write(tmp_path)
    probe = Probe(path)
    assert detect(probe, FORMATS) is FORMAT
    return FORMAT.read(probe)


def test_every_row_is_a_candidate_a_reject_or_set_aside(feed):
    [part] = feed.parts

    assert feed.read == len(sample.ROWS)
    assert list(part.cells["site_id"]) == ["ch-15999901", "ch-br999904"]
    assert list(feed.rejects["rule"]) == ["company number", "out of scope by name"]
    assert dict(feed.set_aside) == {OTHER_CODE: 1, NOT_ACTIVE: 1}


def test_the_postcode_is_the_last_one_of_the_address_or_blank(feed):
    assert list(feed.parts[0].cells["postcode"]) == ["CB4 0WS", ""]


def test_codes_in_one_cell_are_told_apart(feed):
    assert feed.parts[0].cells["sic_codes"].iloc[0] == "72110;72190"


def test_it_does_not_say_how_many_companies_stand_at_a_postcode(feed):
    assert "companies_at_address" not in feed.parts[0].cells


def test_nobody_is_named(feed):
    said = feed.parts[0].cells.to_csv() + feed.rejects.to_csv() + " ".join(feed.notes)

    assert not [word for word in CANARIES if word.casefold() in said.casefold()]
